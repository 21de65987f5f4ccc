//! What Redis says of a request that no command takes.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use resp_core::request::Request;
use resp_core::{Out, encode};

/// Why a request is not run.
///
/// [`write_reply`](Self::write_reply) appends the error reply of Redis 7, byte for byte. It repeats
/// what the client sent, so it is for that client's eyes, not for a log; `Debug` shows no argument.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub enum Refused<'a> {
    /// There is no such command.
    UnknownCommand(Request<'a>),
    /// The command is a container and has no such subcommand.
    UnknownSubcommand {
        /// The name of the container, in lower case.
        container: &'a str,
        /// The subcommand as sent.
        subcommand: &'a [u8],
    },
    /// The command takes another number of arguments.
    ///
    /// Redis says it otherwise of `EXEC`, which ends the transaction when it is refused:
    /// `EXECABORT Transaction discarded because of: wrong number of arguments for 'exec' command`.
    /// That is up to who runs transactions.
    WrongArity {
        /// The full name of the command, in lower case.
        command: &'a str,
    },
}

impl Refused<'_> {
    /// Appends the error reply.
    #[cold]
    pub fn write_reply(&self, out: &mut impl Out) {
        encode::simple_error(out, &self.text());
    }

    /// The text of the error reply, which has whatever bytes the client sent; a line end in it
    /// becomes spaces when it is [encoded](encode::simple_error).
    #[must_use]
    pub fn text(&self) -> Vec<u8> {
        match self {
            Self::UnknownCommand(request) => {
                let args = beginning(*request);
                let name = shown(request.name(), SHOWN);
                [b"ERR unknown command '", name, b"', with args beginning with: ", &args].concat()
            }
            Self::UnknownSubcommand { container, subcommand } => {
                let (name, container) = (shown(subcommand, SHOWN), container.to_ascii_uppercase());
                [b"ERR unknown subcommand '", name, b"'. Try ", container.as_bytes(), b" HELP."]
                    .concat()
            }
            Self::WrongArity { command } => {
                [b"ERR wrong number of arguments for '", command.as_bytes(), b"' command"].concat()
            }
        }
    }
}

impl fmt::Display for Refused<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&String::from_utf8_lossy(&self.text()))
    }
}

impl fmt::Debug for Refused<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownCommand(request) => {
                f.debug_tuple("UnknownCommand").field(request).finish()
            }
            Self::UnknownSubcommand { container, .. } => f
                .debug_struct("UnknownSubcommand")
                .field("container", container)
                .finish_non_exhaustive(),
            Self::WrongArity { command } => {
                f.debug_struct("WrongArity").field("command", command).finish()
            }
        }
    }
}

impl core::error::Error for Refused<'_> {}

/// The arguments, each in quotes, as far as Redis shows them: none is begun beyond the limit, and
/// the last one is cut where the limit would be if it had no quotes.
fn beginning(request: Request<'_>) -> Vec<u8> {
    let mut text = Vec::new();
    for arg in request.iter().skip(1) {
        let Some(room @ 1..) = SHOWN.checked_sub(text.len()) else {
            break;
        };
        text.push(b'\'');
        text.extend_from_slice(shown(arg, room));
        text.extend_from_slice(b"' ");
    }
    text
}

/// So many bytes at most, and none from a NUL on: Redis prints it as a C string.
fn shown(text: &[u8], at_most: usize) -> &[u8] {
    let text = text.get(..at_most).unwrap_or(text);
    text.split(|byte| *byte == 0).next().unwrap_or_default()
}

/// `commandCheckExistence` in Redis's server.c.
const SHOWN: usize = 128;

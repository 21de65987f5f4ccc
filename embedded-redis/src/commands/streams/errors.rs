//! What several of the commands are refused with.

use crate::engine::Error;
use crate::keyspace::until_nul;

/// Neither is there, or the key without the group.
pub(super) fn no_group(key: &[u8], group: &[u8], behind: &str) -> Error {
    let parts: [&[u8]; 6] = [
        b"NOGROUP No such key '",
        until_nul(key),
        b"' or consumer group '",
        until_nul(group),
        b"'",
        behind.as_bytes(),
    ];
    Error::new(parts.concat())
}

/// The key is there without the group.
pub(super) fn no_group_of_key(key: &[u8], group: &[u8]) -> Error {
    let parts: [&[u8]; 5] = [
        b"NOGROUP No such consumer group '",
        until_nul(group),
        b"' for key name '",
        until_nul(key),
        b"'",
    ];
    Error::new(parts.concat())
}

pub(super) fn key_required() -> Error {
    Error::of(
        "ERR The XGROUP subcommand requires the key to exist. Note that for CREATE you may want \
         to use the MKSTREAM option to create an empty stream automatically.",
    )
}

/// A subcommand that has arguments that it does not take.
pub(super) fn subcommand_syntax(container: &str, subcommand: &[u8]) -> Error {
    let subcommand = until_nul(subcommand);
    let subcommand = subcommand.get(..LONGEST).unwrap_or(subcommand);
    let parts: [&[u8]; 5] = [
        b"ERR unknown subcommand or wrong number of arguments for '",
        subcommand,
        b"'. Try ",
        container.as_bytes(),
        b" HELP.",
    ];
    Error::new(parts.concat())
}

/// So much of a subcommand's name is repeated.
const LONGEST: usize = 128;

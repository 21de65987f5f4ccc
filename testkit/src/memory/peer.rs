//! The server's end of a wire.

use std::fmt;

use adapter_core::resp_core::{Decoder, Limits, View};
use bytes::{Bytes, BytesMut};

use super::Wire;
use crate::pair::Server;

/// A server that reads nothing while it has something to write: the worst case for a client that
/// writes without reading.
pub struct Peer<S> {
    /// Who answers.
    pub server: S,
    /// It neither reads nor writes.
    pub stalled: bool,
    /// How many commands have come.
    pub commands: u64,
    wire: Wire,
    decoder: Decoder,
    input: BytesMut,
    output: Vec<u8>,
    /// How much of the output was sent.
    sent: usize,
    command: Vec<Bytes>,
}

impl<S: Server> Peer<S> {
    /// A server at the other end of a wire.
    pub fn new(server: S, wire: Wire) -> Self {
        Self {
            server,
            stalled: false,
            commands: 0,
            wire,
            decoder: Decoder::new(Limits::default()),
            input: BytesMut::new(),
            output: Vec::new(),
            sent: 0,
            command: Vec::new(),
        }
    }

    /// Sends what is to be sent; when all has gone, reads and answers. False if nothing could be
    /// done.
    ///
    /// # Panics
    ///
    /// If the client sends anything but commands.
    pub fn turn(&mut self) -> bool {
        if self.stalled {
            return false;
        }
        if let Some(rest) = self.output.get(self.sent..).filter(|rest| !rest.is_empty()) {
            let sent = self.wire.send(rest);
            self.sent += sent;
            return sent > 0;
        }
        self.output.clear();
        self.sent = 0;
        let received = self.wire.receive(&mut self.input);
        while self.output.len() < ENOUGH && self.answer() {}
        received || !self.output.is_empty()
    }

    /// Sends bytes that no command has asked for.
    pub fn say(&mut self, bytes: impl AsRef<[u8]>) {
        self.output.extend_from_slice(bytes.as_ref());
    }

    /// Answers one command; false if there is none.
    fn answer(&mut self) -> bool {
        let frame = match self.decoder.decode(&mut self.input) {
            Ok(Some(frame)) => frame,
            Ok(None) => return false,
            Err(error) => panic!("the client sent nonsense: {error}"),
        };
        let View::Array(arguments) = frame.view() else { panic!("{frame} is no command") };
        self.command.clear();
        self.command.extend(arguments.map(|argument| match argument.view() {
            View::BulkString(text) => Bytes::copy_from_slice(text),
            _ => panic!("{argument} as an argument"),
        }));
        self.commands += 1;
        self.server.execute(&self.command, &mut self.output);
        true
    }
}

impl<S> fmt::Debug for Peer<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Peer")
            .field("commands", &self.commands)
            .field("input", &self.input.len())
            .field("output", &(self.output.len() - self.sent))
            .finish_non_exhaustive()
    }
}

/// Output after which the server answers no more before it is sent.
const ENOUGH: usize = 64 * 1024;

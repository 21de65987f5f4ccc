//! What is tried of a command.

use std::fmt::Debug;

use redis_client_core::{Command, Error, Facts, FromReply, Kind, Request, read_reply};
use resp_core::FrameRef;

/// A command with some of its options, and what should come of it.
#[derive(Debug)]
pub struct Case {
    pub(super) request: Request,
    /// Commands to run before, on a server without keys.
    pub(super) given: Vec<&'static str>,
    /// Commands to run behind, so that the server is as it was.
    pub(super) cleanup: Vec<&'static str>,
    pub(super) expected: Expected,
    pub(super) read: fn(&'static Facts, FrameRef<'_>) -> Result<String, Error>,
}

/// What a case should end with.
#[derive(Debug)]
pub(super) enum Expected {
    /// A reply that is read as the declared type.
    Reply,
    /// One that is this value, as `Debug` shows it.
    Value(String),
    /// An error that begins like this.
    Error(&'static str),
    /// It can't be run, for this reason.
    NotRun(&'static str),
}

/// A command that has to be answered with what can be read as the declared type.
pub fn case<K: Kind, T: FromReply + Debug>(command: Command<K, T>) -> Case {
    Case {
        request: command.into_request(),
        given: Vec::new(),
        cleanup: Vec::new(),
        expected: Expected::Reply,
        read: |facts, frame| read_reply::<T>(facts, frame).map(|reply| format!("{reply:?}")),
    }
}

/// A command that has to be answered with this.
#[expect(clippy::needless_pass_by_value, reason = "cases are easier to read without a reference")]
pub fn gives<K: Kind, T: FromReply + Debug>(command: Command<K, T>, value: T) -> Case {
    Case { expected: Expected::Value(format!("{value:?}")), ..case(command) }
}

/// A command that has to be answered with what `Debug` shows like this: for types that only the
/// client makes.
pub fn shows<K: Kind, T: FromReply + Debug>(command: Command<K, T>, text: &str) -> Case {
    Case { expected: Expected::Value(text.to_owned()), ..case(command) }
}

impl Case {
    /// Runs this line before, whose words are separated by spaces.
    pub fn given(mut self, line: &'static str) -> Self {
        self.given.push(line);
        self
    }

    /// Runs this line behind. Keys are deleted anyway.
    pub fn cleanup(mut self, line: &'static str) -> Self {
        self.cleanup.push(line);
        self
    }

    /// It has to be answered with what `Debug` shows like this: for types that only the library can
    /// make.
    pub fn shows(mut self, value: &str) -> Self {
        self.expected = Expected::Value(value.to_owned());
        self
    }

    /// It has to be answered with an error that begins like this.
    pub fn fails(mut self, error: &'static str) -> Self {
        self.expected = Expected::Error(error);
        self
    }

    /// Only what is sent is looked at, since it can't be run, for this reason: `redis 7.4` for a
    /// server that is newer than the installed one.
    pub fn not_run(mut self, reason: &'static str) -> Self {
        self.expected = Expected::NotRun(reason);
        self
    }

    /// The arguments behind the name.
    pub(super) fn behind_the_name(&self) -> Vec<&[u8]> {
        let words = self.request.facts().name.split(' ').count();
        self.request.arguments().skip(words).collect()
    }

    /// The command as it would be typed.
    pub(super) fn text(&self) -> String {
        let words: Vec<_> =
            self.request.arguments().map(|word| word.escape_ascii().to_string()).collect();
        words.join(" ")
    }
}

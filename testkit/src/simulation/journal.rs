//! What the callers have asked for, and what they were told.

use std::time::Duration;

use adapter_core::{Cause, Error, Time};

use super::trace::What;
use super::world::World;

/// Every command of a run, by number.
#[derive(Debug, Default)]
pub(super) struct Journal {
    pub(super) commands: Vec<Issued>,
}

/// A command that a caller wants to have run.
#[derive(Clone, Debug)]
pub(super) struct Issued {
    pub(super) caller: usize,
    pub(super) kind: Kind,
    /// The length of its payload.
    pub(super) size: usize,
    /// The first command of its pipeline or transaction.
    pub(super) group: usize,
    pub(super) atomic: bool,
    /// The client knows that it only reads.
    pub(super) reads: bool,
    /// When its future was first polled, or made.
    pub(super) at: Time,
    pub(super) patience: Option<Duration>,
    pub(super) outcome: Option<(Outcome, Time)>,
}

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Echo,
    Set,
    Incr,
    /// Of a value that another command has set.
    Get(usize),
    Push,
    /// No such command.
    Nonsense,
}

/// What became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(usize)]
pub enum Outcome {
    /// The right reply came.
    Replied,
    /// The error reply came that was due.
    Refused,
    /// The server refused the transaction for another command's sake.
    Discarded,
    /// The client says that it was not sent.
    NotSent,
    /// The client says that it may have been applied.
    MaybeApplied,
    /// The caller went away before it polled for the first time.
    Unpolled,
    /// The caller went away.
    Cancelled,
    /// There was no client to send it.
    NoClient,
}

impl Outcome {
    /// All of them, with what to call them.
    pub const ALL: [(Self, &'static str); 8] = [
        (Self::Replied, "replied"),
        (Self::Refused, "error replies"),
        (Self::Discarded, "discarded"),
        (Self::NotSent, "not sent"),
        (Self::MaybeApplied, "maybe applied"),
        (Self::Unpolled, "never polled"),
        (Self::Cancelled, "cancelled"),
        (Self::NoClient, "no connection"),
    ];

    fn name(self) -> &'static str {
        Self::ALL.get(self as usize).map_or("", |(_, name)| name)
    }
}

impl Kind {
    const fn name(self) -> &'static str {
        match self {
            Self::Echo => "ECHO",
            Self::Set => "SET",
            Self::Incr => "INCR",
            Self::Get(_) => "GET",
            Self::Push => "RPUSH",
            Self::Nonsense => "NONSENSE",
        }
    }
}

impl World {
    /// Gives a command its number.
    pub(super) fn issue(&self, issued: Issued) -> usize {
        let mut journal = self.journal.borrow_mut();
        let (command, caller, kind) = (journal.commands.len(), issued.caller, issued.kind.name());
        journal.commands.push(issued);
        self.note(What::Issued { caller, command, kind });
        command
    }

    /// Notes that commands are asked for now.
    pub(super) fn begin(&self, commands: &[usize]) {
        let mut journal = self.journal.borrow_mut();
        for command in commands {
            if let Some(issued) = journal.commands.get_mut(*command) {
                issued.at = self.now.get();
            }
        }
    }

    /// Notes what became of a command.
    pub(super) fn conclude(&self, command: usize, outcome: Outcome) {
        let now = self.now.get();
        let mut journal = self.journal.borrow_mut();
        let Some(issued) = journal.commands.get_mut(command) else { return };
        if let Some((before, _)) = issued.outcome.replace((outcome, now)) {
            self.violated(format!("command {command} ended twice: {before:?}, {outcome:?}"));
        }
        self.note(What::Concluded { command, outcome: outcome.name() });
    }

    /// Notes what became of a command by what its future gave: that its reply is `right`, or an
    /// error.
    pub(super) fn judge(&self, command: usize, result: Result<Result<(), String>, Error>) {
        let (kind, atomic) = self.of(command, |issued| (issued.kind, issued.atomic));
        let outcome = match result {
            Ok(Ok(())) => Outcome::Replied,
            Ok(Err(wrong)) => {
                self.violated(format!("command {command}: {wrong}"));
                Outcome::Replied
            }
            Err(Error::NotSent(_)) => Outcome::NotSent,
            Err(Error::MaybeApplied(_)) => Outcome::MaybeApplied,
            Err(Error::Server(error)) => {
                let text = String::from_utf8_lossy(error.text()).into_owned();
                let own = text.contains(&format!("`#{command}`"));
                match kind {
                    _ if atomic && text.contains("unknown command `NONSENSE`") => {
                        Outcome::Discarded
                    }
                    Kind::Nonsense if own => Outcome::Refused,
                    _ => {
                        self.violated(format!("command {command} got another's error: {text}"));
                        Outcome::Refused
                    }
                }
            }
            Err(other) => {
                self.violated(format!("command {command}: {other}"));
                Outcome::MaybeApplied
            }
        };
        self.conclude(command, outcome);
    }

    /// What a `GET` has to find, as far as that is known: something, nothing, or either.
    pub(super) fn expects(&self, set: usize) -> Option<bool> {
        match self.of(set, |issued| issued.outcome)?.0 {
            Outcome::Replied => Some(true),
            Outcome::NotSent | Outcome::Unpolled | Outcome::NoClient | Outcome::Discarded => {
                Some(false)
            }
            Outcome::MaybeApplied | Outcome::Cancelled | Outcome::Refused => None,
        }
    }

    /// Something about a command.
    ///
    /// # Panics
    ///
    /// If there is no such command.
    pub(super) fn of<O>(&self, command: usize, read: impl FnOnce(&Issued) -> O) -> O {
        let journal = self.journal.borrow();
        let Some(issued) = journal.commands.get(command) else { panic!("command {command}?") };
        read(issued)
    }

    /// What a command carries: its number, and padding.
    pub(super) fn payload(&self, command: usize) -> String {
        let size = self.of(command, |issued| issued.size);
        let mut payload = format!("#{command}:");
        let padding = size.saturating_sub(payload.len());
        payload.extend(std::iter::repeat_n('x', padding));
        payload
    }
}

/// Whether an error says that the connection is no more.
pub(super) const fn is_lost(error: &Error) -> bool {
    matches!(
        error,
        Error::NotSent(Cause::Connection(_)) | Error::MaybeApplied(Cause::Connection(_))
    )
}

//! What the callers have asked for, and what they were told.

use std::cell::Cell;
use std::rc::Rc;
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
    pub(super) via: Via,
    /// Another database than the configured one.
    pub(super) database: Option<u32>,
    /// The client knows that it only reads.
    pub(super) reads: bool,
    /// When its future was first polled, or made.
    pub(super) at: Time,
    pub(super) patience: Option<Duration>,
    pub(super) outcome: Option<(Outcome, Time)>,
    /// What became of the client that it was given to.
    pub(super) closing: Closing,
    /// Its end came of a client being closed.
    pub(super) excused: bool,
    /// Whether its transaction is aborted because a key was changed, if that is known.
    pub(super) aborted: Option<bool>,
    /// The element that came of a queue.
    pub(super) element: Option<usize>,
}

/// What a command goes over; leases have numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Via {
    /// A connection that others use, too.
    Shared,
    /// A connection that the pool takes for it.
    Routed(usize),
    /// A connection that the caller has.
    Leased(usize),
}

/// Whether a caller has closed a client, and by force.
pub(super) type Closing = Rc<Cell<Option<bool>>>;

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Echo,
    Set,
    Incr,
    /// Of a value that another command has set.
    Get(usize),
    Push,
    /// Of an element, to a queue that others take from.
    Enqueue(usize),
    /// Of an element from a queue, waiting for so many milliseconds.
    Dequeue(usize, u64),
    /// Of another command's key.
    Watch(usize),
    /// No such command.
    Nonsense,
}

impl Via {
    pub(super) const fn lease(self) -> Option<usize> {
        match self {
            Self::Shared => None,
            Self::Routed(lease) | Self::Leased(lease) => Some(lease),
        }
    }
}

impl Issued {
    /// Whether it may end like this because a client was closed.
    fn is_excused(&self, outcome: Outcome) -> bool {
        match (self.closing.get(), outcome) {
            (Some(true), Outcome::NotSent | Outcome::MaybeApplied) => true,
            (Some(false), Outcome::NotSent) => !matches!(self.via, Via::Leased(_)),
            _ => false,
        }
    }
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
            Self::Push | Self::Enqueue(_) => "RPUSH",
            Self::Dequeue(..) => "BLPOP",
            Self::Watch(_) => "WATCH",
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

    /// Notes that commands are asked for now, of a client.
    pub(super) fn begin(&self, commands: &[usize], closing: &Closing) {
        let mut journal = self.journal.borrow_mut();
        for command in commands {
            if let Some(issued) = journal.commands.get_mut(*command) {
                issued.at = self.now.get();
                issued.closing = Rc::clone(closing);
            }
        }
    }

    /// Notes what became of a command.
    pub(super) fn conclude(&self, command: usize, outcome: Outcome) {
        let now = self.now.get();
        let mut journal = self.journal.borrow_mut();
        let Some(issued) = journal.commands.get_mut(command) else { return };
        issued.excused = issued.is_excused(outcome);
        if let Some((before, _)) = issued.outcome.replace((outcome, now)) {
            self.violated(format!("command {command} ended twice: {before:?}, {outcome:?}"));
        }
        self.note(What::Concluded { command, outcome: outcome.name() });
    }

    /// Notes what became of a command by what its future gave: that its reply is `right`, or an
    /// error.
    pub(super) fn judge(&self, command: usize, result: Result<Result<(), String>, Error>) {
        let of = |issued: &Issued| (issued.kind, issued.atomic, issued.aborted);
        let (kind, atomic, aborted) = self.of(command, of);
        let outcome = match result {
            Ok(_) if aborted == Some(true) => {
                self.violated(format!("command {command} was run though a key was changed"));
                Outcome::Replied
            }
            Err(Error::Aborted) if aborted != Some(false) => Outcome::Discarded,
            Ok(Ok(())) => Outcome::Replied,
            Ok(Err(wrong)) => {
                self.violated(format!("command {command}: {wrong}"));
                Outcome::Replied
            }
            Err(Error::NotSent(_)) => Outcome::NotSent,
            Err(Error::MaybeApplied(_)) => Outcome::MaybeApplied,
            Err(Error::Server(error) | Error::Discarded { error, .. }) => {
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

    /// Says whether a transaction is to be aborted, as far as that is known.
    pub(super) fn expect_abort(&self, commands: &[usize], aborted: Option<bool>) {
        let mut journal = self.journal.borrow_mut();
        for command in commands {
            if let Some(issued) = journal.commands.get_mut(*command) {
                issued.aborted = aborted;
            }
        }
    }

    /// Notes that a command has got an element.
    pub(super) fn deliver(&self, command: usize, element: usize) {
        if let Some(issued) = self.journal.borrow_mut().commands.get_mut(command) {
            issued.element = Some(element);
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

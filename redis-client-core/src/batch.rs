//! Several commands sent in one piece.

mod tuples;

use alloc::vec::Vec;
use core::fmt;

use resp_core::{Frame, OutBuf, View, encode};

use crate::command::{Command, Kind};
use crate::error::{Error, ReplyError, ServerError};
use crate::facts::{Effect, Facts};
use crate::reply::{FromReply, read_reply};
use crate::request::{Blocking, Request, Timeout};
use crate::value::Value;

/// Commands that go out one behind the other, with nothing in between, and come back as one list
/// of replies.
///
/// As a pipeline each stands for itself; as a [transaction](Self::transaction) the server runs
/// them all or none.
#[derive(Default)]
pub struct Batch {
    pub(crate) encoded: OutBuf,
    pub(crate) commands: Vec<&'static Facts>,
    /// Where the first command ends: before that, none of a pipeline can have run.
    pub(crate) first_end: usize,
    pub(crate) timeout: Timeout,
    pub(crate) atomic: bool,
    /// It has been submitted: what is left of it is for reading the replies.
    pub(crate) spent: bool,
    /// The first command that may keep the connection waiting.
    blocking: Option<&'static Facts>,
}

impl Batch {
    /// A pipeline without commands.
    pub fn new() -> Self {
        Self::default()
    }

    /// A transaction without commands: `MULTI` in front, and `EXEC` behind once it is submitted.
    pub fn transaction() -> Self {
        let mut batch = Self::new();
        encode::command(&mut batch.encoded, ["MULTI"]);
        batch.atomic = true;
        batch
    }

    /// Appends a command. Of the timeouts that commands have of their own, the longest counts for
    /// all; those of blocking commands add up, since one waits behind the other.
    pub fn push(&mut self, command: impl AsRef<Request>) -> &mut Self {
        let request = command.as_ref();
        request.encode(&mut self.encoded);
        if self.commands.is_empty() {
            self.first_end = self.encoded.len();
        }
        self.commands.push(request.facts());
        if !request.is_plain() {
            self.wait_for(request);
        }
        self
    }

    /// Notes whether a command blocks, and has the time it may take count.
    fn wait_for(&mut self, request: &Request) {
        if request.blocking() != Blocking::No {
            self.blocking = self.blocking.or(Some(request.facts()));
        }
        self.timeout = match (self.timeout, request.timeout()) {
            (Timeout::Never, _) | (_, Timeout::Never) => Timeout::Never,
            (Timeout::After(one), Timeout::After(two))
                if !self.atomic && request.blocking() != Blocking::No =>
            {
                Timeout::After(one.saturating_add(two))
            }
            (Timeout::After(one), Timeout::After(two)) => Timeout::After(one.max(two)),
            (Timeout::Default, other) | (other, Timeout::Default) => other,
        };
    }

    /// How many commands there are.
    pub fn len(&self) -> usize {
        self.commands.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.commands.is_empty()
    }

    /// Whether the server runs all or none of the commands.
    pub const fn is_transaction(&self) -> bool {
        self.atomic
    }

    /// The facts about each command, in order.
    pub fn facts(&self) -> &[&'static Facts] {
        &self.commands
    }

    /// The first command that may keep the connection waiting. (In a transaction none does.)
    pub fn blocking(&self) -> Option<&'static Facts> {
        self.blocking.filter(|_| !self.atomic)
    }

    /// How long to wait for the replies.
    pub const fn timeout(&self) -> Timeout {
        self.timeout
    }

    /// Sets how long to wait for the replies, whatever the commands say.
    pub const fn set_timeout(&mut self, timeout: Timeout) {
        self.timeout = timeout;
    }

    /// How many replies will come.
    pub fn replies(&self) -> usize {
        self.commands.len() + if self.atomic { TRANSACTION_REPLIES } else { 0 }
    }

    /// The first command whose replies can't be counted among others, that would end the
    /// transaction early, or that was sent before.
    pub(crate) fn misfit(&self) -> Option<&'static Facts> {
        let misfit = |facts: &&&Facts| {
            matches!(
                facts.effect,
                Effect::Subscribes(_) | Effect::Unsubscribes(_) | Effect::EndsReplies
            ) || facts.changes_protocol()
                // Its own EXEC is the one that counts.
                || self.atomic && facts.opens_transaction().is_some()
                || self.spent
        };
        self.commands.iter().find(misfit).copied()
    }
}

impl fmt::Debug for Batch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self.commands.iter().map(|facts| facts.name);
        f.write_str(if self.atomic { "transaction " } else { "pipeline " })?;
        f.debug_list().entries(names.take(DEBUG_COMMANDS)).finish()
    }
}

/// Commands with typed replies that make a batch: a tuple of them, or any number of one kind in a
/// `Vec` or an array. As a `Vec` of [`Request`]s they may be of different kinds; each reply is any
/// [`Value`] then.
///
/// ```
/// use redis_client_core::{Request, cmd};
///
/// let mixed: Vec<Request> = vec![cmd::set("k", 1).into(), cmd::hgetall("user:1").into()];
/// # let _ = mixed;
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no batch of commands",
    note = "use a tuple of up to 12 commands made by `cmd::..`, or a `Vec` of one kind, or of `Request`s"
)]
pub trait IntoBatch {
    /// What comes back: a result for each command.
    type Replies;

    /// Appends the commands.
    fn into_batch(self, batch: &mut Batch);

    /// Reads the replies.
    fn read(results: Results<'_>) -> Self::Replies;
}

impl<K: Kind, T: FromReply> IntoBatch for Vec<Command<K, T>> {
    type Replies = Vec<Result<T, Error>>;

    fn into_batch(self, batch: &mut Batch) {
        for command in &self {
            batch.push(command);
        }
    }

    fn read(mut results: Results<'_>) -> Self::Replies {
        (0..results.len()).map(|_| results.take()).collect()
    }
}

impl<K: Kind, T: FromReply, const N: usize> IntoBatch for [Command<K, T>; N] {
    type Replies = [Result<T, Error>; N];

    fn into_batch(self, batch: &mut Batch) {
        for command in &self {
            batch.push(command);
        }
    }

    fn read(mut results: Results<'_>) -> Self::Replies {
        core::array::from_fn(|_| results.take())
    }
}

impl IntoBatch for Vec<Request> {
    type Replies = Vec<Result<Value, Error>>;

    fn into_batch(self, batch: &mut Batch) {
        for request in &self {
            batch.push(request);
        }
    }

    fn read(mut results: Results<'_>) -> Self::Replies {
        (0..results.len()).map(|_| results.take()).collect()
    }
}

/// The results of a batch, to be read in order: replies as far as they came, then what became of
/// the rest.
#[derive(Debug)]
pub struct Results<'a> {
    facts: &'a [&'static Facts],
    replies: core::slice::Iter<'a, Frame>,
    next: usize,
    rest: Option<Error>,
}

impl<'a> Results<'a> {
    /// Of a pipeline: the replies that came, and why there are no more if there aren't.
    pub fn of_pipeline(
        facts: &'a [&'static Facts],
        replies: &'a [Frame],
        rest: Option<Error>,
    ) -> Self {
        Self { facts, replies: replies.iter(), next: 0, rest }
    }

    /// How many commands there were.
    pub const fn len(&self) -> usize {
        self.facts.len()
    }

    /// Whether there was none.
    pub const fn is_empty(&self) -> bool {
        self.facts.is_empty()
    }

    /// The next command's result.
    pub fn take<T: FromReply>(&mut self) -> Result<T, Error> {
        let facts = self.facts.get(self.next).copied().unwrap_or(&Facts::UNKNOWN);
        self.next += 1;
        match (self.replies.next(), &self.rest) {
            (Some(frame), _) => read_reply(facts, frame.as_frame()),
            (None, Some(error)) => Err(error.clone()),
            (None, None) => Err(Error::Reply { command: facts.name, error: ReplyError::Null }),
        }
    }
}

/// Reads the replies to a whole transaction: `MULTI`, each command's `QUEUED`, `EXEC`.
///
/// # Errors
///
/// [`Error::Discarded`] with the first error that kept a command from being queued;
/// [`Error::Aborted`] where a watched key had changed; [`Error::Server`] with the refusal of `MULTI`
/// or `EXEC` itself. Where `MULTI` was refused, as an access control list may do, the commands
/// behind it have been run each by itself.
pub fn read_transaction<B: IntoBatch>(
    facts: &[&'static Facts],
    replies: &[Frame],
) -> Result<B::Replies, Error> {
    if facts.is_empty() {
        return Ok(B::read(Results::of_pipeline(facts, &[], None)));
    }
    let unreadable = |error| Error::Reply { command: "EXEC", error };
    let (exec, queued) = replies.split_last().ok_or_else(|| unreadable(ReplyError::Null))?;
    if let View::Array(elements) = exec.view() {
        let elements: Vec<Frame> = elements.map(|element| element.to_frame()).collect();
        if elements.len() != facts.len() {
            let (expected, found) = (facts.len(), elements.len());
            return Err(unreadable(ReplyError::Length { expected, found }));
        }
        return Ok(B::read(Results::of_pipeline(facts, &elements, None)));
    }
    let mut answers = queued.iter().map(|frame| ServerError::of(frame.as_frame()));
    if let Some(error) = answers.next().flatten() {
        return Err(Error::Server(error));
    }
    let refused = answers.enumerate().find_map(|(index, error)| Some((index, error?)));
    if let Some((index, error)) = refused {
        let command = facts.get(index).map_or(Facts::UNKNOWN.name, |facts| facts.name);
        return Err(Error::Discarded { index, command, error });
    }
    match exec.view() {
        View::Null => Err(Error::Aborted),
        _ => Err(ServerError::of(exec.as_frame()).map_or_else(
            || unreadable(ReplyError::unexpected("an array", exec.as_frame())),
            Error::Server,
        )),
    }
}

/// Replies to `MULTI` and `EXEC`.
const TRANSACTION_REPLIES: usize = 2;

/// Commands that `Debug` names.
const DEBUG_COMMANDS: usize = 16;

//! Calls of every form.

use std::fmt;
use std::time::Duration;

use adapter_core::resp_core::{Frame, FrameRef, View};
use adapter_core::{Any, Cause, Command, Commands, Error, cmd};

use super::way::Way;
use super::{Asker, issued};
use crate::simulation::journal::{Closing, Kind, Outcome, Via, is_lost};
use crate::simulation::ledger::number;
use crate::simulation::trace::What;
use crate::simulation::world::World;

/// One or several commands, and how they are sent.
pub(super) struct Call {
    pub(super) form: Form,
    /// What is asked for, and the length of the payload.
    pub(super) kinds: Vec<(Kind, usize)>,
    /// The timeout of their own.
    pub(super) patience: Option<Duration>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    Single,
    /// A pipeline of typed commands: `SET`, `INCR`, `ECHO`.
    Typed,
    Pipeline,
    Transaction,
}

/// A call whose commands have numbers.
pub(super) struct IssuedCall {
    form: Form,
    pub(super) commands: Vec<usize>,
    patience: Option<Duration>,
}

impl Call {
    /// Gives the commands their numbers.
    pub(super) fn issue(self, asker: &Asker, world: &World) -> IssuedCall {
        let mut commands: Vec<usize> = Vec::new();
        for kind in self.kinds {
            let mut issued = issued(asker, kind, world);
            issued.group = commands.first().copied().unwrap_or(usize::MAX);
            issued.atomic = self.form == Form::Transaction;
            issued.reads = self.form == Form::Single
                && asker.via == Via::Shared
                && matches!(kind.0, Kind::Echo | Kind::Get(_));
            issued.patience = self.patience;
            commands.push(world.issue(issued));
        }
        IssuedCall { form: self.form, commands, patience: self.patience }
    }
}

impl IssuedCall {
    /// Makes the call and notes what became of each command: whether the client seems to be of no
    /// use any more.
    pub(super) async fn make<W: Way>(&self, world: &World, client: W, closing: &Closing) -> bool {
        world.begin(&self.commands, closing);
        let results = match (self.form, &self.commands[..]) {
            (Form::Single, [command]) => vec![self.single(world, client, *command).await],
            (Form::Typed, [set, incr, echo]) => {
                self.typed(world, client, [*set, *incr, *echo]).await
            }
            (form, commands) => {
                let sent: Vec<_> = commands.iter().map(|id| self.command(world, *id)).collect();
                let expected: Vec<_> = commands.iter().map(|id| expected(world, *id)).collect();
                let replies = match form {
                    Form::Transaction => client.transaction(sent).await,
                    _ => client.pipeline(sent).await,
                };
                self.judged(world, &expected, replies)
            }
        };
        let mut lost = false;
        for (command, result) in self.commands.iter().zip(results) {
            // One that times out may do so because the connection is dead.
            lost |= result.as_ref().err().is_some_and(|error| match error {
                Error::MaybeApplied(Cause::TimedOut) | Error::NotSent(Cause::TimedOut) => {
                    world.one_in(3)
                }
                _ => is_lost(error),
            });
            world.judge(*command, result);
        }
        lost
    }

    /// Notes what became of each of the commands by the reply to `EXEC`: whether the connection is
    /// lost, if anything was wrong.
    pub(super) fn judge_exec(&self, world: &World, reply: Result<Frame, Error>) -> Option<bool> {
        let error = match reply {
            Ok(frame) => {
                self.judge_replies(world, &frame);
                return None;
            }
            Err(error) => error,
        };
        // Without an EXEC none is run.
        let not_sent = matches!(error, Error::NotSent(_));
        let outcome = if not_sent { Outcome::Discarded } else { Outcome::MaybeApplied };
        for command in &self.commands {
            world.conclude(*command, outcome);
        }
        Some(is_lost(&error))
    }

    fn judge_replies(&self, world: &World, frame: &Frame) {
        let replies: Vec<_> = match frame.view() {
            View::Array(replies) => replies.map(|reply| reply.to_frame()).collect(),
            _ => Vec::new(),
        };
        if replies.len() != self.commands.len() {
            world.violated(format!("EXEC of {:?} was answered {frame}", self.commands));
        }
        for (command, reply) in self.commands.iter().zip(&replies) {
            world.judge(*command, Ok(right(world, *command, None, reply)));
        }
    }

    /// The typed interface.
    async fn single<W: Way>(&self, world: &World, client: W, command: usize) -> Judged {
        let kind = world.of(command, |issued| issued.kind);
        let key = format!("#{command}");
        let payload = world.payload(command);
        match kind {
            Kind::Echo => {
                let call = client.echo(&payload);
                let reply = match self.patience {
                    Some(timeout) => call.timeout(timeout).await?,
                    None => call.await?,
                };
                Ok(same(&payload, &reply))
            }
            Kind::Set => {
                let call = client.set(key, payload);
                match self.patience {
                    Some(timeout) => call.timeout(timeout).await?,
                    None => call.await?,
                }
                Ok(Ok(()))
            }
            Kind::Incr => {
                let call = client.incr(key);
                let sum = match self.patience {
                    Some(timeout) => call.timeout(timeout).await?,
                    None => call.await?,
                };
                Ok(one(sum))
            }
            Kind::Get(set) => {
                let call = client.get(format!("#{set}"));
                let expected = world.expects(set);
                let value = match self.patience {
                    Some(timeout) => call.timeout(timeout).await?,
                    None => call.await?,
                };
                Ok(value_of(world, set, expected, value.as_deref()))
            }
            Kind::Dequeue(..) if world.one_in(2) => {
                let request = self.command(world, command).as_ref().clone();
                let frame = client.execute(request).await?;
                Ok(right(world, command, None, &frame))
            }
            _ => {
                let frames = client.pipeline(vec![self.command(world, command)]).await?;
                match frames.into_iter().next() {
                    Some(frame) => Ok(right(world, command, None, &frame?)),
                    None => Ok(Err("no reply".to_owned())),
                }
            }
        }
    }

    async fn typed<W: Way>(
        &self,
        world: &World,
        client: W,
        [set, incr, echo]: [usize; 3],
    ) -> Vec<Judged> {
        let payload = world.payload(echo);
        let commands = (
            cmd::set(format!("#{set}"), world.payload(set)),
            cmd::incr(format!("#{incr}")),
            cmd::echo(&payload),
        );
        let commands = match self.patience {
            Some(timeout) => (
                commands.0.timeout(timeout),
                commands.1.timeout(timeout),
                commands.2.timeout(timeout),
            ),
            None => commands,
        };
        match client.pipeline(commands).await {
            Ok((set, sum, echoed)) => {
                vec![set.map(Ok), sum.map(one), echoed.map(|echoed| same(&payload, &echoed))]
            }
            Err(error) => vec![Err(error.clone()), Err(error.clone()), Err(error)],
        }
    }

    /// The generic interface.
    pub(super) fn command(&self, world: &World, command: usize) -> Command<Any> {
        let key = format!("#{command}");
        let call = match world.of(command, |issued| issued.kind) {
            Kind::Echo => cmd::command("ECHO").arg(world.payload(command)),
            Kind::Set => cmd::command("SET").arg(key).arg(world.payload(command)),
            Kind::Incr => cmd::command("INCR").arg(key),
            Kind::Get(set) => cmd::command("GET").arg(format!("#{set}")),
            Kind::Push => cmd::command("RPUSH").arg(key).arg("element"),
            Kind::Enqueue(queue) => {
                cmd::command("RPUSH").arg(name_of(queue)).arg(world.payload(command))
            }
            Kind::Dequeue(queue, millis) => {
                let seconds = format!("{}.{:03}", millis / 1_000, millis % 1_000);
                // The second list tells which command it is; there never is one.
                cmd::command("BLPOP").arg(name_of(queue)).arg(key).arg(seconds)
            }
            Kind::Watch(watched) => cmd::command("WATCH").arg(key).arg(format!("#{watched}")),
            Kind::Nonsense => cmd::command("NONSENSE").arg(key),
        };
        match self.patience {
            Some(timeout) => call.timeout(timeout),
            None => call,
        }
    }

    fn judged(
        &self,
        world: &World,
        expected: &[Option<bool>],
        replies: Result<Vec<Result<Frame, Error>>, Error>,
    ) -> Vec<Judged> {
        let judge = |((command, expected), reply): ((&usize, &Option<bool>), Result<_, Error>)| {
            Ok(right(world, *command, *expected, &reply?))
        };
        match replies {
            Ok(replies) => self.commands.iter().zip(expected).zip(replies).map(judge).collect(),
            Err(error) => self.commands.iter().map(|_| Err(error.clone())).collect(),
        }
    }
}

/// What a future gave, and whether it is right.
type Judged = Result<Result<(), String>, Error>;

/// Looks whether a client keeps to its bounds. That takes time, so it is done now and then.
pub(super) fn look_at(world: &World, client: &dyn fmt::Debug) {
    if !world.one_in(8) {
        return;
    }
    let text = format!("{client:?}");
    let number = |name: &str| -> Option<usize> {
        let (_, rest) = text.split_once(name)?;
        rest.split(|char: char| !char.is_ascii_digit()).next()?.parse().ok()
    };
    let (Some(in_flight), Some(queued)) = (number("in_flight: "), number("queued: ")) else {
        return world.violated(format!("{text} doesn't say how much it holds"));
    };
    let bounds = &world.plan.bounds;
    if in_flight > bounds.in_flight.max(LARGEST_BATCH) {
        world.violated(format!("{in_flight} replies outstanding of {}", bounds.in_flight));
    }
    // One command or batch of any size is taken where there is room at all.
    if queued > bounds.queued + LARGEST_BATCH * (world.plan.payload + 100) {
        world.violated(format!("{queued} bytes queued of {}", bounds.queued));
    }
    world.note(What::Held { in_flight, queued });
}

fn expected(world: &World, command: usize) -> Option<bool> {
    match world.of(command, |issued| issued.kind) {
        Kind::Get(set) => world.expects(set),
        _ => None,
    }
}

/// Whether it is the reply that the command has to get.
fn right(
    world: &World,
    command: usize,
    expected: Option<bool>,
    frame: &Frame,
) -> Result<(), String> {
    match (world.of(command, |issued| issued.kind), frame.view()) {
        (Kind::Echo, View::BulkString(text)) => same(&world.payload(command), text),
        (Kind::Set | Kind::Watch(_), View::SimpleString(b"OK")) => Ok(()),
        (Kind::Enqueue(_), View::Integer(1..)) | (Kind::Dequeue(..), View::Null) => Ok(()),
        (Kind::Dequeue(queue, _), View::Array(reply)) => element(world, command, queue, reply),
        (Kind::Incr | Kind::Push, View::Integer(sum)) => one(sum),
        (Kind::Get(set), View::BulkString(text)) => value_of(world, set, expected, Some(text)),
        (Kind::Get(set), View::Null) => value_of(world, set, expected, None),
        (kind, _) => Err(format!("{kind:?} was answered with {frame}")),
    }
}

fn same(payload: &str, reply: &[u8]) -> Result<(), String> {
    if payload.as_bytes() == reply {
        return Ok(());
    }
    let start = reply.get(..reply.len().min(20)).unwrap_or_default().escape_ascii();
    Err(format!("the reply is \"{start}..\", of {} bytes", reply.len()))
}

/// An element that may have come of this queue.
fn element<'a>(
    world: &World,
    command: usize,
    queue: usize,
    mut reply: impl Iterator<Item = FrameRef<'a>>,
) -> Result<(), String> {
    let mut next = || match reply.next().map(|frame| frame.view()) {
        Some(View::BulkString(text)) => Ok(text),
        other => Err(format!("{other:?} came of a queue")),
    };
    let (name, text) = (next()?, next()?);
    let element = number(text).ok_or_else(|| format!("{} came", text.escape_ascii()))?;
    same(&world.payload(element), text)?;
    if name != name_of(queue).as_bytes() {
        return Err(format!("it came of {}", name.escape_ascii()));
    }
    world.deliver(command, element);
    Ok(())
}

fn name_of(queue: usize) -> String {
    format!("queue{queue}")
}

/// Nobody else uses the key.
fn one(sum: i64) -> Result<(), String> {
    if sum == 1 { Ok(()) } else { Err(format!("the sum is {sum}")) }
}

fn value_of(
    world: &World,
    set: usize,
    expected: Option<bool>,
    value: Option<&[u8]>,
) -> Result<(), String> {
    match value {
        Some(_) if expected == Some(false) => Err(format!("{set} was not to be set")),
        Some(value) => same(&world.payload(set), value),
        None if expected == Some(true) => Err(format!("what {set} has set is not there")),
        None => Ok(()),
    }
}

/// The most replies of one call, with those of `MULTI` and `EXEC`.
const LARGEST_BATCH: usize = 8;

//! Clients that are paused: their commands wait until it is over.

#[cfg(test)]
mod tests;

use redis_server_core::resp_core::request::Request;
use redis_server_core::{Entry, Flags};

use super::answer::{Done, Outcome};
use super::context::Context;
use super::table::Runs;
use super::{Client, ClientKey, Engine, Event};
use crate::keyspace::Millis;

/// Whether commands wait, which, and until when (`CLIENT PAUSE`, `DEBUG SLEEP`).
#[derive(Debug, Default)]
pub(crate) struct Pause {
    scope: Scope,
    until: Millis,
    /// The server does nothing at all until then.
    asleep_until: Option<Millis>,
    /// Clients whose commands wait, in the order in which they have come.
    held: Vec<ClientKey>,
}

/// What waits, the weaker first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Scope {
    #[default]
    Nothing,
    /// What may write.
    Writes,
    Everything,
}

impl Pause {
    /// Whether the data is to stay as it is.
    #[inline]
    pub(crate) fn is_on(&self) -> bool {
        self.scope != Scope::Nothing || self.asleep_until.is_some()
    }

    /// Pauses clients, or does so for longer or more strictly; never for less.
    pub(crate) fn extend(&mut self, scope: Scope, until: Millis, now: Millis) {
        let scope = self.scope.max(scope);
        let until = if self.scope == Scope::Nothing { until } else { self.until.max(until) };
        if until >= now {
            (self.scope, self.until) = (scope, until);
        }
    }

    /// Stops the server until then.
    pub(crate) fn sleep(&mut self, until: Millis) {
        self.asleep_until = self.asleep_until.max(Some(until));
    }

    pub(super) fn is_asleep(&self) -> bool {
        self.asleep_until.is_some()
    }

    pub(super) fn forget(&mut self, key: ClientKey) {
        self.held.retain(|held| *held != key);
    }
}

impl Engine {
    /// Ends the pause if its time is over.
    #[inline]
    pub(super) fn end_pause(&mut self) {
        if self.shared.pause.is_on() {
            self.end_pause_at(self.shared.now);
        }
    }

    #[cold]
    fn end_pause_at(&mut self, now: Millis) {
        let pause = &mut self.shared.pause;
        if pause.asleep_until.is_some_and(|until| until <= now) {
            pause.asleep_until = None;
            self.resume_held();
        }
        let pause = &self.shared.pause;
        if pause.scope != Scope::Nothing && pause.until < now && !pause.is_asleep() {
            self.unpause();
        }
    }

    /// Ends the pause.
    pub(crate) fn unpause(&mut self) {
        self.shared.pause.scope = Scope::Nothing;
        self.resume_held();
    }

    /// Has the commands run that wait. Those that are still to wait come back.
    fn resume_held(&mut self) {
        for key in std::mem::take(&mut self.shared.pause.held) {
            if let Some(client) = self.clients.get_mut(key) {
                client.held = false;
                self.shared.events.push_back(Event::Resume(client.id).into());
            }
        }
    }
}

impl Client {
    /// Whether a command of it waits for something.
    pub(crate) fn waits(&self) -> bool {
        self.held || self.blocked.is_some()
    }
}

impl Context<'_> {
    /// Puts the command back in line, to be run when the pause is over.
    #[cold]
    pub(super) fn hold(&mut self) -> Outcome {
        let key = self.key();
        if let Some(client) = self.client_mut().filter(|client| !client.held) {
            client.held = true;
            self.engine.shared.pause.held.push(key);
        }
        Ok(Done::Hold)
    }

    /// Whether the command has to wait.
    #[cold]
    pub(super) fn is_paused(&self, entry: &Entry<Runs>, request: Request<'_>) -> bool {
        match self.engine.shared.pause.scope {
            Scope::Nothing => false,
            Scope::Everything => true,
            Scope::Writes if entry.spec.name() == "exec" => {
                self.client().and_then(|it| it.transaction.as_ref()).is_some_and(|it| it.may_write)
            }
            Scope::Writes => self.may_write(entry, request),
        }
    }

    /// Whether a replica might have to hear of the command, in Redis's eyes.
    pub(super) fn may_write(&self, entry: &Entry<Runs>, request: Request<'_>) -> bool {
        let name = entry.spec.name();
        entry.spec.flags().contains(Flags::WRITE)
            || ["pfcount", "publish", "spublish", "fcall"].contains(&name)
            || name == "eval" && !self.only_reads(request, false)
            || name == "evalsha" && !self.only_reads(request, true)
    }

    /// Whether a known script says of itself that it writes nothing.
    #[cfg(feature = "lua")]
    fn only_reads(&self, request: Request<'_>, by_sha: bool) -> bool {
        use crate::scripting::{lower_case, sha_of};
        let script = request.arg(1).unwrap_or_default();
        let sha = if by_sha { lower_case(script) } else { Some(sha_of(script)) };
        let scripts = self.engine.scripts.as_ref();
        sha.zip(scripts).is_some_and(|(sha, scripts)| scripts.only_reads(&sha))
    }

    #[cfg(not(feature = "lua"))]
    fn only_reads(&self, _: Request<'_>, _: bool) -> bool {
        false
    }
}

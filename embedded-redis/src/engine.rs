//! Commands on data: a whole server but for sockets and clocks.

mod answer;
mod blocking;
mod client;
mod context;
mod error;
mod event;
mod eviction;
mod expiry;
mod idle;
mod monitor;
mod notify;
mod pause;
mod refusing;
mod settings;
mod stats;
mod table;
#[cfg(test)]
pub(crate) mod testing;
mod tracking;
mod unheard;
mod usage;
mod users;

use std::time::Duration;

use redis_server_core::resp_core::request::Request;
use redis_server_core::{Action, Entry, Flags, Protocol, Reply, Terms};

pub(crate) use answer::{Answer, Done, Outcome};
pub(crate) use blocking::Waiting;
pub(crate) use client::{Client, ClientKey, Clients, Replies, Transaction, Watched};
pub(crate) use context::{Buffers, Context, Cpu, Data, Edit, Shared, Times};
pub(crate) use error::Error;
pub(crate) use event::{Event, Queued};
pub(crate) use eviction::Eviction;
#[cfg(test)]
pub(crate) use eviction::Policy;
pub(crate) use expiry::Expiry;
pub(crate) use notify::Class;
pub(crate) use pause::{Pause, Scope};
pub(crate) use settings::{ConfiguredUser, Secret, Settings};
pub(crate) use stats::Stats;
pub(crate) use table::{Handler, Runs, TABLE};
pub(crate) use tracking::{Reads, Tracks, overlap};
pub(crate) use users::{Denial, Place, Reason, User, Users};

use crate::keyspace::Millis;
#[cfg(feature = "lua")]
use crate::scripting::Scripts;
use context::Database;
use eviction::Memory;

/// The server's state: databases, clients, subscriptions.
///
/// It is told what happens, with the time, and says what is to be done: replies are written at
/// once, everything else comes out as [`Event`]s.
#[derive(Debug)]
pub(crate) struct Engine {
    pub(crate) databases: Vec<Database>,
    pub(crate) shared: Shared,
    pub(crate) clients: Clients,
    /// Made when the first script comes.
    #[cfg(feature = "lua")]
    pub(crate) scripts: Option<Box<Scripts>>,
}

/// What has become of a command.
#[derive(Debug)]
pub(crate) enum Ran<'a> {
    /// It is answered.
    Answered(Action),
    /// The client is blocked: the answer comes as an [`Event::Unblock`].
    Blocked(Reply<'a>),
    /// It goes back in line until an [`Event::Resume`].
    Held(Reply<'a>),
}

impl Engine {
    pub(crate) fn new(settings: Settings, seed: u64) -> Self {
        let databases = (0..settings.databases).map(|_| Database::new(seed)).collect();
        Self {
            databases,
            shared: Shared::new(settings, seed),
            clients: Clients::default(),
            #[cfg(feature = "lua")]
            scripts: None,
        }
    }

    /// Says when the server was started.
    pub(crate) fn start(&mut self, now: Duration) {
        self.shared.set_now(now);
        self.shared.started = now;
    }

    /// Runs a command of a client, at that time since the beginning of 1970.
    #[inline]
    pub(crate) fn execute<'a>(
        &mut self,
        now: Duration,
        client: ClientKey,
        request: Request<'_>,
        terms: &Terms,
        reply: Reply<'a>,
    ) -> Ran<'a> {
        if self.clients.get(client).is_some_and(|it| it.replies != Replies::On) {
            return self.execute_unheard(now, client, request, terms, reply);
        }
        self.execute_heard(now, client, request, terms, reply)
    }

    #[inline]
    fn execute_heard<'a>(
        &mut self,
        now: Duration,
        client: ClientKey,
        request: Request<'_>,
        terms: &Terms,
        reply: Reply<'a>,
    ) -> Ran<'a> {
        self.shared.set_now(now);
        let mut answer = Answer::new(reply);
        let done = Context::new(self, client, terms).run(request, &mut answer);
        self.settle();
        match done {
            Done::Answered => Ran::Answered(Action::Continue),
            Done::Silent => Ran::Answered(answer.none()),
            Done::Close => {
                self.release(client);
                let _ = answer.none();
                Ran::Answered(Action::Close)
            }
            // The end is the answer.
            Done::Shutdown => {
                let _ = answer.none();
                Ran::Answered(Action::Shutdown)
            }
            Done::Hold => match answer.into_whole() {
                Some(reply) => Ran::Held(reply),
                None => Ran::Answered(Action::Continue),
            },
            Done::Block(waiting) => match answer.into_whole() {
                Some(reply) => {
                    self.block(client, waiting, reply.protocol(), true);
                    Ran::Blocked(reply)
                }
                None => Ran::Answered(Action::Continue),
            },
        }
    }

    /// A command is over, or time has passed: does what comes of it for others.
    #[inline]
    fn settle(&mut self) {
        if self.shared.tracking.is_on() {
            self.settle_tracked();
        } else if !self.shared.ready.is_empty() {
            self.serve_waiting();
        }
    }

    /// Takes what is to be done.
    #[inline]
    pub(crate) fn poll_event(&mut self) -> Option<Event> {
        loop {
            let queued = self.shared.events.pop_front()?;
            if let Some(event) = self.resolve(queued) {
                return Some(event);
            }
        }
    }

    /// What becomes of something in line: an invalidation may concern nobody any more.
    #[inline]
    fn resolve(&mut self, queued: Queued) -> Option<Event> {
        match queued {
            Queued::Event(event) => Some(event),
            Queued::Invalidation(invalidation) => self.told(&invalidation),
        }
    }

    /// Lets time pass: wakes whose time is up, and removes some of what has expired.
    ///
    /// It does little at a time: whether there is so much left that it is worth while to go on.
    pub(crate) fn handle_timeout(&mut self, now: Duration) -> bool {
        self.shared.set_now(now);
        self.end_pause();
        if self.shared.pause.is_asleep() {
            return false;
        }
        self.time_out_waiting();
        self.close_idle();
        let expiring = self.expire_some();
        let evicting = self.evict_some() == Memory::Evicting;
        self.settle();
        expiring || evicting
    }

    /// Sees whether there may be one client more.
    ///
    /// # Errors
    ///
    /// What it is told otherwise.
    pub(crate) fn admit(&mut self) -> Result<(), &'static str> {
        if self.clients.len() < self.shared.settings.maxclients {
            return Ok(());
        }
        self.shared.stats.rejected_connections += 1;
        Err("ERR max number of clients reached")
    }

    /// A client has come.
    pub(crate) fn connect(&mut self, now: Duration, mut client: Client) -> ClientKey {
        self.shared.set_now(now);
        self.shared.stats.connections += 1;
        client.connected = now;
        client.heard = now;
        client.was_let_in = self.shared.users.default().is_open();
        client.act_as(self.shared.users.default());
        self.clients.insert(client)
    }

    /// A client has gone.
    pub(crate) fn disconnect(&mut self, key: ClientKey) {
        self.release(key);
        self.clients.remove(key);
    }

    /// Has a client's connection closed. It is as good as gone already.
    pub(crate) fn kill(&mut self, key: ClientKey) {
        if let Some(client) = self.clients.get(key).filter(|client| !client.killed) {
            self.shared.events.push_back(Event::Close(client.id).into());
            self.release(key);
        }
    }

    /// A client is as good as gone: undoes what it holds, which are keys that it watches and waits for
    /// or has cached, and subscriptions.
    pub(crate) fn release(&mut self, key: ClientKey) {
        let Some(client) = self.clients.get_mut(key) else { return };
        client.killed = true;
        let id = client.id;
        let held = std::mem::take(&mut client.held);
        let watched = std::mem::take(&mut client.watched);
        let (blocked, tracks) = (client.blocked.take(), client.tracks.take());
        for watched in &watched {
            if let Some(database) = self.databases.get_mut(watched.db) {
                database.unwatch(&watched.key, key);
            }
        }
        if let Some(blocked) = &blocked {
            self.forget_waiting(key, blocked);
        }
        if held {
            self.shared.pause.forget(key);
        }
        if let Some(tracks) = tracks {
            self.shared.tracking.forget(id, &tracks);
        }
        self.shared.hub.remove(id);
        self.shared.monitors.retain(|monitor| *monitor != id);
    }
}

impl Context<'_> {
    /// Runs a command as a client has sent it. If it fails, that is the answer.
    #[inline]
    fn run(&mut self, request: Request<'_>, answer: &mut Answer<'_>) -> Done {
        let outcome = self.dispatch(request, answer);
        if self.engine.shared.tracking.is_on() && !matches!(outcome, Ok(Done::Hold)) {
            self.end_caching(request);
        }
        outcome.unwrap_or_else(|error| {
            self.engine.shared.stats.answered_with(&error);
            answer.error(&error);
            Done::Answered
        })
    }

    /// Finds the command, sees whether it may run, and runs it or keeps it for `EXEC`.
    #[inline]
    fn dispatch(&mut self, request: Request<'_>, answer: &mut Answer<'_>) -> Outcome {
        let paused = self.engine.shared.pause.is_on();
        if paused && self.engine.shared.pause.is_asleep() {
            return self.hold();
        }
        let entry = match TABLE.lookup(request) {
            Ok(entry) => entry,
            Err(refused) => return self.refuse(refused),
        };
        let now = self.engine.shared.time;
        let mut standing = Standing::default();
        if let Some(client) = self.client_mut() {
            standing = Standing::of(client);
            client.heard = now;
            if client.command.replace(entry).is_none() {
                self.greet();
            }
        }
        if standing.killed {
            return Ok(Done::Close);
        }
        let objection = self.objection(entry, request, standing);
        if paused && objection.is_none() && self.is_paused(entry, request) {
            return self.hold();
        }
        if self.engine.shared.tracking.is_on() {
            self.begin_tracked(answer);
        }
        if let Some(error) = objection {
            return self.reject(entry, error);
        }
        if standing.transaction && !entry.handler.in_transaction() {
            return self.enqueue(entry, request, answer);
        }
        self.call(entry, request, answer)
    }

    /// What speaks against running a command; the first of Redis's reasons.
    #[inline]
    fn objection(
        &mut self,
        entry: &Entry<Runs>,
        request: Request<'_>,
        Standing { transaction, monitors, restricted, .. }: Standing,
    ) -> Option<Error> {
        let (flags, terms) = (entry.spec.flags(), self.terms());
        if !terms.is_authenticated() && !flags.contains(Flags::NO_AUTH) && self.needs_password() {
            return Some(Error::NOT_AUTHENTICATED);
        }
        if transaction && flags.contains(Flags::NO_MULTI) {
            return Some(Error::NOT_IN_A_TRANSACTION);
        }
        if restricted {
            let place = if transaction { Place::Multi } else { Place::TopLevel };
            let barred = self.no_permission(entry, request, place);
            if barred.is_some() {
                return barred;
            }
        }
        // What is queued takes memory, whatever it is.
        let needs_memory = flags.contains(Flags::DENYOOM)
            || transaction && (!entry.handler.in_transaction() || self.queue_needs_memory(entry));
        if needs_memory && self.out_of_memory() {
            return Some(Error::OUT_OF_MEMORY);
        }
        if terms.subscriptions() > 0
            && terms.protocol() == Protocol::Resp2
            && !flags.contains(Flags::ALLOW_SUBSCRIBED)
        {
            return Some(Error::subscribed(entry.spec.name()));
        }
        (monitors && is_for_replicas(entry)).then_some(Error::MONITORS)
    }
}

/// What of a client decides whether a command may run.
#[derive(Clone, Copy, Default)]
struct Standing {
    transaction: bool,
    monitors: bool,
    restricted: bool,
    /// It may have sent more before it hears of that.
    killed: bool,
}

impl Standing {
    #[inline]
    fn of(client: &Client) -> Self {
        Self {
            transaction: client.transaction.is_some(),
            monitors: client.monitors,
            restricted: client.restricted,
            killed: client.killed,
        }
    }
}

/// Whether a command concerns the data, which Redis keeps from those who monitor: it takes them for
/// replicas.
fn is_for_replicas(entry: &Entry<Runs>) -> bool {
    let flags = entry.spec.flags();
    let replicated = ["publish", "spublish", "eval", "evalsha", "fcall"];
    flags.contains(Flags::WRITE)
        || flags.contains(Flags::READONLY)
        || replicated.contains(&entry.spec.name())
}

/// Whole milliseconds of a time.
fn millis(time: Duration) -> Millis {
    (time.as_secs() * 1_000 + u64::from(time.subsec_millis())) as Millis
}

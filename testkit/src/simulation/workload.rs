//! The callers: what they ask for, in what way, and how they go away.

mod calls;
mod draw;
mod give_up;
mod link;
mod visit;
mod way;

use std::rc::Rc;
use std::time::Duration;

use adapter_core::Runtime;

use super::journal::{Closing, Issued, Kind, Outcome, Via};
use super::world::{Simulated, World};
use calls::{Call, Form, IssuedCall};
use give_up::{GiveUp, all};
use link::{Handle, Held, Link};
use visit::Visit;

/// Spawns the callers, each a task. Some share a client.
pub(super) fn spawn(world: &Rc<World>) {
    let runtime = Simulated(Rc::clone(world));
    let links: Vec<_> =
        (0..world.plan.clients).map(|_| Rc::new(Link::new(runtime.clone()))).collect();
    for id in 0..world.plan.callers {
        let Some(link) = links.get(world.below(links.len())).cloned() else { return };
        let caller = Caller { id, runtime: runtime.clone(), link, set: Vec::new() };
        world.spawn("caller", caller.run());
    }
}

/// Somebody who has a script to go through.
struct Caller {
    id: usize,
    runtime: Simulated,
    link: Rc<Link>,
    /// Values set and not yet asked for.
    set: Vec<usize>,
}

/// Who asks for a command, and by what way it goes where.
#[derive(Clone, Copy)]
struct Asker {
    caller: usize,
    via: Via,
    database: Option<u32>,
}

impl Caller {
    async fn run(mut self) {
        for step in 0..self.world().plan.steps {
            if self.world().one_in(2) {
                self.pause(self.world().plan.pause).await;
            }
            if step * 4 > self.world().plan.steps * 3 {
                self.world().calm_down();
            }
            match self.world().below(24) {
                0 if self.world().plan.closes => self.close().await,
                1..10 if self.world().plan.pool.is_some() => self.visit().await,
                _ => self.step().await,
            }
        }
        self.world().clear_up();
        self.farewell().await;
    }

    /// One call, or several at once.
    async fn step(&mut self) {
        let number = if self.world().one_in(4) { 2 + self.world().below(4) } else { 1 };
        let world = Rc::clone(&self.runtime.0);
        let calls: Vec<_> = (0..number)
            .map(|_| match world.plan.pool.is_some() && world.one_in(4) {
                true => (draw::dequeue(&world), self.asker(Via::Routed(world.lease_number()))),
                false => (draw::call(&world, &mut self.set), self.asker(Via::Shared)),
            })
            .collect();
        let calls: Vec<_> =
            calls.into_iter().map(|(call, asker)| call.issue(&asker, &world)).collect();
        for issued in &calls {
            let is_set = |id: &&usize| world.of(**id, |issued| issued.kind) == Kind::Set;
            self.set.extend(issued.commands.iter().filter(is_set));
        }
        let Some(held) = self.link.client().await else {
            for command in calls.iter().flat_map(|issued| &issued.commands) {
                self.world().conclude(*command, Outcome::NoClient);
            }
            return;
        };
        let running = calls.iter().map(|issued| self.make(issued, &held));
        if all(running).await.into_iter().any(|lost| lost) {
            self.link.lose(&held);
        }
    }

    /// Makes a call, and goes away from it if it is one to be given up: whether the client seems to
    /// be of no use any more.
    async fn make(&self, call: &IssuedCall, held: &Held) -> bool {
        let world = self.world();
        let polls = self.polls();
        let alarm = (world.plan.fickle && world.one_in(6)).then(|| self.alarm());
        match GiveUp::new(self.call(call, held), polls, alarm).await {
            Some(lost) => lost,
            None => {
                let outcome = if polls == Some(0) { Outcome::Unpolled } else { Outcome::Cancelled };
                for command in &call.commands {
                    world.conclude(*command, outcome);
                }
                false
            }
        }
    }

    async fn call(&self, call: &IssuedCall, held: &Held) -> bool {
        match &held.handle {
            Handle::Client(client) => {
                calls::look_at(self.world(), client);
                call.make(self.world(), client, &held.closing).await
            }
            Handle::Pool(pool) => call.make(self.world(), pool, &held.closing).await,
        }
    }

    /// Makes a call in the background.
    fn spawn_call(&self, call: IssuedCall, held: &Held) {
        let (world, held) = (Rc::clone(&self.runtime.0), held.clone());
        self.world().spawn("call", async move {
            if let Handle::Pool(pool) = &held.handle {
                call.make(&world, pool, &held.closing).await;
            }
        });
    }

    /// Leases a connection for a while; perhaps goes away half-way.
    async fn visit(&self) {
        let Some(held) = self.link.client().await else { return };
        let Handle::Pool(pool) = &held.handle else { return };
        let (polls, alarm) = match self.world().plan.fickle {
            true if self.world().one_in(6) => (Some(self.world().below(30)), None),
            true if self.world().one_in(6) => (None, Some(self.alarm())),
            _ => (None, None),
        };
        let visit = Visit::new(self, &held, pool);
        if GiveUp::new(visit.run(), polls, alarm).await == Some(true) {
            self.link.lose(&held);
        }
    }

    /// Closes the client for everybody who has it.
    async fn close(&self) {
        let Some(held) = self.link.client().await else { return };
        let force = self.world().one_in(2);
        GiveUp::new(self.link.close(held, force), self.polls(), None).await;
    }

    /// One last command, when nothing goes wrong any more: it has to succeed in the end.
    async fn farewell(&self) {
        for attempt in 1..=FAREWELLS {
            let call = Call { form: Form::Single, kinds: vec![(Kind::Echo, 8)], patience: None };
            let call = call.issue(&self.asker(Via::Shared), self.world());
            let [command] = call.commands[..] else { return };
            let Some(held) = self.link.client().await else {
                self.world().conclude(command, Outcome::NoClient);
                continue;
            };
            let lost = self.call(&call, &held).await;
            match self.world().of(command, |issued| issued.outcome) {
                Some((Outcome::Replied, _)) => return,
                _ if lost => self.link.lose(&held),
                _ => {}
            }
            self.pause(GIVE_UP * attempt).await;
        }
        self.world().violated(format!("caller {} can't get through in calm weather", self.id));
    }

    /// After how many polls to go away, if at all.
    fn polls(&self) -> Option<usize> {
        (self.world().plan.fickle && self.world().one_in(4)).then(|| self.world().below(4))
    }

    /// When to go away.
    fn alarm(&self) -> super::Sleep {
        let wait = self.world().up_to(GIVE_UP);
        self.runtime.sleep_until(self.runtime.now() + wait)
    }

    async fn pause(&self, limit: Duration) {
        self.runtime.pause(limit).await;
    }

    const fn asker(&self, via: Via) -> Asker {
        Asker { caller: self.id, via, database: None }
    }

    fn world(&self) -> &World {
        &self.runtime.0
    }
}

impl World {
    fn lease_number(&self) -> usize {
        self.tenants.borrow_mut().number()
    }
}

/// A command with a number, without an outcome.
fn issued(asker: &Asker, (kind, size): (Kind, usize), world: &World) -> Issued {
    Issued {
        caller: asker.caller,
        kind,
        size,
        group: usize::MAX,
        atomic: false,
        via: asker.via,
        database: asker.database,
        reads: false,
        at: world.now.get(),
        patience: None,
        outcome: None,
        closing: Closing::default(),
        excused: false,
        aborted: Some(false),
        element: None,
    }
}

/// Callers give up within this time.
const GIVE_UP: Duration = Duration::from_millis(30);

/// Attempts at a last command: more than there can be connections that were lost unnoticed.
const FAREWELLS: u32 = 40;

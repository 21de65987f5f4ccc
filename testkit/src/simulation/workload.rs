//! The callers: what they ask for, in what way, and how they go away.

mod calls;
mod give_up;
mod link;

use std::rc::Rc;
use std::time::Duration;

use adapter_core::{Runtime, Time};

use super::journal::{Issued, Kind, Outcome};
use super::world::{Simulated, World};
use calls::{Call, Form};
use give_up::{GiveUp, all};
use link::Link;

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

impl Caller {
    async fn run(mut self) {
        for step in 0..self.world().plan.steps {
            if self.world().one_in(2) {
                self.pause(self.world().plan.pause).await;
            }
            if step * 4 > self.world().plan.steps * 3 {
                self.world().calm_down();
            }
            self.step().await;
        }
        self.world().clear_up();
        self.farewell().await;
    }

    /// One call, or several at once.
    async fn step(&mut self) {
        let number = if self.world().one_in(4) { 2 + self.world().below(4) } else { 1 };
        let calls: Vec<_> = (0..number).map(|_| self.draw()).collect();
        let calls: Vec<_> =
            calls.into_iter().map(|call| call.issue(self.id, self.world())).collect();
        for issued in &calls {
            let world = &self.runtime.0;
            let is_set = |id: &&usize| world.of(**id, |issued| issued.kind) == Kind::Set;
            self.set.extend(issued.commands.iter().filter(is_set));
        }
        let Some((generation, client)) = self.link.client().await else {
            for command in calls.iter().flat_map(|issued| &issued.commands) {
                self.world().conclude(*command, Outcome::NoClient);
            }
            return;
        };
        calls::look_at(self.world(), &client);
        let running = calls.iter().map(|issued| self.make(issued, &client));
        if all(running).await.into_iter().any(|lost| lost) {
            self.link.lose(generation);
        }
    }

    /// Makes a call, and goes away from it if it is one to be given up: whether the client seems to
    /// be of no use any more.
    async fn make(&self, call: &calls::IssuedCall, client: &link::SimulatedClient) -> bool {
        let world = self.world();
        let polls = (world.plan.fickle && world.one_in(4)).then(|| world.below(4));
        let alarm = (world.plan.fickle && world.one_in(6)).then(|| {
            let wait = world.up_to(GIVE_UP);
            self.runtime.sleep_until(self.runtime.now() + wait)
        });
        match GiveUp::new(call.make(world, client), polls, alarm).await {
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

    /// One last command, when nothing goes wrong any more: it has to succeed in the end.
    async fn farewell(&self) {
        for attempt in 1..=FAREWELLS {
            let call = Call { form: Form::Single, kinds: vec![(Kind::Echo, 8)], patience: None };
            let call = call.issue(self.id, self.world());
            let [command] = call.commands[..] else { return };
            let Some((generation, client)) = self.link.client().await else {
                self.world().conclude(command, Outcome::NoClient);
                continue;
            };
            let lost = call.make(self.world(), &client).await;
            match self.world().of(command, |issued| issued.outcome) {
                Some((Outcome::Replied, _)) => return,
                _ if lost => self.link.lose(generation),
                _ => {}
            }
            self.pause(GIVE_UP * attempt).await;
        }
        self.world().violated(format!("caller {} can't get through in calm weather", self.id));
    }

    fn draw(&mut self) -> Call {
        let world = Rc::clone(&self.runtime.0);
        let form = match world.below(8) {
            0..4 => Form::Single,
            4 => Form::Typed,
            5 | 6 => Form::Pipeline,
            _ => Form::Transaction,
        };
        let number = match form {
            Form::Single => 1,
            Form::Typed => 3,
            Form::Pipeline | Form::Transaction => 1 + world.below(6),
        };
        let kinds = match form {
            Form::Typed => vec![Kind::Set, Kind::Incr, Kind::Echo],
            _ => (0..number).map(|_| self.draw_kind()).collect(),
        };
        let sized = |kind| (kind, world.below(world.plan.payload.max(1)));
        let patience = (world.plan.impatient && world.one_in(3)).then(|| world.up_to(IMPATIENT));
        Call { form, kinds: kinds.into_iter().map(sized).collect(), patience }
    }

    fn draw_kind(&mut self) -> Kind {
        let world = &self.runtime.0;
        match world.below(10) {
            0..3 => Kind::Echo,
            3..5 => Kind::Set,
            5..7 => Kind::Incr,
            7 => Kind::Push,
            8 if world.one_in(3) => Kind::Nonsense,
            _ if self.set.is_empty() => Kind::Echo,
            _ => Kind::Get(self.set.swap_remove(world.below(self.set.len()))),
        }
    }

    async fn pause(&self, limit: Duration) {
        let until: Time = self.runtime.now() + self.world().up_to(limit);
        self.runtime.sleep_until(until).await;
    }

    fn world(&self) -> &World {
        &self.runtime.0
    }
}

/// A command with a number, without an outcome.
fn issued(caller: usize, (kind, size): (Kind, usize), world: &World) -> Issued {
    Issued {
        caller,
        kind,
        size,
        group: usize::MAX,
        atomic: false,
        reads: false,
        at: world.now.get(),
        patience: None,
        outcome: None,
    }
}

/// Callers give up within this time.
const GIVE_UP: Duration = Duration::from_millis(30);

/// The longest of the short timeouts.
const IMPATIENT: Duration = Duration::from_millis(60);

/// Attempts at a last command: more than there can be connections that were lost unnoticed.
const FAREWELLS: u32 = 40;

//! What is done with a lease and nothing else.

use adapter_core::resp_core::{Frame, View};
use adapter_core::{Cause, Commands, Error, Incoming, cmd};

use super::tenant::Tenant;
use super::{Then, Visit};
use crate::simulation::journal::{Kind, Outcome, Via, is_lost};
use crate::simulation::server::name_of;
use crate::simulation::workload::calls::{Call, Form};
use crate::simulation::workload::draw;
use crate::simulation::workload::give_up::GiveUp;
use crate::simulation::workload::link::SimulatedLease;

impl Visit<'_> {
    /// `WATCH` of a key that somebody else may change, and a transaction that finds out; or none.
    pub(super) async fn watch(&self, tenant: &Tenant<'_>) -> Then {
        let world = self.world();
        let other = self.caller.asker(Via::Shared);
        let call = |kind| Call { form: Form::Single, kinds: vec![(kind, 0)], patience: None };
        let change = call(Kind::Incr).issue(&other, world);
        self.open(&change.commands, Outcome::Unpolled);
        let [key] = change.commands[..] else { return Then::Leave };
        let watch = call(Kind::Watch(key)).issue(&self.asker(), world);
        if self.issued(&watch, tenant).await == Then::Lost {
            return Then::Lost;
        }
        let watched = watch.commands.iter().all(|watch| {
            matches!(world.of(*watch, |issued| issued.outcome), Some((Outcome::Replied, _)))
        });
        let changes = self.database.get().is_none() && world.one_in(2);
        if changes && world.one_in(3) {
            // Afterwards: the next one must not hear of it.
            self.open.borrow_mut().retain(|(command, _)| *command != key);
            self.caller.spawn_call(change, self.held);
            return Then::Leave;
        }
        if changes {
            // The pool may have no other connection.
            self.open(&change.commands, Outcome::Cancelled);
            let change = change.make(world, self.pool, &self.held.closing);
            GiveUp::new(change, None, Some(self.caller.alarm())).await;
        }
        if !watched || world.one_in(4) {
            return if changes || world.one_in(2) { Then::Leave } else { Then::Stay };
        }
        let changed = match world.of(key, |issued| issued.outcome) {
            None if !changes => Some(false),
            Some((Outcome::Replied, _)) => Some(true),
            Some((Outcome::NotSent, _)) => Some(false),
            _ => None,
        };
        let (form, kinds) = (Form::Transaction, draw::harmless(world));
        let call = Call { form, kinds, patience: None }.issue(&self.asker(), world);
        world.expect_abort(&call.commands, changed);
        let then = self.issued(&call, tenant).await;
        // Else the key may be watched still.
        let is_over = call.commands.iter().all(|command| {
            let outcome = world.of(*command, |issued| issued.outcome);
            matches!(outcome, Some((Outcome::Replied | Outcome::Discarded, _)))
        });
        if is_over { then } else { Then::Leave }
    }

    /// `MULTI`, commands, and perhaps an end.
    pub(super) async fn transaction(&self, tenant: &Tenant<'_>) -> Then {
        let (world, lease) = (self.world(), &*tenant.lease);
        if let Err(then) = self.expect(lease.command("MULTI").await, b"OK") {
            return then;
        }
        let (form, kinds) = (Form::Transaction, draw::harmless(world));
        let call = Call { form, kinds, patience: None }.issue(&self.asker(), world);
        // Without EXEC none is run.
        self.open(&call.commands, Outcome::Discarded);
        for command in &call.commands {
            let request = call.command(world, *command).as_ref().clone();
            let reply: Result<Frame, Error> = adapter_core::Execute::execute(lease, request).await;
            if let Err(then) = self.expect(reply, b"QUEUED") {
                return then;
            }
        }
        match world.below(4) {
            0 => Then::Leave,
            1 => match self.expect(lease.command("DISCARD").await, b"OK") {
                Ok(()) => Then::Stay,
                Err(then) => then,
            },
            _ => {
                self.open(&call.commands, Outcome::Cancelled);
                let replies: Result<Frame, Error> = lease.command("EXEC").await;
                call.judge_exec(world, replies)
                    .map_or(Then::Stay, |lost| if lost { Then::Lost } else { Then::Leave })
            }
        }
    }

    /// Another database, from now on.
    pub(super) async fn select(&self, tenant: &Tenant<'_>) -> Then {
        let database = self.world().below(4) as u32;
        let reply = tenant.lease.command("SELECT").arg(database.to_string()).await;
        if let Err(then) = self.expect(reply, b"OK") {
            return then;
        }
        let configured = self.world().plan.bounds.database;
        self.database.set(Some(database).filter(|database| *database != configured));
        Then::Stay
    }

    /// Another name.
    pub(super) async fn rename(&self, tenant: &Tenant<'_>) -> Then {
        let reply = tenant.lease.command("CLIENT").arg("SETNAME").arg(name_of(self.number)).await;
        self.expect(reply, b"OK").map_or_else(|then| then, |()| Then::Stay)
    }

    /// A subscription, by the raw level.
    pub(super) async fn subscribe(&self, lease: &mut SimulatedLease) -> Then {
        let world = self.world();
        let mut raw = lease.raw();
        let echo = format!("raw {}", self.number);
        let mut commands = vec![
            cmd::command("PING").arg(&*echo),
            cmd::command("SUBSCRIBE").arg("news").arg("weather"),
            cmd::command("UNSUBSCRIBE").arg("news").arg("weather"),
        ];
        commands.truncate(1 + world.below(3));
        let subscribes = commands.len() > 1;
        let mut due = 0;
        for command in commands {
            match raw.send(command) {
                Ok(()) => due += 1,
                Err(Error::NotSent(Cause::NoRoom)) => {}
                Err(Error::NotSent(_)) => return Then::Lost,
                Err(error) => world.violated(format!("raw: {error}")),
            }
        }
        while due > 0 && world.below(4) > 0 {
            match raw.next().await {
                Some(Ok(Incoming::Reply(frame))) => {
                    due -= 1;
                    if let View::BulkString(text) = frame.view()
                        && text != echo.as_bytes()
                    {
                        world.violated(format!("{frame} came instead of {echo}"));
                    }
                }
                Some(Ok(_)) => {}
                Some(Err(Error::MaybeApplied(_) | Error::NotSent(_))) => due -= 1,
                Some(Err(error)) => world.violated(format!("raw: {error}")),
                None => return Then::Lost,
            }
        }
        // Others would not get along with subscriptions, nor know how many replies are due.
        if subscribes || due > 0 { Then::Leave } else { Then::Stay }
    }

    /// Looks whether a reply is the one that is due.
    fn expect(&self, reply: Result<Frame, Error>, due: &[u8]) -> Result<(), Then> {
        let world = self.world();
        match reply {
            Ok(frame) if matches!(frame.view(), View::SimpleString(text) if text == due) => Ok(()),
            Ok(frame) => {
                world.violated(format!("lease {}: {frame} came", self.number));
                Err(Then::Leave)
            }
            Err(error @ (Error::MaybeApplied(_) | Error::NotSent(_)))
                if world.plan.faults > 0 || self.held.closing.get() == Some(true) =>
            {
                Err(if is_lost(&error) { Then::Lost } else { Then::Leave })
            }
            Err(error) => {
                world.violated(format!("lease {}: {error}", self.number));
                Err(Then::Leave)
            }
        }
    }
}

//! Servers in memory and virtual time, with clients and services that do what nobody expects.

#![allow(clippy::unwrap_used, reason = "a test may panic, in its helpers too")]

mod auth;
mod dropped;
#[cfg(feature = "tls")]
mod encrypted;
mod ending;
mod panics;

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use adapter_core::Address;
use adapter_core::server::{
    Action, Closed, Command, Config, Connection, Deferred, Listen, Mux, Peer, Refusal, Reply,
    Server, ServerHandle, ServerOptions, Service,
};
use bytes::BytesMut;
use testkit::memory::{self, Memory, Wire};

/// What a test's server does, and what it has seen.
#[derive(Debug, Default)]
struct Odd {
    runtime: Memory,
    /// Replies promised and not given.
    deferred: Promises,
    seen: Seen,
}

/// What is left of it when the server is gone.
type Seen = Rc<RefCell<Vec<Closed>>>;
type Promises = Rc<RefCell<Vec<Deferred>>>;

impl Service for Odd {
    type Context = ();

    fn on_open(&mut self, _: &Peer, _: Reply<'_>) -> Result<(), Refusal> {
        Ok(())
    }

    fn on_command(
        &mut self,
        command: Command<'_>,
        connection: &mut Connection<'_, ()>,
        reply: Reply<'_>,
    ) -> Action {
        if command.is("hold") {
            self.deferred.borrow_mut().push(connection.hold(reply));
            Action::Continue
        } else if command.is("block") {
            self.deferred.borrow_mut().push(connection.block(reply));
            Action::Continue
        } else if command.is("bye") {
            let _ = reply.ok();
            Action::Shutdown
        } else if command.is("keep") {
            // Kept by one connection, promised by another.
            let deferred = self.deferred.borrow_mut().remove(0);
            deferred.answer(|_| panic!("as tested"));
            reply.ok()
        } else if command.is("panic-later") {
            connection.respond(&self.runtime, reply, panics::later())
        } else {
            reply.simple("RAN")
        }
    }

    fn on_close(&mut self, (): (), _: &Peer, reason: &Closed) {
        self.seen.borrow_mut().push(reason.clone());
    }
}

/// A server, its clock, and its clients.
struct House {
    world: memory::Service,
    handle: ServerHandle,
    deferred: Promises,
    seen: Seen,
    /// The task of the server.
    server: usize,
}

impl House {
    fn new(session: Config, options: ServerOptions) -> Self {
        Self::at(Listen::new(Address::Unix("/memory".into())).with_session(session), options)
    }

    fn at(listen: Listen, options: ServerOptions) -> Self {
        let mut world = memory::Service::new();
        let (deferred, seen) = (Promises::default(), Seen::default());
        let runtime = world.runtime.clone();
        let odd = Odd {
            runtime: runtime.clone(),
            deferred: Rc::clone(&deferred),
            seen: Rc::clone(&seen),
        };
        let server = Server::bind(runtime, [listen], options).unwrap();
        let handle = server.handle();
        let service = Mux::new(odd).with_connection_commands();
        let (server, _) = world.spawn_task(server.run(service));
        world.run();
        Self { world, handle, deferred, seen, server }
    }

    /// A client comes.
    fn dial(&mut self) -> Wire {
        let wire = self.world.runtime.dial();
        self.world.run();
        wire
    }

    /// What the server answers at once.
    fn ask(&mut self, wire: &Wire, text: &str) -> String {
        assert_eq!(wire.send(text.as_bytes()), text.len());
        self.world.run();
        heard(wire)
    }

    fn pass(&mut self, duration: Duration) {
        self.world.run_for(duration);
    }
}

/// What has come to a client.
fn heard(wire: &Wire) -> String {
    let mut bytes = BytesMut::new();
    wire.receive(&mut bytes);
    bytes.escape_ascii().to_string().replace("\\r\\n", "|")
}

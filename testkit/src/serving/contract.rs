//! What a service may do, and what clients see of it.

use std::future::{Ready, poll_fn, ready};
use std::io;
use std::net::Ipv4Addr;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread;
use std::time::{Duration, Instant};

use adapter_core::resp_core::{Out, request::Dialect};
use adapter_core::server::{
    Action, Balance, Config, Cores, Deferred, Detachments, Listen, Mux, Peer, Refusal, Reply,
    Responding, RunningServer, Server, ServerHandle, ServerOptions, Service, Serving, Threads,
};
use adapter_core::{Address, Runtime, Spawn, Transport};

use super::Where;
use super::raw::{PATIENCE, Raw};
use crate::conformance::{Outcome, join};

/// A service that does everything that one may do.
#[derive(Debug)]
pub struct Contract<R> {
    runtime: R,
    ticks: i64,
    /// What is done with the next connection.
    next: Next,
    deferred: Vec<Deferred>,
}

#[derive(Debug, Default)]
enum Next {
    #[default]
    Serve,
    Greet,
    Refuse,
}

impl<R: Runtime> Service for Contract<R> {
    type Context = ();

    fn on_open(&mut self, _: &Peer, greeting: Reply<'_>) -> Result<(), Refusal> {
        match std::mem::take(&mut self.next) {
            Next::Serve => {}
            Next::Greet => drop(greeting.simple("hello")),
            Next::Refuse => return Err(Refusal::new("ERR come back later")),
        }
        Ok(())
    }

    fn on_tick(&mut self, _: &ServerHandle) -> Action {
        self.ticks += 1;
        Action::Continue
    }
}

fn service<R>(runtime: R) -> Mux<Contract<R>>
where
    R: Runtime + Spawn<Responding<Ready<String>>>,
{
    Mux::new(Contract { runtime, ticks: 0, next: Next::Serve, deferred: Vec::new() })
        .with_connection_commands()
        .with_pubsub()
        .command("greet", 1, |contract, _, _, reply| {
            contract.next = Next::Greet;
            reply.ok()
        })
        .command("refuse", 1, |contract, _, _, reply| {
            contract.next = Next::Refuse;
            reply.ok()
        })
        .command("ticks", 1, |contract, _, _, reply| reply.int(contract.ticks))
        .command("later", 2, |contract, command, connection, reply| {
            let text = String::from_utf8_lossy(command.arg(1)).into_owned();
            connection.respond(&contract.runtime, reply, ready(text))
        })
        .command("defer", 1, |contract, _, connection, reply| {
            contract.deferred.push(connection.defer(reply));
            Action::Continue
        })
        .command("release", 1, |contract, _, _, reply| {
            // The last one first.
            let released = contract.deferred.drain(..).rev().enumerate();
            let given = released.filter_map(|(index, deferred)| {
                deferred.answer(|reply| reply.any(index)).then_some(())
            });
            reply.any(given.count())
        })
        .command("leave", 1, |_, _, _, reply| {
            let _ = reply.ok();
            Action::Detach
        })
        .command("bye", 1, |_, _, _, reply| {
            let _ = reply.ok();
            Action::Shutdown
        })
}

/// Greetings, refusals, ticks, replies that come later, pub/sub, limits, connections that are closed
/// or leave, listeners with protocols of their own, and the end by a command.
///
/// # Errors
///
/// What should not have failed.
///
/// # Panics
///
/// When something is not as it must be.
pub fn contract<T: Threads>() -> Outcome
where
    T::Local: Spawn<Serving<T::Local, Mux<Contract<T::Local>>>> + Spawn<Responding<Ready<String>>>,
{
    T::run(|runtime| async move {
        let tcp = || Listen::new(Address::Tcp((Ipv4Addr::LOCALHOST, 0).into()));
        let tile38 = Config::default().with_dialect(Dialect::Tile38);
        let mut options = ServerOptions::default();
        options.max_clients = CLIENTS;
        options.max_subscriptions = 2;
        options.tick = Some(Duration::from_millis(5));
        let listens = [tcp(), tcp().with_session(tile38)];
        let server = Server::bind(runtime.clone(), listens, options)?;
        let (handle, detachments) = (server.handle(), server.detachments());
        let addresses: Vec<_> = server.addresses().cloned().collect();
        let client = thread::spawn(move || {
            let talked = catch_unwind(AssertUnwindSafe(|| talk(&addresses, &handle)));
            // Whatever has happened, the server ends.
            handle.shutdown(Duration::ZERO);
            talked
        });
        let ((), left) = join(server.run(service(runtime)), see_off(detachments)).await;
        let talked = client.join().map_err(|_| "the client panicked")?;
        talked.map_err(|_| "a client's check failed")??;
        assert_eq!(left, 1, "connections that left");
        Ok(())
    })?
}

/// Says goodbye to those who leave the server, with what they had still said to it.
async fn see_off<R: Runtime>(mut detachments: Detachments<R>) -> usize {
    let mut left = 0;
    while let Some(mut detached) = detachments.next().await {
        let mut out = detached.output;
        for text in [b"left with ", &detached.input[..], b"\r\n"] {
            out.put(text);
        }
        while !out.is_empty() {
            let written = poll_fn(|cx| detached.stream.poll_write(cx, &mut out)).await;
            assert!(written.is_ok(), "{written:?}");
        }
        left += 1;
    }
    left
}

fn talk(addresses: &[Address], server: &ServerHandle) -> io::Result<()> {
    let [plain, tile38] = addresses else { return Err(io::ErrorKind::NotFound.into()) };
    let mut first = Raw::connect(plain)?;
    until("it has ticked", || Ok(first.ask("ticks")? != ":0"))?;

    assert_eq!(first.ask("greet")?, "+OK");
    let mut second = Raw::connect(plain)?;
    assert_eq!((second.line()?, second.ask("PING")?), ("+hello".into(), "+PONG".into()));
    assert_eq!(first.ask("refuse")?, "+OK");
    let mut refused = Raw::connect(plain)?;
    assert_eq!((refused.line()?, refused.line()?), ("-ERR come back later".into(), String::new()));
    drop(refused);

    replies_later(&mut first, &mut second)?;
    pubsub(&mut first, &mut second)?;

    until("two are left", || Ok(server.connection_count() == 2))?;
    let mut native = Raw::connect(tile38)?;
    assert_eq!(native.ask("$4 PING")?, "$4 PONG");
    let mut victim = Raw::connect(plain)?;
    let unknown = victim.ask("$4 PING")?;
    assert!(unknown.starts_with("-ERR unknown command '$4'"), "{unknown}");
    assert_eq!(server.connection_count(), CLIENTS);
    let mut extra = Raw::connect(plain)?;
    assert_eq!(extra.line()?, "-ERR max number of clients reached");
    assert_eq!(extra.line()?, "");

    let id = victim.ask("CLIENT ID")?;
    assert_eq!(first.ask(&format!("CLIENT KILL ID {}", id.trim_start_matches(':')))?, ":1");
    assert_eq!(victim.line()?, "");
    until("three are left", || Ok(server.connection_count() == CLIENTS - 1))?;

    native.send(b"$5 leave\r\n$9 not whole")?;
    assert_eq!((native.line()?, native.line()?), ("$2 OK".into(), "left with $9 not whole".into()));
    until("it has left", || Ok(server.connection_count() == 2))?;

    assert_eq!((first.ask("bye")?, first.line()?), ("+OK".into(), String::new()));
    Ok(())
}

/// Replies keep the order of the commands, in whatever order they are given.
fn replies_later(first: &mut Raw, second: &mut Raw) -> io::Result<()> {
    second.send(b"later x\r\nPING\r\n")?;
    assert_eq!([second.line()?, second.line()?, second.line()?], ["$1", "x", "+PONG"]);
    second.send(b"defer\r\nPING\r\ndefer\r\n")?;
    let mut given = 0;
    until("both are given", || {
        let released = first.ask("release")?;
        given += released.trim_start_matches(':').parse::<usize>().unwrap_or_default();
        Ok(given == 2)
    })?;
    assert_eq!(second.line()?.chars().next(), Some(':'));
    assert_eq!(second.line()?, "+PONG");
    assert_eq!(second.line()?.chars().next(), Some(':'));
    Ok(())
}

fn pubsub(first: &mut Raw, second: &mut Raw) -> io::Result<()> {
    second.send(b"SUBSCRIBE news\r\n")?;
    for line in ["*3", "$9", "subscribe", "$4", "news", ":1"] {
        assert_eq!(second.line()?, line);
    }
    assert_eq!(first.ask("PUBLISH news hi")?, ":1");
    for line in ["*3", "$7", "message", "$4", "news", "$2", "hi"] {
        assert_eq!(second.line()?, line);
    }
    let refused = second.ask("SUBSCRIBE two three")?;
    assert_eq!(refused, "-ERR too many subscriptions of one connection");
    assert_eq!(second.ask("RESET")?, "+RESET");
    assert_eq!(first.ask("PUBLISH news hi")?, ":0");
    Ok(())
}

/// A message reaches subscribers on every thread.
///
/// # Errors
///
/// What should not have failed.
///
/// # Panics
///
/// When a message does not come.
pub fn across_threads<T: Threads>() -> Outcome
where
    T::Local: Spawn<Serving<T::Local, Mux<Where>>>,
{
    let listen = Listen::new(Address::Tcp((Ipv4Addr::LOCALHOST, 0).into()));
    let mut cores = Cores::default();
    (cores.threads, cores.balance) = (2, Balance::RoundRobin);
    let server =
        RunningServer::start::<T, _>([listen], &ServerOptions::default(), &cores, |shard, _| {
            Mux::new(Where(shard)).with_pubsub()
        })?;
    let address = server.addresses().next().cloned().ok_or("it listens nowhere")?;
    let mut raws = [Raw::connect(&address)?, Raw::connect(&address)?];
    let [first, second] = &mut raws;
    assert_ne!(first.ask("WHERE")?, second.ask("WHERE")?, "one on each thread");
    for raw in [&mut *first, &mut *second] {
        raw.send(b"PSUBSCRIBE n*\r\n")?;
        (0..6).try_for_each(|_| raw.line().map(drop))?;
    }
    let mut publisher = Raw::connect(&address)?;
    assert_eq!(publisher.ask("PUBLISH news hi")?, ":2");
    for raw in [first, second] {
        for line in ["*4", "$8", "pmessage", "$2", "n*", "$4", "news", "$2", "hi"] {
            assert_eq!(raw.line()?, line);
        }
    }
    server.handle().shutdown(Duration::ZERO);
    Ok(server.join()?)
}

fn until(what: &str, mut done: impl FnMut() -> io::Result<bool>) -> io::Result<()> {
    let start = Instant::now();
    while !done()? {
        assert!(start.elapsed() < PATIENCE, "not yet: {what}");
        thread::sleep(Duration::from_millis(1));
    }
    Ok(())
}

const CLIENTS: usize = 4;

//! Leases and blocking commands beside everybody else's.

use std::time::Duration;

use adapter_core::resp_core::Frame;
use adapter_core::{Cause, Commands, Error, Offline, Pool, Reconnect};
use testkit::memory::{Memory, Outcome, Service};

use super::{lease, options, pool};

fn pop(service: &mut Service, pool: &Pool<Memory>) -> Outcome<Result<Frame, Error>> {
    let pool = pool.clone();
    service.spawn(async move { pool.command("BLPOP").arg("queue").arg("1").await })
}

/// What was written to each connection so far.
fn written(service: &Service) -> Vec<u64> {
    service.connections.iter().map(|connection| connection.wire.traffic().written).collect()
}

#[test]
fn blocking_commands_leave_a_connection_to_the_others() {
    let mut service = Service::new();
    let pool = pool(&mut service, options(3));
    let before = written(&service);
    // They seem to block.
    for connection in &mut service.connections {
        connection.peer.stalled = true;
    }
    let pops: Vec<_> = (0..4).map(|_| pop(&mut service, &pool)).collect();
    service.run();
    let after = written(&service);
    let taken: Vec<_> = (0..3).map(|index| after[index] > before[index]).collect();
    let free = taken.iter().position(|taken| !taken).expect("one is left");
    assert_eq!(taken.iter().filter(|taken| **taken).count(), 2);
    service.connections[free].peer.stalled = false;
    for _ in 0..10 {
        let pool = pool.clone();
        assert_eq!(service.finish(async move { pool.echo("hello").await }).unwrap(), "hello");
    }
    assert!(pops.iter().all(|pop| pop.borrow().is_none()));
    for connection in &mut service.connections {
        connection.peer.stalled = false;
    }
    service.run();
    assert!(pops.iter().all(|pop| pop.borrow().is_some()));
}

/// It used to be discarded with others' commands on it.
#[test]
fn a_connection_is_leased_when_what_others_have_sent_over_it_is_answered() {
    let mut service = Service::new();
    let pool = pool(&mut service, options(1));
    service.connections[0].peer.stalled = true;
    let echoed = service.spawn({
        let pool = pool.clone();
        async move { pool.echo("hello").await }
    });
    service.run();
    let leased = service.spawn({
        let pool = pool.clone();
        async move {
            pool.lease().await.unwrap().discard();
        }
    });
    service.run_for(Duration::from_secs(3));
    assert!(leased.borrow().is_none() && echoed.borrow().is_none());
    service.connections[0].peer.stalled = false;
    service.run();
    assert_eq!(echoed.take().expect("it is over").unwrap(), "hello");
    assert!(leased.borrow().is_some());
}

/// The read was run; that it could not be sent again doesn't undo that.
#[test]
fn what_had_left_once_has_not_been_not_sent() {
    let mut service = Service::new();
    let pool = pool(&mut service, options(1).offline(Offline::Fail));
    service.connections[0].peer.stalled = true;
    let echoed = service.spawn({
        let pool = pool.clone();
        async move { pool.echo("hello").await }
    });
    service.run();
    service.limit(0);
    service.connections[0].wire.hang_up();
    service.run();
    let error = echoed.take().expect("it is over").unwrap_err();
    assert!(matches!(error, Error::MaybeApplied(Cause::Connection(_))), "{error}");
}

#[test]
fn the_next_lessee_finds_nothing_of_the_last_one() {
    let mut service = Service::new();
    let pool = pool(&mut service, options(1));
    for dirt in [&["MULTI"][..], &["WATCH", "key"], &["SELECT", "3"], &["SUBSCRIBE", "news"]] {
        let lessee = lease(&mut service, &pool);
        let [name, arguments @ ..] = dirt else { panic!() };
        let (name, arguments) = (name.to_string(), arguments.to_vec());
        service.finish(async move {
            let mut command = lessee.command(&name);
            for argument in arguments {
                command = command.arg(argument);
            }
            let _: Frame = command.await.unwrap();
        });
        service.run_for(Duration::from_secs(1));
        let _next = lease(&mut service, &pool);
        let server = &service.connections.last().unwrap().peer.server;
        assert!(!server.in_transaction() && !server.is_watching() && !server.is_subscribed());
        assert_eq!(server.database, 0);
    }
    assert_eq!(service.connections.len(), 2, "only what was subscribed was replaced");
}

/// Whoever goes away while he waits behind others' commands has had nothing of them.
#[test]
fn a_lease_given_up_before_it_came_leaves_others_alone() {
    let mut service = Service::new();
    let pool = pool(&mut service, options(1));
    service.connections[0].peer.stalled = true;
    let command = service.spawn({
        let pool = pool.clone();
        async move { pool.echo("hello").timeout(Duration::from_secs(60)).await }
    });
    service.run();
    let (waiter, _) = service.spawn_task({
        let pool = pool.clone();
        async move { pool.lease().await.map(drop) }
    });
    service.run();
    service.tasks.cancel(waiter);
    service.run();
    service.connections[0].peer.stalled = false;
    service.run();
    assert_eq!(command.take().expect("it is answered").unwrap(), "hello");
    assert_eq!(service.connections.len(), 1);
}

#[test]
fn a_lease_goes_back_where_connections_are_never_made_again() {
    let mut service = Service::new();
    let pool = pool(&mut service, options(1).reconnect(Reconnect::NEVER));
    for _ in 0..3 {
        drop(lease(&mut service, &pool));
        service.run();
    }
    assert!(!service.connections[0].wire.is_closed());
}

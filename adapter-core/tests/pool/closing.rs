//! The end of a pool.

use std::time::Duration;

use adapter_core::{Client, Commands, Error, Runtime};
use testkit::memory::Service;

use super::{lease, options, pool};

#[test]
fn closed_gently_it_waits_for_its_leases_and_sends_everybody_else_away() {
    let mut service = Service::new();
    let pool = pool(&mut service, options(2));
    let held = [lease(&mut service, &pool), lease(&mut service, &pool)];
    let waiter = service.spawn({
        let pool = pool.clone();
        async move { pool.lease().await.map(drop) }
    });
    let command = service.spawn({
        let pool = pool.clone();
        async move { pool.echo("late").await }
    });
    service.run();
    let closed = service.spawn({
        let pool = pool.clone();
        async move { pool.close(false).await }
    });
    service.run();
    assert!(matches!(waiter.take(), Some(Err(Error::NotSent(_)))));
    assert!(matches!(command.take(), Some(Err(Error::NotSent(_)))));
    let [first, second] = held;
    let echoed = service.finish(async move { first.echo("hello").await });
    assert_eq!(echoed.unwrap(), "hello");
    assert!(closed.borrow().is_none());
    drop(second);
    service.run();
    assert!(closed.borrow().is_some());
    assert!(service.connections.iter().all(|connection| connection.wire.is_closed()));
}

#[test]
fn closed_by_force_it_waits_for_nothing() {
    let mut service = Service::new();
    let pool = pool(&mut service, options(1));
    let held = lease(&mut service, &pool);
    service.connections[0].peer.stalled = true;
    let command = service.spawn(async move { held.echo("hello").await });
    service.run();
    service.finish(async move { pool.close(true).await });
    assert!(matches!(command.take(), Some(Err(Error::MaybeApplied(_)))));
    assert!(service.connections[0].wire.is_closed());
}

/// The handshake's end used to raise it again.
#[test]
fn closed_in_the_handshake_of_its_next_connection_it_stays_closed() {
    let mut service = Service::new();
    let runtime = service.runtime.clone();
    let client = service.finish(Client::connect_on(runtime, options(1))).unwrap();
    service.connections[0].wire.hang_up();
    while service.connections.len() < 2 {
        service.tasks.run();
        let next = service.runtime.next_timer().expect("it tries again");
        service.runtime.advance(next.since(service.runtime.now()));
        service.tasks.run();
        service.accept();
    }
    let closing = service.spawn({
        let client = client.clone();
        async move { client.close(false).await }
    });
    service.run();
    assert!(closing.borrow().is_some() && service.connections[1].wire.is_closed());
    let late = service.finish(async move { client.echo("late").await });
    assert!(matches!(late, Err(Error::NotSent(_))));
}

/// It used to be connected again, and never closed.
#[test]
fn closed_gently_it_does_not_wait_for_what_was_lost_under_a_lease() {
    let mut service = Service::new();
    let pool = pool(&mut service, options(1));
    let held = lease(&mut service, &pool);
    service.connections[0].wire.hang_up();
    service.run();
    let closed = service.spawn(async move { pool.close(false).await });
    service.run_for(Duration::from_secs(1));
    drop(held);
    service.run_for(Duration::from_secs(1));
    assert!(closed.borrow().is_some());
    assert!(service.connections.iter().all(|connection| connection.wire.is_closed()));
}

#[test]
fn closed_gently_it_has_everything_answered_that_somebody_waits_behind_for_a_lease() {
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
    let closed = service.spawn(async move { pool.close(false).await });
    service.run();
    service.tasks.cancel(waiter);
    service.run();
    service.connections[0].peer.stalled = false;
    service.run();
    assert_eq!(command.take().expect("it is answered").unwrap(), "hello");
    assert!(closed.borrow().is_some());
}

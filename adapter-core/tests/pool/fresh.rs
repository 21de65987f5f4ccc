//! Whether a connection is asked for a sign of life before it is leased.

use std::time::Duration;

use adapter_core::Commands;
use testkit::memory::Service;

use super::{commands, lease, millis, options, pool};

#[test]
fn one_heard_of_lately_is_leased_without_a_round_trip_and_an_older_one_with_one() {
    let mut service = Service::new();
    let pool = pool(&mut service, options(1));
    service.run_for(millis(4_990));
    let before = commands(&service);
    drop(lease(&mut service, &pool));
    assert_eq!(commands(&service), before);
    service.run_for(millis(20));
    drop(lease(&mut service, &pool));
    assert_eq!(commands(&service), [before[0] + 1]);
    // That was a sign of life.
    drop(lease(&mut service, &pool));
    assert_eq!(commands(&service), [before[0] + 1]);
}

#[test]
fn one_that_gives_no_sign_of_life_is_replaced_and_another_one_leased() {
    let mut service = Service::new();
    let pool = pool(&mut service, options(2));
    service.run_for(Duration::from_secs(10));
    service.connections[0].peer.stalled = true;
    let leases: Vec<_> = (0..2)
        .map(|_| {
            let pool = pool.clone();
            service.spawn(async move { pool.lease().await })
        })
        .collect();
    service.run_for(millis(999));
    assert_eq!(leases.iter().filter(|lease| lease.borrow().is_some()).count(), 1);
    service.run_for(Duration::from_secs(1));
    assert!(service.connections[0].wire.is_closed());
    assert_eq!(service.connections.len(), 3);
    for lease in leases {
        let lease = lease.take().expect("it is over").expect("it is leased");
        let echoed = service.finish(async move { lease.echo("hello").await });
        assert_eq!(echoed.unwrap(), "hello");
    }
}

#[test]
fn one_that_the_server_has_closed_is_never_leased() {
    let mut service = Service::new();
    let pool = pool(&mut service, options(2));
    service.connections[0].wire.hang_up();
    service.connections[1].wire.hang_up();
    service.run();
    service.run_for(Duration::from_secs(1));
    for _ in 0..4 {
        let lease = lease(&mut service, &pool);
        let echoed = service.finish(async move { lease.echo("hello").await });
        assert_eq!(echoed.unwrap(), "hello");
    }
    assert_eq!(service.connections.len(), 4);
}

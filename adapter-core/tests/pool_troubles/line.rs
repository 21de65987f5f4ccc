//! Futures that were polled, and are not polled any more, though it is their turn.

use std::future::IntoFuture;

use adapter_core::Commands;
use testkit::memory::Woken;

use super::{ms, options, pool, silent_to};

#[test]
fn a_parked_command_holds_up_no_other() {
    let mut world = silent_to(&[]);
    let pool = pool(&mut world, options(1));
    let lease = world.spawn({
        let pool = pool.clone();
        async move { pool.lease().await }
    });
    world.run();
    let mut parked = Box::pin(pool.command("GET").arg("parked").into_future());
    assert!(Woken::default().poll(&mut parked).is_pending(), "the connection is leased");
    drop(lease.take().unwrap().unwrap());
    world.run();

    let other = world.spawn({
        let pool = pool.clone();
        async move { pool.command("GET").arg("k").await }
    });
    world.run();
    assert!(matches!(other.take(), Some(Ok(_))), "the connection is free");
    assert!(Woken::default().poll(&mut parked).is_pending(), "it leaves now");
    world.run();
    assert!(Woken::default().poll(&mut parked).is_ready());
}

#[test]
fn a_parked_lease_holds_up_others_until_it_is_overdue() {
    let mut world = silent_to(&[]);
    let pool = pool(&mut world, options(1).lease_timeout(ms(5_000)));
    let lease = world.spawn({
        let pool = pool.clone();
        async move { pool.lease().await }
    });
    world.run();
    let mut parked = Box::pin(pool.lease());
    assert!(Woken::default().poll(&mut parked).is_pending());
    drop(lease.take().unwrap().unwrap());
    world.run_for(ms(1_000));

    let next = world.spawn({
        let pool = pool.clone();
        async move { pool.lease().await }
    });
    world.run_for(ms(3_900));
    assert!(next.take().is_none(), "it is the other one's turn");
    world.run_for(ms(200));
    assert!(matches!(next.take(), Some(Ok(_))), "and that is over");
}

#[test]
fn a_parked_lease_holds_up_one_connection_and_not_the_others() {
    let mut world = silent_to(&[]);
    let pool = pool(&mut world, options(2));
    let leases = [(); 2].map(|()| {
        let pool = pool.clone();
        world.spawn(async move { pool.lease().await })
    });
    world.run();
    let mut parked = Box::pin(pool.lease());
    assert!(Woken::default().poll(&mut parked).is_pending());
    drop(leases.map(|lease| lease.take().unwrap().unwrap()));
    world.run();

    let [next, last] = [(); 2].map(|()| {
        let pool = pool.clone();
        world.spawn(async move { pool.lease().await })
    });
    world.run();
    let taken = next.take();
    assert!(matches!(taken, Some(Ok(_))), "one is free beside the other's");
    assert!(last.take().is_none(), "no other is");
}

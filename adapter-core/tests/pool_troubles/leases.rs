//! Connections that were idle for long, and have to be heard before they are leased.

use std::cell::Cell;
use std::rc::Rc;

use adapter_core::{Cause, Error};
use testkit::memory::Woken;

use super::{Answer, LONG, ms, options, pool, silent_to, world};

#[test]
fn the_checks_are_part_of_the_lease_timeout() {
    let mut world = silent_to(&["PING"]);
    let pool = pool(&mut world, options(4).lease_timeout(ms(300)));
    world.run_for(LONG);
    let lease = world.spawn(async move { pool.lease().await.map(drop) });
    world.run_for(ms(299));
    assert_eq!(lease.take(), None);
    world.run_for(ms(2));
    assert_eq!(lease.take(), Some(Err(Error::NotSent(Cause::TimedOut))));
}

#[test]
fn whoever_got_a_dead_connection_goes_before_those_who_came_later() {
    let mut world = world(|connection, _| match connection {
        0 => Answer::Nothing,
        _ => Answer::Ok,
    });
    let pool = pool(&mut world, options(1));
    world.run_for(LONG);
    let order = Rc::new(Cell::new(0));
    let places = [(); 3].map(|()| {
        let (pool, order) = (pool.clone(), Rc::clone(&order));
        let place = world.spawn(async move {
            let _lease = pool.lease().await.unwrap();
            order.set(order.get() + 1);
            order.get()
        });
        world.run_for(ms(100));
        place
    });
    world.run_for(ms(3_000));
    assert_eq!(places.map(|place| place.take()), [Some(1), Some(2), Some(3)]);
}

#[test]
fn a_lease_given_up_while_its_connection_is_asked_leaves_that_open() {
    let mut world = silent_to(&[]);
    let pool = pool(&mut world, options(1));
    world.run_for(LONG);
    for asked in [false, true] {
        let mut lease = Box::pin(pool.lease());
        assert!(Woken::default().poll(&mut lease).is_pending(), "it is asked first");
        if asked {
            world.tasks.run();
        }
        drop(lease);
        world.run();
        world.run_for(LONG);
        assert_eq!((world.connections.len(), world.connections[0].wire.is_closed()), (1, false));
    }
    let lease = world.spawn(async move { pool.lease().await.map(drop) });
    world.run();
    assert_eq!(lease.take(), Some(Ok(())));
}

//! A command's time, wherever it passes.

use std::time::Duration;

use adapter_core::{Cause, Commands, Error, cmd};

use super::{World, config, ms, options, pool, silent_to};

/// Waits for the end of something for a while, to the millisecond.
fn took<T>(world: &mut World, end: &testkit::memory::Outcome<T>) -> (Duration, T) {
    for waited in 0..10_000 {
        if let Some(end) = end.take() {
            return (ms(waited), end);
        }
        world.run_for(ms(1));
    }
    panic!("it never ends");
}

#[test]
fn a_commands_own_timeout_holds_while_it_waits_for_a_connection() {
    let mut world = silent_to(&[]);
    let pool = pool(&mut world, options(1));
    let lease = world.spawn({
        let pool = pool.clone();
        async move { pool.lease().await }
    });
    world.run();
    let command = world.spawn({
        let pool = pool.clone();
        async move { pool.command("GET").arg("k").timeout(ms(100)).await }
    });
    let (time, end) = took(&mut world, &command);
    assert_eq!(end, Err(Error::NotSent(Cause::AllLeased)));
    assert!(time <= ms(102), "{time:?}");

    let pipeline = world.spawn({
        let pool = pool.clone();
        async move { pool.pipeline((cmd::get("k").timeout(ms(100)),)).await }
    });
    let (time, end) = took(&mut world, &pipeline);
    assert_eq!(end.map(|_| ()), Err(Error::NotSent(Cause::AllLeased)));
    assert!(time <= ms(102), "{time:?}");

    let blocking =
        world.spawn(async move { pool.command("BLPOP").arg("k").arg(0).timeout(ms(100)).await });
    let (time, end) = took(&mut world, &blocking);
    assert_eq!(end, Err(Error::NotSent(Cause::AllLeased)));
    assert!(time <= ms(102), "{time:?}");
    drop(lease.take());
}

/// First for a connection, then for the reply.
#[test]
fn the_time_that_a_command_waited_for_a_connection_counts() {
    for batch in [false, true] {
        let mut world = silent_to(&["SLOW"]);
        let pool = pool(&mut world, options(1));
        let lease = world.spawn({
            let pool = pool.clone();
            async move { pool.lease().await }
        });
        world.run();
        let pool = pool.clone();
        let slow = world.spawn(async move {
            if batch {
                let (one,) = pool.pipeline((cmd::command("SLOW").timeout(ms(100)),)).await?;
                one
            } else {
                pool.command("SLOW").timeout(ms(100)).await
            }
        });
        world.run_for(ms(60));
        drop(lease.take().unwrap().unwrap());
        let (time, end) = took(&mut world, &slow);
        assert_eq!(end, Err(Error::MaybeApplied(Cause::TimedOut)));
        assert!(time <= ms(42), "{time:?} of 40 ms");
    }
}

/// First for room on a connection, which is leased then, and then for another one.
#[test]
fn the_time_that_a_command_waited_for_room_counts() {
    let mut world = silent_to(&["SLOW"]);
    let pool = pool(&mut world, options(1).config(config().max_in_flight(1)));
    let start = |world: &mut World, name: &'static str| {
        let pool = pool.clone();
        world.spawn(async move { pool.command(name).timeout(ms(100)).await })
    };
    start(&mut world, "SLOW");
    world.run();
    let waits = start(&mut world, "GET");
    world.run_for(ms(60));
    // It has the connection to itself from now on, though not before SLOW is answered.
    let lease = world.spawn({
        let pool = pool.clone();
        async move { pool.lease().await }
    });
    world.run();
    assert!(lease.take().is_none());
    let (time, end) = took(&mut world, &waits);
    assert_eq!(end, Err(Error::NotSent(Cause::AllLeased)));
    assert!(time <= ms(42), "{time:?} of 40 ms");
}

//! Connections lost under commands.

use adapter_core::{Cause, Commands, Error, Offline, Reconnect};

use super::{Answer, World, config, ms, options, pool, silent_to, world};

/// Its second attempt finds no connection. But the first had left.
#[test]
fn a_command_that_was_run_is_never_said_not_to_be_sent() {
    for offline in [Offline::Fail, Offline::Wait] {
        let mut world = world(|_, name| match name {
            "INCR" => Answer::HangUp,
            _ => Answer::Ok,
        });
        world.limit(1);
        let pool = pool(&mut world, options(1).offline(offline));
        let ended = world.spawn(async move { pool.incr("k").resend().await });
        world.run_for(ms(20_000));
        let ended = ended.take().expect("it ends");
        assert!(matches!(ended, Err(Error::MaybeApplied(_))), "{offline:?}: {ended:?}");
    }
}

/// The same, where there was a connection, and that was lost before it left for the second time.
#[test]
fn nor_if_its_second_connection_is_lost_before_it_leaves() {
    let mut world = world(|connection, name| match (connection, name) {
        (0, "INCR") => Answer::HangUp,
        _ => Answer::Ok,
    });
    let pool = pool(&mut world, options(2).resends(1).offline(Offline::Fail));
    world.connections[1].wire.rules(|rules| rules.upward_window = 0);
    let ended = world.spawn(async move { pool.incr("k").resend().await });
    world.run();
    world.limit(2);
    world.connections[1].wire.hang_up();
    world.run_for(ms(20_000));
    let ended = ended.take().expect("it ends");
    assert!(matches!(ended, Err(Error::MaybeApplied(_))), "{ended:?}");
}

/// The other one does as well.
#[test]
fn a_command_in_line_for_a_connection_that_is_given_up_goes_over_another_one() {
    let mut world = silent_to(&["SLOW"]);
    let once = options(2).config(config().max_in_flight(1)).reconnect(Reconnect::NEVER);
    let pool = pool(&mut world, once);
    let start = |world: &mut World, name: &'static str| {
        let pool = pool.clone();
        world.spawn(async move { pool.command(name).await })
    };
    start(&mut world, "SLOW");
    world.run();
    let [first, second] = [(); 2].map(|()| start(&mut world, "PING"));
    world.run();
    assert!(first.take().is_some() != second.take().is_some(), "one is in line");
    world.connections[0].wire.hang_up();
    world.run();
    let last = first.take().or(second.take()).expect("it goes elsewhere");
    assert!(last.is_ok(), "{last:?}");
}

#[test]
fn what_has_not_left_a_connection_that_is_given_up_goes_over_another_one() {
    let mut world = silent_to(&[]);
    let pool = pool(&mut world, options(2).reconnect(Reconnect::NEVER).offline(Offline::Fail));
    world.connections[0].wire.rules(|rules| rules.upward_window = 0);
    let start = |world: &mut World| {
        let pool = pool.clone();
        world.spawn(async move { pool.command("INCR").arg("k").await })
    };
    let both = [(); 2].map(|()| start(&mut world));
    world.run();
    world.connections[0].wire.hang_up();
    world.run();
    assert!(both.iter().all(|one| matches!(one.take(), Some(Ok(_)))));

    // Until there is none.
    world.connections[1].wire.hang_up();
    world.run();
    let none = start(&mut world);
    world.run();
    let end = none.take();
    assert!(matches!(end, Some(Err(Error::NotSent(Cause::Connection(_))))));
}

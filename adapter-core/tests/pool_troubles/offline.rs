//! `Offline::Fail`: no command waits for a connection where there is none.

use adapter_core::{Cause, Commands, Error, Offline, Options, Pool};

use super::{Answer, World, ms, options, pool, world};

fn failing() -> Options {
    options(1).offline(Offline::Fail)
}

/// The first connection is the last; `DIE` ends it.
fn mortal() -> World {
    let world = world(|_, name| match name {
        "DIE" => Answer::HangUp,
        _ => Answer::Ok,
    });
    world.limit(1);
    world
}

/// The first connection is ready before its driver has said so.
#[test]
fn a_pool_that_has_just_been_opened_is_not_offline() {
    let mut world = mortal();
    let net = world.runtime.clone();
    let first = world.spawn(async move {
        let pool = Pool::connect_on(net, failing()).await.unwrap();
        pool.command("GET").arg("k").await
    });
    world.run();
    let end = first.take().expect("it is answered");
    assert!(end.is_ok(), "{end:?}");
}

#[test]
fn commands_in_line_fail_when_the_last_connection_goes() {
    let mut world = mortal();
    let pool = pool(&mut world, failing());
    let lease = world.spawn({
        let pool = pool.clone();
        async move { pool.lease().await }
    });
    world.run();
    let waiting = ["GET", "BLPOP"].map(|name| {
        let pool = pool.clone();
        world.spawn(async move { pool.command(name).arg("k").arg(0).await })
    });
    world.run();
    let lease = lease.take().unwrap().unwrap();
    let lost = world.spawn(async move { lease.command("DIE").await.map(|_| lease) });
    world.run();
    assert!(matches!(lost.take(), Some(Err(Error::MaybeApplied(_)))));
    for command in waiting {
        let end = command.take().expect("it fails at once");
        assert!(matches!(end, Err(Error::NotSent(Cause::Connection(_)))), "{end:?}");
    }
}

#[test]
fn commands_that_come_later_fail_at_once_and_leases_wait() {
    let mut world = mortal();
    let pool = pool(&mut world, failing());
    world.connections[0].wire.hang_up();
    world.run();
    let later = ["GET", "BLPOP"].map(|name| {
        let pool = pool.clone();
        world.spawn(async move { pool.command(name).arg("k").arg(0).await })
    });
    let lease = world.spawn(async move { pool.lease().await });
    world.run();
    for command in later {
        let end = command.take().expect("it fails at once");
        assert!(matches!(end, Err(Error::NotSent(Cause::Connection(_)))), "{end:?}");
    }
    assert!(lease.take().is_none());
    world.limit(2);
    world.run_for(ms(1_000));
    assert!(matches!(lease.take(), Some(Ok(_))));
}

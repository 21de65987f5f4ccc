//! Commands refused for want of room: in line, in time, and gone without a trace.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use adapter_core::{Cause, Client, Commands, Config, Error, cmd};
use testkit::memory::{Memory, World};
use testkit::pair::{Model, Server};

fn ready<S: Server>(world: &mut World<S>, config: Config) -> Client<Memory> {
    let client = world.connect(config);
    world.run();
    client
}

/// Without a line, whoever is let in as soon as it comes keeps the batch out for ever: there is
/// never room for three beside a command that comes again and again.
#[test]
fn a_batch_gets_its_turn_beside_a_steady_caller() {
    let mut world = World::with_server(Model::default());
    let client = ready(&mut world, Config::default().max_in_flight(1));
    let steady = Rc::new(Cell::new(0));
    let loops = world.spawn({
        let (client, steady) = (client.clone(), Rc::clone(&steady));
        async move {
            for _ in 0..ROUNDS {
                client.echo("steady").await.unwrap();
                steady.set(steady.get() + 1);
            }
        }
    });
    let batches = world.spawn({
        let steady = Rc::clone(&steady);
        async move {
            for _ in 0..5 {
                let (a, b, c) = client
                    .pipeline((cmd::echo("a"), cmd::echo("b"), cmd::echo("c")))
                    .await
                    .unwrap();
                assert_eq!([a.unwrap(), b.unwrap(), c.unwrap()], ["a", "b", "c"]);
            }
            steady.get()
        }
    });
    world.run();
    world.take(&loops).expect("the steady caller ends");
    let meanwhile = world.take(&batches).expect("the batches end");
    assert!(
        meanwhile < 50,
        "{meanwhile} of {ROUNDS} commands went before the batches were through"
    );
}

/// A command's time runs while it waits for room: else a connection that has gone quiet would hang
/// its callers for ever.
#[test]
fn a_command_that_waits_for_room_is_given_up_in_time() {
    let mut world = World::with_server(Model::default());
    let config = Config::default().max_in_flight(1).command_timeout(None);
    let client = ready(&mut world, config);
    world.peer.stalled = true;
    let first = world.spawn({
        let client = client.clone();
        async move { client.echo("first").await }
    });
    let second = world.spawn({
        let client = client.clone();
        async move { client.echo("second").timeout(Duration::from_secs(1)).await }
    });
    world.run_for(Duration::from_millis(900));
    assert!(world.take(&second).is_none(), "too early");
    world.run_for(Duration::from_millis(200));
    assert_eq!(world.take(&second), Some(Err(Error::NotSent(Cause::TimedOut))));

    world.peer.stalled = false;
    world.run();
    assert_eq!(world.take(&first).expect("answered now").unwrap(), "first");
    let third = world.spawn(async move { client.echo("third").await });
    world.run();
    assert_eq!(world.take(&third).expect("there is room").unwrap(), "third");
}

const ROUNDS: u32 = 2_000;

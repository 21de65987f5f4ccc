//! Futures dropped at every step of driver and server: no reply ever reaches a stranger.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use adapter_core::{Client, Commands, Config, Protocol, cmd};
use testkit::memory::{Memory, World};

/// What is given up half-way.
type Victim<'a> = Pin<Box<dyn Future<Output = bool> + 'a>>;

/// Its name, how to make one, and whether its result is right.
type Kind = (&'static str, for<'a> fn(&'a Client<Memory>) -> Victim<'a>);

fn call(client: &Client<Memory>) -> Victim<'_> {
    Box::pin(async move { client.echo("stranger").await.is_ok_and(|reply| reply == "stranger") })
}

fn pipeline(client: &Client<Memory>) -> Victim<'_> {
    let commands = || (cmd::echo("stranger"), cmd::command("NONSENSE"), cmd::get("nothing"));
    Box::pin(async move {
        let replies = client.pipeline(commands()).await;
        replies.is_ok_and(|(one, two, three)| {
            one.is_ok_and(|reply| reply == "stranger") && two.is_err() && three == Ok(None)
        })
    })
}

fn transaction(client: &Client<Memory>) -> Victim<'_> {
    Box::pin(async move {
        let replies = client.transaction((cmd::echo("stranger"), cmd::echo("other"))).await;
        replies.is_ok_and(|(one, two)| {
            one.is_ok_and(|reply| reply == "stranger") && two.is_ok_and(|reply| reply == "other")
        })
    })
}

const KINDS: [Kind; 3] = [("call", call), ("pipeline", pipeline), ("transaction", transaction)];

/// Echoes that are all under way at once; how many got something else than their own.
fn strangers(world: &mut World, client: &Client<Memory>, point: usize) -> usize {
    let echoes: Vec<_> = (0..ECHOES)
        .map(|id| {
            let client = client.clone();
            let tag = format!("{point}:{id}");
            world.spawn(async move { client.echo(&tag).await.is_ok_and(|reply| reply == tag) })
        })
        .collect();
    world.run();
    echoes.iter().filter(|echo| world.take(echo) != Some(true)).count()
}

#[test]
fn dropped_after_every_step() {
    let (mut points, mut strange, mut finished) = (0, 0, 0);
    for protocol in [Protocol::Resp3, Protocol::Resp2] {
        for (name, make) in KINDS {
            for (piece, full) in [(1, false), (2, false), (3, false), (1, true)] {
                let mut world = World::new();
                // Room for less than the victim, so that it waits at first.
                let room = if full { 1 } else { 1 << 20 };
                let config = Config::default().protocol(protocol).max_queued(room);
                let client = world.connect(config);
                world.run();
                for steps in 0.. {
                    world.wire.rules(|rules| {
                        (rules.read_piece, rules.write_piece, rules.hesitant) =
                            (piece, piece, true);
                    });
                    if full {
                        let client = client.clone();
                        world.spawn(async move { client.echo("in front").await.is_ok() });
                        world.tasks.step();
                    }
                    let done = poll_for(&mut world, make(&client), steps);
                    // The rest of the world goes on at full speed.
                    world.wire.rules(|rules| {
                        (rules.read_piece, rules.write_piece) = (usize::MAX, usize::MAX);
                        rules.hesitant = false;
                    });
                    points += 1;
                    strange += strangers(&mut world, &client, points);
                    assert!(world.ended().is_none(), "{name} after {steps} steps");
                    if done {
                        finished += 1;
                        break;
                    }
                    assert!(steps < 10_000, "{name} never ends");
                }
            }
        }
    }
    println!("{points} points, {finished} ended by themselves, {strange} replies to strangers");
    assert_eq!(strange, 0);
    assert!(points >= 2_000, "only {points} points");
    assert_eq!(finished, 24, "each kind is taken to its end");
}

/// Polls the victim before each of so many steps and once more, then drops it: whether it ended.
fn poll_for(world: &mut World, mut victim: Victim<'_>, steps: usize) -> bool {
    for _ in 0..steps {
        if let Poll::Ready(right) = victim.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            assert!(right, "a victim that lives to see its end gets its own replies");
            return true;
        }
        if !world.tasks.step() {
            world.peer.turn();
        }
    }
    false
}

const ECHOES: usize = 50;

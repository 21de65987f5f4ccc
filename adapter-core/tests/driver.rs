//! The driver in memory: both directions at once, nobody forgotten, work in small portions.

use std::time::Duration;

use adapter_core::resp_core::encode;
use adapter_core::{Cause, Client, Commands, Config, ConnectionError, Error, Runtime, cmd};
use bytes::Bytes;
use testkit::memory::{Memory, Woken, World};
use testkit::pair::{Model, Server};

/// Echoes, and leaves everything else to a model.
fn echo_server() -> impl Server {
    let mut model = Model::default();
    move |command: &[Bytes], out: &mut Vec<u8>| match command {
        [name, message] if name == "ECHO" => encode::bulk_string(out, message),
        _ => model.execute(command, out),
    }
}

/// Answers an `ECHO` only when another one has come.
fn lazy_server() -> impl Server {
    let mut model = Model::default();
    let mut kept: Option<Bytes> = None;
    move |command: &[Bytes], out: &mut Vec<u8>| match command {
        [name, message] if name == "ECHO" => match kept.take() {
            None => kept = Some(message.clone()),
            Some(first) => {
                encode::bulk_string(out, &first);
                encode::bulk_string(out, message);
            }
        },
        _ => model.execute(command, out),
    }
}

fn ready<S: Server>(world: &mut World<S>, config: Config) -> Client<Memory> {
    let client = world.connect(config);
    world.run();
    client
}

/// redis-rs #1955, valkey-glide #5892: the server answers before it reads on, so that a client
/// which writes without reading stops for ever.
#[test]
fn a_pipeline_of_64_mb_goes_through_windows_of_256_bytes() {
    let mut world = World::with_server(echo_server());
    world.wire.rules(|rules| {
        rules.upward_window = 256;
        rules.downward_window = 256;
    });
    let client = ready(&mut world, Config::default().max_queued(1024));
    let message = |id: usize| {
        let mut message = vec![b'x'; 64 * 1024];
        message[..8].copy_from_slice(format!("{id:08}").as_bytes());
        message
    };
    let commands: Vec<_> = (0..1024).map(|id| cmd::echo(message(id))).collect();
    let pipeline = world.spawn(async move { client.pipeline(commands).await });
    world.run();
    let replies = world.take(&pipeline).expect("the pipeline ends").unwrap();
    assert_eq!(replies.len(), 1024);
    for (id, reply) in replies.into_iter().enumerate() {
        assert!(reply.unwrap() == message(id), "reply {id} is another one's");
    }
    assert!(world.wire.traffic().written > 64 << 20);
}

/// What is queued behind a write that is not done has to leave once that is, without another word
/// from anybody.
#[test]
fn output_queued_behind_a_blocked_write_is_fetched_when_that_is_done() {
    let mut world = World::with_server(lazy_server());
    let client = ready(&mut world, Config::default());
    world.wire.rules(|rules| rules.upward_window = 256);
    world.peer.stalled = true;
    let first = world.spawn({
        let client = client.clone();
        async move { client.echo(vec![b'1'; 10_000]).await }
    });
    world.run();
    let second = world.spawn({
        let client = client.clone();
        async move { client.echo("2").await }
    });
    world.run();
    world.peer.stalled = false;
    world.run();
    assert_eq!(world.take(&first).expect("the first is answered").unwrap().len(), 10_000);
    assert_eq!(world.take(&second).expect("the second was sent").unwrap(), "2");
}

/// On an executor that runs first what was woken last, each caller would else have a write of its
/// own.
#[test]
fn callers_woken_together_share_a_write() {
    for eager in [false, true] {
        let mut world = World::with_server(echo_server());
        if eager {
            world.tasks.eager();
        }
        let client = ready(&mut world, Config::default());
        let before = world.wire.traffic().writes;
        let tasks: Vec<_> = (0..CALLERS)
            .map(|caller| {
                let client = client.clone();
                world.spawn(async move {
                    for round in 0..ROUNDS {
                        let message = format!("{caller} {round}");
                        assert_eq!(client.echo(&message).await.unwrap(), message);
                    }
                })
            })
            .collect();
        world.run();
        assert!(tasks.iter().all(|task| world.take(task).is_some()), "all end");
        let writes = world.wire.traffic().writes - before;
        println!("eager {eager}: {writes} writes for {CALLERS} callers, {ROUNDS} rounds");
        // The first round starts the callers one by one.
        let first = if eager { CALLERS } else { 1 };
        assert!(writes < (first + ROUNDS) as u64, "{writes} writes");
    }
}

/// Letting others go first must not come to never writing.
#[test]
fn replies_that_keep_coming_do_not_keep_a_command_from_leaving() {
    let mut world = World::with_server(echo_server());
    let client = ready(&mut world, Config::default());
    world.peer.stalled = true;
    for _ in 0..CALLERS {
        let client = client.clone();
        world.spawn(async move { client.echo("0123456789").await });
    }
    world.tasks.run();
    world.peer.stalled = false;
    while world.peer.turn() {}
    // One reply a read.
    world.wire.rules(|rules| rules.read_piece = "$10\r\n0123456789\r\n".len());
    let late = world.spawn({
        let client = client.clone();
        async move { client.echo("late").await }
    });
    let before = world.wire.traffic();
    while world.wire.traffic().written == before.written {
        assert!(world.tasks.step(), "the command never leaves");
    }
    let replies = (world.wire.traffic().read - before.read) / 17;
    assert!(replies <= 4, "{replies} replies were read first");
    world.run();
    assert_eq!(world.take(&late).expect("answered").unwrap(), "late");
}

#[test]
fn the_timer_is_set_again_only_for_an_earlier_deadline() {
    let mut world = World::with_server(echo_server());
    let client = ready(&mut world, Config::default().command_timeout(Some(10 * SECOND)));
    let before = world.runtime.timers_made();
    let echo = |world: &mut World<_>, timeout: Duration| {
        let client = client.clone();
        let echoed = world.spawn(async move { client.echo("x").timeout(timeout).await });
        world.run_for(MILLISECOND);
        world.take(&echoed).expect("answered").unwrap();
    };
    for _ in 0..1000 {
        echo(&mut world, 10 * SECOND);
    }
    let made = world.runtime.timers_made() - before;
    assert!(made <= 1, "{made} timers for 1000 commands, each with a later deadline");
    for timeout in [3, 2, 1] {
        let before = world.runtime.timers_made();
        echo(&mut world, timeout * SECOND);
        assert_eq!(world.runtime.timers_made(), before + 1, "a deadline that comes closer");
    }
    // Shorter than the timer's grain.
    let before = world.runtime.timers_made();
    world.peer.stalled = true;
    let hurried = world.spawn({
        let client = client.clone();
        async move { client.echo("x").timeout(300 * MICROSECOND).await }
    });
    for _ in 0..10 {
        world.spawn({
            let client = client.clone();
            async move { client.echo("y").await }
        });
        world.run_for(20 * MICROSECOND);
    }
    let made = world.runtime.timers_made() - before;
    assert!(made <= 1, "{made} timers for one short deadline");
    world.run_for(2 * MILLISECOND);
    assert!(matches!(world.take(&hurried), Some(Err(Error::MaybeApplied(_)))));
}

/// A connection that keeps its driver busy leaves the other tasks their share.
#[test]
fn the_work_of_one_poll_is_bounded() {
    let mut world = World::with_server(echo_server());
    let (client, mut driver) = world.client_and_driver(Config::default());
    let woken = Woken::default();
    let mut settle = |world: &mut World<_>| {
        while woken.poll(&mut driver).is_pending() && world.peer.turn() {}
    };
    settle(&mut world);
    // As a socket's buffer does.
    world.wire.rules(|rules| rules.write_piece = 256 * 1024);

    let mut pipeline = client.pipeline(vec![cmd::echo(Bytes::from(vec![b'x'; 1 << 20])); 64]);
    let caller = Woken::default();
    assert!(caller.poll(&mut pipeline).is_pending());
    let (mut most_written, mut most_read, mut polls) = (0, 0, 0);
    let mut replies = None;
    while replies.is_none() {
        let before = world.wire.traffic();
        let times = woken.times();
        assert!(woken.poll(&mut driver).is_pending());
        let after = world.wire.traffic();
        most_written = most_written.max(after.written - before.written);
        most_read = most_read.max(after.read - before.read);
        polls += 1;
        // Nothing is due but what the driver wants to go on with.
        while woken.times() == times && world.peer.turn() {}
        if let std::task::Poll::Ready(done) = caller.poll(&mut pipeline) {
            replies = Some(done);
        }
    }
    assert!(replies.unwrap().unwrap().into_iter().all(|reply| reply.unwrap().len() == 1 << 20));
    println!("{polls} polls, at most {most_written} bytes written and {most_read} read in one");
    assert!(most_read <= 5 << 20, "{most_read} bytes read in one poll");
    assert!(most_written <= 5 << 20, "{most_written} bytes written in one poll");
}

/// Some executors run who was woken last before all others: the driver, behind its first caller.
#[test]
fn a_caller_that_rouses_the_driver_shares_the_write_with_those_behind_it() {
    let mut world = World::with_server(echo_server());
    let (client, mut driver) = world.client_and_driver(Config::default());
    let woken = Woken::default();
    while woken.poll_to_rest(&mut driver).is_pending() && world.peer.turn() {}
    let mut calls: Vec<_> =
        (0..CALLERS).map(|_| client.echo("x".repeat(10)).into_future()).collect();
    let before = world.wire.traffic().written;
    let caller = Woken::default();
    for call in &mut calls {
        let times = woken.times();
        assert!(caller.poll(call).is_pending());
        if woken.times() > times {
            assert!(woken.poll(&mut driver).is_pending());
            assert_eq!(world.wire.traffic().written, before, "written by itself");
        }
    }
    assert!(woken.poll_to_rest(&mut driver).is_pending());
    assert!(world.wire.traffic().written > before + (CALLERS * 10) as u64);
}

#[test]
fn the_driver_ends_with_the_last_client() {
    let mut world = World::new();
    let client = ready(&mut world, Config::default());
    let other = client.clone();
    drop(client);
    world.run();
    assert_eq!(world.ended(), None, "there is another client");
    drop(other);
    world.run();
    assert_eq!(world.ended(), Some(ConnectionError::Closed));
    assert!(world.wire.is_closed());
}

#[test]
fn what_is_under_way_is_finished_before_the_connection_is_closed() {
    let mut world = World::new();
    world.wire.rules(|rules| rules.write_piece = 1);
    let client = ready(&mut world, Config::default());
    world.wire.rules(|rules| rules.upward_window = 8);
    let mut call = client.set("k", "v").into_future();
    assert!(Woken::default().poll(&mut call).is_pending());
    drop(call);
    drop(client);
    world.run();
    assert_eq!(world.peer.server.get("k"), Some(&b"v"[..]));
    assert_eq!(world.ended(), Some(ConnectionError::Closed));
}

#[test]
fn a_client_dropped_during_the_handshake_ends_its_driver() {
    let mut world = World::new();
    world.peer.stalled = true;
    let client = world.connect(Config::default());
    world.run();
    drop(client);
    world.run();
    assert_eq!(world.ended(), Some(ConnectionError::Closed));
}

#[test]
fn each_command_after_a_pause_wakes_the_driver() {
    let mut world = World::new();
    let client = ready(&mut world, Config::default().liveness(None));
    for turn in 0..100 {
        let polls = world.tasks.polls(DRIVER);
        // Longer than a command may take, which must not count against it.
        world.run_for(60 * SECOND);
        assert!(world.tasks.polls(DRIVER) <= polls + 1, "an idle driver is not polled");
        let client = client.clone();
        let echoed = world.spawn(async move { client.echo("x").await });
        world.run();
        assert_eq!(world.take(&echoed).unwrap_or_else(|| panic!("turn {turn}")).unwrap(), "x");
    }
}

/// A future may move to another task between polls.
#[test]
fn the_waker_of_the_last_poll_is_woken() {
    let mut world = World::new();
    let client = ready(&mut world, Config::default());
    world.peer.stalled = true;
    let mut call = client.echo("x").into_future();
    let (first, second) = (Woken::default(), Woken::default());
    assert!(first.poll(&mut call).is_pending());
    world.run();
    assert!(second.poll(&mut call).is_pending());
    world.peer.stalled = false;
    world.run();
    assert_eq!((first.times(), second.times()), (0, 1));
    assert!(second.poll(&mut call).is_ready());
}

#[test]
fn callers_refused_for_want_of_room_all_get_their_turn() {
    for (in_flight, queued) in [(1, 1 << 20), (3, 1 << 20), (1000, 1), (1000, 100), (2, 10)] {
        let mut world = World::new();
        let config = Config::default().max_in_flight(in_flight).max_queued(queued);
        let client = ready(&mut world, config);
        let tasks: Vec<_> = (0..200)
            .map(|caller| {
                let client = client.clone();
                world.spawn(async move {
                    let message = format!("{caller}");
                    if caller % 10 == 0 {
                        // More than may be in flight at all.
                        let echoes = vec![cmd::echo(&message); 5];
                        for reply in client.pipeline(echoes).await.unwrap() {
                            assert_eq!(reply.unwrap(), message);
                        }
                    }
                    assert_eq!(client.echo(&message).await.unwrap(), message);
                })
            })
            .collect();
        world.run();
        let ended = tasks.iter().filter(|task| world.take(task).is_some()).count();
        assert_eq!(ended, 200, "{in_flight} in flight, {queued} bytes queued");
    }
}

#[test]
fn a_driver_dropped_ends_its_callers() {
    let mut world = World::new();
    let client = ready(&mut world, Config::default());
    world.wire.rules(|rules| rules.upward_window = 40);
    world.peer.stalled = true;
    let calls: Vec<_> = ["a", "b", "c", "d"]
        .map(|name| {
            let client = client.clone();
            let call = world.spawn(async move { client.set(name, "v").await });
            world.run();
            call
        })
        .into_iter()
        .collect();
    world.tasks.cancel(DRIVER);
    world.run();
    let ends: Vec<_> = calls.iter().map(|call| world.take(call).expect("it ends")).collect();
    let abandoned = || Cause::Connection(ConnectionError::Abandoned);
    // 40 bytes are one SET of 27 and a part of the next.
    assert_eq!(ends[0], Err(Error::MaybeApplied(abandoned())));
    for end in &ends[1..] {
        assert_eq!(*end, Err(Error::NotSent(abandoned())));
    }
    let late = world.spawn(async move { client.get("a").await });
    world.run();
    assert_eq!(world.take(&late), Some(Err(Error::NotSent(abandoned()))));
}

#[test]
fn commands_submitted_during_the_handshake_follow_it() {
    let mut world = World::new();
    let client = world.connect(Config::default());
    let calls: Vec<_> = (0..10)
        .map(|caller| {
            let client = client.clone();
            world.spawn(async move { client.echo(caller).parse::<u64>().await })
        })
        .collect();
    world.run();
    for (caller, call) in calls.iter().enumerate() {
        assert_eq!(world.take(call).unwrap(), Ok(caller as u64));
    }
}

#[test]
fn a_deadline_is_kept_though_nothing_comes() {
    let mut world = World::new();
    let client = ready(&mut world, Config::default().command_timeout(Some(SECOND)));
    world.peer.stalled = true;
    let started = world.runtime.now();
    let runtime = world.runtime.clone();
    let call = world.spawn({
        let client = client.clone();
        async move { (client.echo("late").await, runtime.now()) }
    });
    world.run_for(3 * SECOND);
    let (end, at) = world.take(&call).expect("it ends");
    assert_eq!(end.unwrap_err().to_string(), "sent, and perhaps applied: no reply in time");
    let elapsed = at.since(started);
    assert!((SECOND..SECOND + 2 * MILLISECOND).contains(&elapsed), "after {elapsed:?}");
    // The late reply goes to nobody.
    world.peer.stalled = false;
    let call = world.spawn(async move { client.echo("next").await });
    world.run();
    assert_eq!(world.take(&call).unwrap().unwrap(), "next");
}

/// The driver is the first task that a [`World`] spawns.
const DRIVER: usize = 0;
const CALLERS: usize = 100;
const ROUNDS: usize = 10;
const SECOND: Duration = Duration::from_secs(1);
const MILLISECOND: Duration = Duration::from_millis(1);
const MICROSECOND: Duration = Duration::from_micros(1);

//! A connection lost at every byte, in both directions: every caller hears of it, and is told
//! exactly what the server can have done.

use adapter_core::{Cause, Client, Commands, Config, ConnectionError, Error, cmd};
use testkit::memory::{Memory, Outcome, World};

/// What became of a round of commands.
struct Round {
    sets: Vec<Outcome<Result<(), Error>>>,
    pipeline: Outcome<Result<Vec<Result<i64, Error>>, Error>>,
    transaction: Outcome<Result<Vec<Result<i64, Error>>, Error>>,
}

/// Two single commands, a pipeline and a transaction.
fn start(world: &mut World, client: &Client<Memory>) -> Round {
    let sets = (0..2)
        .map(|id| {
            let client = client.clone();
            world.spawn(async move { client.set(format!("set{id}"), "v").await })
        })
        .collect();
    let pipeline = world.spawn({
        let client = client.clone();
        async move { client.pipeline(keys("p").map(cmd::incr).to_vec()).await }
    });
    let transaction = world.spawn({
        let client = client.clone();
        async move { client.transaction(keys("t").map(cmd::incr).to_vec()).await }
    });
    Round { sets, pipeline, transaction }
}

fn keys(prefix: &str) -> [String; 3] {
    [0, 1, 2].map(|id| format!("{prefix}{id}"))
}

/// Has all ended, and does the server's ledger bear it out? How many were answered, may have been
/// applied, were not sent.
fn check(world: &World, round: &Round, at: &str) -> [usize; 3] {
    let mut counts = [0; 3];
    let server = &world.peer.server;
    let mut note = |end: Option<&Error>, keys: &[String]| {
        let applied = keys.iter().any(|key| server.get(key).is_some());
        match end {
            None => {
                assert!(keys.iter().all(|key| server.get(key).is_some()), "{at}: {keys:?}");
                counts[0] += 1;
            }
            Some(Error::MaybeApplied(_)) => counts[1] += 1,
            Some(Error::NotSent(_)) => {
                assert!(!applied, "{at}: {keys:?} was applied, and told not to be sent");
                counts[2] += 1;
            }
            Some(other) => panic!("{at}: {other}"),
        }
    };
    for (id, set) in round.sets.iter().enumerate() {
        let end = world.take(set).unwrap_or_else(|| panic!("{at}: a SET never ends"));
        note(end.err().as_ref(), &[format!("set{id}")]);
    }
    let end = world.take(&round.pipeline).unwrap_or_else(|| panic!("{at}: a pipeline never ends"));
    match end {
        Err(error) => note(Some(&error), &keys("p")),
        Ok(replies) => {
            for (reply, key) in replies.into_iter().zip(keys("p")) {
                note(reply.err().as_ref(), &[key]);
            }
        }
    }
    let end = world.take(&round.transaction);
    let end = end.unwrap_or_else(|| panic!("{at}: a transaction never ends"));
    note(end.err().as_ref(), &keys("t"));
    counts
}

fn config() -> Config {
    Config::default().library_info(false)
}

/// Bytes written and read in a whole round, and those of the handshake.
fn lengths() -> ([u64; 2], [u64; 2]) {
    let mut world = World::new();
    let client = world.connect(config());
    world.run();
    let before = world.wire.traffic();
    let round = start(&mut world, &client);
    world.run();
    assert_eq!(check(&world, &round, "whole"), [6, 0, 0]);
    let after = world.wire.traffic();
    ([before.written, before.read], [after.written, after.read])
}

#[test]
fn writing_fails_after_every_byte() {
    let ([start_at, _], [end_at, _]) = lengths();
    let mut sums = [0; 3];
    for after in start_at..end_at {
        let mut world = World::new();
        let client = world.connect(config());
        world.run();
        world.wire.rules(|rules| rules.write_fails_after = Some(after));
        let round = start(&mut world, &client);
        world.run();
        let counts = check(&world, &round, &format!("written {after}"));
        assert_eq!(counts[0], 0, "the error comes before any reply is read");
        assert!(matches!(world.ended(), Some(ConnectionError::Io(_))), "{:?}", world.ended());
        for (sum, count) in sums.iter_mut().zip(counts) {
            *sum += count;
        }
        // Not to be taken any more.
        let late = world.spawn(async move { client.get("k").await });
        world.run();
        let late = world.take(&late).expect("it ends");
        let reason = Cause::Connection(world.ended().expect("it has ended"));
        assert_eq!(late, Err(Error::NotSent(reason)), "with what the driver has ended with");
    }
    println!("{} places, {sums:?} answered, perhaps applied, not sent", end_at - start_at);
    assert!(sums[1] > 0 && sums[2] > 0);
}

#[test]
fn the_stream_ends_or_fails_after_every_byte() {
    let ([_, start_at], [_, end_at]) = lengths();
    for fails in [false, true] {
        let mut sums = [0; 3];
        for after in start_at..end_at {
            let mut world = World::new();
            let client = world.connect(config());
            world.run();
            world.wire.rules(|rules| {
                rules.read_ends_after = Some(after);
                rules.read_fails = fails;
            });
            let round = start(&mut world, &client);
            world.run();
            let counts = check(&world, &round, &format!("read {after}"));
            match world.ended() {
                Some(ConnectionError::ClosedByServer) if !fails => {}
                Some(ConnectionError::Io(_)) if fails => {}
                other => panic!("{other:?}"),
            }
            for (sum, count) in sums.iter_mut().zip(counts) {
                *sum += count;
            }
        }
        let places = end_at - start_at;
        println!("{places} places, {sums:?} answered, perhaps applied, not sent");
        assert!(sums[0] > 0 && sums[1] > 0);
    }
}

/// While it is shaken by the smallest pieces, too.
#[test]
fn a_stream_in_single_bytes_carries_the_same() {
    for (piece, window, hesitant) in
        [(1, usize::MAX, false), (1, 1, true), (2, 3, false), (7, 5, true), (usize::MAX, 1, true)]
    {
        let mut world = World::new();
        world.wire.rules(|rules| {
            (rules.read_piece, rules.write_piece) = (piece, piece);
            (rules.upward_window, rules.downward_window) = (window, window);
            rules.hesitant = hesitant;
        });
        let client = world.connect(config());
        let rounds: Vec<_> = (0..10).map(|_| start(&mut world, &client)).collect();
        world.run();
        for round in rounds {
            assert_eq!(check(&world, &round, &format!("{piece} {window}")), [6, 0, 0]);
        }
    }
}

#[test]
fn a_server_that_hangs_up_while_nothing_happens_is_noticed() {
    let mut world = World::new();
    let client = world.connect(config());
    world.run();
    world.wire.hang_up();
    world.run();
    assert_eq!(world.ended(), Some(ConnectionError::ClosedByServer));
    let round = start(&mut world, &client);
    world.run();
    // The pipeline, not sent as a whole, counts as one.
    assert_eq!(check(&world, &round, "idle"), [0, 0, 4]);
}

#[test]
fn nonsense_ends_the_connection_and_everything_on_it() {
    let mut world = World::new();
    let client = world.connect(config());
    world.run();
    world.peer.say("!nonsense\r\n");
    let round = start(&mut world, &client);
    world.run();
    assert!(matches!(world.ended(), Some(ConnectionError::Protocol(_))), "{:?}", world.ended());
    let [answered, perhaps, not_sent] = check(&world, &round, "nonsense");
    assert_eq!((answered, perhaps + not_sent > 0), (0, true));
}

#[test]
fn a_reply_to_nothing_ends_the_connection() {
    let mut world = World::new();
    let client = world.connect(config());
    world.run();
    world.peer.say("+OK\r\n");
    world.run();
    assert_eq!(world.ended(), Some(ConnectionError::UnexpectedReply));
    drop(client);
}

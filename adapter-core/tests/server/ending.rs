//! How connections end.

use std::time::Duration;

use adapter_core::server::{Closed, Config, ServerOptions};
use testkit::memory::Wire;

use super::House;

fn house() -> House {
    House::new(Config::default(), ServerOptions::default())
}

/// The server reads what still comes, so that its last words are not lost; but not for ever.
#[test]
fn who_never_stops_sending_is_left() {
    let mut house = house();
    let wire = house.dial();
    wire.rules(|rules| rules.read_piece = 1);
    assert_eq!(house.ask(&wire, "QUIT\r\n"), "+OK|");
    wire.send(&[b'x'; 100_000]);
    for _ in 0..25 {
        house.world.runtime.advance(Duration::from_millis(50));
        house.world.tasks.step();
    }
    assert_eq!(house.handle.connection_count(), 0);
    assert_eq!(*house.seen.borrow(), [Closed::ByServer]);
}

/// Closed at once, the system would answer them with a reset.
#[test]
fn commands_that_come_too_late_for_a_shutdown_are_read_and_not_run() {
    let mut house = house();
    let wire = house.dial();
    assert_eq!(house.ask(&wire, "run\r\n"), "+RAN|");
    house.handle.shutdown(Duration::from_secs(5));
    assert_eq!(house.ask(&wire, "run\r\n"), "");
    assert!(wire.is_closed(), "the client has been told that this was all");
    assert_eq!(house.handle.connection_count(), 1);
    wire.hang_up();
    house.world.run();
    assert_eq!(house.handle.connection_count(), 0);
    assert_eq!(*house.seen.borrow(), [Closed::Shutdown]);
}

#[test]
fn who_is_cut_off_at_the_end_of_the_grace_hears_why() {
    let mut house = house();
    let wire = house.dial();
    assert_eq!(house.ask(&wire, "hold\r\n"), "");
    house.handle.shutdown(Duration::from_secs(5));
    house.pass(Duration::from_secs(6));
    assert!(wire.is_closed());
    assert_eq!(*house.seen.borrow(), [Closed::Shutdown]);
}

#[test]
fn who_asks_for_the_end_runs_nothing_more() {
    let mut house = house();
    let (asks, other) = (house.dial(), house.dial());
    assert_eq!(other.send(b"run\r\n"), 5);
    assert_eq!(house.ask(&asks, "run\r\nbye\r\nrun\r\n"), "+RAN|+OK|");
    assert!(asks.is_closed());
    assert_eq!((super::heard(&other).as_str(), other.is_closed()), ("+RAN|", true));
    [asks, other].iter().for_each(Wire::hang_up);
    house.world.run();
    assert_eq!(*house.seen.borrow(), [Closed::Shutdown, Closed::Shutdown]);
}

#[test]
fn who_blocks_or_has_long_heard_nothing_does_not_keep_the_server() {
    let mut house = house();
    let (blocks, quiet, fresh) = (house.dial(), house.dial(), house.dial());
    assert_eq!(house.ask(&blocks, "run\r\nblock\r\nrun\r\n"), "+RAN|");
    assert_eq!(house.ask(&quiet, "run\r\n"), "+RAN|");
    house.pass(Duration::from_secs(2));
    assert_eq!(house.ask(&fresh, "run\r\n"), "+RAN|");
    house.handle.shutdown(HOUR);
    house.world.run();
    assert_eq!(*house.seen.borrow(), [Closed::Shutdown, Closed::Shutdown]);
    assert!(fresh.is_closed() && house.handle.connection_count() == 1, "it may not know yet");
    house.pass(Duration::from_secs(1));
    assert_eq!(house.handle.connection_count(), 0);
}

#[test]
fn work_under_way_is_waited_for() {
    let mut house = house();
    let wire = house.dial();
    assert_eq!(house.ask(&wire, "hold\r\nrun\r\n"), "");
    house.handle.shutdown(HOUR);
    house.pass(Duration::from_secs(60));
    assert!(!wire.is_closed());
    house.deferred.borrow_mut().pop().unwrap().answer(|reply| reply.int(1));
    house.world.run();
    assert_eq!((super::heard(&wire).as_str(), wire.is_closed()), (":1|+RAN|", true));
}

/// As far as these tests are concerned, for ever.
const HOUR: Duration = Duration::from_secs(3600);

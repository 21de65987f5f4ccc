//! What the session tells of its own state.

use redis_client_core::resp_core::OutBuf;
use redis_client_core::{Event, Session, Time};
use testkit::pair::Pair;

use crate::{echo, plain, words};

#[test]
fn debug_says_where_it_stands_and_not_what_it_carries() {
    let mut pair = Pair::new(1, plain());
    pair.drive();
    pair.submit(echo("a-secret-message"));
    let shown = format!("{:?}", pair.session);
    assert!(shown.contains("Ready") && shown.contains("in_flight: 1"), "{shown}");
    assert!(!shown.contains("secret"), "{shown}");
}

#[test]
fn nothing_is_transmitted_twice() {
    let mut session = Session::<u64>::new(Time::ZERO, plain());
    let mut out = OutBuf::new();
    assert!(session.poll_transmit(&mut out));
    let greeting = out.len();
    assert!(!session.poll_transmit(&mut out));
    assert_eq!(out.len(), greeting);
    session.submit(Time::ZERO, echo("x"), 1).unwrap();
    assert!(!session.poll_transmit(&mut out), "commands wait for the handshake");
    let mut input = bytes::BytesMut::from("%0\r\n");
    session.handle_input(Time::ZERO, &mut input).unwrap();
    assert_eq!(session.poll_event(), Some(Event::Ready { resp3: true }));
    assert!(session.poll_transmit(&mut out));
    assert_eq!(out.len(), greeting + 21);
    assert!(!session.poll_transmit(&mut out));
}

#[test]
fn the_same_seed_gives_the_same_run() {
    let run = |seed| {
        let delay = std::time::Duration::from_millis(5);
        let mut pair = Pair::new(seed, plain()).cut(9).delay(delay);
        for n in 0..20 {
            pair.submit(echo(&n.to_string()));
        }
        pair.submit(words("SUBSCRIBE a b"));
        pair.drive();
        (pair.trace(), pair.now)
    };
    assert_eq!(run(1), run(1));
    assert_ne!(run(1).0, run(2).0);
}

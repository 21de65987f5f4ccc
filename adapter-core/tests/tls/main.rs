//! TLS in memory: a client's stream against a server of rustls, over wires of all kinds. `server`
//! has our own server's end.
//!
//! A task that was not woken is not polled here, so a wait that wakes nobody shows as a client
//! that never ends.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test's helpers are tests")]

mod both;
mod config;
mod peer;
mod server;

use std::future::poll_fn;
use std::io;
use std::task::Context;

use adapter_core::resp_core::{Out, OutBuf};
use adapter_core::tls::rustls::version::{TLS12, TLS13};
use adapter_core::tls::rustls::{AlertDescription, Error as Rustls};
use adapter_core::{TlsConfig, TlsError, Transport};
use bytes::BytesMut;
use peer::{Pair, Peer, Version, pattern};
use testkit::certificates::{Certificates, Fault};
use testkit::memory::{Rules, Woken};

const VERSIONS: [Version; 2] = [&TLS12, &TLS13];

/// Sends and receives at the same time, over a wire with these rules.
fn exchange(version: Version, length: usize, room: usize, rules: impl FnOnce(&mut Rules)) -> Pair {
    let (up, down) = (pattern(length, 1), pattern(length, 2));
    let mut pair = Pair::new(version);
    pair.wire.rules(rules);
    pair.peer.say.clone_from(&down);
    pair.peer.goodbye_after = Some(length);
    let stream = pair.stream();
    pair.client(stream, &up, room);
    pair.run();
    pair.outcome().unwrap();
    assert!(pair.end.borrow().received == down, "another text came down");
    assert!(pair.peer.heard == up, "another text came up");
    pair
}

#[test]
fn a_byte_at_a_time() {
    for version in VERSIONS {
        exchange(version, 20_000, 4096, |rules| {
            (rules.read_piece, rules.write_piece) = (1, 1);
        });
        exchange(version, 3_000, 1, |rules| {
            (rules.read_piece, rules.write_piece, rules.hesitant) = (1, 1, true);
        });
    }
}

#[test]
fn much_both_ways_through_small_windows() {
    for version in VERSIONS {
        exchange(version, 8 << 20, 16 * 1024, |rules| {
            (rules.upward_window, rules.downward_window) = (256, 256);
        });
        exchange(version, 100_000, 700, |rules| {
            (rules.upward_window, rules.downward_window, rules.hesitant) = (256, 1, true);
        });
    }
}

#[test]
fn large_pieces() {
    for version in VERSIONS {
        exchange(version, 8 << 20, 64 * 1024, |_| {});
    }
}

#[test]
fn keys_are_changed_on_the_way() {
    let (up, down) = (pattern(2 << 20, 1), pattern(2 << 20, 2));
    let mut pair = Pair::new(&TLS13);
    pair.wire.rules(|rules| (rules.upward_window, rules.downward_window) = (20_000, 20_000));
    pair.peer.say.clone_from(&down);
    pair.peer.goodbye_after = Some(up.len());
    pair.peer.new_keys_every = Some(5);
    let stream = pair.stream();
    pair.client(stream, &up, 10_000);
    pair.run();
    pair.outcome().unwrap();
    assert!(pair.end.borrow().received == down && pair.peer.heard == up);
}

#[test]
fn writing_alone_does_the_handshake_and_reading_alone_too() {
    for version in VERSIONS {
        let mut pair = Pair::new(version);
        pair.wire.rules(|rules| (rules.read_piece, rules.upward_window) = (7, 50));
        let mut stream = pair.stream();
        let mut output = OutBuf::new();
        output.put(b"hello");
        let task = pair.tasks.spawn(async move {
            assert_eq!(poll_fn(|cx| stream.poll_write(cx, &mut output)).await.unwrap(), 5);
            assert!(!stream.is_handshaking());
            // What was held is written by reading.
            let mut input = BytesMut::with_capacity(100);
            poll_fn(|cx| stream.poll_read(cx, &mut input)).await.unwrap();
            assert_eq!(input, "welcome");
        });
        pair.peer.goodbye_after = Some(usize::MAX);
        pair.run();
        assert_eq!(pair.peer.heard, b"hello");
        pair.peer.say = b"welcome".to_vec();
        pair.run();
        assert_eq!(pair.tasks.left(), 0, "task {task} waits for ever");

        let mut pair = Pair::new(version);
        let mut stream = pair.stream();
        pair.peer.say = b"welcome".to_vec();
        pair.tasks.spawn(async move {
            let mut input = BytesMut::with_capacity(100);
            assert_eq!(poll_fn(|cx| stream.poll_read(cx, &mut input)).await.unwrap(), 7);
            assert_eq!(input, "welcome");
        });
        pair.run();
        assert_eq!(pair.tasks.left(), 0);
    }
}

#[test]
fn what_comes_during_a_write_wakes_the_reader() {
    // The server speaks first, and what it says comes together with the end of the handshake.
    let mut pair = Pair::new(&TLS13);
    pair.peer.say = b"welcome".to_vec();
    let mut stream = pair.stream();
    let (mut input, mut output) = (BytesMut::with_capacity(100), OutBuf::new());
    output.put(b"x");
    let woken = Woken::default();
    let waker = woken.waker();
    let cx = &mut Context::from_waker(&waker);
    assert!(stream.poll_read(cx, &mut input).is_pending());
    loop {
        assert!(pair.peer.turn(), "the handshake has come to a stop");
        let before = woken.times();
        if stream.poll_write(cx, &mut output).is_ready() {
            assert!(woken.times() > before, "nobody knows that something has come");
            break;
        }
    }
    while stream.poll_read(cx, &mut input).is_pending() {
        assert!(pair.peer.turn(), "it has come and gone");
    }
    assert_eq!(input, "welcome");
}

#[test]
fn what_is_held_is_bounded() {
    for version in VERSIONS {
        let total = 4 << 20;
        let mut pair = Pair::new(version);
        pair.wire.rules(|rules| rules.upward_window = 10_000);
        pair.peer.goodbye_after = Some(total);
        let stream = pair.stream();
        // Up to the end of the handshake, and no further.
        pair.client(stream, &pattern(total, 3), 4096);
        pair.peer.stalled = true;
        pair.run();
        assert_eq!(pair.end.borrow().unwritten, total, "written before the handshake");
        pair.peer.stalled = false;
        while pair.peer.session.is_handshaking() {
            pair.tasks.run();
            assert!(pair.peer.turn(), "the handshake has come to a stop");
        }
        pair.peer.stalled = true;
        let heard = pair.peer.heard.len();
        pair.run();
        let held = total - heard - pair.end.borrow().unwritten;
        assert!((10_000..90_000).contains(&held), "{held} bytes held");
        let before = pair.wire.traffic().read_attempts;
        pair.run();
        assert_eq!(pair.wire.traffic().read_attempts, before, "it is busy with nothing");
        pair.peer.stalled = false;
        pair.run();
        pair.outcome().unwrap();
        assert_eq!(pair.peer.heard.len(), total);
    }
}

#[test]
fn goodbye_is_said_before_the_transport_is_closed() {
    for version in VERSIONS {
        let mut pair = Pair::new(version);
        pair.wire.rules(|rules| rules.upward_window = 10);
        let mut stream = pair.stream();
        let mut output = OutBuf::new();
        output.put(b"last words");
        pair.tasks.spawn(async move {
            poll_fn(|cx| stream.poll_write(cx, &mut output)).await.unwrap();
            poll_fn(|cx| stream.poll_close(cx)).await.unwrap();
            // The other direction is open still.
            let mut input = BytesMut::with_capacity(100);
            poll_fn(|cx| stream.poll_read(cx, &mut input)).await.unwrap();
            assert_eq!(input, "and yours?");
        });
        pair.run();
        assert!(pair.peer.left && pair.wire.is_closed());
        assert_eq!(pair.peer.heard, b"last words");
        pair.peer.say = b"and yours?".to_vec();
        pair.run();
        assert_eq!(pair.tasks.left(), 0);
    }
}

#[test]
fn an_end_without_goodbye_is_an_end() {
    for version in VERSIONS {
        let mut pair = Pair::new(version);
        pair.peer.say = b"+half a rep".to_vec();
        let stream = pair.stream();
        pair.client(stream, b"x", 100);
        pair.run();
        pair.wire.hang_up();
        pair.run();
        pair.outcome().unwrap();
        assert_eq!(pair.end.borrow().received, "+half a rep");
    }
}

#[test]
fn an_end_during_the_handshake_is_an_error() {
    for version in VERSIONS {
        let mut pair = Pair::new(version);
        pair.wire.rules(|rules| rules.read_ends_after = Some(50));
        let stream = pair.stream();
        pair.client(stream, b"x", 100);
        pair.run();
        let error = pair.outcome().unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::UnexpectedEof);
        assert_eq!(TlsError::of(&error), Some(&TlsError::HungUp));
        assert!(error.to_string().contains("during the TLS handshake"), "{error}");
    }
}

#[test]
fn a_cut_in_any_place_ends_it() {
    let whole = exchange(&TLS13, 100, 100, |_| {}).wire.traffic().read;
    for cut in 0..whole {
        let mut pair = Pair::new(&TLS13);
        pair.wire.rules(|rules| rules.read_ends_after = Some(cut));
        pair.peer.say = pattern(100, 0);
        let stream = pair.stream();
        pair.client(stream, b"x", 100);
        pair.run();
        // Lengths differ by a few bytes from one handshake to the next.
        pair.wire.hang_up();
        pair.run();
        if let Err(error) = pair.outcome() {
            assert_eq!(TlsError::of(&error), Some(&TlsError::HungUp), "cut at {cut}");
        }
    }
}

#[test]
fn what_is_not_tls_is_called_so() {
    let texts: [&[u8]; 5] = [
        b"-ERR unknown command\r\n",
        b"+PONG\r\n",
        b"HTTP/1.1 400 Bad Request\r\n\r\n",
        &[0; 100],
        &[0xff; 100],
    ];
    for text in texts {
        let mut pair = Pair::new(&TLS13);
        pair.peer.stalled = true;
        let stream = pair.stream();
        pair.client(stream, b"PING\r\n", 100);
        pair.wire.send(text);
        pair.run();
        let error = pair.outcome().unwrap_err();
        assert_eq!(TlsError::of(&error), Some(&TlsError::NotTls), "{error}");
        assert_eq!(
            error.to_string(),
            "the server does not answer in TLS (is this the port for TLS?)"
        );
        assert_eq!(pair.end.borrow().unwritten, 6);
    }
}

#[test]
fn a_refused_server_is_told_and_the_error_stays() {
    let certificates = Certificates::new().unwrap();
    for version in VERSIONS {
        let mut pair = Pair::new(version);
        let identity = certificates.faulty(Fault::UnknownCa).unwrap();
        pair.peer = Peer::new(&pair.wire, &identity, version);
        let config = TlsConfig::new().ca_pem(certificates.ca_pem()).unwrap();
        let mut stream = config.connect("localhost", pair.wire.stream()).unwrap();
        pair.tasks.spawn(async move {
            let (mut input, mut output) = (BytesMut::with_capacity(100), OutBuf::new());
            output.put(b"AUTH secret");
            let first = poll_fn(|cx| stream.poll_read(cx, &mut input)).await.unwrap_err();
            for _ in 0..3 {
                let read = poll_fn(|cx| stream.poll_read(cx, &mut input)).await.unwrap_err();
                let write = poll_fn(|cx| stream.poll_write(cx, &mut output)).await.unwrap_err();
                assert!(matches!(TlsError::of(&read), Some(TlsError::Certificate(_))), "{read}");
                assert_eq!(TlsError::of(&read), TlsError::of(&first));
                assert_eq!(TlsError::of(&write), TlsError::of(&first));
            }
            poll_fn(|cx| stream.poll_close(cx)).await.unwrap();
        });
        pair.run();
        assert_eq!(pair.tasks.left(), 0);
        let told = pair.peer.failed.take();
        assert!(
            matches!(
                told,
                Some(Rustls::AlertReceived(
                    AlertDescription::UnknownCA | AlertDescription::DecryptError
                ))
            ),
            "{told:?}"
        );
        assert_eq!(pair.peer.heard, b"");
    }
}

//! What a session costs: nothing in the steady state, and never more than it was sent.

#![allow(clippy::unwrap_used, reason = "a test may panic, in its helpers too")]

use std::collections::HashMap;

use bytes::{Buf, Bytes, BytesMut};
use redis_server_core::{Action, Config, Next, Session, Time};
use testkit::counting_alloc::{CountingAlloc, measure};

#[global_allocator]
static ALLOC: CountingAlloc = CountingAlloc;

/// One turn of a driver with a pipeline of `GET` and `SET`.
fn turn(
    session: &mut Session,
    input: &mut BytesMut,
    store: &mut HashMap<Vec<u8>, Vec<u8>>,
    pipeline: &[u8],
) -> usize {
    input.extend_from_slice(pipeline);
    session.handle_input(Time::ZERO);
    while let Next::Request(command, reply, _) = session.poll_request(input) {
        let action = if command.is("get") {
            match store.get(command.arg(1)) {
                Some(value) => reply.bulk(value),
                None => reply.null(),
            }
        } else {
            let value = store.get_mut(command.arg(1)).unwrap();
            value.clear();
            value.extend_from_slice(command.arg(2));
            reply.ok()
        };
        assert_eq!(action, Action::Continue);
    }
    let out = session.transmit();
    let written = out.remaining();
    out.advance(written);
    session.handle_written(Time::ZERO);
    written
}

#[test]
fn getting_and_setting_allocates_nothing() {
    let get = "*2\r\n$3\r\nGET\r\n$3\r\nkey\r\n*2\r\n$3\r\nGET\r\n$4\r\nnone\r\n";
    let set = "*3\r\n$3\r\nSET\r\n$3\r\nkey\r\n$5\r\nvalue\r\nGET key\r\nGET 'key'\r\n";
    let pipeline = [get, set].concat().repeat(8).into_bytes();
    let mut session = Session::new(Time::ZERO, &Config::default());
    let (mut input, mut store) = (BytesMut::with_capacity(16 * 1024), HashMap::new());
    store.insert(b"key".to_vec(), b"value".to_vec());
    for _ in 0..3 {
        assert_eq!(turn(&mut session, &mut input, &mut store, &pipeline), 8 * 43);
    }
    let ((), allocations) = measure(|| {
        for _ in 0..1000 {
            turn(&mut session, &mut input, &mut store, &pipeline);
        }
    });
    assert_eq!(allocations.number, 0);
}

/// Feeds requests in pieces of one read and keeps every second argument: what stays allocated.
fn held(lengths: &[usize], piece: usize) -> (usize, i64) {
    let mut stream = Vec::new();
    for length in lengths {
        stream.extend_from_slice(format!("*2\r\n$1\r\nS\r\n${length}\r\n").as_bytes());
        stream.resize(stream.len() + length, b'x');
        stream.extend_from_slice(b"\r\n");
    }
    let mut kept: Vec<Bytes> = Vec::with_capacity(lengths.len());
    let ((), allocations) = measure(|| {
        let mut session = Session::new(Time::ZERO, &Config::default());
        let (mut input, mut number) = (BytesMut::new(), 0);
        for piece in stream.chunks(piece) {
            input.reserve(piece.len());
            input.extend_from_slice(piece);
            while let Next::Request(command, reply, _) = session.poll_request(&mut input) {
                number += 1;
                if number % 2 == 0 {
                    kept.push(command.bytes(1));
                }
                let _ = reply.none();
            }
        }
    });
    (kept.iter().map(Bytes::len).sum(), allocations.kept)
}

#[test]
fn what_is_kept_keeps_at_most_twice_its_size() {
    let lengths = [33_000, 40_000, 70_000, 200_000, 33_000, 10, 1_000_000, 32_768, 500_000, 33_000];
    for piece in [4096, 16 * 1024, 64 * 1024, 256 * 1024, usize::MAX] {
        for rotation in 0..lengths.len() {
            let mut lengths = lengths;
            lengths.rotate_left(rotation);
            let (bytes, held) = held(&lengths, piece);
            // And a little for keeping the books.
            assert!(held <= 2 * bytes as i64 + 512, "{held} for {bytes} of {lengths:?}, {piece}");
        }
    }
}

#[test]
fn a_large_argument_that_fills_its_buffer_is_not_copied() {
    let request = [&b"*2\r\n$1\r\nS\r\n$1000000\r\n"[..], &[b'x'; 1_000_000], b"\r\n"].concat();
    let mut session = Session::new(Time::ZERO, &Config::default());
    let mut input = BytesMut::from(&request[..]);
    let (kept, allocations) = measure(|| {
        let Next::Request(command, reply, _) = session.poll_request(&mut input) else { panic!() };
        let _ = reply.none();
        command.bytes(1)
    });
    assert_eq!(kept.len(), 1_000_000);
    assert!(allocations.peak < 1000, "{allocations:?}");
}

#[test]
fn memory_of_large_requests_is_used_again() {
    let request = [&b"*2\r\n$1\r\nS\r\n$1000000\r\n"[..], &[b'x'; 1_000_000], b"\r\n"].concat();
    let mut session = Session::new(Time::ZERO, &Config::default());
    let mut input = BytesMut::with_capacity(request.len());
    let ((), allocations) = measure(|| {
        for _ in 0..10 {
            input.extend_from_slice(&request);
            while let Next::Request(_, reply, _) = session.poll_request(&mut input) {
                let _ = reply.none();
            }
        }
    });
    assert!(allocations.peak < 1000, "{allocations:?}");
}

#[test]
fn lengths_that_are_only_declared_cost_nothing() {
    for head in ["*1000000\r\n$500000000\r\n", "*2147483647\r\n", "*1\r\n$536870912\r\n"] {
        let ((), allocations) = measure(|| {
            let mut session = Session::new(Time::ZERO, &Config::default());
            let mut input = BytesMut::from(head);
            assert!(matches!(session.poll_request(&mut input), Next::NeedInput));
        });
        assert!(allocations.peak < 1024, "{head:?}: {allocations:?}");
    }
}

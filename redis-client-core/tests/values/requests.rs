//! Requests are the same however they are held: inline, on the heap, in segments.

use bytes::Bytes;
use proptest::prelude::*;
use redis_client_core::{Batch, Request, Session, Time};
use resp_core::OutBuf;

use crate::{flat, naive, wire};

/// Two arguments whose lengths pass each boundary between the ways of holding them.
#[test]
fn every_length_around_the_inline_boundary() {
    for first in (0..140).chain([300, 16_383, 16_384, 16_385]) {
        for second in [0, 1, 9, 10, 50, 99, 100, 117, 118, 119, 16_383, 16_384] {
            let (first, second) = (vec![b'a'; first], vec![b'b'; second]);
            let expected = naive(&[&b"X"[..], &first, &second, b"end"]);
            let mut copied = Request::new("X");
            copied.arg(&first).arg(&second).arg("end");
            let mut shared = Request::new("X");
            shared.arg(Bytes::from(first)).arg(Bytes::from(second)).arg("end");
            assert_eq!(wire(&copied), expected);
            assert_eq!(wire(&shared), expected);
            assert_eq!(wire(shared.clone()), expected);
            assert_eq!(shared.count(), 4);
        }
    }
}

#[test]
fn many_arguments() {
    for count in [9, 10, 11, 99, 100, 101, 10_000] {
        let mut request = Request::new("X");
        let mut words = vec!["X".to_owned()];
        for n in 1..count {
            request.arg(n);
            words.push(n.to_string());
        }
        assert_eq!(wire(&request), naive(&words));
    }
}

#[derive(Clone, Debug)]
enum Argument {
    Copied(Vec<u8>),
    Shared(Vec<u8>),
}

impl Argument {
    fn bytes(&self) -> &[u8] {
        match self {
            Self::Copied(bytes) | Self::Shared(bytes) => bytes,
        }
    }
}

fn argument() -> impl Strategy<Value = Argument> {
    let length = prop_oneof![
        8 => 0..40_usize,
        3 => 90..130_usize,
        1 => 16_380..16_390_usize,
        1 => 20_000..70_000_usize,
    ];
    (length, any::<u8>(), any::<bool>()).prop_map(|(length, first, shared)| {
        let bytes = (0..length).map(|n| first.wrapping_add(n as u8)).collect();
        if shared { Argument::Shared(bytes) } else { Argument::Copied(bytes) }
    })
}

fn request(arguments: &[Argument]) -> Request {
    let mut request = Request::new("NAME");
    for argument in arguments {
        match argument {
            Argument::Copied(bytes) => request.arg(bytes),
            Argument::Shared(bytes) => request.arg(Bytes::from(bytes.clone())),
        };
    }
    request
}

fn expected(arguments: &[Argument]) -> Vec<u8> {
    let mut words = vec![&b"NAME"[..]];
    words.extend(arguments.iter().map(Argument::bytes));
    naive(&words)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(300) })]

    #[test]
    fn encoding_equals_a_naive_encoder(arguments in prop::collection::vec(argument(), 0..12)) {
        let request = request(&arguments);
        prop_assert_eq!(request.count(), arguments.len() + 1);
        // Encoded twice, behind something else, and by way of a session: the same.
        prop_assert_eq!(wire(&request), expected(&arguments));
        let mut out = OutBuf::new();
        resp_core::Out::put(&mut out, b"before");
        request.encode(&mut out);
        request.clone().encode(&mut out);
        let twice = [&b"before"[..], &expected(&arguments), &expected(&arguments)].concat();
        prop_assert_eq!(flat(out), twice);
    }

    #[test]
    fn batches_are_their_commands_in_order(
        commands in prop::collection::vec(prop::collection::vec(argument(), 0..4), 1..6),
        atomic: bool,
    ) {
        let config = redis_client_core::Config::default()
            .protocol(redis_client_core::Protocol::Resp2)
            .library_info(false);
        let mut session = Session::new(Time::ZERO, config);
        let mut batch = if atomic { Batch::transaction() } else { Batch::new() };
        let mut all = if atomic { naive(&["MULTI"]) } else { Vec::new() };
        for arguments in &commands {
            batch.push(request(arguments));
            all.extend(expected(arguments));
        }
        if atomic {
            all.extend(naive(&["EXEC"]));
        }
        session.submit_batch(Time::ZERO, &mut batch, ()).unwrap();
        prop_assert_eq!(batch.len(), commands.len());
        let mut out = OutBuf::new();
        prop_assert!(session.poll_transmit(&mut out));
        prop_assert_eq!(flat(out), all);
    }
}

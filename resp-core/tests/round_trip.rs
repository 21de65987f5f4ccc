//! What is encoded comes out again: any tree of values, through every way of keeping it.
#![expect(clippy::unwrap_used, reason = "a panic fails the test")]

use bytes::{Buf, Bytes, BytesMut};
use proptest::collection::vec;
use proptest::prelude::*;
use resp_core::{Decoder, Frame, FrameRef, Limits, OutBuf, View, encode};
use testkit::chunking;
use testkit::tree::{Tree, Value};

proptest! {
    #[test]
    fn trees_round_trip(tree in frame(), seed: u64) {
        let wire = encoded(&tree);
        let mut decoder = Decoder::new(Limits::default());
        let mut input = BytesMut::new();
        let mut found = None;
        let chunking = chunking::random(wire.len(), seed).next().unwrap();
        for piece in chunking.pieces(&wire) {
            prop_assert!(found.is_none() || piece.is_empty(), "ended too early");
            input.extend_from_slice(piece);
            if let Some(frame) = decoder.decode(&mut input).unwrap() {
                found = Some((frame, decoder.scanner().has_nested_push()));
            }
        }
        let (frame, has_nested_push) = found.unwrap();
        prop_assert_eq!(frame.as_bytes(), &wire[..]);

        let read = Tree::read(frame.as_frame());
        prop_assert_eq!(&read, &tree.without_pushes());
        let pushes: Vec<_> = frame.as_frame().nested_pushes().map(Tree::read).collect();
        prop_assert_eq!(has_nested_push, !pushes.is_empty());
        prop_assert_eq!(pushes, tree.nested_pushes());
        prop_assert_eq!(encoded(&read), encoded(&tree.without_pushes()), "encoded again");
    }

    #[test]
    fn every_output_gets_the_same_bytes(tree in frame()) {
        let wire = encoded(&tree);
        let mut bytes = BytesMut::new();
        tree.encode(&mut bytes);
        prop_assert_eq!(&bytes, &wire);
        let mut out = OutBuf::new();
        tree.encode(&mut &mut out);
        prop_assert_eq!(out.copy_to_bytes(out.remaining()), wire);
    }

    #[test]
    fn owned_frames_are_equal_to_what_they_came_from(tree in frame(), other in frame()) {
        let (wire, other) = (encoded(&tree), encoded(&other));
        let frame = Frame::parse(wire.clone()).unwrap();
        prop_assert_eq!(&frame.clone(), &frame);
        prop_assert_eq!(&frame.as_frame().to_frame(), &frame);
        prop_assert_eq!(frame.clone().into_bytes(), wire.clone());
        prop_assert_eq!(Frame::parse(other.clone()).unwrap() == frame, alike(&other, &wire));
        check_elements(frame.as_frame());
    }

    #[test]
    fn lines_hold_no_line_ends(text: Vec<u8>, error: bool) {
        let mut wire = Vec::new();
        if error {
            encode::simple_error(&mut wire, &text);
        } else {
            encode::simple_string(&mut wire, &text);
        }
        wire.extend_from_slice(b":7\r\n");
        let mut decoder = Decoder::new(Limits::default());
        let frame = decoder.decode_ref(&wire).unwrap().unwrap();
        let spaced = text.iter().map(|byte| if b"\r\n".contains(byte) { b' ' } else { *byte });
        let spaced: Vec<_> = spaced.collect();
        match frame.view() {
            View::SimpleError(found) if error => prop_assert_eq!(found, &spaced[..]),
            View::SimpleString(found) if !error => prop_assert_eq!(found, &spaced[..]),
            view => prop_assert!(false, "{:?}", view),
        }
        prop_assert_eq!(&wire[frame.len()..], b":7\r\n", "nothing in between");
    }

    #[test]
    fn injected_replies_stay_text(text in "[\r\n+:$*0-9a-z -]{0,24}") {
        let mut wire = Vec::new();
        encode::simple_error(&mut wire, text.as_bytes());
        prop_assert!(matches!(Frame::parse(wire).unwrap().view(), View::SimpleError(_)));
    }

    #[test]
    fn doubles_round_trip(bits: u64) {
        check_double(f64::from_bits(bits));
    }

    #[test]
    fn only_numbers_become_big_numbers(text in "[+-]{0,2}[0-9]{0,30}[\r\n.0-9a]{0,1}") {
        let mut wire = Vec::new();
        let unsigned = text.strip_prefix(['+', '-']).unwrap_or(&text);
        let valid = !unsigned.is_empty() && unsigned.bytes().all(|byte| byte.is_ascii_digit());
        prop_assert_eq!(encode::big_number(&mut wire, text.as_bytes()), valid);
        if valid {
            let frame = Frame::parse(wire).unwrap();
            prop_assert_eq!(frame.view(), View::BigNumber(text.as_bytes()));
        } else {
            prop_assert_eq!(wire, b"");
        }
    }

    #[test]
    fn commands_are_arrays_of_bulk_strings(arguments: Vec<Vec<u8>>) {
        let mut wire = Vec::new();
        encode::command(&mut wire, &arguments);
        let tree = Tree::read(Frame::parse(wire).unwrap().as_frame());
        let elements = arguments.into_iter().map(Value::BulkString).map(Tree::leaf).collect();
        prop_assert_eq!(tree, Tree::leaf(Value::Array(elements)));
    }
}

#[test]
fn special_doubles_round_trip() {
    let specials = [f64::INFINITY, f64::NAN, 0.0, 1e300, f64::MIN_POSITIVE, f64::MAX, 0.1, 5e-324];
    for value in specials.into_iter().flat_map(|value| [value, -value]) {
        check_double(value);
    }
    for (value, text) in [(f64::INFINITY, "inf"), (-f64::INFINITY, "-inf"), (f64::NAN, "nan")] {
        assert_eq!(&encode::double_text(value)[..], text.as_bytes());
    }
    for (value, text) in [(1.0, "1"), (-0.0, "-0"), (1.5, "1.5"), (1e21, "1e21"), (100.0, "100")] {
        assert_eq!(&encode::double_text(value)[..], text.as_bytes());
    }
}

fn check_double(value: f64) {
    let mut wire = Vec::new();
    encode::double(&mut wire, value);
    let frame = Frame::parse(wire).unwrap();
    let View::Double(found) = frame.view() else { panic!("{frame:?}") };
    assert!(found.to_bits() == value.to_bits() || (found.is_nan() && value.is_nan()), "{value:?}");
}

/// Large frames, and all that is taken out of them, lie in the buffer they came in.
#[test]
fn large_frames_share_the_buffer() {
    let payload = vec![b'x'; 100];
    let mut wire = Vec::new();
    encode::array(&mut wire, 2);
    encode::bulk_string(&mut wire, &payload);
    encode::array(&mut wire, 1);
    encode::bulk_string(&mut wire, &payload);
    let mut input = BytesMut::from(&wire[..]);
    let place = input.as_ptr_range();
    let frame = Decoder::new(Limits::default()).decode(&mut input).unwrap().unwrap();
    let inside = |bytes: &[u8]| {
        place.start <= bytes.as_ptr()
            && bytes.as_ptr_range().end <= place.start.wrapping_add(wire.len())
    };
    assert!(inside(frame.as_bytes()));

    let View::Array(mut elements) = frame.view() else { panic!("{frame:?}") };
    let (first, second) = (elements.next().unwrap(), elements.next().unwrap());
    let View::BulkString(text) = first.view() else { panic!("{first:?}") };
    assert_eq!(text, payload);
    let shared = first.to_shared(text);
    assert_eq!(shared, payload);
    assert!(inside(&shared));
    let owned = second.to_frame();
    assert!(inside(owned.as_bytes()));
    assert!(inside(&frame.clone().into_bytes()));

    // The buffer lives as long as what was taken out of it.
    drop((frame, input));
    assert_eq!((&shared[..], owned.as_bytes().len()), (&payload[..], 4 + 6 + 102));
    // What lies elsewhere is copied.
    let elsewhere = vec![b'y'; 100];
    let copied = owned.as_frame().to_shared(&elsewhere);
    assert!(copied == elsewhere && copied.as_ptr() != elsewhere.as_ptr());
    assert!(owned.as_frame().to_shared(b"").is_empty());
}

/// Up to the inline size a frame is a copy, and the buffer is free to be used again.
#[test]
fn small_frames_leave_the_buffer() {
    for length in [0, 1, 9, 10, 38, 39, 40, 41, 42] {
        let mut wire = Vec::new();
        encode::bulk_string(&mut wire, &vec![b'x'; length]);
        let mut input = BytesMut::from(&wire[..]);
        let place = input.as_ptr();
        let frame = Decoder::new(Limits::default()).decode(&mut input).unwrap().unwrap();
        assert_eq!(frame.as_bytes(), wire);
        assert_eq!(frame.as_bytes().as_ptr() == place, wire.len() > Frame::INLINE, "{length}");
        let View::BulkString(text) = frame.view() else { panic!("{frame:?}") };
        assert_eq!(frame.as_frame().to_shared(text), text);
        assert_eq!(frame.as_frame().to_frame(), frame);
    }
    let mut borrowed = Decoder::new(Limits::default());
    let wire = [&b"$60\r\n"[..], &[b'x'; 60], b"\r\n"].concat();
    let frame = borrowed.decode_ref(&wire).unwrap().unwrap();
    assert_ne!(frame.to_frame().as_bytes().as_ptr(), wire.as_ptr(), "a borrowed frame is copied");
    assert_eq!(frame.to_frame().as_bytes(), wire);
}

#[test]
fn shared_payloads_are_not_copied_into_an_out_buf() {
    let payload = Bytes::from(vec![b'x'; OutBuf::SHARE_FROM]);
    let mut out = OutBuf::new();
    encode::bulk_shared(&mut out, payload.clone());
    encode::bulk_shared(&mut out, payload.slice(1..));
    let mut slices = [std::io::IoSlice::new(b""); 8];
    let filled = out.chunks_vectored(&mut slices);
    let found = slices[..filled].iter().filter(|slice| slice.as_ptr() == payload.as_ptr());
    assert_eq!(found.count(), 1, "one is large enough");
    assert!(slices[..filled].iter().all(|slice| slice.as_ptr() != payload[1..].as_ptr()));
    let mut wire = Vec::new();
    encode::bulk_string(&mut wire, &payload);
    encode::bulk_shared(&mut wire, payload.slice(1..));
    assert_eq!(out.copy_to_bytes(out.remaining()), wire);
}

/// Each element, as it is counted and as it is taken out, is a frame of its own.
fn check_elements(frame: FrameRef<'_>) {
    let elements = match frame.view() {
        View::Array(elements) | View::Set(elements) | View::Push(elements) => elements,
        View::Map(pairs) => {
            assert_eq!((pairs.len(), pairs.is_empty()), (pairs.count(), pairs.count() == 0));
            pairs.flatten_pairs()
        }
        _ => return,
    };
    assert_eq!((elements.len(), elements.is_empty()), (elements.count(), elements.count() == 0));
    for element in elements {
        assert_eq!(Frame::parse(element.as_bytes().to_vec()).unwrap().as_frame(), element);
        check_elements(element);
    }
}

/// Whether two encoded frames hold the same. The encoder has one way only to write a value, but
/// for the two zeros.
fn alike(one: &[u8], two: &[u8]) -> bool {
    let zeros = |wire: &[u8]| wire.escape_ascii().to_string().replace(",-0\\r", ",0\\r");
    zeros(one) == zeros(two)
}

fn encoded(tree: &Tree) -> Vec<u8> {
    let mut wire = Vec::new();
    tree.encode(&mut wire);
    wire
}

/// A frame as it may stand at the top: a push too, but nothing in front of it.
fn frame() -> impl Strategy<Value = Tree> {
    let push = vec(element(), 0..4).prop_map(|all| Tree::leaf(Value::Push(all)));
    prop_oneof![4 => element(), 1 => push].prop_map(|tree| Tree { pushes: Vec::new(), ..tree })
}

/// An element, with pushes and attributes in front of it here and there.
fn element() -> impl Strategy<Value = Tree> {
    leaf().prop_map(Tree::leaf).prop_recursive(4, 48, 6, |inner| {
        let pairs = vec((inner.clone(), inner.clone()), 0..4);
        let value = prop_oneof![
            vec(inner.clone(), 0..14).prop_map(Value::Array),
            vec(inner.clone(), 0..4).prop_map(Value::Set),
            pairs.clone().prop_map(Value::Map),
            leaf(),
        ];
        let push = vec(inner.clone(), 0..3).prop_map(|all| Tree::leaf(Value::Push(all)));
        let none = Just(Vec::new());
        let attributes = prop_oneof![3 => none.clone(), 1 => pairs];
        let pushes = prop_oneof![3 => Just(Vec::new()), 1 => vec(push, 1..3)];
        (pushes, attributes, value).prop_map(|(pushes, attributes, value)| Tree {
            pushes,
            attributes,
            value,
        })
    })
}

fn leaf() -> impl Strategy<Value = Value> {
    let line = vec(any::<u8>().prop_filter("no line end", |byte| !b"\r\n".contains(byte)), 0..60);
    let blob = vec(any::<u8>(), 0..120);
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Boolean),
        any::<i64>().prop_map(Value::Integer),
        (-20..20_i64).prop_map(Value::Integer),
        any::<f64>().prop_map(Value::Double),
        line.clone().prop_map(Value::SimpleString),
        line.prop_map(Value::SimpleError),
        blob.clone().prop_map(Value::BulkString),
        blob.clone().prop_map(Value::BulkError),
        (any::<[u8; 3]>(), blob).prop_map(|(format, text)| Value::Verbatim(format, text)),
        "[+-]?[0-9]{1,40}".prop_map(|digits| Value::BigNumber(digits.into_bytes())),
    ]
}

//! Every value comes back from the wire as it went, whatever it was written to, and what was read
//! is written again byte by byte the same.
//!
//! An input describes a value in a loose form of RESP: a type byte, a byte for a length or a
//! count (its lower four bits, so `0` to `9` are themselves), and what it holds.

#![no_main]

use arbitrary::{Arbitrary, Result, Unstructured};
use bytes::{Buf, Bytes, BytesMut};
use libfuzzer_sys::fuzz_target;
use resp_core::encode::{self, double_text};
use resp_core::{Frame, FrameRef, Out, OutBuf, View};

fuzz_target!(|value: Value| {
    let mut bytes = Vec::new();
    write(&mut bytes, &value);

    let mut buffer = BytesMut::new();
    write(&mut buffer, &value);
    assert_eq!(buffer, bytes);
    let mut queue = OutBuf::new();
    write(&mut queue, &value);
    assert_eq!(queue.len(), bytes.len());
    assert_eq!(queue.copy_to_bytes(queue.remaining()), bytes);

    let frame = Frame::parse(bytes.clone()).expect("what is encoded is a frame");
    assert_same(&value, frame.as_frame());

    let mut again = Vec::new();
    write(&mut again, &read(frame.as_frame()));
    assert_eq!(Frame::parse(again.clone()).as_ref(), Ok(&frame));
    if !value.has_old_null() {
        assert_eq!(again, bytes);
    }
});

#[derive(Debug)]
enum Value {
    SimpleString(Vec<u8>),
    SimpleError(Vec<u8>),
    Integer(i64),
    BulkString(Vec<u8>),
    /// RESP3's, RESP2's of a string, RESP2's of an array: read back as one.
    Null(u8),
    Double(f64),
    Boolean(bool),
    BulkError(Vec<u8>),
    Verbatim([u8; 3], Vec<u8>),
    BigNumber(String),
    Array(Vec<Value>),
    Map(Vec<(Value, Value)>),
    Set(Vec<Value>),
    Push(Vec<Value>),
    /// At least one pair, and a value behind it that has none of its own.
    Attributed(Vec<(Value, Value)>, Box<Value>),
}

impl<'a> Arbitrary<'a> for Value {
    fn arbitrary(input: &mut Unstructured<'a>) -> Result<Self> {
        if input.peek_bytes(1) == Some(b">") {
            let kind = input.arbitrary()?;
            return value(input, kind, DEPTH);
        }
        element(input, DEPTH)
    }
}

/// A value of any type but a push, which is no element of anything.
fn element(input: &mut Unstructured<'_>, depth: usize) -> Result<Value> {
    match input.arbitrary()? {
        b'|' if depth > 0 => {
            let attributes = pairs(input, depth)?;
            Ok(match element(input, depth - 1)? {
                any if attributes.is_empty() => any,
                Value::Attributed(_, inner) => Value::Attributed(attributes, inner),
                inner => Value::Attributed(attributes, Box::new(inner)),
            })
        }
        b'>' => value(input, b'*', depth),
        kind => value(input, kind, depth),
    }
}

fn value(input: &mut Unstructured<'_>, kind: u8, depth: usize) -> Result<Value> {
    Ok(match kind {
        b'*' if depth > 0 => Value::Array(elements(input, depth)?),
        b'~' if depth > 0 => Value::Set(elements(input, depth)?),
        b'>' if depth > 0 => Value::Push(elements(input, depth)?),
        b'%' if depth > 0 => Value::Map(pairs(input, depth)?),
        b'+' => Value::SimpleString(text(input)?),
        b'-' => Value::SimpleError(text(input)?),
        b'!' => Value::BulkError(text(input)?),
        b'=' => Value::Verbatim(input.arbitrary()?, text(input)?),
        b':' => Value::Integer(input.arbitrary()?),
        b',' => Value::Double(input.arbitrary()?),
        b'#' => Value::Boolean(input.arbitrary()?),
        b'_' => Value::Null(input.arbitrary::<u8>()? % 3),
        b'(' => {
            let sign = ["", "-", "+"][usize::from(input.arbitrary::<u8>()? % 3)];
            let digits = text(input)?.into_iter().map(|byte| char::from(b'0' + byte % 10));
            Value::BigNumber(sign.chars().chain(['7']).chain(digits).collect())
        }
        // Long enough for `OutBuf` to keep it instead of copying.
        b'L' => Value::BulkString(vec![input.arbitrary()?; OutBuf::SHARE_FROM + count(input)?]),
        _ => Value::BulkString(text(input)?),
    })
}

fn elements(input: &mut Unstructured<'_>, depth: usize) -> Result<Vec<Value>> {
    (0..count(input)?).map(|_| element(input, depth - 1)).collect()
}

fn pairs(input: &mut Unstructured<'_>, depth: usize) -> Result<Vec<(Value, Value)>> {
    (0..count(input)?)
        .map(|_| Ok((element(input, depth - 1)?, element(input, depth - 1)?)))
        .collect()
}

fn text(input: &mut Unstructured<'_>) -> Result<Vec<u8>> {
    let length = count(input)?;
    Ok(input.bytes(length)?.to_vec())
}

fn count(input: &mut Unstructured<'_>) -> Result<usize> {
    Ok(usize::from(input.arbitrary::<u8>()? & 15))
}

fn write(out: &mut impl Out, value: &Value) {
    let write_all = |out: &mut _, values: &[Value]| {
        for value in values {
            write(out, value);
        }
    };
    match value {
        Value::SimpleString(text) => encode::simple_string(out, text),
        Value::SimpleError(text) => encode::simple_error(out, text),
        Value::Integer(value) => encode::integer(out, *value),
        Value::BulkString(text) if text.first() == Some(&b's') => {
            encode::bulk_shared(out, Bytes::copy_from_slice(text));
        }
        Value::BulkString(text) => encode::bulk_string(out, text),
        Value::Null(0) => encode::null(out),
        Value::Null(1) => encode::null_bulk_string(out),
        Value::Null(_) => encode::null_array(out),
        Value::Double(value) => encode::double(out, *value),
        Value::Boolean(value) => encode::boolean(out, *value),
        Value::BulkError(text) => encode::bulk_error(out, text),
        Value::Verbatim(format, text) => encode::verbatim(out, *format, text),
        Value::BigNumber(digits) => assert!(encode::big_number(out, digits.as_bytes())),
        Value::Array(values) => {
            encode::array(out, values.len());
            write_all(out, values);
        }
        Value::Set(values) => {
            encode::set(out, values.len());
            write_all(out, values);
        }
        Value::Push(values) => {
            encode::push(out, values.len());
            write_all(out, values);
        }
        Value::Map(pairs) => {
            encode::map(out, pairs.len());
            write_pairs(out, pairs);
        }
        Value::Attributed(attributes, inner) => {
            encode::attributes(out, attributes.len());
            write_pairs(out, attributes);
            write(out, inner);
        }
    }
}

fn write_pairs(out: &mut impl Out, pairs: &[(Value, Value)]) {
    for (key, value) in pairs {
        write(out, key);
        write(out, value);
    }
}

fn assert_same(value: &Value, frame: FrameRef<'_>) {
    if let Value::Attributed(attributes, inner) = value {
        assert_pairs(attributes, frame.attributes());
        return assert_body(inner, frame);
    }
    assert!(frame.attributes().next().is_none());
    assert_body(value, frame);
}

fn assert_body(value: &Value, frame: FrameRef<'_>) {
    match (value, frame.view()) {
        (Value::SimpleString(sent), View::SimpleString(text))
        | (Value::SimpleError(sent), View::SimpleError(text)) => assert_eq!(one_line(sent), text),
        (Value::BulkString(sent), View::BulkString(text))
        | (Value::BulkError(sent), View::BulkError(text)) => assert_eq!(sent, text),
        (Value::Verbatim(sent_format, sent), View::Verbatim { format, text }) => {
            assert_eq!((&sent_format[..], &sent[..]), (format, text));
        }
        (Value::BigNumber(sent), View::BigNumber(digits)) => assert_eq!(sent.as_bytes(), digits),
        (Value::Integer(sent), View::Integer(value)) => assert_eq!(*sent, value),
        (Value::Null(_), View::Null) => {}
        (Value::Double(sent), View::Double(value)) if sent.is_nan() => assert!(value.is_nan()),
        (Value::Double(sent), View::Double(value)) => {
            assert_eq!(sent.to_bits(), value.to_bits(), "{:?}", &double_text(*sent)[..]);
        }
        (Value::Boolean(sent), View::Boolean(value)) => assert_eq!(*sent, value),
        (Value::Array(sent), View::Array(elements))
        | (Value::Set(sent), View::Set(elements))
        | (Value::Push(sent), View::Push(elements)) => {
            assert_eq!(sent.len(), elements.len());
            for (sent, element) in sent.iter().zip(elements) {
                assert_same(sent, element);
            }
        }
        (Value::Map(sent), View::Map(pairs)) => assert_pairs(sent, pairs),
        (sent, view) => panic!("{sent:?} came back as {view:?}"),
    }
}

fn assert_pairs<'a>(
    sent: &[(Value, Value)],
    pairs: impl Iterator<Item = (FrameRef<'a>, FrameRef<'a>)>,
) {
    let mut sent = sent.iter();
    for (key, value) in pairs {
        let (sent_key, sent_value) = sent.next().expect("no more pairs than were sent");
        assert_same(sent_key, key);
        assert_same(sent_value, value);
    }
    assert!(sent.next().is_none(), "no fewer pairs than were sent");
}

/// The value that a frame holds.
fn read(frame: FrameRef<'_>) -> Value {
    let attributes = read_pairs(frame.attributes());
    let elements = |frames: &mut dyn Iterator<Item = FrameRef<'_>>| frames.map(read).collect();
    let body = match frame.view() {
        View::SimpleString(text) => Value::SimpleString(text.to_vec()),
        View::SimpleError(text) => Value::SimpleError(text.to_vec()),
        View::Integer(value) => Value::Integer(value),
        View::BulkString(text) => Value::BulkString(text.to_vec()),
        View::Null => Value::Null(0),
        View::Double(value) => Value::Double(value),
        View::Boolean(value) => Value::Boolean(value),
        View::BulkError(text) => Value::BulkError(text.to_vec()),
        View::Verbatim { format, text } => {
            Value::Verbatim(format.try_into().expect("three bytes"), text.to_vec())
        }
        View::BigNumber(digits) => {
            Value::BigNumber(String::from_utf8(digits.to_vec()).expect("digits"))
        }
        View::Array(mut frames) => Value::Array(elements(&mut frames)),
        View::Set(mut frames) => Value::Set(elements(&mut frames)),
        View::Push(mut frames) => Value::Push(elements(&mut frames)),
        View::Map(pairs) => Value::Map(read_pairs(pairs)),
        View::StreamedString(_) => panic!("the encoder streams nothing"),
    };
    if attributes.is_empty() { body } else { Value::Attributed(attributes, Box::new(body)) }
}

fn read_pairs<'a>(
    pairs: impl Iterator<Item = (FrameRef<'a>, FrameRef<'a>)>,
) -> Vec<(Value, Value)> {
    pairs.map(|(key, value)| (read(key), read(value))).collect()
}

impl Value {
    /// Whether there is a null of RESP2, which is written again as RESP3's.
    fn has_old_null(&self) -> bool {
        let in_pairs = |pairs: &[(Self, Self)]| {
            pairs.iter().any(|(key, value)| key.has_old_null() || value.has_old_null())
        };
        match self {
            Self::Null(form) => *form > 0,
            Self::Array(values) | Self::Set(values) | Self::Push(values) => {
                values.iter().any(Self::has_old_null)
            }
            Self::Map(pairs) => in_pairs(pairs),
            Self::Attributed(attributes, inner) => in_pairs(attributes) || inner.has_old_null(),
            _ => false,
        }
    }
}

/// What the encoder makes of a text that would end its line early.
fn one_line(text: &[u8]) -> Vec<u8> {
    let spaced = |&byte: &u8| if matches!(byte, b'\r' | b'\n') { b' ' } else { byte };
    text.iter().map(spaced).collect()
}

/// Aggregates inside each other: this target recurses, and depth is the concern of `decode`.
const DEPTH: usize = 8;

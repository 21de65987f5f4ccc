//! Frames as trees of values: what to compare a decoded frame with.

use resp_core::{FrameRef, Out, View, encode};

/// An element with what stands in front of it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tree {
    /// Pushes between the element before and this one. They are no elements, and no part of this.
    pub pushes: Vec<Tree>,
    /// What is said about the value.
    pub attributes: Vec<(Tree, Tree)>,
    /// The value.
    pub value: Value,
}

/// A value by its RESP type.
#[derive(Clone, Debug, Default)]
#[expect(missing_docs, reason = "named as the variants of `View`")]
pub enum Value {
    #[default]
    Null,
    SimpleString(Vec<u8>),
    SimpleError(Vec<u8>),
    Integer(i64),
    BulkString(Vec<u8>),
    Double(f64),
    Boolean(bool),
    BulkError(Vec<u8>),
    Verbatim([u8; 3], Vec<u8>),
    BigNumber(Vec<u8>),
    Array(Vec<Tree>),
    Map(Vec<(Tree, Tree)>),
    Set(Vec<Tree>),
    Push(Vec<Tree>),
    /// The chunks put together.
    StreamedString(Vec<u8>),
}

impl Tree {
    /// A value by itself.
    pub fn leaf(value: Value) -> Self {
        Self { value, ..Self::default() }
    }

    /// Reads a frame through its views, down to the leaves. Pushes inside don't show there; see
    /// [`FrameRef::nested_pushes`].
    pub fn read(frame: FrameRef<'_>) -> Self {
        let pairs = |(key, value)| (Self::read(key), Self::read(value));
        let value = match frame.view() {
            View::SimpleString(text) => Value::SimpleString(text.to_vec()),
            View::SimpleError(text) => Value::SimpleError(text.to_vec()),
            View::Integer(value) => Value::Integer(value),
            View::BulkString(text) => Value::BulkString(text.to_vec()),
            View::Null => Value::Null,
            View::Double(value) => Value::Double(value),
            View::Boolean(value) => Value::Boolean(value),
            View::BulkError(text) => Value::BulkError(text.to_vec()),
            View::Verbatim { format, text } => {
                Value::Verbatim(format.try_into().unwrap_or_default(), text.to_vec())
            }
            View::BigNumber(text) => Value::BigNumber(text.to_vec()),
            View::Array(elements) => Value::Array(elements.map(Self::read).collect()),
            View::Map(entries) => Value::Map(entries.map(pairs).collect()),
            View::Set(elements) => Value::Set(elements.map(Self::read).collect()),
            View::Push(elements) => Value::Push(elements.map(Self::read).collect()),
            View::StreamedString(chunks) => Value::StreamedString(chunks.to_vec()),
        };
        let attributes = frame.attributes().map(pairs).collect();
        Self { pushes: Vec::new(), attributes, value }
    }

    /// Encodes it with the functions of [`encode`], which have none for streamed strings: those
    /// are written as bulk strings.
    pub fn encode(&self, out: &mut impl Out) {
        for push in &self.pushes {
            push.encode(out);
        }
        if !self.attributes.is_empty() {
            encode::attributes(out, self.attributes.len());
            encode_pairs(out, &self.attributes);
        }
        match &self.value {
            Value::Null => encode::null(out),
            Value::SimpleString(text) => encode::simple_string(out, text),
            Value::SimpleError(text) => encode::simple_error(out, text),
            Value::Integer(value) => encode::integer(out, *value),
            Value::BulkString(text) | Value::StreamedString(text) => encode::bulk_string(out, text),
            Value::Double(value) => encode::double(out, *value),
            Value::Boolean(value) => encode::boolean(out, *value),
            Value::BulkError(text) => encode::bulk_error(out, text),
            Value::Verbatim(format, text) => encode::verbatim(out, *format, text),
            Value::BigNumber(digits) => {
                let valid = encode::big_number(out, digits);
                debug_assert!(valid, "a big number is digits: {digits:?}");
            }
            Value::Array(elements) => {
                encode::array(out, elements.len());
                encode_all(out, elements);
            }
            Value::Set(elements) => {
                encode::set(out, elements.len());
                encode_all(out, elements);
            }
            Value::Push(elements) => {
                encode::push(out, elements.len());
                encode_all(out, elements);
            }
            Value::Map(pairs) => {
                encode::map(out, pairs.len());
                encode_pairs(out, pairs);
            }
        }
    }

    /// The same without any push between elements: what the views show.
    #[must_use]
    pub fn without_pushes(&self) -> Self {
        let elements = |all: &[Self]| all.iter().map(Self::without_pushes).collect();
        let pairs = |all: &[(Self, Self)]| {
            all.iter().map(|(key, value)| (key.without_pushes(), value.without_pushes())).collect()
        };
        let value = match &self.value {
            Value::Array(all) => Value::Array(elements(all)),
            Value::Set(all) => Value::Set(elements(all)),
            Value::Push(all) => Value::Push(elements(all)),
            Value::Map(all) => Value::Map(pairs(all)),
            other => other.clone(),
        };
        Self { pushes: Vec::new(), attributes: pairs(&self.attributes), value }
    }

    /// The pushes inside, in the order of the wire, not those inside of other pushes.
    pub fn nested_pushes(&self) -> Vec<Self> {
        let mut found = Vec::new();
        self.find_pushes(&mut found);
        found
    }

    fn find_pushes(&self, found: &mut Vec<Self>) {
        // Attributes in front of a push are the push's own.
        found.extend(self.pushes.iter().map(Self::without_pushes));
        let pairs = self.attributes.iter();
        let (elements, entries): (&[Self], &[(Self, Self)]) = match &self.value {
            Value::Array(all) | Value::Set(all) | Value::Push(all) => (all, &[]),
            Value::Map(all) => (&[], all),
            _ => (&[], &[]),
        };
        for (key, value) in pairs.chain(entries) {
            key.find_pushes(found);
            value.find_pushes(found);
        }
        for element in elements {
            element.find_pushes(found);
        }
    }
}

fn encode_all(out: &mut impl Out, elements: &[Tree]) {
    for element in elements {
        element.encode(out);
    }
}

fn encode_pairs(out: &mut impl Out, pairs: &[(Tree, Tree)]) {
    for (key, value) in pairs {
        key.encode(out);
        value.encode(out);
    }
}

impl PartialEq for Value {
    /// Doubles by their bits, but any NaN equals any other.
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Null, Self::Null) => true,
            (Self::Double(one), Self::Double(two)) => {
                one.to_bits() == two.to_bits() || (one.is_nan() && two.is_nan())
            }
            (Self::Integer(one), Self::Integer(two)) => one == two,
            (Self::Boolean(one), Self::Boolean(two)) => one == two,
            (Self::Verbatim(format, one), Self::Verbatim(other, two)) => {
                format == other && one == two
            }
            (Self::SimpleString(one), Self::SimpleString(two))
            | (Self::SimpleError(one), Self::SimpleError(two))
            | (Self::BulkString(one), Self::BulkString(two))
            | (Self::BulkError(one), Self::BulkError(two))
            | (Self::BigNumber(one), Self::BigNumber(two))
            | (Self::StreamedString(one), Self::StreamedString(two)) => one == two,
            (Self::Array(one), Self::Array(two))
            | (Self::Set(one), Self::Set(two))
            | (Self::Push(one), Self::Push(two)) => one == two,
            (Self::Map(one), Self::Map(two)) => one == two,
            _ => false,
        }
    }
}

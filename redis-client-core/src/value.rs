//! Any reply, as a tree of Rust values.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use bytes::Bytes;
use resp_core::{FrameRef, View};

use crate::error::{ReplyError, ServerError};
use crate::reply::FromReply;

/// Any reply, owned: for commands whose replies are not known beforehand, and for pipelines of
/// different commands.
///
/// It says what came, not what was meant: a map of RESP3 is a flat array in RESP2, and its numbers
/// may be text there. The `as_` methods take each form of a thing. A type that is known is better
/// asked for directly, which also costs less; [`Frame`](resp_core::Frame) keeps any reply as it
/// came, without taking it apart.
///
/// ```
/// use redis_client_core::{FromReply, Value};
/// use resp_core::Frame;
///
/// let frame = Frame::parse("*2\r\n$3\r\nbig\r\n:7\r\n")?;
/// let value = Value::from_reply(frame.as_frame())?;
/// assert_eq!(value, Value::from(vec![Value::from("big"), Value::from(7)]));
/// assert_eq!(value.get("big").and_then(Value::as_i64), Some(7));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub enum Value {
    /// Nothing: of RESP2's two nulls, too.
    #[default]
    Null,
    /// An integer.
    Integer(i64),
    /// A double. (RESP2 has text.)
    Double(f64),
    /// A boolean. (RESP2 has 0 and 1.)
    Boolean(bool),
    /// A status such as `OK`.
    Status(Text),
    /// Text or bytes: bulk and verbatim strings.
    Text(Text),
    /// The digits of an integer of any size.
    BigNumber(Text),
    /// Elements in order; a push, too.
    Array(Vec<Self>),
    /// Keys and values in the order in which they came. (RESP2 has them in turn, in an array.)
    Map(Vec<(Self, Self)>),
    /// Elements in no order. (RESP2 has an array.)
    Set(Vec<Self>),
    /// An error in the place of an element. (That of a whole command is its
    /// [`Error::Server`](crate::Error::Server).)
    Error(ServerError),
}

/// The bytes of a [`Value`] that is text: of any encoding, and shown as text.
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Text(Bytes);

impl Value {
    /// Whether it is null.
    pub const fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// The bytes of a string of any kind.
    pub fn as_bytes(&self) -> Option<&[u8]> {
        match self {
            Self::Status(text) | Self::Text(text) | Self::BigNumber(text) => Some(text),
            _ => None,
        }
    }

    /// A string of any kind, if it is UTF-8.
    pub fn as_str(&self) -> Option<&str> {
        core::str::from_utf8(self.as_bytes()?).ok()
    }

    /// An integer, as such or in text.
    pub fn as_i64(&self) -> Option<i64> {
        match self {
            Self::Integer(value) => Some(*value),
            _ => self.as_str()?.parse().ok(),
        }
    }

    /// A number, as such or in text.
    pub fn as_f64(&self) -> Option<f64> {
        match self {
            Self::Double(value) => Some(*value),
            Self::Integer(value) => Some(*value as f64),
            _ => self.as_str()?.parse().ok(),
        }
    }

    /// A boolean; 0 and 1 are, too.
    pub const fn as_bool(&self) -> Option<bool> {
        match self {
            Self::Boolean(value) => Some(*value),
            Self::Integer(value @ (0 | 1)) => Some(*value == 1),
            _ => None,
        }
    }

    /// The elements of an array or a set.
    pub fn as_array(&self) -> Option<&[Self]> {
        match self {
            Self::Array(elements) | Self::Set(elements) => Some(elements),
            _ => None,
        }
    }

    /// The keys and values of a map, or of an array that has them in turn.
    pub fn pairs(&self) -> impl Iterator<Item = (&Self, &Self)> {
        let (map, array): (&[(Self, Self)], &[Self]) = match self {
            Self::Map(pairs) => (pairs, &[]),
            Self::Array(elements) if elements.len() % 2 == 0 => (&[], elements),
            _ => (&[], &[]),
        };
        let flat = array.chunks_exact(2).filter_map(|pair| Some((pair.first()?, pair.last()?)));
        map.iter().map(|(key, value)| (key, value)).chain(flat)
    }

    /// The value of a field of a map, or of an array that has keys and values in turn.
    pub fn get(&self, field: impl AsRef<[u8]>) -> Option<&Self> {
        let mut pairs = self.pairs();
        pairs.find(|(key, _)| key.as_bytes() == Some(field.as_ref())).map(|(_, value)| value)
    }

    /// The error, if it is one.
    pub const fn as_error(&self) -> Option<&ServerError> {
        match self {
            Self::Error(error) => Some(error),
            _ => None,
        }
    }

    fn read(frame: FrameRef<'_>, depth: usize) -> Result<Self, ReplyError> {
        let Some(depth) = depth.checked_sub(1) else { return Err(too_deep()) };
        let text = |text: &[u8]| Text(frame.to_shared(text));
        let all = |elements: resp_core::Elements<'_>| {
            elements.map(|element| Self::read(element, depth)).collect::<Result<Vec<_>, _>>()
        };
        Ok(match frame.view() {
            View::Null => Self::Null,
            View::Integer(value) => Self::Integer(value),
            View::Double(value) => Self::Double(value),
            View::Boolean(value) => Self::Boolean(value),
            View::SimpleString(bytes) => Self::Status(text(bytes)),
            View::BulkString(bytes) | View::Verbatim { text: bytes, .. } => Self::Text(text(bytes)),
            View::StreamedString(chunks) => Self::Text(Text(chunks.to_vec().into())),
            View::BigNumber(digits) => Self::BigNumber(text(digits)),
            View::SimpleError(_) | View::BulkError(_) => {
                ServerError::of(frame).map_or(Self::Null, Self::Error)
            }
            View::Array(elements) | View::Push(elements) => Self::Array(all(elements)?),
            View::Set(elements) => Self::Set(all(elements)?),
            View::Map(pairs) => {
                let pair = |(key, value): (FrameRef<'_>, FrameRef<'_>)| {
                    Ok((Self::read(key, depth)?, Self::read(value, depth)?))
                };
                Self::Map(pairs.map(pair).collect::<Result<_, ReplyError>>()?)
            }
        })
    }
}

/// Takes anything. What is nested deeper than the decoder lets through by itself is refused.
impl FromReply for Value {
    fn from_reply(frame: FrameRef<'_>) -> Result<Self, ReplyError> {
        Self::read(frame, MAX_DEPTH)
    }
}

impl Text {
    /// The bytes.
    pub fn into_bytes(self) -> Bytes {
        self.0
    }
}

impl core::ops::Deref for Text {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = self.0.get(..DEBUG_BYTES).unwrap_or(&self.0);
        write!(f, "b\"{}\"", shown.escape_ascii())?;
        match self.0.len() - shown.len() {
            0 => Ok(()),
            more => write!(f, " and {more} bytes"),
        }
    }
}

impl From<Bytes> for Text {
    fn from(bytes: Bytes) -> Self {
        Self(bytes)
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Self(Bytes::copy_from_slice(text.as_bytes()))
    }
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::Integer(value)
    }
}

impl From<f64> for Value {
    fn from(value: f64) -> Self {
        Self::Double(value)
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Boolean(value)
    }
}

impl From<Bytes> for Value {
    fn from(bytes: Bytes) -> Self {
        Self::Text(Text(bytes))
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.into())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(Text(text.into()))
    }
}

impl From<Vec<Self>> for Value {
    fn from(elements: Vec<Self>) -> Self {
        Self::Array(elements)
    }
}

impl From<Vec<(Self, Self)>> for Value {
    fn from(pairs: Vec<(Self, Self)>) -> Self {
        Self::Map(pairs)
    }
}

impl From<ServerError> for Value {
    fn from(error: ServerError) -> Self {
        Self::Error(error)
    }
}

/// Null is none.
impl<V: Into<Self>> From<Option<V>> for Value {
    fn from(value: Option<V>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

#[cold]
fn too_deep() -> ReplyError {
    ReplyError::Invalid { expected: "a value", reason: "nested too deep".into() }
}

/// Levels, a reply that is no aggregate being one: what the decoder's default limit lets through.
/// Reading, dropping and comparing a tree take that many calls within each other.
const MAX_DEPTH: usize = 129;

/// Bytes of a string that `Debug` shows.
const DEBUG_BYTES: usize = 256;

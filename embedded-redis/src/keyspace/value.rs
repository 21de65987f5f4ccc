//! What a key stands for.

use super::{Hash, List, Set, SortedSet, Stream, Text};

/// The value of a key.
#[derive(Clone, Debug)]
pub(crate) enum Value {
    String(Text),
    List(Box<List>),
    Hash(Box<Hash>),
    Set(Box<Set>),
    SortedSet(Box<SortedSet>),
    Stream(Box<Stream>),
}

/// The kind of a value, as `TYPE` names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    String,
    List,
    Hash,
    Set,
    SortedSet,
    Stream,
}

impl Kind {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::String => "string",
            Self::List => "list",
            Self::Hash => "hash",
            Self::Set => "set",
            Self::SortedSet => "zset",
            Self::Stream => "stream",
        }
    }
}

impl Value {
    pub(crate) fn kind(&self) -> Kind {
        match self {
            Self::String(_) => Kind::String,
            Self::List(_) => Kind::List,
            Self::Hash(_) => Kind::Hash,
            Self::Set(_) => Kind::Set,
            Self::SortedSet(_) => Kind::SortedSet,
            Self::Stream(_) => Kind::Stream,
        }
    }

    /// What `OBJECT ENCODING` says.
    pub(crate) fn encoding(&self) -> &'static str {
        match self {
            Self::String(text) => text.encoding(),
            Self::List(_) => "quicklist",
            Self::Hash(hash) => hash.encoding(),
            Self::Set(set) => set.encoding(),
            Self::SortedSet(set) => set.encoding(),
            Self::Stream(_) => "stream",
        }
    }

    /// Bytes that it has allocated.
    pub(crate) fn heap_bytes(&self) -> usize {
        match self {
            Self::String(text) => text.heap_bytes(),
            Self::List(list) => list.heap_bytes(),
            Self::Hash(hash) => hash.heap_bytes(),
            Self::Set(set) => set.heap_bytes(),
            Self::SortedSet(set) => set.heap_bytes(),
            Self::Stream(stream) => stream.heap_bytes(),
        }
    }
}

/// A type that values have.
pub(crate) trait Typed: Sized {
    fn of(value: &Value) -> Option<&Self>;
    fn of_mut(value: &mut Value) -> Option<&mut Self>;
    /// One with nothing in it.
    fn empty(seed: u64) -> Value;
    /// Whether its key is to go.
    fn is_empty(&self) -> bool;
}

impl Typed for Text {
    #[inline]
    fn of(value: &Value) -> Option<&Self> {
        if let Value::String(text) = value { Some(text) } else { None }
    }

    #[inline]
    fn of_mut(value: &mut Value) -> Option<&mut Self> {
        if let Value::String(text) = value { Some(text) } else { None }
    }

    fn empty(_: u64) -> Value {
        Value::String(Self::plain(b""))
    }

    /// Of all types, only strings and streams may have nothing in them.
    fn is_empty(&self) -> bool {
        false
    }
}

impl Typed for Stream {
    fn of(value: &Value) -> Option<&Self> {
        if let Value::Stream(stream) = value { Some(stream) } else { None }
    }

    fn of_mut(value: &mut Value) -> Option<&mut Self> {
        if let Value::Stream(stream) = value { Some(stream) } else { None }
    }

    fn empty(_: u64) -> Value {
        Value::Stream(Box::default())
    }

    /// It keeps its groups and what its ids begin behind.
    fn is_empty(&self) -> bool {
        false
    }
}

macro_rules! collection {
    ($type:ident, |$seed:ident| $new:expr) => {
        impl Typed for $type {
            fn of(value: &Value) -> Option<&Self> {
                if let Value::$type(it) = value { Some(it) } else { None }
            }

            fn of_mut(value: &mut Value) -> Option<&mut Self> {
                if let Value::$type(it) = value { Some(it) } else { None }
            }

            fn empty($seed: u64) -> Value {
                Value::$type(Box::new($new))
            }

            fn is_empty(&self) -> bool {
                self.len() == 0
            }
        }
    };
}

collection!(List, |_seed| Self::default());
collection!(Hash, |seed| Self::new(seed));
collection!(Set, |seed| Self::new(seed));
collection!(SortedSet, |seed| Self::new(seed));

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_takes_three_words() {
        assert_eq!(size_of::<Value>(), 24);
    }
}

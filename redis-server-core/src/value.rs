//! Rust values as answers.

use alloc::borrow::Cow;
use alloc::boxed::Box;
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::string::String;
use alloc::vec::Vec;

use bytes::Bytes;

use crate::reply::{Action, Answering, Reply};

/// A value that has a form as an answer: what [`Reply::any`] takes.
///
/// | Rust | RESP3 | RESP2 where it differs |
/// |---|---|---|
/// | `()` | `+OK` | |
/// | integers | integer | |
/// | `f32`, `f64` | double | bulk string |
/// | `bool` | boolean | 1 or 0 |
/// | strings, byte strings, `Bytes` | bulk string | |
/// | [`Simple`] | simple string | |
/// | `Option` | null, or what is in it | |
/// | [`Null`] | null | |
/// | `Vec`, slices, arrays, tuples | array | |
/// | maps | map | array of keys and values |
/// | sets | set | array |
///
/// An unsigned integer above `i64::MAX` becomes a big number.
pub trait ToReply {
    /// Writes the value.
    fn to_reply<'a, P: Answering<'a>>(&self, reply: Reply<'a, P>) -> Action;
}

/// A simple string: for words of the protocol, such as `QUEUED`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Simple<'a>(pub &'a str);

/// Null.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Null;

impl ToReply for Simple<'_> {
    fn to_reply<'a, P: Answering<'a>>(&self, reply: Reply<'a, P>) -> Action {
        reply.simple(self.0)
    }
}

impl ToReply for Null {
    fn to_reply<'a, P: Answering<'a>>(&self, reply: Reply<'a, P>) -> Action {
        reply.null()
    }
}

impl ToReply for () {
    fn to_reply<'a, P: Answering<'a>>(&self, reply: Reply<'a, P>) -> Action {
        reply.ok()
    }
}

impl ToReply for bool {
    fn to_reply<'a, P: Answering<'a>>(&self, reply: Reply<'a, P>) -> Action {
        reply.boolean(*self)
    }
}

impl ToReply for Bytes {
    fn to_reply<'a, P: Answering<'a>>(&self, reply: Reply<'a, P>) -> Action {
        reply.shared(self)
    }
}

impl<T: ToReply> ToReply for Option<T> {
    fn to_reply<'a, P: Answering<'a>>(&self, reply: Reply<'a, P>) -> Action {
        match self {
            Some(value) => value.to_reply(reply),
            None => reply.null(),
        }
    }
}

/// Implements [`ToReply`] by one method of [`Reply`].
macro_rules! by {
    ($method:ident: $($type:ty),+) => {$(
        impl ToReply for $type {
            #[inline]
            fn to_reply<'a, P: Answering<'a>>(&self, reply: Reply<'a, P>) -> Action {
                reply.$method((*self).into())
            }
        }
    )+};
}

by!(int: i16, i32, i64, u16, u32);
by!(double: f32, f64);

/// Implements [`ToReply`] for integers that may be too large.
macro_rules! by_size {
    ($($type:ty),+) => {$(
        impl ToReply for $type {
            fn to_reply<'a, P: Answering<'a>>(&self, reply: Reply<'a, P>) -> Action {
                match i64::try_from(*self) {
                    Ok(value) => reply.int(value),
                    Err(_) => {
                        let mut digits = itoa::Buffer::new();
                        reply.big_number(digits.format(*self))
                    }
                }
            }
        }
    )+};
}

by_size!(u64, usize, isize, i128, u128);

/// Implements [`ToReply`] for text.
macro_rules! by_bytes {
    ($($type:ty),+) => {$(
        impl ToReply for $type {
            #[inline]
            fn to_reply<'a, P: Answering<'a>>(&self, reply: Reply<'a, P>) -> Action {
                reply.bulk(AsRef::<[u8]>::as_ref(self))
            }
        }
    )+};
}

by_bytes!(str, String, [u8], Vec<u8>);

impl ToReply for Cow<'_, str> {
    fn to_reply<'a, P: Answering<'a>>(&self, reply: Reply<'a, P>) -> Action {
        reply.bulk(self.as_bytes())
    }
}

impl<const N: usize> ToReply for [u8; N] {
    #[inline]
    fn to_reply<'a, P: Answering<'a>>(&self, reply: Reply<'a, P>) -> Action {
        reply.bulk(self)
    }
}

impl<T: ToReply + ?Sized> ToReply for &T {
    #[inline]
    fn to_reply<'a, P: Answering<'a>>(&self, reply: Reply<'a, P>) -> Action {
        (**self).to_reply(reply)
    }
}

impl<T: ToReply + ?Sized> ToReply for Box<T> {
    fn to_reply<'a, P: Answering<'a>>(&self, reply: Reply<'a, P>) -> Action {
        (**self).to_reply(reply)
    }
}

impl<T: ToReply> ToReply for [T] {
    fn to_reply<'a, P: Answering<'a>>(&self, reply: Reply<'a, P>) -> Action {
        let mut items = reply.array(self.len());
        for element in self {
            items.add(element);
        }
        Action::Continue
    }
}

impl<T: ToReply, const N: usize> ToReply for [T; N] {
    fn to_reply<'a, P: Answering<'a>>(&self, reply: Reply<'a, P>) -> Action {
        self.as_slice().to_reply(reply)
    }
}

impl<T: ToReply> ToReply for Vec<T> {
    fn to_reply<'a, P: Answering<'a>>(&self, reply: Reply<'a, P>) -> Action {
        self.as_slice().to_reply(reply)
    }
}

fn map<'a, 'v, P: Answering<'a>, K: ToReply + 'v, V: ToReply + 'v>(
    reply: Reply<'a, P>,
    entries: impl ExactSizeIterator<Item = (&'v K, &'v V)>,
) -> Action {
    let mut pairs = reply.map(entries.len());
    for (key, value) in entries {
        pairs.pair(key, value);
    }
    Action::Continue
}

fn set<'a, 'v, P: Answering<'a>, T: ToReply + 'v>(
    reply: Reply<'a, P>,
    elements: impl ExactSizeIterator<Item = &'v T>,
) -> Action {
    let mut items = reply.set(elements.len());
    for element in elements {
        items.add(element);
    }
    Action::Continue
}

impl<K: ToReply, V: ToReply> ToReply for BTreeMap<K, V> {
    fn to_reply<'a, P: Answering<'a>>(&self, reply: Reply<'a, P>) -> Action {
        map(reply, self.iter())
    }
}

impl<T: ToReply> ToReply for BTreeSet<T> {
    fn to_reply<'a, P: Answering<'a>>(&self, reply: Reply<'a, P>) -> Action {
        set(reply, self.iter())
    }
}

#[cfg(feature = "std")]
impl<K: ToReply, V: ToReply, S> ToReply for std::collections::HashMap<K, V, S> {
    fn to_reply<'a, P: Answering<'a>>(&self, reply: Reply<'a, P>) -> Action {
        map(reply, self.iter())
    }
}

#[cfg(feature = "std")]
impl<T: ToReply, S> ToReply for std::collections::HashSet<T, S> {
    fn to_reply<'a, P: Answering<'a>>(&self, reply: Reply<'a, P>) -> Action {
        set(reply, self.iter())
    }
}

/// Implements [`ToReply`] for tuples.
macro_rules! tuples {
    ($(($count:literal $($name:ident)+))+) => {$(
        impl<$($name: ToReply),+> ToReply for ($($name,)+) {
            #[expect(non_snake_case, reason = "values are named as their types")]
            fn to_reply<'a, Place: Answering<'a>>(&self, reply: Reply<'a, Place>) -> Action {
                let ($($name,)+) = self;
                let mut items = reply.array($count);
                $(items.add($name);)+
                Action::Continue
            }
        }
    )+};
}

tuples!((1 A)(2 A B)(3 A B C)(4 A B C D)(5 A B C D E)(6 A B C D E F));

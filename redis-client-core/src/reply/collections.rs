//! Lists, sets and maps.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::vec::Vec;

use resp_core::{Elements, FrameRef, View};

use super::FromReply;
use crate::error::ReplyError;

/// The elements of any aggregate; those of a map are its keys and values in turn.
pub(crate) fn elements_of(frame: FrameRef<'_>) -> Result<Elements<'_>, ReplyError> {
    match frame.view() {
        View::Array(elements) | View::Set(elements) | View::Push(elements) => Ok(elements),
        View::Map(pairs) => Ok(pairs.flatten_pairs()),
        _ => Err(ReplyError::unexpected("an array", frame)),
    }
}

/// Keys and values in turn.
pub(super) fn read_pairs<K: FromReply, V: FromReply, C: FromIterator<(K, V)>>(
    mut elements: Elements<'_>,
) -> Result<C, ReplyError> {
    core::iter::from_fn(|| {
        let key = elements.next()?;
        let Some(value) = elements.next() else {
            return Some(Err(ReplyError::Length { expected: 2, found: 1 }));
        };
        Some(K::from_reply(key).and_then(|key| Ok((key, V::from_reply(value)?))))
    })
    .collect()
}

/// A map, a flat array of keys and values, or an array of pairs.
fn read_map<K: FromReply, V: FromReply, C: FromIterator<(K, V)>>(
    frame: FrameRef<'_>,
) -> Result<C, ReplyError> {
    Ok(<(K, V)>::from_elements(elements_of(frame)?)?.into_iter().collect())
}

fn read_set<T: FromReply, C: FromIterator<T>>(frame: FrameRef<'_>) -> Result<C, ReplyError> {
    elements_of(frame)?.map(T::from_reply).collect()
}

/// The elements in order. A `Vec` of pairs takes a map, a flat array and an array of pairs.
impl<T: FromReply> FromReply for Vec<T> {
    fn from_reply(frame: FrameRef<'_>) -> Result<Self, ReplyError> {
        if T::NULL_IS_NO_ELEMENTS && matches!(frame.view(), View::Null) {
            return Ok(Self::new());
        }
        T::from_elements(elements_of(frame)?)
    }
}

impl<T: FromReply, const N: usize> FromReply for [T; N] {
    fn from_reply(frame: FrameRef<'_>) -> Result<Self, ReplyError> {
        let elements = T::from_elements(elements_of(frame)?)?;
        let found = elements.len();
        elements.try_into().map_err(|_| ReplyError::Length { expected: N, found })
    }
}

/// Of equal keys, the last one counts.
impl<K: FromReply + Ord, V: FromReply> FromReply for BTreeMap<K, V> {
    fn from_reply(frame: FrameRef<'_>) -> Result<Self, ReplyError> {
        read_map(frame)
    }
}

impl<T: FromReply + Ord> FromReply for BTreeSet<T> {
    fn from_reply(frame: FrameRef<'_>) -> Result<Self, ReplyError> {
        read_set(frame)
    }
}

/// Of equal keys, the last one counts.
#[cfg(feature = "std")]
impl<K, V, S> FromReply for std::collections::HashMap<K, V, S>
where
    K: FromReply + Eq + core::hash::Hash,
    V: FromReply,
    S: core::hash::BuildHasher + Default,
{
    fn from_reply(frame: FrameRef<'_>) -> Result<Self, ReplyError> {
        read_map(frame)
    }
}

#[cfg(feature = "std")]
impl<T, S> FromReply for std::collections::HashSet<T, S>
where
    T: FromReply + Eq + core::hash::Hash,
    S: core::hash::BuildHasher + Default,
{
    fn from_reply(frame: FrameRef<'_>) -> Result<Self, ReplyError> {
        read_set(frame)
    }
}

//! Tuples: arrays of so many elements, of different types.

use alloc::vec::Vec;

use resp_core::{Elements, FrameRef, View};

use super::FromReply;
use super::collections::{elements_of, read_pairs};
use crate::error::ReplyError;

impl<A: FromReply, B: FromReply> FromReply for (A, B) {
    fn from_reply(frame: FrameRef<'_>) -> Result<Self, ReplyError> {
        let mut elements = exactly(frame, 2)?;
        Ok((next(&mut elements)?, next(&mut elements)?))
    }

    fn from_elements(elements: Elements<'_>) -> Result<Vec<Self>, ReplyError> {
        let nested =
            matches!(elements.clone().next().map(|first| first.view()), Some(View::Array(_)));
        if nested {
            return elements.map(Self::from_reply).collect();
        }
        read_pairs(elements)
    }
}

impl<A: FromReply, B: FromReply, C: FromReply> FromReply for (A, B, C) {
    fn from_reply(frame: FrameRef<'_>) -> Result<Self, ReplyError> {
        let mut elements = exactly(frame, 3)?;
        Ok((next(&mut elements)?, next(&mut elements)?, next(&mut elements)?))
    }
}

impl<A: FromReply, B: FromReply, C: FromReply, D: FromReply> FromReply for (A, B, C, D) {
    fn from_reply(frame: FrameRef<'_>) -> Result<Self, ReplyError> {
        let mut elements = exactly(frame, 4)?;
        Ok((next(&mut elements)?, next(&mut elements)?, next(&mut elements)?, next(&mut elements)?))
    }
}

impl<A: FromReply, B: FromReply, C: FromReply, D: FromReply, E: FromReply> FromReply
    for (A, B, C, D, E)
{
    fn from_reply(frame: FrameRef<'_>) -> Result<Self, ReplyError> {
        let mut elements = exactly(frame, 5)?;
        Ok((
            next(&mut elements)?,
            next(&mut elements)?,
            next(&mut elements)?,
            next(&mut elements)?,
            next(&mut elements)?,
        ))
    }
}

impl<A: FromReply, B: FromReply, C: FromReply, D: FromReply, E: FromReply, F: FromReply> FromReply
    for (A, B, C, D, E, F)
{
    fn from_reply(frame: FrameRef<'_>) -> Result<Self, ReplyError> {
        let mut elements = exactly(frame, 6)?;
        Ok((
            next(&mut elements)?,
            next(&mut elements)?,
            next(&mut elements)?,
            next(&mut elements)?,
            next(&mut elements)?,
            next(&mut elements)?,
        ))
    }
}

impl<
    A: FromReply,
    B: FromReply,
    C: FromReply,
    D: FromReply,
    E: FromReply,
    F: FromReply,
    G: FromReply,
> FromReply for (A, B, C, D, E, F, G)
{
    fn from_reply(frame: FrameRef<'_>) -> Result<Self, ReplyError> {
        let mut elements = exactly(frame, 7)?;
        Ok((
            next(&mut elements)?,
            next(&mut elements)?,
            next(&mut elements)?,
            next(&mut elements)?,
            next(&mut elements)?,
            next(&mut elements)?,
            next(&mut elements)?,
        ))
    }
}

impl<
    A: FromReply,
    B: FromReply,
    C: FromReply,
    D: FromReply,
    E: FromReply,
    F: FromReply,
    G: FromReply,
    H: FromReply,
> FromReply for (A, B, C, D, E, F, G, H)
{
    fn from_reply(frame: FrameRef<'_>) -> Result<Self, ReplyError> {
        let mut elements = exactly(frame, 8)?;
        Ok((
            next(&mut elements)?,
            next(&mut elements)?,
            next(&mut elements)?,
            next(&mut elements)?,
            next(&mut elements)?,
            next(&mut elements)?,
            next(&mut elements)?,
            next(&mut elements)?,
        ))
    }
}

fn exactly(frame: FrameRef<'_>, expected: usize) -> Result<Elements<'_>, ReplyError> {
    let elements = elements_of(frame)?;
    match elements.len() {
        found if found == expected => Ok(elements),
        found => Err(ReplyError::Length { expected, found }),
    }
}

/// Reads the next element, which has to be there.
pub(crate) fn next<T: FromReply>(elements: &mut Elements<'_>) -> Result<T, ReplyError> {
    T::from_reply(elements.next().ok_or(ReplyError::Null)?)
}

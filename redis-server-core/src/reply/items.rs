//! Answers that consist of others.

use resp_core::OutBuf;

use super::{Item, Reply, null};
use crate::terms::Terms;
use crate::value::ToReply;

/// The elements of an array, set or push, one after the other.
///
/// What is missing when it is dropped is filled with null, and what is too much is left out, so
/// that the answer is well-formed; in debug builds the latter panics.
#[derive(Debug)]
pub struct Items<'a> {
    out: &'a mut OutBuf,
    terms: &'a Terms,
    remaining: usize,
    surplus: OutBuf,
}

impl<'a> Items<'a> {
    #[inline]
    pub(super) fn new(out: &'a mut OutBuf, terms: &'a Terms, elements: usize) -> Self {
        Self { out, terms, remaining: elements, surplus: OutBuf::new() }
    }

    pub(crate) fn push(out: &'a mut OutBuf, terms: &'a Terms, elements: usize) -> Self {
        Reply::new(Item::alone(out), terms).push(elements)
    }
}

impl Items<'_> {
    /// The next element, to be given like any answer.
    #[inline]
    pub fn item(&mut self) -> Reply<'_, Item<'_>> {
        let out = if self.remaining > 0 {
            self.remaining -= 1;
            &mut *self.out
        } else {
            debug_assert!(false, "more elements than the aggregate was announced with");
            self.surplus = OutBuf::new();
            &mut self.surplus
        };
        Reply::new(Item { out, inner: true }, self.terms)
    }

    /// Gives the next element.
    #[inline]
    pub fn add(&mut self, value: impl ToReply) -> &mut Self {
        let _ = value.to_reply(self.item());
        self
    }

    /// Elements still to come.
    #[must_use]
    pub fn remaining(&self) -> usize {
        self.remaining
    }
}

impl Drop for Items<'_> {
    #[inline]
    fn drop(&mut self) {
        if self.remaining > 0 {
            self.fill();
        }
    }
}

impl Items<'_> {
    #[cold]
    fn fill(&mut self) {
        for _ in 0..self.remaining {
            null(self.out, self.terms.protocol());
        }
    }
}

/// The pairs of a map, one after the other; what is missing is filled with null.
#[derive(Debug)]
pub struct Pairs<'a>(pub(super) Items<'a>);

impl Pairs<'_> {
    /// Gives the next pair.
    #[inline]
    pub fn pair(&mut self, key: impl ToReply, value: impl ToReply) -> &mut Self {
        self.0.add(key).add(value);
        self
    }

    /// Gives the next key, and returns the answer that is to be its value.
    #[inline]
    pub fn value(&mut self, key: impl ToReply) -> Reply<'_, Item<'_>> {
        self.0.add(key);
        self.0.item()
    }
}

//! A list of strings.

use std::collections::{VecDeque, vec_deque};
use std::ops::Range;

use super::Compact;

/// Elements in a row, which grows at both ends.
#[derive(Clone, Debug, Default)]
pub(crate) struct List {
    elements: VecDeque<Compact>,
    element_bytes: usize,
}

/// An end of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    Left,
    Right,
}

impl List {
    pub(crate) fn len(&self) -> usize {
        self.elements.len()
    }

    #[inline]
    pub(crate) fn push(&mut self, side: Side, element: impl Into<Compact>) {
        let element = element.into();
        self.element_bytes += element.heap_bytes();
        match side {
            Side::Left => self.elements.push_front(element),
            Side::Right => self.elements.push_back(element),
        }
    }

    pub(crate) fn pop(&mut self, side: Side) -> Option<Compact> {
        let element = match side {
            Side::Left => self.elements.pop_front(),
            Side::Right => self.elements.pop_back(),
        }?;
        self.removed(&element);
        Some(element)
    }

    /// The element at an end.
    pub(crate) fn peek(&self, side: Side) -> Option<&Compact> {
        match side {
            Side::Left => self.elements.front(),
            Side::Right => self.elements.back(),
        }
    }

    pub(crate) fn get(&self, index: usize) -> Option<&Compact> {
        self.elements.get(index)
    }

    /// Replaces an element, if there is one.
    pub(crate) fn set(&mut self, index: usize, element: &[u8]) -> bool {
        let Some(place) = self.elements.get_mut(index) else { return false };
        let old = std::mem::replace(place, element.into());
        self.element_bytes += place.heap_bytes();
        self.element_bytes -= old.heap_bytes();
        true
    }

    /// Puts an element in front of the one that is there.
    pub(crate) fn insert(&mut self, index: usize, element: &[u8]) {
        let element = Compact::from(element);
        self.element_bytes += element.heap_bytes();
        self.elements.insert(index.min(self.elements.len()), element);
    }

    /// Removes elements that are equal to this one, at most so many, from one side on: how many.
    pub(crate) fn remove_equal(&mut self, element: &[u8], most: usize, from: Side) -> usize {
        let is_it = |other: &Compact| **other == *element;
        let equal = match from {
            Side::Left => self.elements.iter().filter(|it| is_it(it)).take(most).count(),
            Side::Right => self.elements.iter().filter(|it| is_it(it)).count(),
        };
        let removed = equal.min(most);
        if removed == 0 {
            return 0;
        }
        let gone = equal - removed..equal;
        let mut seen = 0;
        self.elements.retain(|it| {
            if seen == equal || !is_it(it) {
                return true;
            }
            seen += 1;
            !gone.contains(&(seen - 1))
        });
        self.element_bytes -= removed * Compact::from(element).heap_bytes();
        self.shrink();
        removed
    }

    /// Keeps the elements from `first` up to but not including `end`.
    pub(crate) fn trim(&mut self, first: usize, end: usize) {
        let bytes = &mut self.element_bytes;
        for gone in self.elements.drain(end.min(self.elements.len())..) {
            *bytes -= gone.heap_bytes();
        }
        for gone in self.elements.drain(..first.min(self.elements.len())) {
            *bytes -= gone.heap_bytes();
        }
        self.shrink();
    }

    pub(crate) fn range(&self, range: Range<usize>) -> vec_deque::Iter<'_, Compact> {
        let len = self.elements.len();
        self.elements.range(range.start.min(len)..range.end.min(len).max(range.start.min(len)))
    }

    pub(crate) fn iter(&self) -> vec_deque::Iter<'_, Compact> {
        self.elements.iter()
    }

    pub(crate) fn heap_bytes(&self) -> usize {
        size_of::<Self>() + self.element_bytes + self.elements.capacity() * size_of::<Compact>()
    }

    fn removed(&mut self, element: &Compact) {
        self.element_bytes -= element.heap_bytes();
        self.shrink();
    }

    /// Gives memory back when three quarters of it are not used.
    fn shrink(&mut self) {
        if self.elements.capacity() > 32 && self.elements.len() * 4 < self.elements.capacity() {
            self.elements.shrink_to(self.elements.len() * 2);
        }
    }
}

//! A list of strings.

use std::collections::VecDeque;

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

    pub(crate) fn push(&mut self, side: Side, element: &[u8]) {
        let element = Compact::from(element);
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

    pub(crate) fn remove(&mut self, index: usize) -> Option<Compact> {
        let element = self.elements.remove(index)?;
        self.removed(&element);
        Some(element)
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

    pub(crate) fn iter(&self) -> std::collections::vec_deque::Iter<'_, Compact> {
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

//! A list of strings.

mod iter;
mod node;
#[cfg(test)]
mod tests;

use std::collections::VecDeque;
use std::ops::Range;

use self::iter::Iter;
use self::node::{NODE, Node, packed_len};
use super::Compact;

/// Elements in a row, which grows at both ends: nodes of up to 4 KiB, in which elements are packed
/// side by side, as in Redis's quicklist.
#[derive(Clone, Debug, Default)]
pub(crate) struct List {
    /// None of them is empty.
    nodes: VecDeque<Node>,
    len: usize,
    /// The nodes' buffers.
    bytes: usize,
}

/// An end of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    Left,
    Right,
}

impl List {
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    #[inline]
    pub(crate) fn push(&mut self, side: Side, element: &[u8]) {
        let node = match side {
            Side::Left => self.nodes.front_mut(),
            Side::Right => self.nodes.back_mut(),
        };
        if !node.is_some_and(|node| node.push(side, element)) {
            self.push_into_more(side, element);
        }
        self.len += 1;
    }

    /// Adds an element for which the node at that end has no room yet.
    #[cold]
    fn push_into_more(&mut self, side: Side, element: &[u8]) {
        let last = self.nodes.len().saturating_sub(1);
        let at = if side == Side::Left { 0 } else { last };
        if self.nodes.get(at).is_some_and(|node| node.used() < ENOUGH && node.takes(element.len()))
        {
            self.change(at, |node| {
                node.make_room(side, element.len());
                node.push(side, element);
            });
            return;
        }
        let capacity = packed_len(element.len()).max((self.bytes / 2).clamp(SMALLEST, NODE));
        let mut node = Node::with_capacity(capacity);
        node.make_room(side, element.len());
        node.push(side, element);
        self.insert_node(if side == Side::Left { 0 } else { self.nodes.len() }, node);
    }

    pub(crate) fn pop(&mut self, side: Side) -> Option<Compact> {
        let node = match side {
            Side::Left => self.nodes.front_mut(),
            Side::Right => self.nodes.back_mut(),
        }?;
        let element = Compact::from(node.peek(side)?);
        self.len -= 1;
        let last = self.nodes.len() - 1;
        self.drop_some(if side == Side::Left { 0 } else { last }, side, 1);
        Some(element)
    }

    /// The element at an end.
    pub(crate) fn peek(&self, side: Side) -> Option<&[u8]> {
        match side {
            Side::Left => self.nodes.front(),
            Side::Right => self.nodes.back(),
        }?
        .peek(side)
    }

    pub(crate) fn get(&self, index: usize) -> Option<&[u8]> {
        let (at, inner) = self.find(index)?;
        let node = self.nodes.get(at)?;
        node.at(node.offset_of(inner)).map(|(element, _)| element)
    }

    /// Replaces an element, if there is one.
    pub(crate) fn set(&mut self, index: usize, element: &[u8]) -> bool {
        let Some((at, inner)) = self.find(index) else { return false };
        if self.change(at, |node| node.overwrite(inner, element)) == Some(false) {
            self.change(at, |node| node.remove(inner));
            self.insert_at(at, inner, element);
        }
        true
    }

    /// Puts an element in front of the one that is there, or behind the last one.
    pub(crate) fn insert(&mut self, index: usize, element: &[u8]) {
        match self.find(index) {
            Some((at, inner)) => {
                self.insert_at(at, inner, element);
                self.len += 1;
            }
            None => self.push(Side::Right, element),
        }
    }

    /// Puts an element into a node, or beside what it is split into if it has no room.
    fn insert_at(&mut self, at: usize, inner: usize, element: &[u8]) {
        let takes = |node: &Node| node.count() == 0 || node.takes(element.len());
        if self.nodes.get(at).is_some_and(takes) {
            self.change(at, |node| node.insert(inner, element));
            return;
        }
        let Some(behind) = self.change(at, |node| node.split_off(inner)) else { return };
        let mut new = Node::with_capacity(packed_len(element.len()));
        new.push(Side::Right, element);
        for node in [behind, new] {
            if node.count() > 0 {
                self.insert_node(at + 1, node);
            }
        }
        self.join(at.saturating_sub(1)..at + 3);
    }

    /// Removes elements that are equal to this one, at most so many, from one side on: how many.
    pub(crate) fn remove_equal(&mut self, element: &[u8], most: usize, from: Side) -> usize {
        let equal = match from {
            Side::Left => self.iter().filter(|it| *it == element).take(most).count(),
            Side::Right => self.iter().filter(|it| *it == element).count(),
        };
        let removed = equal.min(most);
        if removed == 0 {
            return 0;
        }
        let gone = equal - removed..equal;
        let mut seen = 0;
        for at in 0..self.nodes.len() {
            if seen == equal {
                break;
            }
            self.change(at, |node| {
                node.retain(|it| {
                    if seen == equal || it != element {
                        return true;
                    }
                    seen += 1;
                    !gone.contains(&(seen - 1))
                });
            });
        }
        self.len -= removed;
        self.join(0..self.nodes.len());
        removed
    }

    /// Keeps the elements from `first` up to but not including `end`.
    pub(crate) fn trim(&mut self, first: usize, end: usize) {
        let end = end.min(self.len);
        let first = first.min(end);
        let behind = self.len - end;
        self.len = end - first;
        self.drop_many(Side::Right, behind);
        self.drop_many(Side::Left, first);
    }

    /// Forgets so many at an end.
    fn drop_many(&mut self, side: Side, mut count: usize) {
        while count > 0 && !self.nodes.is_empty() {
            let at = if side == Side::Left { 0 } else { self.nodes.len() - 1 };
            let dropped = self.nodes.get(at).map_or(0, Node::count).min(count);
            self.drop_some(at, side, dropped);
            count -= dropped;
        }
    }

    /// Forgets so many at a side of a node, and the node with the last of them.
    fn drop_some(&mut self, at: usize, side: Side, count: usize) {
        let left = self.change(at, |node| {
            node.drop_some(side, count);
            if node.count() > 0 {
                node.shrink();
            }
            node.count()
        });
        if left == Some(0) {
            self.remove_node(at);
        }
    }

    pub(crate) fn range(&self, range: Range<usize>) -> Iter<'_> {
        Iter::new(self, range)
    }

    pub(crate) fn iter(&self) -> Iter<'_> {
        self.range(0..self.len)
    }

    pub(crate) fn heap_bytes(&self) -> usize {
        size_of::<Self>() + self.bytes + self.nodes.capacity() * size_of::<Node>()
    }

    /// The node of an element, and how many elements of that are in front of it.
    fn find(&self, index: usize) -> Option<(usize, usize)> {
        let behind = self.len.checked_sub(index).filter(|behind| *behind > 0)?;
        let counts = self.nodes.iter().map(Node::count).enumerate();
        if index < behind {
            let mut before = index;
            for (at, count) in counts {
                match before.checked_sub(count) {
                    Some(rest) => before = rest,
                    None => return Some((at, before)),
                }
            }
        } else {
            let mut behind = behind;
            for (at, count) in counts.rev() {
                match count.checked_sub(behind) {
                    Some(before) => return Some((at, before)),
                    None => behind -= count,
                }
            }
        }
        None
    }

    /// Changes a node, and counts the memory that it takes then.
    fn change<T>(&mut self, at: usize, change: impl FnOnce(&mut Node) -> T) -> Option<T> {
        let node = self.nodes.get_mut(at)?;
        self.bytes -= node.capacity();
        let result = change(node);
        self.bytes += node.capacity();
        Some(result)
    }

    fn insert_node(&mut self, at: usize, node: Node) {
        self.bytes += node.capacity();
        if self.nodes.is_empty() {
            // Most lists have only one.
            self.nodes.reserve_exact(1);
        }
        self.nodes.insert(at, node);
    }

    fn remove_node(&mut self, at: usize) {
        if let Some(node) = self.nodes.remove(at) {
            self.bytes -= node.capacity();
        }
        if self.nodes.capacity() > 32 && self.nodes.len() * 4 < self.nodes.capacity() {
            self.nodes.shrink_to(self.nodes.len() * 2);
        }
    }

    /// Joins neighbours among those nodes that have little in them, and removes empty ones.
    fn join(&mut self, nodes: Range<usize>) {
        let mut at = nodes.start;
        for _ in nodes {
            let Some(node) = self.nodes.get(at) else { return };
            let used = node.used();
            if used == 0 {
                self.remove_node(at);
                continue;
            }
            let joins = |next: &Node| next.used() + used <= ENOUGH;
            if !self.nodes.get(at + 1).is_some_and(joins) {
                at += 1;
                continue;
            }
            if let Some(next) = self.nodes.remove(at + 1) {
                self.bytes -= next.capacity();
                self.change(at, |node| node.append(&next));
            }
        }
    }
}

/// A node that has as much is left alone when its end has no more room, and gets a neighbour.
const ENOUGH: usize = NODE / 4 * 3;

/// The first buffer of a list.
const SMALLEST: usize = 32;

//! The elements of a list, from either side.

use std::collections::VecDeque;
use std::ops::Range;

use super::List;
use super::node::Node;

/// Elements of a list in order.
#[derive(Clone, Debug)]
pub(crate) struct Iter<'a> {
    nodes: &'a VecDeque<Node>,
    front: Cursor,
    back: Cursor,
    left: usize,
}

/// A place between two elements: a node, and an offset in it.
#[derive(Clone, Copy, Debug)]
struct Cursor {
    node: usize,
    offset: usize,
}

impl<'a> Iter<'a> {
    pub(super) fn new(list: &'a List, range: Range<usize>) -> Self {
        let end = range.end.min(list.len);
        let start = range.start.min(end);
        Self {
            nodes: &list.nodes,
            front: Cursor::in_front_of(list, start),
            back: Cursor::in_front_of(list, end),
            left: end - start,
        }
    }
}

impl Cursor {
    fn in_front_of(list: &List, index: usize) -> Self {
        let last = list.nodes.len().saturating_sub(1);
        let (node, inner) = list.find(index).unwrap_or((last, usize::MAX));
        let offset = list.nodes.get(node).map_or(0, |it| it.offset_of(inner.min(it.count())));
        Self { node, offset }
    }
}

impl<'a> Iterator for Iter<'a> {
    type Item = &'a [u8];

    #[inline]
    fn next(&mut self) -> Option<&'a [u8]> {
        self.left = self.left.checked_sub(1)?;
        loop {
            if let Some((element, next)) = self.nodes.get(self.front.node)?.at(self.front.offset) {
                self.front.offset = next;
                return Some(element);
            }
            self.front = Cursor { node: self.front.node + 1, offset: 0 };
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left, Some(self.left))
    }
}

impl<'a> DoubleEndedIterator for Iter<'a> {
    #[inline]
    fn next_back(&mut self) -> Option<&'a [u8]> {
        self.left = self.left.checked_sub(1)?;
        loop {
            if let Some((element, start)) = self.nodes.get(self.back.node)?.before(self.back.offset)
            {
                self.back.offset = start;
                return Some(element);
            }
            let node = self.back.node.checked_sub(1)?;
            self.back = Cursor { node, offset: self.nodes.get(node)?.used() };
        }
    }
}

impl ExactSizeIterator for Iter<'_> {}

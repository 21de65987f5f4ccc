//! Removing the oldest entries.

use super::{Stream, StreamId};

/// How a stream is to be trimmed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Trim {
    pub(crate) until: Until,
    /// Only whole nodes are removed, which costs less.
    pub(crate) approximate: bool,
    /// No more than so many entries are removed; 0 if it does not matter.
    pub(crate) limit: usize,
}

/// What is left by it.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Until {
    /// At most so many entries.
    Length(usize),
    /// No ids in front of this one.
    Id(StreamId),
}

impl Stream {
    /// Removes entries from the front: how many.
    pub(crate) fn trim(&mut self, trim: Trim) -> usize {
        let before = self.len;
        while let Some(node) = self.nodes.front() {
            let (entries, last) = (node.len(), node.last());
            let whole = match trim.until {
                Until::Length(length) if self.len <= length => break,
                Until::Length(length) => self.len - entries >= length,
                Until::Id(id) => last < id,
            };
            if trim.limit > 0 && before - self.len + entries > trim.limit {
                break;
            }
            if !whole {
                if !trim.approximate {
                    self.trim_node(trim.until);
                }
                break;
            }
            self.len -= entries;
            self.remove_node(0);
        }
        if self.len != before {
            self.find_first();
        }
        before - self.len
    }

    /// Removes entries of the first node, which is not to go as a whole.
    fn trim_node(&mut self, until: Until) {
        let mut left = self.len;
        let goes = |id| {
            let goes = match until {
                Until::Length(length) => left > length,
                Until::Id(first) => id < first,
            };
            left -= usize::from(goes);
            goes
        };
        if let Some(node) = self.nodes.front_mut() {
            self.len -= node.remove_while(goes);
        }
    }
}

//! A stream: entries that are added at the end.

mod deliver;
mod group;
mod id;
mod lag;
mod listpack;
mod node;
mod radix;
#[cfg(test)]
mod tests;
mod trim;

use std::collections::{BTreeMap, VecDeque};
use std::ops::RangeInclusive;

pub(crate) use deliver::Delivery;
pub(crate) use group::{ConsumerNumber, Group, GroupEdit, Pending};
pub(crate) use id::StreamId;
pub(crate) use node::Entry;
pub(crate) use trim::{Trim, Until};

use super::Compact;
use node::Node;

/// Entries in the order of their ids, and the groups that read them.
///
/// They lie in nodes that end where those of Redis do, so that what trims by whole nodes trims as
/// much.
#[derive(Clone, Debug, Default)]
pub(crate) struct Stream {
    nodes: VecDeque<Node>,
    len: usize,
    /// Of the entry that was added last, or what was [set](Self::set_last_id) since.
    last_id: StreamId,
    /// Of the first entry that is there; zero if there is none.
    first_id: StreamId,
    /// The greatest that was removed by its id.
    max_deleted_id: StreamId,
    /// How many were ever added.
    entries_added: u64,
    groups: BTreeMap<Compact, Group>,
    /// What the groups take together.
    group_bytes: usize,
    node_bytes: usize,
}

impl Stream {
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    pub(crate) fn last_id(&self) -> StreamId {
        self.last_id
    }

    pub(crate) fn first_id(&self) -> StreamId {
        self.first_id
    }

    pub(crate) fn max_deleted_id(&self) -> StreamId {
        self.max_deleted_id
    }

    pub(crate) fn entries_added(&self) -> u64 {
        self.entries_added
    }

    /// The id of the last entry that is there.
    pub(crate) fn top(&self) -> Option<StreamId> {
        self.nodes.iter().rev().find_map(Node::top)
    }

    /// Adds an entry at the end, names and values by turns: whether its id is behind all others.
    pub(crate) fn append<'a>(
        &mut self,
        id: StreamId,
        fields: impl Iterator<Item = &'a [u8]> + Clone,
    ) -> bool {
        if id <= self.last_id {
            return false;
        }
        let bytes: usize = fields.clone().map(<[u8]>::len).sum();
        if self.nodes.back().is_none_or(|node| node.is_full_for(bytes)) {
            self.begin_node(Node::new(id, fields.clone().step_by(2)));
        }
        if let Some(node) = self.nodes.back_mut() {
            let before = node.heap_bytes();
            node.push(id, fields);
            self.node_bytes += node.heap_bytes() - before;
        }
        self.len += 1;
        self.entries_added = self.entries_added.saturating_add(1);
        self.last_id = id;
        if self.len == 1 {
            self.first_id = id;
        }
        true
    }

    fn begin_node(&mut self, node: Node) {
        if let Some(full) = self.nodes.back_mut() {
            let before = full.heap_bytes();
            full.seal();
            self.node_bytes -= before - full.heap_bytes();
        }
        self.node_bytes += node.heap_bytes();
        self.nodes.push_back(node);
    }

    /// Removes the entry: whether it was there.
    pub(crate) fn remove(&mut self, id: StreamId) -> bool {
        let Some(index) = self.node_of(id) else { return false };
        let Some(node) = self.nodes.get_mut(index) else { return false };
        if !node.remove(id) {
            return false;
        }
        self.len -= 1;
        if node.len() == 0 {
            self.remove_node(index);
        }
        self.max_deleted_id = self.max_deleted_id.max(id);
        if id == self.first_id {
            self.find_first();
        }
        true
    }

    /// Which node the entry is in if it is anywhere.
    fn node_of(&self, id: StreamId) -> Option<usize> {
        self.nodes.partition_point(|node| node.first() <= id).checked_sub(1)
    }

    fn remove_node(&mut self, index: usize) {
        if let Some(node) = self.nodes.remove(index) {
            self.node_bytes -= node.heap_bytes();
        }
    }

    /// Looks which entry is the first now.
    fn find_first(&mut self) {
        let first = self.nodes.iter().flat_map(Node::entries).next();
        self.first_id = first.map_or(StreamId::MIN, |entry| entry.id);
    }

    pub(crate) fn entry(&self, id: StreamId) -> Option<Entry<'_>> {
        self.range(id..=id).next()
    }

    /// The entries that have these ids, in order.
    pub(crate) fn range(&self, ids: RangeInclusive<StreamId>) -> impl Iterator<Item = Entry<'_>> {
        let (first, last) = ids.into_inner();
        let nodes = self.nodes.range(self.node_of(first).unwrap_or(0)..);
        let entries = nodes.flat_map(Node::entries).skip_while(move |entry| entry.id < first);
        entries.take_while(move |entry| entry.id <= last)
    }

    /// The same from the last to the first.
    pub(crate) fn range_back(
        &self,
        ids: RangeInclusive<StreamId>,
    ) -> impl Iterator<Item = Entry<'_>> {
        let (first, last) = ids.into_inner();
        let nodes = self.nodes.range(..self.node_of(last).map_or(0, |index| index + 1));
        let entries = nodes.rev().flat_map(Node::entries_back);
        let entries = entries.skip_while(move |entry| entry.id > last);
        entries.take_while(move |entry| entry.id >= first)
    }

    /// Sets what ids begin behind, and what is counted. Redis makes its copies so.
    pub(crate) fn set_last_id(
        &mut self,
        last_id: StreamId,
        entries_added: Option<u64>,
        max_deleted_id: StreamId,
    ) {
        self.last_id = last_id;
        if let Some(entries_added) = entries_added {
            self.entries_added = entries_added;
        }
        if max_deleted_id != StreamId::MIN {
            self.max_deleted_id = max_deleted_id;
        }
    }

    /// The groups by their names, in order.
    pub(crate) fn groups(&self) -> impl ExactSizeIterator<Item = (&Compact, &Group)> {
        self.groups.iter()
    }

    pub(crate) fn group(&self, name: &[u8]) -> Option<&Group> {
        self.groups.get(name)
    }

    pub(crate) fn group_mut(&mut self, name: &[u8]) -> Option<GroupEdit<'_>> {
        let group = self.groups.get_mut(name)?;
        Some(GroupEdit::new(group, &mut self.group_bytes))
    }

    /// Adds a group: false if there is one of that name.
    pub(crate) fn add_group(
        &mut self,
        name: &[u8],
        last_delivered: StreamId,
        entries_read: Option<i64>,
    ) -> bool {
        if self.groups.contains_key(name) {
            return false;
        }
        let group = Group::new(last_delivered, entries_read);
        self.group_bytes += group.heap_bytes();
        self.groups.insert(name.into(), group);
        true
    }

    pub(crate) fn remove_group(&mut self, name: &[u8]) -> bool {
        let Some(group) = self.groups.remove(name) else { return false };
        self.group_bytes -= group.heap_bytes();
        true
    }

    /// How many nodes there are.
    pub(crate) fn node_count(&self) -> usize {
        self.nodes.len()
    }

    /// How many nodes Redis's radix tree would have.
    pub(crate) fn radix_tree_nodes(&self) -> usize {
        radix::nodes(self.nodes.iter().map(Node::first))
    }

    pub(crate) fn heap_bytes(&self) -> usize {
        let names = self.groups.len() * size_of::<(Compact, Group)>();
        let nodes = self.nodes.capacity() * size_of::<Node>() + self.node_bytes;
        size_of::<Self>() + nodes + self.group_bytes + names
    }
}

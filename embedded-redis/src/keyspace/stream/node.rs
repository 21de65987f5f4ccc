//! Some entries of a stream, one behind the other.

use super::{StreamId, listpack};
use crate::keyspace::Compact;

/// Up to a hundred entries in one piece of memory.
///
/// An entry is its length, its id as the distance to the node's, and its values; it has names of
/// its own only where they are not those of the node.
#[derive(Clone, Debug)]
pub(super) struct Node {
    /// The id that the node was begun with.
    first: StreamId,
    /// The last id that was added, whether the entry is still there or not.
    last: StreamId,
    /// The last that is still there.
    top: StreamId,
    names: Box<[Compact]>,
    bytes: Vec<u8>,
    live: usize,
    /// Entries that were removed: Redis only marks them, and counts them as well.
    dead: usize,
    /// What Redis would store it in, the dead ones included.
    listpack_bytes: usize,
}

/// `stream-node-max-entries` and `stream-node-max-bytes`.
const MAX_ENTRIES: usize = 100;
const MAX_BYTES: usize = 4_096;

impl Node {
    /// One for entries that have these names.
    pub(super) fn new<'a>(first: StreamId, names: impl Iterator<Item = &'a [u8]>) -> Self {
        let names: Box<[Compact]> = names.map(Compact::from).collect();
        let head = 3 * listpack::SMALL + listpack::integer(names.len() as i64);
        let names_bytes: usize = names.iter().map(|name| listpack::text(name)).sum();
        Self {
            first,
            last: first,
            top: first,
            names,
            bytes: Vec::new(),
            live: 0,
            dead: 0,
            listpack_bytes: listpack::EMPTY + head + names_bytes,
        }
    }

    pub(super) fn first(&self) -> StreamId {
        self.first
    }

    pub(super) fn last(&self) -> StreamId {
        self.last
    }

    /// The id of the last entry, if there is any.
    pub(super) fn top(&self) -> Option<StreamId> {
        (self.live > 0).then_some(self.top)
    }

    /// How many entries there are.
    pub(super) fn len(&self) -> usize {
        self.live
    }

    pub(super) fn heap_bytes(&self) -> usize {
        let names: usize = self.names.iter().map(Compact::heap_bytes).sum();
        self.bytes.capacity() + size_of_val(&*self.names) + names
    }

    /// Whether an entry of so many bytes is to go to the next node.
    pub(super) fn is_full_for(&self, bytes: usize) -> bool {
        self.listpack_bytes + bytes >= MAX_BYTES || self.live + self.dead >= MAX_ENTRIES
    }

    /// Nothing is added any more.
    pub(super) fn seal(&mut self) {
        self.bytes.shrink_to_fit();
    }

    /// Adds an entry whose id is behind all others: names and values by turns.
    pub(super) fn push<'a>(
        &mut self,
        id: StreamId,
        fields: impl Iterator<Item = &'a [u8]> + Clone,
    ) {
        let count = fields.clone().count() / 2;
        let names = fields.clone().step_by(2);
        let same = count == self.names.len() && names.zip(&self.names).all(|(a, b)| *a == **b);
        let skip = usize::from(same);
        let stored = fields.skip(skip).step_by(1 + skip);
        let head = Head {
            ms: id.ms.wrapping_sub(self.first.ms),
            seq: id.seq.wrapping_sub(self.first.seq),
            names: if same { 0 } else { count as u64 },
        };
        let length: usize = stored.clone().map(|it| varint_len(it.len() as u64) + it.len()).sum();
        let length = head.len() + length;
        self.bytes.reserve(length + varint_len(length as u64));
        push_varint(&mut self.bytes, length as u64);
        head.write(&mut self.bytes);
        for text in stored.clone() {
            push_varint(&mut self.bytes, text.len() as u64);
            self.bytes.extend_from_slice(text);
        }
        self.listpack_bytes +=
            head.listpack_bytes(count) + stored.map(listpack::text).sum::<usize>();
        self.last = id;
        self.top = id;
        self.live += 1;
    }

    /// Removes the entry: whether it was there.
    pub(super) fn remove(&mut self, id: StreamId) -> bool {
        let mut entries = self.entries();
        let Some((start, end)) = entries.find_span(id) else { return false };
        self.remove_span(start, end, 1);
        if id == self.top {
            let top = self.entries_back().next().map(|entry| entry.id);
            self.top = top.unwrap_or(id);
        }
        true
    }

    /// Removes entries from the front for which it holds: how many.
    pub(super) fn remove_while(&mut self, mut goes: impl FnMut(StreamId) -> bool) -> usize {
        let mut entries = self.entries();
        let (mut count, mut end) = (0, 0);
        while let Some(entry) = entries.next()
            && goes(entry.id)
        {
            count += 1;
            end = self.bytes.len() - entries.rest.len();
        }
        self.remove_span(0, end, count);
        count
    }

    fn remove_span(&mut self, start: usize, end: usize, entries: usize) {
        self.bytes.drain(start..end);
        self.live -= entries;
        self.dead += entries;
    }

    /// The entries in order.
    pub(super) fn entries(&self) -> Entries<'_> {
        Entries { node: self, rest: &self.bytes }
    }

    /// The entries from the last to the first.
    pub(super) fn entries_back(&self) -> impl Iterator<Item = Entry<'_>> {
        let (mut texts, mut rest) = (Vec::with_capacity(self.live), &*self.bytes);
        while let Some(text) = take(&mut rest) {
            texts.push(text);
        }
        texts.into_iter().rev().filter_map(|text| self.read(text))
    }

    fn read<'a>(&'a self, mut text: &'a [u8]) -> Option<Entry<'a>> {
        let head = Head::read(&mut text)?;
        let id = StreamId {
            ms: self.first.ms.wrapping_add(head.ms),
            seq: self.first.seq.wrapping_add(head.seq),
        };
        let (names, len) = match head.names {
            0 => (Some(&*self.names), self.names.len()),
            own => (None, own as usize),
        };
        Some(Entry { id, len, names, text })
    }
}

/// Entries of a node, from the first on.
#[derive(Clone, Debug)]
pub(super) struct Entries<'a> {
    node: &'a Node,
    rest: &'a [u8],
}

impl Entries<'_> {
    /// From where to where the entry lies.
    fn find_span(&mut self, id: StreamId) -> Option<(usize, usize)> {
        let whole = self.rest.len();
        loop {
            let start = whole - self.rest.len();
            if self.next()?.id == id {
                return Some((start, whole - self.rest.len()));
            }
        }
    }
}

impl<'a> Iterator for Entries<'a> {
    type Item = Entry<'a>;

    fn next(&mut self) -> Option<Entry<'a>> {
        self.node.read(take(&mut self.rest)?)
    }
}

/// An entry of a stream: an id, and fields with their values.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Entry<'a> {
    pub(crate) id: StreamId,
    len: usize,
    /// None if they are in the text, each in front of its value.
    names: Option<&'a [Compact]>,
    text: &'a [u8],
}

impl<'a> Entry<'a> {
    /// How many fields it has.
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// The fields with their values.
    pub(crate) fn fields(&self) -> impl Iterator<Item = (&'a [u8], &'a [u8])> + use<'a> {
        let (mut names, mut text) = (self.names.map(<[Compact]>::iter), self.text);
        std::iter::from_fn(move || {
            let name = match &mut names {
                Some(names) => names.next()?,
                None => take(&mut text)?,
            };
            Some((name, take(&mut text)?))
        })
    }
}

/// What an entry begins with.
struct Head {
    /// The distance to the node's id, which wraps around.
    ms: u64,
    seq: u64,
    /// How many names of its own it has; 0 if its names are those of the node.
    names: u64,
}

impl Head {
    fn len(&self) -> usize {
        varint_len(self.ms) + varint_len(zigzag(self.seq)) + varint_len(self.names)
    }

    fn write(&self, bytes: &mut Vec<u8>) {
        push_varint(bytes, self.ms);
        push_varint(bytes, zigzag(self.seq));
        push_varint(bytes, self.names);
    }

    fn read(text: &mut &[u8]) -> Option<Self> {
        let (ms, seq) = (take_varint(text)?, unzigzag(take_varint(text)?));
        Some(Self { ms, seq, names: take_varint(text)? })
    }

    /// What Redis stores around the texts: flags, the id, how many fields if they are others than
    /// the node's, and how many elements all that is.
    fn listpack_bytes(&self, fields: usize) -> usize {
        let id = listpack::integer(self.ms as i64) + listpack::integer(self.seq as i64);
        let fields = fields as i64;
        let counts = match self.names {
            0 => listpack::integer(fields + 3),
            _ => listpack::integer(fields) + listpack::integer(2 * fields + 4),
        };
        listpack::SMALL + id + counts
    }
}

/// Small numbers of either sign become small ones without.
fn zigzag(number: u64) -> u64 {
    (number << 1) ^ ((number as i64 >> 63) as u64)
}

fn unzigzag(number: u64) -> u64 {
    (number >> 1) ^ (number & 1).wrapping_neg()
}

/// Takes a text off the front, which stands behind its length.
fn take<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    let length = take_varint(rest)?;
    let (text, behind) = rest.split_at_checked(length as usize)?;
    *rest = behind;
    Some(text)
}

/// Takes a number off the front: seven bits a byte, the lowest first.
fn take_varint(rest: &mut &[u8]) -> Option<u64> {
    let mut number = 0;
    for shift in (0..64).step_by(7) {
        let (byte, behind) = rest.split_first()?;
        *rest = behind;
        number |= u64::from(byte & 0x7f) << shift;
        if *byte < 0x80 {
            break;
        }
    }
    Some(number)
}

fn push_varint(bytes: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        bytes.push(number as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
}

fn varint_len(number: u64) -> usize {
    (64 - (number | 1).leading_zeros() as usize).div_ceil(7)
}

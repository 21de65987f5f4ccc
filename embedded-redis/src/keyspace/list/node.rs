//! Some elements of a list, one behind the other in one buffer.

use super::Side;

/// Elements packed side by side, with room in front of them or behind.
///
/// An element is its length, its bytes, and its length once more, backwards, so that it can be read
/// from either side. A length takes a byte for each 7 bits, the lowest first, all but the last
/// marked.
#[derive(Clone, Debug)]
pub(super) struct Node {
    buffer: Box<[u8]>,
    start: usize,
    end: usize,
    count: usize,
}

/// What a node may hold, unless it is one element that is larger.
pub(super) const NODE: usize = 4096;

/// A buffer of less is not worth being made smaller.
const SMALL: usize = 128;

impl Node {
    /// An empty one.
    pub(super) fn with_capacity(capacity: usize) -> Self {
        Self { buffer: vec![0; capacity].into(), start: 0, end: 0, count: 0 }
    }

    /// One with what is packed there.
    fn holding(packed: &[u8], count: usize) -> Self {
        Self { buffer: packed.into(), start: 0, end: packed.len(), count }
    }

    pub(super) fn count(&self) -> usize {
        self.count
    }

    /// Bytes that its elements take.
    pub(super) fn used(&self) -> usize {
        self.end - self.start
    }

    pub(super) fn capacity(&self) -> usize {
        self.buffer.len()
    }

    fn packed(&self) -> &[u8] {
        self.buffer.get(self.start..self.end).unwrap_or_default()
    }

    /// Whether one more of that length may come in.
    pub(super) fn takes(&self, element: usize) -> bool {
        self.used() + packed_len(element) <= NODE
    }

    /// Adds an element where there is room for it: whether there is.
    #[inline]
    pub(super) fn push(&mut self, side: Side, element: &[u8]) -> bool {
        let size = packed_len(element.len());
        let place = match side {
            Side::Left => {
                let Some(start) = self.start.checked_sub(size) else { return false };
                let place = self.buffer.get_mut(start..self.start);
                self.start = start;
                place
            }
            Side::Right => {
                let Some(place) = self.buffer.get_mut(self.end..self.end + size) else {
                    return false;
                };
                self.end += size;
                Some(place)
            }
        };
        if let Some(place) = place {
            pack(element, place);
        }
        self.count += 1;
        true
    }

    /// Makes room for an element of that length at a side.
    pub(super) fn make_room(&mut self, side: Side, element: usize) {
        let (used, needed) = (self.used(), self.used() + packed_len(element));
        let capacity = needed.max((needed * 2).min(NODE));
        if self.capacity() < capacity {
            self.move_to(capacity, side);
            return;
        }
        let start = match side {
            Side::Left => self.capacity() - used,
            Side::Right => 0,
        };
        self.buffer.copy_within(self.start..self.end, start);
        (self.start, self.end) = (start, start + used);
    }

    /// Moves everything into another buffer, with the room at that side.
    fn move_to(&mut self, capacity: usize, side: Side) {
        let mut buffer = vec![0; capacity].into_boxed_slice();
        let start = match side {
            Side::Left => capacity - self.used(),
            Side::Right => 0,
        };
        let end = start + self.used();
        if let Some(place) = buffer.get_mut(start..end) {
            place.copy_from_slice(self.packed());
        }
        (self.buffer, self.start, self.end) = (buffer, start, end);
    }

    /// Gives memory back where three quarters of it are not used.
    pub(super) fn shrink(&mut self) {
        if self.capacity() > SMALL && self.capacity() > self.used() * 4 {
            self.move_to(self.used() * 2, Side::Right);
        }
    }

    /// The element that begins there, and where it ends.
    #[inline]
    pub(super) fn at(&self, offset: usize) -> Option<(&[u8], usize)> {
        let packed = self.packed().get(offset..)?;
        let (len, width) = length(packed.iter())?;
        Some((packed.get(width..width + len)?, offset + len + 2 * width))
    }

    /// The element that ends there, and where it begins.
    #[inline]
    pub(super) fn before(&self, offset: usize) -> Option<(&[u8], usize)> {
        let packed = self.packed().get(..offset)?;
        let (len, width) = length(packed.iter().rev())?;
        let start = offset.checked_sub(len + 2 * width)?;
        Some((packed.get(start + width..start + width + len)?, start))
    }

    /// The element at a side.
    pub(super) fn peek(&self, side: Side) -> Option<&[u8]> {
        let found = match side {
            Side::Left => self.at(0),
            Side::Right => self.before(self.used()),
        };
        found.map(|(element, _)| element)
    }

    /// Where the element with so many in front of it begins.
    pub(super) fn offset_of(&self, index: usize) -> usize {
        if index <= self.count / 2 {
            let step = |offset, _| self.at(offset).map_or(offset, |(_, next)| next);
            (0..index).fold(0, step)
        } else {
            let step = |offset, _| self.before(offset).map_or(offset, |(_, start)| start);
            (index..self.count).fold(self.used(), step)
        }
    }

    /// Forgets so many at a side.
    pub(super) fn drop_some(&mut self, side: Side, count: usize) {
        match side {
            Side::Left => self.start += self.offset_of(count.min(self.count)),
            Side::Right => {
                self.end = self.start + self.offset_of(self.count - count.min(self.count));
            }
        }
        self.count -= count.min(self.count);
    }

    /// Takes out what begins with the element with so many in front of it.
    pub(super) fn split_off(&mut self, index: usize) -> Self {
        let (offset, count) = (self.offset_of(index), self.count - index);
        let behind = Self::holding(self.packed().get(offset..).unwrap_or_default(), count);
        (self.end, self.count) = (self.start + offset, index);
        behind
    }

    /// Takes in what stands behind it.
    pub(super) fn append(&mut self, behind: &Self) {
        let packed = [self.packed(), behind.packed()].concat();
        *self = Self::holding(&packed, self.count + behind.count);
    }

    /// Puts an element in front of the one that has so many in front of it.
    pub(super) fn insert(&mut self, index: usize, element: &[u8]) {
        let behind = self.split_off(index);
        self.make_room(Side::Right, element.len());
        self.push(Side::Right, element);
        self.append(&behind);
    }

    /// Removes the element with so many in front of it.
    pub(super) fn remove(&mut self, index: usize) {
        let start = self.start + self.offset_of(index);
        let Some((_, behind)) = self.at(start - self.start) else { return };
        let behind = self.start + behind;
        self.buffer.copy_within(behind..self.end, start);
        self.end -= behind - start;
        self.count -= 1;
    }

    /// Overwrites an element with another one of its length: whether it has that.
    pub(super) fn overwrite(&mut self, index: usize, element: &[u8]) -> bool {
        let start = self.start + self.offset_of(index);
        let Some((old, behind)) = self.at(start - self.start) else { return false };
        let (same, end) = (old.len() == element.len(), self.start + behind);
        if let Some(place) = self.buffer.get_mut(start..end)
            && same
        {
            pack(element, place);
        }
        same
    }

    /// Keeps the elements of which that is said.
    pub(super) fn retain(&mut self, mut keep: impl FnMut(&[u8]) -> bool) {
        let (mut offset, mut kept, mut count) = (0, 0, 0);
        while let Some((element, next)) = self.at(offset) {
            if keep(element) {
                self.buffer.copy_within(self.start + offset..self.start + next, self.start + kept);
                kept += next - offset;
                count += 1;
            }
            offset = next;
        }
        (self.end, self.count) = (self.start + kept, count);
    }
}

/// Writes an element where there is as much room as it takes.
#[inline]
fn pack(element: &[u8], place: &mut [u8]) {
    let width = width(element.len());
    if let Some(text) = place.get_mut(width..width + element.len()) {
        text.copy_from_slice(element);
    }
    put_length(element.len(), width, place.iter_mut());
    put_length(element.len(), width, place.iter_mut().rev());
}

#[inline]
fn put_length<'a>(mut len: usize, width: usize, places: impl Iterator<Item = &'a mut u8>) {
    for (at, place) in places.take(width).enumerate() {
        let more = if at + 1 < width { MORE } else { 0 };
        *place = (len & usize::from(BITS)) as u8 | more;
        len >>= BITS.count_ones();
    }
}

/// A length, and how many bytes it takes.
#[inline]
fn length<'a>(bytes: impl Iterator<Item = &'a u8>) -> Option<(usize, usize)> {
    let mut len = 0;
    for (at, byte) in bytes.take(WIDEST).enumerate() {
        len |= usize::from(byte & BITS) << (BITS.count_ones() * at as u32);
        if byte & MORE == 0 {
            return Some((len, at + 1));
        }
    }
    None
}

/// How many bytes a length takes.
#[inline]
fn width(len: usize) -> usize {
    match len {
        0..0x80 => 1,
        0x80..0x4000 => 2,
        0x4000..0x20_0000 => 3,
        0x20_0000..0x1000_0000 => 4,
        _ => WIDEST,
    }
}

/// How many bytes an element of that length takes.
#[inline]
pub(super) fn packed_len(element: usize) -> usize {
    element + 2 * width(element)
}

const BITS: u8 = 0x7F;
const MORE: u8 = 0x80;
/// Of a length below 32 GiB; no element is longer than 512 MiB.
const WIDEST: usize = 5;

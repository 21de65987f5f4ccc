//! HyperLogLogs: how many different elements there were, in little memory.
//!
//! A HyperLogLog is a string, which clients may read, keep and write back. So its bytes are those
//! of Redis: a header of 16 bytes, and behind it 16384 registers of six bits. They are written one
//! after the other (dense) or, as long as most of them are 0, as [runs](sparse) of equal ones.

mod dense;
mod estimate;
mod hash;
mod sparse;

use sparse::Run;

/// A string that is a HyperLogLog.
#[derive(Debug)]
pub(crate) struct HyperLogLog<'a>(&'a mut Vec<u8>);

/// The runs don't come to the number of registers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Corrupt;

impl<'a> HyperLogLog<'a> {
    /// The bytes of one without elements.
    pub(crate) fn empty() -> Vec<u8> {
        let mut bytes = b"HYLL\x01\0\0\0\0\0\0\0\0\0\0\0".to_vec();
        Run::zeros(REGISTERS).write(&mut bytes);
        bytes
    }

    /// The HyperLogLog that the string is, if it looks like one.
    pub(crate) fn new(bytes: &'a mut Vec<u8>) -> Option<Self> {
        Self::is_one(bytes).then_some(Self(bytes))
    }

    /// Whether a string looks like one.
    pub(crate) fn is_one(bytes: &[u8]) -> bool {
        match bytes {
            [b'H', b'Y', b'L', b'L', DENSE, ..] => bytes.len() == HEADER + dense::BYTES,
            [b'H', b'Y', b'L', b'L', SPARSE, ..] => bytes.len() >= HEADER,
            _ => false,
        }
    }

    /// Whether it is written with all its registers.
    pub(crate) fn is_dense(bytes: &[u8]) -> bool {
        bytes.get(ENCODING) == Some(&DENSE)
    }

    /// Adds an element, and returns whether that has changed anything.
    pub(crate) fn add(&mut self, element: &[u8]) -> Result<bool, Corrupt> {
        let (register, count) = hash::register(element);
        self.raise(register, count)
    }

    /// Raises a register to that, if it is less.
    pub(crate) fn raise(&mut self, register: usize, count: u8) -> Result<bool, Corrupt> {
        if Self::is_dense(self.0) {
            return Ok(dense::raise(self.0, register, count));
        }
        if let Some(raised) = sparse::raise(self.0, register, count)? {
            return Ok(raised);
        }
        self.make_dense()?;
        Ok(dense::raise(self.0, register, count))
    }

    /// Writes all registers from now on.
    pub(crate) fn make_dense(&mut self) -> Result<(), Corrupt> {
        if Self::is_dense(self.0) {
            return Ok(());
        }
        let mut registers = Registers::default();
        registers.merge(self.0)?;
        self.0.truncate(HEADER);
        self.0.resize(HEADER + dense::BYTES, 0);
        if let Some(encoding) = self.0.get_mut(ENCODING) {
            *encoding = DENSE;
        }
        for (register, count) in registers.iter() {
            dense::raise(self.0, register, count);
        }
        Ok(())
    }

    /// How many elements were added, about; as it was last computed, or else computed now, which
    /// is the second that is returned.
    pub(crate) fn count(&mut self) -> Result<(u64, bool), Corrupt> {
        if let Some(count) = self.cached() {
            return Ok((count, false));
        }
        let count = if Self::is_dense(self.0) {
            estimate::estimate(&dense::histogram(self.0))
        } else {
            estimate::estimate(&sparse::histogram(self.0)?)
        };
        if let Some(place) = self.0.get_mut(CACHE..HEADER) {
            place.copy_from_slice(&count.to_le_bytes());
        }
        Ok((count, true))
    }

    fn cached(&self) -> Option<u64> {
        let bytes = self.0.get(CACHE..HEADER)?.try_into().ok()?;
        Some(u64::from_le_bytes(bytes)).filter(|count| count & STALE == 0)
    }

    /// Says that the count is to be computed again.
    pub(crate) fn invalidate(&mut self) {
        if let Some(last) = self.0.get_mut(HEADER - 1) {
            *last |= 0x80;
        }
    }
}

/// All registers, a byte each.
#[derive(Debug)]
pub(crate) struct Registers(Vec<u8>);

impl Default for Registers {
    fn default() -> Self {
        Self(vec![0; REGISTERS])
    }
}

impl Registers {
    /// Raises the registers to those of a HyperLogLog.
    pub(crate) fn merge(&mut self, bytes: &[u8]) -> Result<(), Corrupt> {
        if HyperLogLog::is_dense(bytes) {
            let pairs = self.0.iter_mut().zip(dense::registers(bytes));
            pairs.for_each(|(count, other)| *count = other.max(*count));
            return Ok(());
        }
        let mut first = 0;
        for run in sparse::runs(bytes) {
            let end = first + run.len();
            if let Run::Counts { count, .. } = run {
                // What is behind the last register does not matter.
                let Some(counts) = self.0.get_mut(first..end) else { break };
                counts.iter_mut().for_each(|old| *old = count.max(*old));
            }
            first = end;
        }
        if first == REGISTERS { Ok(()) } else { Err(Corrupt) }
    }

    /// Those that are not 0.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (usize, u8)> {
        self.0.iter().copied().enumerate().filter(|(_, count)| *count > 0)
    }

    /// How many elements were added, about.
    pub(crate) fn count(&self) -> u64 {
        estimate::estimate(&estimate::histogram(self.0.iter().copied()))
    }
}

/// So many registers, of which the first 14 bits of an element's hash say one.
const REGISTERS: usize = 1 << 14;
/// The magic, the encoding, three bytes that are not used, and the last count.
const HEADER: usize = 16;
const ENCODING: usize = 4;
const DENSE: u8 = 0;
const SPARSE: u8 = 1;
/// Where the last count is.
const CACHE: usize = 8;
/// In the last count: it is to be computed again.
const STALE: u64 = 1 << 63;

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
                let counts = self.0.get_mut(first..end).ok_or(Corrupt)?;
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

#[cfg(test)]
mod tests {
    use super::*;

    fn of(elements: impl IntoIterator<Item = String>) -> Vec<u8> {
        let mut bytes = HyperLogLog::empty();
        let mut hyperloglog = HyperLogLog::new(&mut bytes).unwrap();
        for element in elements {
            hyperloglog.add(element.as_bytes()).unwrap();
        }
        bytes
    }

    /// What redis-server 7.0.15 answers to `PFADD k x y z` and `GET k`, before and after `PFCOUNT`.
    #[test]
    fn bytes_are_those_of_redis() {
        let mut bytes = of(["x", "y", "z"].map(String::from));
        let registers = b"\x61\x84\x80\x58\xcd\x88\x45\xa0\x84\x08";
        assert_eq!(bytes, [&b"HYLL\x01\0\0\0\0\0\0\0\0\0\0\x80"[..], registers].concat());
        let mut hyperloglog = HyperLogLog::new(&mut bytes).unwrap();
        assert_eq!(hyperloglog.count(), Ok((3, true)));
        assert_eq!(hyperloglog.count(), Ok((3, false)));
        assert_eq!(bytes, [&b"HYLL\x01\0\0\0\x03\0\0\0\0\0\0\0"[..], registers].concat());
    }

    #[test]
    fn both_representations_have_the_same_registers() {
        let sparse = of((0..1200).map(|number| number.to_string()));
        assert!(!HyperLogLog::is_dense(&sparse));
        let mut dense = sparse.clone();
        HyperLogLog::new(&mut dense).unwrap().make_dense().unwrap();
        assert_eq!(dense.len(), HEADER + dense::BYTES);
        let [from_sparse, from_dense] = [&sparse, &dense].map(|bytes| {
            let mut registers = Registers::default();
            registers.merge(bytes).unwrap();
            registers.0
        });
        assert_eq!(from_sparse, from_dense);
        let counts = [sparse, dense].map(|mut it| HyperLogLog::new(&mut it).unwrap().count());
        assert_eq!(counts[0], counts[1]);
    }

    #[test]
    fn equal_registers_beside_each_other_are_joined() {
        let mut bytes = HyperLogLog::empty();
        let mut hyperloglog = HyperLogLog::new(&mut bytes).unwrap();
        for register in [0, 2, 4, 3, 1] {
            assert_eq!(hyperloglog.raise(register, 5), Ok(true));
            assert_eq!(hyperloglog.raise(register, 5), Ok(false));
        }
        // Two of them, three, and the zeros.
        assert_eq!(bytes[HEADER..], [0x91, 0x92, 0x7f, 0xfa]);
        let mut hyperloglog = HyperLogLog::new(&mut bytes).unwrap();
        assert_eq!(hyperloglog.raise(1, 6), Ok(true));
        assert_eq!(bytes[HEADER..], [0x90, 0x94, 0x92, 0x7f, 0xfa]);
    }

    #[test]
    fn any_bytes_are_taken_or_refused() {
        let mut state = 1_u64;
        for _ in 0..20_000 {
            let mut bytes = b"HYLL\x01\0\0\0\0\0\0\0\0\0\0\x80".to_vec();
            for _ in 0..state % 24 {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                bytes.push((state >> 56) as u8);
            }
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1) >> 1;
            let _ = Registers::default().merge(&bytes);
            let mut hyperloglog = HyperLogLog::new(&mut bytes).unwrap();
            let _ =
                hyperloglog.raise((state >> 20) as usize % REGISTERS, (state >> 40) as u8 % 51 + 1);
            let _ = hyperloglog.count();
        }
    }
}

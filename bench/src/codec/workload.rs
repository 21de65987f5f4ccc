//! What is decoded: the six workloads of the table we measure against.

use resp_core::encode;

/// A buffer full of replies of one kind.
pub(super) struct Workload {
    pub(super) name: &'static str,
    pub(super) bytes: Vec<u8>,
    /// What is counted: frames in the buffer, elements for `array100`.
    pub(super) frames: usize,
    /// What reading all values comes to, by [`text_sum`] and the integers themselves.
    pub(super) sum: u64,
}

pub(super) fn all() -> [Workload; 6] {
    [
        Workload::new("ok", 1, |out, _| {
            encode::simple_string(out, b"OK");
            text_sum(b"OK")
        }),
        Workload::new("int", 1, |out, index| {
            encode::integer(out, INTEGER + index as i64);
            INTEGER as u64 + index as u64
        }),
        Workload::new("bulk16", 1, bulk16),
        Workload::new("array100", 100, |out, index| {
            encode::array(out, 100);
            (0..100).map(|element| bulk16(out, index + element)).sum()
        }),
        Workload::new("cmd", 1, |out, index| {
            let (key, value) = (key(index), value(index));
            encode::command(out, [&b"SET"[..], key.as_bytes(), value.as_bytes()]);
            text_sum(b"SET") + text_sum(key.as_bytes()) + text_sum(value.as_bytes())
        }),
        Workload::new("bulk4k", 1, |out, index| {
            let text = value(index).repeat(4096 / 16);
            encode::bulk_string(out, text.as_bytes());
            text_sum(text.as_bytes())
        }),
    ]
}

impl Workload {
    fn new(
        name: &'static str,
        counted_per_frame: usize,
        mut append: impl FnMut(&mut Vec<u8>, usize) -> u64,
    ) -> Self {
        let (mut bytes, mut sum, mut index) = (Vec::new(), 0, 0);
        while bytes.len() < BUFFER {
            sum += append(&mut bytes, index);
            index += 1;
        }
        Self { name, bytes, frames: index * counted_per_frame, sum }
    }
}

fn bulk16(out: &mut Vec<u8>, index: usize) -> u64 {
    let text = value(index);
    encode::bulk_string(out, text.as_bytes());
    text_sum(text.as_bytes())
}

/// A key as they are in practice.
pub(super) fn key(index: usize) -> String {
    format!("key:{index:06}")
}

/// A value of 16 bytes.
pub(super) fn value(index: usize) -> String {
    format!("{index:016}")
}

/// What a string counts: its length and its last byte, so that a codec has to have found it.
#[inline]
pub(super) fn text_sum(text: &[u8]) -> u64 {
    text.len() as u64 + text.last().map_or(0, |&byte| u64::from(byte))
}

/// As much as a busy connection reads at a time; fits the second-level cache.
const BUFFER: usize = 64 * 1024;

/// Integers have seven digits, as counters do.
const INTEGER: i64 = 1_000_000;

//! How many bytes Redis would store something in.
//!
//! Redis keeps the entries of a node in a listpack, and begins the next node when that has reached
//! so many bytes. Approximate trimming removes whole nodes: to remove the same entries, the nodes
//! have to end where those of Redis do (`listpack.c`).

use crate::keyspace::parse_integer;

/// The head and the end of a listpack.
pub(super) const EMPTY: usize = 7;

/// An integer of a byte, such as a small count.
pub(super) const SMALL: usize = 2;

/// A string, which is stored as an integer if it looks like one.
pub(super) fn text(text: &[u8]) -> usize {
    if let Some(number) = parse_integer(text) {
        return integer(number);
    }
    let head = match text.len() {
        ..64 => 1,
        64..4_096 => 2,
        _ => 5,
    };
    let element = head + text.len();
    element + back_length(element)
}

pub(super) fn integer(number: i64) -> usize {
    let element = match number {
        0..=0x7f => 1,
        -0x1000..=0x0fff => 2,
        -0x8000..=0x7fff => 3,
        -0x80_0000..=0x7f_ffff => 4,
        -0x8000_0000..=0x7fff_ffff => 5,
        _ => 9,
    };
    element + 1
}

/// The length of an element once more, to be read from behind.
fn back_length(element: usize) -> usize {
    match element {
        ..=127 => 1,
        128..16_383 => 2,
        16_383..2_097_151 => 3,
        2_097_151..268_435_455 => 4,
        _ => 5,
    }
}

//! No byte is looked at more than a fixed number of times, whatever the chunking.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::{Scan, Scanner};
use crate::limits::Limits;

/// A megabyte of each shape, byte by byte and in larger pieces: the scanner inspects at most two
/// bytes for each of a frame's, and a few more.
#[test]
fn work_is_linear_in_any_chunking() {
    for (shape, input, frames) in shapes() {
        for piece in [1, 4096] {
            let found = scan_all(&shape, &input, piece);
            assert_eq!(found.frames, frames, "{shape} in pieces of {piece}");
        }
    }
}

/// What is skipped is not looked at: only a payload's head and end are.
#[test]
fn payloads_are_skipped() {
    for (head, text) in [("$", ""), ("!", ""), ("=", "txt:")] {
        let length = MEGABYTE + text.len();
        let input = format!("{head}{length}\r\n{text}{}\r\n", "x".repeat(MEGABYTE));
        for piece in [1, 7, 4096, input.len()] {
            let found = scan_all(head, input.as_bytes(), piece);
            assert!(found.inspected < 32, "{head} in pieces of {piece}: {}", found.inspected);
        }
    }
}

/// The count that the other tests stand on counts: of a line, no byte can be left out.
#[test]
fn inspected_bytes_are_counted() {
    for input in ["+some text\r\n", ":1234567\r\n", ",1.5\r\n", "(1234567\r\n", "*2\r\n:1\r\n_\r\n"]
    {
        for piece in [1, 3, input.len()] {
            let found = scan_all(input, input.as_bytes(), piece);
            assert!(found.inspected >= input.len() as u64, "{input:?}: {}", found.inspected);
        }
    }
}

struct Found {
    frames: usize,
    inspected: u64,
}

/// Scans pieces of one length, and checks the work for each frame.
fn scan_all(shape: &str, input: &[u8], piece: usize) -> Found {
    let limits = Limits::default().depth(u32::MAX).line(u32::MAX);
    let mut scanner = Scanner::new(limits);
    let mut frames = 0;
    let mut before = 0;
    let mut start = 0;
    for mut rest in input.chunks(piece) {
        loop {
            match scanner.scan(rest) {
                Ok(Scan::Frame { length }) => rest = &rest[length..],
                Ok(Scan::Incomplete) => break,
                Err(error) => panic!("{shape}: {error}"),
            }
            let (length, inspected) = (scanner.offset() - start, scanner.inspected - before);
            assert!(
                inspected <= 2 * length + 16,
                "{shape} in pieces of {piece}: {inspected} for a frame of {length}"
            );
            frames += 1;
            (before, start) = (scanner.inspected, scanner.offset());
        }
    }
    assert!(!scanner.is_mid_frame(), "{shape} is whole frames");
    Found { frames, inspected: scanner.inspected }
}

/// The name, a megabyte, and the number of frames in it.
fn shapes() -> Vec<(String, Vec<u8>, usize)> {
    let many = ELEMENTS.iter().map(|element| {
        let times = MEGABYTE / element.len();
        (format!("many {element:?}"), element.repeat(times), times)
    });
    let arrays = ELEMENTS.iter().map(|element| {
        let times = MEGABYTE / element.len();
        (format!("array of {element:?}"), format!("*{times}\r\n{}", element.repeat(times)), 1)
    });
    let digits = "7".repeat(MEGABYTE);
    let text = "some text ".repeat(MEGABYTE / 10);
    let others = [
        ("long string", format!("+{text}\r\n")),
        ("long error", format!("-{text}\r\n")),
        ("long double", format!(",0.{digits}\r\n")),
        ("long big number", format!("({digits}\r\n")),
        ("deep arrays", "*1\r\n".repeat(MEGABYTE / 4) + "_\r\n"),
        ("deep maps", "%1\r\n_\r\n".repeat(MEGABYTE / 7) + "_\r\n"),
        ("deep sets", "~1\r\n".repeat(MEGABYTE / 4) + "_\r\n"),
        (
            "deep pushes",
            ">1\r\n".repeat(MEGABYTE / 4) + "_\r\n" + &"_\r\n".repeat(MEGABYTE / 4 - 1),
        ),
        (
            "deep attributes",
            "|1\r\n_\r\n".repeat(MEGABYTE / 7) + "_\r\n" + &"_\r\n".repeat(MEGABYTE / 7),
        ),
        ("deep streamed arrays", "*?\r\n".repeat(MEGABYTE / 7) + &".\r\n".repeat(MEGABYTE / 7)),
        ("attributes in a row", "|1\r\n_\r\n_\r\n".repeat(MEGABYTE / 10) + "_\r\n"),
        ("pushes between", format!("*1\r\n{}_\r\n", ">1\r\n_\r\n".repeat(MEGABYTE / 7))),
        ("map", format!("%{}\r\n{}", MEGABYTE / 8, ":1\r\n".repeat(MEGABYTE / 8 * 2))),
        ("set", format!("~{}\r\n{}", MEGABYTE / 4, ":1\r\n".repeat(MEGABYTE / 4))),
        ("push", format!(">{}\r\n{}", MEGABYTE / 4, ":1\r\n".repeat(MEGABYTE / 4))),
        ("streamed array", format!("*?\r\n{}.\r\n", ":1\r\n".repeat(MEGABYTE / 4))),
        ("streamed set", format!("~?\r\n{}.\r\n", ":1\r\n".repeat(MEGABYTE / 4))),
        ("streamed map", format!("%?\r\n{}.\r\n", ":1\r\n".repeat(MEGABYTE / 8 * 2))),
        ("chunks", format!("$?\r\n{};0\r\n", ";1\r\nx\r\n".repeat(MEGABYTE / 7))),
    ];
    let others = others.map(|(name, input)| (String::from(name), input, 1));
    let all = many.chain(arrays).chain(others);
    all.map(|(name, input, frames)| (name, input.into_bytes(), frames)).collect()
}

/// Short frames, of every type.
const ELEMENTS: &[&str] = &[
    "+OK\r\n",
    "-ERR\r\n",
    ":1234567890\r\n",
    ":1234567890123456789\r\n",
    "$1\r\nx\r\n",
    "$-1\r\n",
    "_\r\n",
    "#t\r\n",
    ",1.5\r\n",
    "(123\r\n",
    "!3\r\nERR\r\n",
    "=5\r\ntxt:x\r\n",
    "*0\r\n",
    "%0\r\n",
    "~1\r\n_\r\n",
    "$?\r\n;0\r\n",
    "*?\r\n.\r\n",
    "|1\r\n_\r\n_\r\n_\r\n",
];

const MEGABYTE: usize = 1_000_000;

//! Requests that somebody has damaged.

use super::talker::command;
use crate::chunking::SplitMix64;

/// Appends a valid request, or several, with something done to it.
pub(super) fn request(random: &mut SplitMix64, out: &mut Vec<u8>) {
    let start = out.len();
    out.extend_from_slice(&valid(random));
    for _ in 0..=random.below(2) {
        damage(random, start, out);
    }
}

fn valid(random: &mut SplitMix64) -> Vec<u8> {
    let key = format!("k{}", random.below(10));
    let value = "v".repeat(random.below(200));
    match random.below(8) {
        0 => command(&["PING"]),
        1 => command(&["SET", &key, &value]),
        2 => command(&["GET", &key]),
        3 => command(&["DEL", &key]),
        4 => command(&["ECHO", &value]),
        5 => command(&["HELLO", if random.below(2) == 0 { "2" } else { "3" }]),
        6 => format!("set {key} \"{value}\\x00\"\r\n").into_bytes(),
        _ => format!("get {key}\r\n").into_bytes(),
    }
}

/// Does one thing to what is behind `start`.
fn damage(random: &mut SplitMix64, start: usize, out: &mut Vec<u8>) {
    let length = out.len() - start;
    if length == 0 {
        return;
    }
    let at = start + random.below(length);
    match random.below(6) {
        0 => {
            if let Some(byte) = out.get_mut(at) {
                *byte ^= 1 << random.below(8);
            }
        }
        1 => out.truncate(at),
        2 => {
            let many = 1 + random.below(8);
            out.splice(at..at, (0..many).map(|_| random.next() as u8));
        }
        3 => {
            let end = (at + 1 + random.below(16)).min(out.len());
            out.drain(at..end);
        }
        4 => {
            let end = (at + 1 + random.below(64)).min(out.len());
            out.extend_from_within(at..end);
        }
        _ => lengthen(random, start, out),
    }
}

/// Puts another number where one stands.
fn lengthen(random: &mut SplitMix64, start: usize, out: &mut Vec<u8>) {
    let digits: Vec<usize> =
        (start..out.len()).filter(|at| out.get(*at).is_some_and(u8::is_ascii_digit)).collect();
    let Some(at) = digits.get(random.below(digits.len().max(1))) else { return };
    let number = NUMBERS.get(random.below(NUMBERS.len())).copied().unwrap_or_default();
    out.splice(*at..=*at, number.bytes());
}

const NUMBERS: [&str; 12] = [
    "0",
    "-1",
    "1",
    "7",
    "65536",
    "536870912",
    "536870913",
    "2147483648",
    "4294967296",
    "9223372036854775807",
    "18446744073709551616",
    "",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_and_another_something_else() {
        let many = |seed| {
            let mut random = SplitMix64::new(seed);
            let mut out = Vec::new();
            (0..1000).for_each(|_| request(&mut random, &mut out));
            out
        };
        assert_eq!(many(1), many(1));
        assert_ne!(many(1), many(2));
    }
}

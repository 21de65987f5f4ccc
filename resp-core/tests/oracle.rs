//! The codec against a second, simple one: on input that is almost right, and on every short
//! number and length.

use testkit::exhaustive::disagreement;
use testkit::{corpus, oracle};

/// Each byte of each good sample, left out, doubled, or replaced by others that mean something.
#[test]
fn one_byte_off() {
    let mut tried = 0;
    let samples = corpus::all();
    let good = samples.iter().filter(|sample| sample.error.is_none() && sample.input.len() <= 40);
    for sample in good {
        for at in 0..sample.input.len() {
            let (before, behind) = sample.input.split_at(at);
            let rest = behind.get(1..).unwrap_or_default();
            check(&[before, rest].concat());
            check(&[before, behind.get(..1).unwrap_or_default(), behind].concat());
            for other in OTHERS.chunks(1) {
                check(&[before, other, rest].concat());
                tried += 1;
            }
        }
    }
    assert!(tried > 100_000, "{tried}");
}

/// Integers of each number of digits, each with each digit in turn made something else, at the top
/// and in an array: the codec looks at several digits at once.
#[test]
fn integers_of_each_length() {
    for sign in ["", "-"] {
        for digits in 0..=20 {
            let number = format!("{sign}{}", &"12345678901234567890"[..digits]);
            check_number(&number);
            check_number(&format!("{sign}{}", "9".repeat(digits)));
            check_number(&format!("{sign}1{}", "0".repeat(digits)));
            for at in 0..number.len() {
                for other in ["0", "-", "/", ":", "\n", "\r", " ", "p", "\x7f", "P", "?"] {
                    check_number(&[&number[..at], other, &number[at + 1..]].concat());
                }
            }
        }
    }
}

fn check_number(number: &str) {
    for behind in ["", "\r\n", "\r\n:1\r\n:2\r\n", "\r\r\n", "\n"] {
        check(format!(":{number}{behind}").as_bytes());
        check(format!("*2\r\n:{number}{behind}").as_bytes());
        check(format!("*{number}{behind}").as_bytes());
        check(format!("${number}{behind}").as_bytes());
    }
}

/// Strings of each length: by themselves, as elements, one byte short and one too many.
#[test]
fn strings_of_each_length() {
    for length in (0..=120).chain(990..=1010).chain([4095, 4096, 9999, 10_000, 65_535, 65_536]) {
        let text = "x".repeat(length);
        for wire in [format!("${length}\r\n{text}\r\n"), format!("+{text}\r\n")] {
            check(wire.as_bytes());
            check(format!("{wire}:1\r\n").as_bytes());
            check(format!("*2\r\n{wire}{wire}").as_bytes());
            check(format!("|1\r\n+k\r\n{wire}%1\r\n{wire}:1\r\n").as_bytes());
        }
        for wrong in [length + 1, length.saturating_sub(1)] {
            check(format!("${wrong}\r\n{text}\r\n").as_bytes());
            check(format!("*1\r\n${wrong}\r\n{text}\r\n:1\r\n").as_bytes());
        }
    }
}

/// Pushes in all places around attributes: behind one or several, inside of them, with some of
/// their own, and between those.
#[test]
fn pushes_around_attributes() {
    let push = ">1\r\n:1\r\n";
    let simple = ["|0\r\n".to_owned(), "|1\r\n:2\r\n:3\r\n".to_owned()];
    let mut attributes = vec![String::new()];
    attributes.extend(simple.clone());
    for (one, two) in simple.iter().flat_map(|one| simple.iter().map(move |two| (one, two))) {
        attributes.push(format!("{one}{two}"));
        attributes.push(format!("|1\r\n{one}{two}:2\r\n:3\r\n"));
        attributes.push(format!("|1\r\n:2\r\n{one}{push}{two}:3\r\n{two}"));
        attributes.push(format!("|1\r\n{one}:2\r\n{two}{push}{push}{two}:3\r\n{one}"));
    }
    for (before, behind) in attributes.iter().flat_map(|a| attributes.iter().map(move |b| (a, b))) {
        check(format!("*2\r\n{before}{push}{behind}:4\r\n:5\r\n").as_bytes());
        check(format!("{before}>2\r\n{behind}:4\r\n{before}{push}:5\r\n").as_bytes());
        check(format!("*?\r\n:4\r\n{before}{behind}{push}{behind}.\r\n").as_bytes());
        check(format!("{before}{behind}*1\r\n{before}{behind}:4\r\n").as_bytes());
    }
}

/// The oracle is no copy of the codec's mistakes: it knows the samples too.
#[test]
fn the_oracle_knows_the_samples() {
    for sample in corpus::all() {
        let mut start = 0;
        for &length in &sample.frames {
            let parsed = oracle::parse(sample.input.get(start..).unwrap_or_default());
            assert_eq!(parsed.map(|parsed| parsed.length), Ok(length));
            start += length;
        }
    }
}

#[track_caller]
fn check(input: &[u8]) {
    if let Some(wrong) = disagreement(input) {
        panic!("{wrong}");
    }
}

const OTHERS: &[u8] = b"*$:+-%~>|_,#(!=;.?019a\r\n \x00\xff";

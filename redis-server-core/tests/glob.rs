//! Glob patterns: by table, against a recursive reference, and against a real redis-server.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may panic, in its helpers too"
)]

use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::time::Duration;

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use redis_server_core::{glob_matches, glob_matches_ignore_case};
use testkit::redis_server::RedisServer;

#[test]
fn the_table() {
    for (pattern, matching, others) in [
        (&b""[..], &[&b""[..]][..], &[&b"a"[..]][..]),
        (b"*", &[b"a", b"abc", b"*"], &[b""]),
        (b"**", &[b"a", b"abc"], &[b""]),
        (b"?", &[b"a", b"?"], &[b"", b"ab"]),
        (b"a*", &[b"a", b"ab", b"a*"], &[b"", b"ba"]),
        (b"*a", &[b"a", b"ba", b"aaa"], &[b"", b"ab"]),
        (b"a*b*c", &[b"abc", b"aXbYc", b"abbcbc", b"abcc"], &[b"ab", b"acb", b"abca"]),
        (b"*ab?", &[b"abc", b"aabab!", b"ababx"], &[b"ab", b"abcd"]),
        (b"h?llo", &[b"hello", b"h\xffllo"], &[b"hllo", b"heello"]),
        (b"h[ae]llo", &[b"hello", b"hallo"], &[b"hillo", b"hllo"]),
        (b"h[^e]llo", &[b"hallo"], &[b"hello", b"hllo"]),
        (b"[a-c]", &[b"a", b"b", b"c"], &[b"d", b"-", b"B"]),
        (b"[c-a]", &[b"a", b"b", b"c"], &[b"d", b"-"]),
        (b"[^a-c]", &[b"d", b"-"], &[b"a", b"b", b"c", b""]),
        (b"[a-]", &[b"a", b"]", b"^"], &[b"-", b"b"]),
        (b"[a-]x]", &[b"a", b"]", b"x", b"^"], &[b"-", b"ax", b"b"]),
        (b"[a-", &[b"a", b"-"], &[b"b", b"["]),
        (b"[ab", &[b"a", b"b"], &[b"[ab", b"ab", b"["]),
        (b"[", &[], &[b"[", b"a", b""]),
        (b"[^", &[b"^", b"a"], &[b"", b"ab"]),
        (b"[]", &[], &[b"]", b"a"]),
        (b"[]a]", &[], &[b"]", b"a"]),
        (b"[^]", &[b"]", b"a"], &[b""]),
        (b"[^^]", &[b"a"], &[b"^"]),
        (b"[a^]", &[b"a", b"^"], &[b"b"]),
        (b"[\\]]", &[b"]"], &[b"\\"]),
        (b"[\\", &[b"\\"], &[b"["]),
        (b"[\\a-c]", &[b"a", b"-", b"c"], &[b"b", b"\\"]),
        (b"[a-\\]]", &[b"a]", b"\\]", b"]]"], &[b"a", b"]"]),
        (b"[*?]", &[b"*", b"?"], &[b"a"]),
        (b"\\*", &[b"*"], &[b"a", b"\\*"]),
        (b"\\[a]", &[b"[a]"], &[b"a"]),
        (b"\\\\", &[b"\\"], &[b"\\\\"]),
        (b"a\\", &[b"a\\"], &[b"a"]),
        (b"*\\", &[b"\\", b"a\\"], &[b"a"]),
        (b"\\a", &[b"a"], &[b"\\a"]),
        (b"[\x01-\x7f]", &[b"a"], &[b"\x80", b"\xff", b"\0"]),
        (b"[\x80-\xff]", &[b"\x80", b"\xff"], &[b"a", b"\0"]),
        (b"[a-\xff]", &[b"\xff", b"\0", b"a", b"A"], &[b"b", b"\x80"]),
        (b"a\0*", &[b"a\0", b"a\0b"], &[b"a", b"ab"]),
    ] {
        let (pattern_text, escaped) = (pattern, pattern.escape_ascii());
        for text in matching {
            assert!(glob_matches(pattern_text, text), "{escaped} on {}", text.escape_ascii());
        }
        for text in others {
            assert!(!glob_matches(pattern_text, text), "{escaped} on {}", text.escape_ascii());
        }
    }
}

#[test]
fn case_is_ignored_where_redis_ignores_it() {
    for (pattern, matching, others) in [
        (&b"maxMEMORY*"[..], &[&b"maxmemory"[..], b"MAXMEMORY-POLICY"][..], &[&b"maxmem"[..]][..]),
        (b"[abC]", &[b"A", b"b", b"c"], &[b"d"]),
        (b"[A-c]", &[b"b", b"B"], &[b"d", b"^"]),
        (b"[a-C]", &[], &[b"a", b"b", b"c", b"C", b"^"]),
        (b"[^a-c]", &[b"D"], &[b"B"]),
        (b"[\\a]", &[b"a"], &[b"A"]),
        (b"\\A", &[b"a", b"A"], &[b"b"]),
        (b"[Z-a]", &[], &[b"z", b"a", b"A", b"Z", b"_"]),
        (b"\xc4", &[b"\xc4"], &[b"\xe4"]),
    ] {
        for text in matching {
            assert!(glob_matches_ignore_case(pattern, text), "{}", pattern.escape_ascii());
        }
        for text in others {
            assert!(!glob_matches_ignore_case(pattern, text), "{}", pattern.escape_ascii());
        }
    }
}

/// What a pattern means, said as shortly as possible: tokens first, then one case each.
fn reference(pattern: &[u8], text: &[u8]) -> bool {
    fn go(tokens: &[Token], text: &[u8]) -> bool {
        match (tokens, text) {
            ([], _) => text.is_empty(),
            ([Token::Any, rest @ ..], _) => {
                (0..=text.len()).any(|skipped| go(rest, &text[skipped..]))
            }
            ([Token::Set(set), rest @ ..], [first, others @ ..]) => {
                set[usize::from(*first)] && go(rest, others)
            }
            ([Token::Set(_), ..], []) => false,
        }
    }
    if text.is_empty() { pattern.is_empty() } else { go(&tokens(pattern), text) }
}

enum Token {
    Any,
    /// One byte, of those that are true.
    Set(Box<[bool; 256]>),
}

fn tokens(pattern: &[u8]) -> Vec<Token> {
    let mut tokens = vec![];
    let mut bytes = pattern.iter().copied().peekable();
    while let Some(byte) = bytes.next() {
        let mut set = Box::new([false; 256]);
        match byte {
            b'*' => {
                tokens.push(Token::Any);
                continue;
            }
            b'?' => set.fill(true),
            b'\\' => set[usize::from(bytes.next().unwrap_or(b'\\'))] = true,
            b'[' => {
                let negated = bytes.next_if_eq(&b'^').is_some();
                let left: Vec<u8> = bytes.clone().collect();
                let mut at = 0;
                while at < left.len() && left[at] != b']' {
                    let behind = left.len() - at;
                    if left[at] == b'\\' && behind >= 2 {
                        set[usize::from(left[at + 1])] = true;
                        at += 2;
                    } else if behind >= 3 && left[at + 1] == b'-' {
                        let ends = [left[at] as i8, left[at + 2] as i8];
                        let (low, high) = (ends[0].min(ends[1]), ends[0].max(ends[1]));
                        for byte in low..=high {
                            set[usize::from(byte as u8)] = true;
                        }
                        at += 3;
                    } else {
                        set[usize::from(left[at])] = true;
                        at += 1;
                    }
                }
                // The bracket as well, where there is one.
                bytes.by_ref().take(at + 1).for_each(drop);
                if negated {
                    set.iter_mut().for_each(|member| *member = !*member);
                }
            }
            literal => set[usize::from(literal)] = true,
        }
        tokens.push(Token::Set(set));
    }
    tokens
}

/// Bytes that mean something to a pattern more often than others.
fn pattern() -> impl Strategy<Value = Vec<u8>> {
    let byte = prop_oneof![
        4 => prop::sample::select(&b"**??[]^-\\"[..]),
        4 => prop::sample::select(&b"abcdAB"[..]),
        1 => any::<u8>(),
    ];
    prop::collection::vec(byte, 0..10)
}

fn text() -> impl Strategy<Value = Vec<u8>> {
    let byte = prop_oneof![
        6 => prop::sample::select(&b"abcd"[..]),
        2 => prop::sample::select(&b"AB*?[]^-\\"[..]),
        1 => any::<u8>(),
    ];
    prop::collection::vec(byte, 0..10)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(20_000))]

    #[test]
    fn the_reference_agrees(pattern in pattern(), text in text()) {
        prop_assert_eq!(glob_matches(&pattern, &text), reference(&pattern, &text));
    }

    #[test]
    fn text_matches_itself_escaped(text in text()) {
        let escaped: Vec<u8> = text.iter().flat_map(|byte| [b'\\', *byte]).collect();
        prop_assert!(glob_matches(&escaped, &text));
    }
}

/// Random keys, then `KEYS` with random patterns. Signed ranges are those of x86 alone.
#[cfg_attr(not(target_arch = "x86_64"), ignore = "signed ranges are those of x86")]
#[test]
fn redis_agrees() {
    let server = RedisServer::start().unwrap();
    let stream = TcpStream::connect(server.addr().unwrap()).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    let mut stream = BufReader::new(stream);
    let mut runner = TestRunner::deterministic();

    let mut texts: Vec<Vec<u8>> = vec![vec![]];
    for byte in 0..=255 {
        texts.push(vec![byte]);
    }
    while texts.len() < 600 {
        texts.push(text().new_tree(&mut runner).unwrap().current());
    }
    texts.sort();
    texts.dedup();
    let mut request = vec![];
    for text in &texts {
        resp_core::encode::command(&mut request, [b"SET", &text[..], b""]);
    }
    stream.get_mut().write_all(&request).unwrap();
    for _ in &texts {
        assert_eq!(line(&mut stream), b"+OK");
    }

    let mut matches = 0;
    for _ in 0..4_000 {
        let pattern = pattern().new_tree(&mut runner).unwrap().current();
        if pattern == b"*" {
            continue;
        }
        let mut request = vec![];
        resp_core::encode::command(&mut request, [b"KEYS", &pattern[..]]);
        stream.get_mut().write_all(&request).unwrap();
        let mut theirs: Vec<Vec<u8>> =
            (0..number(&mut stream)).map(|_| bulk(&mut stream)).collect();
        theirs.sort();
        let ours: Vec<_> =
            texts.iter().filter(|text| glob_matches(&pattern, text)).cloned().collect();
        assert_eq!(ours, theirs, "{}", pattern.escape_ascii());
        matches += ours.len();
    }
    assert!(matches > 20_000, "{matches} matches are too few to tell anything");
}

/// `CONFIG GET` ignores case, on names of a few letters.
#[cfg_attr(not(target_arch = "x86_64"), ignore = "signed ranges are those of x86")]
#[test]
fn redis_ignores_the_same_case() {
    let server = RedisServer::start().unwrap();
    let stream = TcpStream::connect(server.addr().unwrap()).unwrap();
    let mut stream = BufReader::new(stream);
    let mut names = |pattern: &[u8]| {
        let mut request = vec![];
        resp_core::encode::command(&mut request, [b"CONFIG", &b"GET"[..], pattern]);
        stream.get_mut().write_all(&request).unwrap();
        let mut names = vec![];
        for _ in 0..number(&mut stream) / 2 {
            names.push(bulk(&mut stream));
            bulk(&mut stream);
        }
        names.sort();
        names
    };
    let all = names(b"*");
    assert!(all.len() > 100);
    for pattern in [
        &b"MAX*"[..],
        b"*[\\M]*",
        b"*[\\m]*",
        b"[Z-a]*",
        b"[a-C]*",
        b"[A-c]*",
        b"[^A-S]*",
        b"?[OA]??????",
        b"\\MAX*",
        b"*-[^P-]*",
    ] {
        let ours: Vec<_> =
            all.iter().filter(|name| glob_matches_ignore_case(pattern, name)).cloned().collect();
        assert_eq!(ours, names(pattern), "{}", pattern.escape_ascii());
    }
}

fn line(stream: &mut impl BufRead) -> Vec<u8> {
    let mut line = vec![];
    stream.read_until(b'\n', &mut line).unwrap();
    assert_eq!(line.split_off(line.len() - 2), b"\r\n");
    line
}

fn number(stream: &mut impl BufRead) -> usize {
    String::from_utf8(line(stream)).unwrap()[1..].parse().unwrap()
}

fn bulk(stream: &mut impl BufRead) -> Vec<u8> {
    let mut text = vec![0; number(stream) + 2];
    stream.read_exact(&mut text).unwrap();
    text.truncate(text.len() - 2);
    text
}

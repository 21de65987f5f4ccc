//! What is encoded is parsed again.

use bytes::BytesMut;
use proptest::prelude::*;
use resp_core::request::{Dialect, RequestKind, RequestLimits, RequestParser};

fn multibulk(args: &[Vec<u8>]) -> Vec<u8> {
    let mut out = format!("*{}\r\n", args.len()).into_bytes();
    for arg in args {
        out.extend(format!("${}\r\n", arg.len()).bytes());
        out.extend(arg);
        out.extend(b"\r\n");
    }
    out
}

/// As a person would quote anything: `"` around it, and hex for all but letters.
fn inline(args: &[Vec<u8>]) -> Vec<u8> {
    let mut out = vec![];
    for arg in args {
        out.push(b'"');
        for byte in arg {
            match byte {
                b'a'..=b'z' | b' ' | b'\'' => out.push(*byte),
                b'"' | b'\\' => out.extend([b'\\', *byte]),
                byte => out.extend(format!("\\x{byte:02x}").bytes()),
            }
        }
        out.extend(b"\" ");
    }
    out.extend(b"\r\n");
    out
}

fn native(words: &[String]) -> Vec<u8> {
    let payload = words.join(" ");
    format!("${} {payload}\r\n", payload.len()).into_bytes()
}

fn any_args() -> impl Strategy<Value = Vec<Vec<u8>>> {
    prop::collection::vec(prop::collection::vec(any::<u8>(), 0..120), 1..14)
}

proptest! {
    #[test]
    fn multibulk_and_inline_come_back(requests in prop::collection::vec((any_args(), any::<bool>()), 1..5)) {
        let encode = |(args, typed): &(Vec<Vec<u8>>, bool)| {
            if *typed { inline(args) } else { multibulk(args) }
        };
        let input: Vec<u8> = requests.iter().flat_map(encode).collect();

        let mut parser = RequestParser::new(Dialect::Resp, RequestLimits::default());
        let mut at = 0;
        for (args, typed) in &requests {
            let parsed = parser.parse(&input[at..]).unwrap();
            at += parsed.consumed;
            let request = parsed.request.unwrap();
            prop_assert!(request.iter().eq(args.iter()));
            prop_assert_eq!(request.len(), args.len());
            prop_assert_eq!(request.kind() == RequestKind::Inline, *typed);
        }
        prop_assert_eq!(at, input.len());

        let mut input = BytesMut::from(&input[..]);
        for (args, _) in &requests {
            let request = parser.parse_owned(&mut input).unwrap().unwrap();
            prop_assert!(request.iter_bytes().eq(args.iter()));
        }
        prop_assert!(input.is_empty());
    }

    #[test]
    fn native_words_come_back(words in prop::collection::vec("[a-z0-9]{1,9}", 1..9)) {
        let input = native(&words);
        let mut parser = RequestParser::new(Dialect::Tile38, RequestLimits::default());
        let parsed = parser.parse(&input).unwrap();
        prop_assert_eq!(parsed.consumed, input.len());
        prop_assert!(parsed.request.unwrap().iter().eq(words.iter().map(String::as_bytes)));
    }
}

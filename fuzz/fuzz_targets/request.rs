//! Whatever a client sends, in whatever pieces: requests and errors are the same, borrowed as
//! owned, in both dialects, before and after AUTH.
//!
//! An input is two bytes and a stream. The first byte chooses the dialect, the limits and when
//! AUTH succeeds, the second the pieces; `0` stands for Redis, its limits, no password, and one
//! byte at a time.

#![no_main]

use bytes::{BufMut, BytesMut};
use fuzz::{chunking, peak_of, whole};
use libfuzzer_sys::fuzz_target;
use resp_core::encode;
use resp_core::request::{
    Dialect, OwnedRequest, RequestError, RequestErrorKind, RequestKind, RequestLimits,
    RequestParser,
};
use testkit::chunking::Chunking;

fuzz_target!(|input: &[u8]| {
    let [setup, seed, stream @ ..] = input else { return };
    let setup = Setup::from(*setup);
    let expected = setup.parse(stream, &whole());
    if let Some(error) = expected.error {
        check_error(error, stream);
    }
    let chunking = chunking(stream.len(), *seed);
    assert_eq!(setup.parse(stream, &chunking), expected);
    for chunking in [chunking, whole()] {
        assert_eq!(setup.parse_owned(stream, &chunking, false), expected);
    }
    assert_eq!(setup.parse_owned(stream, &whole(), true), expected);

    let ((), peak) = peak_of(|| setup.parse_in_place(stream));
    assert!(peak <= 16 * stream.len() + ALLOWANCE, "{peak} bytes allocated for {}", stream.len());
});

#[derive(Clone, Debug)]
struct Setup {
    dialect: Dialect,
    limits: RequestLimits,
    /// How many requests it takes to authenticate; none where no password is set.
    auth_after: Option<usize>,
}

/// What a parser makes of a stream.
#[derive(Debug, Default, PartialEq)]
struct Outcome {
    requests: Vec<(RequestKind, Vec<Vec<u8>>)>,
    error: Option<RequestError>,
    /// Bytes that belong to no request yet.
    unread: usize,
}

impl Setup {
    fn parser(&self) -> RequestParser {
        let mut parser = RequestParser::new(self.dialect, self.limits.clone());
        if self.auth_after.is_some() {
            parser.set_authenticated(false);
        }
        parser
    }

    /// Does what AUTH does, once it is its turn.
    fn authenticate(&self, parser: &mut RequestParser, requests: usize) {
        if self.auth_after == Some(requests) {
            parser.set_authenticated(true);
        }
    }

    fn parse(&self, stream: &[u8], chunking: &Chunking) -> Outcome {
        let mut parser = self.parser();
        let mut outcome = Outcome::default();
        let mut unread = Vec::new();
        for piece in chunking.pieces(stream) {
            unread.extend_from_slice(piece);
            loop {
                let parsed = match parser.parse(&unread) {
                    Ok(parsed) => parsed,
                    Err(error) => {
                        assert_eq!(parser.parse(b"PING\r\n").err(), Some(error), "final");
                        outcome.error = Some(error);
                        return outcome;
                    }
                };
                let (consumed, request) = (parsed.consumed, parsed.request);
                let Some(request) = request else {
                    unread.drain(..consumed);
                    assert!(unread.len() <= self.limits.max_query(), "waits above the limit");
                    break;
                };
                assert!(consumed > 0, "progress");
                assert!(!request.is_empty() && request.len() <= self.limits.max_args());
                assert_eq!(Some(request.name()), request.arg(0));
                assert_eq!(request.iter().count(), request.len());
                assert!(request.iter().all(|arg| arg.len() <= self.limits.max_query()));
                assert!(format!("{request:?}").len() < 512, "Debug is short");
                let args: Vec<Vec<u8>> = request.iter().map(<[u8]>::to_vec).collect();
                if request.kind() == RequestKind::Multibulk {
                    // There is only one way to write it.
                    let mut canonical = Vec::new();
                    encode::command(&mut canonical, &args);
                    assert!(unread[..consumed].ends_with(&canonical));
                }
                outcome.requests.push((request.kind(), args));
                self.authenticate(&mut parser, outcome.requests.len());
                unread.drain(..consumed);
            }
        }
        outcome.unread = unread.len();
        outcome
    }

    /// With each request's list of arguments used again for later ones, or not.
    fn parse_owned(&self, stream: &[u8], chunking: &Chunking, recycle: bool) -> Outcome {
        let mut parser = self.parser();
        let mut outcome = Outcome::default();
        let mut input = BytesMut::new();
        let mut kept: Vec<OwnedRequest> = Vec::new();
        for piece in chunking.pieces(stream) {
            input.put_slice(piece);
            loop {
                match parser.parse_owned(&mut input) {
                    Ok(Some(request)) => {
                        let args = request.iter().map(<[u8]>::to_vec).collect();
                        outcome.requests.push((request.kind(), args));
                        self.authenticate(&mut parser, outcome.requests.len());
                        if recycle { parser.recycle(request) } else { kept.push(request) }
                    }
                    Ok(None) => break,
                    Err(error) => {
                        assert_eq!(parser.parse_owned(&mut input).err(), Some(error), "final");
                        outcome.error = Some(error);
                        check_kept(&kept, &outcome);
                        return outcome;
                    }
                }
            }
        }
        outcome.unread = input.len();
        check_kept(&kept, &outcome);
        outcome
    }

    /// Allocates nothing itself.
    fn parse_in_place(&self, mut stream: &[u8]) {
        let mut parser = self.parser();
        let mut requests = 0;
        while let Ok(parsed) = parser.parse(stream) {
            stream = &stream[parsed.consumed..];
            if parsed.request.is_none() {
                break;
            }
            requests += 1;
            self.authenticate(&mut parser, requests);
        }
    }
}

/// Two bits of the byte a choice; an ASCII `0` gives the defaults.
impl From<u8> for Setup {
    fn from(byte: u8) -> Self {
        let byte = byte ^ b'0';
        let limits = RequestLimits::default();
        Self {
            dialect: if byte & 1 == 0 { Dialect::Resp } else { Dialect::Tile38 },
            auth_after: [None, Some(1), Some(3), Some(usize::MAX)][usize::from(byte >> 1 & 3)],
            limits: match byte >> 3 & 3 {
                0 => limits,
                1 => limits.with_max_args(3).with_max_bulk(5).with_max_line(16).with_max_query(64),
                2 => limits.with_max_line(8).with_unauthenticated_max_query(32),
                _ => limits
                    .with_unauthenticated_max_args(1)
                    .with_unauthenticated_max_bulk(4)
                    .with_max_query(24),
            },
        }
    }
}

/// What was kept is what it was when it came: nothing that came later has overwritten it.
fn check_kept(kept: &[OwnedRequest], outcome: &Outcome) {
    for (request, (kind, args)) in kept.iter().zip(&outcome.requests) {
        assert_eq!(request.kind(), *kind);
        assert!(request.iter().eq(args));
        assert!(request.iter_bytes().eq(args));
        assert_eq!(request.arg_bytes(args.len()), None);
    }
}

fn check_error(error: RequestError, stream: &[u8]) {
    assert!(error.offset() <= stream.len() as u64, "{error} is beyond {} bytes", stream.len());
    let mut reply = Vec::new();
    error.write_reply(&mut reply);
    if error.kind() == RequestErrorKind::QueryTooBig {
        assert_eq!(reply, b"");
        return;
    }
    assert!(reply.starts_with(b"-ERR Protocol error: "));
    let line = reply.strip_suffix(b"\r\n").expect("ends with CRLF");
    assert!(!line.iter().any(|byte| matches!(byte, b'\r' | b'\n' | 0)), "one line");
    assert!(!error.to_string().is_empty());
}

/// Allocated besides what is in proportion to the input (8 bytes for an argument of two, three
/// times that while the list grows, and a copy without quotes): the least that lists start with.
const ALLOWANCE: usize = 1024;

//! What only the inside can see: how often a byte is looked at, and what memory is kept.

use alloc::vec;
use alloc::vec::Vec;

use proptest::prelude::*;

use super::args::KEPT_SPANS;
use super::*;

#[derive(Debug, Default, PartialEq, Eq)]
struct Outcome {
    requests: Vec<(RequestKind, Vec<Vec<u8>>)>,
    consumed: usize,
    error: Option<RequestError>,
}

#[derive(Clone, Copy, Debug)]
struct Setup {
    dialect: Dialect,
    authenticated: bool,
    small: bool,
}

impl Setup {
    const ALL: [Self; 4] = [
        Self { dialect: Dialect::Resp, authenticated: true, small: false },
        Self { dialect: Dialect::Resp, authenticated: false, small: false },
        Self { dialect: Dialect::Resp, authenticated: true, small: true },
        Self { dialect: Dialect::Tile38, authenticated: true, small: false },
    ];

    fn parser(self) -> RequestParser {
        let limits = RequestLimits::default();
        // So small that the inputs below run into every limit.
        let small = limits.clone().with_max_line(12).with_max_query(40).with_max_args(4);
        let limits = if self.small { small.with_max_bulk(20) } else { limits };
        let mut parser = RequestParser::new(self.dialect, limits);
        parser.set_authenticated(self.authenticated);
        parser
    }
}

/// Feeds the chunks one after the other, as a server does.
fn borrowed<'a>(setup: Setup, chunks: impl IntoIterator<Item = &'a [u8]>) -> Outcome {
    let mut parser = setup.parser();
    let mut unread = Vec::new();
    let mut outcome = Outcome::default();
    for chunk in chunks {
        unread.extend_from_slice(chunk);
        let mut at = 0;
        loop {
            match parser.parse(&unread[at..]) {
                Ok(parsed) => {
                    at += parsed.consumed;
                    outcome.consumed += parsed.consumed;
                    let Some(request) = parsed.request else { break };
                    let args = request.iter().map(<[u8]>::to_vec).collect();
                    outcome.requests.push((request.kind(), args));
                }
                Err(error) => {
                    assert_eq!(*outcome.error.get_or_insert(error), error, "errors are sticky");
                    // How much was empty before the error depends on the chunks.
                    outcome.consumed = 0;
                    break;
                }
            }
        }
        unread.drain(..at);
    }
    outcome
}

fn owned<'a>(setup: Setup, chunks: impl IntoIterator<Item = &'a [u8]>) -> Outcome {
    let mut parser = setup.parser();
    let mut unread = BytesMut::new();
    let mut outcome = Outcome::default();
    let mut kept = Vec::new();
    let mut fed = 0;
    for chunk in chunks {
        unread.extend_from_slice(chunk);
        fed += chunk.len();
        loop {
            match parser.parse_owned(&mut unread) {
                Ok(Some(request)) => {
                    kept.push((request.kind(), request.iter_bytes().collect::<Vec<_>>()));
                    parser.recycle(request);
                }
                Ok(None) => break,
                Err(error) => {
                    assert_eq!(*outcome.error.get_or_insert(error), error, "errors are sticky");
                    break;
                }
            }
        }
    }
    outcome.consumed = if outcome.error.is_some() { 0 } else { fed - unread.len() };
    // Read at the end, when the buffer has been filled many times over.
    outcome.requests = kept
        .into_iter()
        .map(|(kind, args)| (kind, args.iter().map(|arg| arg.to_vec()).collect()))
        .collect();
    outcome
}

fn corpus() -> Vec<Vec<u8>> {
    let mut corpus: Vec<Vec<u8>> = [
        &b"*1\r\n$4\r\nPING\r\n"[..],
        b"*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$0\r\n\r\n*2\r\n$3\r\nGET\r\n$1\r\nk\r\n",
        b"\r\n\n*0\r\n*-10\r\n  \r\nPING\r\n*1\r\n$1\r\nx\r\n\r\n",
        b"*1\r\n*0\r\n",
        b"*",
        b"*\r\n",
        b"*1\r",
        b"*1\rx$1\r\n",
        b"*0\rxPING\r\n",
        b"*1\0\r\n$1\r\n",
        b"*1\r\n$1\0\r\nx\r\n",
        b"*1\r\n\0\r\nx\r\n",
        b"*1\r\n\r\n$1\r\nx\r\n",
        b"*1\r\n\n\r\n$1\r\nx\r\n",
        b"*1\r\n$1\rxx\r\n",
        b"*1\r\n$1\r\nxy\r\n",
        b"*1\r\n$1\r\nx\rz*1\r\n",
        b"*2147483647\r\n$1\r\nx\r\n",
        b"*2147483648\r\n",
        b"*1\r\n$9223372036854775807\r\n",
        b"*1\r\n$18446744073709551616\r\nx",
        b"*1\r\n$-1\r\n",
        b"*11\r\n$1\r\nx\r\n",
        b"*1\r\n$16385\r\nx",
        b"*1\r\n$20\r\nxxxxxxxxxxxxxxxxxxxx\r\nq\r\n",
        b"*1\r\n$21\r\nxxxxxxxxxxxxxxxxxxxxx\r\n",
        b"*4\r\n$1\r\nx\r\n$1\r\nx\r\n$1\r\nx\r\n$12\r\nxxxxxxxxxxxx\r\n",
        b"*00000000000000000000000000000000000001\r\nPING\r\n",
        b"*1\r\n$00000000000000000000000000000000000001\r\n",
        b"SET \"a b\" 'c d' e\r\n\"unbalanced\r\nPING\r\n",
        b"a\x0bb \x0b c\0PING\r\n",
        b"one two three four five\r\n",
        b"$3 GET k\r\n$11 set a b \"c d\"\r\n",
        b"$0 \r\n$5 GET k\r\n$19 set a string \"c d e\"\r\n$3 abcd\r\n",
        b"$123456789012345678901234567890 x",
        b"$-1 ",
        b"$9223372036854775807 ",
    ]
    .map(<[u8]>::to_vec)
    .to_vec();
    let mut long = b"*2\r\n$11\r\nx1234567890\r\n$10000\r\n".to_vec();
    long.extend(vec![b'x'; 10_000]);
    long.extend(b"\r\nPING\r\n");
    corpus.push(long);
    corpus
}

#[test]
fn every_cut_gives_the_same() {
    for setup in Setup::ALL {
        for input in corpus() {
            let whole = borrowed(setup, [&input[..]]);
            assert_eq!(owned(setup, [&input[..]]), whole);
            for (i, (head, tail)) in (0..=input.len()).map(|i| (i, input.split_at(i))) {
                assert_eq!(
                    borrowed(setup, [head, tail]),
                    whole,
                    "{setup:?} cut at {i} of {head:?}"
                );
                if input.len() > 100 {
                    continue;
                }
                assert_eq!(owned(setup, [head, tail]), whole, "{setup:?} cut at {i} of {head:?}");
                for j in 0..=tail.len() {
                    let (middle, tail) = tail.split_at(j);
                    assert_eq!(borrowed(setup, [head, middle, tail]), whole, "{setup:?} {i} {j}");
                }
            }
            if input.len() < 100 {
                assert_eq!(borrowed(setup, input.chunks(1)), whole, "{setup:?}");
                assert_eq!(owned(setup, input.chunks(1)), whole, "{setup:?}");
            }
        }
    }
}

#[test]
fn the_corpus_reaches_every_error_but_the_largest() {
    let mut kinds = vec![];
    for (setup, input) in Setup::ALL.iter().flat_map(|s| corpus().into_iter().map(move |i| (s, i)))
    {
        kinds.extend(borrowed(*setup, [&input[..]]).error.map(|error| error.kind()));
    }
    for kind in [
        RequestErrorKind::InlineTooBig,
        RequestErrorKind::UnbalancedQuotes,
        RequestErrorKind::NulInInline,
        RequestErrorKind::CountLineTooBig,
        RequestErrorKind::InvalidCount,
        RequestErrorKind::UnauthenticatedCount,
        RequestErrorKind::LengthLineTooBig,
        RequestErrorKind::ExpectedBulk { found: b'*' },
        RequestErrorKind::InvalidLength,
        RequestErrorKind::UnauthenticatedLength,
        RequestErrorKind::ExpectedLineFeed,
        RequestErrorKind::ExpectedCrlf,
        RequestErrorKind::InvalidMessage,
        RequestErrorKind::QueryTooBig,
    ] {
        assert!(kinds.contains(&kind), "{kind:?}");
    }
}

#[test]
fn no_byte_is_looked_at_again_because_more_have_come() {
    for (setup, input) in Setup::ALL.iter().flat_map(|s| corpus().into_iter().map(move |i| (s, i)))
    {
        let bound = |requests: usize| 2 * input.len() + 16 * (requests + 1);
        for size in [1, 2, 3, 7, 16, input.len().max(1)] {
            inspected::take();
            let outcome = borrowed(*setup, input.chunks(size));
            let looked = inspected::take();
            assert!(looked <= bound(outcome.requests.len()), "{looked} {size} {input:?}");
        }
    }
}

#[test]
fn long_requests_in_small_pieces_are_looked_at_once() {
    let many = [b"*3000\r\n".to_vec(), b"$3\r\nabc\r\n".repeat(3000)].concat();
    let inline = [b"SET ".to_vec(), vec![b'x'; 60_000], b" \"quoted word\"\r\n".to_vec()].concat();
    let count = vec![b'*'; 65_000];
    for input in [many, inline, count] {
        inspected::take();
        borrowed(Setup::ALL[0], input.chunks(5));
        let looked = inspected::take();
        assert!(looked <= 2 * input.len() + 16, "{looked} of {}", input.len());
        assert!(looked >= input.len() / 2, "the counter counts: {looked}");
    }
    let bulk =
        [b"*2\r\n$1\r\nx\r\n$60000\r\n".to_vec(), vec![b'x'; 60_000], b"\r\n".to_vec()].concat();
    inspected::take();
    borrowed(Setup::ALL[0], bulk.chunks(7));
    assert!(inspected::take() < 100, "payloads aren't looked at");
}

#[test]
fn declared_lengths_reserve_nothing() {
    let mut parser = Setup::ALL[0].parser();
    let parsed = parser.parse(b"*2147483647\r\n$536870912\r\n").unwrap();
    assert!(parsed.request.is_none());
    assert_eq!(parser.args.spans.capacity(), 0);
}

#[test]
fn memory_of_a_large_request_is_given_back() {
    let mut parser = Setup::ALL[0].parser();
    let large = [b"*100000\r\n".to_vec(), b"$1\r\nx\r\n".repeat(100_000)].concat();
    let request = parser.parse(&large).unwrap().request.unwrap();
    assert_eq!(request.len(), 100_000);
    let _ = parser.parse(b"").unwrap();
    assert!(parser.args.spans.capacity() <= KEPT_SPANS);

    let quoted = [b"ECHO \"".to_vec(), vec![b'x'; 60_000], b"\"\r\n".to_vec()].concat();
    assert_eq!(parser.parse(&quoted).unwrap().request.unwrap().len(), 2);
    let _ = parser.parse(b"").unwrap();
    assert!(parser.args.unquoted.capacity() < 5000);

    let mut input = BytesMut::from(&large[..]);
    let request = parser.parse_owned(&mut input).unwrap().unwrap();
    parser.recycle(request);
    assert!(parser.args.spans.capacity() <= KEPT_SPANS);
}

#[test]
fn the_list_of_arguments_is_used_again() {
    let mut parser = Setup::ALL[0].parser();
    let ping = b"*1\r\n$4\r\nPING\r\n";
    let _ = parser.parse(ping).unwrap();
    let place = parser.args.spans.as_ptr();
    let _ = parser.parse(ping).unwrap();
    assert_eq!(parser.args.spans.as_ptr(), place);
    let mut input = BytesMut::from(&ping[..]);
    let request = parser.parse_owned(&mut input).unwrap().unwrap();
    parser.recycle(request);
    assert_eq!(parser.args.spans.as_ptr(), place);
}

#[test]
fn debug_shows_no_arguments() {
    let mut parser = Setup::ALL[0].parser();
    let request = parser.parse(b"AUTH \"secret\"\r\n").unwrap().request.unwrap();
    let shown = alloc::format!("{request:?} {:?}", request.iter());
    assert!(shown.contains("AUTH") && !shown.contains("secret"), "{shown}");
    let shown = alloc::format!("{parser:?}");
    assert!(!shown.contains("secret"), "{shown}");
}

/// Bytes that are likely to mean something.
fn soup() -> impl Strategy<Value = Vec<u8>> {
    let pieces: [&[u8]; 21] = [
        b"*1\r\n",
        b"*2\r\n",
        b"$1\r\n",
        b"$3\r\nGET\r\n",
        b"x",
        b"\r\n",
        b"\r",
        b"\n",
        b" ",
        b"\"",
        b"'",
        b"\\x",
        b"$",
        b"*",
        b"-",
        b"0",
        b"12",
        b"\0",
        b"{",
        b"$5 GET k\r\n",
        b"PING\r\n",
    ];
    let piece = prop::sample::select(pieces.to_vec());
    prop::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn random_chunks_of_anything_give_the_same(
        input in soup(),
        sizes in prop::collection::vec(1usize..9, 1..40),
        setup in 0..Setup::ALL.len(),
    ) {
        let setup = Setup::ALL[setup];
        let whole = borrowed(setup, [&input[..]]);
        let mut chunks = vec![];
        let mut rest = &input[..];
        for size in sizes.iter().cycle() {
            let (chunk, after) = rest.split_at((*size).min(rest.len()));
            chunks.push(chunk);
            rest = after;
            if rest.is_empty() { break }
        }
        prop_assert_eq!(&borrowed(setup, chunks.iter().copied()), &whole);
        prop_assert_eq!(&owned(setup, chunks), &whole);
    }
}

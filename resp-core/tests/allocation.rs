//! What decoding allocates: no more than a few times what has arrived, whatever it claims to be,
//! and nothing at all for small frames. And what is given back.

use bytes::{Buf, Bytes, BytesMut};
use resp_core::request::{Dialect, RequestErrorKind, RequestLimits, RequestParser};
use resp_core::{DecodeError, Decoder, Frame, Limits, Out, OutBuf, Scan, Scanner, View, encode};
use testkit::corpus;
use testkit::counting_alloc::{Allocations, CountingAlloc, measure};

#[global_allocator]
static ALLOC: CountingAlloc = CountingAlloc;

#[test]
fn samples_stay_within_the_bound() {
    for sample in corpus::all() {
        check_bound(&sample.input, sample.limits);
    }
}

/// Heads that declare what never comes: as much as is allowed, and more than there is memory.
#[test]
fn declared_lengths_reserve_nothing() {
    for length in ["536870912", "2147483647", "4294967296", "9223372036854775807"] {
        for kind in ["*", "%", "~", ">", "|", "$", "!", "=", "$?\r\n;"] {
            let head = format!("{kind}{length}\r\n");
            check_bound(head.as_bytes(), Limits::default());
            check_bound(format!("*1\r\n{head}").as_bytes(), Limits::default());
            check_bound(format!("*2\r\n:1\r\n{head}abc").as_bytes(), Limits::default());
            check_bound(head.repeat(200).as_bytes(), Limits::default());
        }
    }
    // The 26 bytes that end a redhub process.
    check_bound(b"*1\r\n$9223372036854775807\r\n", Limits::default());
}

/// Much meaning in few bytes.
#[test]
fn dense_input_stays_within_the_bound() {
    let nulls = MEGABYTE / 3;
    check_bound((format!("*{nulls}\r\n") + &"_\r\n".repeat(nulls)).as_bytes(), Limits::default());
    for element in ["_\r\n", ":1\r\n", "*0\r\n", "+\r\n", "$0\r\n\r\n", "~1\r\n_\r\n"] {
        let times = MEGABYTE / 20 / element.len();
        for head in [format!("*{times}\r\n"), format!("~{times}\r\n"), "*?\r\n".to_owned()] {
            let end = if head == "*?\r\n" { ".\r\n" } else { "" };
            check_bound((head + &element.repeat(times) + end).as_bytes(), Limits::default());
        }
        check_bound(element.repeat(times).as_bytes(), Limits::default());
    }
}

#[test]
fn deep_input_stays_within_the_bound() {
    for head in
        ["*1\r\n", "%1\r\n_\r\n", "~1\r\n", ">1\r\n", "|1\r\n_\r\n", "*?\r\n", "*2147483647\r\n"]
    {
        for depth in [1, 127, 128, 129, 100_000] {
            check_bound(head.repeat(depth).as_bytes(), Limits::default());
        }
    }
    let deepest = "*1\r\n".repeat(128) + "_\r\n";
    check_bound(deepest.repeat(1000).as_bytes(), Limits::default());
}

/// Frames above the inline size share the buffer: it is kept as long as one of them is, but no
/// second copy of anything.
#[test]
fn kept_frames_share_the_buffer() {
    let payload = "x".repeat(100);
    check_bound(format!("$100\r\n{payload}\r\n").repeat(10_000).as_bytes(), Limits::default());
    let large = format!("$50000\r\n{}\r\n", "x".repeat(50_000));
    check_bound(large.repeat(20).as_bytes(), Limits::default());
    // One frame that shares among many that don't.
    let mixed = format!("{}$100\r\n{payload}\r\n", ":1\r\n".repeat(100));
    check_bound(mixed.repeat(1000).as_bytes(), Limits::default());
}

#[test]
fn small_frames_cost_nothing() {
    let input = SMALL.concat().repeat(100);
    let mut decoder = Decoder::new(Limits::default());
    let mut buffer = BytesMut::with_capacity(2 * input.len());
    let mut frames = 0;
    let mut all = || {
        for piece in input.chunks(1000) {
            buffer.extend_from_slice(piece);
            while let Some(frame) = decoder.decode(&mut buffer).unwrap() {
                assert!(frame.as_bytes().len() <= Frame::INLINE);
                assert!(frame == frame.clone() && !matches!(frame.view(), View::BigNumber(_)));
                frames += 1;
            }
        }
    };
    // The first aggregate makes room for what is open, once for the decoder's life.
    all();
    let ((), allocations) = measure(all);
    assert_eq!(allocations.number, 0, "{allocations:?}");
    assert_eq!(frames, 2 * 100 * SMALL.len());
}

#[test]
fn borrowed_frames_and_scanning_cost_nothing() {
    let input = SMALL.concat().repeat(100);
    let mut decoder = Decoder::new(Limits::default());
    let mut scanner = Scanner::new(Limits::default());
    let mut all = || {
        let mut rest = &input[..];
        while let Some(frame) = decoder.decode_ref(rest).unwrap() {
            if let View::Array(elements) = frame.view() {
                assert_eq!(elements.count(), 3);
            }
            rest = &rest[frame.len()..];
        }
        let mut rest = &input[..];
        while let Ok(Scan::Frame { length }) = scanner.scan(rest) {
            rest = &rest[length..];
        }
        assert!(rest.is_empty());
    };
    all();
    let ((), allocations) = measure(all);
    assert_eq!(allocations.number, 0, "{allocations:?}");
}

#[test]
fn encoding_into_room_costs_nothing() {
    let mut out = OutBuf::new();
    let mut encode_all = || {
        for _ in 0..100 {
            encode::command(&mut out, ["SET", "key", "value"]);
            encode::integer(&mut out, i64::MIN);
            encode::double(&mut out, f64::MIN_POSITIVE);
            encode::simple_error(&mut out, b"ERR a\r\nb");
            encode::map(&mut out, 123_456);
        }
        let written = out.len();
        out.advance(written);
    };
    encode_all();
    let ((), allocations) = measure(encode_all);
    assert_eq!(allocations.number, 0, "{allocations:?}");
}

/// However the writes came about: in parts, and with many shared pieces.
#[test]
fn an_empty_queue_gives_its_memory_back() {
    let ((), allocations) = measure(|| {
        let mut written_in_parts = OutBuf::new();
        written_in_parts.put(&[b'x'; MEGABYTE]);
        written_in_parts.advance(MEGABYTE - 1);
        written_in_parts.advance(1);

        let mut segments = OutBuf::new();
        let shared = Bytes::from(vec![b'x'; OutBuf::SHARE_FROM]);
        (0..1000).for_each(|_| segments.put_shared(shared.clone()));
        segments.advance(segments.len());
        drop(shared);
        for mut out in [written_in_parts, segments] {
            out.shrink(1024);
            std::mem::forget(out);
        }
    });
    assert_eq!(allocations.kept, 0, "{allocations:?}");
}

/// Two bytes an argument, where the list takes eight.
#[test]
fn refused_arguments_cost_nothing() {
    let words = "a ".repeat(MEGABYTE / 2);
    let limits = RequestLimits::default().with_max_line(2 * MEGABYTE).with_max_args(1000);
    for (input, dialect) in [
        (format!("{words}\r\n"), Dialect::Resp),
        (format!("{words}\"a\"\r\n"), Dialect::Resp),
        (format!("${} {words}\r\n", words.len()), Dialect::Tile38),
    ] {
        let (error, allocations) = measure(|| {
            let mut parser = RequestParser::new(dialect, limits.clone());
            parser.parse(input.as_bytes()).unwrap_err()
        });
        assert_eq!(error.kind(), RequestErrorKind::InvalidCount);
        assert!(allocations.peak <= 32 * 1024, "{allocations:?}");
    }
}

/// Decodes the input as it comes in, with frames kept to the end and with frames dropped at once.
fn check_bound(input: &[u8], limits: Limits) {
    for piece in PIECES {
        for keep in [true, false] {
            // What the caller keeps frames in is the caller's, so it isn't counted.
            let mut kept = Vec::with_capacity(if keep { input.len() / 3 + 1 } else { 0 });
            let ((), allocations) = measure(|| {
                let _ = decode_all(input, limits, piece, |frame| {
                    if keep {
                        kept.push(frame);
                    }
                });
            });
            let Allocations { peak, .. } = allocations;
            let bound = 4 * input.len() as u64 + 8 * 1024;
            let shown = input.get(..60).unwrap_or(input).escape_ascii();
            assert!(
                peak <= bound,
                "{peak} bytes for {} of \"{shown}\" in pieces of {piece}, keep: {keep}",
                input.len()
            );
            drop(kept);
        }
    }
}

fn decode_all(
    input: &[u8],
    limits: Limits,
    piece: usize,
    mut keep: impl FnMut(Frame),
) -> Result<(), DecodeError> {
    let mut decoder = Decoder::new(limits);
    let mut buffer = BytesMut::new();
    for piece in input.chunks(piece) {
        buffer.extend_from_slice(piece);
        while let Some(frame) = decoder.decode(&mut buffer)? {
            keep(frame);
        }
    }
    Ok(())
}

const PIECES: [usize; 3] = [1, 100, 4096];

/// What fits inline, aggregates too.
const SMALL: &[&[u8]] = &[
    b"+OK\r\n",
    b":1\r\n",
    b"$5\r\nhello\r\n",
    b"$-1\r\n",
    b"*3\r\n:1\r\n+a\r\n$1\r\nb\r\n",
    b"_\r\n",
    b",1.5\r\n",
    b"%1\r\n+k\r\n~1\r\n_\r\n",
    b">2\r\n+invalidate\r\n_\r\n",
];

const MEGABYTE: usize = 1_000_000;

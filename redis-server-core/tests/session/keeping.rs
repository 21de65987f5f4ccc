//! Arguments that a handler keeps.

use bytes::{Bytes, BytesMut};
use redis_server_core::{Config, Next, Session};

use super::after;

/// Has each argument 1 kept, the stream being cut into pieces of that size.
fn kept(stream: &[u8], piece: usize) -> Vec<Bytes> {
    let mut session = Session::new(after(0), &Config::default());
    let mut input = BytesMut::new();
    let mut kept = Vec::new();
    for piece in stream.chunks(piece) {
        input.extend_from_slice(piece);
        while let Next::Request(command, reply, _) = session.poll_request(&mut input) {
            kept.push(command.bytes(1));
            assert_eq!(command.bytes(100), "");
            let _ = reply.none();
        }
    }
    kept
}

fn set(fill: u8, length: usize) -> Vec<u8> {
    let mut request = format!("*2\r\n$1\r\nS\r\n${length}\r\n").into_bytes();
    request.resize(request.len() + length, fill);
    request.extend_from_slice(b"\r\n");
    request
}

#[test]
fn what_is_kept_stays_as_it_was() {
    let lengths = [1, 100, 16_000, 32_700, 32_800, 40_000, 200_000, 5, 32_768, 70_000];
    let stream: Vec<u8> =
        lengths.iter().zip(b'a'..).flat_map(|(length, fill)| set(fill, *length)).collect();
    for piece in [1000, 4096, 65_536, 100_000, usize::MAX] {
        let kept = kept(&stream, piece);
        assert_eq!(kept.len(), lengths.len());
        for ((text, length), fill) in kept.iter().zip(lengths).zip(b'a'..) {
            assert_eq!(text.len(), length);
            assert!(text.iter().all(|byte| *byte == fill), "{length} in pieces of {piece}");
        }
    }
}

#[test]
fn large_arguments_with_quotes_can_be_kept() {
    for quote in ["\"", "'", ""] {
        let text = "x".repeat(50_000);
        let stream = format!("SET {quote}{text}{quote}\r\nPING a\r\n");
        let kept = kept(stream.as_bytes(), usize::MAX);
        assert_eq!(kept, [text.as_str(), "a"]);
    }
}

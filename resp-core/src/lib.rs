//! The Redis serialization protocol, RESP2 and RESP3, without I/O.
//!
//! Bytes go in, frames come out, and the other way round; sockets, files and clocks are the
//! caller's. `no_std` with `alloc`, no `unsafe`, and nothing that a peer sends makes it panic,
//! recurse, or hold memory out of proportion to what has been sent.
//!
//! # Three ways to read
//!
//! | | gives | for |
//! |---|---|---|
//! | [`Decoder::decode`] | [`Frame`], which owns its bytes: inline if small, else shared with the read buffer | clients |
//! | [`Decoder::decode_ref`] | [`FrameRef`], which borrows the input | servers and tools |
//! | [`Scanner::scan`] | where the frame ends | proxies, and streams too large to keep |
//!
//! All are one scanner underneath: incremental, no byte scanned again because more have come,
//! every rule checked on the way. A frame is the checked bytes themselves; [`View`] reads
//! what is in it, one level at a time, when somebody asks.
//!
//! Servers read requests, which may be typed by hand and are limited otherwise, by
//! [`request::RequestParser`]. [`encode`] writes.
//!
//! # Reusing the codec
//!
//! A tool that counts the commands in an append-only file, or in anything else that holds RESP,
//! in whatever pieces it is read:
//!
//! ```
//! use std::collections::BTreeMap;
//! use std::io::{self, Read};
//!
//! use resp_core::{Decoder, FrameRef, Limits, View};
//!
//! fn count(mut stream: impl Read) -> io::Result<BTreeMap<String, usize>> {
//!     let mut counts = BTreeMap::new();
//!     let mut decoder = Decoder::new(Limits::default());
//!     let (mut input, mut piece) = (Vec::new(), [0; 4096]);
//!     loop {
//!         let read = stream.read(&mut piece)?;
//!         if read == 0 {
//!             break;
//!         }
//!         input.extend_from_slice(&piece[..read]);
//!         let mut used = 0;
//!         while let Some(frame) = decoder.decode_ref(&input[used..]).map_err(io::Error::other)? {
//!             used += frame.len();
//!             *counts.entry(name(frame)).or_default() += 1;
//!         }
//!         input.drain(..used);
//!     }
//!     if !input.is_empty() {
//!         let at = decoder.scanner().frame_start();
//!         return Err(io::Error::other(format!("cut off in the frame at byte {at}")));
//!     }
//!     Ok(counts)
//! }
//!
//! /// A command is an array of bulk strings, the first of which names it.
//! fn name(frame: FrameRef<'_>) -> String {
//!     let View::Array(mut words) = frame.view() else { return "no command".into() };
//!     match words.next().map(|word| word.view()) {
//!         Some(View::BulkString(name)) => String::from_utf8_lossy(name).to_uppercase(),
//!         _ => "no command".into(),
//!     }
//! }
//!
//! let counts = count(&b"*1\r\n$4\r\nping\r\n*2\r\n$3\r\nGET\r\n$1\r\nk\r\n*1\r\n$4\r\nPING\r\n"[..])?;
//! assert_eq!(counts, BTreeMap::from([("GET".into(), 1), ("PING".into(), 2)]));
//! # Ok::<(), io::Error>(())
//! ```
//!
//! Redis itself writes more into such a file than commands: notes of the time (`#TS:1628217470`,
//! with `aof-timestamp-enabled`), and an RDB file in front, unless there is one of its own. The
//! example `resp-dump` knows both, prints each frame with its place, and tells what is cut off.
//!
//! # Features
//!
//! `std` (on by default) adds vectored reading of [`OutBuf`] and nothing else.

#![no_std]
#![forbid(unsafe_code)]
extern crate alloc;
#[cfg(feature = "std")]
extern crate std;

mod decode;
pub mod encode;
mod error;
mod frame;
mod limits;
mod out;
pub mod request;
mod scan;
mod time;

pub use decode::Decoder;
pub use error::{DecodeError, DecodeErrorKind};
pub use frame::{Chunks, Elements, Frame, FrameRef, Pairs, Pushes, View};
pub use limits::Limits;
pub use out::{Out, OutBuf};
pub use scan::{Scan, Scanner};
pub use time::Time;

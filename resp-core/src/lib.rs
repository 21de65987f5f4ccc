//! The codec.
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

pub use decode::Decoder;
pub use error::{DecodeError, DecodeErrorKind};
pub use frame::{Chunks, Elements, Frame, FrameRef, Pairs, Pushes, View};
pub use limits::Limits;
pub use out::{Out, OutBuf};
pub use scan::{Scan, Scanner};

//! A RESP server without I/O.

#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;
#[cfg(feature = "std")]
extern crate std;

pub use resp_core;
pub use resp_core::Time;

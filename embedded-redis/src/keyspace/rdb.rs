//! Values as `DUMP` and `RESTORE` pass them on: what redis-server writes into its RDB files.
//!
//! Written is the plain form of each type, which every version reads. Read is that as well as the
//! packed forms that redis-server writes itself.

mod checksum;
mod lzf;
mod packed;
mod read;
#[cfg(test)]
mod tests;
mod write;

use super::{Limits, Value};
use read::Reader;

/// A value with the version and the checksum behind it; none for a type that can't be passed on.
pub(crate) fn dump(value: &Value) -> Option<Vec<u8>> {
    let mut text = write::value(value)?;
    text.extend_from_slice(&VERSION.to_le_bytes());
    let checksum = checksum::of(&text);
    text.extend_from_slice(&checksum.to_le_bytes());
    Some(text)
}

/// Why a value can't be had.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Broken {
    /// It is of a newer version, or not as it was.
    Footer,
    /// It is no value, or of a type that can't be passed on.
    Body,
}

/// The value that such a text stands for.
///
/// # Errors
///
/// If it is none.
pub(crate) fn restore(text: &[u8], seed: u64, limits: &Limits) -> Result<Value, Broken> {
    let (signed, checksum) = text.split_last_chunk::<8>().ok_or(Broken::Footer)?;
    let (body, version) = signed.split_last_chunk::<2>().ok_or(Broken::Footer)?;
    if u16::from_le_bytes(*version) > VERSION
        || u64::from_le_bytes(*checksum) != checksum::of(signed)
    {
        return Err(Broken::Footer);
    }
    Reader::new(body).value(seed, limits).ok_or(Broken::Body)
}

/// Of redis-server 7.0.
const VERSION: u16 = 10;

/// What the first byte says.
mod kind {
    pub(super) const STRING: u8 = 0;
    pub(super) const LIST: u8 = 1;
    pub(super) const SET: u8 = 2;
    pub(super) const SORTED_SET_TEXT: u8 = 3;
    pub(super) const HASH: u8 = 4;
    pub(super) const SORTED_SET: u8 = 5;
    pub(super) const LIST_ZIPLIST: u8 = 10;
    pub(super) const SET_INTSET: u8 = 11;
    pub(super) const SORTED_SET_ZIPLIST: u8 = 12;
    pub(super) const HASH_ZIPLIST: u8 = 13;
    pub(super) const LIST_ZIPLISTS: u8 = 14;
    pub(super) const HASH_LISTPACK: u8 = 16;
    pub(super) const SORTED_SET_LISTPACK: u8 = 17;
    pub(super) const LIST_LISTPACKS: u8 = 18;
}

/// What stands in place of a string's length, behind two bits that are 1.
mod string {
    pub(super) const INT8: u8 = 0;
    pub(super) const INT16: u8 = 1;
    pub(super) const INT32: u8 = 2;
    pub(super) const LZF: u8 = 3;
}

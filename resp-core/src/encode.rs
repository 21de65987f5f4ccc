//! Encoding: every frame type, and commands, appended to the caller's buffer.
//!
//! Aggregates are written head first: the head says how many frames follow, and writing that
//! many is up to the caller.
//!
//! ```
//! use resp_core::encode;
//!
//! let mut out = Vec::new();
//! encode::map(&mut out, 1);
//! encode::bulk_string(&mut out, b"answer");
//! encode::integer(&mut out, 42);
//! assert_eq!(out, b"%1\r\n$6\r\nanswer\r\n:42\r\n");
//! ```

use bytes::Bytes;

use crate::out::Out;

/// `+text`. CR and LF in it become spaces: as they are, they would end the frame early and let
/// the rest pass for another one.
pub fn simple_string(out: &mut impl Out, text: &[u8]) {
    line(out, b'+', text);
}

/// `-text`, such as `ERR syntax error`. CR and LF in it become spaces, as in
/// [`simple_string`].
pub fn simple_error(out: &mut impl Out, text: &[u8]) {
    line(out, b'-', text);
}

/// `:value`
#[inline]
pub fn integer(out: &mut impl Out, value: i64) {
    let mut digits = itoa::Buffer::new();
    head(out, b':', digits.format(value));
}

/// `$length`, the text as it is.
#[inline]
pub fn bulk_string(out: &mut impl Out, text: &[u8]) {
    length(out, b'$', text.len());
    out.put(text);
    out.put(CRLF);
}

/// [`bulk_string`] of bytes that may be kept as they are instead of copied.
pub fn bulk_shared(out: &mut impl Out, text: Bytes) {
    length(out, b'$', text.len());
    out.put_shared(text);
    out.put(CRLF);
}

/// `!length`, an error that may hold any byte. RESP3.
pub fn bulk_error(out: &mut impl Out, text: &[u8]) {
    length(out, b'!', text.len());
    out.put(text);
    out.put(CRLF);
}

/// `=length`, text with a format of three bytes (`txt`, `mkd`). RESP3.
pub fn verbatim(out: &mut impl Out, format: [u8; 3], text: &[u8]) {
    length(out, b'=', text.len() + format.len() + 1);
    out.put(&format);
    out.put(b":");
    out.put(text);
    out.put(CRLF);
}

/// `$length data`, what Tile38's native clients are answered with.
pub fn native(out: &mut impl Out, data: &[u8]) {
    let mut digits = itoa::Buffer::new();
    out.put(b"$");
    out.put(digits.format(data.len()).as_bytes());
    out.put(b" ");
    out.put(data);
    out.put(CRLF);
}

/// `_`. RESP3.
pub fn null(out: &mut impl Out) {
    out.put(b"_\r\n");
}

/// `$-1`, the null of RESP2 where a string is due.
pub fn null_bulk_string(out: &mut impl Out) {
    out.put(b"$-1\r\n");
}

/// `*-1`, the null of RESP2 where an array is due.
pub fn null_array(out: &mut impl Out) {
    out.put(b"*-1\r\n");
}

/// `#t` or `#f`. RESP3.
pub fn boolean(out: &mut impl Out, value: bool) {
    out.put(if value { b"#t\r\n" } else { b"#f\r\n" });
}

/// `,value` in the shortest digits that give the same double back. RESP3.
pub fn double(out: &mut impl Out, value: f64) {
    line(out, b',', &double_text(value));
}

/// `,text`, where the text is that of a double, which is up to the caller. RESP3.
pub fn double_digits(out: &mut impl Out, text: &[u8]) {
    line(out, b',', text);
}

/// `(digits`: a sign or none, and digits. RESP3. Returns false, and writes nothing, for anything
/// else.
#[must_use = "nothing is written where the text is no number"]
pub fn big_number(out: &mut impl Out, digits: &[u8]) -> bool {
    let unsigned = digits.strip_prefix(b"-").or(digits.strip_prefix(b"+")).unwrap_or(digits);
    let valid = !unsigned.is_empty() && unsigned.iter().all(u8::is_ascii_digit);
    if valid {
        line(out, b'(', digits);
    }
    valid
}

/// The head of an array of so many frames.
#[inline]
pub fn array(out: &mut impl Out, elements: usize) {
    length(out, b'*', elements);
}

/// The head of a map of so many pairs. RESP3.
pub fn map(out: &mut impl Out, pairs: usize) {
    length(out, b'%', pairs);
}

/// The head of a set of so many frames. RESP3.
pub fn set(out: &mut impl Out, elements: usize) {
    length(out, b'~', elements);
}

/// The head of a push of so many frames, the first of which is a string that says what it is.
/// RESP3.
pub fn push(out: &mut impl Out, elements: usize) {
    length(out, b'>', elements);
}

/// The head of attributes, so many pairs, which say something about the frame behind them. RESP3.
pub fn attributes(out: &mut impl Out, pairs: usize) {
    length(out, b'|', pairs);
}

/// A whole command: an array of bulk strings.
///
/// ```
/// let mut out = Vec::new();
/// resp_core::encode::command(&mut out, ["SET", "key", "value"]);
/// assert_eq!(out, b"*3\r\n$3\r\nSET\r\n$3\r\nkey\r\n$5\r\nvalue\r\n");
/// ```
#[inline]
pub fn command<A: AsRef<[u8]>>(
    out: &mut impl Out,
    arguments: impl IntoIterator<Item = A, IntoIter: ExactSizeIterator>,
) {
    let arguments = arguments.into_iter();
    array(out, arguments.len());
    for argument in arguments {
        bulk_string(out, argument.as_ref());
    }
}

/// The text of a double as RESP3 and Redis's arguments want it: `inf`, `-inf` and `nan` for what
/// is no number.
pub fn double_text(value: f64) -> impl AsRef<[u8]> + core::ops::Deref<Target = [u8]> {
    let mut text = DoubleText { bytes: [0; DOUBLE_LEN], length: 0 };
    // Debug prints an exponent where plain digits would be many; a double's fit DOUBLE_LEN.
    let written = match value {
        _ if value.is_nan() => core::fmt::write(&mut text, format_args!("nan")),
        _ if value.is_infinite() => {
            let sign = if value < 0.0 { "-" } else { "" };
            core::fmt::write(&mut text, format_args!("{sign}inf"))
        }
        _ => core::fmt::write(&mut text, format_args!("{value:?}")),
    };
    debug_assert!(written.is_ok(), "a double fits");
    text
}

struct DoubleText {
    bytes: [u8; DOUBLE_LEN],
    length: usize,
}

impl core::fmt::Write for DoubleText {
    fn write_str(&mut self, text: &str) -> core::fmt::Result {
        let end = self.length + text.len();
        let place = self.bytes.get_mut(self.length..end).ok_or(core::fmt::Error)?;
        place.copy_from_slice(text.as_bytes());
        self.length = end;
        Ok(())
    }
}

impl core::ops::Deref for DoubleText {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        let text = self.bytes.get(..self.length).unwrap_or_default();
        text.strip_suffix(b".0").unwrap_or(text)
    }
}

impl AsRef<[u8]> for DoubleText {
    fn as_ref(&self) -> &[u8] {
        self
    }
}

fn line(out: &mut impl Out, kind: u8, text: &[u8]) {
    out.put(&[kind]);
    for (index, part) in text.split(|byte| matches!(byte, b'\r' | b'\n')).enumerate() {
        if index > 0 {
            out.put(b" ");
        }
        out.put(part);
    }
    out.put(CRLF);
}

#[inline]
fn length(out: &mut impl Out, kind: u8, length: usize) {
    // Nearly all are short, and what has a size that the compiler knows is copied without a call:
    // at its best from one number, since bytes written one by one can't be read together at once.
    match length {
        0..10 => {
            let line = u32::from_le_bytes([kind, b'0', b'\r', b'\n']) + ((length as u32) << 8);
            out.put(&line.to_le_bytes());
        }
        10..100 => {
            let (tens, ones) = (length as u64 / 10, length as u64 % 10);
            let line = u64::from_le_bytes([kind, b'0', b'0', b'\r', b'\n', 0, 0, 0]);
            let [line @ .., _, _, _] = (line + (tens << 8) + (ones << 16)).to_le_bytes();
            out.put(&line);
        }
        _ => head(out, kind, itoa::Buffer::new().format(length)),
    }
}

/// A type byte, digits and CRLF, in one piece.
#[inline]
fn head(out: &mut impl Out, kind: u8, digits: &str) {
    let mut line = [0; HEAD_LEN];
    let (length, digits) = (digits.len() + 3, digits.as_bytes());
    if let Some((first, rest)) = line.split_first_mut() {
        *first = kind;
        if let Some((place, rest)) = rest.split_at_mut_checked(digits.len()) {
            place.copy_from_slice(digits);
            if let Some(place) = rest.first_chunk_mut() {
                *place = *CRLF;
            }
        }
    }
    out.put(line.get(..length).unwrap_or_default());
}

const CRLF: &[u8; 2] = b"\r\n";

/// A type byte, 20 characters of a 64-bit integer, CRLF, rounded up.
const HEAD_LEN: usize = 24;

/// `-1.7976931348623157e308` and to spare.
const DOUBLE_LEN: usize = 32;

#[cfg(test)]
mod tests;

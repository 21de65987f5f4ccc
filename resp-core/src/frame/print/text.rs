//! Bytes as text that moves no cursor.

use core::fmt::{self, Write};

/// A string in quotes, escaped as redis-cli does (`sdscatrepr`), cut where it is long.
pub(super) struct Quoted<'a> {
    pub(super) text: &'a [u8],
    pub(super) cap: usize,
}

impl<'a> Quoted<'a> {
    pub(super) const fn short(text: &'a [u8]) -> Self {
        Self { text, cap: SHORT }
    }
}

impl fmt::Debug for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = self.text.get(..self.cap).unwrap_or(self.text);
        f.write_char('"')?;
        write_escaped(f, shown, usize::MAX, Within::Quotes)?;
        f.write_char('"')?;
        write_cut(f, self.text, self.cap)
    }
}

/// What the text is printed in, which says what must not stand in it as it is.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Within {
    Quotes,
    Line,
    Lines,
}

pub(super) fn write_escaped(
    f: &mut fmt::Formatter<'_>,
    text: &[u8],
    cap: usize,
    within: Within,
) -> fmt::Result {
    let mut rest = text.get(..cap).unwrap_or(text);
    while let Some((&byte, behind)) = rest.split_first() {
        rest = behind;
        match byte {
            b'\n' | b'\t' if within == Within::Lines => f.write_char(byte as char)?,
            b'\r' if within == Within::Lines && rest.starts_with(b"\n") => f.write_char('\r')?,
            b'\n' => f.write_str("\\n")?,
            b'\r' => f.write_str("\\r")?,
            b'\t' => f.write_str("\\t")?,
            0x07 => f.write_str("\\a")?,
            0x08 => f.write_str("\\b")?,
            b'"' | b'\\' if within == Within::Quotes => write!(f, "\\{}", byte as char)?,
            0x20..=0x7e => f.write_char(byte as char)?,
            other => write!(f, "\\x{other:02x}")?,
        }
    }
    write_cut(f, text, cap)
}

fn write_cut(f: &mut fmt::Formatter<'_>, text: &[u8], cap: usize) -> fmt::Result {
    if text.len() > cap { write!(f, ".. ({} bytes)", text.len()) } else { Ok(()) }
}

/// Bytes of a string that `Debug` shows: enough to recognise it, little enough for a log.
pub(super) const SHORT: usize = 64;

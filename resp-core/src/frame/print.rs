//! Frames for people: `Display` as redis-cli prints replies, `Debug` in one short line.

use super::token::Token;
use super::view::{Chunks, Elements, Pairs, View, double};
use super::{Frame, FrameRef};
use alloc::vec::Vec;
use core::fmt::{self, Write};

/// Prints as redis-cli does, over several lines where there are several elements. A precision
/// (`{:.64}`) is the most bytes shown of each string; how many there are is said where it cuts.
///
/// ```
/// # use resp_core::Frame;
/// let frame = Frame::parse("*3\r\n$3\r\nfoo\r\n:7\r\n*2\r\n_\r\n-ERR no\r\n")?;
/// assert_eq!(frame.to_string(), "\
/// 1) \"foo\"
/// 2) (integer) 7
/// 3) 1) (nil)
///    2) (error) ERR no");
/// # Ok::<(), resp_core::DecodeError>(())
/// ```
impl fmt::Display for FrameRef<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let cap = f.precision().unwrap_or(usize::MAX);
        let mut open: Vec<Listing> = Vec::new();
        let mut rest = self.bytes;
        while let Some((token, behind)) = Token::read(rest) {
            rest = behind;
            match token {
                Token::End | Token::Chunk([]) => {
                    open.pop();
                    close_listings(&mut open);
                    continue;
                }
                _ => {}
            }
            if let Some(listing) = open.last_mut() {
                listing.write_index(f, matches!(token, Token::Open(b'|' | b'>', _)))?;
            }
            let opened = match token {
                Token::Open(kind, frames) => Some((kind, frames)),
                Token::OpenChunks => Some((b'$', None)),
                _ => None,
            };
            match opened {
                Some((kind, Some(0))) => write!(f, "(empty {})", aggregate_name(kind))?,
                Some((kind, frames)) => {
                    if kind == b'|' {
                        f.write_str("(attributes) ")?;
                    }
                    open.push(Listing::new(kind, frames, open.last()));
                    continue;
                }
                None => write_leaf(f, token, cap)?,
            }
            close_listings(&mut open);
        }
        Ok(())
    }
}

/// Prints on one line, the way the frame would look in Rust: long strings and long lists are cut.
impl fmt::Debug for FrameRef<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut open: Vec<Listing> = Vec::new();
        let mut rest = self.bytes;
        let mut tokens = 0;
        while let Some((token, behind)) = Token::read(rest) {
            rest = behind;
            tokens += 1;
            if tokens > DEBUG_TOKENS {
                return f.write_str(" ..");
            }
            let opened = match token {
                Token::End | Token::Chunk([]) => {
                    if let Some(listing) = open.pop() {
                        f.write_char(bracket(listing.kind).1)?;
                    }
                    close_brackets(f, &mut open)?;
                    continue;
                }
                Token::Open(kind, frames) => Some((kind, frames)),
                Token::OpenChunks => Some((b'$', None)),
                _ => None,
            };
            if let Some(listing) = open.last_mut() {
                listing.write_separator(f, matches!(token, Token::Open(b'|' | b'>', _)))?;
            }
            match opened {
                Some((kind, frames)) => {
                    f.write_str(bracket(kind).0)?;
                    open.push(Listing::new(kind, frames, None));
                }
                None => write_short(f, token)?,
            }
            close_brackets(f, &mut open)?;
        }
        Ok(())
    }
}

impl fmt::Display for Frame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.as_frame(), f)
    }
}

impl fmt::Debug for Frame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.as_frame(), f)
    }
}

impl fmt::Debug for View<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, field): (_, &dyn fmt::Debug) = match self {
            Self::SimpleString(text) => ("SimpleString", &Quoted::short(text)),
            Self::SimpleError(text) => ("SimpleError", &Quoted::short(text)),
            Self::BulkString(text) => ("BulkString", &Quoted::short(text)),
            Self::BulkError(text) => ("BulkError", &Quoted::short(text)),
            Self::BigNumber(text) => ("BigNumber", &Quoted::short(text)),
            Self::Verbatim { format, text } => {
                let (format, text) = (Quoted::short(format), Quoted::short(text));
                return f
                    .debug_struct("Verbatim")
                    .field("format", &format)
                    .field("text", &text)
                    .finish();
            }
            Self::Integer(value) => ("Integer", value),
            Self::Double(value) => ("Double", value),
            Self::Boolean(value) => ("Boolean", value),
            Self::Null => return f.write_str("Null"),
            Self::Array(elements) => ("Array", elements),
            Self::Set(elements) => ("Set", elements),
            Self::Push(elements) => ("Push", elements),
            Self::Map(pairs) => ("Map", pairs),
            Self::StreamedString(chunks) => ("StreamedString", chunks),
        };
        f.debug_tuple(name).field(field).finish()
    }
}

impl fmt::Debug for Elements<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.take(DEBUG_ELEMENTS)).finish()
    }
}

impl fmt::Debug for Pairs<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.take(DEBUG_ELEMENTS)).finish()
    }
}

impl fmt::Debug for Chunks<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.take(DEBUG_ELEMENTS).map(Quoted::short)).finish()
    }
}

/// An aggregate whose elements are being printed.
struct Listing {
    kind: u8,
    /// Frames printed so far.
    index: usize,
    /// Frames to come; none where an end marker tells.
    left: Option<usize>,
    /// Digits of the greatest index.
    width: usize,
    /// Columns in front of the index.
    indent: usize,
    /// Whether the index in front of the next element stands there already, before something out
    /// of band.
    announced: bool,
}

impl Listing {
    fn new(kind: u8, left: Option<usize>, parent: Option<&Self>) -> Self {
        let pairs = if is_map(kind) { 2 } else { 1 };
        Self {
            kind,
            index: 0,
            left,
            width: left.unwrap_or(1).div_ceil(pairs).checked_ilog10().unwrap_or(0) as usize + 1,
            indent: parent.map_or(0, |parent| parent.indent + parent.width + 2),
            announced: false,
        }
    }

    /// Writes what stands in front of an element: `12) `, `12~ ` in a set, `12# ` and ` => ` in a
    /// map; what is out of band comes in front of its element.
    fn write_index(&mut self, f: &mut fmt::Formatter<'_>, out_of_band: bool) -> fmt::Result {
        if self.announced {
            write!(f, "\n{:indent$}", "", indent = self.indent + self.width + 2)?;
        } else if is_map(self.kind) && self.index % 2 == 1 {
            f.write_str(" => ")?;
        } else {
            if self.index > 0 {
                write!(f, "\n{:indent$}", "", indent = self.indent)?;
            }
            let number = if is_map(self.kind) { self.index / 2 } else { self.index } + 1;
            let mark = match self.kind {
                b'%' | b'|' => '#',
                b'~' => '~',
                _ => ')',
            };
            write!(f, "{number:>width$}{mark} ", width = self.width)?;
        }
        self.announced = out_of_band;
        self.step(out_of_band);
        Ok(())
    }

    fn write_separator(&mut self, f: &mut fmt::Formatter<'_>, out_of_band: bool) -> fmt::Result {
        if self.announced {
            f.write_char(' ')?;
        } else if is_map(self.kind) && self.index % 2 == 1 {
            f.write_str(": ")?;
        } else if self.index > 0 {
            f.write_str(", ")?;
        }
        self.announced = out_of_band;
        self.step(out_of_band);
        Ok(())
    }

    fn step(&mut self, out_of_band: bool) {
        if !out_of_band {
            self.index += 1;
            self.left = self.left.map(|left| left.saturating_sub(1));
        }
    }
}

/// Leaves the aggregates of which everything has been printed.
fn close_listings(open: &mut Vec<Listing>) {
    while open.last().is_some_and(|listing| listing.left == Some(0)) {
        open.pop();
    }
}

fn close_brackets(f: &mut fmt::Formatter<'_>, open: &mut Vec<Listing>) -> fmt::Result {
    while let Some(listing) = open.pop_if(|listing| listing.left == Some(0)) {
        f.write_char(bracket(listing.kind).1)?;
    }
    Ok(())
}

fn write_leaf(f: &mut fmt::Formatter<'_>, token: Token<'_>, cap: usize) -> fmt::Result {
    match token {
        Token::Integer(value) => write!(f, "(integer) {value}"),
        Token::Null => f.write_str("(nil)"),
        Token::Line(b'-', text) | Token::Payload(b'!', text) => {
            f.write_str("(error) ")?;
            write_escaped(f, text, cap)
        }
        Token::Line(b',', text) => {
            f.write_str("(double) ")?;
            write_escaped(f, text, cap)
        }
        Token::Line(b'(', text) => {
            f.write_str("(big number) ")?;
            write_escaped(f, text, cap)
        }
        Token::Line(b'#', text) => f.write_str(if text == b"t" { "(true)" } else { "(false)" }),
        Token::Line(_, text) => write_escaped(f, text, cap),
        Token::Payload(b'=', text) => {
            write_escaped(f, text.get(FORMAT_AND_COLON..).unwrap_or_default(), cap)
        }
        Token::Payload(_, text) | Token::Chunk(text) => write!(f, "{:?}", Quoted { text, cap }),
        Token::Open(..) | Token::OpenChunks | Token::End => Ok(()),
    }
}

fn write_short(f: &mut fmt::Formatter<'_>, token: Token<'_>) -> fmt::Result {
    match token {
        Token::Integer(value) => write!(f, "{value}"),
        Token::Null => f.write_str("nil"),
        Token::Line(b',', text) => write!(f, "{:?}", double(text)),
        Token::Line(b'#', text) => write!(f, "{}", text == b"t"),
        Token::Line(kind, text) => {
            f.write_char(kind as char)?;
            write_escaped(f, text, DEBUG_BYTES)
        }
        Token::Payload(b'!', text) => write!(f, "!{:?}", Quoted::short(text)),
        Token::Payload(_, text) | Token::Chunk(text) => write!(f, "b{:?}", Quoted::short(text)),
        Token::Open(..) | Token::OpenChunks | Token::End => Ok(()),
    }
}

/// A string in quotes, escaped as redis-cli does (`sdscatrepr`), cut where it is long.
struct Quoted<'a> {
    text: &'a [u8],
    cap: usize,
}

impl<'a> Quoted<'a> {
    const fn short(text: &'a [u8]) -> Self {
        Self { text, cap: DEBUG_BYTES }
    }
}

impl fmt::Debug for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = self.text.get(..self.cap).unwrap_or(self.text);
        f.write_char('"')?;
        write_escaped(f, shown, usize::MAX)?;
        f.write_char('"')?;
        write_cut(f, self.text, self.cap)
    }
}

fn write_escaped(f: &mut fmt::Formatter<'_>, text: &[u8], cap: usize) -> fmt::Result {
    for &byte in text.iter().take(cap) {
        match byte {
            b'\n' => f.write_str("\\n")?,
            b'\r' => f.write_str("\\r")?,
            b'\t' => f.write_str("\\t")?,
            0x07 => f.write_str("\\a")?,
            0x08 => f.write_str("\\b")?,
            b'"' | b'\\' => write!(f, "\\{}", byte as char)?,
            0x20..=0x7e => f.write_char(byte as char)?,
            other => write!(f, "\\x{other:02x}")?,
        }
    }
    write_cut(f, text, cap)
}

fn write_cut(f: &mut fmt::Formatter<'_>, text: &[u8], cap: usize) -> fmt::Result {
    if text.len() > cap { write!(f, ".. ({} bytes)", text.len()) } else { Ok(()) }
}

const fn is_map(kind: u8) -> bool {
    matches!(kind, b'%' | b'|')
}

const fn aggregate_name(kind: u8) -> &'static str {
    match kind {
        b'%' => "hash",
        b'~' => "set",
        b'>' => "push",
        b'|' => "attributes",
        _ => "array",
    }
}

const fn bracket(kind: u8) -> (&'static str, char) {
    match kind {
        b'%' => ("{", '}'),
        b'|' => ("|{", '}'),
        b'~' => ("~[", ']'),
        b'>' => (">[", ']'),
        b'$' => ("$[", ']'),
        _ => ("[", ']'),
    }
}

/// Bytes of a verbatim string's format and the colon behind it.
const FORMAT_AND_COLON: usize = 4;

/// Bytes of a string that `Debug` shows: enough to recognise it, little enough for a log.
const DEBUG_BYTES: usize = 64;

/// Tokens of a frame that `Debug` shows.
const DEBUG_TOKENS: usize = 128;

/// Elements of an iterator that `Debug` shows.
const DEBUG_ELEMENTS: usize = 32;

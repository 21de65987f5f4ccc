//! Frames for people: `Display` as redis-cli prints replies, `Debug` in one short line.

mod text;

use super::token::Token;
use super::view::{Chunks, Elements, Pairs, View, double};
use super::{Frame, FrameRef};
use alloc::vec::Vec;
use core::fmt::{self, Write};
use text::{Quoted, SHORT, Within, write_escaped};

/// Prints as redis-cli does, over several lines where there are several elements, except that
/// control characters never reach the terminal (but for the line ends of verbatim text). A precision
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
        // How many bytes are left behind the last value that was found to take one line.
        let mut one_line_end = usize::MAX;
        let mut rest = self.bytes;
        while let Some((token, behind)) = Token::read(rest) {
            let first = rest.len() == self.bytes.len();
            let from = rest;
            rest = behind;
            match token {
                Token::End | Token::Chunk([]) => {
                    open.pop();
                    close_listings(&mut open);
                    continue;
                }
                _ => {}
            }
            match open.last_mut() {
                Some(listing) => {
                    let mut breaks = false;
                    // What is inside of one line is known to be on one line.
                    if listing.is_at_value() && from.len() <= one_line_end {
                        let end = one_line(from);
                        breaks = end.is_none();
                        one_line_end = end.map_or(usize::MAX, <[u8]>::len);
                    }
                    listing.write_index(f, is_out_of_band(token), breaks)?;
                }
                None if first => {}
                // Behind attributes.
                None => f.write_char('\n')?,
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
            let first = rest.len() == self.bytes.len();
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
            match open.last_mut() {
                Some(listing) => listing.write_separator(f, is_out_of_band(token))?,
                None if first => {}
                None => f.write_char(' ')?,
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
    /// map; what is out of band comes in front of its element. A value of several
    /// lines begins on a line of its own.
    fn write_index(
        &mut self,
        f: &mut fmt::Formatter<'_>,
        out_of_band: bool,
        breaks: bool,
    ) -> fmt::Result {
        let column = self.indent + self.width + 2;
        if self.announced {
            write_new_line(f, column)?;
        } else if self.is_at_value() {
            f.write_str(" => ")?;
            if breaks {
                write_new_line(f, column)?;
            }
        } else {
            if self.index > 0 {
                write_new_line(f, self.indent)?;
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
        } else if self.is_at_value() {
            f.write_str(": ")?;
        } else if self.index > 0 {
            f.write_str(", ")?;
        }
        self.announced = out_of_band;
        self.step(out_of_band);
        Ok(())
    }

    /// Whether the value of a pair comes next.
    const fn is_at_value(&self) -> bool {
        is_map(self.kind) && self.index % 2 == 1
    }

    fn step(&mut self, out_of_band: bool) {
        if !out_of_band {
            self.index += 1;
            self.left = self.left.map(|left| left.saturating_sub(1));
        }
    }
}

/// What follows the frame at the start of checked bytes, if no aggregate in it takes several
/// lines. Verbatim text may, which redis-cli doesn't mind.
fn one_line(mut bytes: &[u8]) -> Option<&[u8]> {
    let mut due = 1;
    while due > 0 {
        let (token, behind) = Token::read(bytes)?;
        bytes = behind;
        due -= 1;
        match token {
            Token::Open(_, Some(0)) if !is_out_of_band(token) => {}
            Token::Open(b'*' | b'~', Some(1)) => due += 1,
            Token::Open(b'%', Some(2)) => due += 2,
            Token::Open(..) | Token::OpenChunks => return None,
            _ => {}
        }
    }
    Some(bytes)
}

/// Deep nesting indents by more columns than a width in a format string can say.
fn write_new_line(f: &mut fmt::Formatter<'_>, mut indent: usize) -> fmt::Result {
    f.write_char('\n')?;
    while indent > 0 {
        let spaces = SPACES.get(..indent).unwrap_or(SPACES);
        f.write_str(spaces)?;
        indent -= spaces.len();
    }
    Ok(())
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
            write_escaped(f, text, cap, Within::Line)
        }
        Token::Line(b',', text) => {
            f.write_str("(double) ")?;
            write_escaped(f, text, cap, Within::Line)
        }
        Token::Line(b'(', text) => {
            f.write_str("(big number) ")?;
            write_escaped(f, text, cap, Within::Line)
        }
        Token::Line(b'#', text) => f.write_str(if text == b"t" { "(true)" } else { "(false)" }),
        Token::Line(_, text) => write_escaped(f, text, cap, Within::Line),
        Token::Payload(b'=', text) => {
            let text = text.get(FORMAT_AND_COLON..).unwrap_or_default();
            write_escaped(f, text, cap, Within::Lines)
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
            write_escaped(f, text, SHORT, Within::Line)
        }
        Token::Payload(b'!', text) => write!(f, "!{:?}", Quoted::short(text)),
        Token::Payload(_, text) | Token::Chunk(text) => write!(f, "b{:?}", Quoted::short(text)),
        Token::Open(..) | Token::OpenChunks | Token::End => Ok(()),
    }
}

const fn is_out_of_band(token: Token<'_>) -> bool {
    matches!(token, Token::Open(b'|' | b'>', _))
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

/// To indent with, in as few pieces as are usual.
const SPACES: &str = "                                ";

/// Bytes of a verbatim string's format and the colon behind it.
const FORMAT_AND_COLON: usize = 4;

/// Tokens of a frame that `Debug` shows.
const DEBUG_TOKENS: usize = 128;

/// Elements of an iterator that `Debug` shows.
const DEBUG_ELEMENTS: usize = 32;

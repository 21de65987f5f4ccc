//! What frames hold.

use super::FrameRef;
use super::token::{Token, behind_plain, bulk_payload, integer, length};
use alloc::vec::Vec;

/// What a frame holds, by its RESP type.
///
/// Text is bytes: Redis promises no encoding. The enum is complete for RESP2 and RESP3.
#[derive(Clone, Copy, PartialEq)]
pub enum View<'a> {
    /// `+`, such as `OK`.
    SimpleString(&'a [u8]),
    /// `-`, such as `ERR unknown command`.
    SimpleError(&'a [u8]),
    /// `:`
    Integer(i64),
    /// `$`
    BulkString(&'a [u8]),
    /// `_`, and RESP2's null bulk string (`$-1`) and null array (`*-1`).
    Null,
    /// `,`
    Double(f64),
    /// `#`
    Boolean(bool),
    /// `!`, an error that may hold any byte.
    BulkError(&'a [u8]),
    /// `=`, text with a format of three bytes: `txt` or `mkd`.
    Verbatim {
        /// The three bytes of format.
        format: &'a [u8],
        /// The text behind the colon.
        text: &'a [u8],
    },
    /// `(`, an integer of any size as text: a sign or none, and digits.
    BigNumber(&'a [u8]),
    /// `*`
    Array(Elements<'a>),
    /// `%`
    Map(Pairs<'a>),
    /// `~`
    Set(Elements<'a>),
    /// `>`
    Push(Elements<'a>),
    /// `$?`, a string that comes in chunks.
    StreamedString(Chunks<'a>),
}

impl<'a> FrameRef<'a> {
    /// What the frame holds, its attributes aside.
    // Always inlined: the caller's match then takes the place of this one.
    #[inline(always)]
    pub fn view(&self) -> View<'a> {
        // Where the frame ends is known, so the most frequent types need no search for it.
        match self.bytes {
            [b'+', text @ .., _, _] => View::SimpleString(text),
            [b'-', text @ .., _, _] => View::SimpleError(text),
            [b':', line @ ..] => View::Integer(integer(line)),
            [b'$', b'0'..=b'9', ..] => View::BulkString(bulk_payload(self.bytes)),
            [b'*', line @ ..] => match length(line) {
                Some((elements, rest)) => {
                    View::Array(Elements { rest: self.sibling(rest), left: Some(elements) })
                }
                None => self.view_by_token(),
            },
            _ => self.view_by_token(),
        }
    }

    /// [`view`](Self::view) for any type, attributes in front or not.
    fn view_by_token(&self) -> View<'a> {
        let body = self.body();
        // Checked bytes hold a token at each place where one is read.
        let Some((token, rest)) = Token::read(body) else { return View::Null };
        let elements = |left| Elements { rest: self.sibling(rest), left };
        match token {
            Token::Line(b'+', text) => View::SimpleString(text),
            Token::Line(b'-', text) => View::SimpleError(text),
            Token::Line(b',', text) => View::Double(double(text)),
            Token::Line(b'#', text) => View::Boolean(text == b"t"),
            Token::Line(_, text) => View::BigNumber(text),
            Token::Integer(value) => View::Integer(value),
            Token::Null | Token::End | Token::Chunk(_) => View::Null,
            Token::Payload(b'!', text) => View::BulkError(text),
            Token::Payload(b'=', payload) => {
                let (format, text) = payload.split_at_checked(FORMAT).unwrap_or_default();
                View::Verbatim { format, text: text.get(1..).unwrap_or_default() }
            }
            Token::Payload(_, text) => View::BulkString(text),
            Token::Open(b'%', left) => View::Map(Pairs(elements(left))),
            Token::Open(b'~', left) => View::Set(elements(left)),
            Token::Open(b'>', left) => View::Push(elements(left)),
            Token::Open(_, left) => View::Array(elements(left)),
            Token::OpenChunks => View::StreamedString(Chunks { rest }),
        }
    }

    /// The attributes in front of the frame, which say something about it. Several sets of them
    /// are read as one.
    pub fn attributes(&self) -> impl Iterator<Item = (FrameRef<'a>, FrameRef<'a>)> + use<'a> {
        let frame = *self;
        let mut rest = frame.bytes;
        let mut pairs = Pairs(Elements { rest: frame.sibling(&[]), left: Some(0) });
        core::iter::from_fn(move || {
            loop {
                if let Some(pair) = pairs.next() {
                    return Some(pair);
                }
                let Some((Token::Open(b'|', left), inside)) = Token::read(rest) else {
                    return None;
                };
                pairs = Pairs(Elements { rest: frame.sibling(inside), left });
                rest = skip(rest);
            }
        })
    }

    /// The pushes that stand between the elements of an aggregate in this frame. They are news of
    /// their own and no elements: [`Elements`] passes over them.
    pub fn nested_pushes(&self) -> Pushes<'a> {
        Pushes { rest: *self, own: self.body().len(), runs: Vec::new() }
    }

    /// The bytes behind the attributes.
    #[inline]
    pub(super) fn body(&self) -> &'a [u8] {
        behind_attributes(self.bytes)
    }
}

/// The elements of an array, a set or a push, in order. Each is found by passing over those before
/// it, with all that is in them.
#[derive(Clone, Copy)]
pub struct Elements<'a> {
    /// From the next element on, to the end of the frame.
    rest: FrameRef<'a>,
    /// How many are to come; none where an end marker tells.
    left: Option<usize>,
}

impl Elements<'_> {
    /// How many elements are to come. Counts them where they are streamed.
    pub fn len(&self) -> usize {
        self.left.unwrap_or_else(|| (*self).count())
    }

    /// Whether no element is to come.
    pub fn is_empty(&self) -> bool {
        self.peekable().peek().is_none()
    }
}

impl<'a> Iterator for Elements<'a> {
    type Item = FrameRef<'a>;

    #[inline(always)]
    fn next(&mut self) -> Option<FrameRef<'a>> {
        if self.left == Some(0) {
            return None;
        }
        let bytes = self.rest.bytes;
        let ends = match behind_plain(bytes) {
            Some(rest) => Some((bytes, rest)),
            None => next_element(bytes),
        };
        let Some((bytes, rest)) = ends else {
            self.left = Some(0);
            return None;
        };
        self.rest.bytes = rest;
        self.left = self.left.map(|left| left - 1);
        Some(self.rest.sibling(bytes.get(..bytes.len() - rest.len())?))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left.unwrap_or(0), self.left)
    }
}

/// The pairs of a map, in order. RESP promises neither that keys are unique nor that they are
/// strings.
#[derive(Clone, Copy)]
pub struct Pairs<'a>(Elements<'a>);

impl Pairs<'_> {
    /// How many pairs are to come. Counts them where they are streamed.
    pub fn len(&self) -> usize {
        self.0.len() / 2
    }

    /// Whether no pair is to come.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<'a> Pairs<'a> {
    /// The same as a flat list of keys and values, as RESP2 sends maps.
    pub const fn flatten_pairs(self) -> Elements<'a> {
        self.0
    }
}

impl<'a> Iterator for Pairs<'a> {
    type Item = (FrameRef<'a>, FrameRef<'a>);

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        Some((self.0.next()?, self.0.next()?))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let (low, high) = self.0.size_hint();
        (low / 2, high.map(|high| high / 2))
    }
}

/// The chunks of a streamed string, in order.
#[derive(Clone, Copy)]
pub struct Chunks<'a> {
    rest: &'a [u8],
}

impl Chunks<'_> {
    /// The chunks put together.
    pub fn to_vec(self) -> Vec<u8> {
        self.collect::<Vec<_>>().concat()
    }
}

impl<'a> Iterator for Chunks<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        match Token::read(self.rest)? {
            (Token::Chunk(chunk), rest) if !chunk.is_empty() => {
                self.rest = rest;
                Some(chunk)
            }
            _ => None,
        }
    }
}

/// The pushes found inside a frame, each with its attributes.
#[derive(Clone, Debug)]
pub struct Pushes<'a> {
    rest: FrameRef<'a>,
    /// Where the frame's own head stands, in bytes from its end: that is no push inside.
    own: usize,
    /// The attributes being looked into, outermost first. Without them, each of many in a row
    /// would be followed to the end of the row.
    runs: Vec<Run>,
}

/// Attributes in a row, in front of something that is no push. Places are in bytes from the end.
#[derive(Clone, Copy, Debug)]
struct Run {
    /// Where the one being looked into ends.
    next: usize,
    /// Where all of them end.
    body: usize,
}

impl<'a> Iterator for Pushes<'a> {
    type Item = FrameRef<'a>;

    fn next(&mut self) -> Option<FrameRef<'a>> {
        loop {
            let bytes = self.rest.bytes;
            let (token, behind) = Token::read(bytes)?;
            let body = if let Token::Open(b'|', _) = token { self.enter(bytes) } else { bytes };
            if body.first() == Some(&b'>') && body.len() != self.own {
                let rest = skip(body);
                self.rest.bytes = rest;
                return Some(self.rest.sibling(bytes.get(..bytes.len() - rest.len())?));
            }
            self.rest.bytes = behind;
        }
    }
}

impl<'a> Pushes<'a> {
    /// What follows the attributes that start here; they themselves where they are not the first
    /// of their row, so that what follows has been looked at.
    fn enter(&mut self, bytes: &'a [u8]) -> &'a [u8] {
        while self.runs.pop_if(|run| bytes.len() <= run.body).is_some() {}
        if let Some(run) = self.runs.last_mut().filter(|run| run.next == bytes.len()) {
            run.next = skip(bytes).len();
            return bytes;
        }
        let body = behind_attributes(bytes);
        self.runs.push(Run { next: skip(bytes).len(), body: body.len() });
        body
    }
}

/// What follows the aggregate or scalar at the start of checked bytes.
fn skip(bytes: &[u8]) -> &[u8] {
    match Token::read(bytes) {
        Some((Token::Open(_, Some(frames)), inside)) => skip_frames(inside, frames),
        Some((Token::Open(_, None) | Token::OpenChunks, inside)) => skip_frames(inside, STREAMED),
        Some((_, rest)) => rest,
        None => &[],
    }
}

/// What follows so many frames, or the end marker that comes when they are [`STREAMED`].
fn skip_frames(mut rest: &[u8], frames: usize) -> &[u8] {
    // Frames to come before the innermost streamed one ends, and before those around it do.
    let mut due = frames;
    let mut around = Vec::new();
    loop {
        while due == 0 {
            match around.pop() {
                Some(outer) => due = outer,
                None => return rest,
            }
        }
        let Some((token, behind)) = Token::read(rest) else { return rest };
        rest = behind;
        let counts = due != STREAMED;
        match token {
            // Out of band: its frames are due, and the element still is.
            Token::Open(b'|' | b'>', frames) => {
                let frames = frames.unwrap_or(0);
                if counts {
                    due = due.saturating_add(frames);
                } else if frames > 0 {
                    around.push(due);
                    due = frames;
                }
            }
            Token::Open(_, Some(frames)) if counts => due = (due - 1).saturating_add(frames),
            Token::Open(_, Some(0)) => {}
            Token::Open(_, Some(frames)) => {
                around.push(due);
                due = frames;
            }
            Token::Open(_, None) | Token::OpenChunks => {
                around.push(if counts { due - 1 } else { due });
                due = STREAMED;
            }
            Token::End | Token::Chunk([]) => due = 0,
            Token::Chunk(_) => {}
            _ if counts => due -= 1,
            _ => {}
        }
    }
}

/// Where the next element in checked bytes starts, and what follows it; none at an end marker.
///
/// A function of bytes only, so that [`Elements`] can stay in registers.
fn next_element(mut bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    loop {
        let (kind, rest) = frame_end(bytes)?;
        match kind {
            b'.' => return None,
            // A push in between is not one of the elements, nor are its attributes.
            b'>' => bytes = rest,
            _ => return Some((bytes, rest)),
        }
    }
}

/// The type of the frame at the start of checked bytes, and what follows it.
#[inline]
fn frame_end(bytes: &[u8]) -> Option<(u8, &[u8])> {
    let body = behind_attributes(bytes);
    Some((*body.first()?, skip(body)))
}

#[inline]
fn behind_attributes(bytes: &[u8]) -> &[u8] {
    let mut body = bytes;
    while body.first() == Some(&b'|') {
        body = skip(body);
    }
    body
}

/// A double's text, which the scanner has checked.
pub(super) fn double(text: &[u8]) -> f64 {
    let text = core::str::from_utf8(text).unwrap_or_default();
    // Redis before 7.2 may print a NaN's sign, which Rust's parser doesn't know.
    text.parse().unwrap_or(f64::NAN)
}

impl PartialEq for Pairs<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl PartialEq for Chunks<'_> {
    fn eq(&self, other: &Self) -> bool {
        Iterator::eq(*self, *other)
    }
}

impl PartialEq for Elements<'_> {
    fn eq(&self, other: &Self) -> bool {
        Iterator::eq(*self, *other)
    }
}

/// Bytes of a verbatim string's format.
const FORMAT: usize = 3;

/// Stands for "until the end marker" among numbers of frames.
const STREAMED: usize = usize::MAX;

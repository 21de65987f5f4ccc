//! The arguments of a request, borrowed and owned.

use alloc::vec::Vec;
use core::fmt;
use core::iter::FusedIterator;

use bytes::Bytes;

/// In which form a request came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RequestKind {
    /// `*2\r\n$3\r\nGET\r\n$1\r\nk\r\n`, what client libraries send.
    Multibulk,
    /// `GET k\r\n`, what people type.
    Inline,
    /// `$5 GET k\r\n`, Tile38's native form; the reply is due as `$LEN DATA\r\n`.
    Tile38,
}

/// One request: a command name and its arguments, borrowed from the input.
///
/// `Debug` shows the name and how many arguments there are, never the arguments: they may be
/// passwords.
#[derive(Clone, Copy)]
pub struct Request<'a> {
    text: &'a [u8],
    spans: &'a [Span],
    kind: RequestKind,
}

impl<'a> Request<'a> {
    #[inline]
    pub(super) fn new(text: &'a [u8], spans: &'a [Span], kind: RequestKind) -> Self {
        Self { text, spans, kind }
    }

    /// The command name as sent, in whatever case: the first argument.
    #[inline]
    #[must_use]
    pub fn name(&self) -> &'a [u8] {
        self.arg(0).unwrap_or_default()
    }

    /// The argument at `index`; 0 is the command name.
    #[inline]
    #[must_use]
    pub fn arg(&self, index: usize) -> Option<&'a [u8]> {
        self.spans.get(index)?.of(self.text)
    }

    /// How many arguments there are with the name, so at least 1 in what a parser returns.
    #[inline]
    #[must_use]
    pub fn len(&self) -> usize {
        self.spans.len()
    }

    /// Whether there is nothing, not even a name.
    #[inline]
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.spans.is_empty()
    }

    /// The arguments in order, the name first.
    #[inline]
    #[must_use]
    pub fn iter(&self) -> Args<'a> {
        Args { text: self.text, spans: self.spans.iter() }
    }

    /// In which form the request came.
    #[inline]
    #[must_use]
    pub fn kind(&self) -> RequestKind {
        self.kind
    }
}

impl<'a> IntoIterator for Request<'a> {
    type Item = &'a [u8];
    type IntoIter = Args<'a>;

    fn into_iter(self) -> Args<'a> {
        self.iter()
    }
}

impl<'a> IntoIterator for &Request<'a> {
    type Item = &'a [u8];
    type IntoIter = Args<'a>;

    fn into_iter(self) -> Args<'a> {
        self.iter()
    }
}

impl fmt::Debug for Request<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.name();
        let shown = name.get(..DEBUG_NAME_LEN).unwrap_or(name);
        f.debug_struct("Request")
            .field("kind", &self.kind)
            .field("name", &format_args!("b\"{}\"", shown.escape_ascii()))
            .field("len", &self.len())
            .finish()
    }
}

/// The arguments of a [`Request`] in order.
#[derive(Clone)]
pub struct Args<'a> {
    text: &'a [u8],
    spans: core::slice::Iter<'a, Span>,
}

impl<'a> Iterator for Args<'a> {
    type Item = &'a [u8];

    #[inline]
    fn next(&mut self) -> Option<&'a [u8]> {
        self.spans.next()?.of(self.text)
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        self.spans.size_hint()
    }
}

impl DoubleEndedIterator for Args<'_> {
    #[inline]
    fn next_back(&mut self) -> Option<Self::Item> {
        self.spans.next_back()?.of(self.text)
    }
}

impl ExactSizeIterator for Args<'_> {}
impl FusedIterator for Args<'_> {}

impl fmt::Debug for Args<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Args").field("len", &self.len()).finish_non_exhaustive()
    }
}

/// One request that owns its bytes: a reference-counted piece of the read buffer.
///
/// Arguments taken out with [`arg_bytes`](Self::arg_bytes) stay valid for as long as they are
/// kept, whatever happens to the read buffer. They keep the whole piece of memory alive that was
/// read into, so copy a small argument that is stored for long.
#[derive(Clone)]
pub struct OwnedRequest {
    text: Bytes,
    spans: Vec<Span>,
    kind: RequestKind,
}

impl OwnedRequest {
    pub(super) fn new(text: Bytes, spans: Vec<Span>, kind: RequestKind) -> Self {
        Self { text, spans, kind }
    }

    pub(super) fn into_spans(self) -> Vec<Span> {
        self.spans
    }

    /// The request as the borrowed parser returns it, for code that serves both.
    #[inline]
    #[must_use]
    pub fn as_request(&self) -> Request<'_> {
        Request::new(&self.text, &self.spans, self.kind)
    }

    /// The command name as sent, in whatever case: the first argument.
    #[inline]
    #[must_use]
    pub fn name(&self) -> &[u8] {
        self.as_request().name()
    }

    /// The argument at `index`; 0 is the command name.
    #[inline]
    #[must_use]
    pub fn arg(&self, index: usize) -> Option<&[u8]> {
        self.as_request().arg(index)
    }

    /// The argument at `index` to keep, without a copy.
    #[inline]
    #[must_use]
    pub fn arg_bytes(&self, index: usize) -> Option<Bytes> {
        self.arg(index).map(|arg| self.text.slice_ref(arg))
    }

    /// How many arguments there are with the name, so at least 1.
    #[inline]
    #[must_use]
    pub fn len(&self) -> usize {
        self.spans.len()
    }

    /// Whether there is nothing, not even a name.
    #[inline]
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.spans.is_empty()
    }

    /// The arguments in order, the name first.
    #[inline]
    #[must_use]
    pub fn iter(&self) -> Args<'_> {
        self.as_request().iter()
    }

    /// The arguments in order to keep, without a copy.
    pub fn iter_bytes(&self) -> impl ExactSizeIterator<Item = Bytes> + '_ {
        self.iter().map(|arg| self.text.slice_ref(arg))
    }

    /// In which form the request came.
    #[inline]
    #[must_use]
    pub fn kind(&self) -> RequestKind {
        self.kind
    }
}

impl<'a> IntoIterator for &'a OwnedRequest {
    type Item = &'a [u8];
    type IntoIter = Args<'a>;

    fn into_iter(self) -> Args<'a> {
        self.iter()
    }
}

impl fmt::Debug for OwnedRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_request().fmt(f)
    }
}

/// Where an argument lies in its text; `u32` because a request is below 4 GiB.
#[derive(Clone, Copy)]
pub(super) struct Span {
    start: u32,
    len: u32,
}

impl Span {
    #[inline]
    pub(super) fn new(start: usize, len: usize) -> Self {
        debug_assert!(start + len <= u32::MAX as usize, "limits keep a request below 4 GiB");
        Self { start: start as u32, len: len as u32 }
    }

    #[inline]
    fn of(self, text: &[u8]) -> Option<&[u8]> {
        let start = self.start as usize;
        text.get(start..start + self.len as usize)
    }
}

/// The arguments found so far, in storage that is used again for the next request.
#[derive(Default)]
pub(super) struct ArgBuf {
    pub(super) spans: Vec<Span>,
    /// An inline request whose quotes have been resolved; the spans then lie in here.
    pub(super) unquoted: Vec<u8>,
}

impl ArgBuf {
    /// Forgets the arguments, and the memory of an unusually large request with them.
    #[inline]
    pub(super) fn clear(&mut self) {
        self.spans.clear();
        self.unquoted.clear();
        if self.spans.capacity() > KEPT_SPANS || self.unquoted.capacity() > KEPT_UNQUOTED {
            self.release();
        }
    }

    #[cold]
    fn release(&mut self) {
        self.spans.shrink_to(KEPT_SPANS);
        self.unquoted.shrink_to(KEPT_UNQUOTED);
    }

    #[inline]
    pub(super) fn push(&mut self, start: usize, len: usize) {
        self.spans.push(Span::new(start, len));
    }
}

/// 8 KiB a connection: requests of up to 1024 arguments never allocate twice.
pub(super) const KEPT_SPANS: usize = 1024;
/// Quoted inline requests are typed by hand, so seldom longer.
pub(super) const KEPT_UNQUOTED: usize = 4096;
/// No Redis command has a name nearly as long.
const DEBUG_NAME_LEN: usize = 32;

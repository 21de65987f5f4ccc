//! A command as a handler gets it.

use core::fmt;

use bytes::Bytes;
use resp_core::request::{Args, Request, RequestKind};

/// A command with its arguments, for as long as its handler runs.
///
/// The arguments are slices of the read buffer: they end with the borrow, so that none can be kept
/// by mistake and overwritten later. [`bytes`](Self::bytes) gives one to keep.
///
/// `Debug` shows the name and how many arguments there are, never the arguments: they may be
/// passwords.
#[derive(Clone, Copy)]
pub struct Command<'a> {
    request: Request<'a>,
    /// The bytes of the request, where it is so large that arguments are worth sharing.
    shared: Option<&'a Bytes>,
}

impl<'a> Command<'a> {
    #[inline]
    pub(crate) fn new(request: Request<'a>, shared: Option<&'a Bytes>) -> Self {
        Self { request, shared }
    }

    /// The command's name as sent, in whatever case.
    #[inline]
    #[must_use]
    pub fn name(&self) -> &'a [u8] {
        self.request.name()
    }

    /// Whether the name is this one, in whatever case.
    #[inline]
    #[must_use]
    pub fn is(&self, name: &str) -> bool {
        self.name().eq_ignore_ascii_case(name.as_bytes())
    }

    /// The argument at `index`, 0 being the name; empty where there is none. The command table has
    /// checked how many there are before a handler runs.
    #[inline]
    #[must_use]
    pub fn arg(&self, index: usize) -> &'a [u8] {
        self.request.arg(index).unwrap_or_default()
    }

    /// The argument at `index`, 0 being the name, if there is one.
    #[inline]
    #[must_use]
    pub fn get(&self, index: usize) -> Option<&'a [u8]> {
        self.request.arg(index)
    }

    /// The argument at `index` to keep; empty where there is none.
    ///
    /// It is a copy, of just its size; an argument of a multibulk request of 32 KiB or more shares
    /// the memory it was read into where it is most of that.
    #[must_use]
    pub fn bytes(&self, index: usize) -> Bytes {
        let arg = self.arg(index);
        match self.shared {
            Some(whole) if arg.len() >= whole.len() / 2 => whole.slice_ref(arg),
            _ => Bytes::copy_from_slice(arg),
        }
    }

    /// How many arguments there are with the name: at least 1.
    #[expect(clippy::len_without_is_empty, reason = "a command has a name")]
    #[inline]
    #[must_use]
    pub fn len(&self) -> usize {
        self.request.len()
    }

    /// The arguments in order, the name first.
    #[inline]
    #[must_use]
    pub fn iter(&self) -> Args<'a> {
        self.request.iter()
    }

    /// The arguments behind the first `count`, the name being one of them.
    #[inline]
    pub fn args_from(&self, count: usize) -> core::iter::Skip<Args<'a>> {
        self.request.iter().skip(count)
    }

    /// In which form the request came.
    #[inline]
    #[must_use]
    pub fn kind(&self) -> RequestKind {
        self.request.kind()
    }

    /// The request as the codec has read it.
    #[inline]
    #[must_use]
    pub fn request(&self) -> Request<'a> {
        self.request
    }
}

impl<'a> IntoIterator for Command<'a> {
    type Item = &'a [u8];
    type IntoIter = Args<'a>;

    fn into_iter(self) -> Args<'a> {
        self.iter()
    }
}

impl fmt::Debug for Command<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.request.fmt(f)
    }
}

//! Where an answer is written.

use resp_core::request::RequestKind;
use resp_core::{Out, OutBuf};

use super::{UNANSWERED, null};
use crate::output::{Output, Ticket, Waits};
use crate::terms::Protocol;

/// Where an answer is written: the answer to a command ([`Whole`]), or a part of one ([`Item`]).
pub trait Answering<'a>: sealed::Place<'a> {}

/// The answer to a command.
#[derive(Debug)]
pub struct Whole<'a> {
    pub(super) output: &'a mut Output,
    kind: RequestKind,
    /// It may stay away.
    optional: bool,
}

impl<'a> Whole<'a> {
    #[inline]
    pub(crate) fn new(output: &'a mut Output, kind: RequestKind) -> Self {
        Self { output, kind, optional: false }
    }

    pub(crate) fn optional(output: &'a mut Output) -> Self {
        Self { output, kind: RequestKind::Multibulk, optional: true }
    }

    pub(super) fn promise(self, waits: Waits) -> Ticket {
        self.output.promise(self.kind, waits)
    }
}

/// A part of an answer, or an answer that is written before its turn.
#[derive(Debug)]
pub struct Item<'a> {
    pub(super) out: &'a mut OutBuf,
    /// Whether it stands within an aggregate.
    pub(super) inner: bool,
}

impl<'a> Item<'a> {
    pub(crate) fn alone(out: &'a mut OutBuf) -> Self {
        Self { out, inner: false }
    }
}

impl<'a> Answering<'a> for Whole<'a> {}
impl<'a> Answering<'a> for Item<'a> {}

impl<'a> sealed::Place<'a> for Whole<'a> {
    #[inline]
    fn into_out(self) -> &'a mut OutBuf {
        self.output.place()
    }

    fn out(&mut self) -> &mut OutBuf {
        self.output.place()
    }

    fn unanswered(self, _: Protocol) {
        if !self.optional {
            self.output.place().put(UNANSWERED);
        }
    }
}

impl<'a> sealed::Place<'a> for Item<'a> {
    #[inline]
    fn into_out(self) -> &'a mut OutBuf {
        self.out
    }

    fn out(&mut self) -> &mut OutBuf {
        self.out
    }

    fn unanswered(self, protocol: Protocol) {
        if self.inner { null(self.out, protocol) } else { self.out.put(UNANSWERED) }
    }
}

mod sealed {
    use super::{OutBuf, Protocol};

    pub trait Place<'a> {
        fn into_out(self) -> &'a mut OutBuf;
        fn out(&mut self) -> &mut OutBuf;
        fn unanswered(self, protocol: Protocol);
    }
}

//! Answers to commands.

mod ahead;
mod items;
mod place;

use alloc::string::ToString;
use core::fmt;

use bytes::Bytes;
use resp_core::{Frame, Out, OutBuf, encode};

use crate::double::double_text;
use crate::hub::Notice;
use crate::output::{Ticket, Waits};
use crate::terms::{Protocol, Terms};
use crate::value::ToReply;
pub use items::{Items, Pairs};
pub use place::{Answering, Item, Whole};

/// What becomes of the connection when a command is done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[must_use = "the driver acts on it: return it from the handler"]
pub enum Action {
    /// The connection goes on.
    #[default]
    Continue,
    /// The connection is closed as soon as everything up to this command is answered.
    Close,
    /// The whole server shuts down, gracefully: other connections finish what was read of them; this
    /// one is closed as by [`Close`](Self::Close), and what stands behind the command is not run.
    Shutdown,
    /// The connection leaves the server: whoever listens for that gets the socket, with what was
    /// read and not used, and with replies that are still to be written. In adapter-core that is
    /// `Server::detachments`, and its `Detached` shows how to go on.
    Detach,
    /// The command goes back in line, unanswered: see [`Reply::postpone`].
    Postpone,
}

/// The answer to one command, to be given once.
///
/// Each method writes one frame, in the version of the protocol that the connection speaks: what
/// RESP2 doesn't know degrades as redis-server has it degrade (a map becomes an array of keys and
/// values, a double a bulk string). All of them return [`Action::Continue`], for handlers to end
/// with.
///
/// What is not answered is answered with an error when the `Reply` is dropped, so that replies
/// can't shift; [`none`](Self::none) is for commands that have no answer.
///
/// ```
/// use redis_server_core::{Action, Command, Reply};
///
/// fn point(_: Command<'_>, reply: Reply<'_>) -> Action {
///     let mut pairs = reply.map(2);
///     pairs.pair("x", 1).pair("y", 2.5);
///     Action::Continue
/// }
/// ```
#[must_use = "a command is answered with an error if its reply is dropped"]
pub struct Reply<'a, P: Answering<'a> = Whole<'a>> {
    /// None once answered.
    place: Option<P>,
    terms: &'a Terms,
}

impl<'a, P: Answering<'a>> Reply<'a, P> {
    #[inline]
    pub(crate) fn new(place: P, terms: &'a Terms) -> Self {
        Self { place: Some(place), terms }
    }

    /// The version of the protocol that the answer is written in.
    #[inline]
    #[must_use]
    pub fn protocol(&self) -> Protocol {
        self.terms.protocol()
    }

    /// `+OK`
    #[inline]
    pub fn ok(self) -> Action {
        self.write(|out, _| out.put(b"+OK\r\n"))
    }

    /// A simple string. CR and LF in it become spaces.
    #[inline]
    pub fn simple(self, text: impl AsRef<[u8]>) -> Action {
        self.write(|out, _| encode::simple_string(out, text.as_ref()))
    }

    /// An error, its code first: `ERR no such key`. CR and LF in it become spaces.
    pub fn error(self, text: impl AsRef<[u8]>) -> Action {
        self.write(|out, _| encode::simple_error(out, text.as_ref()))
    }

    /// An error from anything that can be printed. CR and LF in it become spaces.
    pub fn error_of(self, error: impl fmt::Display) -> Action {
        self.error(error.to_string())
    }

    /// An integer.
    #[inline]
    pub fn int(self, value: i64) -> Action {
        self.write(|out, _| encode::integer(out, value))
    }

    /// A bulk string.
    #[inline]
    pub fn bulk(self, text: impl AsRef<[u8]>) -> Action {
        self.write(|out, _| encode::bulk_string(out, text.as_ref()))
    }

    /// A bulk string of which a large one is not copied, but shared.
    #[inline]
    pub fn shared(self, text: &Bytes) -> Action {
        self.write(|out, _| {
            if text.len() < OutBuf::SHARE_FROM {
                encode::bulk_string(out, text);
            } else {
                encode::bulk_shared(out, text.clone());
            }
        })
    }

    /// Null; in RESP2 the one that stands for a string.
    #[inline]
    pub fn null(self) -> Action {
        self.write(null)
    }

    /// Null; in RESP2 the one that stands for an array.
    pub fn null_array(self) -> Action {
        self.write(|out, protocol| match protocol {
            Protocol::Resp2 => encode::null_array(out),
            Protocol::Resp3 => encode::null(out),
        })
    }

    /// A boolean; in RESP2 the integer 1 or 0.
    pub fn boolean(self, value: bool) -> Action {
        self.write(|out, protocol| match protocol {
            Protocol::Resp2 => encode::integer(out, value.into()),
            Protocol::Resp3 => encode::boolean(out, value),
        })
    }

    /// A double, in up to 17 digits as redis-server 7.0 prints it; in RESP2 its text as a bulk
    /// string.
    pub fn double(self, value: f64) -> Action {
        self.digits(double_text(value).as_ref())
    }

    /// A double of which the text is given, such as one of a fixed number of digits; in RESP2 a
    /// bulk string, and so in RESP3 if it is no number.
    pub fn decimal(self, text: impl AsRef<[u8]>) -> Action {
        let text = text.as_ref();
        let number = core::str::from_utf8(text).ok().and_then(|it| it.parse::<f64>().ok());
        if number.is_some() { self.digits(text) } else { self.bulk(text) }
    }

    fn digits(self, text: &[u8]) -> Action {
        self.write(|out, protocol| match protocol {
            Protocol::Resp2 => encode::bulk_string(out, text),
            Protocol::Resp3 => encode::double_digits(out, text),
        })
    }

    /// An integer of any size, given as its digits; in RESP2 as a bulk string, and so in RESP3 if
    /// it is no number.
    pub fn big_number(self, digits: impl AsRef<[u8]>) -> Action {
        let digits = digits.as_ref();
        self.write(|out, protocol| {
            if protocol == Protocol::Resp2 || !encode::big_number(out, digits) {
                encode::bulk_string(out, digits);
            }
        })
    }

    /// Text with a format of three bytes, `txt` or `mkd`; in RESP2 a bulk string.
    pub fn verbatim(self, format: [u8; 3], text: impl AsRef<[u8]>) -> Action {
        self.write(|out, protocol| match protocol {
            Protocol::Resp2 => encode::bulk_string(out, text.as_ref()),
            Protocol::Resp3 => encode::verbatim(out, format, text.as_ref()),
        })
    }

    /// The head of an array of so many answers, which are then given one by one.
    pub fn array(self, elements: usize) -> Items<'a> {
        self.aggregate(elements, |out, _| encode::array(out, elements))
    }

    /// The head of a set of so many answers; in RESP2 an array.
    pub fn set(self, elements: usize) -> Items<'a> {
        self.aggregate(elements, |out, protocol| match protocol {
            Protocol::Resp2 => encode::array(out, elements),
            Protocol::Resp3 => encode::set(out, elements),
        })
    }

    /// The head of a map of so many pairs; in RESP2 an array of keys and values.
    pub fn map(self, pairs: usize) -> Pairs<'a> {
        let elements = pairs.saturating_mul(2);
        let items = self.aggregate(elements, |out, protocol| match protocol {
            Protocol::Resp2 => encode::array(out, elements),
            Protocol::Resp3 => encode::map(out, pairs),
        });
        Pairs(items)
    }

    /// The head of a push of so many answers; in RESP2 an array. Subscriptions are announced so.
    pub fn push(self, elements: usize) -> Items<'a> {
        self.aggregate(elements, |out, protocol| match protocol {
            Protocol::Resp2 => encode::array(out, elements),
            Protocol::Resp3 => encode::push(out, elements),
        })
    }

    /// Any value that has a form as an answer: see [`ToReply`].
    pub fn any(self, value: impl ToReply) -> Action {
        value.to_reply(self)
    }

    /// A frame as it came from elsewhere, unchanged. It is up to the caller that the client
    /// understands it: one of RESP3 is nothing for a client that speaks RESP2.
    pub fn frame(self, frame: Frame) -> Action {
        self.write(|out, _| out.put_shared(frame.into_bytes()))
    }

    /// A notice where an answer is due: a subscription in a transaction is announced so.
    pub fn notice(self, notice: &Notice) -> Action {
        self.write(|out, protocol| notice.write(out, protocol))
    }

    #[inline]
    fn write(mut self, write: impl FnOnce(&mut OutBuf, Protocol)) -> Action {
        let protocol = self.terms.protocol();
        write(self.take().into_out(), protocol);
        Action::Continue
    }

    #[expect(clippy::expect_used, reason = "only methods that consume the reply take it")]
    #[inline]
    fn take(&mut self) -> P {
        self.place.take().expect("answered once")
    }

    #[inline]
    fn aggregate(
        mut self,
        elements: usize,
        write: impl FnOnce(&mut OutBuf, Protocol),
    ) -> Items<'a> {
        let terms = self.terms;
        let out = self.take().into_out();
        write(out, terms.protocol());
        Items::new(out, terms, elements)
    }
}

impl Reply<'_> {
    /// No answer at all. Clients wait for one: only for what the protocol says has none.
    pub fn none(mut self) -> Action {
        self.place = None;
        Action::Continue
    }

    /// Puts the command back in line, as if it had not come yet: it is run again, and those behind
    /// it are, once the session is told to go on ([`Session::resume`](crate::Session::resume)).
    /// What was said in front of the answer is said. A client that hangs up meanwhile is gone, and
    /// its connection closed.
    pub fn postpone(mut self) -> Action {
        self.place = None;
        Action::Postpone
    }

    /// Says something in front of the answer that is none.
    pub fn push_first(&mut self, notice: &Notice) {
        let protocol = self.terms.protocol();
        if let Some(place) = &mut self.place {
            notice.write(place.output.place(), protocol);
        }
    }

    /// Promises the answer for later: [`Session::complete`](crate::Session::complete) gives it.
    /// What follows is run meanwhile, and its answers wait for their turn.
    #[must_use = "the client waits until the promise is kept"]
    pub fn promise(mut self) -> Ticket {
        self.take().promise(Waits::Replies)
    }

    /// Promises the answer for later, and has the commands behind this one wait for it: their
    /// effects come after this one's.
    #[must_use = "the client waits until the promise is kept"]
    pub fn hold(mut self) -> Ticket {
        self.take().promise(Waits::Commands)
    }

    /// As [`hold`](Self::hold), for a command that blocks until something happens: a client that
    /// hangs up meanwhile is gone, and its connection closed. A server that shuts down does not
    /// wait for it either.
    #[must_use = "the client waits until the promise is kept"]
    pub fn block(mut self) -> Ticket {
        self.take().promise(Waits::Client)
    }
}

impl<'a, P: Answering<'a>> Drop for Reply<'a, P> {
    #[inline]
    fn drop(&mut self) {
        if let Some(place) = self.place.take() {
            place.unanswered(self.terms.protocol());
        }
    }
}

impl<'a, P: Answering<'a>> fmt::Debug for Reply<'a, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reply").field("protocol", &self.protocol()).finish_non_exhaustive()
    }
}

fn null(out: &mut OutBuf, protocol: Protocol) {
    match protocol {
        Protocol::Resp2 => encode::null_bulk_string(out),
        Protocol::Resp3 => encode::null(out),
    }
}

/// What a handler that forgot to answer comes to.
pub(crate) const UNANSWERED: &[u8] = b"-ERR the command was not answered\r\n";

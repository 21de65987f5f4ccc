//! The answer to a command, wherever it is written.

use redis_server_core::{Action, Item, Items, Notice, Pairs, Protocol, Reply, ToReply};

use super::blocking::Waiting;
use super::error::Error;
use crate::keyspace::Text;

/// How a command ends.
pub(crate) type Outcome = Result<Done, Error>;

/// What becomes of the connection.
#[derive(Debug)]
pub(crate) enum Done {
    Answered,
    /// There is no answer.
    Silent,
    /// The connection is closed.
    Close,
    /// The server is shut down.
    Shutdown,
    /// The command is not run yet.
    Hold,
    /// The client waits. In a transaction or a script it is answered as if the time was up.
    Block(Box<dyn Waiting>),
}

/// Where a command's answer is written: to the client, as an element of what `EXEC` answers, or
/// for a script.
///
/// The methods write one frame each, and return what the handler ends with.
#[derive(Debug)]
pub(crate) struct Answer<'a>(State<'a>);

#[derive(Debug)]
enum State<'a> {
    Whole(Reply<'a>),
    Part(Reply<'a, Item<'a>>),
    /// Of a client that does not hear it.
    Aside(Reply<'a, Item<'a>>),
    Done,
}

macro_rules! forward {
    ($(#[$doc:meta])* $name:ident($($argument:ident: $type:ty),*)) => {
        $(#[$doc])*
        #[inline]
        pub(crate) fn $name(&mut self, $($argument: $type),*) -> Outcome {
            let _ = match std::mem::replace(&mut self.0, State::Done) {
                State::Whole(reply) => reply.$name($($argument),*),
                State::Part(reply) | State::Aside(reply) => reply.$name($($argument),*),
                State::Done => Action::Continue,
            };
            Ok(Done::Answered)
        }
    };
}

impl<'a> Answer<'a> {
    #[inline]
    pub(crate) fn new(reply: Reply<'a>) -> Self {
        Self(State::Whole(reply))
    }

    #[inline]
    pub(crate) fn part(reply: Reply<'a, Item<'a>>) -> Self {
        Self(State::Part(reply))
    }

    /// One that stands alone, but that nobody hears.
    pub(super) fn aside(reply: Reply<'a, Item<'a>>) -> Self {
        Self(State::Aside(reply))
    }

    forward!(ok());
    forward!(
        /// An integer.
        int(value: i64)
    );
    forward!(bulk(text: &[u8]));
    forward!(simple(text: &str));
    forward!(null());
    forward!(null_array());
    forward!(boolean(value: bool));
    forward!(
        /// A double; in RESP2 its text.
        double(value: f64)
    );
    forward!(
        /// An integer of any size.
        big_number(digits: &str)
    );
    forward!(verbatim(format: [u8; 3], text: &str));
    forward!(any(value: impl ToReply));

    forward!(
        /// Something that is no answer, where one is due.
        notice(notice: &Notice)
    );

    /// How many there are.
    #[inline]
    pub(crate) fn count(&mut self, count: usize) -> Outcome {
        self.int(count as i64)
    }

    /// A string value.
    #[inline]
    pub(crate) fn text(&mut self, text: &Text) -> Outcome {
        text.with_bytes(|bytes| self.bulk(bytes))
    }

    /// A bulk string, or null.
    #[inline]
    pub(crate) fn optional(&mut self, text: Option<&[u8]>) -> Outcome {
        match text {
            Some(text) => self.bulk(text),
            None => self.null(),
        }
    }

    /// An array of bulk strings.
    pub(crate) fn bulks<T: AsRef<[u8]>>(
        &mut self,
        texts: impl ExactSizeIterator<Item = T>,
    ) -> Outcome {
        if let Some(mut items) = self.array(texts.len()) {
            for text in texts {
                items.add(text.as_ref());
            }
        }
        Ok(Done::Answered)
    }

    /// The head of an array, whose elements are then given. None only if it is answered already.
    pub(crate) fn array(&mut self, elements: usize) -> Option<Items<'a>> {
        match std::mem::replace(&mut self.0, State::Done) {
            State::Whole(reply) => Some(reply.array(elements)),
            State::Part(reply) | State::Aside(reply) => Some(reply.array(elements)),
            State::Done => None,
        }
    }

    /// The head of a set; in RESP2 an array.
    pub(crate) fn set(&mut self, elements: usize) -> Option<Items<'a>> {
        match std::mem::replace(&mut self.0, State::Done) {
            State::Whole(reply) => Some(reply.set(elements)),
            State::Part(reply) | State::Aside(reply) => Some(reply.set(elements)),
            State::Done => None,
        }
    }

    /// The head of a map; in RESP2 an array of keys and values.
    pub(crate) fn map(&mut self, pairs: usize) -> Option<Pairs<'a>> {
        match std::mem::replace(&mut self.0, State::Done) {
            State::Whole(reply) => Some(reply.map(pairs)),
            State::Part(reply) | State::Aside(reply) => Some(reply.map(pairs)),
            State::Done => None,
        }
    }

    pub(crate) fn error(&mut self, error: &Error) {
        let _ = match std::mem::replace(&mut self.0, State::Done) {
            State::Whole(reply) => reply.error(error),
            State::Part(reply) | State::Aside(reply) => reply.error(error),
            State::Done => {
                debug_assert!(false, "answered and failed: {error:?}");
                Action::Continue
            }
        };
    }

    /// Attributes of the answer, in RESP3.
    pub(crate) fn attributes(&mut self, pairs: usize) -> Option<Pairs<'_>> {
        match &mut self.0 {
            State::Whole(reply) => reply.attributes(pairs),
            State::Part(reply) | State::Aside(reply) => reply.attributes(pairs),
            State::Done => None,
        }
    }

    /// A push in front of the answer, in RESP3.
    pub(crate) fn push_ahead(&mut self, elements: usize) -> Option<Items<'_>> {
        match &mut self.0 {
            State::Whole(reply) => reply.push_ahead(elements),
            State::Part(reply) | State::Aside(reply) => reply.push_ahead(elements),
            State::Done => None,
        }
    }

    /// Says something in front of the answer that is none; only to a client itself.
    pub(crate) fn push_first(&mut self, notice: &Notice) -> bool {
        match &mut self.0 {
            State::Whole(reply) => {
                reply.push_first(notice);
                true
            }
            _ => false,
        }
    }

    /// The version that the answer is written in.
    pub(crate) fn protocol(&self) -> Protocol {
        match &self.0 {
            State::Whole(reply) => reply.protocol(),
            State::Part(reply) | State::Aside(reply) => reply.protocol(),
            State::Done => Protocol::default(),
        }
    }

    /// Whether it stands alone, so that the client can wait for it.
    pub(crate) fn is_whole(&self) -> bool {
        matches!(self.0, State::Whole(_) | State::Aside(_))
    }

    pub(super) fn none(self) -> Action {
        match self.0 {
            State::Whole(reply) => reply.none(),
            _ => Action::Continue,
        }
    }

    pub(super) fn into_whole(self) -> Option<Reply<'a>> {
        match self.0 {
            State::Whole(reply) => Some(reply),
            _ => None,
        }
    }
}

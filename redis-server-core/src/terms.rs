//! What a connection and its server have agreed on.

use core::cell::Cell;

/// A version of the protocol.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Protocol {
    /// What every connection starts with.
    #[default]
    Resp2,
    /// After `HELLO 3`.
    Resp3,
}

impl Protocol {
    /// The version as `HELLO` has it.
    #[must_use]
    pub fn version(self) -> u8 {
        match self {
            Self::Resp2 => 2,
            Self::Resp3 => 3,
        }
    }
}

/// What a connection and its server have agreed on so far.
///
/// A handler changes it while the command and its reply are at hand; what is written from then on
/// follows it, the reply to `HELLO` included.
#[derive(Debug)]
pub struct Terms {
    protocol: Cell<Protocol>,
    authenticated: Cell<bool>,
    subscriptions: Cell<usize>,
}

impl Terms {
    pub(crate) fn new(authenticated: bool) -> Self {
        Self {
            protocol: Cell::default(),
            authenticated: Cell::new(authenticated),
            subscriptions: Cell::default(),
        }
    }

    /// The version that replies are written in.
    #[inline]
    #[must_use]
    pub fn protocol(&self) -> Protocol {
        self.protocol.get()
    }

    /// Has replies written in that version from now on.
    pub fn set_protocol(&self, protocol: Protocol) {
        self.protocol.set(protocol);
    }

    /// Whether the client may run commands.
    #[inline]
    #[must_use]
    pub fn is_authenticated(&self) -> bool {
        self.authenticated.get()
    }

    /// Says whether the client may run commands: until then the lower limits apply to what it
    /// sends and to what waits for it.
    pub fn set_authenticated(&self, authenticated: bool) {
        self.authenticated.set(authenticated);
    }

    /// The channels and patterns that the client is subscribed to, of all kinds.
    #[inline]
    #[must_use]
    pub fn subscriptions(&self) -> usize {
        self.subscriptions.get()
    }

    /// Says how many subscriptions there are. A connection with some has the output limit of a
    /// subscriber, and is never idle.
    pub fn set_subscriptions(&self, subscriptions: usize) {
        self.subscriptions.set(subscriptions);
    }
}

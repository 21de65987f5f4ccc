//! What an application may want to know of its connections.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use redis_client_core::ConnectionError;

use crate::client::ConnectError;

/// Something that happened to a client's connection, or to one of a pool's.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ConnectionEvent {
    /// It is there, and the handshake is done.
    Connected,
    /// It is lost.
    Lost(ConnectionError),
    /// Another one will be tried after so long.
    Reconnecting {
        /// How long.
        after: Duration,
    },
    /// An attempt was in vain.
    Failed(ConnectError),
    /// There were as many attempts as configured; there will be no more.
    GivenUp,
}

impl fmt::Display for ConnectionEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Connected => f.write_str("connected"),
            Self::Lost(reason) => write!(f, "connection lost: {reason}"),
            Self::Reconnecting { after } => write!(f, "reconnecting in {after:.1?}"),
            Self::Failed(error) => error.fmt(f),
            Self::GivenUp => f.write_str("given up"),
        }
    }
}

/// The application's ear.
#[derive(Clone)]
pub(crate) struct Hook(Arc<dyn Fn(&ConnectionEvent) + Send + Sync>);

impl Hook {
    pub(crate) fn new(hook: impl Fn(&ConnectionEvent) + Send + Sync + 'static) -> Self {
        Self(Arc::new(hook))
    }

    pub(crate) fn call(&self, event: &ConnectionEvent) {
        (self.0)(event);
    }
}

impl fmt::Debug for Hook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Hook")
    }
}

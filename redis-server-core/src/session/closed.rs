//! Why a connection ends.

use alloc::string::String;
use core::fmt;

use resp_core::request::RequestError;

/// Why a connection is closed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Closed {
    /// The client closed it.
    ByPeer,
    /// A handler closed it, or whoever looks after the server's connections.
    ByServer,
    /// What the client sent is no request; it has been told so.
    Protocol(RequestError),
    /// What the client sent is HTTP, which a web page may have had a browser send:
    /// [`Config::with_http_refused`](crate::Config::with_http_refused).
    CrossProtocol,
    /// The client was silent for too long.
    Idle,
    /// The client did not read what waited for it.
    OutputLimit {
        /// How many bytes waited.
        bytes: usize,
    },
    /// The server shuts down.
    Shutdown,
    /// The service did not want it.
    Refused,
    /// The connection left the server as it was: see [`Action::Detach`](crate::Action::Detach).
    Detached,
    /// The operating system, or TLS, reports that it is lost.
    Lost(String),
    /// A handler panicked.
    Panicked,
}

impl fmt::Display for Closed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ByPeer => f.write_str("closed by the client"),
            Self::ByServer => f.write_str("closed by the server"),
            Self::Protocol(error) => write!(f, "protocol error: {error}"),
            Self::CrossProtocol => f.write_str("the client sent HTTP"),
            Self::Idle => f.write_str("idle for too long"),
            Self::OutputLimit { bytes } => {
                write!(f, "the client left {bytes} bytes of output unread")
            }
            Self::Shutdown => f.write_str("the server shuts down"),
            Self::Refused => f.write_str("refused"),
            Self::Detached => f.write_str("detached"),
            Self::Lost(error) => write!(f, "lost: {error}"),
            Self::Panicked => f.write_str("a command's handler panicked"),
        }
    }
}

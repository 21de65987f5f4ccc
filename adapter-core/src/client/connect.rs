//! From an address to a client.

use std::fmt;

use redis_client_core::ConnectionError;

use super::Client;
use crate::dial::Dial;
use crate::driver::Driver;
use crate::endpoint::{Endpoint, Options, OptionsError};
use crate::runtime::{Runtime, Spawn};

/// Why there is no connection.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ConnectError {
    /// The URL is wrong.
    Options(OptionsError),
    /// Nothing answers at the endpoint, or it can't be found.
    Unreachable {
        /// Where.
        endpoint: Endpoint,
        /// What the operating system says.
        reason: String,
    },
    /// Connecting took longer than configured.
    TimedOut {
        /// Where.
        endpoint: Endpoint,
    },
    /// The session could not be set up.
    Session {
        /// Where.
        endpoint: Endpoint,
        /// Why not.
        error: ConnectionError,
    },
}

impl<R: Runtime + Default + Spawn<Driver<R>>> Client<R> {
    /// Connects to a server, by URL or by [`Options`], and spawns the driver on the current
    /// executor.
    ///
    /// # Errors
    ///
    /// [`ConnectError`], if the URL is wrong, nothing answers, or the server refuses the
    /// handshake.
    pub async fn connect<O>(options: O) -> Result<Self, ConnectError>
    where
        O: TryInto<Options>,
        O::Error: Into<OptionsError>,
    {
        let options = options.try_into().map_err(|error| ConnectError::Options(error.into()))?;
        let runtime = R::default();
        let stream = Dial::new(runtime.clone(), &options).await?;
        let Options { endpoint, config, .. } = options;
        let (client, driver) = Self::new(runtime.clone(), stream, config);
        runtime.spawn(driver);
        match client.ready().await {
            Ok(()) => Ok(client),
            Err(error) => Err(ConnectError::Session { endpoint, error }),
        }
    }
}

impl fmt::Display for ConnectError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Options(error) => error.fmt(f),
            Self::Unreachable { endpoint, reason } => {
                write!(f, "cannot connect to {endpoint}: {reason}")
            }
            Self::TimedOut { endpoint } => {
                write!(f, "cannot connect to {endpoint}: no answer in time")
            }
            Self::Session { endpoint, error } => {
                write!(f, "cannot start a session with {endpoint}: {error}")
            }
        }
    }
}

impl std::error::Error for ConnectError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Options(error) => Some(error),
            Self::Session { error, .. } => Some(error),
            Self::Unreachable { .. } | Self::TimedOut { .. } => None,
        }
    }
}

/// `Options` given as such can't be wrong.
impl From<std::convert::Infallible> for OptionsError {
    fn from(never: std::convert::Infallible) -> Self {
        match never {}
    }
}

//! From an address to a client.

use std::fmt;

use redis_client_core::ConnectionError;

use super::{Client, Ready};
use crate::credentials::CredentialError;
use crate::dial::Dial;
use crate::driver::Driver;
use crate::endpoint::Endpoint;
use crate::options::{Offline, Options, OptionsError};
use crate::pool::Watcher;
use crate::runtime::{Runtime, Spawn};
use crate::shared::Terms;
#[cfg(feature = "tls")]
use crate::tls::TlsError;

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
    /// There are no credentials.
    Credentials {
        /// For where.
        endpoint: Endpoint,
        /// What the application's provider says.
        error: CredentialError,
    },
    /// What is configured of TLS doesn't do.
    #[cfg(feature = "tls")]
    Tls {
        /// For where.
        endpoint: Endpoint,
        /// Why not.
        error: TlsError,
    },
    /// The server speaks RESP2, where subscribers need a connection of their own, and this client was
    /// given its connection ([`Client::new`]): it can't make another one.
    NotMade,
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
        Self::connect_on(R::default(), options).await
    }

    /// The same without waiting for the connection, for a service that starts before its server
    /// does: the driver connects in the background, and tries for as long as it takes.
    ///
    /// # Errors
    ///
    /// [`OptionsError`], if the URL is wrong.
    ///
    /// # Panics
    ///
    /// Where the runtime can't spawn: tokio outside of a runtime, glommio outside of an executor.
    pub fn connect_lazily<O>(options: O) -> Result<Self, OptionsError>
    where
        O: TryInto<Options>,
        O::Error: Into<OptionsError>,
    {
        let options = options.try_into().map_err(Into::into)?;
        options.check()?;
        let runtime = R::default();
        let (client, driver) =
            Self::waiting(runtime.clone(), options.config.clone(), options.terms());
        client.locked(|shared, _| shared.origin = Some(Box::new(options.clone())));
        runtime.spawn(driver.kept(options));
        Ok(client)
    }
}

impl<R: Runtime + Spawn<Driver<R>>> Client<R> {
    /// [Connects](Client::connect) on a given runtime.
    ///
    /// # Errors
    ///
    /// As there.
    pub async fn connect_on<O>(runtime: R, options: O) -> Result<Self, ConnectError>
    where
        O: TryInto<Options>,
        O::Error: Into<OptionsError>,
    {
        let options = options.try_into().map_err(|error| ConnectError::Options(error.into()))?;
        options.check().map_err(ConnectError::Options)?;
        Self::open(runtime, &options, options.terms(), None).await
    }

    /// Connects, spawns the driver and waits for the end of the handshake.
    pub(crate) async fn open(
        runtime: R,
        options: &Options,
        terms: Terms,
        watcher: Option<Watcher<R>>,
    ) -> Result<Self, ConnectError> {
        let mut dial = Dial::new(runtime.clone(), options);
        let stream = options.secure((&mut dial).await?)?;
        let config = dial.configure(options.config.clone());
        let (client, driver) = Self::with_terms(runtime.clone(), stream, config, terms);
        client.locked(|shared, _| shared.origin = Some(Box::new(options.clone())));
        let driver = driver.kept(options.clone());
        runtime.spawn(match watcher {
            Some(watcher) => driver.watched(watcher),
            None => driver,
        });
        match Ready::first(&client).await {
            Ok(()) => Ok(client),
            Err(error) => Err(ConnectError::Session { endpoint: options.endpoint.clone(), error }),
        }
    }
}

impl Options {
    /// What becomes of commands when a connection is lost.
    pub(crate) fn terms(&self) -> Terms {
        Terms {
            reconnects: self.reconnect.attempts != Some(0),
            waits: self.offline == Offline::Wait,
            pooled: false,
            resends: self.resends,
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
            Self::Credentials { endpoint, error } => {
                write!(f, "no credentials for {endpoint}: {error}")
            }
            #[cfg(feature = "tls")]
            Self::Tls { endpoint, error } => write!(f, "no TLS with {endpoint}: {error}"),
            Self::NotMade => {
                f.write_str("subscribers need RESP3, or a client that can make another connection")
            }
            Self::Session { endpoint, error } => {
                write!(f, "cannot start a session with {endpoint}: {error}")
            }
        }
    }
}

/// Its text has all that is known, but for what is behind an application's own error.
impl std::error::Error for ConnectError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Credentials { error, .. } => error.source(),
            _ => None,
        }
    }
}

/// `Options` given as such can't be wrong.
impl From<std::convert::Infallible> for OptionsError {
    fn from(never: std::convert::Infallible) -> Self {
        match never {}
    }
}

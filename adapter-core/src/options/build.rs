//! Options by methods.

use std::sync::Arc;
use std::time::Duration;

use redis_client_core::{Config, Credentials, Protocol, Reconnect, Request};

#[cfg(feature = "tls")]
use super::Security;
use super::{Offline, Options};
use crate::credentials::CredentialProvider;
use crate::endpoint::SocketOptions;
use crate::event::{ConnectionEvent, Hook};
#[cfg(feature = "tls")]
use crate::tls::TlsConfig;

/// Setting them. [`check`](Self::check) tells what goes with what.
impl Options {
    /// Sets what the session is to be like, in place of all that was said of it before:
    /// credentials, database, protocol, client name and command timeout too.
    #[must_use]
    pub fn config(mut self, config: Config) -> Self {
        self.config = config;
        self.user = None;
        self
    }

    /// Sets the user of the server's access control list (since Redis 6). A user wants a
    /// [`password`](Self::password).
    #[must_use]
    pub fn user(mut self, user: impl Into<String>) -> Self {
        let user = user.into();
        match self.config.login().map(|login| Credentials::user(&*user, login.secret())) {
            Some(credentials) => self.config = self.config.credentials(credentials),
            None => self.user = Some(user),
        }
        self
    }

    /// Sets the [`user`](Self::user)'s password, or without one the default user's.
    #[must_use]
    pub fn password(mut self, password: impl Into<String>) -> Self {
        let before = self.config.login().and_then(Credentials::username).map(str::to_owned);
        let credentials = match self.user.take().or(before) {
            Some(user) => Credentials::user(user, password),
            None => Credentials::password(password),
        };
        self.config = self.config.credentials(credentials);
        self
    }

    /// Sets who is asked for the credentials on each connect, in place of a user and password.
    #[must_use]
    pub fn credential_provider(mut self, provider: impl CredentialProvider + 'static) -> Self {
        self.provider = Some(Arc::new(provider));
        self
    }

    /// Sets the database to select. 0 by default.
    #[must_use]
    pub fn database(mut self, database: u32) -> Self {
        self.config = self.config.database(database);
        self
    }

    /// Sets the protocol's version.
    #[must_use]
    pub fn protocol(mut self, protocol: Protocol) -> Self {
        self.config = self.config.protocol(protocol);
        self
    }

    /// Sets the name that `CLIENT LIST` shows: printable ASCII without spaces.
    #[must_use]
    pub fn client_name(mut self, name: impl Into<String>) -> Self {
        self.config = self.config.client_name(name);
        self
    }

    /// Sets how long to wait for a reply; none waits for ever. 10 s by default.
    #[must_use]
    pub fn command_timeout(mut self, timeout: impl Into<Option<Duration>>) -> Self {
        self.config = self.config.command_timeout(timeout.into());
        self
    }

    /// Sets how long connecting may take, name lookup included and handshake not. 5 s by default.
    #[must_use]
    pub const fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = timeout;
        self
    }

    /// Sets how long the handshake may take, once connected. 5 s by default.
    #[must_use]
    pub fn handshake_timeout(mut self, timeout: Duration) -> Self {
        self.config = self.config.handshake_timeout(timeout);
        self
    }

    /// Sets how long a server may be silent before it is asked whether it is there, and as long again
    /// before it is given up: see [`Config::liveness`].
    #[must_use]
    pub fn liveness(mut self, silence: impl Into<Option<Duration>>) -> Self {
        self.config = self.config.liveness(silence.into());
        self
    }

    /// Adds a command to be run at the start of each connection: see [`Config::on_connect`].
    #[must_use]
    pub fn on_connect(mut self, command: impl AsRef<Request>) -> Self {
        self.config = self.config.on_connect(command);
        self
    }

    /// Sets how many connections a pool may have. See
    /// [`effective_pool_size`](Self::effective_pool_size) for the default.
    #[must_use]
    pub const fn pool_size(mut self, connections: usize) -> Self {
        self.pool_size = Some(connections);
        self
    }

    /// Sets how a lost connection is made again.
    #[must_use]
    pub const fn reconnect(mut self, reconnect: Reconnect) -> Self {
        self.reconnect = reconnect;
        self
    }

    /// Sets what becomes of commands while there is no connection.
    #[must_use]
    pub const fn offline(mut self, offline: Offline) -> Self {
        self.offline = offline;
        self
    }

    /// Sets how often a command is sent again that only reads, or is marked by
    /// [`resend`](redis_client_core::Command::resend), where the connection is lost before its
    /// reply. Twice by default.
    #[must_use]
    pub const fn resends(mut self, times: u32) -> Self {
        self.resends = times;
        self
    }

    /// Sets how long to wait for a lease. 5 s by default.
    #[must_use]
    pub const fn lease_timeout(mut self, timeout: Duration) -> Self {
        self.lease_timeout = timeout;
        self
    }

    /// Sets what is called when something happens to a connection. It is called on the driver's
    /// task, and should be quick.
    #[must_use]
    pub fn on_event(mut self, hook: impl Fn(&ConnectionEvent) + Send + Sync + 'static) -> Self {
        self.hook = Some(Hook::new(hook));
        self
    }

    /// Encrypts the connection. A URL that starts with `rediss://` does so by itself, and trusts
    /// the public authorities.
    #[cfg(feature = "tls")]
    #[must_use]
    pub fn tls(mut self, config: TlsConfig) -> Self {
        self.security = Security::Tls;
        self.tls = Some(config);
        self
    }

    /// Sets how the operating system watches over the connection.
    #[must_use]
    pub const fn socket(mut self, socket: SocketOptions) -> Self {
        self.socket = socket;
        self
    }

    /// Keeps something for the application, which nothing here looks at; [`metadata_of`] has it
    /// again. In a URL it is the option `app.`*key*. The value doesn't show in `Debug`.
    ///
    /// [`metadata_of`]: Self::metadata_of
    #[must_use]
    pub fn metadata(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.metadata.insert(key.into(), value.into());
        self
    }
}

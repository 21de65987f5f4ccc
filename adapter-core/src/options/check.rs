//! The rules that hold for options wherever they come from.

use std::net::Ipv6Addr;
use std::path::Path;
use std::time::Duration;

use redis_client_core::{Config, Credentials};

use super::pool_size::check_pool_size;
use super::{Options, OptionsError, Security};
use crate::endpoint::{Endpoint, SocketOptions};

impl Options {
    /// Finds what connecting would complain about, without connecting. What was made from a
    /// string has been checked so far.
    ///
    /// # Errors
    ///
    /// The first rule that is broken.
    pub fn check(&self) -> Result<(), OptionsError> {
        match &self.endpoint {
            Endpoint::Tcp { host, port } => check_host(host, *port)?,
            Endpoint::Unix(path) => check_path(path)?,
        }
        if self.security == Security::Tls && matches!(self.endpoint, Endpoint::Unix(_)) {
            return Err(OptionsError::TlsOverUnix);
        }
        self.check_credentials()?;
        check_config(&self.config)?;
        if self.connect_timeout.is_zero() {
            return Err(OptionsError::ConnectTimeout);
        }
        check_socket(&self.socket)?;
        if let Some(size) = self.pool_size {
            check_pool_size(size).ok_or(OptionsError::PoolSize)?;
        }
        if self.lease_timeout.is_zero() {
            return Err(OptionsError::LeaseTimeout);
        }
        if self.metadata.contains_key("") {
            return Err(OptionsError::MetadataKey);
        }
        Ok(())
    }

    fn check_credentials(&self) -> Result<(), OptionsError> {
        let login = self.config.login();
        if self.user.as_deref().or(login.and_then(Credentials::username)) == Some("") {
            return Err(OptionsError::UserEmpty);
        }
        if self.user.is_some() {
            return Err(OptionsError::UserWithoutPassword);
        }
        let Some(login) = login else { return Ok(()) };
        if login.secret().is_empty() {
            return Err(OptionsError::PasswordEmpty);
        }
        match self.provider {
            Some(_) => Err(OptionsError::CredentialsTwice),
            None => Ok(()),
        }
    }
}

fn check_host(host: &str, port: u16) -> Result<(), OptionsError> {
    if host.is_empty() {
        return Err(OptionsError::HostEmpty);
    }
    let misplaced =
        |char: char| char.is_whitespace() || char.is_control() || r"/?#@[]\".contains(char);
    // The zone of a link-local address follows a `%`.
    let address = host.split('%').next().unwrap_or_default();
    let six = host.contains(':');
    if host.contains(misplaced) || (six && address.parse::<Ipv6Addr>().is_err()) {
        return Err(OptionsError::Host);
    }
    if port == 0 {
        return Err(OptionsError::Port);
    }
    Ok(())
}

fn check_path(path: &Path) -> Result<(), OptionsError> {
    let path = path.as_os_str().as_encoded_bytes();
    if path.is_empty() {
        return Err(OptionsError::PathEmpty);
    }
    if path.contains(&0) {
        return Err(OptionsError::Path);
    }
    Ok(())
}

fn check_config(config: &Config) -> Result<(), OptionsError> {
    // As `validateClientName` of Redis's networking.c has it, but for the empty name, which takes
    // a name away.
    let name = config.connection_name();
    if name.is_some_and(|name| name.is_empty() || !name.bytes().all(|b| b.is_ascii_graphic())) {
        return Err(OptionsError::ClientName);
    }
    if config.reply_timeout().is_some_and(|timeout| timeout.is_zero()) {
        return Err(OptionsError::CommandTimeout);
    }
    if config.handshake_limit().is_zero() {
        return Err(OptionsError::HandshakeTimeout);
    }
    if config.silence_limit().is_some_and(|limit| limit.is_zero()) {
        return Err(OptionsError::Liveness);
    }
    if let Some(command) = config.unsuitable() {
        return Err(OptionsError::OnConnect { command });
    }
    Ok(())
}

/// The bounds are Linux's; where one is exceeded, setting the option fails with an error that
/// says nothing.
fn check_socket(socket: &SocketOptions) -> Result<(), OptionsError> {
    let probing = Duration::from_secs(1)..=Duration::from_secs(32_767);
    if socket.keepalive_idle.is_some_and(|idle| !probing.contains(&idle)) {
        return Err(OptionsError::Keepalive);
    }
    if !probing.contains(&socket.keepalive_interval) {
        return Err(OptionsError::KeepaliveInterval);
    }
    if !(1..=127).contains(&socket.keepalive_probes) {
        return Err(OptionsError::KeepaliveProbes);
    }
    // Counted in milliseconds, in 31 bits; 24 days are a little less.
    let unacknowledged = Duration::from_millis(1)..=Duration::from_secs(24 * 24 * 60 * 60);
    if socket.user_timeout.is_some_and(|timeout| !unacknowledged.contains(&timeout)) {
        return Err(OptionsError::UserTimeout);
    }
    Ok(())
}

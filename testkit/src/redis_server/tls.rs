//! What a server needs for TLS.

use std::fmt;
use std::fs;
use std::io;
use std::path::Path;

/// A server's certificates, all as PEM.
#[derive(Clone)]
pub struct Tls {
    /// The server's certificate, and those of intermediate CAs behind it.
    pub certificate: String,
    /// Its key.
    pub key: String,
    /// The CA of the certificates that clients may have.
    pub ca: String,
    /// Whether a client without a certificate is refused.
    pub clients_need_one: bool,
}

impl Tls {
    /// Refuses clients without a certificate.
    #[must_use = "the other settings are the ones to be used"]
    pub fn clients_need_one(mut self) -> Self {
        self.clients_need_one = true;
        self
    }

    pub(super) fn write(&self, dir: &Path) -> io::Result<()> {
        let files = [(CERTIFICATE, &self.certificate), (KEY, &self.key), (CA, &self.ca)];
        files.iter().try_for_each(|(name, pem)| fs::write(dir.join(name), pem))
    }

    /// The server runs in the directory of the files.
    pub(super) fn directives(&self) -> String {
        let clients = if self.clients_need_one { "yes" } else { "no" };
        format!(
            "tls-cert-file {CERTIFICATE}\ntls-key-file {KEY}\ntls-ca-cert-file {CA}\n\
             tls-auth-clients {clients}\n"
        )
    }
}

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tls")
            .field("clients_need_one", &self.clients_need_one)
            .finish_non_exhaustive()
    }
}

const CERTIFICATE: &str = "server.pem";
const KEY: &str = "server-key.pem";
const CA: &str = "ca.pem";

//! Who a server is, and which clients it lets in.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use rustls::crypto::ring;
use rustls::pki_types::CertificateDer;
use rustls::server::WebPkiClientVerifier;
use rustls::server::danger::ClientCertVerifier;
use rustls::sign::SingleCertAndKey;
use rustls::{RootCertStore, ServerConfig, ServerConnection};

use super::{TlsError, TlsStream, pem};
use crate::runtime::Transport;

/// A server's certificate and key, and whether clients need certificates, too.
///
/// Clients are asked for none unless told otherwise. TLS 1.2 and TLS 1.3 are spoken. Clients that
/// come back are known by tickets, which are encrypted with keys that are made anew every six
/// hours, and good for twelve at most: so the server remembers nothing of them. Who resumes is not
/// checked again: a certificate that has expired since is good until the ticket is not. Commands
/// are never taken from a handshake's early data, which can be replayed.
///
/// Clones are cheap, and take each other's tickets.
///
/// ```
/// use adapter_core::tls::{ClientCertificates, TlsServerConfig};
///
/// # fn example() -> Result<(), adapter_core::TlsError> {
/// let tls = TlsServerConfig::from_files("redis.crt", "redis.key")?
///     .client_ca_file("ca.crt", ClientCertificates::Required)?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct TlsServerConfig {
    /// None if it is all decided already.
    identity: Option<Arc<SingleCertAndKey>>,
    clients: ClientCertificates,
    made: Arc<ServerConfig>,
}

/// Whether clients are asked for certificates: redis-server's `tls-auth-clients`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ClientCertificates {
    /// `no`: they are not asked.
    #[default]
    No,
    /// `optional`: they may have none, but no bad one.
    Optional,
    /// `yes`: who has none is refused.
    Required,
}

impl TlsServerConfig {
    /// Takes the server's certificate as PEM, followed by those of intermediate CAs if there are
    /// any, and its key as PEM.
    ///
    /// # Errors
    ///
    /// [`TlsError::Pem`] if one of them is not there, [`TlsError::EncryptedKey`] if the key needs a
    /// password, [`TlsError::ServerCertificate`] if it is another's or of an unknown type.
    pub fn from_pem(chain: impl AsRef<[u8]>, key: impl AsRef<[u8]>) -> Result<Self, TlsError> {
        let chain = pem::certificates(chain.as_ref())?;
        let key = pem::private_key(key.as_ref())?;
        Self::new(pem::certified(chain, key).map_err(TlsError::ServerCertificate)?)
    }

    /// Takes the server's certificate as DER, followed by those of intermediate CAs if there are
    /// any, and its key as DER (PKCS#8, PKCS#1 or SEC1).
    ///
    /// # Errors
    ///
    /// [`TlsError::Der`] if there is no certificate, or the key is none,
    /// [`TlsError::ServerCertificate`] if it is another's or of an unknown type.
    pub fn from_der(chain: Vec<Vec<u8>>, key: Vec<u8>) -> Result<Self, TlsError> {
        if chain.is_empty() {
            return Err(TlsError::Der { what: "certificate" });
        }
        let chain = chain.into_iter().map(CertificateDer::from).collect();
        let key = pem::private_key_der(key)?;
        Self::new(pem::certified(chain, key).map_err(TlsError::ServerCertificate)?)
    }

    /// Reads the server's certificate and key from files, which are PEM as for
    /// [`from_pem`](Self::from_pem), or DER (redis-server's `tls-cert-file` and `tls-key-file`).
    /// They are read now, once.
    ///
    /// # Errors
    ///
    /// [`TlsError::File`] with [`TlsError::Unreadable`] or one of [`from_pem`](Self::from_pem)'s in
    /// it.
    pub fn from_files(chain: impl AsRef<Path>, key: impl AsRef<Path>) -> Result<Self, TlsError> {
        let (chain_path, key_path) = (chain.as_ref(), key.as_ref());
        let chain = pem::certificates_in(chain_path)?;
        let key = pem::private_key_in(key_path)?;
        let identity = pem::certified(chain, key).map_err(|reason| {
            let reason = format!("{reason} (the key is in {})", key_path.display());
            TlsError::ServerCertificate(reason).in_file(chain_path)
        })?;
        Self::new(identity)
    }

    /// Takes a configuration of rustls as it is: other versions, revocation lists, certificates by
    /// the name that is asked for, or another provider of cryptography. Clients' certificates are
    /// its affair, too.
    pub fn from_rustls(config: Arc<ServerConfig>) -> Self {
        Self { identity: None, clients: ClientCertificates::No, made: config }
    }

    /// Takes these CAs, and no others, for those of the clients' certificates: certificates as PEM,
    /// one or more. With [`ClientCertificates::No`] clients are not asked all the same.
    ///
    /// Tickets given out before are worth nothing.
    ///
    /// # Errors
    ///
    /// [`TlsError::Pem`] if there is no certificate in it, [`TlsError::Ca`] if one can't be read,
    /// [`TlsError::ReadyMade`] if the configuration came from rustls.
    pub fn client_ca_pem(
        self,
        pem: impl AsRef<[u8]>,
        wanted: ClientCertificates,
    ) -> Result<Self, TlsError> {
        self.ask_clients(pem::certificates(pem.as_ref())?, wanted)
    }

    /// Reads the CAs of [`client_ca_pem`](Self::client_ca_pem) from a file (redis-server's
    /// `tls-ca-cert-file`), which may also be a single one as DER. It is read now, once.
    ///
    /// # Errors
    ///
    /// [`TlsError::File`] with [`TlsError::Unreadable`] or one of
    /// [`client_ca_pem`](Self::client_ca_pem)'s in it; [`TlsError::ReadyMade`] by itself.
    pub fn client_ca_file(
        self,
        path: impl AsRef<Path>,
        wanted: ClientCertificates,
    ) -> Result<Self, TlsError> {
        let path = path.as_ref();
        let authorities = pem::certificates_in(path)?;
        self.ask_clients(authorities, wanted).map_err(|error| match error {
            TlsError::Ca(_) => error.in_file(path),
            error => error,
        })
    }

    /// Puts TLS around a stream that was accepted.
    ///
    /// The handshake is done by whoever polls the stream, for reading or writing. How long it may
    /// take is for the caller to say, who sees from [`TlsStream::is_handshaking`] whether it goes
    /// on. A client that was refused is told why by [`poll_read`](Transport::poll_read) as far as
    /// the transport takes it at once, and by [`poll_close`](Transport::poll_close) to the last
    /// byte, which also may take as long as the client likes.
    ///
    /// # Errors
    ///
    /// [`TlsError::Config`] if rustls can't be set up, which only a configuration of
    /// [`from_rustls`](Self::from_rustls) can bring about.
    pub fn accept<S: Transport>(&self, stream: S) -> Result<TlsStream<S>, TlsError> {
        let session = ServerConnection::new(Arc::clone(&self.made))
            .map_err(|error| TlsError::Config(error.to_string()))?;
        Ok(TlsStream::new(session, stream))
    }

    fn new(identity: Arc<SingleCertAndKey>) -> Result<Self, TlsError> {
        let made = make(&identity, WebPkiClientVerifier::no_client_auth())?;
        Ok(Self { identity: Some(identity), clients: ClientCertificates::No, made })
    }

    fn ask_clients(
        self,
        authorities: Vec<CertificateDer<'static>>,
        clients: ClientCertificates,
    ) -> Result<Self, TlsError> {
        let identity = self.identity.ok_or(TlsError::ReadyMade)?;
        let mut roots = RootCertStore::empty();
        pem::add_roots(&mut roots, authorities)?;
        let provider = Arc::new(ring::default_provider());
        let builder = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
        let verifier = match clients {
            ClientCertificates::No => Ok(WebPkiClientVerifier::no_client_auth()),
            ClientCertificates::Optional => builder.allow_unauthenticated().build(),
            ClientCertificates::Required => builder.build(),
        };
        let verifier = verifier.map_err(|error| TlsError::Config(error.to_string()))?;
        let made = make(&identity, verifier)?;
        Ok(Self { identity: Some(identity), clients, made })
    }
}

fn make(
    identity: &Arc<SingleCertAndKey>,
    clients: Arc<dyn ClientCertVerifier>,
) -> Result<Arc<ServerConfig>, TlsError> {
    let failed = |error: rustls::Error| TlsError::Config(error.to_string());
    // By name, since the process may have another as its default, or several and none.
    let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(failed)?
        .with_client_cert_verifier(clients)
        .with_cert_resolver(Arc::<SingleCertAndKey>::clone(identity));
    config.ticketer = ring::Ticketer::new().map_err(failed)?;
    Ok(Arc::new(config))
}

impl fmt::Debug for TlsServerConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { identity, clients, made: _ } = self;
        let mut shown = f.debug_struct("TlsServerConfig");
        match identity {
            Some(_) => shown.field("client_certificates", clients).finish_non_exhaustive(),
            None => shown.field("ready_made", &true).finish_non_exhaustive(),
        }
    }
}

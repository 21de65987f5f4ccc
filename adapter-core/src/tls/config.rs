//! Whom to trust, and who to be.

use std::any::Any;
use std::fmt;
use std::sync::{Arc, OnceLock};

use rustls::client::Resumption;
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::sign::SingleCertAndKey;
use rustls::{ClientConfig, ClientConnection, RootCertStore};

use super::any::AnyCertificate;
use super::{TlsError, TlsStream, pem};
use crate::runtime::Transport;

/// How a client's connections are encrypted, and which servers are believed to be who they say they
/// are.
///
/// Unless told otherwise it trusts the public CAs (Mozilla's list, compiled in), checks that the
/// certificate is for the host that was connected to, and has no certificate of its own. Clones
/// are cheap, and share what they remember of earlier connections: connecting again is faster.
///
/// ```
/// use adapter_core::TlsConfig;
///
/// # fn example(pem: &[u8]) -> Result<(), adapter_core::TlsError> {
/// let tls = TlsConfig::new().ca_pem(pem)?.server_name("redis.internal")?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Default)]
pub struct TlsConfig(Arc<Inner>);

#[derive(Default)]
struct Inner {
    settings: Settings,
    /// Made when it is first needed, from the settings.
    made: OnceLock<Result<Arc<ClientConfig>, TlsError>>,
}

#[derive(Clone, Default)]
struct Settings {
    trust: Trust,
    client: Option<Arc<SingleCertAndKey>>,
    server_name: Option<ServerName<'static>>,
    any_certificate: bool,
}

/// Whose word is taken for who a server is.
#[derive(Clone, Default)]
enum Trust {
    #[default]
    Public,
    Own(Arc<RootCertStore>),
    /// It is all decided already.
    ReadyMade(Arc<ClientConfig>),
}

impl TlsConfig {
    /// What is the same for clones and nobody else.
    pub(crate) fn identity(&self) -> Arc<dyn Any + Send + Sync> {
        Arc::clone(&self.0) as _
    }

    /// Trusts the public CAs.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes a configuration of rustls as it is: other CAs, revocation lists, ciphers, or another
    /// provider of cryptography. Of the methods here only [`server_name`](Self::server_name) and
    /// [`danger_accept_any_certificate`](Self::danger_accept_any_certificate) still apply.
    pub fn from_rustls(config: Arc<ClientConfig>) -> Self {
        let settings = Settings { trust: Trust::ReadyMade(config), ..Settings::default() };
        Self(Arc::new(Inner { settings, made: OnceLock::new() }))
    }

    /// Trusts these CAs and no others: certificates as PEM, one or more.
    ///
    /// # Errors
    ///
    /// [`TlsError::Pem`] if there is no certificate in it, [`TlsError::Ca`] if one can't be read.
    pub fn ca_pem(self, pem: impl AsRef<[u8]>) -> Result<Self, TlsError> {
        self.trust(RootCertStore::empty(), pem::certificates(pem.as_ref())?)
    }

    /// Trusts these CAs besides those that it trusts already.
    ///
    /// # Errors
    ///
    /// Those of [`ca_pem`](Self::ca_pem).
    pub fn add_ca_pem(self, pem: impl AsRef<[u8]>) -> Result<Self, TlsError> {
        let roots = match &self.0.settings.trust {
            Trust::Own(roots) => RootCertStore::clone(roots),
            Trust::Public | Trust::ReadyMade(_) => public_roots(),
        };
        self.trust(roots, pem::certificates(pem.as_ref())?)
    }

    /// Trusts the CAs that the operating system trusts, and no others. They are read now, from
    /// files: do it once, and clone.
    ///
    /// # Errors
    ///
    /// [`TlsError::NativeRoots`] if there are none.
    #[cfg(feature = "tls-native-roots")]
    pub fn native_roots(self) -> Result<Self, TlsError> {
        let found = rustls_native_certs::load_native_certs();
        let mut roots = RootCertStore::empty();
        // Some that can't be read are usual among hundreds.
        let (added, _) = roots.add_parsable_certificates(found.certs);
        if added == 0 {
            let reason = found.errors.first().map(ToString::to_string);
            return Err(TlsError::NativeRoots(reason.unwrap_or_else(|| "there are none".into())));
        }
        self.trust(roots, Vec::new())
    }

    /// Shows the server this certificate, for servers that ask for one (`tls-auth-clients`): the
    /// certificate as PEM, followed by those of intermediate CAs if there are any, and its key.
    ///
    /// # Errors
    ///
    /// [`TlsError::Pem`] if one of them is not there, [`TlsError::EncryptedKey`] if the key needs a
    /// password, [`TlsError::ClientCertificate`] if it is another's or of an unknown type.
    pub fn client_certificate_pem(
        self,
        certificate: impl AsRef<[u8]>,
        key: impl AsRef<[u8]>,
    ) -> Result<Self, TlsError> {
        self.changeable()?;
        let chain = pem::certificates(certificate.as_ref())?;
        let key = pem::private_key(key.as_ref())?;
        let client = pem::certified(chain, key).map_err(TlsError::ClientCertificate)?;
        Ok(self.change(|settings| settings.client = Some(client)))
    }

    /// Expects the certificate of this server, whatever host is connected to, and asks for it by
    /// this name (SNI): for connecting by an address that is not in the certificate, or through a
    /// tunnel.
    ///
    /// # Errors
    ///
    /// [`TlsError::ServerName`] if it is neither a DNS name nor an IP address.
    pub fn server_name(self, name: &str) -> Result<Self, TlsError> {
        let name = server_name(name)?;
        Ok(self.change(|settings| settings.server_name = Some(name)))
    }

    /// Accepts whatever certificate the server shows.
    ///
    /// **This gives away what TLS is for.** Anyone between here and the server can be the server:
    /// read the password, read and change all data. Nothing but eavesdropping by those who can't
    /// interfere is prevented. For a server with a certificate of its own making,
    /// [`ca_pem`](Self::ca_pem) with that certificate is as easy, and safe.
    #[must_use = "the other configuration is the one to be used"]
    pub fn danger_accept_any_certificate(self) -> Self {
        self.change(|settings| settings.any_certificate = true)
    }

    /// Puts TLS around a connected stream. `host` is what was connected to; the certificate must
    /// be for it, unless there is a [`server_name`](Self::server_name).
    ///
    /// Nothing is sent yet: the handshake begins when the stream is first polled.
    ///
    /// # Errors
    ///
    /// [`TlsError::ServerName`] if the host is neither a DNS name nor an IP address,
    /// [`TlsError::Config`] if rustls can't be set up.
    pub fn connect<S: Transport>(&self, host: &str, stream: S) -> Result<TlsStream<S>, TlsError> {
        let name = match &self.0.settings.server_name {
            Some(name) => name.clone(),
            None => server_name(host)?,
        };
        let config = self.0.made.get_or_init(|| self.0.settings.make()).clone()?;
        let session = ClientConnection::new(config, name)
            .map_err(|error| TlsError::Config(error.to_string()))?;
        Ok(TlsStream::new(session, stream))
    }

    fn trust(
        self,
        mut roots: RootCertStore,
        more: Vec<CertificateDer<'static>>,
    ) -> Result<Self, TlsError> {
        self.changeable()?;
        pem::add_roots(&mut roots, more)?;
        Ok(self.change(|settings| settings.trust = Trust::Own(Arc::new(roots))))
    }

    fn changeable(&self) -> Result<(), TlsError> {
        match self.0.settings.trust {
            Trust::ReadyMade(_) => Err(TlsError::ReadyMade),
            Trust::Public | Trust::Own(_) => Ok(()),
        }
    }

    fn change(self, change: impl FnOnce(&mut Settings)) -> Self {
        let mut settings = self.0.settings.clone();
        change(&mut settings);
        Self(Arc::new(Inner { settings, made: OnceLock::new() }))
    }
}

impl Settings {
    fn make(&self) -> Result<Arc<ClientConfig>, TlsError> {
        let roots = match &self.trust {
            Trust::Public => Arc::new(public_roots()),
            Trust::Own(roots) => Arc::clone(roots),
            Trust::ReadyMade(config) if self.any_certificate => {
                let mut config = ClientConfig::clone(config);
                // What was agreed on unchecked is not to be resumed by those who check.
                config.resumption = Resumption::default();
                return Ok(Arc::new(self.loosened(config)));
            }
            Trust::ReadyMade(config) => return Ok(Arc::clone(config)),
        };
        // By name, since the process may have another as its default, or several and none.
        let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(|error| TlsError::Config(error.to_string()))?
            .with_root_certificates(roots);
        let config = match &self.client {
            Some(client) => {
                builder.with_client_cert_resolver(Arc::<SingleCertAndKey>::clone(client))
            }
            None => builder.with_no_client_auth(),
        };
        Ok(Arc::new(self.loosened(config)))
    }

    fn loosened(&self, mut config: ClientConfig) -> ClientConfig {
        if self.any_certificate {
            let provider: Arc<CryptoProvider> = Arc::clone(config.crypto_provider());
            config.dangerous().set_certificate_verifier(Arc::new(AnyCertificate(provider)));
        }
        config
    }
}

impl fmt::Debug for TlsConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Settings { trust, client, server_name, any_certificate } = &self.0.settings;
        let trust = match trust {
            Trust::Public => "public CAs",
            Trust::Own(_) => "CAs of one's own",
            Trust::ReadyMade(_) => "as ready-made",
        };
        f.debug_struct("TlsConfig")
            .field("trust", &trust)
            .field("client_certificate", &client.is_some())
            .field("server_name", server_name)
            .field("danger_any_certificate", any_certificate)
            .finish()
    }
}

fn public_roots() -> RootCertStore {
    RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() }
}

fn server_name(name: &str) -> Result<ServerName<'static>, TlsError> {
    ServerName::try_from(name.to_owned()).map_err(|_| TlsError::ServerName)
}

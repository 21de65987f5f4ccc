//! What can go wrong with TLS, in words that say what to do.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use rustls::{AlertDescription, CertificateError, Error as Rustls};

use super::ClientFault;

/// Why there is no TLS connection.
///
/// The first few are about a [`TlsConfig`](super::TlsConfig) or a
/// [`TlsServerConfig`](super::TlsServerConfig); the others come out of a
/// [`TlsStream`](super::TlsStream), inside an [`io::Error`], where [`TlsError::of`] finds them.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TlsError {
    /// A PEM text can't be read, or has not in it what was asked for. It repeats nothing of the
    /// text, which may be a key.
    Pem {
        /// What was looked for.
        what: &'static str,
    },
    /// Something is not the DER that was asked for. It repeats nothing of it, either.
    Der {
        /// What was looked for.
        what: &'static str,
    },
    /// The private key can't be read without a password.
    EncryptedKey,
    /// A file can't be read, for the operating system's reason.
    Unreadable(String),
    /// Something is wrong with a file.
    File {
        /// Which one.
        path: PathBuf,
        /// What is wrong with it.
        error: Box<Self>,
    },
    /// A certificate was read that can't be a CA's.
    Ca(String),
    /// The client's certificate and key can't be used together, or not at all.
    ClientCertificate(String),
    /// The server's certificate and key can't be used together, or not at all.
    ServerCertificate(String),
    /// The operating system's certificates can't be found.
    NativeRoots(String),
    /// The name is neither a DNS name nor an IP address.
    ServerName,
    /// The ready-made configuration can't be changed by this.
    ReadyMade,
    /// rustls can't be set up like this.
    Config(String),
    /// The server's certificate was refused: it is not to be trusted, or the server is another.
    Certificate(String),
    /// The server has refused the connection: what its alert says.
    Refused(String),
    /// What came from the server is not TLS.
    NotTls,
    /// The server has hung up before the handshake was done.
    HungUp,
    /// Of a server's stream: the client is why.
    Client(ClientFault),
    /// One side has broken the protocol, or the two have no version or cipher in common.
    Protocol(String),
}

impl TlsError {
    /// Finds what a [`TlsStream`](super::TlsStream) has failed with. None if it was the transport
    /// below.
    pub fn of(error: &io::Error) -> Option<&Self> {
        error.get_ref()?.downcast_ref()
    }

    pub(super) fn in_file(self, path: &Path) -> Self {
        Self::File { path: path.to_owned(), error: Box::new(self) }
    }

    /// What a client is to make of rustls's error. `greeted` is whether the server has said anything in TLS.
    pub(super) fn of_server(error: &Rustls, greeted: bool) -> Self {
        match error {
            Rustls::InvalidCertificate(error) => Self::Certificate(certificate(error)),
            Rustls::NoCertificatesPresented => Self::Certificate("the server has none".into()),
            Rustls::AlertReceived(alert) => Self::Refused(refusal(*alert)),
            Rustls::InvalidMessage(_) if !greeted => Self::NotTls,
            error => Self::Protocol(error.to_string()),
        }
    }
}

impl From<TlsError> for io::Error {
    fn from(error: TlsError) -> Self {
        let kind = match error {
            TlsError::HungUp | TlsError::Client(ClientFault::HungUp) => {
                io::ErrorKind::UnexpectedEof
            }
            _ => io::ErrorKind::InvalidData,
        };
        Self::new(kind, error)
    }
}

/// What is wrong with the peer's certificate; where it makes a difference, the server's.
pub(super) fn certificate(error: &CertificateError) -> String {
    use CertificateError as E;
    match error {
        E::ExpiredContext { time, not_after } => {
            let days = time.as_secs().saturating_sub(not_after.as_secs()) / SECONDS_A_DAY;
            format!("expired {days} days ago (unless this machine's clock is wrong)")
        }
        E::NotValidYetContext { time, not_before } => {
            let days = not_before.as_secs().saturating_sub(time.as_secs()) / SECONDS_A_DAY;
            format!("not valid for another {days} days (unless this machine's clock is wrong)")
        }
        E::UnknownIssuer => {
            "issued by nobody who is trusted here (if the server has a CA of its own, give that \
             CA's certificate)"
                .into()
        }
        E::NotValidForNameContext { expected, presented } if presented.is_empty() => {
            format!("not valid for {}, nor for any other host", expected.to_str())
        }
        E::NotValidForNameContext { expected, presented } => format!(
            "not valid for {}, only for {} (connect by such a name, or set it as server name)",
            expected.to_str(),
            presented.iter().map(|name| bare(name)).collect::<Vec<_>>().join(", ")
        ),
        E::InvalidPurposeContext { .. } => {
            "not meant for servers (\"server authentication\" is not among its key usages)".into()
        }
        E::BadSignature => {
            "not signed by its alleged issuer (perhaps a CA of the same name has another key now)"
                .into()
        }
        E::Other(error) => format!("its chain of issuers is not valid ({error})"),
        // What else there is speaks for itself, if not in sentences.
        error => error.to_string(),
    }
}

/// A name as it is, where rustls has `DnsName("name")` or `IpAddress(address)`.
fn bare(name: &str) -> &str {
    let Some((_, name)) = name.split_once('(') else { return name };
    name.trim_end_matches(')').trim_matches('"')
}

/// What the server has against this client.
fn refusal(alert: AlertDescription) -> String {
    use AlertDescription as A;
    match alert {
        A::CertificateRequired => "it wants a client certificate".into(),
        // What OpenSSL before 3 and TLS 1.2 say of it.
        A::HandshakeFailure => {
            "handshake failure (it may want a client certificate, or other ciphers)".into()
        }
        A::UnknownCA => "it does not know the CA of the client certificate".into(),
        A::BadCertificate
        | A::UnsupportedCertificate
        | A::CertificateRevoked
        | A::CertificateExpired
        | A::CertificateUnknown => format!("it does not accept the client certificate ({alert:?})"),
        A::ProtocolVersion => "it speaks neither TLS 1.2 nor TLS 1.3".into(),
        A::UnrecognisedName => "it does not know the server name".into(),
        alert => format!("{alert:?}"),
    }
}

impl fmt::Display for TlsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pem { what } => {
                write!(
                    f,
                    "no {what} in the PEM text (it needs whole -----BEGIN and -----END lines)"
                )
            }
            Self::Der { what } => write!(f, "this is no {what} in DER (if it is PEM, say so)"),
            Self::EncryptedKey => f.write_str(
                "the private key needs a password (take it off: `openssl pkey -in key.pem -out \
                 plain.pem`)",
            ),
            Self::Unreadable(reason) => write!(f, "cannot be read: {reason}"),
            Self::File { path, error } => write!(f, "{}: {error}", path.display()),
            Self::Ca(reason) => write!(f, "cannot be used as a CA's certificate: {reason}"),
            Self::ClientCertificate(reason) => {
                write!(f, "cannot use the client certificate with its key: {reason}")
            }
            Self::ServerCertificate(reason) => {
                write!(f, "cannot use the server's certificate with its key: {reason}")
            }
            Self::NativeRoots(reason) => {
                write!(f, "cannot find the operating system's CA certificates: {reason}")
            }
            Self::ServerName => f.write_str(
                "the server's name must be a DNS name or an IP address for its certificate to be \
                 checked (set one if the endpoint has none)",
            ),
            Self::ReadyMade => f.write_str(
                "a ready-made TLS configuration can't be changed: set this in the configuration",
            ),
            Self::Config(reason) => write!(f, "cannot set up TLS: {reason}"),
            Self::Certificate(reason) => write!(f, "invalid peer certificate: {reason}"),
            Self::Refused(reason) => write!(f, "the server refused the TLS connection: {reason}"),
            Self::NotTls => {
                f.write_str("the server does not answer in TLS (is this the port for TLS?)")
            }
            Self::HungUp => f.write_str(
                "the server closed the connection during the TLS handshake (is this the port for \
                 TLS?)",
            ),
            Self::Client(fault) => fault.fmt(f),
            Self::Protocol(reason) => write!(f, "TLS failed: {reason}"),
        }
    }
}

impl std::error::Error for TlsError {}

const SECONDS_A_DAY: u64 = 24 * 60 * 60;

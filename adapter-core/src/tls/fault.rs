//! What clients do, as a server sees it.

use std::fmt;

use rustls::{AlertDescription, CertificateError, Error as Rustls};

use super::TlsError;
use super::error::certificate;

/// Why a server has no TLS connection with a client. The server itself is none the worse for it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ClientFault {
    /// What came from the client is not TLS.
    NotTls,
    /// The client has hung up before the handshake was done.
    HungUp,
    /// The client has refused the connection: what its alert says.
    Refused(String),
    /// The client's certificate was refused, or it has shown none and needs one.
    Certificate(String),
}

impl TlsError {
    /// What a server is to make of rustls's error. `greeted` is whether the client has said
    /// anything in TLS.
    pub(super) fn of_client(error: &Rustls, greeted: bool) -> Self {
        Self::Client(match error {
            Rustls::InvalidCertificate(error) => ClientFault::Certificate(refused(error)),
            Rustls::NoCertificatesPresented => ClientFault::Certificate("it has shown none".into()),
            Rustls::AlertReceived(alert) => ClientFault::Refused(refusal(*alert)),
            Rustls::InvalidMessage(_) if !greeted => ClientFault::NotTls,
            error => return Self::Protocol(error.to_string()),
        })
    }
}

/// What is wrong with the client's certificate.
fn refused(error: &CertificateError) -> String {
    match error {
        CertificateError::UnknownIssuer => {
            "issued by nobody who is trusted here (is its CA among those given for clients?)".into()
        }
        CertificateError::InvalidPurposeContext { .. } => {
            "not meant for clients (\"client authentication\" is not among its key usages)".into()
        }
        error => certificate(error),
    }
}

/// What the client has against this server.
fn refusal(alert: AlertDescription) -> String {
    use AlertDescription as A;
    match alert {
        A::UnknownCA => "it does not know the CA of the server's certificate".into(),
        A::BadCertificate
        | A::UnsupportedCertificate
        | A::CertificateRevoked
        | A::CertificateExpired
        | A::CertificateUnknown => {
            format!("it does not accept the server's certificate ({alert:?})")
        }
        A::DecryptError => {
            "it found a wrong signature (perhaps its CA of the same name has another key)".into()
        }
        alert => format!("{alert:?}"),
    }
}

impl fmt::Display for ClientFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotTls => f.write_str("the client does not speak TLS (was it told to?)"),
            Self::HungUp => {
                f.write_str("the client closed the connection during the TLS handshake")
            }
            Self::Refused(reason) => write!(f, "the client refused the TLS connection: {reason}"),
            Self::Certificate(reason) => write!(f, "invalid client certificate: {reason}"),
        }
    }
}

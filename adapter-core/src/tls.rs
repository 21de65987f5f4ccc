//! TLS around any [`Transport`](crate::Transport), by rustls with ring: TLS 1.2 and 1.3.
//!
//! A client's [`TlsConfig`] says whom to trust and who to be; [`TlsConfig::connect`] puts a
//! [`TlsStream`] around a connected stream. A server's [`TlsServerConfig`] says who to be and whom to
//! let in; [`TlsServerConfig::accept`] puts the same around a stream that was accepted. rustls does
//! no I/O by itself, so this is all that any adapter needs.
//!
//! The server's certificate and the name in it are always checked, unless
//! [`TlsConfig::danger_accept_any_certificate`] was called.

mod any;
mod config;
mod error;
mod fault;
mod pem;
mod server;
mod session;
mod stream;

pub use config::TlsConfig;
pub use error::TlsError;
pub use fault::ClientFault;
/// The version of rustls in use, for [`TlsConfig::from_rustls`] and
/// [`TlsServerConfig::from_rustls`].
pub use rustls;
pub use server::{ClientCertificates, TlsServerConfig};
pub use stream::TlsStream;

//! A transport with or without TLS.

use std::io;
#[cfg(feature = "tls")]
use std::sync::LazyLock;
use std::task::{Context, Poll};

use bytes::BytesMut;
use redis_client_core::resp_core::OutBuf;
#[cfg(feature = "tls")]
use rustls::pki_types::CertificateDer;

use crate::client::ConnectError;
#[cfg(feature = "tls")]
use crate::endpoint::Endpoint;
use crate::options::Options;
#[cfg(feature = "tls")]
use crate::options::Security;
use crate::runtime::Transport;
#[cfg(feature = "tls")]
use crate::tls::{TlsConfig, TlsStream};

/// A connection's stream as it is, or with TLS around it: so that one driver serves both.
#[derive(Debug)]
#[non_exhaustive]
pub enum Link<S> {
    /// Bytes go as they are.
    Plain(S),
    /// Bytes go encrypted.
    #[cfg(feature = "tls")]
    Tls(Box<TlsStream<S>>),
}

impl<S> Link<S> {
    /// Whether it is encrypted.
    pub(crate) fn is_tls(&self) -> bool {
        !matches!(self, Self::Plain(_))
    }

    /// Whether a TLS handshake is still going on, or has failed. Without TLS there is none.
    pub fn is_handshaking(&self) -> bool {
        match self {
            Self::Plain(_) => false,
            #[cfg(feature = "tls")]
            Self::Tls(stream) => stream.is_handshaking(),
        }
    }

    /// The certificates that the peer has shown: see [`TlsStream::peer_certificates`].
    #[cfg(feature = "tls")]
    pub fn peer_certificates(&self) -> Option<&[CertificateDer<'static>]> {
        match self {
            Self::Plain(_) => None,
            Self::Tls(stream) => stream.peer_certificates(),
        }
    }
}

impl<S: Transport> Link<S> {
    /// Writes what TLS has taken and not written. Reading does so, too: this is for when there is
    /// none.
    #[inline]
    #[cfg_attr(not(feature = "tls"), expect(unused_variables, reason = "only TLS keeps any back"))]
    pub(crate) fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self {
            Self::Plain(_) => Poll::Ready(Ok(())),
            #[cfg(feature = "tls")]
            Self::Tls(stream) => stream.flush(cx),
        }
    }
}

impl<S: Transport> Transport for Link<S> {
    #[inline]
    fn poll_read(&mut self, cx: &mut Context<'_>, dst: &mut BytesMut) -> Poll<io::Result<usize>> {
        match self {
            Self::Plain(stream) => stream.poll_read(cx, dst),
            #[cfg(feature = "tls")]
            Self::Tls(stream) => stream.poll_read(cx, dst),
        }
    }

    #[inline]
    fn poll_write(&mut self, cx: &mut Context<'_>, src: &mut OutBuf) -> Poll<io::Result<usize>> {
        match self {
            Self::Plain(stream) => stream.poll_write(cx, src),
            #[cfg(feature = "tls")]
            Self::Tls(stream) => stream.poll_write(cx, src),
        }
    }

    fn poll_close(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self {
            Self::Plain(stream) => stream.poll_close(cx),
            #[cfg(feature = "tls")]
            Self::Tls(stream) => stream.poll_close(cx),
        }
    }
}

impl<S> From<S> for Link<S> {
    fn from(stream: S) -> Self {
        Self::Plain(stream)
    }
}

#[cfg(feature = "tls")]
impl<S> From<TlsStream<S>> for Link<S> {
    fn from(stream: TlsStream<S>) -> Self {
        Self::Tls(Box::new(stream))
    }
}

impl Options {
    /// Puts TLS around the stream, if that is wanted.
    pub(crate) fn secure<S: Transport>(&self, stream: S) -> Result<Link<S>, ConnectError> {
        #[cfg(feature = "tls")]
        if let (Security::Tls, Endpoint::Tcp { host, .. }) = (self.security(), self.endpoint()) {
            let config = self.tls.as_ref().unwrap_or(&PUBLIC);
            let endpoint = || self.endpoint().clone();
            return config
                .connect(host, stream)
                .map(Link::from)
                .map_err(|error| ConnectError::Tls { endpoint: endpoint(), error });
        }
        Ok(Link::Plain(stream))
    }
}

/// Trust in the public authorities. One for all, since it remembers sessions.
#[cfg(feature = "tls")]
static PUBLIC: LazyLock<TlsConfig> = LazyLock::new(TlsConfig::new);

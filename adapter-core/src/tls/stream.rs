//! A transport with TLS around it.

use std::fmt;
use std::io;
use std::task::{Context, Poll, ready};

use bytes::BytesMut;
use redis_client_core::resp_core::OutBuf;
use rustls::Connection;
use rustls::pki_types::CertificateDer;

use super::session::Session;
use crate::runtime::Transport;

/// A [`Transport`] that encrypts what goes over another one, at either end: see
/// [`TlsConfig::connect`](super::TlsConfig::connect) and
/// [`TlsServerConfig::accept`](super::TlsServerConfig::accept).
///
/// ```text
///   poll_write  --plaintext-->  rustls  --outgoing (at most 64 KiB)-->  S::poll_write
///   poll_read   <--plaintext--  rustls  <--incoming (at most 16 KiB)--  S::poll_read
/// ```
///
/// The handshake is done by whoever polls, for reading or writing; until it is done nothing counts
/// as written. After that, writing takes no more than fits, so what a peer that doesn't read can
/// make it hold is bounded; so is what it takes in before the handshake is done (one message of the
/// handshake, 64 KiB, besides the above). What it holds goes on being written by [`poll_read`], which therefore
/// has to be polled whenever the task is woken, as the driver does; no wait depends on the other
/// direction, so neither can block the other.
///
/// What has been taken by [`poll_write`] may have left or not: a client must count it as sent.
///
/// [`poll_read`]: Transport::poll_read
/// [`poll_write`]: Transport::poll_write
pub struct TlsStream<S> {
    stream: S,
    session: Session,
}

impl<S> TlsStream<S> {
    /// Whether the handshake is still going on, or has failed. With TLS 1.3 the server may still
    /// refuse the client's certificate after it, which shows as an error of the client's first read.
    pub fn is_handshaking(&self) -> bool {
        self.session.is_handshaking()
    }

    /// The certificate that the peer has shown, and those of intermediate CAs behind it. Whoever
    /// comes back with a ticket is known by those of the first time.
    ///
    /// None before the handshake is done, and for a client that has shown none or was not asked.
    pub fn peer_certificates(&self) -> Option<&[CertificateDer<'static>]> {
        self.session.peer_certificates().filter(|_| !self.is_handshaking())
    }
}

impl<S: Transport> TlsStream<S> {
    pub(super) fn new(rustls: impl Into<Connection>, stream: S) -> Self {
        Self { stream, session: Session::new(rustls.into()) }
    }

    /// Writes what is held. Pending means that the task is woken when there is room for more.
    pub(crate) fn flush(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while !self.session.outgoing.is_empty() {
            if ready!(self.stream.poll_write(cx, &mut self.session.outgoing))? == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
        }
        Poll::Ready(Ok(()))
    }

    /// Writes what is held and reads ciphertext, once each. A failed write is told only where
    /// there is nothing to be read: what the peer said before it hung up may be why.
    fn exchange(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flushed = self.flush(cx);
        self.session.incoming.reserve(INCOMING);
        let read = match self.stream.poll_read(cx, &mut self.session.incoming) {
            Poll::Ready(Ok(read)) => read,
            blocked => match flushed {
                Poll::Ready(Err(error)) => return Poll::Ready(Err(error)),
                _ => return blocked.map_ok(drop),
            },
        };
        // Without a `close_notify` somebody else may have cut the stream. That is taken for an
        // ordinary end: in RESP everything has its length, so nothing cut short passes for whole;
        // an end is never taken for an answer; and whoever can cut a stream can reset it, too.
        // It is also what is left of a peer that crashed, and what some do on any day.
        if read == 0 {
            self.session.end();
        }
        Poll::Ready(Ok(()))
    }

    /// Goes on with the handshake, to its end.
    fn shake_hands(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        // Ends: each round takes bytes of the peer's, and rustls takes only so many.
        loop {
            while !self.session.has_plaintext()
                && self.session.failed.is_none()
                && self.session.process()
            {}
            self.check(cx)?;
            if !self.is_handshaking() {
                return Poll::Ready(Ok(()));
            }
            ready!(self.exchange(cx))?;
        }
    }

    /// What has failed is failed for ever. There is one try for each call to tell the peer
    /// of it.
    fn check(&mut self, cx: &mut Context<'_>) -> io::Result<()> {
        let Some(error) = self.session.failed.clone() else { return Ok(()) };
        let _ = self.flush(cx);
        Err(error.into())
    }
}

impl<S: Transport> Transport for TlsStream<S> {
    /// Also does the handshake, and writes out what is held.
    ///
    /// # Errors
    ///
    /// The transport's, or a [`TlsError`]: see [`TlsError::of`]. The end of the stream is 0, with
    /// or without a `close_notify`; before the handshake is done it is [`TlsError::HungUp`],
    /// or [`ClientFault::HungUp`] of a server's stream.
    ///
    /// [`TlsError`]: super::TlsError
    /// [`TlsError::of`]: super::TlsError::of
    /// [`TlsError::HungUp`]: super::TlsError::HungUp
    /// [`ClientFault::HungUp`]: super::ClientFault::HungUp
    fn poll_read(&mut self, cx: &mut Context<'_>, dst: &mut BytesMut) -> Poll<io::Result<usize>> {
        debug_assert!(dst.capacity() > dst.len(), "without room, 0 bytes would look like the end");
        for _ in 0..ROUNDS {
            let read = self.session.decrypt(dst);
            if read > 0 {
                return Poll::Ready(Ok(read));
            }
            self.check(cx)?;
            if self.session.ended {
                return Poll::Ready(Ok(0));
            }
            ready!(self.exchange(cx))?;
        }
        // A peer that sends nothing but what TLS says to itself: others go first.
        cx.waker().wake_by_ref();
        Poll::Pending
    }

    /// Pending during the handshake, which it drives, and while too much is held.
    ///
    /// # Errors
    ///
    /// The transport's, or a [`TlsError`]: see [`TlsError::of`].
    ///
    /// [`TlsError`]: super::TlsError
    /// [`TlsError::of`]: super::TlsError::of
    fn poll_write(&mut self, cx: &mut Context<'_>, src: &mut OutBuf) -> Poll<io::Result<usize>> {
        self.check(cx)?;
        if self.is_handshaking() {
            let done = self.shake_hands(cx);
            if done.is_ready() || self.session.has_plaintext() || self.session.ended {
                // Whoever waits to read has been told to wait for the transport, whose bytes are
                // here now.
                cx.waker().wake_by_ref();
            }
            ready!(done)?;
        }
        if self.session.is_full() {
            let _ = self.flush(cx)?;
            if self.session.is_full() {
                return Poll::Pending;
            }
        }
        let taken = self.session.encrypt(src)?;
        // What can't leave now is written later; a failure shows at the next call.
        match self.flush(cx) {
            Poll::Ready(Err(error)) => Poll::Ready(Err(error)),
            _ => Poll::Ready(Ok(taken)),
        }
    }

    /// Says goodbye (`close_notify`), and closes the transport when that is written. Where TLS has
    /// failed the goodbye is the alert that says why.
    ///
    /// # Errors
    ///
    /// The transport's.
    fn poll_close(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.session.failed.is_none() {
            // A second one is not sent.
            self.session.say_goodbye();
        }
        // Whether it arrives is no reason to leave the transport open.
        let _ = ready!(self.flush(cx));
        self.stream.poll_close(cx)
    }
}

impl<S> fmt::Debug for TlsStream<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("TlsStream").field(&self.session).finish()
    }
}

/// Ciphertext read at once: about one full record (16 KiB and up to 256 bytes more), which is what
/// can be decrypted at once.
const INCOMING: usize = 16 * 1024;

/// Reads without any plaintext before others get their share.
const ROUNDS: usize = 16;

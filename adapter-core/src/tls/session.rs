//! What rustls keeps, and the ciphertext on its two sides.

use std::fmt;
use std::io::{self, BufRead, IoSlice, Write};

use bytes::{Buf, BytesMut};
use redis_client_core::resp_core::{Out, OutBuf};
use rustls::pki_types::CertificateDer;
use rustls::{Connection, Error as Rustls};

use super::{ClientFault, TlsError};

/// One connection's TLS without its transport, at either end.
pub(super) struct Session {
    rustls: Connection,
    /// Ciphertext that has come and waits for room for its plaintext.
    pub(super) incoming: BytesMut,
    /// Ciphertext to be written.
    pub(super) outgoing: OutBuf,
    /// No more will come.
    pub(super) ended: bool,
    /// What every later call returns.
    pub(super) failed: Option<TlsError>,
}

impl Session {
    /// With a client's greeting to be written.
    pub(super) fn new(mut rustls: Connection) -> Self {
        rustls.set_buffer_limit(Some(HELD));
        let (incoming, outgoing) = (BytesMut::new(), OutBuf::new());
        let mut this = Self { rustls, incoming, outgoing, ended: false, failed: None };
        this.gather();
        this
    }

    pub(super) fn is_handshaking(&self) -> bool {
        self.rustls.is_handshaking()
    }

    pub(super) fn peer_certificates(&self) -> Option<&[CertificateDer<'static>]> {
        self.rustls.peer_certificates()
    }

    /// Whether there is no room to encrypt more.
    pub(super) fn is_full(&self) -> bool {
        self.outgoing.len() > HELD - RECORD
    }

    /// Has a `close_notify` written, once.
    pub(super) fn say_goodbye(&mut self) {
        self.rustls.send_close_notify();
        self.gather();
    }

    /// Nothing more will come.
    pub(super) fn end(&mut self) {
        self.ended = true;
        if self.is_handshaking() {
            self.failed = Some(match self.rustls {
                Connection::Client(_) => TlsError::HungUp,
                Connection::Server(_) => TlsError::Client(ClientFault::HungUp),
            });
        }
    }

    /// Decrypts into the room there is: how many bytes. What has failed shows when everything
    /// before it has been read.
    pub(super) fn decrypt(&mut self, dst: &mut BytesMut) -> usize {
        let before = dst.len();
        loop {
            let full = self.take_plaintext(dst);
            if full || self.failed.is_some() || !self.process() {
                return dst.len() - before;
            }
        }
    }

    /// Moves plaintext to the spare capacity: whether some is left.
    fn take_plaintext(&mut self, dst: &mut BytesMut) -> bool {
        let mut reader = self.rustls.reader();
        loop {
            // An error means that there is nothing just now.
            let Ok(plaintext) = reader.fill_buf() else { return false };
            let length = plaintext.len().min(dst.capacity() - dst.len());
            let Some(fitting) = plaintext.get(..length).filter(|some| !some.is_empty()) else {
                return !plaintext.is_empty();
            };
            dst.extend_from_slice(fitting);
            reader.consume(length);
        }
    }

    /// Whether there is plaintext to be read.
    pub(super) fn has_plaintext(&mut self) -> bool {
        self.rustls.reader().fill_buf().is_ok_and(|plaintext| !plaintext.is_empty())
    }

    /// Hands rustls some ciphertext, and takes what it answers. False if there is none.
    pub(super) fn process(&mut self) -> bool {
        if self.incoming.is_empty() {
            return false;
        }
        let processed = match self.rustls.read_tls(&mut &self.incoming[..]) {
            Ok(taken) => {
                self.incoming.advance(taken);
                self.rustls.process_new_packets()
            }
            // Its buffer can only be full of what will never be a record.
            Err(error) => Err(Rustls::General(error.to_string())),
        };
        let before = self.outgoing.len();
        self.gather();
        match processed {
            Ok(state) if !state.peer_has_closed() => return true,
            Ok(_) => self.end(),
            Err(error) => {
                let greeted = self.rustls.protocol_version().is_some();
                if !matches!(error, Rustls::AlertReceived(_)) {
                    self.alert(greeted, before);
                }
                self.failed = Some(match self.rustls {
                    Connection::Client(_) => TlsError::of_server(&error, greeted),
                    Connection::Server(_) => TlsError::of_client(&error, greeted),
                });
            }
        }
        // Nothing that comes behind it counts.
        self.incoming.clear();
        true
    }

    /// Has the peer told that it is over, where rustls has not: it says nothing of messages that
    /// are too long. So much was to be written before.
    fn alert(&mut self, greeted: bool, before: usize) {
        if greeted {
            // It may have to be encrypted, which rustls does for no other alert from outside; and
            // not behind one of its own.
            self.say_goodbye();
        } else if self.outgoing.len() == before {
            self.outgoing.put(&DECODE_ERROR);
        }
    }

    /// Takes over what rustls wants to send.
    fn gather(&mut self) {
        while self.rustls.wants_write() {
            let Ok(_) = self.rustls.write_tls(&mut Gather(&mut self.outgoing)) else { return };
        }
    }

    /// Encrypts from the front of `src`, as much as may be held: how many bytes.
    pub(super) fn encrypt(&mut self, src: &mut OutBuf) -> io::Result<usize> {
        let mut room = HELD.saturating_sub(self.outgoing.len());
        let mut taken = 0;
        while room > 0 && src.has_remaining() {
            let chunk = src.chunk();
            let chunk = chunk.get(..room).unwrap_or(chunk);
            let length = self.rustls.writer().write(chunk)?;
            self.gather();
            if length == 0 {
                // In TLS 1.2 keys can't be changed, and serve for only so many records.
                let error = TlsError::Protocol("this connection's keys are used up".into());
                self.failed = Some(error.clone());
                return if taken > 0 { Ok(taken) } else { Err(error.into()) };
            }
            src.advance(length);
            taken += length;
            room = room.saturating_sub(length);
        }
        Ok(taken)
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session")
            .field("handshaking", &self.is_handshaking())
            .field("version", &self.rustls.protocol_version())
            .field("incoming", &self.incoming.len())
            .field("outgoing", &self.outgoing.len())
            .field("ended", &self.ended)
            .field("failed", &self.failed)
            .finish_non_exhaustive()
    }
}

/// Appends what rustls writes.
struct Gather<'a>(&'a mut OutBuf);

impl Write for Gather<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.put(bytes);
        Ok(bytes.len())
    }

    fn write_vectored(&mut self, pieces: &[IoSlice<'_>]) -> io::Result<usize> {
        pieces.iter().for_each(|piece| self.0.put(piece));
        Ok(pieces.iter().map(|piece| piece.len()).sum())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Ciphertext held for a peer that does not read: four full records, so that writing and
/// encrypting take turns of some size. One record and what TLS has to say by itself may come on
/// top.
const HELD: usize = 4 * RECORD;

/// The most plaintext of a record. With room for less nothing is encrypted, lest a peer that
/// reads little by little gets a record for every little.
const RECORD: usize = 16 * 1024;

/// The record of a fatal alert, before there are keys (RFC 8446, 5.1 and 6).
const DECODE_ERROR: [u8; 7] = [21, 3, 3, 0, 2, 2, 50];

//! A server that speaks TLS over a wire in memory, and a client that polls like the driver.

use std::cell::RefCell;
use std::future::poll_fn;
use std::io::{self, Read, Write};
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll};

use adapter_core::resp_core::{Out, OutBuf};
use adapter_core::tls::rustls::pki_types::pem::PemObject;
use adapter_core::tls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use adapter_core::tls::rustls::{
    self, ServerConfig, ServerConnection, SupportedProtocolVersion, crypto::ring,
};
use adapter_core::{TlsConfig, TlsStream, Transport};
use bytes::{Buf, BytesMut};
use testkit::certificates::{Certificates, Identity};
use testkit::memory::{Stream, Tasks, Wire};

pub(crate) type Version = &'static SupportedProtocolVersion;

pub(crate) struct Peer {
    pub(crate) wire: Wire,
    pub(crate) session: ServerConnection,
    /// It neither reads nor writes.
    pub(crate) stalled: bool,
    /// Plaintext to be sent.
    pub(crate) say: Vec<u8>,
    /// Plaintext that has come.
    pub(crate) heard: Vec<u8>,
    /// Says goodbye when it has said all and heard so much.
    pub(crate) goodbye_after: Option<usize>,
    /// Changes keys at every so many turns that do something.
    pub(crate) new_keys_every: Option<usize>,
    /// Why it has given up.
    pub(crate) failed: Option<rustls::Error>,
    /// Whether the client has said goodbye.
    pub(crate) left: bool,
    ciphertext: Vec<u8>,
    turns: usize,
}

impl Peer {
    pub(crate) fn new(wire: &Wire, identity: &Identity, version: Version) -> Self {
        let chain = CertificateDer::pem_slice_iter(identity.chain_pem.as_bytes());
        let key = PrivateKeyDer::from_pem_slice(identity.key_pem.as_bytes()).unwrap();
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_protocol_versions(&[version])
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(chain.map(Result::unwrap).collect(), key)
            .unwrap();
        Self {
            wire: wire.clone(),
            session: ServerConnection::new(Arc::new(config)).unwrap(),
            stalled: false,
            say: Vec::new(),
            heard: Vec::new(),
            goodbye_after: None,
            new_keys_every: None,
            failed: None,
            left: false,
            ciphertext: Vec::new(),
            turns: 0,
        }
    }

    /// Does what can be done: false if nothing.
    pub(crate) fn turn(&mut self) -> bool {
        if self.stalled {
            return false;
        }
        let mut input = BytesMut::new();
        let received = self.wire.receive(&mut input);
        while !input.is_empty() && self.failed.is_none() && !self.left {
            let taken = self.session.read_tls(&mut &input[..]).unwrap();
            input.advance(taken);
            match self.session.process_new_packets() {
                Ok(state) => self.left |= state.peer_has_closed(),
                Err(error) => self.failed = Some(error),
            }
            let mut chunk = [0; 4096];
            while let Ok(length @ 1..) = self.session.reader().read(&mut chunk) {
                self.heard.extend_from_slice(&chunk[..length]);
            }
        }
        self.turns += 1;
        let idle = self.ciphertext.is_empty();
        if idle && !self.session.is_handshaking() && self.failed.is_none() {
            if self.new_keys_every.is_some_and(|turns| self.turns.is_multiple_of(turns)) {
                self.session.refresh_traffic_keys().unwrap();
            }
            let length = self.say.len().min(32 * 1024);
            let said = self.session.writer().write(&self.say[..length]).unwrap();
            self.say.drain(..said);
            if self.say.is_empty() && self.goodbye_after.is_some_and(|all| self.heard.len() >= all)
            {
                self.session.send_close_notify();
            }
        }
        while self.session.wants_write() {
            self.session.write_tls(&mut self.ciphertext).unwrap();
        }
        let sent = self.wire.send(&self.ciphertext);
        self.ciphertext.drain(..sent);
        received || sent > 0
    }
}

/// What a client came to.
#[derive(Default)]
pub(crate) struct End {
    pub(crate) received: BytesMut,
    /// None while it goes on.
    pub(crate) outcome: Option<io::Result<()>>,
    /// What it has not been able to write.
    pub(crate) unwritten: usize,
}

/// A server, a client, and the wire between them.
pub(crate) struct Pair {
    pub(crate) peer: Peer,
    pub(crate) wire: Wire,
    pub(crate) tasks: Tasks,
    pub(crate) end: Rc<RefCell<End>>,
    config: TlsConfig,
}

impl Pair {
    pub(crate) fn new(version: Version) -> Self {
        let certificates = Certificates::new().unwrap();
        let wire = Wire::default();
        let config = TlsConfig::new().ca_pem(certificates.ca_pem()).unwrap();
        let peer = Peer::new(&wire, &certificates.server().unwrap(), version);
        Self { peer, wire, tasks: Tasks::default(), end: Rc::default(), config }
    }

    /// The client's end, with nothing said yet.
    pub(crate) fn stream(&self) -> TlsStream<Stream> {
        self.config.connect("localhost", self.wire.stream()).unwrap()
    }

    /// Spawns a client that sends the bytes and receives to the end of the stream, as the driver
    /// does it: both directions in every poll, with so much room for each read.
    pub(crate) fn client(&mut self, stream: TlsStream<Stream>, bytes: &[u8], room: usize) {
        let mut client = Client { stream, output: OutBuf::new(), room };
        client.output.put(bytes);
        self.end.borrow_mut().unwritten = bytes.len();
        let end = Rc::clone(&self.end);
        self.tasks.spawn(async move {
            let outcome = poll_fn(|cx| client.poll(cx, &end)).await;
            end.borrow_mut().outcome = Some(outcome);
        });
    }

    /// Until nobody can go on.
    pub(crate) fn run(&mut self) {
        loop {
            self.tasks.run();
            if !self.peer.turn() {
                return;
            }
        }
    }

    pub(crate) fn outcome(&self) -> io::Result<()> {
        let outcome = self.end.borrow_mut().outcome.take();
        outcome.unwrap_or_else(|| panic!("a client that never ends: {:?}", self.wire))
    }
}

struct Client {
    stream: TlsStream<Stream>,
    output: OutBuf,
    room: usize,
}

impl Client {
    fn poll(&mut self, cx: &mut Context<'_>, end: &RefCell<End>) -> Poll<io::Result<()>> {
        loop {
            let mut input = BytesMut::with_capacity(self.room);
            let capacity = input.capacity();
            let mut again = false;
            match self.stream.poll_read(cx, &mut input) {
                Poll::Ready(Ok(0)) => return Poll::Ready(Ok(())),
                Poll::Ready(Ok(read)) => {
                    assert_eq!(read, input.len());
                    assert_eq!(input.capacity(), capacity, "more than there was room for");
                    end.borrow_mut().received.extend_from_slice(&input);
                    again = true;
                }
                Poll::Ready(Err(error)) => return Poll::Ready(Err(error)),
                Poll::Pending => assert!(input.is_empty()),
            }
            if !self.output.is_empty() {
                let before = self.output.len();
                match self.stream.poll_write(cx, &mut self.output) {
                    Poll::Ready(Ok(0)) => panic!("nothing written, and not pending"),
                    Poll::Ready(Ok(written)) => {
                        assert_eq!(written, before - self.output.len());
                        again = true;
                    }
                    Poll::Ready(Err(error)) => return Poll::Ready(Err(error)),
                    Poll::Pending => assert_eq!(before, self.output.len()),
                }
            }
            end.borrow_mut().unwritten = self.output.len();
            if !again {
                return Poll::Pending;
            }
        }
    }
}

pub(crate) fn pattern(length: usize, seed: usize) -> Vec<u8> {
    (0..length).map(|at| ((at * 31 + seed) >> 3) as u8).collect()
}

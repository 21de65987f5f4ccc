//! A client and a server, both ours, that poll like drivers, and the network between them.

use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::io;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll};

use adapter_core::resp_core::{Out, OutBuf};
use adapter_core::tls::rustls::pki_types::pem::PemObject;
use adapter_core::tls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use adapter_core::tls::rustls::{ClientConfig, RootCertStore, crypto::ring};
use adapter_core::tls::{TlsServerConfig, TlsStream};
use adapter_core::{Link, TlsConfig, TlsError, Transport};
use bytes::BytesMut;
use testkit::certificates::{Certificates, Identity};
use testkit::memory::{Stream, Tasks, Wire};

use crate::peer::Version;

/// Two wires, whose far ends are joined.
pub(crate) struct Both {
    pub(crate) client: Side,
    pub(crate) server: Side,
    pub(crate) tasks: Tasks,
}

/// One end.
#[derive(Default)]
pub(crate) struct Side {
    pub(crate) wire: Wire,
    pub(crate) end: Rc<RefCell<End>>,
    /// What has left it and not come to the other yet.
    carried: BytesMut,
    /// Whether the other knows that no more will come.
    over: bool,
}

/// What one side came to.
#[derive(Default)]
pub(crate) struct End {
    pub(crate) received: BytesMut,
    /// What it has not been able to write.
    pub(crate) unwritten: usize,
    /// How many certificates of the other's it knew of at last.
    pub(crate) certificates: Option<usize>,
    /// None while it goes on.
    pub(crate) outcome: Option<io::Result<()>>,
}

impl Both {
    pub(crate) fn new() -> Self {
        Self { client: Side::default(), server: Side::default(), tasks: Tasks::default() }
    }

    /// A client and a server that have so much to say to each other.
    pub(crate) fn talk(
        client: &TlsConfig,
        server: &TlsServerConfig,
        up: &[u8],
        down: &[u8],
    ) -> Self {
        let mut both = Self::new();
        both.client(client, up, down.len());
        both.server(server, down, up.len());
        both
    }

    /// A client that sends these bytes and waits for so many.
    pub(crate) fn client(&mut self, config: &TlsConfig, bytes: &[u8], expected: usize) {
        let stream = config.connect("localhost", self.client.wire.stream()).unwrap();
        self.client.spawn(&mut self.tasks, stream, bytes, expected);
    }

    /// A server that sends these bytes and waits for so many.
    pub(crate) fn server(&mut self, config: &TlsServerConfig, bytes: &[u8], expected: usize) {
        let stream = config.accept(self.server.wire.stream()).unwrap();
        self.server.spawn(&mut self.tasks, stream, bytes, expected);
    }

    /// Until nobody can go on.
    pub(crate) fn run(&mut self) {
        while self.turn() {}
    }

    /// Does what can be done, and then lets the network do what it can: false if nothing.
    pub(crate) fn turn(&mut self) -> bool {
        self.tasks.run();
        let up = carry(&mut self.client, &self.server.wire);
        let down = carry(&mut self.server, &self.client.wire);
        up || down
    }

    /// What has become of client and server, each of which has to end.
    pub(crate) fn outcome(&self) -> (Result<(), TlsError>, Result<(), TlsError>) {
        (self.client.outcome(), self.server.outcome())
    }
}

fn carry(from: &mut Side, to: &Wire) -> bool {
    let received = from.wire.receive(&mut from.carried);
    let sent = to.send(&from.carried);
    let _ = from.carried.split_to(sent);
    let over = from.wire.is_closed() && from.carried.is_empty() && !from.over;
    if over {
        from.over = true;
        to.hang_up();
    }
    received || sent > 0 || over
}

impl Side {
    fn spawn(&self, tasks: &mut Tasks, stream: TlsStream<Stream>, bytes: &[u8], expected: usize) {
        let (end, left) = (Rc::clone(&self.end), Cell::new(expected));
        let mut speaker = Speaker { link: Link::from(stream), output: OutBuf::new() };
        speaker.output.put(bytes);
        tasks.spawn(async move {
            let outcome = poll_fn(|cx| speaker.poll(cx, &left, &end)).await;
            end.borrow_mut().certificates = speaker.link.peer_certificates().map(<[_]>::len);
            // What is wrong is told, and after the last word nothing is.
            let _ = poll_fn(|cx| speaker.link.poll_close(cx)).await;
            assert!(outcome.is_err() || !speaker.link.is_handshaking());
            end.borrow_mut().outcome = Some(outcome);
        });
    }

    fn outcome(&self) -> Result<(), TlsError> {
        let outcome = self.end.borrow_mut().outcome.take();
        let outcome = outcome.unwrap_or_else(|| panic!("it never ends: {:?}", self.wire));
        outcome.map_err(|error| match TlsError::of(&error) {
            Some(error) => error.clone(),
            None => panic!("the transport has failed: {error}"),
        })
    }
}

struct Speaker {
    link: Link<Stream>,
    output: OutBuf,
}

impl Speaker {
    /// Until all is said and heard, or the other has hung up.
    fn poll(
        &mut self,
        cx: &mut Context<'_>,
        left: &Cell<usize>,
        end: &RefCell<End>,
    ) -> Poll<io::Result<()>> {
        loop {
            let mut input = BytesMut::with_capacity(ROOM);
            let mut again = false;
            match self.link.poll_read(cx, &mut input) {
                Poll::Ready(Ok(0)) => return Poll::Ready(Ok(())),
                Poll::Ready(Ok(read)) => {
                    assert!(!self.link.is_handshaking(), "plaintext before it is safe");
                    left.set(left.get().saturating_sub(read));
                    end.borrow_mut().received.extend_from_slice(&input);
                    again = true;
                }
                Poll::Ready(Err(error)) => return Poll::Ready(Err(error)),
                Poll::Pending => {}
            }
            if !self.output.is_empty() {
                match self.link.poll_write(cx, &mut self.output) {
                    Poll::Ready(Ok(_)) => again = true,
                    Poll::Ready(Err(error)) => return Poll::Ready(Err(error)),
                    Poll::Pending => {}
                }
            }
            end.borrow_mut().unwritten = self.output.len();
            if left.get() == 0 && self.output.is_empty() {
                // The other says goodbye when it has heard all.
                return self.goodbye(cx);
            }
            if !again {
                return Poll::Pending;
            }
        }
    }

    /// Its own direction is closed; the other's has to end, too.
    fn goodbye(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if let Poll::Ready(result) = self.link.poll_close(cx) {
            result?;
        }
        let mut input = BytesMut::with_capacity(ROOM);
        self.link
            .poll_read(cx, &mut input)
            .map_ok(|read| assert_eq!(read, 0, "more than there was"))
    }
}

/// A client of one version only, or of both.
pub(crate) fn client(
    certificates: &Certificates,
    version: Option<Version>,
    identity: Option<&Identity>,
) -> TlsConfig {
    let Some(version) = version else {
        let config = TlsConfig::new().ca_pem(certificates.ca_pem()).unwrap();
        let Some(identity) = identity else { return config };
        return config.client_certificate_pem(&identity.chain_pem, &identity.key_pem).unwrap();
    };
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(certificates.ca_pem().as_bytes()).unwrap()).unwrap();
    let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_protocol_versions(&[version])
        .unwrap()
        .with_root_certificates(roots);
    let config = match identity {
        None => builder.with_no_client_auth(),
        Some(identity) => {
            let chain = CertificateDer::pem_slice_iter(identity.chain_pem.as_bytes());
            let key = PrivateKeyDer::from_pem_slice(identity.key_pem.as_bytes()).unwrap();
            builder.with_client_auth_cert(chain.map(Result::unwrap).collect(), key).unwrap()
        }
    };
    TlsConfig::from_rustls(Arc::new(config))
}

/// A server with this certificate, which asks clients for none.
pub(crate) fn server(identity: &Identity) -> TlsServerConfig {
    TlsServerConfig::from_pem(&identity.chain_pem, &identity.key_pem).unwrap()
}

const ROOM: usize = 16 * 1024;

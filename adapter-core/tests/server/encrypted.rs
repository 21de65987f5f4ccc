//! Connections with TLS.

use std::io;
use std::task::{Context, Poll, Waker};

use adapter_core::resp_core::{Out, OutBuf};
use adapter_core::server::{Listen, ServerOptions};
use adapter_core::{Address, TlsConfig, TlsServerConfig, Transport};
use bytes::{Buf, BytesMut};
use testkit::certificates::Certificates;
use testkit::memory::Wire;

use super::House;

/// The client's end of a wire. It is polled by hand, so it wakes nobody.
struct Far(Wire);

impl Transport for Far {
    fn poll_read(&mut self, _: &mut Context<'_>, dst: &mut BytesMut) -> Poll<io::Result<usize>> {
        let before = dst.len();
        if !self.0.receive(dst) {
            return Poll::Pending;
        }
        Poll::Ready(Ok(dst.len() - before))
    }

    fn poll_write(&mut self, _: &mut Context<'_>, src: &mut OutBuf) -> Poll<io::Result<usize>> {
        let sent = self.0.send(src.chunk());
        src.advance(sent);
        Poll::Ready(Ok(sent))
    }

    fn poll_close(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

/// What TLS has taken is written while nothing is read, since much is read ahead already.
#[test]
fn replies_leave_while_a_command_is_waited_for() {
    let certificates = Certificates::new().unwrap();
    let identity = certificates.server().unwrap();
    let server = TlsServerConfig::from_pem(identity.chain_pem, identity.key_pem).unwrap();
    let listen = Listen::new(Address::Unix("/memory".into())).with_tls(server);
    let mut house = House::at(listen, ServerOptions::default());
    let wire = house.dial();
    // A part of the reply.
    wire.rules(|rules| rules.upward_window = 4000);
    let trust = TlsConfig::new().ca_pem(certificates.ca_pem()).unwrap();
    let mut client = trust.connect("localhost", Far(wire)).unwrap();
    let mut commands = OutBuf::new();
    commands.put(format!("echo {}\r\nhold\r\n", "v".repeat(VALUE)).as_bytes());
    commands.put("run\r\n".repeat(50_000).as_bytes());
    let mut heard = BytesMut::new();
    let mut cx = Context::from_waker(Waker::noop());
    for _ in 0..100 {
        heard.reserve(VALUE);
        while let Poll::Ready(Ok(1..)) = client.poll_read(&mut cx, &mut heard) {
            heard.reserve(VALUE);
        }
        if !commands.is_empty() {
            let _ = client.poll_write(&mut cx, &mut commands);
        }
        house.world.run();
    }
    assert!(commands.is_empty());
    assert_eq!(heard.len(), format!("${VALUE}\r\n\r\n").len() + VALUE);
}

const VALUE: usize = 30_000;

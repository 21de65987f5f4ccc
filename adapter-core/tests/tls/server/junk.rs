//! What comes to a server and is no handshake, or not all of one.

use std::future::poll_fn;
use std::io;
use std::rc::Rc;

use adapter_core::tls::rustls::AlertDescription;
use adapter_core::tls::rustls::version::TLS12;
use adapter_core::tls::{ClientCertificates, ClientFault, TlsServerConfig};
use adapter_core::{TlsError, Transport};
use bytes::BytesMut;
use proptest::collection::vec;
use proptest::prelude::*;
use testkit::certificates::Certificates;
use testkit::memory::{Tasks, Wire};

use super::CLIENTS;
use crate::both::{Both, client, server};
use crate::peer::Version;

/// What a server makes of these bytes, and what it answers, over a wire with such windows.
fn reaction(config: &TlsServerConfig, bytes: &[u8], window: usize) -> Reaction {
    let mut both = Both::new();
    let (wire, end) = (both.server.wire.clone(), Rc::clone(&both.server.end));
    wire.rules(|rules| (rules.upward_window, rules.downward_window) = (window, window));
    both.server(config, b"", 1);
    let (mut answer, mut sent) = (BytesMut::new(), 0);
    loop {
        both.tasks.run();
        let taken = wire.send(&bytes[sent..]);
        sent += taken;
        if !wire.receive(&mut answer) && taken == 0 {
            break;
        }
    }
    let read = wire.traffic().read;
    let error = end.borrow_mut().outcome.take().map(|outcome| outcome.unwrap_err());
    Reaction { wire, both, answer, read, error }
}

struct Reaction {
    wire: Wire,
    both: Both,
    answer: BytesMut,
    read: u64,
    /// None if it waits for more.
    error: Option<io::Error>,
}

impl Reaction {
    fn error(&self) -> TlsError {
        TlsError::of(self.error.as_ref().unwrap()).unwrap().clone()
    }

    /// The alert that is alone in the answer.
    fn alert(&self) -> AlertDescription {
        let [21, 3, _, 0, 2, 2, alert] = self.answer[..] else { panic!("{:?}", self.answer) };
        alert.into()
    }
}

fn good() -> TlsServerConfig {
    server(&Certificates::new().unwrap().server().unwrap())
}

#[test]
fn what_is_not_tls_is_called_so() {
    let config = good();
    let texts: [&[u8]; 7] = [
        b"*1\r\n$4\r\nPING\r\n",
        b"PING\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
        &[0; 100],
        &[0xff; 100],
        // A record of a version that there is not, and one longer than they may be.
        b"\x16\x09\x01\x00\x05hello",
        b"\x16\x03\x01\xff\xffhello",
    ];
    for text in texts {
        for window in [usize::MAX, 1] {
            let reaction = reaction(&config, text, window);
            let error = reaction.error();
            assert_eq!(error, TlsError::Client(ClientFault::NotTls), "{text:?}");
            assert_eq!(error.to_string(), "the client does not speak TLS (was it told to?)");
            assert_eq!(reaction.alert(), AlertDescription::DecodeError, "{text:?}");
            assert!(reaction.wire.is_closed());
        }
    }
}

#[test]
fn what_never_becomes_a_handshake_comes_to_an_end() {
    let config = good();
    // A message of 16 MiB, in whole records.
    let mut endless = b"\x16\x03\x01\x40\x00\x01\xff\xff\xff".to_vec();
    endless.resize(5 + 16 * 1024, 0);
    for _ in 0..100 {
        endless.extend_from_slice(b"\x16\x03\x01\x40\x00");
        endless.resize(endless.len() + 16 * 1024, 0);
    }
    // The longest that rustls takes, and nothing of it true.
    let mut hello = b"\x16\x03\x01\x40\x00\x01\x00\xff\x00".to_vec();
    hello.resize(5 + 16 * 1024, 0);
    for _ in 0..100 {
        hello.extend_from_slice(b"\x16\x03\x01\x40\x00");
        hello.resize(hello.len() + 16 * 1024, 0);
    }
    let floods = [
        ("a message too long", endless),
        ("a long message", hello),
        ("empty records", b"\x16\x03\x01\x00\x00".repeat(100_000)),
        ("a message a byte", b"\x16\x03\x01\x00\x01\x01".repeat(100_000)),
        ("change_cipher_spec", b"\x14\x03\x03\x00\x01\x01".repeat(100_000)),
        ("warnings", b"\x15\x03\x03\x00\x02\x01\x5a".repeat(100_000)),
        ("data", b"\x17\x03\x03\x00\x05hello".repeat(100_000)),
    ];
    for (name, flood) in floods {
        for window in [usize::MAX, 1000] {
            let reaction = reaction(&config, &flood, window);
            assert!(reaction.error.is_some(), "{name}: it waits for more");
            assert!(reaction.read <= 128 * 1024, "{name}: {} bytes taken", reaction.read);
            assert!(!reaction.answer.is_empty(), "{name}: no alert");
            reaction.alert();
        }
    }
}

#[test]
fn a_message_too_long_behind_a_good_greeting_is_answered() {
    let certificates = Certificates::new().unwrap();
    let open = server(&certificates.server().unwrap());
    let asking = open.client_ca_pem(certificates.ca_pem(), ClientCertificates::Required).unwrap();
    let mut words = hello(&certificates, Some(&TLS12));
    words.extend_from_slice(b"\x16\x03\x03\x00\x10\x0b\xff\xff\xff");
    words.resize(words.len() + 12, 0);
    for window in [usize::MAX, 1] {
        let reaction = reaction(&asking, &words, window);
        assert!(matches!(reaction.error(), TlsError::Protocol(_)), "{:?}", reaction.error);
        assert!(reaction.answer.ends_with(&[21, 3, 3, 0, 2, 1, 0]), "{:?}", reaction.answer);
    }
}

#[test]
fn a_cut_in_any_place_ends_it() {
    let certificates = Certificates::new().unwrap();
    let identity = certificates.client().unwrap();
    let open = server(&certificates.server().unwrap());
    let config = open.client_ca_pem(certificates.ca_pem(), ClientCertificates::Required).unwrap();
    for version in CLIENTS {
        let client = client(&certificates, version, Some(&identity));
        let whole = {
            let mut both = Both::talk(&client, &config, b"x", b"");
            both.run();
            both.server.wire.traffic().read
        };
        for cut in 0..whole {
            let mut both = Both::talk(&client, &config, b"x", b"");
            both.server.wire.rules(|rules| rules.read_ends_after = Some(cut));
            both.run();
            let (_, server) = both.outcome();
            if let Err(error) = server {
                assert_eq!(error, TlsError::Client(ClientFault::HungUp), "cut at {cut}");
                let known = both.server.end.borrow().certificates;
                assert_eq!(known, None, "cut at {cut}: known before it is certain");
            }
        }
    }
}

#[test]
fn an_end_during_the_handshake_is_an_error() {
    let mut reaction = reaction(&good(), b"\x16\x03\x01\x02\x00", usize::MAX);
    assert!(reaction.error.is_none());
    reaction.wire.hang_up();
    reaction.both.tasks.run();
    let error = reaction.both.server.end.borrow_mut().outcome.take().unwrap().unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::UnexpectedEof);
    assert_eq!(TlsError::of(&error), Some(&TlsError::Client(ClientFault::HungUp)));
}

#[test]
fn a_wrong_byte_in_any_place_is_never_taken_for_right() {
    let certificates = Certificates::new().unwrap();
    let config = server(&certificates.server().unwrap());
    for version in CLIENTS {
        let hello = hello(&certificates, version);
        for at in 0..hello.len() {
            for flip in [0x01, 0x80] {
                let mut wrong = hello.clone();
                wrong[at] ^= flip;
                let reaction = reaction(&config, &wrong, usize::MAX);
                let Some(_) = reaction.error else { continue };
                assert!(!reaction.answer.is_empty(), "no alert for {at}: {:?}", reaction.error());
            }
        }
    }
}

#[test]
fn an_alert_waits_for_a_client_that_does_not_read() {
    let config = good();
    let wire = Wire::default();
    wire.rules(|rules| rules.upward_window = 3);
    let mut tasks = Tasks::default();
    let mut stream = config.accept(wire.stream()).unwrap();
    wire.send(b"PING\r\n");
    tasks.spawn(async move {
        let mut input = BytesMut::with_capacity(100);
        poll_fn(|cx| stream.poll_read(cx, &mut input)).await.unwrap_err();
        poll_fn(|cx| stream.poll_close(cx)).await.unwrap();
    });
    let mut answer = BytesMut::new();
    tasks.run();
    assert!(!wire.is_closed(), "closed before the alert is written");
    while !wire.is_closed() {
        assert!(wire.receive(&mut answer), "it has come to a stop");
        tasks.run();
    }
    wire.receive(&mut answer);
    assert_eq!(answer[5..], [2, 50]);
}

/// A client's first words.
fn hello(certificates: &Certificates, version: Option<Version>) -> Vec<u8> {
    let mut both = Both::new();
    both.client(&client(certificates, version, None), b"", 1);
    both.tasks.run();
    let mut hello = BytesMut::new();
    both.client.wire.receive(&mut hello);
    hello.to_vec()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(300) })]

    #[test]
    fn junk_harms_nobody(
        bytes in vec(any::<u8>(), 0..2000),
        head in prop::sample::select(HEADS),
        window in prop_oneof![Just(usize::MAX), 1..300_usize],
    ) {
        thread_local!(static CONFIG: TlsServerConfig = good());
        let bytes = [head, &bytes].concat();
        let whole = CONFIG.with(|config| reaction(config, &bytes, usize::MAX));
        let cut = CONFIG.with(|config| reaction(config, &bytes, window));
        prop_assert_eq!(whole.error.is_some(), cut.error.is_some());
        prop_assert_eq!(&whole.answer, &cut.answer);
        if whole.error.is_some() {
            prop_assert_eq!(whole.error(), cut.error());
            whole.alert();
        }
    }
}

/// Nothing, a record's first bytes, and a greeting's.
const HEADS: &[&[u8]] = &[b"", b"\x16\x03\x01", b"\x16\x03\x03\x00\x40\x01\x00\x00\x3c\x03\x03"];

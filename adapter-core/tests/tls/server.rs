//! A server's end: who comes in, and what is said to those who don't.

mod config;
mod junk;

use std::sync::Arc;

use adapter_core::TlsError;
use adapter_core::tls::rustls::version::{TLS12, TLS13};
use adapter_core::tls::rustls::{ServerConfig, crypto::ring, server::ResolvesServerCertUsingSni};
use adapter_core::tls::{ClientCertificates, ClientFault, TlsServerConfig};
use testkit::certificates::{Certificates, Fault, Identity};

use crate::both::{Both, client, server};
use crate::peer::{Version, pattern};

/// A client of both versions, and of one alone.
const CLIENTS: [Option<Version>; 3] = [None, Some(&TLS12), Some(&TLS13)];

#[test]
fn much_both_ways_at_once() {
    let certificates = Certificates::new().unwrap();
    let server = server(&certificates.server().unwrap());
    let (up, down) = (pattern(4 << 20, 1), pattern(3 << 20, 2));
    for version in CLIENTS {
        let mut both = Both::talk(&client(&certificates, version, None), &server, &up, &down);
        for side in [&both.client, &both.server] {
            side.wire.rules(|rules| {
                (rules.upward_window, rules.downward_window) = (3000, 5000);
            });
        }
        both.run();
        assert_eq!(both.outcome(), (Ok(()), Ok(())));
        assert!(both.server.end.borrow().received == up, "another text came up");
        assert!(both.client.end.borrow().received == down, "another text came down");
    }
}

#[test]
fn a_byte_at_a_time() {
    let certificates = Certificates::new().unwrap();
    let identity = certificates.client().unwrap();
    let server = server(&certificates.server().unwrap())
        .client_ca_pem(certificates.ca_pem(), ClientCertificates::Required)
        .unwrap();
    for version in CLIENTS {
        for hesitant in [false, true] {
            let config = client(&certificates, version, Some(&identity));
            let mut both = Both::talk(&config, &server, &pattern(9000, 1), &pattern(9000, 2));
            for side in [&both.client, &both.server] {
                side.wire.rules(|rules| {
                    (rules.read_piece, rules.write_piece, rules.hesitant) = (1, 1, hesitant);
                });
            }
            both.run();
            assert_eq!(both.outcome(), (Ok(()), Ok(())));
            assert_eq!(both.server.end.borrow().certificates, Some(1));
        }
    }
}

#[test]
fn a_server_that_is_not_believed_hears_why() {
    let certificates = Certificates::new().unwrap();
    for version in CLIENTS {
        for fault in Fault::ALL {
            let server = server(&certificates.faulty(fault).unwrap());
            let client = client(&certificates, version, None);
            let mut both = Both::talk(&client, &server, b"AUTH secret", b"");
            both.run();
            let (client, server) = both.outcome();
            assert!(matches!(client, Err(TlsError::Certificate(_))), "{fault:?}: {client:?}");
            let Err(TlsError::Client(ClientFault::Refused(reason))) = server else {
                panic!("{fault:?}: {server:?}")
            };
            let expected = match fault {
                Fault::SelfSigned => "does not know the CA",
                Fault::UnknownCa => "wrong signature",
                _ => "does not accept the server's certificate",
            };
            assert!(reason.contains(expected), "{fault:?}: {reason}");
            assert_eq!(both.server.end.borrow().received, "");
        }
    }
}

#[test]
fn clients_certificates_are_checked_where_they_are_asked_for() {
    let certificates = Certificates::new().unwrap();
    let good = certificates.client().unwrap();
    let faulty = |fault| certificates.faulty_client(fault).unwrap();
    let none_shown = ("it has shown none", "it wants a client certificate");
    let not_accepted = "does not accept the client certificate";
    let cases: [(Option<Identity>, (&str, &str)); 8] = [
        (None, none_shown),
        (Some(good), ("", "")),
        (Some(faulty(Fault::Expired)), ("expired", not_accepted)),
        (Some(faulty(Fault::NotYetValid)), ("not valid for another", not_accepted)),
        (Some(faulty(Fault::SelfSigned)), ("is its CA among those", "does not know the CA")),
        (Some(faulty(Fault::UnknownCa)), ("not signed by its alleged issuer", "DecryptError")),
        (Some(faulty(Fault::ClientOnly)), ("not meant for clients", not_accepted)),
        (Some(faulty(Fault::BrokenChain)), ("chain of issuers", not_accepted)),
    ];
    let open = server(&certificates.server().unwrap());
    for wanted in
        [ClientCertificates::No, ClientCertificates::Optional, ClientCertificates::Required]
    {
        let server = open.clone().client_ca_pem(certificates.ca_pem(), wanted).unwrap();
        for (identity, (ours, theirs)) in &cases {
            for version in CLIENTS {
                let client = client(&certificates, version, identity.as_ref());
                let mut both = Both::talk(&client, &server, b"PING", b"PONG");
                both.run();
                let bad = match wanted {
                    ClientCertificates::No => false,
                    ClientCertificates::Optional => identity.is_some() && !ours.is_empty(),
                    ClientCertificates::Required => !ours.is_empty(),
                };
                let case = format!("{wanted:?}, {version:?}, {ours:?}");
                let outcome = both.outcome();
                let known = both.server.end.borrow().certificates;
                if !bad {
                    assert_eq!(outcome, (Ok(()), Ok(())), "{case}");
                    let shown = wanted != ClientCertificates::No && identity.is_some();
                    assert_eq!(known, shown.then_some(1), "{case}");
                    assert_eq!(both.client.end.borrow().certificates, Some(1), "the server's");
                    continue;
                }
                let (Err(TlsError::Refused(heard)), Err(TlsError::Client(fault))) = outcome else {
                    panic!("{case}: {outcome:?}")
                };
                let ClientFault::Certificate(reason) = fault else { panic!("{case}: {fault:?}") };
                assert!(reason.contains(ours), "{case}: {reason}");
                assert!(heard.contains(theirs), "{case}: {heard}");
                assert_eq!(known, None, "{case}: a certificate that was refused");
                assert_eq!(both.server.end.borrow().received, "", "{case}");
                assert_eq!(both.client.end.borrow().received, "", "{case}");
            }
        }
    }
}

#[test]
fn no_version_in_common() {
    let certificates = Certificates::new().unwrap();
    for (ours, theirs) in [(&TLS12, &TLS13), (&TLS13, &TLS12)] {
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_protocol_versions(&[ours])
            .unwrap()
            .with_no_client_auth()
            .with_cert_resolver(Arc::new(ResolvesServerCertUsingSni::new()));
        let server = TlsServerConfig::from_rustls(Arc::new(config));
        let client = client(&certificates, Some(theirs), None);
        let mut both = Both::talk(&client, &server, b"x", b"");
        both.run();
        let (client, server) = both.outcome();
        assert!(matches!(server, Err(TlsError::Protocol(_))), "{server:?}");
        let Err(TlsError::Refused(reason)) = client else { panic!("{client:?}") };
        assert_eq!(reason, "it speaks neither TLS 1.2 nor TLS 1.3");
    }
}

#[test]
fn who_comes_back_has_less_to_say_and_is_known_still() {
    let certificates = Certificates::new().unwrap();
    let identity = certificates.client().unwrap();
    let open = server(&certificates.server().unwrap());
    let required = ClientCertificates::Required;
    let server = open.client_ca_pem(certificates.ca_pem(), required).unwrap();
    for version in CLIENTS {
        let client = client(&certificates, version, Some(&identity));
        let visit = |server: &TlsServerConfig| {
            let mut both = Both::talk(&client, server, b"PING", b"PONG");
            both.run();
            assert_eq!(both.outcome(), (Ok(()), Ok(())));
            assert_eq!(both.server.end.borrow().certificates, Some(1));
            both.server.wire.traffic().written
        };
        let (first, second) = (visit(&server), visit(&server.clone()));
        assert!(second + 200 < first, "{version:?}: {first}, then {second}: no ticket was taken");
        // Tickets of one configuration are none of another's.
        let other = server.clone().client_ca_pem(certificates.ca_pem(), required).unwrap();
        assert!(visit(&other) + 200 > first, "{version:?}");
    }
}

#[test]
fn an_end_without_goodbye_is_an_end() {
    let certificates = Certificates::new().unwrap();
    let server = server(&certificates.server().unwrap());
    for version in CLIENTS {
        let mut both = Both::new();
        both.client(&client(&certificates, version, None), b"*1\r\n$4\r\nPI", 1);
        both.server(&server, b"", 100);
        both.run();
        assert!(both.server.end.borrow().outcome.is_none(), "it has not waited for the rest");
        both.server.wire.hang_up();
        both.client.wire.hang_up();
        both.run();
        assert_eq!(both.outcome(), (Ok(()), Ok(())));
        assert_eq!(both.server.end.borrow().received, "*1\r\n$4\r\nPI");
    }
}

#[test]
fn what_is_held_for_a_client_that_does_not_read_is_bounded() {
    let certificates = Certificates::new().unwrap();
    let server = server(&certificates.server().unwrap());
    let down = pattern(4 << 20, 1);
    for version in CLIENTS {
        let client = client(&certificates, version, None);
        let mut both = Both::talk(&client, &server, b"x", &down);
        both.server.wire.rules(|rules| rules.upward_window = 10_000);
        while both.server.end.borrow().received.is_empty() {
            assert!(both.turn(), "the handshake has come to a stop");
        }
        both.tasks.run();
        let taken = down.len() - both.server.end.borrow().unwritten;
        let held = taken - both.server.wire.traffic().written as usize;
        assert!((10_000..90_000).contains(&held), "{held} bytes held");
        both.run();
        assert_eq!(both.outcome(), (Ok(()), Ok(())));
        assert!(both.client.end.borrow().received == down);
    }
}

//! What a configuration refuses, and what it shows.

use std::sync::Arc;

use adapter_core::tls::rustls::{ClientConfig, RootCertStore, crypto::ring};
use adapter_core::{TlsConfig, TlsError};
use testkit::certificates::Certificates;
use testkit::memory::Wire;

#[test]
fn each_mistake_has_its_own_error() {
    let certificates = Certificates::new().unwrap();
    let (one, other) = (certificates.client().unwrap(), certificates.client().unwrap());
    let error = |made: Result<TlsConfig, TlsError>| made.unwrap_err();

    let no_certificate = TlsError::Pem { what: "certificate" };
    assert_eq!(error(TlsConfig::new().ca_pem("")), no_certificate);
    assert_eq!(error(TlsConfig::new().ca_pem(&one.key_pem)), no_certificate);
    let cut = &certificates.ca_pem()[..200];
    assert_eq!(error(TlsConfig::new().add_ca_pem(cut)), no_certificate);
    let empty = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    assert!(matches!(error(TlsConfig::new().ca_pem(empty)), TlsError::Ca(_)));

    let with_keys = |chain: &str, key: &str| TlsConfig::new().client_certificate_pem(chain, key);
    assert_eq!(error(with_keys("", &one.key_pem)), no_certificate);
    let no_key = TlsError::Pem { what: "private key" };
    assert_eq!(error(with_keys(&one.chain_pem, &one.chain_pem)), no_key);
    assert!(matches!(
        error(with_keys(&one.chain_pem, &other.key_pem)),
        TlsError::ClientCertificate(_)
    ));
    assert!(with_keys(&one.chain_pem, &one.key_pem).is_ok());

    assert_eq!(error(TlsConfig::new().server_name("no name")), TlsError::ServerName);
    let stream = Wire::default().stream();
    assert_eq!(TlsConfig::new().connect("", stream).unwrap_err(), TlsError::ServerName);
}

#[test]
fn a_ready_made_configuration_stays_as_it_is() {
    let certificates = Certificates::new().unwrap();
    let client = certificates.client().unwrap();
    let provider = Arc::new(ring::default_provider());
    let rustls = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(RootCertStore::empty())
        .with_no_client_auth();
    let config = TlsConfig::from_rustls(Arc::new(rustls));
    for changed in [
        config.clone().ca_pem(certificates.ca_pem()),
        config.clone().add_ca_pem(certificates.ca_pem()),
        config.clone().client_certificate_pem(&client.chain_pem, &client.key_pem),
    ] {
        assert_eq!(changed.unwrap_err(), TlsError::ReadyMade);
    }
    let named = config.server_name("localhost").unwrap();
    assert!(named.connect("", Wire::default().stream()).is_ok());
}

#[test]
fn nothing_secret_is_printed() {
    let certificates = Certificates::new().unwrap();
    let client = certificates.client().unwrap();
    let config = TlsConfig::new()
        .ca_pem(certificates.ca_pem())
        .unwrap()
        .client_certificate_pem(&client.chain_pem, &client.key_pem)
        .unwrap()
        .server_name("db.example")
        .unwrap()
        .danger_accept_any_certificate();
    assert_eq!(
        format!("{config:?}"),
        "TlsConfig { trust: \"CAs of one's own\", client_certificate: true, server_name: \
         Some(DnsName(\"db.example\")), danger_any_certificate: true }"
    );
    let garbled = client.key_pem.replacen("PRIVATE", "PRIVAT", 1);
    let error = TlsConfig::new().client_certificate_pem(&client.chain_pem, &garbled).unwrap_err();
    for line in garbled.lines() {
        assert!(!format!("{error} {error:?}").contains(line), "{line}");
    }
}

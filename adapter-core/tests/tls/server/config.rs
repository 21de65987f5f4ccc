//! What a server's configuration refuses, and what it shows.

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use adapter_core::TlsError;
use adapter_core::tls::rustls::pki_types::pem::PemObject;
use adapter_core::tls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use adapter_core::tls::rustls::{ServerConfig, crypto::ring, server::ResolvesServerCertUsingSni};
use adapter_core::tls::{ClientCertificates, TlsServerConfig};
use testkit::certificates::{Certificates, Identity};

use crate::both::{Both, client};

const REQUIRED: ClientCertificates = ClientCertificates::Required;

#[test]
fn each_mistake_has_its_own_error() {
    let certificates = Certificates::new().unwrap();
    let (one, other) = (certificates.server().unwrap(), certificates.server().unwrap());
    let error = |made: Result<TlsServerConfig, TlsError>| made.unwrap_err();

    let no_certificate = TlsError::Pem { what: "certificate" };
    let no_key = TlsError::Pem { what: "private key" };
    assert_eq!(error(TlsServerConfig::from_pem("", &one.key_pem)), no_certificate);
    assert_eq!(error(TlsServerConfig::from_pem(&one.chain_pem, &one.chain_pem)), no_key);
    let made = TlsServerConfig::from_pem(&one.chain_pem, &other.key_pem);
    let another = TlsError::ServerCertificate("the key is another certificate's".into());
    assert_eq!(error(made), another);
    for sign in [
        "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n",
        "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\nAAAA\n",
    ] {
        let made = TlsServerConfig::from_pem(&one.chain_pem, sign);
        assert_eq!(error(made), TlsError::EncryptedKey);
    }

    let (chain, key) = der(&one);
    assert_eq!(
        error(TlsServerConfig::from_der(Vec::new(), key.clone())),
        TlsError::Der { what: "certificate" }
    );
    assert_eq!(
        error(TlsServerConfig::from_der(chain.clone(), one.key_pem.clone().into_bytes())),
        TlsError::Der { what: "private key" }
    );
    let made = TlsServerConfig::from_der(vec![vec![0x30; 100]], key.clone());
    assert!(matches!(error(made), TlsError::ServerCertificate(_)));

    let good = TlsServerConfig::from_der(chain, key).unwrap();
    assert_eq!(error(good.clone().client_ca_pem("", REQUIRED)), no_certificate);
    let empty = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    assert!(matches!(error(good.client_ca_pem(empty, REQUIRED)), TlsError::Ca(_)));
}

#[test]
fn files_are_pem_or_der_and_errors_name_them() {
    let dir = Dir::new("files");
    let certificates = Certificates::new().unwrap();
    let (one, other) = (certificates.server().unwrap(), certificates.server().unwrap());
    let (chain, key) = der(&one);
    let ca = CertificateDer::from_pem_slice(certificates.ca_pem().as_bytes()).unwrap();
    let (pem_chain, pem_key) =
        (dir.file("server.crt", &one.chain_pem), dir.file("server.key", &one.key_pem));
    let (der_chain, der_key) =
        (dir.file("server.crt.der", &chain[0]), dir.file("server.key.der", &key));
    let cas = [dir.file("ca.crt", certificates.ca_pem()), dir.file("ca.der", &ca)];
    let identity = certificates.client().unwrap();
    for (chain, key) in [(&pem_chain, &pem_key), (&der_chain, &der_key)] {
        for ca in &cas {
            let server = TlsServerConfig::from_files(chain, key).unwrap();
            let server = server.client_ca_file(ca, REQUIRED).unwrap();
            let client = client(&certificates, None, Some(&identity));
            let mut both = Both::talk(&client, &server, b"PING", b"PONG");
            both.run();
            assert_eq!(both.outcome(), (Ok(()), Ok(())));
        }
    }

    let missing = dir.0.join("missing.key");
    let other_key = dir.file("other.key", &other.key_pem);
    let junk = dir.file("junk.crt", [0x30; 50]);
    let good = TlsServerConfig::from_files(&pem_chain, &pem_key).unwrap();
    for (made, path, text) in [
        (TlsServerConfig::from_files(&pem_chain, &missing), &missing, "cannot be read: "),
        (TlsServerConfig::from_files(&missing, &pem_key), &missing, "cannot be read: "),
        (TlsServerConfig::from_files(&pem_key, &pem_key), &pem_key, "no certificate in the PEM"),
        (TlsServerConfig::from_files(&pem_chain, &cas[0]), &cas[0], "no private key in the PEM"),
        (TlsServerConfig::from_files(&pem_chain, &junk), &junk, "no private key in DER"),
        (TlsServerConfig::from_files(&pem_chain, &other_key), &pem_chain, "other.key)"),
        (TlsServerConfig::from_files(&junk, &pem_key), &junk, "cannot use the server's"),
        (good.clone().client_ca_file(&pem_key, REQUIRED), &pem_key, "no certificate in the PEM"),
        (good.clone().client_ca_file(&junk, REQUIRED), &junk, "as a CA's certificate"),
        (good.clone().client_ca_file(&missing, REQUIRED), &missing, "cannot be read: "),
    ] {
        let error = made.unwrap_err();
        let shown = error.to_string();
        assert!(shown.starts_with(path.to_str().unwrap()) && shown.contains(text), "{shown}");
        let TlsError::File { path: named, error: cause } = &error else { panic!("{error:?}") };
        assert_eq!(named, path);
        assert!(
            shown.contains(&cause.to_string()) && error.source().is_none(),
            "said once: {shown}"
        );
    }
}

#[test]
fn a_ready_made_configuration_stays_as_it_is() {
    let certificates = Certificates::new().unwrap();
    let rustls = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_cert_resolver(Arc::new(ResolvesServerCertUsingSni::new()));
    let config = TlsServerConfig::from_rustls(Arc::new(rustls.clone()));
    let changed = config.clone().client_ca_pem(certificates.ca_pem(), REQUIRED);
    assert_eq!(changed.unwrap_err(), TlsError::ReadyMade);
    assert_eq!(format!("{config:?}"), "TlsServerConfig { ready_made: true, .. }");
    let mut impossible = rustls;
    impossible.max_fragment_size = Some(1);
    let config = TlsServerConfig::from_rustls(Arc::new(impossible));
    let error = config.accept(Both::new().server.wire.stream()).unwrap_err();
    assert!(matches!(error, TlsError::Config(_)), "{error:?}");
}

#[test]
fn nothing_secret_is_printed() {
    let certificates = Certificates::new().unwrap();
    let Identity { chain_pem, key_pem } = certificates.server().unwrap();
    let config = TlsServerConfig::from_pem(&chain_pem, &key_pem)
        .unwrap()
        .client_ca_pem(certificates.ca_pem(), REQUIRED)
        .unwrap();
    assert_eq!(format!("{config:?}"), "TlsServerConfig { client_certificates: Required, .. }");
    let garbled = key_pem.replacen("PRIVATE", "PRIVAT", 1);
    let error = TlsServerConfig::from_pem(&chain_pem, &garbled).unwrap_err();
    for line in garbled.lines() {
        assert!(!format!("{error} {error:?}").contains(line), "{line}");
    }
}

fn der(identity: &Identity) -> (Vec<Vec<u8>>, Vec<u8>) {
    let chain = CertificateDer::pem_slice_iter(identity.chain_pem.as_bytes());
    let key = PrivateKeyDer::from_pem_slice(identity.key_pem.as_bytes()).unwrap();
    (chain.map(|one| one.unwrap().to_vec()).collect(), key.secret_der().to_vec())
}

/// A directory of the test's own, which goes with it.
struct Dir(PathBuf);

impl Dir {
    fn new(name: &str) -> Self {
        let name = format!("{name}-{}", std::process::id());
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn file(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.0.join(name);
        fs::write(&path, content).unwrap();
        path
    }
}

impl Drop for Dir {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

//! Certificates and keys out of texts and files.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::{CertifiedKey, SingleCertAndKey};
use rustls::{Error as Rustls, InconsistentKeys, RootCertStore};

use super::TlsError;

/// All certificates of a PEM text, at least one.
pub(super) fn certificates(pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let missing = TlsError::Pem { what: "certificate" };
    let certificates = CertificateDer::pem_slice_iter(pem).collect::<Result<Vec<_>, _>>();
    certificates.ok().filter(|found| !found.is_empty()).ok_or(missing)
}

/// The first private key of a PEM text.
pub(super) fn private_key(pem: &[u8]) -> Result<PrivateKeyDer<'static>, TlsError> {
    PrivateKeyDer::from_pem_slice(pem).map_err(|_| {
        if ENCRYPTED.iter().any(|sign| contains(pem, sign)) {
            TlsError::EncryptedKey
        } else {
            TlsError::Pem { what: "private key" }
        }
    })
}

/// A private key as DER.
pub(super) fn private_key_der(der: Vec<u8>) -> Result<PrivateKeyDer<'static>, TlsError> {
    PrivateKeyDer::try_from(der).map_err(|_| TlsError::Der { what: "private key" })
}

/// What [`certificates`] finds in a file, which may also be a single one as DER.
pub(super) fn certificates_in(path: &Path) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let bytes = read(path)?;
    if is_der(&bytes) {
        return Ok(vec![bytes.into()]);
    }
    certificates(&bytes).map_err(|error| error.in_file(path))
}

/// What [`private_key`] finds in a file, which may also be DER.
pub(super) fn private_key_in(path: &Path) -> Result<PrivateKeyDer<'static>, TlsError> {
    let bytes = read(path)?;
    let key = if is_der(&bytes) { private_key_der(bytes) } else { private_key(&bytes) };
    key.map_err(|error| error.in_file(path))
}

/// CAs besides those that are in the store.
pub(super) fn add_roots(
    roots: &mut RootCertStore,
    more: Vec<CertificateDer<'static>>,
) -> Result<(), TlsError> {
    more.into_iter()
        .try_for_each(|certificate| roots.add(certificate))
        .map_err(|error| TlsError::Ca(error.to_string()))
}

/// A certificate with its key. Otherwise why they can't be used together.
pub(super) fn certified(
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
) -> Result<Arc<SingleCertAndKey>, String> {
    match CertifiedKey::from_der(chain, key, &ring::default_provider()) {
        Ok(certified) => Ok(Arc::new(SingleCertAndKey::from(certified))),
        Err(Rustls::InconsistentKeys(InconsistentKeys::KeyMismatch)) => {
            Err("the key is another certificate's".into())
        }
        Err(error) => Err(error.to_string()),
    }
}

fn read(path: &Path) -> Result<Vec<u8>, TlsError> {
    fs::read(path).map_err(|error| TlsError::Unreadable(error.to_string()).in_file(path))
}

/// Whether it can't be a PEM text, and begins like DER: with a sequence.
fn is_der(bytes: &[u8]) -> bool {
    bytes.first() == Some(&SEQUENCE) && !contains(bytes, b"-----BEGIN ")
}

fn contains(text: &[u8], sign: &[u8]) -> bool {
    text.windows(sign.len()).any(|window| window == sign)
}

/// The tag of DER that certificates and keys begin with.
const SEQUENCE: u8 = 0x30;

/// How keys that need a password look: as PKCS#8 (RFC 5958), and as OpenSSL wrote them before.
const ENCRYPTED: [&[u8]; 2] = [b"-----BEGIN ENCRYPTED PRIVATE KEY-----", b"Proc-Type: 4,ENCRYPTED"];

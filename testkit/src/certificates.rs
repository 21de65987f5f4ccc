//! Certificates good and bad, made anew for each test: no key is ever kept.
//!
//! ```
//! use testkit::certificates::{Certificates, Fault};
//!
//! # fn main() -> std::io::Result<()> {
//! let certificates = Certificates::new()?;
//! let good = certificates.server()?;
//! assert!(certificates.ca_pem().starts_with("-----BEGIN CERTIFICATE-----"));
//! assert!(good.key_pem.starts_with("-----BEGIN PRIVATE KEY-----"));
//! for fault in Fault::ALL {
//!     assert_ne!(certificates.faulty(fault)?, good);
//! }
//! # Ok(())
//! # }
//! ```

use std::fmt;
use std::io;

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa,
    KeyPair, KeyUsagePurpose, date_time_ymd,
};

use crate::redis_server::Tls;

/// A CA of one's own.
pub struct Certificates {
    ca: Ca,
}

type Ca = CertifiedIssuer<'static, KeyPair>;

/// A certificate and its key.
#[derive(Clone, PartialEq, Eq)]
pub struct Identity {
    /// The certificate, followed by that of the intermediate CA if there is one.
    pub chain_pem: String,
    /// The private key.
    pub key_pem: String,
}

/// What is wrong with a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// It was valid once.
    Expired,
    /// It will be valid.
    NotYetValid,
    /// It is for another host.
    WrongName,
    /// It is its own issuer.
    SelfSigned,
    /// Another CA of the same name has issued it.
    UnknownCa,
    /// It is for clients only.
    ClientOnly,
    /// Its issuer has a certificate of the CA, but is no CA itself.
    BrokenChain,
}

impl Fault {
    /// Each of them.
    pub const ALL: [Self; 7] = [
        Self::Expired,
        Self::NotYetValid,
        Self::WrongName,
        Self::SelfSigned,
        Self::UnknownCa,
        Self::ClientOnly,
        Self::BrokenChain,
    ];
}

impl Certificates {
    /// Makes a CA.
    ///
    /// # Errors
    ///
    /// If the system has no random numbers.
    pub fn new() -> io::Result<Self> {
        Ok(Self { ca: ca().map_err(io::Error::other)? })
    }

    /// The CA's certificate.
    pub fn ca_pem(&self) -> String {
        self.ca.pem()
    }

    /// A good certificate for a server on [`HOSTS`].
    ///
    /// # Errors
    ///
    /// If the system has no random numbers.
    pub fn server(&self) -> io::Result<Identity> {
        self.server_for(&HOSTS)
    }

    /// A good certificate for a server with these DNS names and IP addresses.
    ///
    /// # Errors
    ///
    /// If one is neither.
    pub fn server_for(&self, hosts: &[&str]) -> io::Result<Identity> {
        server(hosts).and_then(|params| issue(&params, &self.ca)).map_err(io::Error::other)
    }

    /// A good certificate for a client.
    ///
    /// # Errors
    ///
    /// If the system has no random numbers.
    pub fn client(&self) -> io::Result<Identity> {
        end_entity(&[], ExtendedKeyUsagePurpose::ClientAuth)
            .and_then(|params| issue(&params, &self.ca))
            .map_err(io::Error::other)
    }

    /// A bad certificate for a server, bad in this one way.
    ///
    /// # Errors
    ///
    /// If the system has no random numbers.
    pub fn faulty(&self, fault: Fault) -> io::Result<Identity> {
        let hosts = if fault == Fault::WrongName { &ELSEWHERE } else { &HOSTS };
        server(hosts).and_then(|params| self.spoil(params, fault)).map_err(io::Error::other)
    }

    /// A bad certificate for a client, bad in this one way. That one is for another host or for
    /// clients only is nothing bad in a client's: for these two it is one for servers only.
    ///
    /// # Errors
    ///
    /// If the system has no random numbers.
    pub fn faulty_client(&self, fault: Fault) -> io::Result<Identity> {
        let params = match fault {
            Fault::WrongName | Fault::ClientOnly => return self.server(),
            _ => end_entity(&[], ExtendedKeyUsagePurpose::ClientAuth),
        };
        params.and_then(|params| self.spoil(params, fault)).map_err(io::Error::other)
    }

    /// A redis-server that has this certificate, and asks clients for none.
    pub fn tls(&self, server: Identity) -> Tls {
        let Identity { chain_pem, key_pem } = server;
        Tls { certificate: chain_pem, key: key_pem, ca: self.ca_pem(), clients_need_one: false }
    }

    fn spoil(&self, mut params: CertificateParams, fault: Fault) -> Result<Identity, rcgen::Error> {
        match fault {
            Fault::Expired => params.not_after = date_time_ymd(2001, 1, 1),
            Fault::NotYetValid => params.not_before = date_time_ymd(4000, 1, 1),
            // Its name is in the parameters.
            Fault::WrongName => {}
            Fault::SelfSigned => {
                let key = KeyPair::generate()?;
                let chain_pem = params.self_signed(&key)?.pem();
                return Ok(Identity { chain_pem, key_pem: key.serialize_pem() });
            }
            Fault::UnknownCa => return issue(&params, &ca()?),
            Fault::ClientOnly => {
                params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
            }
            Fault::BrokenChain => {
                let mut intermediate = named("no CA");
                intermediate.is_ca = IsCa::ExplicitNoCa;
                let issuer = Ca::signed_by(intermediate, KeyPair::generate()?, &self.ca)?;
                let mut identity = issue(&params, &issuer)?;
                identity.chain_pem.push_str(&issuer.pem());
                return Ok(identity);
            }
        }
        issue(&params, &self.ca)
    }
}

impl fmt::Debug for Certificates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Certificates")
    }
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Identity").field("chain_pem", &self.chain_pem).finish_non_exhaustive()
    }
}

fn ca() -> Result<Ca, rcgen::Error> {
    let mut params = named("CA of a test");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    Ca::self_signed(params, KeyPair::generate()?)
}

fn server(hosts: &[&str]) -> Result<CertificateParams, rcgen::Error> {
    end_entity(hosts, ExtendedKeyUsagePurpose::ServerAuth)
}

fn end_entity(
    hosts: &[&str],
    purpose: ExtendedKeyUsagePurpose,
) -> Result<CertificateParams, rcgen::Error> {
    let hosts: Vec<String> = hosts.iter().map(|&host| host.to_owned()).collect();
    let mut params = CertificateParams::new(hosts)?;
    params.distinguished_name = named("end entity of a test").distinguished_name;
    params.use_authority_key_identifier_extension = true;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![purpose];
    Ok(params)
}

fn named(name: &str) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = Default::default();
    params.distinguished_name.push(DnType::CommonName, name);
    params
}

fn issue(params: &CertificateParams, issuer: &Ca) -> Result<Identity, rcgen::Error> {
    let key = KeyPair::generate()?;
    let chain_pem = params.signed_by(&key, issuer)?.pem();
    Ok(Identity { chain_pem, key_pem: key.serialize_pem() })
}

/// Whom good certificates of servers are for.
pub const HOSTS: [&str; 2] = ["localhost", "127.0.0.1"];

/// Whom they are for with [`Fault::WrongName`].
const ELSEWHERE: [&str; 2] = ["elsewhere.example", "192.0.2.1"];

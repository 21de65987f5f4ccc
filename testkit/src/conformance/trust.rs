//! Whom a client believes to be the server.

use std::time::Duration;

use adapter_core::{
    Client, Commands, ConnectError, ConnectionError, Options, Reconnect, TlsConfig,
};

use super::waiting::within;
use super::{Adapter, Outcome};
use crate::certificates::{Certificates, Fault, HOSTS};
use crate::redis_server::RedisServer;

/// Seven kinds of certificate are refused with default settings and one is accepted, under a name
/// and under an address; so is a good one, where its authority is not trusted.
///
/// # Errors
///
/// Any that should not be.
pub async fn trust<R: Adapter>() -> Outcome {
    let certificates = Certificates::new()?;
    let tls = TlsConfig::new().ca_pem(certificates.ca_pem())?;
    let good = RedisServer::builder().tls(certificates.tls(certificates.server()?)).start()?;
    for host in HOSTS {
        connect::<R>(&good, host, &tls).await??;
        let text = refusal::<R>(&good, host, &TlsConfig::new()).await?;
        assert!(text.contains("issued by nobody who is trusted here"), "{text}");
    }
    let anything_goes = tls.clone().danger_accept_any_certificate();
    for fault in Fault::ALL {
        let identity = certificates.faulty(fault)?;
        let bad = RedisServer::builder().tls(certificates.tls(identity)).start()?;
        for host in HOSTS {
            let text = refusal::<R>(&bad, host, &tls).await?;
            println!("{fault:?}: {text}");
            assert!(text.starts_with("invalid peer certificate: "), "{fault:?}: {text}");
            assert!(text.contains(excerpt(fault)), "{fault:?}: {text}");
            // Nothing else was wrong with it.
            connect::<R>(&bad, host, &anything_goes).await??;
        }
    }
    Ok(())
}

/// Connects, and has a command run.
async fn connect<R: Adapter>(
    server: &RedisServer,
    host: &str,
    tls: &TlsConfig,
) -> Result<Result<(), ConnectError>, Box<dyn std::error::Error>> {
    let port = server.port().ok_or("the server has no port")?;
    let options = Options::tcp(host, port).tls(tls.clone()).reconnect(Reconnect::NEVER);
    match within::<R, _>(PATIENCE, Client::<R>::connect(options)).await? {
        Ok(client) => Ok(client.ping().await.map(drop).map(Ok)?),
        Err(error) => Ok(Err(error)),
    }
}

/// What a client says that doesn't believe the server.
async fn refusal<R: Adapter>(
    server: &RedisServer,
    host: &str,
    tls: &TlsConfig,
) -> Result<String, Box<dyn std::error::Error>> {
    match connect::<R>(server, host, tls).await? {
        Err(ConnectError::Session { error: ConnectionError::Tls(text), .. }) => Ok(text),
        other => Err(format!("{host} was believed, or worse: {other:?}").into()),
    }
}

/// What the error must say.
fn excerpt(fault: Fault) -> &'static str {
    match fault {
        Fault::Expired => "expired",
        Fault::NotYetValid => "not valid for another",
        Fault::WrongName => "only for elsewhere.example, 192.0.2.1 ",
        Fault::SelfSigned => "issued by nobody who is trusted here",
        Fault::ClientOnly => "not meant for servers",
        Fault::UnknownCa => "not signed by its alleged issuer",
        Fault::BrokenChain => "EndEntityUsedAsCa",
    }
}

/// Long enough for a handshake on a loaded machine.
const PATIENCE: Duration = Duration::from_secs(20);

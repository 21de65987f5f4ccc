//! A server on one executor, and its clients.

use std::io;
use std::net::Ipv4Addr;
use std::thread;
use std::time::Duration;

#[cfg(feature = "certificates")]
use adapter_core::TlsConfig;
#[cfg(feature = "certificates")]
use adapter_core::TlsServerConfig;
use adapter_core::server::{Listen, Serve, Server, ServerHandle, ServerOptions, Serving, Threads};
use adapter_core::{Address, Client, Commands, Driver, Endpoint, Options, Spawn};

use super::Where;
use super::raw::{Path, Raw};
#[cfg(feature = "certificates")]
use crate::certificates::Certificates;
use crate::conformance::{Outcome, join};

/// Runs [`serve`] on an executor of the adapter's.
///
/// # Errors
///
/// What should not have failed.
pub fn one_executor<T: Threads>() -> Outcome
where
    T::Local: Spawn<Serving<T::Local, Where>> + Spawn<Driver<T::Local>>,
{
    T::run(serve)?
}

/// A server at a port, a path and, with the feature `certificates`, behind TLS: for sockets that
/// know nothing of this project and for our own client, until it is shut down.
///
/// # Errors
///
/// What should not have failed.
pub async fn serve<R>(runtime: R) -> Outcome
where
    R: Serve + Spawn<Serving<R, Where>> + Spawn<Driver<R>>,
{
    let path = Path::new();
    let anywhere = || Listen::new(Address::Tcp((Ipv4Addr::LOCALHOST, 0).into()));
    let mut listens = vec![anywhere(), Listen::new(path.address())];
    #[cfg(feature = "certificates")]
    let trust = {
        let certificates = Certificates::new()?;
        let identity = certificates.server()?;
        let tls = TlsServerConfig::from_pem(identity.chain_pem, identity.key_pem)?;
        listens.push(anywhere().with_tls(tls));
        TlsConfig::new().ca_pem(certificates.ca_pem())?
    };
    listens.push(anywhere());
    let server = Server::bind(runtime.clone(), listens, ServerOptions::default())?;
    let handle = server.handle();
    let addresses: Vec<_> = server.addresses().cloned().collect();
    let talk = async {
        let plain = [addresses.first(), addresses.get(1), addresses.last()];
        let mut raw: Vec<_> = plain
            .into_iter()
            .flatten()
            .cloned()
            .map(|address| thread::spawn(move || talk_raw(&address)))
            .collect();
        for address in plain.into_iter().flatten() {
            talk_as_client(&runtime, options(address)).await?;
        }
        #[cfg(feature = "certificates")]
        if let Some(address) = addresses.get(2) {
            talk_as_client(&runtime, options(address).tls(trust)).await?;
        }
        while !raw.iter().all(thread::JoinHandle::is_finished) {
            runtime.sleep_until(runtime.now() + Duration::from_millis(2)).await;
        }
        let mut left = Vec::new();
        for raw in raw.drain(..) {
            left.push(raw.join().map_err(|_| "a raw client panicked")??);
        }
        Ok::<_, Box<dyn std::error::Error>>(left)
    };
    let (left, ()) = join(
        async {
            let left = talk.await;
            handle.shutdown(Duration::from_secs(5));
            left
        },
        server.run(Where(7)),
    )
    .await;
    for mut raw in left? {
        assert_eq!(raw.line()?, "", "the stream has ended");
    }
    for address in &addresses {
        assert!(Raw::connect(address).is_err(), "nobody listens at {address}");
    }
    assert!(!path.0.exists());
    gone(&handle);
    Ok(())
}

fn gone(handle: &ServerHandle) {
    assert_eq!(handle.connection_count(), 0);
    assert!(handle.connections().is_empty());
}

/// Line by line, many at once, and much at once; then stays.
fn talk_raw(address: &Address) -> io::Result<Raw> {
    let mut raw = Raw::connect(address)?;
    assert_eq!(raw.ask("PING")?, "+PONG");
    assert_eq!(raw.ask("WHERE")?, ":7");
    raw.send("PING\r\n".repeat(1000).as_bytes())?;
    for _ in 0..1000 {
        assert_eq!(raw.line()?, "+PONG");
    }
    let value = vec![b'v'; LARGE];
    raw.send(format!("*2\r\n$4\r\nECHO\r\n${LARGE}\r\n").as_bytes())?;
    raw.send(&value)?;
    raw.send(b"\r\n")?;
    assert_eq!(raw.line()?, format!("${LARGE}"));
    assert!(raw.take(LARGE)? == value);
    assert_eq!(raw.line()?, "");
    // Those that come and go.
    for _ in 0..20 {
        assert_eq!(Raw::connect(address)?.ask("PING")?, "+PONG");
        drop(Raw::connect(address)?);
    }
    Ok(raw)
}

async fn talk_as_client<R>(runtime: &R, options: Options) -> Outcome
where
    R: Serve + Spawn<Driver<R>>,
{
    let client = Client::connect_on(runtime.clone(), options).await?;
    let shard: u64 = client.command("WHERE").parse().await?;
    assert_eq!(shard, 7);
    let value = "v".repeat(LARGE);
    let echoed: String = client.command("ECHO").arg(&value).parse().await?;
    assert!(echoed == value);
    client.ping().await?;
    client.close(false).await;
    Ok(())
}

fn options(address: &Address) -> Options {
    Options::new(match address {
        Address::Unix(path) => Endpoint::Unix(path.clone()),
        address => {
            let text = address.to_string();
            let (host, port) = text.rsplit_once(':').unwrap_or_default();
            Endpoint::Tcp { host: host.to_owned(), port: port.parse().unwrap_or_default() }
        }
    })
}

/// More than sockets hold.
const LARGE: usize = 6 << 20;

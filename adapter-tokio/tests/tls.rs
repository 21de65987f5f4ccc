//! TLS against a real redis-server: whom a client believes, and what goes over it. What every
//! runtime has to do is in the conformance suite.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test's helpers are tests")]

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::time::Duration;

use adapter_core::Client;
use adapter_tokio::{
    Address, Commands, Config, ConnectionError, Locked, Runtime, SocketOptions, Stream, Time,
    TlsConfig, TlsError, TlsStream, Tokio, Transport, cmd,
};
use bytes::{Bytes, BytesMut};
use testkit::certificates::Certificates;
use testkit::redis_server::{RedisServer, Tls};

/// Tokio, with TLS around each stream.
#[derive(Clone)]
struct Encrypted {
    tls: TlsConfig,
    host: String,
}

impl Runtime for Encrypted {
    type Stream = TlsStream<Stream>;
    type Connect = Pin<Box<dyn Future<Output = io::Result<Self::Stream>> + Send>>;
    type Resolve = <Tokio as Runtime>::Resolve;
    type Sleep = <Tokio as Runtime>::Sleep;
    type Cell<T: 'static> = Locked<T>;

    fn resolve(&self, host: &str, port: u16) -> Self::Resolve {
        Tokio.resolve(host, port)
    }

    fn connect(&self, address: &Address, options: &SocketOptions) -> Self::Connect {
        let (this, connect) = (self.clone(), Tokio.connect(address, options));
        Box::pin(async move { Ok(this.tls.connect(&this.host, connect.await?)?) })
    }

    fn sleep_until(&self, at: Time) -> Self::Sleep {
        Tokio.sleep_until(at)
    }

    fn now(&self) -> Time {
        Tokio.now()
    }
}

/// Connects under the name of a host.
async fn connect(
    server: &RedisServer,
    host: &str,
    tls: &TlsConfig,
) -> Result<Client<Encrypted>, ConnectionError> {
    let runtime = Encrypted { tls: tls.clone(), host: host.to_owned() };
    let options = SocketOptions::default();
    let stream = runtime.connect(&Address::Tcp(server.addr().unwrap()), &options).await.unwrap();
    let (client, driver) = Client::new(runtime, stream, Config::default());
    tokio::spawn(driver);
    client.ready().await?;
    // With TLS 1.3 the server looks at the client's certificate when the client is done.
    client.ping().await.map_err(|error| panic!("{error:?}")).unwrap();
    Ok(client)
}

/// The error with which the first read fails.
async fn refusal(server: &RedisServer, host: &str, tls: &TlsConfig) -> TlsError {
    let address = Address::Tcp(server.addr().unwrap());
    let socket = Tokio.connect(&address, &SocketOptions::default()).await.unwrap();
    let mut stream = tls.connect(host, socket).unwrap();
    let mut input = BytesMut::with_capacity(100);
    let read = std::future::poll_fn(|cx| stream.poll_read(cx, &mut input));
    let error = within(read).await.expect_err("it was believed");
    TlsError::of(&error).unwrap_or_else(|| panic!("{error:?}")).clone()
}

async fn within<F: Future>(future: F) -> F::Output {
    tokio::time::timeout(Duration::from_secs(20), future).await.expect("it takes for ever")
}

fn start(tls: Tls) -> RedisServer {
    RedisServer::builder().tls(tls).start().unwrap()
}

fn good() -> (Certificates, RedisServer, TlsConfig) {
    let certificates = Certificates::new().unwrap();
    let server = start(certificates.tls(certificates.server().unwrap()));
    let config = TlsConfig::new().ca_pem(certificates.ca_pem()).unwrap();
    (certificates, server, config)
}

#[tokio::test]
async fn a_client_that_trusts_public_authorities_only_refuses_a_private_one() {
    let (certificates, server, _) = good();
    let error = refusal(&server, "localhost", &TlsConfig::new()).await;
    assert!(matches!(error, TlsError::Certificate(_)), "{error:?}");
    let both = TlsConfig::new().add_ca_pem(certificates.ca_pem()).unwrap();
    within(connect(&server, "localhost", &both)).await.unwrap();
}

#[cfg(feature = "tls-native-roots")]
#[tokio::test]
async fn a_client_that_trusts_the_systems_authorities_only_refuses_a_private_one() {
    let (_, server, _) = good();
    match TlsConfig::new().native_roots() {
        Ok(tls) => {
            let error = refusal(&server, "localhost", &tls).await;
            assert!(matches!(error, TlsError::Certificate(_)), "{error:?}");
        }
        // A machine without any.
        Err(error) => assert!(matches!(error, TlsError::NativeRoots(_)), "{error:?}"),
    }
}

#[tokio::test]
async fn a_server_can_be_expected_under_another_name() {
    let certificates = Certificates::new().unwrap();
    let server = start(certificates.tls(certificates.server_for(&["db.example"]).unwrap()));
    let tls = TlsConfig::new().ca_pem(certificates.ca_pem()).unwrap();
    let error = refusal(&server, "localhost", &tls).await;
    assert_eq!(
        error.to_string(),
        "invalid peer certificate: not valid for localhost, only for db.example \
         (connect by such a name, or set it as server name)"
    );
    let named = tls.server_name("db.example").unwrap();
    within(connect(&server, "127.0.0.1", &named)).await.unwrap();
    let other = named.server_name("other.example").unwrap();
    assert!(matches!(refusal(&server, "db.example", &other).await, TlsError::Certificate(_)));
}

#[tokio::test]
async fn a_server_that_wants_a_certificate_gets_one() {
    let certificates = Certificates::new().unwrap();
    let server = start(certificates.tls(certificates.server().unwrap()).clients_need_one());
    let tls = TlsConfig::new().ca_pem(certificates.ca_pem()).unwrap();

    let error = refusal(&server, "localhost", &tls).await;
    assert_eq!(
        error.to_string(),
        "the server refused the TLS connection: it wants a client certificate"
    );
    let stranger = Certificates::new().unwrap().client().unwrap();
    let unknown = tls.clone().client_certificate_pem(stranger.chain_pem, stranger.key_pem).unwrap();
    let error = refusal(&server, "localhost", &unknown).await;
    assert!(matches!(error, TlsError::Refused(_)), "{error:?}");

    let client = certificates.client().unwrap();
    let known = tls.client_certificate_pem(client.chain_pem, client.key_pem).unwrap();
    within(connect(&server, "localhost", &known)).await.unwrap();
}

#[tokio::test]
async fn a_port_without_tls_is_recognised_by_what_it_answers() {
    // A redis-server waits for the end of a line in the greeting, so this is another.
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let addr: SocketAddr = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let (mut socket, _) = listener.accept().await.unwrap();
        tokio::io::AsyncWriteExt::write_all(&mut socket, b"-ERR no\r\n").await.unwrap();
        std::future::pending::<()>().await;
    });
    let socket = Tokio.connect(&Address::Tcp(addr), &SocketOptions::default()).await.unwrap();
    let mut stream = TlsConfig::new().connect("localhost", socket).unwrap();
    let mut input = BytesMut::with_capacity(100);
    let read = std::future::poll_fn(|cx| stream.poll_read(cx, &mut input));
    let error = within(read).await.unwrap_err();
    assert_eq!(TlsError::of(&error), Some(&TlsError::NotTls));
}

#[tokio::test]
async fn all_sizes_go_through() {
    let (_, server, tls) = good();
    let client = within(connect(&server, "localhost", &tls)).await.unwrap();
    let large: Bytes = (0..1_000_000).map(|at: u32| (at >> 3) as u8).collect::<Vec<_>>().into();
    within(async {
        client.set("large", &large).await.unwrap();
        assert!(client.get("large").await.unwrap().unwrap() == large);

        let incrs = client.pipeline((0..10_000).map(|_| cmd::incr("n")).collect::<Vec<_>>());
        for (at, reply) in incrs.await.unwrap().into_iter().enumerate() {
            assert_eq!(reply.unwrap(), at as i64 + 1);
        }
        // Both directions full at the same time.
        let echoes = client.pipeline((0..32).map(|_| cmd::echo(&large)).collect::<Vec<_>>());
        for reply in echoes.await.unwrap() {
            assert!(reply.unwrap() == large);
        }
    })
    .await;
    assert_eq!(server.cli(&["GET", "n"]).unwrap(), b"$5\r\n10000\r\n");
}

#[tokio::test]
async fn a_server_that_leaves_has_closed_the_connection() {
    let (_, mut server, tls) = good();
    let end = async |server: &mut RedisServer, leave: fn(&mut RedisServer)| {
        let runtime = Encrypted { tls: tls.clone(), host: "localhost".into() };
        let address = Address::Tcp(server.addr().unwrap());
        let stream = runtime.connect(&address, &SocketOptions::default()).await.unwrap();
        let (client, driver) = Client::new(runtime, stream, Config::default());
        let driver = tokio::spawn(driver);
        client.ready().await.unwrap();
        leave(server);
        within(driver).await.unwrap()
    };
    let disconnect = |server: &mut RedisServer| {
        server.cli(&["CLIENT", "KILL", "TYPE", "normal"]).unwrap();
    };
    assert_eq!(end(&mut server, disconnect).await, ConnectionError::ClosedByServer);
    let crash = |server: &mut RedisServer| server.kill().unwrap();
    assert_eq!(end(&mut server, crash).await, ConnectionError::ClosedByServer);
    server.start_again().unwrap();
    within(connect(&server, "localhost", &tls)).await.unwrap();
    let restart = |server: &mut RedisServer| server.restart().unwrap();
    assert_eq!(end(&mut server, restart).await, ConnectionError::ClosedByServer);
    within(connect(&server, "localhost", &tls)).await.unwrap();
}

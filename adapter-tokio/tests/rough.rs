//! Servers and applications that do what nobody expects of them, by real sockets.
#![expect(clippy::unwrap_used, reason = "a panic fails the test")]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use adapter_tokio::{
    Client, Commands, Config, ConnectionEvent, Incoming, Options, Pool, Protocol, Reconnect, cmd,
};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio::time::{sleep, timeout};

/// What a server does with a connection, the first having number 0.
trait Serve: Fn(usize, TcpStream) -> Self::Future + Send + 'static {
    type Future: Future<Output = ()> + Send;
}

impl<F: Fn(usize, TcpStream) -> O + Send + 'static, O: Future<Output = ()> + Send> Serve for F {
    type Future = O;
}

/// Starts a server, for as long as the test's runtime is there.
async fn start<S: Serve>(serve: S) -> Options
where
    S::Future: 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        for number in 0.. {
            let (stream, _) = listener.accept().await.unwrap();
            tokio::spawn(serve(number, stream));
        }
    });
    let config = Config::default().protocol(Protocol::Resp2).client_name("rough");
    Options::tcp("127.0.0.1", port).config(config)
}

/// Reads once, and answers each command with `+OK`, or a subscription.
async fn answer(stream: &mut TcpStream) -> Option<String> {
    let mut input = vec![0; 65536];
    let length = stream.read(&mut input).await.unwrap_or(0);
    let text = String::from_utf8_lossy(input.get(..length)?).into_owned();
    let answers = match text.contains("SUBSCRIBE") {
        true => "*3\r\n$9\r\nsubscribe\r\n$4\r\nnews\r\n:1\r\n".to_owned(),
        false => "+OK\r\n".repeat(text.matches('*').count()),
    };
    stream.write_all(answers.as_bytes()).await.ok().filter(|()| length > 0)?;
    Some(text)
}

async fn friendly(_: usize, mut stream: TcpStream) {
    while answer(&mut stream).await.is_some() {}
}

/// Greets, then sends news until nobody takes any.
async fn talkative(_: usize, mut stream: TcpStream) {
    while answer(&mut stream).await.is_some_and(|text| !text.contains("SUBSCRIBE")) {}
    let news = format!("*3\r\n$7\r\nmessage\r\n$4\r\nnews\r\n$1024\r\n{}\r\n", "x".repeat(1024));
    for _ in 0..MESSAGES {
        if stream.write_all(news.as_bytes()).await.is_err() {
            return;
        }
    }
    stream.read_u8().await.ok();
}

/// Within that time all is done, however slow the machine; broken, it would take for ever.
async fn soon<F: Future>(future: F) -> F::Output {
    timeout(Duration::from_secs(20), future).await.unwrap_or_else(|_| panic!("it never ends"))
}

/// Time for something to go wrong: a test that waits too little is green, never red.
async fn a_while() {
    sleep(Duration::from_millis(300)).await;
}

#[tokio::test]
async fn a_slow_reader_gets_everything_and_keeps_its_connection() {
    let silence = Duration::from_millis(100);
    for liveness in [None, Some(silence)] {
        let options = start(talkative).await.pool_size(1);
        let lost = Arc::new(AtomicUsize::new(0));
        let noted = Arc::clone(&lost);
        let config = options.session_config().clone().liveness(liveness);
        let options = options.config(config).on_event(move |event| {
            let lost = matches!(event, ConnectionEvent::Lost(_));
            noted.fetch_add(usize::from(lost), Ordering::Relaxed);
        });
        let pool = Pool::connect(options).await.unwrap();
        let mut lease = pool.lease().await.unwrap();
        let mut raw = lease.raw();
        raw.send(cmd::command("SUBSCRIBE").arg("news")).unwrap();
        a_while().await;
        a_while().await;
        for _ in 0..=MESSAGES {
            assert!(matches!(soon(raw.next()).await, Some(Ok(_))));
        }
        assert_eq!(lost.load(Ordering::Relaxed), 0, "{liveness:?}");
    }
}

#[tokio::test]
async fn a_reply_is_for_the_reader_who_has_asked() {
    let options = start(async |_, mut stream: TcpStream| {
        let mut asked = 0;
        let mut input = [0; 4096];
        while let Ok(length @ 1..) = stream.read(&mut input).await {
            let text = String::from_utf8_lossy(input.get(..length).unwrap()).into_owned();
            let answers = match text.as_str() {
                text if text.contains("OLD") => String::new(),
                text if text.contains("NEW") => "$3\r\nold\r\n$3\r\nnew\r\n".into(),
                text => "+OK\r\n".repeat(text.matches('*').count()),
            };
            asked += 1;
            stream.write_all(answers.as_bytes()).await.unwrap();
        }
        assert!(asked > 0);
    });
    let pool = Pool::connect(options.await.pool_size(1)).await.unwrap();
    let mut lease = pool.lease().await.unwrap();
    lease.raw().send(cmd::command("OLD")).unwrap();
    a_while().await;
    let mut raw = lease.raw();
    raw.send(cmd::command("NEW")).unwrap();
    match soon(raw.next()).await {
        Some(Ok(Incoming::Reply(frame))) => assert_eq!(frame.to_string(), "\"new\""),
        other => panic!("{other:?}"),
    }
}

/// The second connection's handshake is answered only after `close`.
async fn closed_in_the_second_handshake() -> (Options, Arc<Notify>, Arc<Notify>) {
    let (asked, go_on) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let (told, waits) = (Arc::clone(&asked), Arc::clone(&go_on));
    let options = start(move |number, mut stream: TcpStream| {
        let (told, waits) = (Arc::clone(&told), Arc::clone(&waits));
        async move {
            if number == 0 {
                answer(&mut stream).await;
                return;
            }
            let mut first = [0];
            stream.peek(&mut first).await.unwrap();
            told.notify_one();
            waits.notified().await;
            while answer(&mut stream).await.is_some() {}
            told.notify_one();
        }
    });
    (options.await, asked, go_on)
}

#[tokio::test]
async fn a_client_closed_while_it_reconnects_is_closed() {
    let (options, asked, go_on) = closed_in_the_second_handshake().await;
    let client = Client::connect(options).await.unwrap();
    soon(asked.notified()).await;
    soon(client.close(true)).await;
    go_on.notify_one();
    soon(asked.notified()).await;
    assert!(client.get("k").await.is_err());
}

#[tokio::test]
async fn a_pool_closed_while_it_reconnects_is_closed() {
    let (options, asked, go_on) = closed_in_the_second_handshake().await;
    let pool = Pool::connect(options.pool_size(1)).await.unwrap();
    soon(asked.notified()).await;
    soon(pool.close(true)).await;
    go_on.notify_one();
    soon(asked.notified()).await;
    assert!(pool.get("k").await.is_err());
}

#[tokio::test]
async fn a_pool_closes_though_a_lease_has_outlived_its_connection() {
    let options = start(async |number, mut stream: TcpStream| {
        while let Some(text) = answer(&mut stream).await
            && !(number == 0 && text.contains("DIE"))
        {}
    });
    let pool = Pool::connect(options.await.pool_size(1)).await.unwrap();
    let lease = pool.lease().await.unwrap();
    lease.command("DIE").await.ok();
    a_while().await;
    let closing = tokio::spawn({
        let pool = pool.clone();
        async move { pool.close(false).await }
    });
    a_while().await;
    drop(lease);
    soon(closing).await.unwrap();
}

#[tokio::test]
async fn connections_that_leases_have_used_up_are_replaced_by_any_policy() {
    for attempts in [Some(0), Some(2)] {
        let policy = Reconnect::default().attempts(attempts);
        let options = start(friendly).await.pool_size(2).reconnect(policy);
        let pool = Pool::connect(options).await.unwrap();
        for _ in 0..8 {
            pool.lease().await.unwrap().discard();
        }
        pool.command("ANYTHING").await.unwrap();
    }
}

#[tokio::test]
async fn a_server_that_fails_at_once_leaves_time_for_others() {
    let policy = Reconnect::default().delays(Duration::ZERO, Duration::ZERO);
    let options = Options::unix("/nowhere/redis.sock").reconnect(policy);
    let client = Client::connect_lazily(options).unwrap();
    for _ in 0..10 {
        tokio::task::yield_now().await;
        sleep(Duration::from_millis(1)).await;
    }
    soon(client.close(true)).await;
}

#[tokio::test]
async fn connecting_ends_though_the_first_connection_does_not_last() {
    let options = start(async |number, mut stream: TcpStream| {
        if number == 0 {
            answer(&mut stream).await;
        } else {
            stream.read_to_end(&mut Vec::new()).await.ok();
        }
    });
    soon(Client::connect(options.await)).await.unwrap();
}

/// A payload that belongs to somebody who uses the client when it is dropped.
#[expect(dead_code, reason = "the client is there to be dropped")]
struct Owner(Vec<u8>, Client);

impl AsRef<[u8]> for Owner {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

#[tokio::test]
async fn payloads_are_dropped_where_nothing_is_locked() {
    let options = start(async |_, mut stream: TcpStream| {
        answer(&mut stream).await;
        // Reads nothing more.
        std::future::pending::<()>().await;
    });
    let client = Client::connect(options.await).await.unwrap();
    for _ in 0..2 {
        let payload = bytes::Bytes::from_owner(Owner(vec![b'x'; 8 << 20], client.clone()));
        let client = client.clone();
        let set = tokio::spawn(async move { client.set("k", payload).await.map(drop) });
        a_while().await;
        set.abort();
    }
    // In a thread of its own: what would hang is not a future but a lock.
    let (done, closed) = tokio::sync::oneshot::channel();
    std::thread::spawn(move || {
        drop(client.close(true));
        done.send(()).ok();
    });
    soon(closed).await.unwrap();
}

const MESSAGES: usize = 3000;

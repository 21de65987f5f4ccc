//! A password that must never be seen.

use std::fmt;
use std::future::IntoFuture;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use adapter_core::{
    Client, Commands, Config, Credentials, Endpoint, Options, Pool, Protocol, Reconnect, Session,
    cmd,
};

use super::{Figures, Outcome, Size, at_least};
use crate::conformance::{Adapter, eventually};
use crate::redis_server::RedisServer;

/// All that was shown to anybody.
#[derive(Clone, Debug, Default)]
struct Shown(Arc<Mutex<Vec<String>>>);

/// Takes a canary for a password by every way and through everything that goes wrong, and looks
/// for it in every text that comes out: `Display` and `Debug` of errors, of events, and of every
/// public type that has anything to do with it. (A panic's text is one of these.)
///
/// Whoever subscribes to `tracing` around it says what was `logged` in the end; in full there must
/// be something.
///
/// # Errors
///
/// Any that should not be.
pub async fn secrets<R: Adapter>(size: Size, logged: impl FnOnce() -> Vec<String>) -> Outcome {
    let started = Instant::now();
    let shown = Shown::default();
    of_options(&shown);
    of_a_session(&shown);
    of_a_connection::<R>(&shown).await?;
    of_refusals::<R>(&shown).await?;
    of_strangers::<R>(&shown).await?;
    let logged = logged();
    let lines = logged.len();
    let mut texts = shown.lock();
    texts.extend(logged);
    let seen: Vec<String> = texts.iter().filter(|text| text.contains(CANARY)).cloned().collect();
    let mut figures = Figures::new(format!("secrets ({:.1?})", started.elapsed()));
    figures.bar(texts.len() >= LEAST, "texts looked through", at_least(LEAST), texts.len());
    if size == Size::Full {
        figures.bar(lines >= LOGGED, "lines of tracing among them", at_least(LOGGED), lines);
    }
    figures.none_wrong("passwords seen", &seen);
    Ok(figures)
}

fn of_options(shown: &Shown) {
    let urls = [
        format!("redis://:{CANARY}@localhost/2"),
        format!("redis://user:{CANARY}@localhost:1/2?timeout=1s"),
        format!("unix://:{CANARY}@/tmp/s?db=1"),
        // And with something wrong.
        format!("redis://:{CANARY}@localhost/notadatabase"),
        format!("redis://:{CANARY}@localhost:99999"),
        format!("redis://:{CANARY}@localhost:port"),
        format!("redis://:{CANARY}@"),
        format!("redis://{CANARY}@localhost"),
        format!("redis://user:{CANARY}"),
        format!("redis://:{CANARY}%zz@localhost"),
        format!("redis://:{CANARY}/x@localhost"),
        format!("redis://:{CANARY}?x@localhost"),
        format!("redis://:{CANARY}#x@localhost"),
        format!("redis://:{CANARY}@local host"),
        format!("redis://:{CANARY}@[::1/2"),
        format!("redis://localhost?password={CANARY}"),
        format!("redis://localhost?{CANARY}=1"),
        format!("redis://localhost?timeout={CANARY}"),
        format!("rediss://:{CANARY}@localhost"),
        format!("http://:{CANARY}@localhost"),
        format!(":{CANARY}@localhost"),
        format!("{CANARY}@localhost:x"),
        format!("redis:/:{CANARY}@localhost"),
        format!("unix://:{CANARY}@"),
    ];
    for url in urls {
        match url.parse::<Options>() {
            Ok(options) => {
                shown.debug(&options);
                shown.debug(&options.key());
                shown.debug(options.session_config());
            }
            Err(error) => shown.error(&error),
        }
    }
    let token = || async { Ok(Credentials::password(CANARY)) };
    for options in [
        Options::default().password(CANARY),
        Options::default().user("user").password(CANARY),
        Options::default().credential_provider(token),
        Options::default().config(canary()),
        Options::default().metadata("token", CANARY),
        Options::default().password(CANARY).database(99).client_name("not one word"),
    ] {
        shown.debug(&options);
        shown.debug(&options.key());
        if let Err(error) = options.check() {
            shown.error(&error);
        }
    }
    shown.debug(&Credentials::user("user", CANARY));
    shown.debug(&canary());
}

/// With the first words still in its output.
fn of_a_session(shown: &Shown) {
    for protocol in [Protocol::Resp3, Protocol::Resp2] {
        let session = Session::<u32>::new(adapter_core::Time::ZERO, canary().protocol(protocol));
        shown.debug(&session);
    }
    let auth = cmd::command("AUTH").arg(CANARY);
    shown.debug(&auth);
    shown.debug(auth.as_ref());
    shown.debug(&cmd::command("HELLO").arg(3).arg("AUTH").arg("user").arg(CANARY));
    shown.debug(&cmd::command("ACL").arg("SETUSER").arg("user").arg(format!(">{CANARY}")));
    shown.debug(&cmd::command("CONFIG").arg("SET").arg("requirepass").arg(CANARY));
    let mut batch = adapter_core::Batch::new();
    batch.push(&auth);
    shown.debug(&batch);
}

/// The types of a connection that works, is lost, and is not made again.
async fn of_a_connection<R: Adapter>(shown: &Shown) -> Result<(), Box<dyn std::error::Error>> {
    let mut server = RedisServer::builder().config("requirepass", CANARY).start()?;
    let options = || shown.heard(Options::new(endpoint(server.addr())).password(CANARY));
    let runtime = R::default();
    let dial = adapter_core::Dial::new(runtime.clone(), &options());
    shown.debug(&dial);
    let (client, driver) = Client::new(runtime, dial.await?, canary());
    shown.debug(&client);
    shown.debug(&driver);
    drop(driver);
    let _ = client.ping().await.inspect_err(|error| shown.error(error));

    let mortal = Client::<R>::connect(options().reconnect(Reconnect::NEVER)).await?;
    let lasting = Client::<R>::connect(options()).await?;
    let pool = Pool::<R>::connect(options().pool_size(2)).await?;
    shown.debug(&mortal.command("AUTH").arg(CANARY).into_future());
    for client in [&mortal, &lasting] {
        client.ping().await?;
        shown.debug(client);
        shown.debug(&client.ready());
        shown.debug(&client.pipeline((cmd::command("AUTH").arg(CANARY),)));
        shown.debug(&client.transaction((cmd::command("AUTH").arg(CANARY),)));
        let refused = client.command("AUTH").arg(CANARY).await;
        let _ = refused.inspect_err(|error| shown.error(error));
    }
    shown.debug(&pool);
    shown.debug(&pool.lease());
    let mut lease = pool.lease().await?;
    shown.debug(&lease);
    let _ = lease.command("AUTH").arg(format!("x{CANARY}")).await.inspect_err(|e| shown.error(e));
    lease.command("AUTH").arg(CANARY).await?;
    shown.debug(&lease);
    let mut raw = lease.raw();
    raw.send(cmd::command("AUTH").arg(CANARY))?;
    shown.debug(&raw);
    shown.debug(&raw.next());
    drop(raw);
    drop(lease);

    server.kill()?;
    eventually::<R>("the loss is noticed", async || Ok(mortal.ready().await.is_err())).await?;
    let _ = mortal.ping().await.inspect_err(|error| shown.error(error));
    let _ = lasting.ping().timeout(SHORT).await.inspect_err(|error| shown.error(error));
    let _ = pool.ping().timeout(SHORT).await.inspect_err(|error| shown.error(error));
    shown.debug(&mortal);
    shown.debug(&lasting);
    shown.debug(&pool);
    Ok(())
}

/// Servers that don't take the password, and some that repeat it.
async fn of_refusals<R: Adapter>(shown: &Shown) -> Result<(), Box<dyn std::error::Error>> {
    let without = |commands: &[&str]| {
        let builder = RedisServer::builder().config("requirepass", "another");
        commands.iter().fold(builder, |builder, command| {
            builder.config("rename-command", format!("{command} \"\""))
        })
    };
    // Without AUTH the launcher can't log in, and the default user needs no password.
    let no_auth = RedisServer::builder().config("rename-command", "AUTH \"\"");
    let neither = no_auth.clone().config("rename-command", "HELLO \"\"");
    for server in [without(&[]), without(&["HELLO"]), no_auth, neither] {
        let server = server.start()?;
        for protocol in [Protocol::Auto, Protocol::Resp3, Protocol::Resp2] {
            for user in [None, Some("user")] {
                let options = Options::new(endpoint(server.addr()));
                let options = match user {
                    Some(user) => options.user(user).password(CANARY),
                    None => options.password(CANARY),
                };
                refused::<R>(shown, shown.heard(options.protocol(protocol))).await;
            }
        }
    }
    Ok(())
}

/// What is no server, or answers with what it was sent.
async fn of_strangers<R: Adapter>(shown: &Shown) -> Result<(), Box<dyn std::error::Error>> {
    let nobody = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
    refused::<R>(shown, shown.heard(Options::new(endpoint(Some(nobody))).password(CANARY))).await;
    // It accepts, and says nothing.
    let mute = TcpListener::bind("127.0.0.1:0")?;
    let options = Options::new(endpoint(mute.local_addr().ok()));
    let config = canary().handshake_timeout(SHORT);
    refused::<R>(shown, shown.heard(options.config(config))).await;
    for start in ["-ERR ", "+", "?", "$9999999999999999\r\n", "*2\r\n+x\r\n-ERR ", ">1\r\n+"] {
        for protocol in [Protocol::Auto, Protocol::Resp2] {
            let parrot = TcpListener::bind("127.0.0.1:0")?;
            let addr = parrot.local_addr()?;
            let parrot = thread::spawn(move || repeat(&parrot, start));
            let options = Options::new(endpoint(Some(addr))).password(CANARY).protocol(protocol);
            refused::<R>(shown, shown.heard(options)).await;
            let _ = parrot.join();
        }
    }
    Ok(())
}

/// Takes one connection, and sends back what it hears behind the given start, on one line.
fn repeat(listener: &TcpListener, start: &str) -> std::io::Result<()> {
    let (mut stream, _) = listener.accept()?;
    let mut buffer = [0; 4096];
    let read = stream.read(&mut buffer)?;
    let heard = String::from_utf8_lossy(buffer.get(..read).unwrap_or_default()).into_owned();
    stream.write_all(format!("{start}{}\r\n", heard.replace(['\r', '\n'], " ")).as_bytes())
}

/// Connects to what won't have it.
async fn refused<R: Adapter>(shown: &Shown, options: Options) {
    match Client::<R>::connect(options.clone().reconnect(Reconnect::NEVER)).await {
        Ok(client) => {
            shown.debug(&client);
            let _ = client.ping().timeout(SHORT).await.inspect_err(|error| shown.error(error));
            shown.debug(&client);
        }
        Err(error) => shown.error(&error),
    }
    // In the background, with commands that wait meanwhile.
    let few = Reconnect::default().delays(SHORT / 10, SHORT / 10).attempts(Some(1));
    match Client::<R>::connect_lazily(options.reconnect(few)) {
        Ok(client) => {
            let _ = client.ping().timeout(SHORT).await.inspect_err(|error| shown.error(error));
            shown.debug(&client);
        }
        Err(error) => shown.error(&error),
    }
}

impl Shown {
    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<String>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn debug(&self, value: &impl fmt::Debug) {
        self.lock().extend([format!("{value:?}"), format!("{value:#?}")]);
    }

    /// An error, and those behind it.
    fn error(&self, error: &(dyn std::error::Error + 'static)) {
        let mut next = Some(error);
        while let Some(error) = next {
            self.lock().push(format!("{error} / {error:?} / {error:#?}"));
            next = error.source();
        }
    }

    /// Has the events shown, too.
    fn heard(&self, options: Options) -> Options {
        let shown = self.clone();
        options.on_event(move |event| shown.lock().push(format!("{event} / {event:?}")))
    }
}

fn endpoint(addr: Option<SocketAddr>) -> Endpoint {
    let port = addr.map(|addr| addr.port()).unwrap_or_default();
    Endpoint::Tcp { host: "127.0.0.1".to_owned(), port }
}

fn canary() -> Config {
    Config::default().credentials(Credentials::password(CANARY))
}

/// Nothing in it is escaped or encoded anywhere.
const CANARY: &str = "canary-9f27c1d4";

/// All but a few of them, so that a part that is left out is noticed.
const LEAST: usize = 300;

/// A few of each span and each event.
const LOGGED: usize = 100;

const SHORT: Duration = Duration::from_millis(100);

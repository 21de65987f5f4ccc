//! The server as a library, on each runtime.

use std::error::Error;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use adapter_glommio::Glommio;
use adapter_smol::Smol;
use adapter_tokio::Tokio;
use embedded_redis::EmbeddedRedis;
use embedded_redis::adapter_core::server::{ServerOptions, Threads};
use embedded_redis::adapter_core::{Address, Client, Commands, Driver, InProcess, Runtime, Spawn};

type Outcome<T = ()> = Result<T, Box<dyn Error>>;

/// Each runtime's servers with each runtime's clients, without a socket.
#[test]
fn in_process() -> Outcome {
    let builder = EmbeddedRedis::builder;
    for redis in [
        builder().start_in_process_on::<Tokio>()?,
        builder().start_in_process_on::<Smol>()?,
        builder().start_in_process_on::<Glommio>()?,
    ] {
        Tokio::run(|local| tour(redis.runtime(local), "tokio"))??;
        Smol::run(|local| tour(redis.runtime(local), "smol"))??;
        Glommio::run(|local| tour(redis.runtime(local), "glommio"))??;
    }
    Ok(())
}

async fn tour<R>(runtime: InProcess<R>, key: &'static str) -> Outcome
where
    R: Runtime + Spawn<Driver<InProcess<R>>>,
{
    let client = Client::connect_on(runtime, "redis://in-process").await?;
    client.set(key, "value").await?;
    assert_eq!(client.get(key).await?.as_deref(), Some(&b"value"[..]));
    // More than the pipe takes at once, there and back.
    let large = vec![b'x'; 3_000_000];
    client.set(key, &large[..]).await?;
    assert!(client.get(key).await?.is_some_and(|it| it == large));
    Ok(())
}

#[test]
fn a_port_of_its_own() -> Outcome {
    let (one, two) = (EmbeddedRedis::start()?, EmbeddedRedis::start()?);
    assert_ne!(one.url(), two.url());
    let value = Tokio::run(|_| async {
        let first = adapter_tokio::Client::connect(one.url()).await?;
        let second = adapter_tokio::Client::connect(two.url()).await?;
        first.set("key", "of the first").await?;
        Ok::<_, Box<dyn Error>>(second.get("key").await?)
    })??;
    assert_eq!(value, None, "each has its own data");
    Ok(())
}

#[test]
fn a_password_is_asked_for_and_stands_in_the_url() -> Outcome {
    let redis = EmbeddedRedis::builder().password("p@ss: word/é").start()?;
    Tokio::run(|_| async {
        let client = adapter_tokio::Client::connect(redis.url()).await?;
        client.set("key", 1).await?;
        let without = redis.addresses().next().map(ToString::to_string).unwrap_or_default();
        let refused = adapter_tokio::Client::connect(format!("redis://{without}")).await;
        assert!(refused.is_err_and(|error| error.to_string().contains("NOAUTH")));
        Ok::<_, Box<dyn Error>>(())
    })?
}

#[test]
fn users_may_what_their_rules_say() -> Outcome {
    let builder = EmbeddedRedis::builder().user("default", ["off"])?;
    assert!(builder.clone().user("ann", ["+nonsense"]).is_err());
    let late = builder.clone().user("bob", ["&x"])?.setting("acl-pubsub-default", "allchannels")?;
    assert!(late.start().is_err_and(|error| error.to_string().contains("'&x'")));
    let builder = builder.user("ann", ["on", ">pass word", "~a*", "+@all"])?;
    assert!(!format!("{builder:?}").contains("pass word"));
    let redis = builder.start()?;
    Tokio::run(|_| async {
        let address = redis.addresses().next().map(ToString::to_string).unwrap_or_default();
        let url = format!("redis://ann:pass%20word@{address}");
        let client = adapter_tokio::Client::connect(url).await?;
        client.set("a", 1).await?;
        let refused = client.set("b", 1).await;
        assert!(refused.is_err_and(|error| error.to_string().contains("NOPERM")));
        let stranger = adapter_tokio::Client::connect(format!("redis://{address}")).await;
        assert!(stranger.is_err_and(|error| error.to_string().contains("NOAUTH")));
        Ok::<_, Box<dyn Error>>(())
    })?
}

#[test]
fn a_server_says_where_it_listens() -> Outcome {
    let directory = std::env::temp_dir().join(format!("embedded redis? #{}", std::process::id()));
    std::fs::create_dir_all(&directory)?;
    let path = directory.join("a b?.sock");
    let free = Address::Tcp(([127, 0, 0, 1], 0).into());
    let mut options = ServerOptions::default();
    options.max_clients = 33;
    let builder = EmbeddedRedis::builder().unix_socket(&path).address(free).options(options);
    let redis = builder.password("a?b").start_on::<Tokio>()?;
    let port = match redis.addresses().nth(1) {
        Some(Address::Tcp(address)) => address.port(),
        other => return Err(format!("{other:?}").into()),
    };
    let outcome = Tokio::run(|_| async {
        // The path has all that a URL has to have escaped.
        let near = adapter_tokio::Client::connect(redis.url()).await?;
        assert_eq!(said(&near, "unixsocket").await?, path.to_string_lossy());
        assert_eq!(said(&near, "bind").await?, "127.0.0.1");
        assert_eq!(said(&near, "maxclients").await?, "33");
        assert_eq!(said(&near, "port").await?, port.to_string());
        Ok::<_, Box<dyn Error>>(())
    })?;
    drop(redis);
    std::fs::remove_dir_all(&directory)?;
    outcome
}

async fn said(client: &adapter_tokio::Client, name: &str) -> Outcome<String> {
    let pair: Vec<String> = client.command("CONFIG").arg("GET").arg(name).parse().await?;
    Ok(pair.into_iter().nth(1).unwrap_or_default())
}

#[test]
fn what_a_setting_would_not_do_is_refused() {
    let refused = |name, value| match EmbeddedRedis::builder().setting(name, value) {
        Ok(_) => "nothing".to_owned(),
        Err(error) => error.to_string(),
    };
    for (name, value, why) in [
        ("port", "21077", "Builder::address"),
        ("bind", "127.0.0.1", "Builder::address"),
        ("UnixSocket", "/x", "Builder::unix_socket"),
        ("tcp-backlog", "1", "Builder::listen"),
        ("tls-port", "1", "Builder::tls_address"),
        ("io-threads", "2", "Builder::threads"),
        ("appendonly", "YES", "in memory only"),
        ("save", "60 1", "in memory only"),
        ("aclfile", "users.acl", "Builder::user"),
        ("replicaof", "host 1", "no replicas"),
        ("cluster-enabled", "yes", "no cluster"),
    ] {
        let told = refused(name, value);
        assert!(told.starts_with(&format!("{name}: ")) && told.contains(why), "{told}");
    }
    assert_eq!(refused("no-such-thing", ""), "no-such-thing: there is no such parameter");
    assert_eq!(refused("hz", "x"), "hz: argument couldn't be parsed into an integer");
    for (name, value) in
        [("appendonly", "no"), ("save", ""), ("databases", "3"), ("replicaof", "NO ONE")]
    {
        assert_eq!(refused(name, value), "nothing");
    }
}

/// The clock is the test's: nothing has to be waited for.
#[test]
fn time_is_moved() -> Outcome {
    let start = Duration::from_secs(1_700_000_000);
    let redis = EmbeddedRedis::builder().frozen_at(start).start_in_process()?;
    Tokio::run(async |local| {
        let client = redis.client(local).await?;
        client.set("key", "value").ex(100).await?;
        assert_eq!(client.pttl("key").await?, 100_000);
        redis.advance(Duration::from_millis(99_999));
        assert_eq!(client.pttl("key").await?, 1);
        redis.advance(Duration::from_millis(2));
        assert_eq!(client.pttl("key").await?, -2);
        Ok::<_, Box<dyn Error>>(())
    })?
}

#[test]
fn it_ends_when_it_is_dropped() -> Outcome {
    let redis = EmbeddedRedis::start()?;
    let url = redis.url();
    let connect = || Tokio::run(|_| async { adapter_tokio::Client::connect(&*url).await.is_ok() });
    assert!(connect()?);
    let started = Instant::now();
    drop(redis);
    assert!(started.elapsed() < Duration::from_secs(5));
    assert!(!connect()?);
    Ok(())
}

/// However long it may take.
#[test]
fn clients_that_wait_do_not_keep_it_from_ending() -> Outcome {
    let redis = EmbeddedRedis::start()?;
    let address = redis.addresses().next().map(ToString::to_string).unwrap_or_default();
    let mut waiting = Vec::new();
    for line in
        ["BLPOP queue 0", "SUBSCRIBE news", "MULTI", "MONITOR", "CLIENT PAUSE 3600000 WRITE"]
    {
        waiting.push(connect(&address, line)?);
    }
    // It is put back in line.
    waiting.push(connect(&address, "SET key value")?);
    redis.handle().shutdown(Duration::from_secs(3600));
    for mut client in waiting {
        client.read_to_end(&mut Vec::new())?;
    }
    redis.join()?;
    Ok(())
}

#[test]
fn shutdown_is_answered_by_the_end_alone() -> Outcome {
    let redis = EmbeddedRedis::start()?;
    let address = redis.addresses().next().map(ToString::to_string).unwrap_or_default();
    let mut client = connect(&address, "SHUTDOWN NOSAVE\r\nPING")?;
    let mut heard = String::new();
    client.read_to_string(&mut heard)?;
    assert_eq!(heard, "");
    drop(client);
    redis.join()?;
    Ok(())
}

/// A client that knows nothing of this project, and has sent a line that has run.
fn connect(address: &str, line: &str) -> Outcome<TcpStream> {
    let mut client = TcpStream::connect(address)?;
    client.set_read_timeout(Some(Duration::from_secs(20)))?;
    client.write_all(format!("PING\r\n{line}\r\n").as_bytes())?;
    // What comes at once runs at once, before it is answered.
    let mut pong = [0; 7];
    client.read_exact(&mut pong)?;
    assert_eq!(&pong, b"+PONG\r\n");
    Ok(client)
}

//! Keyspace notifications: `cargo run --release -p adapter-tokio --example keyspace`
//!
//! Connects to REDIS_URL, or to a server of its own, and watches what becomes of keys: set,
//! changed, expired, deleted. The server tells only if it is configured to
//! (`notify-keyspace-events`), which is changed for the time being and put back.

#[path = "../../adapter-core/examples/shown/mod.rs"]
mod shown;

use std::process::ExitCode;
use std::time::Duration;

use adapter_tokio::{Client, Commands, Notice, Subscriber};
use shown::Outcome;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    shown::report(show().await)
}

async fn show() -> Outcome {
    let client = Client::connect(shown::options()?).await?;
    let setting = "notify-keyspace-events";
    let (_, before): (String, String) = client
        .command("CONFIG GET")
        .arg(setting)
        .parse::<Vec<(String, String)>>()
        .await?
        .pop()
        .ok_or("the server has no such setting")?;
    // K: by key; A: all events.
    client.command("CONFIG SET").arg(setting).arg("KA").await?;
    let watched = watch(&client).await;
    client.command("CONFIG SET").arg(setting).arg(before).await?;
    watched
}

async fn watch(client: &Client) -> Outcome {
    let prefix = format!("keyspace-example:{}", std::process::id());
    let key = |name: &str| format!("{prefix}:{name}");
    let mut events = client.subscriber().await?;
    events.psubscribe([format!("__keyspace@*__:{prefix}:*")]).await?;

    client.set(key("session"), "alice").px(50).await?;
    client.incr(key("visits")).await?;
    client.incr(key("visits")).await?;
    client.del([key("visits")]).await?;
    // The session expires meanwhile; the server notices within a moment.
    while let Some((name, event)) = next(&mut events, &prefix).await? {
        println!("{name:>8}  {event}");
        if event == "expired" {
            return Ok(());
        }
    }
    Err("nothing expired".into())
}

/// A key and what has become of it; none after a while of silence.
async fn next(events: &mut Subscriber, prefix: &str) -> Outcome<Option<(String, String)>> {
    loop {
        let Ok(notice) = tokio::time::timeout(Duration::from_secs(5), events.next()).await else {
            return Ok(None);
        };
        match notice {
            Some(Notice::Message(message)) => {
                let channel = String::from_utf8_lossy(&message.channel);
                let name = channel.split_once(&format!("{prefix}:")).map_or("", |(_, name)| name);
                let event = String::from_utf8_lossy(&message.payload);
                return Ok(Some((name.to_owned(), event.into_owned())));
            }
            // A cache that follows the events would be emptied here.
            Some(Notice::Gap(error)) => println!("some events may be missing: {error}"),
            Some(other) => println!("{other:?}"),
            None => return Ok(None),
        }
    }
}

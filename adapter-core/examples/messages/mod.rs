//! Publish and subscribe, for each adapter's example of it.

use adapter_core::{Client, Commands, Driver, Notice, Runtime, Spawn, Subscriber};

use crate::shown::Outcome;

/// Channels and patterns, many subscribers of one client, and a connection that is lost.
///
/// Whoever publishes has another connection, since the subscriber's is cut.
pub(crate) async fn run<R>(client: &Client<R>, publisher: &Client<R>) -> Outcome
where
    R: Runtime + Spawn<Driver<R>>,
{
    let prefix = format!("example:{}", std::process::id());
    let channel = |name: &str| format!("{prefix}:{name}");
    let mut reader = client.subscriber().await?;
    // It has subscribed when this ends: nothing published later is missed.
    reader.subscribe([channel("news"), channel("weather")]).await?;
    reader.psubscribe([channel("user:*")]).await?;
    publisher.publish(channel("news"), "hello").await?;
    publisher.publish(channel("sports"), "nobody hears of it").await?;
    publisher.publish(channel("user:7"), "logged in").await?;
    println!("by channel and by pattern");
    show(&mut reader, 2).await;

    println!("\nanother subscriber of the same client");
    let mut other = client.subscriber().await?;
    other.subscribe([channel("news")]).await?;
    publisher.publish(channel("news"), "to both").await?;
    show(&mut reader, 1).await;
    show(&mut other, 1).await;
    drop(other);

    println!("\nthe connection is lost");
    // In RESP3 it is the subscriber's, too.
    let id = client.command("CLIENT ID").parse::<u64>().await?;
    publisher.command("CLIENT KILL").arg("ID").arg(id).await?;
    // It is connected, and subscribed, again when this has an answer.
    client.ping().await?;
    publisher.publish(channel("weather"), "fine again").await?;
    while !show(&mut reader, 1).await {}
    Ok(())
}

/// Prints what comes next, so many times. Whether the last was a message, or the end.
async fn show<R: Runtime>(subscriber: &mut Subscriber<R>, times: usize) -> bool {
    let mut message_or_end = false;
    for _ in 0..times {
        let notice = subscriber.next().await;
        message_or_end = matches!(notice, Some(Notice::Message(_)) | None);
        match notice {
            Some(Notice::Message(message)) => {
                let channel = String::from_utf8_lossy(&message.channel);
                let payload = String::from_utf8_lossy(&message.payload);
                match &message.pattern {
                    Some(pattern) => {
                        let pattern = String::from_utf8_lossy(pattern);
                        println!("  {channel} (by {pattern}): {payload}");
                    }
                    None => println!("  {channel}: {payload}"),
                }
            }
            Some(Notice::Gap(error)) => println!("  a gap: {error}, and all is subscribed again"),
            Some(other) => println!("  {other:?}"),
            None => println!("  the end"),
        }
    }
    message_or_end
}

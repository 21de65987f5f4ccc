//! Subscribers: confirmations, delivery, refusals, resubscription, and one that doesn't read.

use std::collections::BTreeSet;
use std::time::Duration;

use adapter_core::{
    Backlog, Client, Commands, Config, Credentials, Error, Message, Notice, Overflow, Pool,
    Protocol, Reconnect, Subscriber, Subscription, cmd,
};

use super::waiting::{join, sleep, within};
use super::{Adapter, Outcome, Setup, all, eventually};

/// What a subscriber promises.
///
/// # Errors
///
/// Any that should not be.
pub async fn pubsub<R: Adapter>(setup: &Setup) -> Outcome {
    let client = setup.client_with::<R>(config(setup)).await?;
    kinds::<R>(setup, &client).await?;
    shared_names::<R>(setup, &client).await?;
    many_names::<R>(setup, &client).await?;
    connections::<R>(setup, &client).await?;
    refused::<R>(setup, &client).await?;
    dropped_futures::<R>(setup, &client).await?;
    lost::<R>(setup, &client).await?;
    down_for_a_while::<R>(setup).await?;
    stuck::<R>(setup, &client).await?;
    large::<R>(setup, &client).await?;
    over::<R>(setup).await
}

fn config(setup: &Setup) -> Config {
    setup.config().client_name("conformance-pubsub")
}

async fn kinds<R: Adapter>(setup: &Setup, client: &Client<R>) -> Outcome {
    let mut subscriber = client.subscriber().await?;
    subscriber.subscribe(["c", "d", "c"]).await?;
    subscriber.psubscribe(["p.*", "c*"]).await?;
    subscriber.ssubscribe(["s"]).await?;
    assert_eq!(subscriber.subscriptions().len(), 5);
    assert_eq!(channels(setup)?, 2);

    assert_eq!(client.publish("c", "1").await?, 2);
    let (one, two) = (message(&mut subscriber).await?, message(&mut subscriber).await?);
    let kinds = [one.kind, two.kind];
    assert!(kinds.contains(&Subscription::Channel) && kinds.contains(&Subscription::Pattern));
    for message in [one, two] {
        assert_eq!((&message.channel[..], &message.payload[..]), (&b"c"[..], &b"1"[..]));
        let pattern = (message.kind == Subscription::Pattern).then_some(&b"c*"[..]);
        assert_eq!(message.pattern.as_deref(), pattern);
    }
    assert_eq!(client.publish("p.x", [0_u8, 255, 13, 10]).await?, 1);
    let got = message(&mut subscriber).await?;
    assert_eq!((&got.channel[..], &got.payload[..]), (&b"p.x"[..], &[0_u8, 255, 13, 10][..]));
    let got: u64 = client.command("SPUBLISH").arg("s").arg("").parse().await?;
    assert_eq!(got, 1);
    let got = message(&mut subscriber).await?;
    assert_eq!(
        (got.kind, &got.channel[..], &got.payload[..]),
        (Subscription::Shard, &b"s"[..], &b""[..])
    );

    subscriber.unsubscribe(["c", "never"]).await?;
    subscriber.punsubscribe(["p.*", "c*"]).await?;
    subscriber.sunsubscribe(["s"]).await?;
    assert_eq!(client.publish("c", "2").await?, 0);
    assert_eq!(client.publish("d", "3").await?, 1);
    assert_eq!(message(&mut subscriber).await?.payload, "3");
    drop(subscriber);
    eventually::<R>("what nobody wants is given up", async || Ok(channels(setup)? == 0)).await
}

async fn shared_names<R: Adapter>(setup: &Setup, client: &Client<R>) -> Outcome {
    let (mut one, mut two) = (client.subscriber().await?, client.subscriber().await?);
    let (first, second) = join(one.subscribe(["a", "b"]), two.subscribe(["b", "c"])).await;
    first?;
    second?;
    // In RESP2 each has its connection.
    let receivers = if shares(setup) { 1 } else { 2 };
    assert_eq!(client.publish("b", "1").await?, receivers);
    assert_eq!(message(&mut one).await?.payload, "1");
    assert_eq!(message(&mut two).await?.payload, "1");
    one.unsubscribe(["b"]).await?;
    assert_eq!(client.publish("b", "2").await?, 1);
    assert_eq!(client.publish("a", "3").await?, 1);
    assert_eq!(message(&mut two).await?.payload, "2");
    assert_eq!(message(&mut one).await?.payload, "3", "and not 2");
    drop(one);
    eventually::<R>("what only one had is given up", async || {
        Ok(client.publish("a", "4").await? == 0)
    })
    .await?;
    assert_eq!(client.publish("c", "5").await?, 1);
    assert_eq!(message(&mut two).await?.payload, "5");
    Ok(())
}

async fn many_names<R: Adapter>(setup: &Setup, client: &Client<R>) -> Outcome {
    let names: Vec<_> = (0..1000).map(|name| format!("many {name}")).collect();
    let mut subscriber = client.subscriber().await?;
    let echoes = all((0..200).map(|id| {
        let client = client.clone();
        async move { Ok::<_, Error>(client.echo(id).parse::<u64>().await? == id) }
    }));
    let (subscribed, echoes) = join(subscriber.subscribe(&names), echoes).await;
    subscribed?;
    for echo in echoes {
        assert!(echo?, "a reply went to somebody else");
    }
    assert_eq!(channels(setup)?, 1000);
    let sent = names.iter().map(|name| cmd::publish(name, name)).collect::<Vec<_>>();
    client.pipeline(sent).await?;
    let mut missing: BTreeSet<_> = names.into_iter().collect();
    while !missing.is_empty() {
        let message = message(&mut subscriber).await?;
        assert_eq!(message.channel, message.payload);
        assert!(missing.remove(&String::from_utf8(message.payload.to_vec())?));
    }
    drop(subscriber);
    eventually::<R>("all are given up", async || Ok(channels(setup)? == 0)).await
}

/// Of its own, and a pool's.
async fn connections<R: Adapter>(setup: &Setup, client: &Client<R>) -> Outcome {
    let options = setup.options().pool_size(1);
    let mut own = Subscriber::<R>::connect(options.clone()).await?;
    let pool = Pool::<R>::connect(options).await?;
    let mut pooled = pool.subscriber().await?;
    own.subscribe(["x"]).await?;
    pooled.subscribe(["x"]).await?;
    // Whoever has the pool's only connection does not matter.
    let lease = pool.lease().await?;
    assert_eq!(client.publish("x", "1").await?, 2);
    assert_eq!(message(&mut own).await?.payload, "1");
    assert_eq!(message(&mut pooled).await?.payload, "1");
    drop(lease);
    // As before, a command of its own is refused.
    let refused = client.command("SUBSCRIBE").arg("x").await;
    assert!(matches!(refused, Err(Error::Refused { .. })), "{refused:?}");
    Ok(())
}

async fn refused<R: Adapter>(setup: &Setup, client: &Client<R>) -> Outcome {
    let rule = ["ACL", "SETUSER", "half", "on", ">pass", "+@all", "~*", "resetchannels", "&ok*"];
    assert_eq!(setup.ask(&rule)?, "+OK\r\n");
    let config = setup.config().credentials(Credentials::user("half", "pass"));
    let half = setup.client_with::<R>(config).await?;
    let (mut one, two) = (half.subscriber().await?, half.subscriber().await?);
    let (fine, refused) =
        join(one.subscribe(["ok", "ok 2"]), two.subscribe(["ok", "no", "ok 3"])).await;
    fine?;
    let code = |result: Result<(), Error>| match result {
        Err(Error::Server(error)) => error.code().to_owned(),
        other => format!("{other:?}"),
    };
    assert_eq!(code(refused), "NOPERM");
    assert_eq!(code(two.psubscribe(["*"]).await), "NOPERM");
    assert_eq!(two.subscriptions(), []);
    assert_eq!(client.publish("ok", "1").await?, 1);
    assert_eq!(message(&mut one).await?.payload, "1");
    two.subscribe(["ok 3"]).await?;
    assert_eq!(half.echo("in step").await?, "in step");
    Ok(())
}

async fn dropped_futures<R: Adapter>(setup: &Setup, client: &Client<R>) -> Outcome {
    for wait in [0, 1, 100, 1000] {
        let mut subscriber = client.subscriber().await?;
        let hurried = within::<R, _>(MICROSECOND * wait, subscriber.subscribe(["h", "i"])).await;
        if let Ok(result) = hurried {
            result?;
        }
        subscriber.unsubscribe(["h"]).await?;
        subscriber.subscribe(["i"]).await?;
        assert_eq!(client.publish("h", "1").await?, 0);
        assert_eq!(client.publish("i", "2").await?, 1);
        assert_eq!(message(&mut subscriber).await?.payload, "2");
        assert_eq!(client.echo("in step").await?, "in step");
        // A read given up loses nothing.
        let none = within::<R, _>(5 * MILLISECOND, subscriber.next()).await;
        assert!(none.is_err());
        client.publish("i", "3").await?;
        assert_eq!(message(&mut subscriber).await?.payload, "3");
        drop(subscriber);
        eventually::<R>("all are given up", async || Ok(channels(setup)? == 0)).await?;
    }
    Ok(())
}

async fn lost<R: Adapter>(setup: &Setup, client: &Client<R>) -> Outcome {
    let (mut one, mut two) = (client.subscriber().await?, client.subscriber().await?);
    let idle = client.subscriber().await?;
    let names: Vec<_> = (0..200).map(|name| format!("n{name}")).collect();
    one.subscribe(&names).await?;
    one.psubscribe(["p*"]).await?;
    two.ssubscribe(["s"]).await?;
    for round in 0..5 {
        client.publish("n1", format!("before {round}")).await?;
        kill(setup)?;
        assert_eq!(message(&mut one).await?.payload, format!("before {round}"));
        for subscriber in [&mut one, &mut two] {
            let notice = within::<R, _>(10 * SECOND, subscriber.next()).await?;
            assert!(matches!(notice, Some(Notice::Gap(_))), "{notice:?}");
        }
        // It is told when all is there again.
        client.publish("n199", "after").await?;
        assert_eq!(message(&mut one).await?.payload, "after");
        client.publish("p", "after").await?;
        assert_eq!(message(&mut one).await?.payload, "after");
        client.command("SPUBLISH").arg("s").arg("after").await?;
        assert_eq!(message(&mut two).await?.payload, "after");
    }
    assert_eq!(idle.unread(), 0);
    Ok(())
}

async fn down_for_a_while<R: Adapter>(setup: &Setup) -> Outcome {
    let mut setup = setup.another()?;
    let delays = Reconnect::default().delays(5 * MILLISECOND, 20 * MILLISECOND);
    let options = setup.options().config(config(&setup)).reconnect(delays);
    let client = Client::<R>::connect(options).await?;
    let mut subscriber = client.subscriber().await?;
    subscriber.subscribe(["a"]).await?;
    setup.server.kill()?;
    eventually::<R>("the loss is noticed", async || {
        Ok(client.ping().timeout(5 * MILLISECOND).await.is_err())
    })
    .await?;
    let (subscribed, again) = join(subscriber.subscribe(["b"]), async {
        sleep::<R>(30 * MILLISECOND).await;
        setup.server.start_again()
    })
    .await;
    again?;
    subscribed?;
    let notice = within::<R, _>(10 * SECOND, subscriber.next()).await?;
    assert!(matches!(notice, Some(Notice::Gap(_))), "{notice:?}");
    for channel in ["a", "b"] {
        assert_eq!(client.publish(channel, channel).await?, 1);
        assert_eq!(message(&mut subscriber).await?.payload, channel);
    }
    Ok(())
}

/// One that doesn't read, one that does, and commands.
async fn stuck<R: Adapter>(setup: &Setup, client: &Client<R>) -> Outcome {
    let budget = 100_000;
    let backlog = Backlog::default().bytes(budget).overflow(Overflow::DropOldest);
    let mut stuck = client.subscriber().await?.backlog(backlog);
    let mut reader = client.subscriber().await?;
    stuck.subscribe(["load"]).await?;
    reader.subscribe(["load"]).await?;
    let publisher = setup.client::<R>().await?;
    let count = 5000_u64;
    let publish = async {
        for start in (0..count).step_by(100) {
            let payload = |number: u64| format!("{number:>1000}");
            let messages = (start..start + 100).map(|number| cmd::publish("load", payload(number)));
            publisher.pipeline(messages.collect::<Vec<_>>()).await?;
            assert!(stuck.unread() <= budget);
        }
        Ok::<_, Error>(())
    };
    let read = async {
        for number in 0..count {
            assert_eq!(self::number(&message(&mut reader).await?), number);
        }
        Ok::<_, Box<dyn std::error::Error>>(())
    };
    let echoes = async {
        for id in 0..200_u64 {
            assert_eq!(client.echo(id).parse::<u64>().await?, id);
        }
        Ok::<_, Error>(())
    };
    let (work, echoes) = within::<R, _>(30 * SECOND, join(join(publish, read), echoes)).await?;
    work.0?;
    work.1?;
    echoes?;
    assert!(stuck.unread() > budget / 2);
    let Some(Notice::Dropped { messages, bytes }) = within::<R, _>(SECOND, stuck.next()).await?
    else {
        return Err("it has missed something".into());
    };
    assert_eq!(bytes, 1000 * messages);
    for number in messages..count {
        assert_eq!(self::number(&message(&mut stuck).await?), number);
    }
    Ok(())
}

async fn large<R: Adapter>(_: &Setup, client: &Client<R>) -> Outcome {
    let mut subscriber = client.subscriber().await?;
    subscriber.subscribe(["large"]).await?;
    for length in [1, 16 << 10, 255 << 10, 256 << 10, 400 << 10] {
        client.publish("large", vec![b'x'; length]).await?;
        assert_eq!(message(&mut subscriber).await?.payload.len(), length);
    }
    client.publish("large", vec![b'x'; 2 << 20]).await?;
    client.publish("large", "small").await?;
    let notice = within::<R, _>(10 * SECOND, subscriber.next()).await?;
    assert_eq!(notice, Some(Notice::Dropped { messages: 1, bytes: 2 << 20 }));
    assert_eq!(message(&mut subscriber).await?.payload, "small");
    Ok(())
}

async fn over<R: Adapter>(setup: &Setup) -> Outcome {
    let options = setup.options().config(config(setup)).reconnect(Reconnect::NEVER);
    let mut subscriber = Subscriber::<R>::connect(options).await?;
    subscriber.subscribe(["a"]).await?;
    kill(setup)?;
    let notice = within::<R, _>(10 * SECOND, subscriber.next()).await?;
    assert!(matches!(notice, Some(Notice::Closed(_))), "{notice:?}");
    assert_eq!(within::<R, _>(SECOND, subscriber.next()).await?, None);
    assert!(matches!(subscriber.subscribe(["b"]).await, Err(Error::NotSent(_))));
    Ok(())
}

/// Whether subscribers share the client's connection.
fn shares(setup: &Setup) -> bool {
    setup.protocol != Protocol::Resp2
}

/// How many channels have subscribers.
fn channels(setup: &Setup) -> std::io::Result<usize> {
    let info = setup.ask(&["INFO", "stats"])?;
    let count = info.lines().find_map(|line| line.strip_prefix("pubsub_channels:"));
    count.and_then(|count| count.trim().parse().ok()).ok_or_else(|| std::io::Error::other(info))
}

/// Ends all connections with subscriptions.
fn kill(setup: &Setup) -> std::io::Result<()> {
    setup.ask(&["CLIENT", "KILL", "TYPE", "pubsub"]).map(drop)
}

async fn message<R: Adapter>(
    subscriber: &mut Subscriber<R>,
) -> Result<Message, Box<dyn std::error::Error>> {
    match within::<R, _>(10 * SECOND, subscriber.next()).await? {
        Some(Notice::Message(message)) => Ok(message),
        other => Err(format!("{other:?} in place of a message").into()),
    }
}

/// The number that a message is.
fn number(message: &Message) -> u64 {
    let text = String::from_utf8_lossy(&message.payload);
    text.trim().parse().unwrap_or(u64::MAX)
}

const SECOND: Duration = Duration::from_secs(1);
const MILLISECOND: Duration = Duration::from_millis(1);
const MICROSECOND: Duration = Duration::from_micros(1);

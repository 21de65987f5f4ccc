//! Subscribers in virtual time, over a connection that others send commands on.
#![allow(clippy::expect_used, reason = "a test that panics fails")]

use std::time::Duration;

use adapter_core::{
    Backlog, Cause, Client, Commands, Config, ConnectError, ConnectionError, Error, Notice,
    Overflow, Protocol, Subscriber,
};
use testkit::memory::{Memory, Outcome, Woken, World};
use testkit::pair::Model;

struct Scene {
    world: World,
    client: Client<Memory>,
}

impl Scene {
    fn new() -> Self {
        Self::with(Config::default().library_info(false))
    }

    fn with(config: Config) -> Self {
        let mut world = World::with_server(Model::default());
        let client = world.connect(config);
        world.run();
        Self { world, client }
    }

    fn subscriber(&mut self) -> Subscriber<Memory> {
        let client = self.client.clone();
        let made = self.world.spawn(async move { client.subscriber().await });
        self.world.run();
        self.world.take(&made).expect("it ends").expect("RESP3")
    }

    /// A subscriber that has subscribed.
    fn subscribed(&mut self, names: &'static [&'static str]) -> Subscriber<Memory> {
        let subscriber = self.subscriber();
        let done = self.world.spawn(async move {
            let result = subscriber.subscribe(names).await;
            (subscriber, result)
        });
        self.world.run();
        let (subscriber, result) = self.world.take(&done).expect("it ends");
        assert_eq!(result, Ok(()));
        subscriber
    }

    fn publish(&mut self, channel: &str, message: &str) {
        let bytes = self.world.peer.server.publish(channel, message);
        self.world.peer.say(bytes);
        self.world.run();
    }

    /// Reads so many notices in a task.
    fn read(
        &mut self,
        mut subscriber: Subscriber<Memory>,
        count: usize,
    ) -> Outcome<(Subscriber<Memory>, Vec<String>)> {
        self.world.spawn(async move {
            let mut read = Vec::new();
            while read.len() < count
                && let Some(notice) = subscriber.next().await
            {
                read.push(short(&notice));
            }
            (subscriber, read)
        })
    }
}

fn short(notice: &Notice) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    match notice {
        Notice::Message(message) => {
            let pattern = message.pattern.as_ref().map(|pattern| format!("{} ", text(pattern)));
            let pattern = pattern.unwrap_or_default();
            format!("{pattern}{} {}", text(&message.channel), text(&message.payload))
        }
        Notice::Dropped { messages, .. } => format!("dropped {messages}"),
        Notice::Ended { name, .. } => format!("ended {}", text(name)),
        other => format!("{other:?}"),
    }
}

#[test]
fn messages_come_beside_replies_and_two_subscribers_get_each() {
    let mut scene = Scene::new();
    let one = scene.subscribed(&["a", "b"]);
    let two = scene.subscribed(&["b"]);
    let (one, two) = (scene.read(one, 2), scene.read(two, 1));
    scene.publish("a", "1");
    let echo = scene.client.clone();
    let echo = scene.world.spawn(async move { echo.echo("hello").await });
    scene.publish("b", "2");
    assert_eq!(scene.world.take(&echo).unwrap().unwrap(), "hello");
    assert_eq!(scene.world.take(&one).expect("it was woken").1, ["a 1", "b 2"]);
    assert_eq!(scene.world.take(&two).expect("it was woken").1, ["b 2"]);
}

#[test]
fn what_one_drops_the_other_keeps_and_the_last_gives_up() {
    let mut scene = Scene::new();
    let (one, two) = (scene.subscribed(&["a"]), scene.subscribed(&["a"]));
    let before = scene.world.peer.commands;
    drop(one);
    scene.world.run();
    assert_eq!(scene.world.peer.commands, before, "nothing is said to the server");
    scene.publish("a", "1");
    let two = scene.read(two, 1);
    scene.world.run();
    let (two, read) = scene.world.take(&two).expect("it ends");
    assert_eq!(read, ["a 1"]);
    drop(two);
    scene.world.run();
    assert_eq!(scene.world.peer.commands, before + 1);
    assert!(scene.world.peer.server.publish("a", "2").is_empty(), "nobody subscribes");
    assert!(scene.world.ended().is_none(), "the client is still there");
}

#[test]
fn a_refused_name_is_an_error_of_its_caller() {
    let mut scene = Scene::new();
    let fine = scene.subscribed(&["a"]);
    scene.world.peer.server.refuses_subscribe = true;
    let refused = scene.subscriber();
    let refused = scene.world.spawn(async move { refused.subscribe(["b"]).await });
    scene.world.run();
    assert!(matches!(scene.world.take(&refused), Some(Err(Error::Server(_)))));
    let fine = scene.read(fine, 1);
    scene.publish("a", "1");
    assert_eq!(scene.world.take(&fine).expect("it ends").1, ["a 1"]);
}

#[test]
fn a_future_dropped_at_any_poll_leaves_everybody_in_step() {
    for polls in 0..4 {
        let mut scene = Scene::new();
        let subscriber = scene.subscriber();
        let other = scene.subscribed(&["o"]);
        scene.world.peer.stalled = true;
        let woken = Woken::default();
        let mut subscribing = subscriber.subscribe(["a", "b"]);
        for poll in 0..polls {
            scene.world.peer.stalled = poll < 2;
            let _ = woken.poll(&mut subscribing);
            scene.world.run();
        }
        drop(subscribing);
        scene.world.peer.stalled = false;
        scene.world.run();
        let (mine, others) = (scene.read(subscriber, 1), scene.read(other, 1));
        scene.publish("a", "1");
        scene.publish("o", "2");
        assert_eq!(scene.world.take(&others).expect("it ends").1, ["o 2"]);
        // Once polled it goes on, as any command.
        assert_eq!(scene.world.take(&mine).is_some(), polls > 0);
        let echo = scene.client.clone();
        let echo = scene.world.spawn(async move { echo.echo("hello").await });
        scene.world.run();
        assert_eq!(scene.world.take(&echo).unwrap().unwrap(), "hello");
    }
}

#[test]
fn who_does_not_read_holds_up_nobody_and_hears_what_it_missed() {
    let mut scene = Scene::new();
    let backlog = Backlog::default().bytes(20_000);
    let oldest = scene.subscribed(&["a"]).backlog(backlog);
    let newest = scene.subscribed(&["a"]).backlog(backlog.overflow(Overflow::DropNewest));
    let closed = scene.subscribed(&["a"]).backlog(backlog.overflow(Overflow::Close));
    let reader = scene.subscribed(&["a"]);
    let reader = scene.read(reader, 1000);
    for number in 0..1000 {
        let bytes = scene.world.peer.server.publish("a", &format!("{number:04}"));
        scene.world.peer.say(bytes);
    }
    let echo = scene.client.clone();
    let echo = scene.world.spawn(async move { echo.echo("hello").await });
    scene.world.run();
    assert_eq!(scene.world.take(&echo).unwrap().unwrap(), "hello");
    assert_eq!(scene.world.take(&reader).expect("it has read all").1.len(), 1000);
    for subscriber in [&oldest, &newest, &closed] {
        assert!(subscriber.unread() <= 20_000 && subscriber.unread() > 19_000);
    }
    let (oldest, newest) = (scene.read(oldest, 10), scene.read(newest, 10));
    let closed = scene.read(closed, 10_000);
    scene.world.run();
    let (oldest, read) = scene.world.take(&oldest).expect("it ends");
    let dropped: usize = read[0].strip_prefix("dropped ").expect("first").parse().expect("count");
    assert_eq!(read[1], format!("a {dropped:04}"));
    drop(oldest);
    assert_eq!(scene.world.take(&newest).expect("it ends").1[0], "a 0000");
    let (_, read) = scene.world.take(&closed).expect("it is over");
    assert!(read.last().expect("one").contains("BacklogFull"), "{read:?}");
    assert_eq!(read.len(), 1000 - dropped + 1);
}

#[test]
fn the_end_of_the_connection_is_the_end_of_the_stream() {
    let mut scene = Scene::new();
    let subscriber = scene.subscribed(&["a"]);
    let idle = scene.subscribed(&["b"]);
    let read = scene.read(subscriber, 9);
    scene.publish("a", "1");
    scene.world.wire.hang_up();
    scene.world.run();
    let (_, read) = scene.world.take(&read).expect("it ends");
    assert_eq!(read.len(), 2, "no gap that nothing follows: {read:?}");
    assert!(read[1].starts_with("Closed") && read[1].contains("ClosedByServer"), "{read:?}");
    let late = scene.world.spawn(async move { idle.subscribe(["c"]).await });
    scene.world.run();
    let reason = Cause::Connection(ConnectionError::ClosedByServer);
    assert_eq!(scene.world.take(&late), Some(Err(Error::NotSent(reason))));
}

#[test]
fn a_server_that_does_not_answer_is_waited_for_as_long_as_a_command_is() {
    let timeout = Duration::from_secs(3);
    let mut scene =
        Scene::with(Config::default().library_info(false).command_timeout(Some(timeout)));
    let subscriber = scene.subscriber();
    scene.world.peer.stalled = true;
    let done = scene.world.spawn(async move {
        let result = subscriber.subscribe(["a"]).await;
        (subscriber, result)
    });
    scene.world.run_for(timeout - Duration::from_millis(1));
    assert!(scene.world.take(&done).is_none());
    scene.world.run_for(Duration::from_millis(2));
    let (subscriber, result) = scene.world.take(&done).expect("it ends");
    assert_eq!(result, Err(Error::MaybeApplied(Cause::TimedOut)));
    scene.world.peer.stalled = false;
    scene.world.run();
    assert!(scene.world.peer.server.publish("a", "1").is_empty(), "it is taken back");
    assert_eq!(subscriber.subscriptions().len(), 0);
}

#[test]
fn a_server_without_resp3_takes_none_beside_commands() {
    let config = Config::default().library_info(false).protocol(Protocol::Resp2);
    let mut scene = Scene::with(config);
    let client = scene.client.clone();
    let made = scene.world.spawn(async move { client.subscriber().await.map(drop) });
    scene.world.run();
    assert_eq!(scene.world.take(&made), Some(Err(ConnectError::NotMade)));
}

#[test]
fn subscriptions_wait_for_room_like_everything_else() {
    let mut scene = Scene::with(Config::default().library_info(false).max_in_flight(4));
    let subscriber = scene.subscriber();
    scene.world.peer.stalled = true;
    let echoes: Vec<_> = (0..50)
        .map(|id| {
            let client = scene.client.clone();
            scene.world.spawn(async move { client.echo(id).await })
        })
        .collect();
    scene.world.run();
    let done = scene.world.spawn(async move {
        let result = subscriber.subscribe(["a"]).await;
        (subscriber, result)
    });
    scene.world.run();
    scene.world.peer.stalled = false;
    scene.world.run();
    let (_subscriber, result) = scene.world.take(&done).expect("it ends");
    assert_eq!(result, Ok(()));
    assert!(echoes.iter().all(|echo| scene.world.take(echo).is_some_and(|echo| echo.is_ok())));
}

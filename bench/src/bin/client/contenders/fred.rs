//! fred.
//!
//! Chosen for speed: `TCP_NODELAY`, as in its README; for the subscriber a broadcast channel with
//! room for all the messages that may be under way, as its example of pub/sub says, since it would
//! drop them (for all its kinds of events at once, so it takes memory). Commands of different tasks travel together by themselves since version 10. Its pool hands out no
//! connections: its tasks share them in turn.

use std::time::Duration;

use bytes::Bytes;
use fred::clients::{Client as Fred, Pool};
use fred::interfaces::{ClientLike as _, EventInterface as _, KeysInterface, PubsubInterface as _};
use fred::prelude::TcpConfig;
use fred::types::config::Config;
use fred::types::{Builder, Message, Value};
use tokio::sync::broadcast::Receiver;

use super::{by, tokio_sleep, tokio_task, url};
use crate::Outcome;
use crate::contender::{Client, Contender, Subscriber, Task};
use crate::crew::Work;
use crate::figures::Figures;
use crate::job::Job;
use crate::pubsub::{UNDER_WAY, channels};

pub(super) async fn run(job: &Job) -> Outcome<Figures> {
    by(job, Shared, RoundRobin, || subscriber(job.port)).await
}

fn builder(port: u16) -> Outcome<Builder> {
    let mut builder = Builder::from_config(Config::from_url(&url(port))?);
    builder.with_connection_config(|config| {
        config.tcp = TcpConfig { nodelay: Some(true), ..TcpConfig::default() };
    });
    Ok(builder)
}

struct Shared;

impl Contender for Shared {
    type Client = Fred;

    async fn connect(&self, port: u16, connections: usize) -> Outcome<Vec<Fred>> {
        let mut clients = Vec::new();
        for _ in 0..connections {
            let client = builder(port)?.build()?;
            client.init().await?;
            clients.push(client);
        }
        Ok(clients)
    }

    fn spawn(&self, work: Work<Fred>) -> Task {
        tokio_task(work.run())
    }

    async fn sleep(&self, time: Duration) {
        tokio_sleep(time).await;
    }
}

impl Client for Fred {
    type Value = Bytes;

    async fn get(&mut self, key: &'static str) -> Outcome<Bytes> {
        Ok(KeysInterface::get(self, key).await?)
    }

    async fn set(&mut self, key: &'static str, value: Bytes) -> Outcome<()> {
        Ok(KeysInterface::set(self, key, Value::Bytes(value), None, None, false).await?)
    }

    async fn incr(&mut self, key: &'static str) -> Outcome<i64> {
        Ok(KeysInterface::incr(self, key).await?)
    }

    async fn pipeline(&mut self, key: &'static str, commands: usize) -> Outcome<Vec<Bytes>> {
        let pipeline = Fred::pipeline(self);
        for _ in 0..commands {
            let () = KeysInterface::get(&pipeline, key).await?;
        }
        Ok(pipeline.all().await?)
    }
}

struct RoundRobin;

impl Contender for RoundRobin {
    type Client = Pool;

    async fn connect(&self, port: u16, connections: usize) -> Outcome<Vec<Pool>> {
        let pool = builder(port)?.build_pool(connections)?;
        pool.init().await?;
        Ok(vec![pool])
    }

    fn spawn(&self, work: Work<Pool>) -> Task {
        tokio_task(work.run())
    }

    async fn sleep(&self, time: Duration) {
        tokio_sleep(time).await;
    }
}

impl Client for Pool {
    type Value = Bytes;

    async fn get(&mut self, key: &'static str) -> Outcome<Bytes> {
        Ok(KeysInterface::get(self, key).await?)
    }
}

async fn subscriber(port: u16) -> Outcome<Messages> {
    let mut builder = builder(port)?;
    builder.with_performance_config(|config| config.broadcast_channel_capacity = 2 * UNDER_WAY);
    let client = builder.build()?;
    client.init().await?;
    let messages = client.message_rx();
    client.subscribe(channels()).await?;
    Ok(Messages { messages, _client: client })
}

struct Messages {
    messages: Receiver<Message>,
    /// Without it the connection would be closed.
    _client: Fred,
}

impl Subscriber for Messages {
    type Payload = Bytes;

    async fn next(&mut self) -> Outcome<Bytes> {
        let message = self.messages.recv().await?;
        message.value.into_bytes().ok_or_else(|| "a message of no bytes".into())
    }
}

//! rustis.
//!
//! Its own settings are those it recommends: `TCP_NODELAY`, and waves of 48 commands between
//! flushes. Values are its `BulkString`, read on the caller's task. Pools are bb8's, as its
//! documentation shows, without bb8's PING at each check-out.

use std::time::Duration;

use bytes::Bytes;
use futures_util::StreamExt;
use rustis::client::{
    BatchPreparedCommand as _, Client as Rustis, PooledClientManager, PubSubMessage, PubSubStream,
};
use rustis::commands::{PubSubCommands as _, StringCommands};
use rustis::resp::{BulkString, RefBulkString};

use super::{by, tokio_sleep, tokio_task, url};
use crate::Outcome;
use crate::contender::{Client, Contender, Subscriber, Task};
use crate::crew::Work;
use crate::figures::Figures;
use crate::job::Job;
use crate::pubsub::channels;

pub(super) async fn run(job: &Job) -> Outcome<Figures> {
    by(job, Multiplexer, Pooled, || subscriber(job.port)).await
}

/// A value, to look at as bytes.
pub(crate) struct Text(BulkString);

impl AsRef<[u8]> for Text {
    fn as_ref(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

struct Multiplexer;

impl Contender for Multiplexer {
    type Client = Rustis;

    async fn connect(&self, port: u16, connections: usize) -> Outcome<Vec<Rustis>> {
        let mut clients = Vec::new();
        for _ in 0..connections {
            clients.push(Rustis::connect(url(port)).await?);
        }
        Ok(clients)
    }

    fn spawn(&self, work: Work<Rustis>) -> Task {
        tokio_task(work.run())
    }

    async fn sleep(&self, time: Duration) {
        tokio_sleep(time).await;
    }
}

impl Client for Rustis {
    type Value = Text;

    async fn get(&mut self, key: &'static str) -> Outcome<Text> {
        Ok(Text(StringCommands::get(&*self, key).await?))
    }

    async fn set(&mut self, key: &'static str, value: Bytes) -> Outcome<()> {
        Ok(StringCommands::set(&*self, key, RefBulkString::new(&value)).await?)
    }

    async fn incr(&mut self, key: &'static str) -> Outcome<i64> {
        Ok(StringCommands::incr(&*self, key).await?)
    }

    async fn pipeline(&mut self, key: &'static str, commands: usize) -> Outcome<Vec<Text>> {
        let mut pipeline = self.create_pipeline();
        pipeline.reserve(commands);
        for _ in 0..commands {
            StringCommands::get::<()>(&mut pipeline, key).queue();
        }
        let values: Vec<BulkString> = pipeline.execute().await?;
        Ok(values.into_iter().map(Text).collect())
    }
}

struct Pooled;

type Pool = rustis::bb8::Pool<PooledClientManager>;

impl Contender for Pooled {
    type Client = Pool;

    async fn connect(&self, port: u16, connections: usize) -> Outcome<Vec<Pool>> {
        let size = u32::try_from(connections)?;
        let pool =
            rustis::bb8::Pool::builder().max_size(size).min_idle(size).test_on_check_out(false);
        Ok(vec![pool.build(PooledClientManager::new(url(port))?).await?])
    }

    fn spawn(&self, work: Work<Pool>) -> Task {
        tokio_task(work.run())
    }

    async fn sleep(&self, time: Duration) {
        tokio_sleep(time).await;
    }
}

impl Client for Pool {
    type Value = Text;

    async fn get(&mut self, key: &'static str) -> Outcome<Text> {
        let client = Pool::get(self).await?;
        Ok(Text(StringCommands::get(&*client, key).await?))
    }
}

async fn subscriber(port: u16) -> Outcome<PubSubStream> {
    Ok(Rustis::connect(url(port)).await?.subscribe(channels()).await?)
}

/// A message, to look at its payload.
pub(crate) struct Payload(PubSubMessage);

impl AsRef<[u8]> for Payload {
    fn as_ref(&self) -> &[u8] {
        self.0.payload()
    }
}

impl Subscriber for PubSubStream {
    type Payload = Payload;

    async fn next(&mut self) -> Outcome<Payload> {
        let message = StreamExt::next(self).await.ok_or("the subscriber's stream has ended")?;
        Ok(Payload(message?))
    }
}

//! redis-rs, multiplexed.
//!
//! Chosen for speed: no response timeout (half a second by default, a timer for each command), a
//! channel for 1,000 commands instead of 50, which its documentation recommends where many are
//! concurrent, and values as `Bytes`, which it gives without copying. Pools are bb8's, without its
//! PING at each check-out.

use std::time::Duration;

use bytes::Bytes;
use futures_util::StreamExt;
use redis::aio::{MultiplexedConnection, PubSubStream};
use redis::{AsyncConnectionConfig, cmd, pipe};

use super::{by, tokio_sleep, tokio_task, url};
use crate::Outcome;
use crate::contender::{Client, Contender, Subscriber, Task};
use crate::crew::Work;
use crate::figures::Figures;
use crate::job::Job;
use crate::pubsub::channels;

pub(super) async fn run(job: &Job) -> Outcome<Figures> {
    by(job, Multiplexed, Pooled, || subscriber(job.port)).await
}

struct Multiplexed;

impl Contender for Multiplexed {
    type Client = MultiplexedConnection;

    async fn connect(&self, port: u16, connections: usize) -> Outcome<Vec<MultiplexedConnection>> {
        let mut clients = Vec::new();
        for _ in 0..connections {
            let client = redis::Client::open(url(port))?;
            let config = AsyncConnectionConfig::new()
                .set_response_timeout(None)
                .set_pipeline_buffer_size(1_000);
            clients.push(client.get_multiplexed_async_connection_with_config(&config).await?);
        }
        Ok(clients)
    }

    fn spawn(&self, work: Work<MultiplexedConnection>) -> Task {
        tokio_task(work.run())
    }

    async fn sleep(&self, time: Duration) {
        tokio_sleep(time).await;
    }
}

impl Client for MultiplexedConnection {
    type Value = Bytes;

    async fn get(&mut self, key: &'static str) -> Outcome<Bytes> {
        Ok(cmd("GET").arg(key).query_async(self).await?)
    }

    async fn set(&mut self, key: &'static str, value: Bytes) -> Outcome<()> {
        Ok(cmd("SET").arg(key).arg(&value[..]).query_async(self).await?)
    }

    async fn incr(&mut self, key: &'static str) -> Outcome<i64> {
        Ok(cmd("INCR").arg(key).query_async(self).await?)
    }

    async fn pipeline(&mut self, key: &'static str, commands: usize) -> Outcome<Vec<Bytes>> {
        let mut pipeline = pipe();
        for _ in 0..commands {
            pipeline.cmd("GET").arg(key);
        }
        Ok(pipeline.query_async(self).await?)
    }
}

struct Pooled;

type Pool = bb8::Pool<redis::Client>;

impl Contender for Pooled {
    type Client = Pool;

    async fn connect(&self, port: u16, connections: usize) -> Outcome<Vec<Pool>> {
        let size = u32::try_from(connections)?;
        let pool = bb8::Pool::builder().max_size(size).min_idle(size).test_on_check_out(false);
        Ok(vec![pool.build(redis::Client::open(url(port))?).await?])
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
        let mut connection = Pool::get(self).await?;
        Ok(cmd("GET").arg(key).query_async(&mut *connection).await?)
    }
}

async fn subscriber(port: u16) -> Outcome<PubSubStream> {
    let mut subscriber = redis::Client::open(url(port))?.get_async_pubsub().await?;
    subscriber.subscribe(channels()).await?;
    Ok(subscriber.into_on_message())
}

impl Subscriber for PubSubStream {
    type Payload = Bytes;

    async fn next(&mut self) -> Outcome<Bytes> {
        let message = StreamExt::next(self).await.ok_or("the subscriber's stream has ended")?;
        Ok(message.get_payload()?)
    }
}

//! A pool as one handle for all tasks, on tokio: with several threads, too.

use std::time::Duration;

use adapter_core::{Commands as _, Pool};
use adapter_tokio::Tokio;
use bytes::Bytes;

use super::super::{tokio_sleep, tokio_task};
use super::{NO_VALUE, options};
use crate::Outcome;
use crate::contender::{Client, Contender, Task};
use crate::crew::{self, Work};
use crate::figures::Figures;
use crate::job::Job;

pub(in crate::contenders) async fn run(job: &Job) -> Outcome<Figures> {
    crew::run(&Pooled, job).await
}

struct Pooled;

impl Contender for Pooled {
    type Client = Handle;

    async fn connect(&self, port: u16, connections: usize) -> Outcome<Vec<Handle>> {
        let pool = Pool::connect(options(port).pool_size(connections)).await?;
        Ok(vec![Handle(pool)])
    }

    fn spawn(&self, work: Work<Handle>) -> Task {
        tokio_task(work.run())
    }

    async fn sleep(&self, time: Duration) {
        tokio_sleep(time).await;
    }
}

/// What leases nothing: its commands go over any connection.
#[derive(Clone)]
struct Handle(Pool<Tokio>);

impl Client for Handle {
    type Value = Bytes;

    async fn get(&mut self, key: &'static str) -> Outcome<Bytes> {
        (&self.0).get(key).await?.ok_or_else(|| NO_VALUE.into())
    }
}

//! This project's client, on three runtimes, with its own settings and all it does by default: a
//! timeout of 10 s for each command, reconnecting, liveness. Only the subscriber's backlog has more
//! room than by default, for all the messages that may be under way.

mod pooled;

use std::future::Future;
use std::rc::Rc;
use std::time::Duration;

use adapter_core::{
    Backlog, Client as Handle, Commands as _, Driver, Notice, Options, Pool, Runtime, Spawn,
    Subscriber as Subscribed, cmd,
};
#[cfg(target_os = "linux")]
use adapter_glommio::Glommio;
use adapter_smol::LocalSmol;
use adapter_tokio::Tokio;
use bytes::Bytes;
use smol::LocalExecutor;

use super::{by, tokio_sleep, tokio_task};
use crate::Outcome;
use crate::contender::{Client, Contender, Subscriber, Task};
use crate::crew::Work;
use crate::figures::Figures;
use crate::job::Job;
use crate::pubsub::{UNDER_WAY, channels};

pub(super) use pooled::run as pooled;

pub(super) async fn on_tokio(job: &Job) -> Outcome<Figures> {
    on(OnTokio, job).await
}

pub(super) fn on_smol(job: &Job) -> Outcome<Figures> {
    let executor = Rc::new(LocalExecutor::new());
    smol::block_on(executor.run(on(OnSmol(Rc::clone(&executor)), job)))
}

/// Without the memory that the kernel would lock for files.
#[cfg(target_os = "linux")]
pub(super) fn on_glommio(job: &Job) -> Outcome<Figures> {
    let executor = glommio::LocalExecutorBuilder::default().io_memory(64 << 10).make();
    executor.map_err(|error| error.to_string())?.run(on(OnGlommio, job))
}

async fn on<H: Host>(host: H, job: &Job) -> Outcome<Figures> {
    let runtime = host.runtime();
    by(job, Shared(host.clone()), Leased(host), || subscriber(runtime, job.port)).await
}

fn options(port: u16) -> Options {
    Options::tcp("127.0.0.1", port)
}

/// What differs between runtimes.
trait Host: Clone {
    type Runtime: Runtime + Spawn<Driver<Self::Runtime>>;

    fn runtime(&self) -> Self::Runtime;
    fn spawn(&self, work: Work<Handle<Self::Runtime>>) -> Task;
    fn spawn_leasing(&self, work: Work<Pool<Self::Runtime>>) -> Task;
    fn sleep(&self, time: Duration) -> impl Future<Output = ()>;
}

#[derive(Clone)]
struct OnTokio;

impl Host for OnTokio {
    type Runtime = Tokio;

    fn runtime(&self) -> Tokio {
        Tokio
    }

    fn spawn(&self, work: Work<Handle<Tokio>>) -> Task {
        tokio_task(work.run())
    }

    fn spawn_leasing(&self, work: Work<Pool<Tokio>>) -> Task {
        tokio_task(work.run())
    }

    async fn sleep(&self, time: Duration) {
        tokio_sleep(time).await;
    }
}

/// An executor for one thread.
#[derive(Clone)]
struct OnSmol(Rc<LocalExecutor<'static>>);

impl Host for OnSmol {
    type Runtime = LocalSmol;

    fn runtime(&self) -> LocalSmol {
        LocalSmol::new(&self.0)
    }

    fn spawn(&self, work: Work<Handle<LocalSmol>>) -> Task {
        Box::pin(self.0.spawn(work.run()))
    }

    fn spawn_leasing(&self, work: Work<Pool<LocalSmol>>) -> Task {
        Box::pin(self.0.spawn(work.run()))
    }

    async fn sleep(&self, time: Duration) {
        smol::Timer::after(time).await;
    }
}

#[cfg(target_os = "linux")]
#[derive(Clone)]
struct OnGlommio;

#[cfg(target_os = "linux")]
impl Host for OnGlommio {
    type Runtime = Glommio;

    fn runtime(&self) -> Glommio {
        Glommio
    }

    fn spawn(&self, work: Work<Handle<Glommio>>) -> Task {
        Box::pin(glommio::spawn_local(work.run()))
    }

    fn spawn_leasing(&self, work: Work<Pool<Glommio>>) -> Task {
        Box::pin(glommio::spawn_local(work.run()))
    }

    async fn sleep(&self, time: Duration) {
        glommio::timer::sleep(time).await;
    }
}

struct Shared<H>(H);

impl<H: Host> Contender for Shared<H> {
    type Client = Handle<H::Runtime>;

    async fn connect(&self, port: u16, connections: usize) -> Outcome<Vec<Self::Client>> {
        let mut clients = Vec::new();
        for _ in 0..connections {
            clients.push(Handle::connect_on(self.0.runtime(), options(port)).await?);
        }
        Ok(clients)
    }

    fn spawn(&self, work: Work<Self::Client>) -> Task {
        self.0.spawn(work)
    }

    async fn sleep(&self, time: Duration) {
        self.0.sleep(time).await;
    }
}

impl<R: Runtime> Client for Handle<R> {
    type Value = Bytes;

    async fn get(&mut self, key: &'static str) -> Outcome<Bytes> {
        (&*self).get(key).await?.ok_or_else(|| NO_VALUE.into())
    }

    async fn set(&mut self, key: &'static str, value: Bytes) -> Outcome<()> {
        Ok((&*self).set(key, value).await?)
    }

    async fn incr(&mut self, key: &'static str) -> Outcome<i64> {
        Ok((&*self).incr(key).await?)
    }

    async fn pipeline(&mut self, key: &'static str, commands: usize) -> Outcome<Vec<Bytes>> {
        let commands: Vec<_> = (0..commands).map(|_| cmd::get(key).parse::<Bytes>()).collect();
        let values = Handle::pipeline(self, commands).await?;
        Ok(values.into_iter().collect::<Result<_, _>>()?)
    }
}

struct Leased<H>(H);

impl<H: Host> Contender for Leased<H> {
    type Client = Pool<H::Runtime>;

    async fn connect(&self, port: u16, connections: usize) -> Outcome<Vec<Self::Client>> {
        let options = options(port).pool_size(connections);
        Ok(vec![Pool::connect_on(self.0.runtime(), options).await?])
    }

    fn spawn(&self, work: Work<Self::Client>) -> Task {
        self.0.spawn_leasing(work)
    }

    async fn sleep(&self, time: Duration) {
        self.0.sleep(time).await;
    }
}

impl<R: Runtime> Client for Pool<R> {
    type Value = Bytes;

    async fn get(&mut self, key: &'static str) -> Outcome<Bytes> {
        let lease = self.lease().await?;
        (&lease).get(key).await?.ok_or_else(|| NO_VALUE.into())
    }
}

async fn subscriber<R>(runtime: R, port: u16) -> Outcome<Subscribed<R>>
where
    R: Runtime + Spawn<Driver<R>>,
{
    let subscriber = Subscribed::connect_on(runtime, options(port)).await?;
    let subscriber = subscriber.backlog(Backlog::default().bytes(BACKLOG));
    subscriber.subscribe(channels()).await?;
    Ok(subscriber)
}

impl<R: Runtime> Subscriber for Subscribed<R> {
    type Payload = Bytes;

    async fn next(&mut self) -> Outcome<Bytes> {
        match Subscribed::next(self).await {
            Some(Notice::Message(message)) => Ok(message.payload),
            other => Err(format!("instead of a message: {other:?}").into()),
        }
    }
}

const NO_VALUE: &str = "the key has no value";

/// Bytes. For a message it counts the payload and some 300 bytes.
const BACKLOG: usize = UNDER_WAY * 400;

//! Smol with an executor for one thread.

use std::fmt;
use std::future::Future;
use std::io;
use std::rc::{Rc, Weak};

use adapter_core::server::{AcceptOptions, Serve, Threads};
use adapter_core::{Address, Runtime, SocketOptions, Spawn, Time, Unlocked};
use async_executor::LocalExecutor;

use crate::{Accepted, Listener, Sleep, Smol, Stream};

/// [`Smol`] with an executor to spawn on: one of your own, for tasks that stay on their thread.
///
/// Such tasks need not be `Send`, and handles share what they have in common without a lock: a
/// [`LocalClient`](crate::LocalClient) can't leave its thread. It is also what a server's
/// threads run on.
///
/// The executor stays yours: this does not keep it alive, and what is spawned after its end is
/// dropped.
///
/// ```no_run
/// use std::rc::Rc;
///
/// use adapter_smol::{Commands, LocalClient, LocalSmol};
/// use smol::LocalExecutor;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let executor = Rc::new(LocalExecutor::new());
/// let runtime = LocalSmol::new(&executor);
/// smol::block_on(executor.run(async {
///     let client = LocalClient::connect_on(runtime, "redis://127.0.0.1:6379").await?;
///     println!("{:?}", client.ping().await?);
///     Ok(())
/// }))
/// # }
/// ```
#[derive(Clone)]
pub struct LocalSmol {
    /// Its tasks have clones of this, and it has its tasks: it would never end.
    executor: Weak<LocalExecutor<'static>>,
}

impl LocalSmol {
    /// Spawns on that executor.
    #[must_use]
    pub fn new(executor: &Rc<LocalExecutor<'static>>) -> Self {
        Self { executor: Rc::downgrade(executor) }
    }
}

impl Runtime for LocalSmol {
    type Stream = Stream;
    type Connect = <Smol as Runtime>::Connect;
    type Resolve = <Smol as Runtime>::Resolve;
    type Sleep = Sleep;
    type Cell<T: 'static> = Unlocked<T>;

    fn resolve(&self, host: &str, port: u16) -> Self::Resolve {
        Smol.resolve(host, port)
    }

    fn connect(&self, address: &Address, options: &SocketOptions) -> Self::Connect {
        Smol.connect(address, options)
    }

    fn sleep_until(&self, at: Time) -> Sleep {
        Smol.sleep_until(at)
    }

    fn now(&self) -> Time {
        Smol.now()
    }
}

impl Serve for LocalSmol {
    type Listener = Listener;
    type Accepted = Accepted;

    fn listen(&self, address: &Address, options: &AcceptOptions) -> io::Result<Listener> {
        Smol.listen(address, options)
    }

    fn open(&self, accepted: Accepted, options: &AcceptOptions) -> io::Result<Stream> {
        Smol.open(accepted, options)
    }
}

impl<F: Future<Output: 'static> + 'static> Spawn<F> for LocalSmol {
    fn spawn(&self, future: F) {
        if let Some(executor) = self.executor.upgrade() {
            executor.spawn(future).detach();
        }
    }
}

impl Threads for Smol {
    type Local = LocalSmol;

    fn run<F: Future>(main: impl FnOnce(LocalSmol) -> F) -> io::Result<F::Output> {
        let executor = Rc::new(LocalExecutor::new());
        Ok(async_io::block_on(executor.run(main(LocalSmol::new(&executor)))))
    }
}

impl fmt::Debug for LocalSmol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LocalSmol").finish_non_exhaustive()
    }
}

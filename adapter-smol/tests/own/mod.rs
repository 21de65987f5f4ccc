//! Smol with an executor of the test's own.

use std::cell::RefCell;
use std::future::Future;
use std::sync::Arc;
use std::thread;

use adapter_smol::{Address, Locked, Runtime, Sleep, Smol, SocketOptions, Spawn, Stream, Time};
use smol::{Executor, block_on, channel};

/// Runs a future, and the drivers that it spawns on [`Own`], on the calling thread.
pub(crate) fn on_one_thread<F: Future>(future: F) -> F::Output {
    block_on(EXECUTOR.with_borrow(Arc::clone).run(future))
}

/// The same, with the drivers on another thread as well.
pub(crate) fn on_two_threads<F: Future>(future: F) -> F::Output {
    let executor = EXECUTOR.with_borrow(Arc::clone);
    let (stop, stopped) = channel::bounded::<()>(1);
    thread::scope(|scope| {
        scope.spawn(|| block_on(executor.run(stopped.recv())));
        // Ends the other thread, whatever happens.
        let _stop = stop;
        block_on(executor.run(future))
    })
}

/// Smol, but for its spawning: on the thread's [`EXECUTOR`].
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Own;

impl Runtime for Own {
    type Stream = Stream;
    type Connect = <Smol as Runtime>::Connect;
    type Resolve = <Smol as Runtime>::Resolve;
    type Sleep = Sleep;
    type Cell<T: 'static> = Locked<T>;

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

impl<F: Future<Output: Send> + Send + 'static> Spawn<F> for Own {
    fn spawn(&self, future: F) {
        EXECUTOR.with_borrow(|executor| executor.spawn(future).detach());
    }
}

thread_local! {
    static EXECUTOR: RefCell<Arc<Executor<'static>>> = RefCell::default();
}

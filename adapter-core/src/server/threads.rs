//! Servers on several cores.

use std::fmt;
use std::io;
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread::{self, JoinHandle};

use core_affinity::CoreId;

use super::detached::Exit;
use super::listen::{Listener, Serve, Threads};
use super::options::{Balance, Cores, Listen, ServerOptions};
use super::service::Service;
use super::shard::{Common, Intake, ShardLoop};
use super::{ServerHandle, Serving, cannot_listen};
use crate::endpoint::Address;
use crate::runtime::{SharedCell, Spawn};

/// A server that runs on threads of its own, a shard on each.
///
/// It goes on when this is dropped; [`join`](Self::join) waits for its end, and
/// [`handle`](Self::handle) brings that about.
pub struct RunningServer {
    handle: ServerHandle,
    listens: Arc<[Listen]>,
    threads: Vec<JoinHandle<io::Result<()>>>,
}

impl RunningServer {
    /// Starts a server: `service` makes each thread's part of the service, told which thread that
    /// is and what runs there, to spawn on. Parts that have something in common share it (`Arc`), since they run at the same time.
    ///
    /// Returns when everything listens. Connections can't be
    /// [detached](super::Action::Detach) here, since nobody is on their thread to take them.
    ///
    /// # Errors
    ///
    /// The operating system's, when it can't be listened at an address or a thread can't be made.
    pub fn start<T: Threads, S: Service>(
        listens: impl IntoIterator<Item = Listen>,
        options: &ServerOptions,
        cores: &Cores,
        service: impl Fn(usize, &T::Local) -> S + Send + Sync + 'static,
    ) -> io::Result<Self>
    where
        T::Local: Spawn<Serving<T::Local, S>>,
    {
        let count = cores.threads.max(1);
        let mut listens: Vec<Listen> = listens.into_iter().collect();
        let spread = cores.balance == Balance::ReusePort && count > 1;
        for listen in &mut listens {
            listen.accept.reuse_port |= spread && matches!(listen.address, Address::Tcp(_));
        }
        let handle = ServerHandle::new(count, options);
        let intakes: Arc<[_]> = (0..count).map(|_| Intake::new()).collect();
        let service = Arc::new(service);
        let mut started =
            Self { handle: handle.clone(), listens: listens.clone().into(), threads: Vec::new() };
        for index in 0..count {
            let common = Common {
                server: handle.clone(),
                listens: Arc::clone(&started.listens),
                intakes: Arc::clone(&intakes),
                balance: cores.balance,
                options: options.clone(),
            };
            let (bound, news) = mpsc::channel();
            let service = Arc::clone(&service);
            let core = cores.pin.then_some(index);
            // Only the first thread knows beforehand which ports it will have.
            let binds = index == 0 || spread;
            let main = move || run::<T, S>(core, index, binds, common, &bound, &*service);
            let thread = thread::Builder::new().name(format!("redis-shard-{index}")).spawn(main);
            match thread.and_then(|thread| started.add(thread, &news)) {
                Ok(Some(listens)) if index == 0 => started.listens = listens,
                Ok(_) => {}
                Err(error) => {
                    handle.shutdown(std::time::Duration::ZERO);
                    let _ = started.join();
                    return Err(error);
                }
            }
        }
        Ok(started)
    }

    /// Waits until a thread listens.
    fn add(
        &mut self,
        thread: JoinHandle<io::Result<()>>,
        news: &Receiver<io::Result<Arc<[Listen]>>>,
    ) -> io::Result<Option<Arc<[Listen]>>> {
        self.threads.push(thread);
        match news.recv() {
            Ok(listens) => listens.map(Some),
            // It has ended, and tells why when it is joined.
            Err(_) => match self.threads.pop().map(JoinHandle::join) {
                Some(Ok(Err(error))) => Err(error),
                _ => Err(io::Error::other("a thread of the server panicked at its start")),
            },
        }
    }

    /// Where the server listens, in the order of what it was given: with the ports that the system
    /// has chosen, where 0 was asked for.
    pub fn addresses(&self) -> impl Iterator<Item = &Address> {
        self.listens.iter().map(|listen| &listen.address)
    }

    /// What looks after the server.
    #[must_use]
    pub fn handle(&self) -> ServerHandle {
        self.handle.clone()
    }

    /// Waits for the end of the server.
    ///
    /// # Errors
    ///
    /// When one of its threads could not go on, or panicked.
    pub fn join(self) -> io::Result<()> {
        let mut result = Ok(());
        for thread in self.threads {
            let ended = thread.join();
            let ended = ended.unwrap_or_else(|_| Err(io::Error::other("a shard panicked")));
            result = result.and(ended);
        }
        result
    }
}

impl fmt::Debug for RunningServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RunningServer")
            .field("listens", &self.listens)
            .field("threads", &self.threads.len())
            .finish_non_exhaustive()
    }
}

/// What a thread does.
fn run<T: Threads, S: Service>(
    core: Option<usize>,
    index: usize,
    binds: bool,
    mut common: Common<T::Accepted>,
    bound: &Sender<io::Result<Arc<[Listen]>>>,
    service: &dyn Fn(usize, &T::Local) -> S,
) -> io::Result<()>
where
    T::Local: Spawn<Serving<T::Local, S>>,
{
    if let Some(core) = core.and_then(nth_core) {
        core_affinity::set_for_current(core);
    }
    T::run(|local| async move {
        let mut listeners = Vec::new();
        let mut listens = common.listens.to_vec();
        for (place, listen) in listens.iter_mut().enumerate() {
            let shared = matches!(listen.address, Address::Unix(_)) && index > 0;
            if !binds || shared {
                continue;
            }
            match bind(&local, listen) {
                Ok(listener) => listeners.push((place, listener)),
                Err(error) => {
                    let _ = bound.send(Err(error));
                    return;
                }
            }
        }
        common.listens = listens.into();
        // First: if there is no service, the server has not started.
        let service = service(index, &local);
        let _ = bound.send(Ok(Arc::clone(&common.listens)));
        let exit = SharedCell::new(Exit::new());
        ShardLoop::new(local, service, index, listeners, exit, common).await;
    })
}

/// The core for the thread of that index, of those that the process may use, one after the other.
fn nth_core(index: usize) -> Option<CoreId> {
    core_affinity::get_core_ids()?.into_iter().cycle().nth(index)
}

/// Listens, and notes the port that the system has chosen.
pub(super) fn bind<R: Serve>(runtime: &R, listen: &mut Listen) -> io::Result<R::Listener> {
    let opened = runtime
        .listen(&listen.address, &listen.accept)
        .and_then(|listener| Ok((listener.local_address()?, listener)));
    let (address, listener) = opened.map_err(|error| cannot_listen(&listen.address, &error))?;
    listen.address = address;
    Ok(listener)
}

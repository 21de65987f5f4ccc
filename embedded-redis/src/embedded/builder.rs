//! How the server is set up.

use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::io;
use std::net::Ipv4Addr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, mpsc};
use std::thread;
use std::time::Duration;

#[cfg(feature = "tls")]
use adapter_core::TlsServerConfig;
use adapter_core::server::{Cores, Listen, RunningServer, Server, ServerOptions, Serving, Threads};
use adapter_core::{Address, Door, InProcess, Spawn};

use super::{EmbeddedRedis, Runs, misplaced, stated};
use crate::clock::Clock;
use crate::engine::{ConfiguredUser, Engine, Secret, Settings, Users};
use crate::service::{Core, Embedded};

/// Sets up an [`EmbeddedRedis`]. Without anything set it listens at a free port of the loopback
/// interface, with Redis's defaults.
#[derive(Clone, Debug)]
pub struct Builder {
    listens: Vec<Listen>,
    settings: Settings,
    options: ServerOptions,
    threads: usize,
    seed: Option<u64>,
    clock: Clock,
}

impl Default for Builder {
    fn default() -> Self {
        let mut options = ServerOptions::default();
        options.tick = Some(TICK);
        Self {
            listens: Vec::new(),
            settings: Settings::default(),
            options,
            threads: 1,
            seed: None,
            clock: Clock::running(),
        }
    }
}

impl Builder {
    /// Listens at an address, and at others that were given: `127.0.0.1:6379`, or port 0 for a free
    /// one.
    ///
    /// Clients of other machines are let in only with a [password](Self::password), unless that is
    /// [set](Self::setting) otherwise: `("protected-mode", "no")`.
    #[must_use]
    pub fn address(mut self, address: Address) -> Self {
        self.listens.push(Listen::new(address));
        self
    }

    /// Listens at the path of a Unix socket.
    #[must_use]
    pub fn unix_socket(self, path: impl Into<PathBuf>) -> Self {
        self.address(Address::Unix(path.into()))
    }

    /// Listens at an address with TLS.
    #[cfg(feature = "tls")]
    #[must_use]
    pub fn tls_address(mut self, address: Address, tls: TlsServerConfig) -> Self {
        self.listens.push(Listen::new(address).with_tls(tls));
        self
    }

    /// Listens as told in all detail.
    #[must_use]
    pub fn listen(mut self, listen: Listen) -> Self {
        self.listens.push(listen);
        self
    }

    /// Sets what concerns the server as a whole, such as how many clients it takes. The time
    /// between two ticks stays as it is.
    #[must_use]
    pub fn options(mut self, options: ServerOptions) -> Self {
        let tick = self.options.tick;
        self.settings.maxclients = options.max_clients;
        self.options = options;
        self.options.tick = tick;
        self
    }

    /// Wants clients to authenticate with that password (`requirepass`).
    #[must_use]
    pub fn password(mut self, password: impl Into<String>) -> Self {
        let password: String = password.into();
        self.settings.password = Some(password.as_str().into());
        self
    }

    /// Adds a user, who may do what the rules of `ACL SETUSER` say, or gives `default` other rules:
    /// `("reader", ["on", ">secret", "~cache:*", "+@read"])`.
    ///
    /// # Errors
    ///
    /// If a rule is none, or there is such a user already.
    pub fn user<'r>(
        mut self,
        name: &str,
        rules: impl IntoIterator<Item = &'r str>,
    ) -> Result<Self, SettingError> {
        let rules = rules.into_iter().map(|rule| rule.as_bytes().to_vec()).collect();
        match self.settings.add_user(ConfiguredUser { name: name.into(), rules }) {
            Ok(()) => Ok(self),
            Err(reason) => Err(SettingError::new("user", reason)),
        }
    }

    /// How many databases there are; 16.
    #[must_use]
    pub fn databases(mut self, databases: usize) -> Self {
        self.settings.databases = databases.max(1);
        self
    }

    /// Bytes that the data may take (`maxmemory`); 0, the default, is no limit.
    #[must_use]
    pub fn max_memory(mut self, bytes: usize) -> Self {
        self.settings.maxmemory = bytes;
        self
    }

    /// Sets a parameter of `redis.conf`: one that `CONFIG SET` knows as well,
    /// `("notify-keyspace-events", "KEA")`, or one that is settled when the server starts, such as
    /// `databases`. Those that only Redis has a use for are remembered, for tools that ask.
    ///
    /// # Errors
    ///
    /// If there is no such parameter, or it takes other values; if another method sets it, as with
    /// `port`; if it asks for what this server doesn't have, as `appendonly` does: the data is in
    /// memory only.
    pub fn setting(mut self, name: &str, value: &str) -> Result<Self, SettingError> {
        if let Some(reason) = misplaced::objection(name, value) {
            return Err(SettingError::new(name, reason));
        }
        match self.settings.set(name.as_bytes(), value.as_bytes()) {
            Ok(()) => Ok(self),
            Err(reason) => Err(SettingError::new(name, reason)),
        }
    }

    /// What random choices start from: the same commands then have the same answers.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = Some(seed);
        self
    }

    /// Has the clock stand still at that time since the beginning of 1970, but for
    /// [`EmbeddedRedis::advance`].
    #[must_use]
    pub fn frozen_at(mut self, time: Duration) -> Self {
        self.clock = Clock::standing_at(time);
        self
    }

    /// On how many threads connections are served; 1. They share the data behind a lock.
    #[must_use]
    pub fn threads(mut self, threads: usize) -> Self {
        self.threads = threads.max(1);
        self
    }

    /// Starts the server on the runtime that this crate was built with; tokio, then smol, where it
    /// was built with several.
    ///
    /// # Errors
    ///
    /// The operating system's, when it can't be listened at an address or a thread can't be made.
    #[cfg(any(feature = "tokio", feature = "smol", feature = "glommio"))]
    pub fn start(self) -> io::Result<EmbeddedRedis> {
        self.start_on::<Standard>()
    }

    /// Starts the server without sockets.
    ///
    /// # Errors
    ///
    /// The operating system's, when a thread can't be made.
    #[cfg(any(feature = "tokio", feature = "smol", feature = "glommio"))]
    pub fn start_in_process(self) -> io::Result<EmbeddedRedis> {
        self.start_in_process_on::<Standard>()
    }

    /// Starts the server on a certain runtime.
    ///
    /// # Errors
    ///
    /// The operating system's, when it can't be listened at an address or a thread can't be made.
    pub fn start_on<T: Threads>(mut self) -> io::Result<EmbeddedRedis>
    where
        T::Local: Spawn<Serving<T::Local, Embedded>>,
    {
        self.settings.check_users().map_err(io::Error::other)?;
        self.clock = self.clock.another();
        if self.listens.is_empty() {
            self.listens.push(Listen::new(Address::Tcp((Ipv4Addr::LOCALHOST, 0).into())));
        }
        self.settle();
        let mut cores = Cores::default();
        cores.threads = self.threads;
        let (service, listens) = (self.service(), self.listens());
        let service = move |_: usize, _: &T::Local| service();
        let server = RunningServer::start::<T, _>(listens, &self.options, &cores, service)?;
        let (plain, tls) = stated::ports(&self.listens, server.addresses());
        self.settings.has_found_ports(plain, tls);
        Ok(EmbeddedRedis {
            handle: server.handle(),
            addresses: server.addresses().cloned().collect(),
            runs: Some(Runs::Threads(server)),
            door: None,
            password: self.settings.password.map(Secret::into_text),
            clock: self.clock,
        })
    }

    /// Starts the server without sockets on a certain runtime.
    ///
    /// # Errors
    ///
    /// The operating system's, when a thread can't be made.
    pub fn start_in_process_on<T: Threads>(mut self) -> io::Result<EmbeddedRedis>
    where
        T::Local: Spawn<Serving<InProcess<T::Local>, Embedded>>,
    {
        self.listens = Vec::new();
        self.threads = 1;
        self.settings.check_users().map_err(io::Error::other)?;
        self.clock = self.clock.another();
        self.settle();
        self.listens.push(Listen::new(Address::Unix("in-process".into())));
        let (service, listens, options) = (self.service(), self.listens(), self.options);
        let door = Door::default();
        let (started, news) = mpsc::channel();
        let own = door.clone();
        let serve = move || {
            T::run(|local| async move {
                let server = Server::bind(InProcess::new(local, &own), listens, options)?;
                let _ = started.send(server.handle());
                server.run(service()).await;
                Ok(())
            })?
        };
        let thread = thread::Builder::new().name("embedded-redis".into()).spawn(serve)?;
        let Ok(handle) = news.recv() else {
            Runs::InProcess(thread).join()?;
            return Err(io::Error::other("the server has ended at its start"));
        };
        Ok(EmbeddedRedis {
            runs: Some(Runs::InProcess(thread)),
            handle,
            addresses: Vec::new(),
            door: Some(door),
            password: self.settings.password.map(Secret::into_text),
            clock: self.clock,
        })
    }

    /// From here on nothing is changed: what the server says of itself is to be so.
    fn settle(&mut self) {
        self.settings.forget_ports();
        stated::state(&mut self.settings, &self.listens, self.threads);
        self.options.max_clients = self.settings.maxclients;
    }

    /// What makes each thread's part of the service.
    fn service(&self) -> impl Fn() -> Embedded + Send + Sync + use<> {
        let seed = self.seed.unwrap_or_else(|| RandomState::new().hash_one(0));
        let (settings, clock, threads) = (self.settings.clone(), self.clock.clone(), self.threads);
        let engine = move || Engine::new(settings.clone(), seed);
        let shared = (threads > 1).then(|| Arc::new(Mutex::new(Core::new(engine(), &clock))));
        move || match &shared {
            Some(core) => Embedded::shared(core, clock.clone()),
            None => Embedded::alone(engine(), clock.clone()),
        }
    }

    fn listens(&self) -> Vec<Listen> {
        let required = Users::new(&self.settings, 0).default_is_closed();
        let mut listens = self.listens.clone();
        for listen in &mut listens {
            listen.session = listen.session.clone().with_password_required(required);
        }
        listens
    }
}

/// Why a parameter can't be set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettingError {
    name: String,
    reason: String,
}

impl SettingError {
    fn new(name: &str, reason: impl Into<String>) -> Self {
        Self { name: name.to_owned(), reason: reason.into() }
    }
}

impl fmt::Display for SettingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.name, self.reason)
    }
}

impl std::error::Error for SettingError {}

/// What the server runs on where nothing is said.
#[cfg(feature = "tokio")]
type Standard = adapter_tokio::Tokio;
#[cfg(all(feature = "smol", not(feature = "tokio")))]
type Standard = adapter_smol::Smol;
#[cfg(all(feature = "glommio", not(any(feature = "tokio", feature = "smol"))))]
type Standard = adapter_glommio::Glommio;

/// How soon who has waited long enough is told.
const TICK: Duration = Duration::from_millis(10);

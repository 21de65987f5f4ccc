//! Who is connected.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use bytes::Bytes;
use redis_server_core::{Entry, Protocol};

use super::blocking::Blocked;
use super::table::Runs;
use super::tracking::Tracks;
use super::users::User;

/// What is known of a connection.
#[derive(Debug)]
pub(crate) struct Client {
    /// Its number, which is never given again.
    pub(crate) id: u64,
    /// As whom it is logged in.
    pub(crate) user: Arc<User>,
    /// There is something that the user may not do.
    pub(crate) restricted: bool,
    /// It need not have logged in when it came.
    pub(crate) was_let_in: bool,
    /// The database that it has selected.
    pub(crate) db: usize,
    /// Between `MULTI` and `EXEC`.
    pub(crate) transaction: Option<Transaction>,
    pub(crate) watched: Vec<Watched>,
    /// A key that it watches has been changed.
    pub(crate) watch_broken: Arc<AtomicBool>,
    pub(crate) blocked: Option<Blocked>,
    /// A command of it is to be run when the pause is over.
    pub(crate) held: bool,
    pub(crate) name: Bytes,
    /// Its address, and the one that it has connected to.
    pub(crate) address: String,
    pub(crate) local_address: String,
    /// When it has come.
    pub(crate) connected: Duration,
    /// When it has last sent a command, and which.
    pub(crate) heard: Duration,
    pub(crate) command: Option<&'static Entry<Runs>>,
    /// The version that it speaks.
    pub(crate) protocol: Protocol,
    pub(crate) replies: Replies,
    /// It hears of every command (`MONITOR`).
    pub(crate) monitors: bool,
    pub(crate) no_evict: bool,
    /// It is told of changes to what it has cached (`CLIENT TRACKING`).
    pub(crate) tracks: Option<Box<Tracks>>,
    /// Its connection is about to be closed.
    pub(crate) killed: bool,
}

/// Whether a client wants to be answered (`CLIENT REPLY`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Replies {
    #[default]
    On,
    Off,
    /// Not to the next command.
    Skip,
}

impl Client {
    /// Whether it has come over a Unix socket, whose path is then its address.
    pub(crate) fn is_local(&self) -> bool {
        self.address.starts_with('/')
    }

    pub(crate) fn new(id: u64, address: String, local_address: String) -> Self {
        Self {
            id,
            user: User::nobody(),
            restricted: true,
            was_let_in: false,
            db: 0,
            transaction: None,
            watched: Vec::new(),
            watch_broken: Arc::default(),
            blocked: None,
            held: false,
            name: Bytes::new(),
            address,
            local_address,
            connected: Duration::ZERO,
            heard: Duration::ZERO,
            command: None,
            protocol: Protocol::default(),
            replies: Replies::default(),
            monitors: false,
            no_evict: false,
            tracks: None,
            killed: false,
        }
    }
}

/// Commands that wait for `EXEC`.
#[derive(Default)]
pub(crate) struct Transaction {
    /// As they came, each a multibulk request.
    pub(crate) queue: Vec<Bytes>,
    /// What they take together.
    pub(crate) bytes: usize,
    /// One of them was refused: `EXEC` will be, too.
    pub(crate) spoilt: bool,
    /// One of them may need more memory.
    pub(crate) needs_memory: bool,
    /// One of them may write.
    pub(crate) may_write: bool,
}

/// Passwords may be among the commands.
impl fmt::Debug for Transaction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Transaction")
            .field("commands", &self.queue.len())
            .field("bytes", &self.bytes)
            .field("spoilt", &self.spoilt)
            .finish_non_exhaustive()
    }
}

/// A key that must not change until `EXEC`.
#[derive(Debug)]
pub(crate) struct Watched {
    pub(crate) db: usize,
    pub(crate) key: Box<[u8]>,
}

/// Where a client is among the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct ClientKey(u32);

/// All clients.
#[derive(Debug, Default)]
pub(crate) struct Clients {
    slots: Vec<Option<Client>>,
    free: Vec<u32>,
    by_id: BTreeMap<u64, ClientKey>,
}

impl Clients {
    pub(super) fn insert(&mut self, client: Client) -> ClientKey {
        let number = self.free.pop().unwrap_or(self.slots.len() as u32);
        let key = ClientKey(number);
        self.by_id.insert(client.id, key);
        match self.slots.get_mut(number as usize) {
            Some(slot) => *slot = Some(client),
            None => self.slots.push(Some(client)),
        }
        key
    }

    pub(super) fn remove(&mut self, key: ClientKey) -> Option<Client> {
        let client = self.slots.get_mut(key.0 as usize)?.take()?;
        self.by_id.remove(&client.id);
        self.free.push(key.0);
        Some(client)
    }

    #[inline]
    pub(crate) fn get(&self, key: ClientKey) -> Option<&Client> {
        self.slots.get(key.0 as usize)?.as_ref()
    }

    #[inline]
    pub(crate) fn get_mut(&mut self, key: ClientKey) -> Option<&mut Client> {
        self.slots.get_mut(key.0 as usize)?.as_mut()
    }

    /// The client of that number.
    pub(crate) fn by_id(&self, id: u64) -> Option<&Client> {
        self.get(self.key_of(id)?)
    }

    pub(crate) fn key_of(&self, id: u64) -> Option<ClientKey> {
        self.by_id.get(&id).copied()
    }

    /// The client of that number, unless it is as good as gone.
    pub(crate) fn present(&self, id: u64) -> Option<&Client> {
        self.by_id(id).filter(|client| !client.killed)
    }

    /// All, the oldest first.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (ClientKey, &Client)> {
        self.by_id.values().filter_map(|key| Some((*key, self.get(*key)?)))
    }

    pub(crate) fn len(&self) -> usize {
        self.by_id.len()
    }
}

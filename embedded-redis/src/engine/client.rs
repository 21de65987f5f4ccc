//! Who is connected.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use bytes::Bytes;

use super::blocking::Blocked;

/// What is known of a connection.
#[derive(Debug)]
pub(crate) struct Client {
    /// Its number, which is never given again.
    pub(crate) id: u64,
    /// The database that it has selected.
    pub(crate) db: usize,
    /// Between `MULTI` and `EXEC`.
    pub(crate) transaction: Option<Transaction>,
    pub(crate) watched: Vec<Watched>,
    /// A key that it watches has been changed.
    pub(crate) watch_broken: Arc<AtomicBool>,
    pub(crate) blocked: Option<Blocked>,
    pub(crate) name: Bytes,
    /// Its address, and the one that it has connected to.
    pub(crate) address: String,
    pub(crate) local_address: String,
}

impl Client {
    pub(crate) fn new(id: u64, address: String, local_address: String) -> Self {
        Self {
            id,
            db: 0,
            transaction: None,
            watched: Vec::new(),
            watch_broken: Arc::default(),
            blocked: None,
            name: Bytes::new(),
            address,
            local_address,
        }
    }
}

/// Commands that wait for `EXEC`.
#[derive(Debug, Default)]
pub(crate) struct Transaction {
    /// As they came, each a multibulk request.
    pub(crate) queue: Vec<Bytes>,
    /// One of them was refused: `EXEC` will be, too.
    pub(crate) spoilt: bool,
}

/// A key that must not change until `EXEC`.
#[derive(Debug)]
pub(crate) struct Watched {
    pub(crate) db: usize,
    pub(crate) key: Box<[u8]>,
    /// It was past its deadline already, so that its end is no change.
    pub(crate) expired: bool,
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

    pub(crate) fn key_of(&self, id: u64) -> Option<ClientKey> {
        self.by_id.get(&id).copied()
    }

    /// All, the oldest first.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (ClientKey, &Client)> {
        self.by_id.values().filter_map(|key| Some((*key, self.get(*key)?)))
    }

    pub(crate) fn len(&self) -> usize {
        self.by_id.len()
    }
}

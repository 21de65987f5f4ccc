//! What all databases have in common.

use std::collections::{BTreeSet, HashSet, VecDeque};
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use redis_server_core::Hub;
use siphasher::sip::SipHasher13;

use crate::engine::stats::Stats;
use crate::engine::tracking::Tracking;
use crate::engine::{ClientKey, Eviction, Expiry, Pause, Queued, Settings, Users, millis};
use crate::keyspace::{Millis, Rng};

/// The time, the settings, and what is to be said.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) settings: Settings,
    pub(crate) users: Users,
    /// The time of the command that runs: the same for all of a transaction and of a script.
    pub(crate) now: Millis,
    /// The same, exactly.
    pub(crate) time: Duration,
    /// A script has run, which may have taken its time: the next command is to have another one.
    pub(crate) is_late: bool,
    pub(crate) rng: Rng,
    pub(crate) hub: Hub<u64>,
    /// What is to come out, in order.
    pub(crate) events: VecDeque<Queued>,
    /// Keys that have got something that clients wait for, with their databases.
    pub(crate) ready: Ready,
    /// When clients have waited long enough.
    pub(crate) deadlines: BTreeSet<(Millis, ClientKey)>,
    /// Changes since the beginning.
    pub(crate) changes: u64,
    pub(crate) stats: Stats,
    /// Whether clients are paused.
    pub(crate) pause: Pause,
    /// They were when the command came that runs: what has expired stays until the pause is over.
    pub(crate) frozen: bool,
    /// How far the search for expired keys has come.
    pub(crate) expiry: Expiry,
    /// Who may be evicted next.
    pub(crate) eviction: Eviction,
    /// Clients that hear of every command.
    pub(crate) monitors: Vec<u64>,
    /// A script runs: the commands are its own.
    pub(crate) in_script: bool,
    /// Who hears of changes to which keys.
    pub(crate) tracking: Tracking,
    /// When the server was started.
    pub(crate) started: Duration,
    pub(crate) process: Process,
    /// 40 hexadecimal digits that are another server's with each start, as far as the seed is.
    pub(crate) run_id: String,
}

/// What only those outside can know, for `INFO`; none where they have not said it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Process {
    pub(crate) id: Option<u32>,
    /// The path of the program.
    pub(crate) executable: Option<String>,
    /// Bytes that the machine has.
    pub(crate) memory: Option<u64>,
    /// Resident memory in bytes.
    pub(crate) resident: Option<u64>,
    pub(crate) cpu: Option<Cpu>,
    /// What the connections hold, for `CLIENT LIST`.
    pub(crate) buffers: Option<Arc<dyn Buffers>>,
}

/// Knows how many bytes of a client wait.
pub(crate) trait Buffers: fmt::Debug + Send + Sync {
    /// Those to be run, and those to be written.
    fn of(&self, client: u64) -> (usize, usize);
}

/// Processor time.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cpu {
    pub(crate) process: Times,
    /// Of child processes that have ended.
    pub(crate) children: Times,
    /// Of the thread that runs the commands; of the last one that was asked, where there are several.
    pub(crate) thread: Times,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Times {
    pub(crate) user: Duration,
    pub(crate) system: Duration,
}

/// Keys in the order in which they have got something, each once.
#[derive(Debug, Default)]
pub(crate) struct Ready {
    queue: VecDeque<(usize, Arc<[u8]>)>,
    known: HashSet<(usize, Arc<[u8]>)>,
}

impl Ready {
    pub(crate) fn push(&mut self, db: usize, key: &[u8]) {
        let key = (db, Arc::from(key));
        if self.known.insert(key.clone()) {
            self.queue.push_back(key);
        }
    }

    pub(crate) fn pop(&mut self) -> Option<(usize, Arc<[u8]>)> {
        let key = self.queue.pop_front()?;
        self.known.remove(&key);
        Some(key)
    }

    #[inline]
    pub(crate) fn is_empty(&self) -> bool {
        self.queue.is_empty()
    }
}

impl Shared {
    pub(crate) fn new(settings: Settings, seed: u64) -> Self {
        Self {
            users: Users::new(&settings, seed),
            settings,
            now: 0,
            time: Duration::ZERO,
            is_late: false,
            rng: Rng::new(seed),
            hub: Hub::new(),
            events: VecDeque::new(),
            ready: Ready::default(),
            deadlines: BTreeSet::new(),
            changes: 0,
            stats: Stats::default(),
            pause: Pause::default(),
            frozen: false,
            expiry: Expiry::default(),
            eviction: Eviction::default(),
            monitors: Vec::new(),
            in_script: false,
            tracking: Tracking::new(seed),
            started: Duration::ZERO,
            process: Process::default(),
            run_id: run_id(seed),
        }
    }

    #[inline]
    pub(crate) fn set_now(&mut self, time: Duration) {
        self.time = time;
        self.is_late = false;
        self.now = millis(time);
        self.frozen = self.pause.is_on();
    }
}

/// It tells nothing of the seed, by which names are hashed.
fn run_id(seed: u64) -> String {
    let hasher = SipHasher13::new_with_keys(seed, RUN_ID);
    let digits: String = (0..3_u8).map(|part| format!("{:016x}", hasher.hash(&[part]))).collect();
    digits.get(..40).unwrap_or_default().to_owned()
}

/// Any number, so that the hash is another than that of names.
const RUN_ID: u64 = 0x7275_6e5f_6964;

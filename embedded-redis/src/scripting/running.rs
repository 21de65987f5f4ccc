//! What is known of the script that runs.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use redis_server_core::Protocol;

use crate::engine::User;

/// The state that the interpreter's functions share. Atomic only because the interpreter may be
/// moved between threads: one thread at a time uses it.
#[derive(Debug)]
pub(super) struct Running {
    /// What times are counted from.
    origin: Instant,
    /// When the script has to be at its end, in nanoseconds.
    deadline: AtomicU64,
    /// How long it may take, in milliseconds, to say so.
    limit: AtomicU64,
    resp3: AtomicBool,
    random: AtomicU64,
    /// Who has it run, if there is something that the user may not do.
    user: Mutex<Option<Arc<User>>>,
}

impl Running {
    pub(super) fn new() -> Self {
        Self {
            origin: Instant::now(),
            deadline: AtomicU64::new(u64::MAX),
            limit: AtomicU64::new(0),
            resp3: AtomicBool::new(false),
            random: AtomicU64::new(0x1234_abcd_330e),
            user: Mutex::default(),
        }
    }

    /// A script begins.
    pub(super) fn begin(&self, limit: Duration, user: Option<Arc<User>>) {
        *self.user.lock().unwrap_or_else(PoisonError::into_inner) = user;
        self.resp3.store(false, Ordering::Relaxed);
        let deadline = match limit {
            Duration::ZERO => u64::MAX,
            limit => self.elapsed().saturating_add(nanos(limit)),
        };
        self.deadline.store(deadline, Ordering::Relaxed);
        self.limit.store(nanos(limit) / 1_000_000, Ordering::Relaxed);
    }

    /// It is at its end: whether it has asked for RESP3.
    pub(super) fn end(&self) -> bool {
        self.deadline.store(u64::MAX, Ordering::Relaxed);
        self.resp3.load(Ordering::Relaxed)
    }

    /// Who has it run, if there is something that the user may not do.
    pub(super) fn user(&self) -> Option<Arc<User>> {
        self.user.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn set_resp3(&self, resp3: bool) {
        self.resp3.store(resp3, Ordering::Relaxed);
    }

    /// The version that the script wants its replies in.
    pub(super) fn protocol(&self) -> Protocol {
        if self.resp3.load(Ordering::Relaxed) { Protocol::Resp3 } else { Protocol::Resp2 }
    }

    /// Whether its time is up, and what to say then.
    pub(super) fn time_is_up(&self) -> Option<String> {
        let deadline = self.deadline.load(Ordering::Relaxed);
        if deadline == u64::MAX || self.elapsed() < deadline {
            return None;
        }
        let limit = self.limit.load(Ordering::Relaxed);
        Some(format!(
            "ERR Script was ended: it has run for longer than busy-reply-threshold, {limit} ms"
        ))
    }

    pub(super) fn random(&self) -> u64 {
        self.random.load(Ordering::Relaxed)
    }

    pub(super) fn set_random(&self, state: u64) {
        self.random.store(state, Ordering::Relaxed);
    }

    fn elapsed(&self) -> u64 {
        nanos(self.origin.elapsed())
    }
}

fn nanos(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

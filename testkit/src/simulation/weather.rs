//! What goes wrong, and when.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use adapter_core::{Address, Time};

use super::network::Fate;
use super::plan::Plan;
use super::trace::What;
use super::world::{Event, World};
use crate::chunking::SplitMix64;

/// Something that goes wrong.
#[derive(Clone, Copy, Debug, Hash, PartialEq, Eq)]
pub enum Fault {
    /// The server closes a connection after so many more bytes.
    Finish {
        /// How many.
        after: usize,
    },
    /// The server resets a connection after having run so many more commands.
    Reset {
        /// How many.
        after: usize,
    },
    /// A connection falls silent for ever.
    HalfOpen {
        /// Nothing gets to the server.
        upward: bool,
        /// Nothing gets to the client.
        downward: bool,
    },
    /// The server leaves one connection alone for a while.
    PauseOne,
    /// The server does nothing for a while.
    PauseAll,
    /// The server restarts: connections are reset and refused for a while, data stays.
    Restart,
    /// New connections are refused for a while.
    Refuse,
    /// Nobody answers to new connections for a while.
    Swallow,
    /// Name lookups fail for a while.
    NoNames,
    /// Name lookups don't end for a while.
    NamesHang,
    /// Everything takes much longer for a while.
    Lag,
    /// The server wants another password, which the application doesn't have at once.
    NewPassword,
}

impl Fault {
    /// How many kinds there are.
    pub const KINDS: usize = Self::NAMES.len();

    /// What to call them, by their number.
    pub const NAMES: [&str; 12] = [
        "closed by server",
        "reset",
        "half-open",
        "connection paused",
        "server paused",
        "server restarted",
        "connections refused",
        "connections swallowed",
        "name lookups failing",
        "name lookups hanging",
        "network lagging",
        "password changed",
    ];

    /// The number of its kind.
    pub const fn kind(self) -> usize {
        match self {
            Self::Finish { .. } => 0,
            Self::Reset { .. } => 1,
            Self::HalfOpen { .. } => 2,
            Self::PauseOne => 3,
            Self::PauseAll => 4,
            Self::Restart => 5,
            Self::Refuse => 6,
            Self::Swallow => 7,
            Self::NoNames => 8,
            Self::NamesHang => 9,
            Self::Lag => 10,
            Self::NewPassword => 11,
        }
    }
}

/// What goes wrong now, and what is still to come.
#[derive(Debug)]
pub(super) struct Weather {
    /// How many faults are still to come.
    left: usize,
    /// A command run brings one with it once in so many times.
    pace: usize,
    refuses: Time,
    swallows: Time,
    no_names: Time,
    names_hang: Time,
    lags: Time,
    /// No fault is to come, and the network is fast.
    fair: bool,
    /// Which of the addresses are dead, and whether those refuse.
    dead: [Option<Fate>; 2],
    /// The faults there were.
    pub(super) struck: Vec<Fault>,
}

impl Weather {
    pub(super) fn new(plan: &Plan, random: &mut SplitMix64) -> Self {
        let mut dead = || match random.below(4) {
            0 => Some(Fate::Refused),
            1 if plan.faults > 0 => Some(Fate::Swallowed),
            _ => None,
        };
        let dead = [dead(), dead()];
        let commands = plan.callers * plan.steps * 2;
        Self {
            left: plan.faults,
            pace: commands / plan.faults.max(1) + 1,
            refuses: Time::ZERO,
            swallows: Time::ZERO,
            no_names: Time::ZERO,
            names_hang: Time::ZERO,
            lags: Time::ZERO,
            fair: false,
            dead,
            struck: Vec::new(),
        }
    }
}

impl World {
    /// The weather at the beginning: some faults come while nobody is connected yet.
    pub(super) fn brew(&self) {
        if self.weather.borrow().left > 0 && self.one_in(2) {
            self.schedule_in(self.up_to(SOON), Event::Strike);
        }
    }

    /// A command was run, which is the time when faults do most harm.
    pub(super) fn maybe_strike(&self) {
        let (left, pace) = (self.weather.borrow().left, self.weather.borrow().pace);
        if left > 0 && self.one_in(pace) {
            let limit = [Duration::from_micros(20), SOON, SECOND / 4];
            let limit = limit.get(self.below(3)).copied().unwrap_or(SOON);
            self.schedule_in(self.up_to(limit), Event::Strike);
        }
    }

    /// No more faults from now on. Those that last end by themselves.
    pub(super) fn calm_down(&self) {
        self.weather.borrow_mut().left = 0;
    }

    /// The same, and where there were any the network is fast: then no timeout is too short.
    pub(super) fn clear_up(&self) {
        self.calm_down();
        self.weather.borrow_mut().fair = self.plan.faults > 0;
    }

    pub(super) fn is_fair(&self) -> bool {
        self.weather.borrow().fair
    }

    /// Has one of the faults happen.
    pub(super) fn strike(&self) {
        if self.weather.borrow().left == 0 {
            return;
        }
        self.weather.borrow_mut().left -= 1;
        let live = self.live();
        let connection = live.get(self.below(live.len())).copied();
        let fault = self.draw_fault(connection.is_some());
        self.note(What::Fault { connection: connection.unwrap_or(usize::MAX), fault });
        self.weather.borrow_mut().struck.push(fault);
        let until = self.now.get() + self.outage();
        let connection = connection.unwrap_or(usize::MAX);
        match fault {
            Fault::Finish { after } => self.finish_after(connection, after),
            Fault::Reset { after } => self.reset_after(connection, after),
            Fault::HalfOpen { upward, downward } => self.swallow(connection, upward, downward),
            Fault::PauseOne => self.pause(Some(connection), until),
            Fault::PauseAll => self.pause(None, until),
            Fault::Restart => {
                self.weather.borrow_mut().refuses = until;
                for connection in live {
                    self.reset_server(connection);
                }
            }
            Fault::Refuse => self.weather.borrow_mut().refuses = until,
            Fault::Swallow => self.weather.borrow_mut().swallows = until,
            Fault::NoNames => self.weather.borrow_mut().no_names = until,
            Fault::NamesHang => self.weather.borrow_mut().names_hang = until,
            Fault::Lag => self.weather.borrow_mut().lags = until,
            Fault::NewPassword => {
                if let Some(vault) = &self.plan.vault {
                    vault.change(self.below(3), self.below(3));
                }
            }
        }
    }

    /// Whether the network lags.
    pub(super) fn lags(&self) -> bool {
        self.now.get() < self.weather.borrow().lags
    }

    /// Whether the server refuses connections.
    pub(super) fn refuses(&self) -> bool {
        self.now.get() < self.weather.borrow().refuses
    }

    /// What becomes of an attempt to connect that starts now.
    pub(super) fn fate(&self, address: &Address) -> Fate {
        let weather = self.weather.borrow();
        let dead = match address {
            Address::Tcp(SocketAddr::V4(address)) => match address.ip().octets() {
                [.., 2] => weather.dead.first().copied().flatten(),
                [.., 3] => weather.dead.last().copied().flatten(),
                _ => None,
            },
            _ => None,
        };
        let fate = match dead {
            Some(fate) => fate,
            None if self.now.get() < weather.swallows => Fate::Swallowed,
            None => Fate::Accepted,
        };
        let words = ["accepted", "refused", "swallowed"];
        let fate_word = words.get(fate as usize).copied().unwrap_or_default();
        self.note(What::Dialled { fate: fate_word });
        fate
    }

    /// Whether a name lookup that starts now will end.
    pub(super) fn names_answer(&self) -> bool {
        self.weather.borrow().names_hang <= self.now.get()
    }

    /// What a name lookup gives: the server's address, among others, in any order.
    pub(super) fn addresses(&self) -> io::Result<Vec<SocketAddr>> {
        if self.now.get() < self.weather.borrow().no_names {
            return Err(io::Error::other("no such host"));
        }
        let mut addresses = vec![SocketAddr::from(([10, 0, 0, 1], 6379))];
        for last in [2, 3] {
            let address = SocketAddr::from(([10, 0, 0, last], 6379));
            if self.one_in(2) {
                addresses.insert(self.below(addresses.len() + 1), address);
            }
        }
        Ok(addresses)
    }

    fn draw_fault(&self, connected: bool) -> Fault {
        let after = self.below(4);
        if self.plan.vault.is_some() && self.one_in(4) {
            return Fault::NewPassword;
        }
        match self.below(if connected { 16 } else { 6 }) {
            0 => Fault::Refuse,
            1 => Fault::Swallow,
            2 => Fault::NoNames,
            3 => Fault::NamesHang,
            4 => Fault::Lag,
            5 => Fault::PauseAll,
            6 | 7 => Fault::Restart,
            8 => Fault::PauseOne,
            9 | 10 => Fault::Finish { after: self.below(300) * after },
            11..14 => Fault::Reset { after },
            14 => Fault::HalfOpen { upward: true, downward: true },
            _ => {
                let upward = self.one_in(2);
                Fault::HalfOpen { upward, downward: !upward }
            }
        }
    }

    /// How long a fault lasts.
    fn outage(&self) -> Duration {
        let limits = [SOON, SECOND / 5, SECOND, SECOND * 4];
        self.up_to(limits.get(self.below(4)).copied().unwrap_or(SECOND))
    }
}

const SECOND: Duration = Duration::from_secs(1);

/// The time in which a connection usually comes about.
const SOON: Duration = Duration::from_millis(5);

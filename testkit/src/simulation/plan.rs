//! What a run is like: everything that is drawn from its seed beforehand.

mod options;
mod vault;

use std::sync::Arc;
use std::time::Duration;

use adapter_core::Options;

use crate::chunking::SplitMix64;
use crate::pair::{Hello, Model};
use options::PASSWORD;
pub(super) use options::{CLIENT_NAME, GREETING};
pub(super) use vault::Vault;

/// A run's circumstances.
#[derive(Clone, Debug)]
pub(super) struct Plan {
    /// How many things go wrong; none means that every command has to succeed.
    pub(super) faults: usize,
    /// Whether commands have timeouts that may be too short.
    pub(super) impatient: bool,
    /// Whether callers go away.
    pub(super) fickle: bool,
    /// Whether clients reconnect by themselves. Callers dial anew otherwise.
    pub(super) reconnects: bool,
    /// The connections of each client, if it is a pool.
    pub(super) pool: Option<usize>,
    /// Whether callers close clients.
    pub(super) closes: bool,
    /// Clients, each with its connection or pool.
    pub(super) clients: usize,
    pub(super) callers: usize,
    /// What each caller does, one after the other.
    pub(super) steps: usize,
    /// How long it waits in between at the most.
    pub(super) pause: Duration,
    /// The longest payload of a command.
    pub(super) payload: usize,
    /// What a poll takes at the most.
    pub(super) poll_time: Duration,
    /// One poll in so many takes much longer, as where an executor does something else.
    pub(super) stall: usize,
    pub(super) bounds: Bounds,
    /// How the clients connect, and what they keep to.
    pub(super) options: Options,
    pub(super) network: Network,
    pub(super) server: Server,
    /// Where the password comes from, if it changes.
    pub(super) vault: Option<Arc<Vault>>,
}

/// What the options set, and can't be asked for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bounds {
    pub(super) database: u32,
    /// Replies outstanding.
    pub(super) in_flight: usize,
    /// Bytes waiting to be sent.
    pub(super) queued: usize,
    /// Silence after which a connection counts as dead.
    pub(super) liveness: Option<Duration>,
    /// How long a lease may take to come.
    pub(super) lease: Duration,
    /// Attempts to reconnect.
    pub(super) attempts: Option<u32>,
    /// Whether each connection begins with commands of the application's.
    pub(super) greets: bool,
    /// Whether connections have a name.
    pub(super) named: bool,
}

/// What the network is like.
#[derive(Clone, Debug)]
pub(super) struct Network {
    /// Bytes sent and not read before the sender has to wait.
    pub(super) window: usize,
    /// The longest segment.
    pub(super) segment: usize,
    /// The most that is read or written at once.
    pub(super) piece: usize,
    /// What a segment usually takes.
    pub(super) latency: Duration,
    /// One in so many reads and writes comes to nothing at first.
    pub(super) hesitation: usize,
    /// One in so many segments takes much longer.
    pub(super) tail: usize,
}

/// What the server is like.
#[derive(Clone, Debug)]
pub(super) struct Server {
    pub(super) hello: Hello,
    pub(super) guarded: bool,
    pub(super) knows_setinfo: bool,
    /// How long it takes to notice that something has come.
    pub(super) delay: Duration,
    /// Whether it reads on while its replies are not all sent.
    pub(super) reads_on: bool,
    /// Commands run in a row.
    pub(super) turn: usize,
}

impl Plan {
    /// The same without anything that may go wrong.
    pub(super) fn faultless(mut self, random: &mut SplitMix64) -> Self {
        self.faults = 0;
        self.impatient = false;
        self.bounds = Bounds { liveness: None, lease: HOUR, attempts: None, ..self.bounds };
        self.options = self.options(random);
        self
    }

    /// Draws a run's circumstances.
    pub(super) fn draw(random: &mut SplitMix64) -> Self {
        let faults = if random.below(4) == 0 { 0 } else { 1 + random.below(10) };
        let impatient = faults > 0 && random.below(2) == 0;
        let segment = one_of(random, [4, 60, 536, 1460, 16_384]);
        let server = Server::draw(random);
        let pool = (random.below(2) == 0).then(|| 1 + random.below(4));
        let reconnects = pool.is_some() || random.below(2) == 0;
        // One that reconnects has to notice that it has to.
        let liveness = match random.below(3) {
            0 if !reconnects => None,
            _ => Some(one_of(random, [500, 3_000])),
        };
        let bounds = Bounds {
            database: one_of(random, [0, 0, 1, 5]),
            in_flight: one_of(random, [1, 4, 30, 1_000, 65_536]),
            queued: one_of(random, [1, 200, 4_096, 1 << 26]),
            liveness: liveness.map(millis),
            lease: millis(one_of(random, [30, 500, 5_000])),
            attempts: one_of(random, [None, None, Some(1), Some(5)]),
            greets: random.below(3) == 0,
            named: random.below(3) == 0,
        };
        let vault = (server.guarded && random.below(2) == 0).then(Arc::default);
        let plan = Self {
            faults,
            impatient,
            fickle: random.below(3) > 0,
            clients: 1 + random.below(3),
            callers: 1 + random.below(6),
            steps: 4 + random.below(16),
            // The longest makes connections too old to be leased unasked.
            pause: micros(one_of(random, [0, 50, 2_000, 100_000, 100_000, 8_000_000])),
            // Small segments make many events.
            payload: match segment {
                0..60 => 40,
                60..536 => one_of(random, [20, 300]),
                _ => one_of(random, [20, 400, 3_000, 20_000]),
            },
            poll_time: micros(one_of(random, [1, 5, 20, 500])),
            stall: 1_000,
            reconnects,
            pool,
            closes: random.below(3) == 0,
            bounds,
            options: Options::default(),
            network: Network::draw(random, segment),
            server,
            vault,
        };
        match faults {
            0 => plan.faultless(random),
            _ => Self { options: plan.options(random), ..plan },
        }
    }

    /// A connection's end at the server.
    pub(super) fn model(&self) -> Model {
        let mut model = Model::default().hello(self.server.hello.clone());
        if self.server.guarded {
            let password =
                self.vault.as_ref().map_or_else(|| PASSWORD.to_owned(), |vault| vault.password());
            model = model.guarded("default", &password);
        }
        if self.server.knows_setinfo { model.knows_setinfo() } else { model }
    }
}

impl Network {
    fn draw(random: &mut SplitMix64, segment: usize) -> Self {
        Self {
            window: one_of(random, [256, 1_000, 4_096, 65_536, 1 << 20]),
            segment,
            piece: match segment {
                0..60 => one_of(random, [7, 100, usize::MAX]),
                _ => one_of(random, [100, 1_000, usize::MAX, usize::MAX]),
            },
            latency: micros(one_of(random, [1, 30, 500, 10_000])),
            hesitation: one_of(random, [0, 0, 10, 2]),
            tail: one_of(random, [0, 20, 200, 1_000]),
        }
    }
}

impl Server {
    fn draw(random: &mut SplitMix64) -> Self {
        let guarded = random.below(4) == 0;
        Self {
            // Without HELLO there is AUTH, and RESP2.
            hello: match random.below(4) {
                0 => Hello::Unknown,
                1 => Hello::NoProtocol,
                _ => Hello::Known,
            },
            guarded,
            knows_setinfo: random.below(2) == 0,
            delay: micros(one_of(random, [1, 10, 200, 3_000])),
            reads_on: random.below(2) == 0,
            turn: one_of(random, [1, 3, 20, usize::MAX]),
        }
    }
}

fn one_of<T: Copy, const N: usize>(random: &mut SplitMix64, values: [T; N]) -> T {
    #[expect(clippy::indexing_slicing, reason = "it is below the length")]
    values[random.below(N)]
}

const fn micros(micros: u64) -> Duration {
    Duration::from_micros(micros)
}

const fn millis(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

const HOUR: Duration = Duration::from_secs(3600);

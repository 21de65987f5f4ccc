//! What a run is like: everything that is drawn from its seed beforehand.

use std::time::Duration;

use adapter_core::{
    Config, Credentials, Endpoint, Offline, Options, Protocol, Reconnect, SocketOptions,
};

use crate::chunking::SplitMix64;
use crate::pair::{Hello, Model};

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
    /// Clients, each with its connection.
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
    pub(super) bounds: Bounds,
    /// How the clients connect, and what they keep to.
    pub(super) options: Options,
    pub(super) network: Network,
    pub(super) server: Server,
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
        self.options = options(random, &self.server, self.bounds, false);
        self
    }

    /// Draws a run's circumstances.
    pub(super) fn draw(random: &mut SplitMix64) -> Self {
        let faults = if random.below(4) == 0 { 0 } else { 1 + random.below(10) };
        let impatient = faults > 0 && random.below(2) == 0;
        let segment = one_of(random, [4, 60, 536, 1460, 16_384]);
        let server = Server::draw(random);
        let reconnects = random.below(2) == 0;
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
        };
        Self {
            faults,
            impatient,
            fickle: random.below(3) > 0,
            clients: 1 + random.below(3),
            callers: 1 + random.below(6),
            steps: 4 + random.below(16),
            pause: micros(one_of(random, [0, 50, 2_000, 100_000])),
            // Small segments make many events.
            payload: match segment {
                0..60 => 40,
                60..536 => one_of(random, [20, 300]),
                _ => one_of(random, [20, 400, 3_000, 20_000]),
            },
            poll_time: micros(one_of(random, [1, 5, 20, 500])),
            reconnects,
            bounds,
            options: options(random, &server, bounds, faults > 0),
            network: Network::draw(random, segment),
            server,
        }
    }

    /// A connection's end at the server.
    pub(super) fn model(&self) -> Model {
        let mut model = Model::default().hello(self.server.hello.clone());
        if self.server.guarded {
            model = model.guarded("default", PASSWORD);
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

fn options(random: &mut SplitMix64, server: &Server, bounds: Bounds, faults: bool) -> Options {
    let options = Options::new(match random.below(4) {
        0 => Endpoint::Unix("/run/redis.sock".into()),
        1 => Endpoint::Tcp { host: "10.0.0.1".to_owned(), port: 6379 },
        _ => Endpoint::Tcp { host: "redis.sim".to_owned(), port: 6379 },
    });
    let known = matches!(server.hello, Hello::Known);
    let protocol = match random.below(4) {
        0 => Protocol::Resp2,
        1 if known => Protocol::Resp3,
        _ => Protocol::Auto,
    };
    let mut config = Config::default()
        .protocol(protocol)
        .database(bounds.database)
        .library_info(random.below(2) == 0)
        .max_in_flight(bounds.in_flight)
        .max_queued(bounds.queued);
    if server.guarded {
        config = config.credentials(Credentials::password(PASSWORD));
    }
    if random.below(3) == 0 {
        config = config.client_name("simulated");
    }
    if !faults {
        // Nothing is lost here, so that what hangs is a wakeup lost, which no timer may hide.
        let config = config.handshake_timeout(HOUR).command_timeout(None).liveness(None);
        return options.config(config).connect_timeout(HOUR);
    }
    let mut socket = SocketOptions::default();
    let mut timeout = Some(millis(one_of(random, [300, 2_000, 10_000])));
    match random.below(16) {
        0..4 => socket.keepalive_idle = None,
        // A dead connection ends by itself.
        4..7 => timeout = None,
        _ => {}
    }
    let config = config
        .handshake_timeout(millis(one_of(random, [300, 2_000, 5_000])))
        .command_timeout(timeout)
        .liveness(bounds.liveness);
    let most = millis(one_of(random, [20, 300, 2_000]));
    options
        .config(config)
        .socket(socket)
        .connect_timeout(millis(one_of(random, [500, 5_000])))
        .reconnect(Reconnect::default().delays(millis(10), most))
        .offline(one_of(random, [Offline::Wait, Offline::Wait, Offline::Fail]))
        .resends(one_of(random, [0, 1, 2]))
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

const PASSWORD: &str = "secret";

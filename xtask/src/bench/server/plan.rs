//! What is measured: the servers, the loads and the bars. A new one is a line here.

use std::fmt;
use std::time::Duration;

use crate::exec::Failure;

/// A server to measure.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::bench) struct Server {
    pub(in crate::bench) name: &'static str,
    pub(in crate::bench) role: Role,
    pub(in crate::bench) program: Program,
}

impl Server {
    /// What to do if this one can't be measured.
    pub(in crate::bench) fn way_out(&self) -> String {
        if self.role == Role::Reference {
            return "set REDIS_SERVER_BIN to another one".to_owned();
        }
        let others = SERVERS.iter().filter(|other| **other != self);
        let others: Vec<&str> = others.map(|other| other.name).collect();
        format!("to measure without it, type:\n  cargo xtask bench server {}", others.join(" "))
    }
}

/// What the bars say about a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::bench) enum Role {
    /// Everyone's ratio is to this one. There is one.
    Reference,
    /// What does as good as nothing: who is near to it can't be much better.
    Limit,
    /// `memory_kv` on an adapter: held against the reference and against its siblings.
    Adapter,
    /// A whole Redis: held against the reference, command by command.
    Embedded,
}

/// Where a server's program comes from, and with it how to start it.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::bench) enum Program {
    /// `REDIS_SERVER_BIN` or the one on `PATH`.
    RedisServer,
    /// What `cargo build --release` makes of these arguments, started with `--addr HOST:PORT`.
    Cargo(&'static [&'static str]),
    /// The same, started with redis-server's own arguments.
    CargoRedis(&'static [&'static str]),
}

/// redis-server, which also serves the clients that are measured.
pub(in crate::bench) const REFERENCE: &Server =
    &Server { name: "redis-server", role: Role::Reference, program: Program::RedisServer };

/// The reference comes first.
pub(super) const SERVERS: &[&Server] = &[
    REFERENCE,
    &Server {
        name: "limit",
        role: Role::Limit,
        program: Program::Cargo(&["-p", "testkit", "--example", "limit"]),
    },
    &Server {
        name: "adapter-tokio",
        role: Role::Adapter,
        program: Program::Cargo(&["-p", "adapter-tokio", "--example", "memory_kv"]),
    },
    &Server {
        name: "adapter-smol",
        role: Role::Adapter,
        program: Program::Cargo(&["-p", "adapter-smol", "--example", "memory_kv"]),
    },
    &Server {
        name: "adapter-glommio",
        role: Role::Adapter,
        program: Program::Cargo(&["-p", "adapter-glommio", "--example", "memory_kv"]),
    },
    &Server {
        name: "embedded-redis",
        role: Role::Embedded,
        program: Program::CargoRedis(&["-p", "embedded-redis"]),
    },
];

/// What `redis-benchmark` is told to do: values of 3 bytes, its default, and one key.
#[derive(Debug, PartialEq)]
pub(super) struct Load {
    /// As `-t` takes them. A server's CPU time is the mean of them.
    pub(super) commands: &'static [&'static str],
    pub(super) clients: u64,
    pub(super) pipeline: u64,
    /// Commands a test before the measurement: enough for a rate, well below a second.
    pub(super) warm_up: u64,
    /// What the bars say of it.
    pub(super) bar: Bar,
}

/// How much of the reference's CPU time a server may take.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Bar {
    /// It is not said; adapters are measured.
    None,
    /// Adapters are measured, and the best one may take so much.
    BestAdapter(f64),
    /// The embedded server is measured, and may take so much.
    Embedded(f64),
}

impl Load {
    /// Whether a server of that role is put under it.
    pub(super) fn is_for(&self, role: Role) -> bool {
        match role {
            Role::Reference | Role::Limit => true,
            Role::Adapter => !matches!(self.bar, Bar::Embedded(_)),
            Role::Embedded => matches!(self.bar, Bar::Embedded(_)),
        }
    }

    /// One command by itself, for a server that has them all.
    const fn single(command: &'static [&'static str], pipeline: u64) -> Self {
        let warm_up = pipeline * 4_000;
        Self { commands: command, clients: 50, pipeline, warm_up, bar: Bar::Embedded(0.6) }
    }

    /// How many tests `redis-benchmark` makes of it.
    pub(super) fn tests(&self) -> u32 {
        u32::try_from(self.commands.len()).unwrap_or(u32::MAX)
    }
}

impl fmt::Display for Load {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "-c {} -P {}", self.clients, self.pipeline)
    }
}

/// The fourth is redhub's own line, from its README.
pub(super) const LOADS: &[Load] = &[
    Load {
        commands: SET_GET,
        clients: 50,
        pipeline: 1,
        warm_up: 20_000,
        bar: Bar::BestAdapter(1.0),
    },
    Load {
        commands: SET_GET,
        clients: 50,
        pipeline: 16,
        warm_up: 160_000,
        bar: Bar::BestAdapter(0.6),
    },
    Load {
        commands: SET_GET,
        clients: 50,
        pipeline: 256,
        warm_up: 512_000,
        bar: Bar::BestAdapter(0.25),
    },
    Load { commands: SET_GET, clients: 512, pipeline: 1024, warm_up: 1_048_576, bar: Bar::None },
    Load::single(&["get"], 16),
    Load::single(&["get"], 256),
    Load::single(&["set"], 16),
    Load::single(&["set"], 256),
    Load::single(&["incr"], 16),
    Load::single(&["incr"], 256),
    Load::single(&["lpush"], 16),
    Load::single(&["lpush"], 256),
    Load::single(&["hset"], 16),
    Load::single(&["hset"], 256),
    Load::single(&["zadd"], 16),
    Load::single(&["zadd"], 256),
];

const SET_GET: &[&str] = &["set", "get"];

/// How much of the best adapter's CPU time any adapter may take, under the loads that have a bar.
pub(super) const EVERY_ADAPTER_AT_MOST: f64 = 1.3;

/// How long all of it takes.
#[derive(Debug)]
pub(super) struct Pace {
    pub(super) rounds: u32,
    /// One command's share of one run.
    pub(super) test: Duration,
}

impl fmt::Display for Pace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { rounds, test } = self;
        let median =
            if *rounds == 1 { "one run".into() } else { format!("the median of {rounds}") };
        write!(f, "{median}, {test:?} of each command")
    }
}

/// About seven minutes with all servers, and below nine on a busy machine.
pub(super) const THOROUGH: Pace = Pace { rounds: 3, test: Duration::from_millis(1500) };

/// About a minute, to see that everything works.
pub(super) const QUICK: Pace = Pace { rounds: 1, test: Duration::from_millis(500) };

/// The servers of these names and the reference, or all of them if none is named.
pub(super) fn chosen(names: &[String]) -> Result<Vec<&'static Server>, Failure> {
    let known: Vec<&str> = SERVERS.iter().map(|server| server.name).collect();
    if let Some(unknown) = names.iter().find(|name| !known.contains(&name.as_str())) {
        return Err(Failure::Usage(format!(
            "there is no server `{unknown}` to measure, but: {}",
            known.join(", ")
        )));
    }
    let wanted = |server: &&Server| {
        names.is_empty()
            || server.role == Role::Reference
            || names.iter().any(|name| name == server.name)
    };
    Ok(SERVERS.iter().copied().filter(wanted).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(asked: &[&str]) -> Vec<&'static str> {
        let asked: Vec<String> = asked.iter().map(|&name| name.to_owned()).collect();
        chosen(&asked).unwrap().into_iter().map(|server| server.name).collect()
    }

    #[test]
    fn the_reference_is_measured_in_any_case() {
        assert_eq!(names(&[]).len(), SERVERS.len());
        assert_eq!(names(&["adapter-smol"]), ["redis-server", "adapter-smol"]);
        assert_eq!(names(&["redis-server"]), ["redis-server"]);
    }

    #[test]
    fn an_unknown_server_is_named_next_to_what_exists() {
        let Err(Failure::Usage(text)) = chosen(&["redhub".to_owned()]) else { panic!("accepted") };
        assert!(text.contains("`redhub`") && text.contains("adapter-glommio"), "{text}");
    }

    #[test]
    fn the_way_out_is_to_measure_the_others() {
        let [reference, _, tokio, ..] = SERVERS else { panic!("three at least") };
        assert!(reference.way_out().contains("REDIS_SERVER_BIN"));
        let way_out = tokio.way_out();
        assert!(way_out.contains("adapter-smol") && !way_out.contains(tokio.name), "{way_out}");
    }

    #[test]
    fn there_is_one_reference_and_warm_ups_are_whole_pipelines() {
        let references = SERVERS.iter().filter(|server| server.role == Role::Reference);
        assert_eq!(references.count(), 1);
        for load in LOADS {
            assert_eq!(load.warm_up % load.pipeline, 0, "{load}");
        }
    }
}

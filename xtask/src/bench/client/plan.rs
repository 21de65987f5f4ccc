//! What is measured: the clients and the loads. A new one is a line here.

use std::fmt;
use std::time::Duration;

use crate::exec::Failure;

/// A client to measure.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Contender {
    /// As the bench's program knows it.
    pub(super) name: &'static str,
    pub(super) role: Role,
}

/// What the bars say about a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// Plain sockets, which nobody can do without.
    Limit,
    /// Somebody else's.
    Peer,
    /// This project's, on tokio as the peers.
    Ours,
    /// This project's, on a runtime that the peers are not on.
    OursElsewhere,
}

impl Role {
    pub(super) fn is_ours(self) -> bool {
        matches!(self, Self::Ours | Self::OursElsewhere)
    }
}

pub(super) const CONTENDERS: &[Contender] = &[
    Contender { name: "raw", role: Role::Limit },
    Contender { name: "redis-rs", role: Role::Peer },
    Contender { name: "fred", role: Role::Peer },
    Contender { name: "rustis", role: Role::Peer },
    Contender { name: "adapter-tokio", role: Role::Ours },
    Contender { name: "adapter-smol", role: Role::OursElsewhere },
    Contender { name: "adapter-glommio", role: Role::OursElsewhere },
];

/// What a client is to do.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Workload {
    pub(super) name: &'static str,
    pub(super) about: &'static str,
    /// As the bench's program reads it.
    pub(super) kind: &'static str,
    pub(super) tasks: u32,
    pub(super) connections: u32,
    pub(super) threads: Threads,
    /// How many times longer than others it is measured.
    pub(super) longer: u32,
}

/// Where a client's tasks run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Threads {
    /// On one thread, which has a core to itself.
    One,
    /// On one for each core, of which one is the server's too.
    EveryCore,
}

impl Workload {
    const fn get(name: &'static str, about: &'static str, tasks: u32, connections: u32) -> Self {
        Self { name, about, kind: "get:16", tasks, connections, threads: Threads::One, longer: 1 }
    }

    /// As `get-1000`, by a pool on every core.
    const fn pool(name: &'static str, about: &'static str, connections: u32) -> Self {
        let threads = Threads::EveryCore;
        Self { name, about, kind: "pooled", tasks: 1_000, connections, threads, longer: 1 }
    }

    /// Whether a client of that role is put under it: only tokio has runtimes of several threads,
    /// and with them our pool alone is measured.
    pub(super) fn is_for(&self, role: Role) -> bool {
        self.threads == Threads::One || role == Role::Ours
    }

    /// How many bytes a command reads or writes, where it is a GET or a SET.
    pub(super) fn payload(&self) -> Option<u32> {
        match self.kind.split_once(':')? {
            ("get" | "keep" | "set", bytes) => bytes.parse().ok(),
            _ => None,
        }
    }
}

/// Of pipelines the user's time has a bar of its own, and the system tells it from its own by
/// samples, 250 a second: so these take longer. The second half shows how cost goes with the number
/// of tasks and connections, and the end of it what more cores make of it.
pub(super) const WORKLOADS: &[Workload] = &[
    Workload::get("get-1", "GET of 16 bytes, one at a time", 1, 1),
    Workload::get("get-64", "GET of 16 bytes, 64 tasks over one connection", 64, 1),
    Workload::get("get-1000", "GET of 16 bytes, 1,000 tasks over one connection", 1_000, 1),
    Workload {
        name: "pipeline-100",
        about: "pipelines of 100 GETs of 16 bytes, one at a time (latencies are a pipeline's)",
        kind: "pipeline:100",
        tasks: 1,
        connections: 1,
        threads: Threads::One,
        longer: 4,
    },
    Workload {
        name: "get-1mb",
        about: "GET of 1 MiB, one at a time",
        kind: "get:1048576",
        tasks: 1,
        connections: 1,
        threads: Threads::One,
        longer: 1,
    },
    Workload {
        name: "keep-1mb",
        about: "GET of 1 MiB, one at a time, each kept until the next is there",
        kind: "keep:1048576",
        tasks: 1,
        connections: 1,
        threads: Threads::One,
        longer: 1,
    },
    Workload {
        name: "set-64kb",
        about: "SET of 64 KiB, one at a time",
        kind: "set:65536",
        tasks: 1,
        connections: 1,
        threads: Threads::One,
        longer: 1,
    },
    Workload {
        name: "lease-8",
        about: "64 tasks that lease one of 8 connections for each GET (redis-rs, rustis: by bb8; \
                fred leases none: its tasks share the 8 connections in turn)",
        kind: "lease",
        tasks: 64,
        connections: 8,
        threads: Threads::One,
        longer: 1,
    },
    Workload {
        name: "subscribe",
        about: "messages of 16 bytes from 16 channels to one subscriber (latencies: from \
                publication, one at a time)",
        kind: "subscribe",
        tasks: 1,
        connections: 1,
        threads: Threads::One,
        longer: 1,
    },
    Workload {
        name: "incr-64",
        about: "INCR, 64 tasks over one connection",
        kind: "incr",
        tasks: 64,
        connections: 1,
        threads: Threads::One,
        longer: 1,
    },
    Workload {
        name: "idle",
        about: "memory that comes with a client of one connection, which has sent one GET",
        kind: "idle",
        tasks: 1,
        connections: 1,
        threads: Threads::One,
        longer: 1,
    },
    Workload::get("tasks-10", "GET of 16 bytes, 10 tasks over one connection", 10, 1),
    Workload::get("tasks-100", "GET of 16 bytes, 100 tasks over one connection", 100, 1),
    Workload::get("tasks-10000", "GET of 16 bytes, 10,000 tasks over one connection", 10_000, 1),
    Workload::get("connections-10", "GET of 16 bytes, 10 connections, 10 tasks each", 100, 10),
    Workload::get("connections-100", "GET of 16 bytes, 100 connections, 10 tasks each", 1_000, 100),
    Workload::get(
        "connections-1000",
        "GET of 16 bytes, 1,000 connections, 10 tasks each",
        10_000,
        1_000,
    ),
    Workload::pool(
        "pool-1",
        "GET of 16 bytes, 1,000 tasks on all cores, a pool of 1 connection",
        1,
    ),
    Workload::pool("pool-2", "GET of 16 bytes, 1,000 tasks on all cores, a pool of 2", 2),
    Workload::pool("pool-4", "GET of 16 bytes, 1,000 tasks on all cores, a pool of 4", 4),
];

/// How long all of it takes.
#[derive(Debug)]
pub(super) struct Pace {
    pub(super) rounds: u32,
    /// Each measurement; warming up and latencies take about as much again.
    pub(super) time: Duration,
    /// Those of the load that is counted.
    pub(super) messages: u32,
}

impl fmt::Display for Pace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { rounds, time, messages } = self;
        let median =
            if *rounds == 1 { "one run".into() } else { format!("the median of {rounds} runs") };
        write!(f, "{median} of {time:?}, or {messages} messages")
    }
}

/// Below ten minutes with all clients and loads.
pub(super) const THOROUGH: Pace =
    Pace { rounds: 3, time: Duration::from_millis(400), messages: 1_000_000 };

/// Below two minutes, to see that everything works.
pub(super) const QUICK: Pace =
    Pace { rounds: 1, time: Duration::from_millis(150), messages: 100_000 };

/// What was asked for.
#[derive(Debug)]
pub(super) struct Chosen {
    pub(super) contenders: Vec<&'static Contender>,
    pub(super) workloads: Vec<&'static Workload>,
}

impl Chosen {
    /// Every load with each client that is put under it.
    pub(super) fn pairs(&self) -> Vec<(&'static Workload, &'static Contender)> {
        let under = |&workload: &&'static Workload| {
            let clients = self.contenders.iter().filter(|client| workload.is_for(client.role));
            clients.map(move |&client| (workload, client))
        };
        self.workloads.iter().flat_map(under).collect()
    }
}

/// Those clients and loads that are named; all clients if none is, and all loads likewise.
pub(super) fn chosen(names: &[String]) -> Result<Chosen, Failure> {
    let named = |name: &str| names.iter().any(|one| one == name);
    let mut contenders: Vec<_> = CONTENDERS.iter().filter(|one| named(one.name)).collect();
    let mut workloads: Vec<_> = WORKLOADS.iter().filter(|one| named(one.name)).collect();
    let known = |name: &str| {
        CONTENDERS.iter().any(|one| one.name == name)
            || WORKLOADS.iter().any(|one| one.name == name)
    };
    if let Some(unknown) = names.iter().find(|name| !known(name)) {
        let clients: Vec<&str> = CONTENDERS.iter().map(|one| one.name).collect();
        let loads: Vec<&str> = WORKLOADS.iter().map(|one| one.name).collect();
        return Err(Failure::Usage(format!(
            "there is neither a client nor a load `{unknown}`; clients: {}; loads: {}",
            clients.join(", "),
            loads.join(", ")
        )));
    }
    if contenders.is_empty() {
        contenders = CONTENDERS.iter().collect();
    }
    if workloads.is_empty() {
        workloads = WORKLOADS.iter().collect();
    }
    let chosen = Chosen { contenders, workloads };
    if chosen.pairs().is_empty() {
        return Err(Failure::Usage("none of these clients is put under these loads".to_owned()));
    }
    Ok(chosen)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(asked: &[&str]) -> (Vec<&'static str>, Vec<&'static str>) {
        let asked: Vec<String> = asked.iter().map(|&name| name.to_owned()).collect();
        let chosen = chosen(&asked).unwrap();
        let contenders = chosen.contenders.into_iter().map(|one| one.name).collect();
        (contenders, chosen.workloads.into_iter().map(|one| one.name).collect())
    }

    #[test]
    fn clients_and_loads_are_told_apart() {
        let (contenders, workloads) = names(&["get-64", "fred"]);
        assert_eq!((contenders, workloads), (vec!["fred"], vec!["get-64"]));
        let (contenders, workloads) = names(&["idle"]);
        assert_eq!((contenders.len(), workloads), (CONTENDERS.len(), vec!["idle"]));
        let (contenders, workloads) = names(&["rustis", "raw"]);
        assert_eq!((contenders, workloads.len()), (vec!["raw", "rustis"], WORKLOADS.len()));
    }

    #[test]
    fn an_unknown_name_stands_next_to_those_there_are() {
        let Err(Failure::Usage(text)) = chosen(&["rueidis".to_owned()]) else { panic!("accepted") };
        for named in ["`rueidis`", "adapter-smol", "get-1mb"] {
            assert!(text.contains(named), "{text}");
        }
    }

    #[test]
    fn gets_and_sets_have_a_payload() {
        let payload = |name: &str| WORKLOADS.iter().find(|one| one.name == name).unwrap().payload();
        assert_eq!((payload("keep-1mb"), payload("set-64kb")), (Some(1 << 20), Some(1 << 16)));
        assert_eq!((payload("pipeline-100"), payload("incr-64")), (None, None));
    }

    #[test]
    fn pools_on_every_core_are_measured_of_our_client_on_tokio_alone() {
        let under = |name: &str| {
            let workload = WORKLOADS.iter().find(|one| one.name == name).unwrap();
            let clients = CONTENDERS.iter().filter(|client| workload.is_for(client.role));
            clients.map(|client| client.name).collect::<Vec<_>>()
        };
        assert_eq!(under("pool-2"), ["adapter-tokio"]);
        assert_eq!(under("get-1000").len(), CONTENDERS.len());
        let nobody = chosen(&["pool-2".to_owned(), "fred".to_owned()]);
        assert!(matches!(nobody, Err(Failure::Usage(_))));
    }

    #[test]
    fn no_name_is_there_twice() {
        let mut names: Vec<&str> = WORKLOADS.iter().map(|one| one.name).collect();
        names.extend(CONTENDERS.iter().map(|one| one.name));
        let all = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), all);
    }
}

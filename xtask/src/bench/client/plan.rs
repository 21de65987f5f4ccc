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
    /// How many times longer than others it is measured.
    pub(super) longer: u32,
}

impl Workload {
    const fn get(name: &'static str, about: &'static str, tasks: u32, connections: u32) -> Self {
        Self { name, about, kind: "get:16", tasks, connections, longer: 1 }
    }
}

/// Of pipelines the user's time has a bar of its own, and the system tells it from its own by samples,
/// 250 a second: so these take longer. The second half shows how cost goes with the number of tasks and connections.
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
        longer: 4,
    },
    Workload {
        name: "get-1mb",
        about: "GET of 1 MiB, one at a time",
        kind: "get:1048576",
        tasks: 1,
        connections: 1,
        longer: 1,
    },
    Workload {
        name: "set-64kb",
        about: "SET of 64 KiB, one at a time",
        kind: "set:65536",
        tasks: 1,
        connections: 1,
        longer: 1,
    },
    Workload {
        name: "lease-8",
        about: "64 tasks that lease one of 8 connections for each GET (redis-rs, rustis: by bb8; \
                fred leases none: its tasks share the 8 connections in turn)",
        kind: "lease",
        tasks: 64,
        connections: 8,
        longer: 1,
    },
    Workload {
        name: "subscribe",
        about: "messages of 16 bytes from 16 channels to one subscriber (latencies: from \
                publication, one at a time)",
        kind: "subscribe",
        tasks: 1,
        connections: 1,
        longer: 1,
    },
    Workload {
        name: "incr-64",
        about: "INCR, 64 tasks over one connection",
        kind: "incr",
        tasks: 64,
        connections: 1,
        longer: 1,
    },
    Workload {
        name: "idle",
        about: "memory that comes with a client of one connection, which has sent one GET",
        kind: "idle",
        tasks: 1,
        connections: 1,
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
    Ok(Chosen { contenders, workloads })
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
    fn no_name_is_there_twice() {
        let mut names: Vec<&str> = WORKLOADS.iter().map(|one| one.name).collect();
        names.extend(CONTENDERS.iter().map(|one| one.name));
        let all = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), all);
    }
}

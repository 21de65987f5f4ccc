//! Running the cases.

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use redis_client_core::{Error, Facts};

use super::case::{Case, Expected};
use super::known::{COMMANDS, Known};
use super::live::{Described, Live, our_spec_text};
use super::report::Report;
use super::tree;
use crate::redis_server::RedisServer;

/// Compares the facts about all commands, and runs all cases against the server, in both protocols.
///
/// # Errors
///
/// When the server can't be reached; what goes wrong with a case is in the report.
pub fn run(server: &RedisServer, cases: &[Case]) -> io::Result<Report> {
    let mut report = Report::default();
    let servers = Servers::start(server)?;
    let mut described: BTreeMap<&str, Option<Described>> = BTreeMap::new();
    for known in COMMANDS.iter() {
        let Some(facts) = Facts::of(known.name) else {
            report.fail(known.name, "no facts are found by this name");
            continue;
        };
        let description = Live::connect(servers.of(known), 2)?.describe(facts)?;
        if let Some(description) = &description {
            compare_facts(facts, description, &mut report);
        }
        described.insert(facts.name, description);
    }
    for case in cases {
        let facts = case.request.facts();
        let description = described.get(facts.name).and_then(Option::as_ref);
        compare_arguments(case, description, &mut report);
        let server = COMMANDS.iter().find(|known| known.name == facts.name);
        let server = server.map_or(servers.alone, |known| servers.of(known));
        if description.is_some() {
            compare_keys(case, &mut Live::connect(server, 2)?, &mut report)?;
        }
        try_case(server, case, &mut report);
    }
    Ok(report)
}

/// The server that is asked, and those for commands that it does not know or refuses.
struct Servers<'a> {
    alone: &'a RedisServer,
    /// A node of a cluster, without other nodes.
    cluster: RedisServer,
    /// A Sentinel that looks after a primary nobody can reach.
    sentinel: RedisServer,
}

impl<'a> Servers<'a> {
    fn start(alone: &'a RedisServer) -> io::Result<Self> {
        let cluster = RedisServer::builder().config("cluster-enabled", "yes").start()?;
        let sentinel = RedisServer::builder()
            .sentinel()
            .config("sentinel", "monitor m 127.0.0.1 1 1")
            .config("sentinel", "down-after-milliseconds m 600000")
            .start()?;
        Ok(Self { alone, cluster, sentinel })
    }

    fn of(&self, known: &Known) -> &RedisServer {
        match known.group {
            "cluster" => &self.cluster,
            "sentinel" => &self.sentinel,
            _ => self.alone,
        }
    }
}

fn compare_facts(facts: &Facts, server: &Described, report: &mut Report) {
    let differs = |what: &str| DIFFERENCES.contains(&(facts.name, what));
    if i64::from(facts.arity) != server.arity && !differs("arity") {
        report.fail(facts.name, &format!("arity {}, says the server", server.arity));
    }
    let ours: BTreeSet<_> = facts.flags.names().map(str::to_owned).collect();
    for flag in ours.symmetric_difference(&server.flags) {
        if !NOT_REPORTED.contains(&flag.as_str()) && !differs(flag) {
            report.fail(facts.name, &format!("flag {flag} is not the same for the server"));
        }
    }
    let ours: BTreeSet<_> = facts.keys.iter().map(our_spec_text).collect();
    if ours != server.keys && !differs("keys") {
        report.fail(facts.name, &format!("keys {ours:?}; the server says {:?}", server.keys));
    }
}

fn compare_arguments(case: &Case, server: Option<&Described>, report: &mut Report) {
    let name = case.request.facts().name;
    let words = case.behind_the_name();
    let Some(known) = COMMANDS.iter().find(|known| known.name == name) else {
        return report.fail(name, "no such command in `commands/`");
    };
    match tree::fit(known.arguments, &words) {
        Some(used) => report.use_nodes(used),
        None => report.fail(name, &format!("`{}` does not fit `commands/`", case.text())),
    }
    let runs = !matches!(case.expected, Expected::NotRun(_));
    let foreign = |server: &&Described| runs && tree::fit(server.arguments, &words).is_none();
    if server.filter(foreign).is_some() && !DIFFERENCES.contains(&(name, "arguments")) {
        report.fail(name, &format!("`{}` does not fit the server's COMMAND DOCS", case.text()));
    }
}

fn compare_keys(case: &Case, live: &mut Live, report: &mut Report) -> io::Result<()> {
    let name = case.request.facts().name;
    let Some(keys) = live.keys(&case.request)? else { return Ok(()) };
    let ours: Vec<_> = case.request.keys().collect();
    if ours != keys {
        let shown = |keys: &[&[u8]]| -> Vec<String> {
            keys.iter().map(|key| key.escape_ascii().to_string()).collect()
        };
        let theirs: Vec<_> = keys.iter().map(Vec::as_slice).collect();
        let (ours, theirs) = (shown(&ours), shown(&theirs));
        report.fail(name, &format!("`{}`: keys {ours:?}, for the server {theirs:?}", case.text()));
    }
    Ok(())
}

fn try_case(server: &RedisServer, case: &Case, report: &mut Report) {
    let name = case.request.facts().name;
    if let Expected::NotRun(reason) = case.expected {
        return report.not_run(name, reason);
    }
    for protocol in [2, 3] {
        match try_in(server, case, protocol) {
            Ok(()) => {
                let answered = !matches!(case.expected, Expected::Error(_));
                report.ran(name, protocol, answered);
            }
            Err(problem) => {
                report.fail(name, &format!("`{}` in RESP{protocol}: {problem}", case.text()));
            }
        }
    }
}

fn try_in(server: &RedisServer, case: &Case, protocol: u8) -> Result<(), String> {
    let io = |error: io::Error| error.to_string();
    let mut live = Live::connect(server, protocol).map_err(io)?;
    if !case.request.facts().name.starts_with("SENTINEL ") {
        live.line("FLUSHALL").map_err(io)?;
    }
    for line in &case.given {
        live.line(line).map_err(io)?;
    }
    let frame = live.call(&case.request);
    // On a connection of its own: the case may have changed what this one understands.
    let mut behind = Live::connect(server, 2).map_err(io)?;
    for line in &case.cleanup {
        behind.line(line).map_err(io)?;
    }
    let frame = frame.map_err(io)?;
    let reply = (case.read)(case.request.facts(), frame.as_frame());
    match (&case.expected, reply) {
        (Expected::Error(begin), Err(Error::Server(error)))
            if error.text().starts_with(begin.as_bytes()) =>
        {
            Ok(())
        }
        (Expected::Error(begin), found) => Err(format!("{begin} expected, got {found:?}")),
        (Expected::Value(value), Ok(found)) if found != *value => {
            Err(format!("{value} expected, got {found}"))
        }
        (_, Ok(_)) => Ok(()),
        (_, Err(error)) => Err(format!("{error}; the reply is {frame:?}")),
    }
}

/// Flags that `COMMAND INFO` never has, or has without saying them in the command's own facts.
const NOT_REPORTED: [&str; 4] = ["movablekeys", "only_sentinel", "protected", "sentinel"];

/// Where the installed server, 7.0, says other than `commands/`, which follows newer ones.
const DIFFERENCES: &[(&str, &str)] = &[
    // Scripts may call them since 7.2: they don't block there.
    ("BLMOVE", "noscript"),
    ("BLPOP", "noscript"),
    ("BRPOP", "noscript"),
    ("BRPOPLPUSH", "noscript"),
    ("BZPOPMAX", "noscript"),
    ("BZPOPMIN", "noscript"),
    ("WAIT", "noscript"),
    ("WAIT", "blocking"),
    // Newer flags, or flags that were forgotten before.
    ("CLUSTER INFO", "loading"),
    ("CLUSTER MYID", "loading"),
    ("CLUSTER NODES", "loading"),
    ("CLUSTER SHARDS", "loading"),
    ("CLUSTER SLOTS", "loading"),
    ("CLUSTER SETSLOT", "may_replicate"),
    ("EVAL", "may_replicate"),
    ("EVALSHA", "may_replicate"),
    ("FCALL", "may_replicate"),
    ("PFCOUNT", "may_replicate"),
    ("PUBLISH", "may_replicate"),
    ("SPUBLISH", "may_replicate"),
    ("MULTI", "no_multi"),
    ("WATCH", "no_multi"),
    ("RANDOMKEY", "touches_arbitrary_keys"),
    ("SCAN", "touches_arbitrary_keys"),
    // New options, or a count of arguments that was wrong.
    ("ZRANK", "arity"),
    ("ZREVRANK", "arity"),
    ("COMMAND GETKEYS", "arity"),
    ("COMMAND GETKEYSANDFLAGS", "arity"),
    // Nothing is said of their arguments.
    ("COMMAND GETKEYS", "arguments"),
    ("COMMAND GETKEYSANDFLAGS", "arguments"),
    ("DEBUG", "arguments"),
    ("REPLCONF", "arguments"),
    // Its own say other than what it takes.
    ("SENTINEL CONFIG", "arity"),
    ("SENTINEL DEBUG", "arguments"),
    ("SENTINEL SIMULATE-FAILURE", "arguments"),
    // Ours also say how to find what theirs leave to code.
    ("MIGRATE", "keys"),
    ("SORT", "keys"),
    // An offset may begin with `#`, and is no integer then.
    ("BITFIELD", "arguments"),
    ("BITFIELD_RO", "arguments"),
    // It overwrites without a look at what was there.
    ("SINTERSTORE", "keys"),
];

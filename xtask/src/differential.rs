//! `cargo xtask differential`: the same random commands to Redis and to the server under test,
//! whose replies must be the same, byte for byte.
//!
//! ```text
//! cargo xtask differential --commands 5000000
//! cargo xtask differential --group streams --group lists --failures 5
//! cargo xtask differential --without 'CLIENT NO-EVICT' --without WAIT
//! cargo xtask differential --against 127.0.0.1:7000 --seed 42
//! ```
//!
//! The commands come in sessions. Each begins with `FLUSHALL` on new connections, in RESP2 or
//! RESP3, and is made of its seed alone; the first session has `--seed`, the next ones the numbers
//! after it. So a session that fails is played again by its number, which the report prints
//! together with the shortest script that still fails.
//!
//! A session takes most of its commands from one group and the others from all (or from those
//! named by `--group`). A group is a table of templates, in `groups/`; see [`grammar`] for how to
//! read it. What stands in for an argument is mostly an edge ([`pools`]); keys are few, so that
//! commands meet, and now and then of the wrong type; one command in some twenty is spoiled.
//!
//! What Redis doesn't promise may differ by a rule of the table [`rules::UNPROMISED`], differences
//! that are accepted stand in [`rules::EXPLAINED`]. The summary says how often each was needed. Any
//! other difference fails the run.
//!
//! Commands whose effect is random or depends on the time are followed, in the same unit, by
//! another that removes the effect: `SPOP set 2 ; DEL set`. Deadlines are years away or gone.

mod expand;
mod generate;
mod grammar;
mod judge;
mod minimize;
mod options;
mod play;
mod pools;
mod print;
mod random;
mod rules;
mod server;
mod session;
mod similar;
mod slots;
#[cfg(test)]
mod tests;
mod tree;
mod wire;

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use crate::cli;
use crate::exec::Failure;
use generate::Generator;
use grammar::Via;
use judge::Judge;
use options::Options;
use play::Answer;
use server::Servers;

/// One command, and the connection it takes.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Command {
    via: Via,
    args: Vec<Vec<u8>>,
}

/// Commands that are left out of a script together or not at all.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Unit {
    group: &'static str,
    commands: Vec<Command>,
}

/// What one session sends.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Script {
    resp3: bool,
    /// Whether the subscriber gets all events of keys.
    notified: bool,
    units: Vec<Unit>,
}

impl Script {
    fn commands(&self) -> impl Iterator<Item = &Command> {
        self.units.iter().flat_map(|unit| &unit.commands)
    }

    /// The same session with other commands.
    fn with(&self, units: &[Unit]) -> Self {
        Self { resp3: self.resp3, notified: self.notified, units: units.to_vec() }
    }
}

/// Compares until as many commands were sent as asked for.
pub(crate) fn run(args: &[String]) -> Result<(), Failure> {
    let options = Options::parse(args).map_err(|problem| cli::usage(&problem))?;
    let generator = Generator::new(&options.groups, &options.without).map_err(Failure::Usage)?;
    let mut servers = Servers::start(options.against)?;
    let mut totals = Totals::new();
    println!("differential: {} commands, seed {}", options.commands, options.seed);
    for seed in options.seed.. {
        if totals.commands() >= options.commands || totals.failed.len() >= options.failures {
            break;
        }
        let script = generator.session(seed);
        let found = play::play(&script, servers.addrs()?, &mut totals.judge, None);
        let found = found.map_err(|error| unreachable_server(seed, &error))?;
        totals.add(&script);
        if let Some(found) = found {
            totals.failed.push(seed);
            let text = report(&script, &found, &mut servers)?;
            println!("\nsession {seed} differs, again by\n  {}\n{text}", options.again(seed));
        }
        totals.progress(options.commands);
    }
    print!("{totals}");
    match totals.failed.len() {
        0 => Ok(()),
        failed => Err(Failure::new(format!("{failed} sessions differ: {:?}", totals.failed))),
    }
}

/// The shortest script that is still answered differently, with both answers.
fn report(script: &Script, found: &Answer, servers: &mut Servers) -> Result<String, Failure> {
    let addrs = servers.addrs()?;
    let mut judge = Judge::default();
    let upto = script.units.get(..=found.unit).unwrap_or(&script.units);
    let begun = Instant::now();
    let units = minimize::minimize(upto, MINIMIZING_TRIES, |units| {
        // A server that went away is found again where it was, or not at all.
        let addrs = servers.addrs().unwrap_or(addrs);
        begun.elapsed() < MINIMIZING_TIME
            && matches!(play::play(&script.with(units), addrs, &mut judge, None), Ok(Some(_)))
    });
    let minimal = script.with(&units);
    let mut answers = Vec::new();
    let again = play::play(&minimal, servers.addrs()?, &mut judge, Some(&mut answers));
    if matches!(again, Ok(Some(_))) {
        return Ok(print::script(&minimal, &answers));
    }
    let once = print::script(script, std::slice::from_ref(found));
    Ok(format!("{once}  (it did not happen again: is there something random in it?)\n"))
}

fn unreachable_server(seed: u64, error: &std::io::Error) -> Failure {
    Failure::new(format!("session {seed} can't begin: {error}; has a server gone away?"))
}

/// What was done, for the summary.
struct Totals {
    judge: Judge,
    groups: BTreeMap<&'static str, u64>,
    sessions: u64,
    failed: Vec<u64>,
    begun: Instant,
    told: Instant,
}

impl Totals {
    fn new() -> Self {
        let begun = Instant::now();
        Self {
            judge: Judge::default(),
            groups: BTreeMap::new(),
            sessions: 0,
            failed: Vec::new(),
            begun,
            told: begun,
        }
    }

    fn commands(&self) -> u64 {
        self.groups.values().sum()
    }

    fn add(&mut self, script: &Script) {
        self.sessions += 1;
        for unit in &script.units {
            *self.groups.entry(unit.group).or_default() += unit.commands.len() as u64;
        }
    }

    fn rate(&self) -> f64 {
        self.commands() as f64 / self.begun.elapsed().as_secs_f64()
    }

    fn progress(&mut self, wanted: u64) {
        if self.told.elapsed() >= PROGRESS_INTERVAL {
            self.told = Instant::now();
            println!("  {} of {wanted} commands, {:.0} a second", self.commands(), self.rate());
        }
    }
}

impl std::fmt::Display for Totals {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(f, "\ncommands by group")?;
        for (group, commands) in &self.groups {
            writeln!(f, "{commands:>12}  {group}")?;
        }
        writeln!(f, "may differ, since Redis doesn't promise it")?;
        for (why, times) in &self.judge.unpromised {
            writeln!(f, "{times:>12}  {why}")?;
        }
        writeln!(f, "explained differences")?;
        for (why, times) in &self.judge.explained {
            writeln!(f, "{times:>12}  {why}")?;
        }
        writeln!(f, "{:>12}  in all", self.judge.explained.values().sum::<u64>())?;
        writeln!(
            f,
            "{} commands in {} sessions, {:.1} s, {:.0} a second; sessions with unexplained \
             differences: {}",
            self.commands(),
            self.sessions,
            self.begun.elapsed().as_secs_f64(),
            self.rate(),
            self.failed.len()
        )
    }
}

/// Enough for a session of two thousand units, of which a handful is needed.
const MINIMIZING_TRIES: usize = 600;

/// How long a script is cut down at most; some fail by a reply that doesn't come.
const MINIMIZING_TIME: Duration = Duration::from_secs(60);

const PROGRESS_INTERVAL: Duration = Duration::from_secs(5);

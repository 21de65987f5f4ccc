//! What came of the cases, command by command.

use std::collections::{BTreeMap, BTreeSet};

use super::known::{COMMANDS, Known};
use super::tree::{self, Node};

/// What came of running cases.
#[derive(Debug, Default)]
pub struct Report {
    commands: BTreeMap<&'static str, Tried>,
    used: BTreeSet<*const Node>,
    failures: Vec<String>,
}

#[derive(Debug, Default)]
struct Tried {
    protocols: BTreeSet<u8>,
    /// With a reply that is no error.
    answered: bool,
    not_run: Option<&'static str>,
}

/// A line of the table of commands.
#[derive(Debug)]
pub struct Line {
    /// The command.
    pub command: &'static str,
    /// The function that makes it.
    pub builder: String,
    /// How it is tested.
    pub tested: String,
    /// Whether that is all there should be.
    pub complete: bool,
}

impl Report {
    pub(super) fn fail(&mut self, name: &str, problem: &str) {
        self.failures.push(format!("{name}: {problem}"));
    }

    /// `answered`: it is not an error that was expected.
    pub(super) fn ran(&mut self, name: &'static str, protocol: u8, answered: bool) {
        let tried = self.commands.entry(name).or_default();
        tried.protocols.insert(protocol);
        tried.answered |= answered;
    }

    pub(super) fn not_run(&mut self, name: &'static str, reason: &'static str) {
        self.commands.entry(name).or_default().not_run = Some(reason);
    }

    pub(super) fn use_nodes(&mut self, nodes: Vec<&'static Node>) {
        self.used.extend(nodes.into_iter().map(std::ptr::from_ref));
    }

    /// What went wrong, a line each; commands and options that no case has among them.
    pub fn failures(&self) -> Vec<String> {
        let forgotten = COMMANDS.iter().filter_map(|known| self.forgotten(known));
        self.failures.iter().cloned().chain(forgotten).collect()
    }

    fn forgotten(&self, known: &'static Known) -> Option<String> {
        if known.builder.is_none() {
            let missing = !is_container(known);
            return missing.then(|| format!("{}: there is no function for it", known.name));
        }
        if !self.commands.contains_key(known.name) {
            return Some(format!("{}: in no case", known.name));
        }
        let unused: Vec<_> = tree::all(known.arguments)
            .into_iter()
            .filter(|node| !self.used.contains(&std::ptr::from_ref(*node)))
            .map(|node| node.token.unwrap_or(node.name))
            .collect();
        let missing = !unused.is_empty();
        missing.then(|| format!("{}: in no case: {}", known.name, unused.join(", ")))
    }

    /// All commands, whether they are tested or not.
    pub fn lines(&self) -> Vec<Line> {
        COMMANDS.iter().map(|known| self.line(known)).collect()
    }

    fn line(&self, known: &'static Known) -> Line {
        let tested = match self.commands.get(known.name) {
            Some(tried) if tried.protocols.len() == 2 => {
                Ok(if tried.answered { "executed 2+3" } else { "error only 2+3" }.to_owned())
            }
            Some(Tried { not_run: Some(reason), .. }) => Ok(format!("wire only: {reason}")),
            Some(_) => Err("failed".to_owned()),
            None if known.builder.is_none() && is_container(known) => {
                Ok("by its subcommands".to_owned())
            }
            None => Err("not at all".to_owned()),
        };
        let builder =
            known.builder.as_ref().map_or_else(|| "-".to_owned(), |name| format!("cmd::{name}"));
        let complete = tested.is_ok();
        Line { command: known.name, builder, tested: tested.unwrap_or_else(|why| why), complete }
    }
}

fn is_container(known: &Known) -> bool {
    let below = |other: &str| other.strip_prefix(known.name).is_some_and(|s| s.starts_with(' '));
    COMMANDS.iter().any(|other| below(other.name))
}

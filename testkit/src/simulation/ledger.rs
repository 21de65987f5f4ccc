//! What the server has run.

use std::collections::BTreeMap;

use adapter_core::Time;
use bytes::Bytes;

use crate::pair::Ran;

/// What was run of the callers' commands, by their numbers.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    own: BTreeMap<usize, Vec<Entry>>,
    reads: BTreeMap<usize, Vec<Entry>>,
    /// Elements taken from queues, and by which commands.
    taken: BTreeMap<usize, Vec<usize>>,
    /// How many commands each connection has run.
    run: BTreeMap<usize, u64>,
}

/// A command run.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry {
    pub(super) at: Time,
    pub(super) connection: usize,
    /// How many were run before it on its connection.
    pub(super) place: u64,
    pub(super) database: u32,
}

impl Ledger {
    /// Notes a command; its number, if it is a caller's. What a `GET` reads is another command's.
    pub(super) fn note(&mut self, at: Time, connection: usize, ran: &Ran) -> Option<usize> {
        let command = numbered(&ran.arguments)?;
        let place = self.run.entry(connection).or_default();
        let entry = Entry { at, connection, place: *place, database: ran.database };
        *place += 1;
        let side = if ran.name == "GET" { &mut self.reads } else { &mut self.own };
        side.entry(command).or_default().push(entry);
        Some(command)
    }

    /// Notes that a command has taken an element from a queue.
    pub(super) fn take(&mut self, element: usize, taker: usize) {
        self.taken.entry(element).or_default().push(taker);
    }

    /// Who has taken an element.
    pub(super) fn takers(&self, element: usize) -> &[usize] {
        self.taken.get(&element).map_or(&[], Vec::as_slice)
    }

    /// Has a command seem to have been run a second later.
    pub(super) fn postpone(&mut self, command: usize) {
        for entry in self.own.get_mut(&command).into_iter().flatten() {
            entry.at = entry.at + std::time::Duration::from_secs(1);
        }
    }

    /// When a command was run.
    pub(super) fn own(&self, command: usize) -> &[Entry] {
        self.own.get(&command).map_or(&[], Vec::as_slice)
    }

    /// When what a command has stored was read.
    pub(super) fn reads(&self, command: usize) -> &[Entry] {
        self.reads.get(&command).map_or(&[], Vec::as_slice)
    }
}

/// The number of a command with these arguments, if it is a caller's.
pub(super) fn numbered(arguments: &[Bytes]) -> Option<usize> {
    arguments.iter().find_map(|argument| number(argument))
}

/// The number in `#12` and `#12:..`, which callers' commands have in one of their arguments.
pub(super) fn number(argument: &[u8]) -> Option<usize> {
    let text = argument.strip_prefix(b"#")?;
    let digits = text.split(|byte| *byte == b':').next()?;
    std::str::from_utf8(digits).ok()?.parse().ok()
}

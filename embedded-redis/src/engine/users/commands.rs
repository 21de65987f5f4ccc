//! Which commands a user may run.

mod describe;

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::LazyLock;

use crate::commands::catalogue::{self, CATEGORIES};

/// A set of commands and subcommands.
#[derive(Clone, Debug, Default)]
pub(super) struct CommandSet {
    bits: [u64; WORDS],
    /// All there are; none was taken away since that was said.
    all: bool,
    /// It was made of all by taking away, not of none by adding.
    subtractive: bool,
    /// First arguments with which commands may be run that otherwise may not.
    first_arguments: BTreeMap<usize, Vec<Box<[u8]>>>,
}

/// What there is to know of a command here. Its place in [`KNOWN`] is its bit.
pub(super) struct Known {
    pub(super) name: &'static str,
    /// A bit for each of [`CATEGORIES`].
    categories: u32,
    pub(super) is_subcommand: bool,
    /// It and its subcommands.
    family: Range<usize>,
}

impl Known {
    pub(super) fn is_container(&self) -> bool {
        self.family.len() > 1
    }
}

/// All of Redis 7.0's commands, in the order of their names: a container before its subcommands.
pub(super) static KNOWN: LazyLock<Vec<Known>> = LazyLock::new(|| {
    let names: Vec<_> = catalogue::all().map(|(name, _)| name).collect();
    let known = catalogue::all().enumerate().map(|(at, (name, categories))| {
        let is_own = |other: &&&str| {
            other.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('|'))
        };
        let family = names.iter().skip(at).take_while(is_own).count();
        let bit = |category: &&str| CATEGORIES.iter().position(|other| other == category);
        let bits = categories.iter().filter_map(bit).fold(0, |bits, bit| bits | 1 << bit);
        let is_subcommand = name.contains('|');
        Known { name, categories: bits, is_subcommand, family: at..at + family }
    });
    known.collect()
});

/// The command of that name in any case, `config|get` for a subcommand.
pub(super) fn find(name: &[u8]) -> Option<(usize, &'static Known)> {
    let at = catalogue::position(std::str::from_utf8(name).ok()?)?;
    KNOWN.get(at).map(|known| (at, known))
}

/// The bit of the category of that name in any case.
pub(super) fn category(name: &[u8]) -> Option<u32> {
    let is_it = |category: &&str| name.eq_ignore_ascii_case(category.as_bytes());
    CATEGORIES.iter().position(is_it).map(|bit| 1 << bit)
}

impl CommandSet {
    pub(super) fn all() -> Self {
        Self { bits: [u64::MAX; WORDS], all: true, subtractive: true, ..Self::default() }
    }

    pub(super) fn has_all(&self) -> bool {
        self.all
    }

    pub(super) fn contains(&self, command: usize) -> bool {
        self.bits.get(command / 64).is_some_and(|word| word & bit(command) != 0)
    }

    /// Whether it may be run with that first argument, though not with others.
    pub(super) fn allows_first(&self, command: usize, argument: Option<&[u8]>) -> bool {
        let arguments = self.first_arguments.get(&command);
        arguments
            .into_iter()
            .flatten()
            .any(|allowed| argument.is_some_and(|argument| argument.eq_ignore_ascii_case(allowed)))
    }

    /// Adds or takes away a command with its subcommands.
    pub(super) fn set(&mut self, command: usize, allow: bool) {
        self.first_arguments.remove(&command);
        let family = KNOWN.get(command).map_or(command..command, |known| known.family.clone());
        for member in family {
            let Some(word) = self.bits.get_mut(member / 64) else { continue };
            *word = if allow { *word | bit(member) } else { *word & !bit(member) };
        }
        self.all &= allow;
    }

    /// Adds or takes away all commands of a category.
    pub(super) fn set_category(&mut self, category: u32, allow: bool) {
        for (command, known) in KNOWN.iter().enumerate() {
            if known.categories & category != 0 {
                self.set(command, allow);
            }
        }
    }

    pub(super) fn allow_first(&mut self, command: usize, argument: &[u8]) {
        let arguments = self.first_arguments.entry(command).or_default();
        if !arguments.iter().any(|other| other.eq_ignore_ascii_case(argument)) {
            arguments.push(argument.into());
        }
    }
}

fn bit(command: usize) -> u64 {
    1 << (command % 64)
}

/// As many bits as there are commands, and some.
const WORDS: usize = 8;

//! A command that a user asks for, as the rules see it.

use std::cell::OnceCell;
use std::sync::LazyLock;

use redis_client_core::{KeyFlags, KeySpec};
use redis_server_core::{Entry, Flags};

use super::commands;
use crate::commands::catalogue;
use crate::engine::table::{Runs, TABLE};

/// A command with its arguments.
pub(super) struct Asked<'a> {
    pub(super) rules: &'static Ruled,
    /// The name first.
    arguments: Vec<&'a [u8]>,
    /// Found when a rule first asks for them.
    keys: OnceCell<Vec<(&'a [u8], KeyFlags)>>,
}

/// What of a command is subject to rules.
pub(super) struct Ruled {
    /// Its place among those [known](commands::KNOWN). One that is newer has that of its container.
    pub(super) command: Option<usize>,
    /// It is there for all, as those that one logs in by.
    pub(super) before_auth: bool,
    keys: &'static [KeySpec],
    pub(super) channels: Channels,
}

/// Which arguments are channels.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Channels {
    None,
    /// The first one.
    One,
    All,
    /// All, and they are patterns.
    Patterns,
}

/// By the place of the command in the table.
static RULED: LazyLock<Vec<Ruled>> = LazyLock::new(|| TABLE.iter().map(Ruled::new).collect());

static UNRULED: Ruled =
    Ruled { command: None, before_auth: false, keys: &[], channels: Channels::None };

impl Ruled {
    fn new(entry: &Entry<Runs>) -> Self {
        let name = entry.spec.name();
        let known = commands::find(name.as_bytes())
            .or_else(|| commands::find(entry.container_name()?.as_bytes()));
        Self {
            command: known.map(|(command, _)| command),
            before_auth: entry.spec.flags().contains(Flags::NO_AUTH),
            keys: catalogue::key_specs(name),
            channels: match name {
                "publish" | "spublish" => Channels::One,
                "subscribe" | "ssubscribe" => Channels::All,
                "psubscribe" => Channels::Patterns,
                _ => Channels::None,
            },
        }
    }
}

impl<'a> Asked<'a> {
    pub(super) fn new(entry: &Entry<Runs>, arguments: impl Iterator<Item = &'a [u8]>) -> Self {
        let rules = RULED.get(entry.index()).unwrap_or(&UNRULED);
        Self { rules, arguments: arguments.collect(), keys: OnceCell::new() }
    }

    pub(super) fn keys(&self) -> &[(&'a [u8], KeyFlags)] {
        self.keys.get_or_init(|| catalogue::keys_of(self.rules.keys, &self.arguments))
    }

    pub(super) fn channels(&self) -> impl Iterator<Item = &'a [u8]> {
        let most = match self.rules.channels {
            Channels::None => 0,
            Channels::One => 1,
            Channels::All | Channels::Patterns => usize::MAX,
        };
        self.arguments.iter().skip(1).take(most).copied()
    }

    /// The argument behind the name.
    pub(super) fn first_argument(&self) -> Option<&'a [u8]> {
        self.arguments.get(1).copied()
    }

    pub(super) fn argument(&self, at: usize) -> &'a [u8] {
        self.arguments.get(at).copied().unwrap_or_default()
    }
}

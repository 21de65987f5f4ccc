//! What may be done by the rules of a user, or by those within parentheses.

use redis_client_core::KeyFlags;
use redis_server_core::glob_matches;

use super::asked::{Asked, Channels};
use super::commands::CommandSet;

/// Commands with keys and channels that they may be run with.
#[derive(Clone, Debug, Default)]
pub(super) struct Selector {
    pub(super) commands: CommandSet,
    pub(super) all_keys: bool,
    pub(super) keys: Vec<KeyPattern>,
    pub(super) all_channels: bool,
    pub(super) channels: Vec<Box<[u8]>>,
}

/// Keys, and what may be done with them.
#[derive(Clone, Debug)]
pub(super) struct KeyPattern {
    pub(super) pattern: Box<[u8]>,
    pub(super) access: Access,
}

/// What is done with a key.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Access {
    pub(super) read: bool,
    pub(super) write: bool,
}

/// Why a command is not run; what counts more is greater.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Lack {
    Command,
    /// The key of that number among the command's keys.
    Key(usize),
    /// The argument that is a channel.
    Channel(usize),
}

impl Access {
    pub(super) const ALL: Self = Self { read: true, write: true };

    /// What a command does with a key by the flags of its specification.
    pub(super) fn of(flags: KeyFlags) -> Self {
        let writes = [KeyFlags::INSERT, KeyFlags::DELETE, KeyFlags::UPDATE];
        Self {
            read: flags.contains(KeyFlags::ACCESS),
            write: writes.into_iter().any(|flag| flags.contains(flag)),
        }
    }

    pub(super) fn or(self, other: Self) -> Self {
        Self { read: self.read || other.read, write: self.write || other.write }
    }

    fn covers(self, other: Self) -> bool {
        self.or(other) == self
    }
}

impl Selector {
    /// One that allows nothing, but all channels where the configuration says so.
    pub(super) fn new(all_channels: bool) -> Self {
        Self { all_channels, ..Self::default() }
    }

    pub(super) fn everything() -> Self {
        Self { commands: CommandSet::all(), all_keys: true, all_channels: true, ..Self::default() }
    }

    pub(super) fn allows_everything(&self) -> bool {
        self.commands.has_all() && self.all_keys && self.all_channels
    }

    /// Whether a command may be run.
    pub(super) fn check(&self, asked: &Asked<'_>) -> Result<(), Lack> {
        if !self.allows_command(asked) {
            return Err(Lack::Command);
        }
        if !self.all_keys {
            let mut keys = asked.keys().iter();
            let barred = keys.position(|(key, flags)| !self.allows_key(key, Access::of(*flags)));
            barred.map_or(Ok(()), |at| Err(Lack::Key(at)))?;
        }
        if !self.all_channels {
            let mut channels = asked.channels();
            let literal = asked.rules.channels == Channels::Patterns;
            let barred = channels.position(|it| !allows_channel(&self.channels, it, literal));
            barred.map_or(Ok(()), |at| Err(Lack::Channel(at + 1)))?;
        }
        Ok(())
    }

    fn allows_command(&self, asked: &Asked<'_>) -> bool {
        let rules = asked.rules;
        if self.commands.has_all() || rules.before_auth {
            return true;
        }
        rules.command.is_some_and(|command| {
            self.commands.contains(command)
                || self.commands.allows_first(command, asked.first_argument())
        })
    }

    pub(super) fn allows_key(&self, key: &[u8], access: Access) -> bool {
        let fits = |it: &KeyPattern| it.access.covers(access) && glob_matches(&it.pattern, key);
        self.all_keys || self.keys.iter().any(fits)
    }

    /// Whether it allows to read any key, whatever its name.
    pub(super) fn reads_all_keys(&self) -> bool {
        self.all_keys || self.keys.iter().any(|it| it.access.read && &*it.pattern == b"*")
    }
}

/// Whether there is a pattern that a channel matches. Who subscribes to a pattern has to name one of
/// them as it stands: `literal`.
pub(super) fn allows_channel<P: AsRef<[u8]>>(
    patterns: &[P],
    channel: &[u8],
    literal: bool,
) -> bool {
    patterns
        .iter()
        .map(AsRef::as_ref)
        .any(|pattern| if literal { pattern == channel } else { glob_matches(pattern, channel) })
}

//! What is known of a command.

use alloc::borrow::Cow;

use super::Flags;

/// What a server knows of a command besides how to run it, as `COMMAND INFO` says it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spec {
    name: Cow<'static, str>,
    arity: Arity,
    flags: Flags,
    keys: KeyPositions,
}

impl Spec {
    /// A command without flags and keys. The name of a subcommand is `container|subcommand`; a
    /// table keeps names in lower case.
    #[must_use]
    pub const fn new(name: &'static str, arity: Arity) -> Self {
        Self { name: Cow::Borrowed(name), arity, flags: Flags::NONE, keys: KeyPositions::NONE }
    }

    /// The same under another name, for a server whose commands may be renamed.
    #[must_use]
    pub fn with_name(self, name: impl Into<Cow<'static, str>>) -> Self {
        Self { name: name.into(), ..self }
    }

    /// With these flags in place of those that it has.
    #[must_use]
    pub const fn with_flags(mut self, flags: Flags) -> Self {
        self.flags = flags;
        self
    }

    /// With its keys in these positions.
    #[must_use]
    pub const fn with_keys(mut self, keys: KeyPositions) -> Self {
        self.keys = keys;
        self
    }

    /// The full name, in lower case once it is in a table: `get`, `config|get`.
    #[inline]
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How many arguments it takes.
    #[inline]
    #[must_use]
    pub const fn arity(&self) -> Arity {
        self.arity
    }

    /// What it is flagged as.
    #[inline]
    #[must_use]
    pub const fn flags(&self) -> Flags {
        self.flags
    }

    /// Where its keys are.
    #[inline]
    #[must_use]
    pub const fn keys(&self) -> KeyPositions {
        self.keys
    }

    pub(super) fn lower_case(&mut self) {
        if self.name.bytes().any(|byte| byte.is_ascii_uppercase()) {
            self.name = self.name.to_ascii_lowercase().into();
        }
    }
}

/// How many arguments a command takes, its name included, and of a subcommand both names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Arity {
    /// So many.
    Exactly(u32),
    /// So many or more.
    AtLeast(u32),
}

impl Arity {
    /// Whether a request of so many arguments has as many as it should.
    #[inline]
    #[must_use]
    pub const fn allows(self, arguments: usize) -> bool {
        match self {
            Self::Exactly(count) => arguments == count as usize,
            Self::AtLeast(count) => arguments >= count as usize,
        }
    }

    /// As `COMMAND INFO` says it: negative where it is the least number.
    #[must_use]
    pub fn to_integer(self) -> i64 {
        match self {
            Self::Exactly(count) => i64::from(count),
            Self::AtLeast(count) => -i64::from(count),
        }
    }
}

/// As Redis writes it in its tables: `2` is exactly two, `-2` two or more.
impl From<i32> for Arity {
    fn from(arity: i32) -> Self {
        let count = arity.unsigned_abs();
        if arity > 0 { Self::Exactly(count) } else { Self::AtLeast(count) }
    }
}

/// Where in a request the keys are; 0 is the command name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct KeyPositions {
    /// The first key, or 0 if there are none in places that are always the same.
    pub first: usize,
    /// The last key. Negative ones count from the end, where -1 is the last argument.
    pub last: isize,
    /// From one key to the next: 2 for `MSET`.
    pub step: usize,
}

impl KeyPositions {
    /// No keys.
    pub const NONE: Self = Self { first: 0, last: 0, step: 0 };
    /// One key behind the name: `GET`.
    pub const ONE: Self = Self { first: 1, last: 1, step: 1 };
    /// Nothing but keys: `DEL`.
    pub const ALL: Self = Self { first: 1, last: -1, step: 1 };

    /// Where the keys of a request of so many arguments are.
    pub fn indices(self, arguments: usize) -> impl Iterator<Item = usize> {
        let end = match usize::try_from(self.last) {
            Ok(last) => arguments.min(last.saturating_add(1)),
            Err(_) => (arguments + 1).saturating_sub(self.last.unsigned_abs()),
        };
        let first = if self.first == 0 { end } else { self.first };
        (first..end).step_by(self.step.max(1))
    }
}

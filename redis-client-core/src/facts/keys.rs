//! Where the keys are among the arguments, as
//! [key specifications](https://redis.io/docs/latest/develop/reference/key-specs/) say it.

use core::fmt;

/// Where some of a command's keys are. Arguments are counted from the name, which is 0; the name
/// of a subcommand is 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeySpec {
    /// Where to begin.
    pub begin: Begin,
    /// How to go on from there.
    pub find: Find,
    /// What is done with them.
    pub flags: KeyFlags,
}

/// Where keys begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Begin {
    /// At this argument.
    Index(u16),
    /// Behind a word.
    Keyword {
        /// The word, in any case.
        word: &'static str,
        /// Where to begin looking for it. Where negative, so many from the end, and backwards.
        from: i16,
    },
    /// They can't be found without knowing the command.
    Unknown,
}

/// Which arguments are keys, from where they begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Find {
    /// Each `step`-th.
    Range {
        /// The last one, counted from where they begin; where negative, from the end.
        last: i16,
        /// From one key to the next.
        step: u16,
        /// Only the first half of what is left where 2, the first third where 3, and so on.
        limit: u16,
    },
    /// So many as an argument says.
    Count {
        /// That argument, counted from where they begin.
        at: u16,
        /// The first key, counted from there too.
        first: u16,
        /// From one key to the next.
        step: u16,
    },
    /// They can't be found without knowing the command.
    Unknown,
}

/// What a command does with keys.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct KeyFlags(u16);

impl KeyFlags {
    /// Reads the value.
    pub const RO: Self = Self(1);
    /// Reads and writes it.
    pub const RW: Self = Self(1 << 1);
    /// Overwrites it.
    pub const OW: Self = Self(1 << 2);
    /// Removes it.
    pub const RM: Self = Self(1 << 3);
    /// Gives away what the value is.
    pub const ACCESS: Self = Self(1 << 4);
    /// Changes the value.
    pub const UPDATE: Self = Self(1 << 5);
    /// Adds to the value.
    pub const INSERT: Self = Self(1 << 6);
    /// Takes from the value, or the whole of it.
    pub const DELETE: Self = Self(1 << 7);
    /// No key, though it is routed like one.
    pub const NOT_KEY: Self = Self(1 << 8);
    /// There may be more keys than can be found.
    pub const INCOMPLETE: Self = Self(1 << 9);
    /// What is done depends on the other arguments.
    pub const VARIABLE_FLAGS: Self = Self(1 << 10);

    /// All of these.
    pub const fn all<const N: usize>(flags: [Self; N]) -> Self {
        let mut bits = 0;
        let mut rest = flags.as_slice();
        while let [first, others @ ..] = rest {
            bits |= first.0;
            rest = others;
        }
        Self(bits)
    }

    /// Whether all of `flags` are among these.
    pub const fn contains(self, flags: Self) -> bool {
        self.0 & flags.0 == flags.0
    }

    /// The names, as `COMMAND INFO` writes them, but in lower case.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        NAMES.into_iter().filter(move |(flag, _)| self.contains(*flag)).map(|(_, name)| name)
    }
}

impl fmt::Debug for KeyFlags {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.names()).finish()
    }
}

impl KeySpec {
    /// The keys among the arguments, of which the first is the name.
    pub fn find<'a>(&self, arguments: &[&'a [u8]]) -> impl Iterator<Item = &'a [u8]> {
        let places = self.places(arguments).unwrap_or(Places { first: 0, count: 0, step: 1 });
        let behind = arguments.get(places.first..).unwrap_or_default();
        let keys = behind.iter().step_by(places.step.max(1)).take(places.count).copied();
        // One that may be left empty because the keys are elsewhere: MIGRATE.
        let optional = self.flags.contains(KeyFlags::INCOMPLETE);
        keys.filter(move |key| !optional || !key.is_empty())
    }

    fn places(&self, arguments: &[&[u8]]) -> Option<Places> {
        let begin = self.begin.place(arguments)?;
        let left = arguments.len().checked_sub(begin)?;
        match self.find {
            Find::Range { last, step, limit } => {
                let step = usize::from(step).max(1);
                let span = match usize::try_from(last) {
                    Ok(last) => last + 1,
                    Err(_) if last == -1 && limit > 1 => left / usize::from(limit),
                    Err(_) => (left + 1).saturating_sub(usize::from(last.unsigned_abs())),
                };
                Some(Places { first: begin, count: span.div_ceil(step), step })
            }
            Find::Count { at, first, step } => {
                let count = arguments.get(begin + usize::from(at))?;
                let count = core::str::from_utf8(count).ok()?.parse().ok()?;
                Some(Places { first: begin + usize::from(first), count, step: step.into() })
            }
            Find::Unknown => None,
        }
    }
}

struct Places {
    first: usize,
    count: usize,
    step: usize,
}

impl Begin {
    fn place(self, arguments: &[&[u8]]) -> Option<usize> {
        match self {
            Self::Index(index) => Some(index.into()),
            Self::Keyword { word, from } => {
                let is_word = |argument: &&[u8]| argument.eq_ignore_ascii_case(word.as_bytes());
                if let Ok(from) = usize::try_from(from) {
                    let found = arguments.get(from..)?.iter().position(is_word)?;
                    return Some(from + found + 1);
                }
                let end = (arguments.len() + 1).checked_sub(from.unsigned_abs().into())?;
                let found = arguments.get(1..end)?.iter().rposition(is_word)?;
                Some(found + 2)
            }
            Self::Unknown => None,
        }
    }
}

const NAMES: [(KeyFlags, &str); 11] = [
    (KeyFlags::RO, "ro"),
    (KeyFlags::RW, "rw"),
    (KeyFlags::OW, "ow"),
    (KeyFlags::RM, "rm"),
    (KeyFlags::ACCESS, "access"),
    (KeyFlags::UPDATE, "update"),
    (KeyFlags::INSERT, "insert"),
    (KeyFlags::DELETE, "delete"),
    (KeyFlags::NOT_KEY, "not_key"),
    (KeyFlags::INCOMPLETE, "incomplete"),
    (KeyFlags::VARIABLE_FLAGS, "variable_flags"),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(begin: Begin, find: Find, words: &str) -> alloc::vec::Vec<&[u8]> {
        let words: alloc::vec::Vec<&[u8]> = words.split(' ').map(str::as_bytes).collect();
        KeySpec { begin, find, flags: KeyFlags::RW }.find(&words).collect()
    }

    #[test]
    fn ranges_counts_and_keywords() {
        let range = |last, step, limit| Find::Range { last, step, limit };
        let first = Begin::Index(1);
        assert_eq!(keys(first, range(0, 1, 0), "GET k"), [b"k"]);
        assert_eq!(keys(first, range(-1, 1, 0), "DEL a b c"), [b"a", b"b", b"c"]);
        assert_eq!(keys(first, range(-1, 2, 0), "MSET a 1 b 2"), [b"a", b"b"]);
        assert_eq!(keys(first, range(-2, 1, 0), "BLPOP a b 0"), [b"a", b"b"]);
        let streams = Begin::Keyword { word: "STREAMS", from: 1 };
        assert_eq!(keys(streams, range(-1, 1, 2), "XREAD COUNT 1 streams a b 0 0"), [b"a", b"b"]);
        let backwards = Begin::Keyword { word: "KEYS", from: -2 };
        assert_eq!(keys(backwards, range(-1, 1, 0), "M h 1  0 9 KEYS a b"), [b"a", b"b"]);
        let count = Find::Count { at: 0, first: 1, step: 1 };
        assert_eq!(keys(Begin::Index(2), count, "EVAL s 2 a b c"), [b"a", b"b"]);
    }

    #[test]
    fn what_is_missing_is_no_key() {
        let range = Find::Range { last: -2, step: 1, limit: 0 };
        assert!(keys(Begin::Index(1), range, "BLPOP").is_empty());
        assert!(keys(Begin::Index(9), range, "BLPOP a").is_empty());
        let count = Find::Count { at: 0, first: 1, step: 1 };
        assert_eq!(keys(Begin::Index(1), count, "X 9 a"), [b"a"]);
        assert!(keys(Begin::Index(1), count, "X many a").is_empty());
        let word = Begin::Keyword { word: "KEYS", from: -2 };
        assert!(keys(word, range, "X").is_empty());
    }
}

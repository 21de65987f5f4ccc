//! The command table: which commands there are, and who runs them.

mod flags;
mod fold;
mod refused;
mod spec;

use alloc::vec::Vec;
use core::fmt;

use resp_core::request::Request;

pub use self::flags::Flags;
use self::fold::hash;
pub use self::refused::Refused;
pub use self::spec::{Arity, KeyPositions, Spec};

/// The commands of a server, each with `H`, which is whatever runs it.
///
/// [`lookup`](Self::lookup) finds what a request asks for and checks how many arguments it has, or
/// says what Redis says of it:
///
/// ```
/// use redis_server_core::resp_core::request::{Dialect, RequestLimits, RequestParser};
/// use redis_server_core::{Arity, Flags, KeyPositions, Spec, Table};
///
/// let mut table: Table<fn() -> &'static str> = Table::new();
/// let get = Spec::new("get", Arity::Exactly(2))
///     .with_flags(Flags::READONLY | Flags::FAST)
///     .with_keys(KeyPositions::ONE);
/// table.insert(get, || "a value");
/// // A container, and a command in it. Their arguments are counted from the container's name.
/// table.insert(Spec::new("config", Arity::from(-2)), || "never called by itself");
/// table.insert(Spec::new("config|get", Arity::from(-3)), || "settings");
///
/// let mut answer = |line: &[u8]| {
///     let mut parser = RequestParser::new(Dialect::Resp, RequestLimits::default());
///     let request = parser.parse(line).unwrap().request.unwrap();
///     match table.lookup(request) {
///         Ok(entry) => format!("{}: {}", entry.spec.name(), (entry.handler)()),
///         Err(refused) => refused.to_string(),
///     }
/// };
/// assert_eq!(answer(b"GET k\r\n"), "get: a value");
/// assert_eq!(answer(b"Config Get maxmemory\r\n"), "config|get: settings");
/// assert_eq!(answer(b"get\r\n"), "ERR wrong number of arguments for 'get' command");
/// assert_eq!(answer(b"CONFIG NIL\r\n"), "ERR unknown subcommand 'NIL'. Try CONFIG HELP.");
/// ```
///
/// Names are ASCII and of any case. They are the application's own, so that the hash need not
/// withstand names that were chosen to collide.
pub struct Table<H> {
    entries: Vec<Entry<H>>,
    /// A power of two of them, at most half of which are taken, so that a search ends.
    slots: Vec<Slot>,
    /// No name or part of a name is longer.
    longest: usize,
}

/// A command in a [`Table`].
#[derive(Clone, Debug)]
pub struct Entry<H> {
    /// What is known of the command.
    pub spec: Spec,
    /// What runs it.
    pub handler: H,
    /// It has subcommands: the second argument says which.
    container: bool,
    /// Where the name of a subcommand begins behind that of its container; else 0.
    subcommand_at: usize,
    /// How many were added before it.
    index: usize,
}

impl<H> Table<H> {
    /// No commands.
    #[must_use]
    pub const fn new() -> Self {
        Self { entries: Vec::new(), slots: Vec::new(), longest: 0 }
    }

    /// Adds a command, or replaces the one of that name and returns it.
    ///
    /// `config|get` is the subcommand `GET` of `CONFIG`. It is found once `config` is there too,
    /// whichever comes first; the handler of `config` runs only if its arity allows `CONFIG` alone.
    pub fn insert(&mut self, mut spec: Spec, handler: H) -> Option<Entry<H>> {
        spec.lower_case();
        let same = self.entries.iter().position(|entry| entry.spec.name() == spec.name());
        let subcommand_at = spec.name().find('|').map_or(0, |bar| bar + 1);
        let index = self.entries.len();
        let mut entry = Entry { spec, handler, container: false, subcommand_at, index };
        if let Some(place) = same.and_then(|index| self.entries.get_mut(index)) {
            entry.container = place.container;
            entry.index = place.index;
            return Some(core::mem::replace(place, entry));
        }
        if let Some(container) = entry.container_name() {
            let mut entries = self.entries.iter_mut();
            if let Some(found) = entries.find(|other| other.spec.name() == container) {
                found.container = true;
            }
        } else {
            let name = Some(entry.spec.name());
            entry.container = self.entries.iter().any(|other| other.container_name() == name);
        }
        self.longest = self.longest.max(entry.spec.name().len());
        self.entries.push(entry);
        if self.entries.len() * 2 > self.slots.len() {
            self.rehash(self.entries.len() * 2);
        } else if let Some(last) = self.entries.last() {
            place(&mut self.slots, last.hash(), self.entries.len());
        }
        None
    }

    /// Finds the command that a request asks for, and checks the number of its arguments.
    ///
    /// # Errors
    ///
    /// When there is no such command or subcommand, or it takes another number of arguments:
    /// [`Refused`] has the text of Redis.
    #[inline]
    pub fn lookup<'t: 'a, 'a>(&'t self, request: Request<'a>) -> Result<&'t Entry<H>, Refused<'a>> {
        let Some(mut entry) = self.find(request.name()) else {
            return Err(Refused::UnknownCommand(request));
        };
        if entry.container
            && let Some(subcommand) = request.arg(1)
        {
            let container = entry.spec.name();
            entry = self
                .find_subcommand(container, subcommand)
                .ok_or(Refused::UnknownSubcommand { container, subcommand })?;
        }
        if entry.spec.arity().allows(request.len()) {
            Ok(entry)
        } else {
            Err(Refused::WrongArity { command: entry.spec.name() })
        }
    }

    /// The command of a full name in any case, `config|get` for a subcommand, as `COMMAND INFO` is
    /// asked for it.
    #[must_use]
    pub fn get(&self, name: &[u8]) -> Option<&Entry<H>> {
        let Some(bar) = name.iter().position(|byte| *byte == b'|') else {
            return self.find(name);
        };
        let (container, subcommand) = name.split_at_checked(bar)?;
        let container = self.find(container)?;
        self.find_subcommand(container.spec.name(), subcommand.get(1..)?)
    }

    /// All commands and subcommands in the order in which they were added.
    pub fn iter(&self) -> core::slice::Iter<'_, Entry<H>> {
        self.entries.iter()
    }

    /// The commands that are no subcommands, as `COMMAND` lists and `COMMAND COUNT` counts them.
    pub fn commands(&self) -> impl Iterator<Item = &Entry<H>> {
        self.iter().filter(|entry| entry.subcommand_at == 0)
    }

    /// The subcommands of a container by its name in lower case.
    pub fn subcommands<'a>(&'a self, container: &'a str) -> impl Iterator<Item = &'a Entry<H>> {
        self.iter().filter(move |entry| entry.container_name() == Some(container))
    }

    /// How many commands and subcommands there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    #[inline]
    fn find(&self, name: &[u8]) -> Option<&Entry<H>> {
        self.search(hash(0, name), name.len(), |entry| {
            entry.subcommand_at == 0 && fold::is(name, entry.spec.name().as_bytes())
        })
    }

    fn find_subcommand(&self, container: &str, name: &[u8]) -> Option<&Entry<H>> {
        let seed = hash(0, container.as_bytes());
        self.search(hash(seed, name), name.len(), |entry| {
            let parts = entry.parts();
            parts.is_some_and(|(first, second)| {
                fold::is(name, second.as_bytes()) && first == container
            })
        })
    }

    /// Looks where an entry of that hash is, if anywhere.
    #[inline]
    fn search(
        &self,
        hash: u32,
        length: usize,
        is_it: impl Fn(&Entry<H>) -> bool,
    ) -> Option<&Entry<H>> {
        // The name may be half a gigabyte long.
        if length > self.longest {
            return None;
        }
        let mask = self.slots.len().wrapping_sub(1);
        let mut at = hash as usize & mask;
        loop {
            let slot = self.slots.get(at)?;
            let index = slot.entry.checked_sub(1)?;
            if slot.hash == hash {
                let entry = self.entries.get(index as usize)?;
                if is_it(entry) {
                    return Some(entry);
                }
            }
            at = (at + 1) & mask;
        }
    }

    fn rehash(&mut self, slots: usize) {
        self.slots.clear();
        self.slots.resize(slots.next_power_of_two().max(FEWEST_SLOTS), Slot::default());
        for (index, entry) in self.entries.iter().enumerate() {
            place(&mut self.slots, entry.hash(), index + 1);
        }
    }
}

impl<H> Default for Table<H> {
    fn default() -> Self {
        Self::new()
    }
}

impl<'a, H> IntoIterator for &'a Table<H> {
    type Item = &'a Entry<H>;
    type IntoIter = core::slice::Iter<'a, Entry<H>>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<H> fmt::Debug for Table<H> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Table").field("len", &self.len()).finish_non_exhaustive()
    }
}

impl<H> Entry<H> {
    /// Whether the second argument says which of its subcommands to run.
    #[inline]
    #[must_use]
    pub fn is_container(&self) -> bool {
        self.container
    }

    /// Its place among the table's commands and subcommands, from 0 on: for what is counted of each.
    #[inline]
    #[must_use]
    pub fn index(&self) -> usize {
        self.index
    }

    /// The name of the container that it is a subcommand of.
    #[must_use]
    pub fn container_name(&self) -> Option<&str> {
        self.parts().map(|(container, _)| container)
    }

    /// The names of the container and of the subcommand, if it is one.
    #[inline]
    fn parts(&self) -> Option<(&str, &str)> {
        let (container, subcommand) = self.spec.name().split_at_checked(self.subcommand_at)?;
        Some((container.strip_suffix('|')?, subcommand))
    }

    fn hash(&self) -> u32 {
        match self.parts() {
            None => hash(0, self.spec.name().as_bytes()),
            Some((container, name)) => hash(hash(0, container.as_bytes()), name.as_bytes()),
        }
    }
}

/// Where an entry is.
#[derive(Clone, Copy, Default)]
struct Slot {
    hash: u32,
    /// Its index and 1, or 0 where there is none.
    entry: u32,
}

/// Takes the first free slot from where the hash points.
fn place(slots: &mut [Slot], hash: u32, entry: usize) {
    let (before, from) = slots.split_at_mut(hash as usize & slots.len().wrapping_sub(1));
    let mut all = from.iter_mut().chain(before);
    if let Some(free) = all.find(|slot| slot.entry == 0) {
        *free = Slot { hash, entry: u32::try_from(entry).unwrap_or(0) };
    }
}

/// Any power of two.
const FEWEST_SLOTS: usize = 16;

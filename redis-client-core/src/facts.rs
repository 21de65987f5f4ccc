//! What is known about commands, apart from their arguments.

mod flags;
mod keys;
pub(crate) mod table;

pub use flags::Flags;
pub use keys::{Begin, Find, KeyFlags, KeySpec};
use table::TABLE;

/// The facts about a command that decide how it is routed, retried and timed.
///
/// They follow `COMMAND INFO` and `COMMAND DOCS` of redis-server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Facts {
    /// The name in upper case, with the subcommand: `CLIENT SETNAME`.
    pub name: &'static str,
    /// The name's words as bulk strings; empty where nothing is known.
    pub(crate) encoded: &'static [u8],
    /// How many words the name has.
    pub(crate) words: u8,
    /// How many arguments there are, the name included. Where negative, at least so many.
    pub arity: i8,
    /// As `COMMAND INFO` says it.
    pub flags: Flags,
    /// Where its keys are.
    pub keys: &'static [KeySpec],
    /// What it does to the connection that others may be using.
    pub effect: Effect,
    /// Whether it may be sent twice though it isn't flagged as one that only reads.
    pub(crate) harmless: bool,
    /// Whether it has subcommands.
    pub(crate) container: bool,
    /// Where to send it in a cluster.
    pub request_policy: RequestPolicy,
    /// What to make of several replies to it.
    pub response_policy: ResponsePolicy,
}

/// Where to send a command in a cluster, where its keys don't say so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RequestPolicy {
    /// To the node of its keys' slot; without keys to any.
    Default,
    /// To all nodes, masters and replicas.
    AllNodes,
    /// To all masters.
    AllShards,
    /// In parts, each to the node of some of its keys.
    MultiShard,
    /// By rules of its own.
    Special,
}

/// What to make of the replies to a command that was sent to several nodes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ResponsePolicy {
    /// Put them together, as the keys were.
    Default,
    /// The first that is no error.
    OneSucceeded,
    /// Any, if none is an error.
    AllSucceeded,
    /// True if all are.
    AggLogicalAnd,
    /// True if one is.
    AggLogicalOr,
    /// The least.
    AggMin,
    /// The greatest.
    AggMax,
    /// Their sum.
    AggSum,
    /// By rules of its own.
    Special,
}

/// What a command does to its connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Effect {
    /// Nothing: one request, one reply.
    None,
    /// It may keep the connection waiting, and everybody behind it, for as long as an argument
    /// says.
    Blocks(BlockTime),
    /// It changes what later commands on this connection mean, or what comes back for them:
    /// `SELECT`, `MULTI`, `WATCH`, `RESET` and the like.
    ChangesState,
    /// It is answered by a confirmation for each of its arguments.
    Subscribes(Subscription),
    /// It takes subscriptions back; without arguments, all of the kind.
    Unsubscribes(Subscription),
    /// It ends the order of one request and one reply: `MONITOR`, `CLIENT REPLY`, `SYNC`, `REPLCONF`
    /// (`REPLCONF ACK` gets no reply).
    EndsReplies,
}

/// Where a blocking command says how long it may wait; 0 is for ever.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum BlockTime {
    /// In its first argument, in seconds.
    FirstSeconds,
    /// In its last argument, in seconds.
    LastSeconds,
    /// In its last argument, in milliseconds.
    LastMillis,
    /// Behind the word `BLOCK`, in milliseconds; without the word it does not block.
    OptionMillis,
}

/// The three kinds of subscription.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subscription {
    /// `SUBSCRIBE`
    Channel,
    /// `PSUBSCRIBE`
    Pattern,
    /// `SSUBSCRIBE`
    Shard,
}

impl Facts {
    /// A command of which nothing is known but that it has a name: taken for one that writes.
    pub const UNKNOWN: Self = Self {
        name: "an unknown command",
        encoded: b"",
        words: 0,
        arity: -1,
        flags: Flags::all([]),
        keys: &[],
        effect: Effect::None,
        harmless: false,
        container: false,
        request_policy: RequestPolicy::Default,
        response_policy: ResponsePolicy::Default,
    };

    /// The facts about a command, by its name in any case: `get`, `CLIENT SETNAME`.
    ///
    /// ```
    /// use redis_client_core::Facts;
    ///
    /// let facts = Facts::of("object encoding").unwrap();
    /// assert!(facts.is_readonly());
    /// assert_eq!((facts.name, facts.arity), ("OBJECT ENCODING", 3));
    /// ```
    pub fn of(name: &str) -> Option<&'static Self> {
        let (word, rest) = name.split_once(' ').unwrap_or((name, ""));
        let found = Self::find(word.as_bytes(), (!rest.is_empty()).then_some(rest.as_bytes()));
        (found.name.len() == name.len()).then_some(found)
    }

    /// Whether it reads keys and writes none.
    pub const fn is_readonly(&self) -> bool {
        self.flags.contains(Flags::READONLY)
    }

    /// Whether the server may run it twice without harm.
    pub const fn may_resend(&self) -> bool {
        self.harmless || self.is_readonly()
    }

    /// Whether more of its name may follow in the arguments.
    pub(crate) const fn is_vague(&self) -> bool {
        self.words == 0 || self.container
    }

    /// Whether its reply says in which protocol, and with which subscriptions, the connection goes
    /// on.
    pub(crate) fn changes_protocol(&self) -> bool {
        self.effect == Effect::ChangesState && matches!(self.name, "HELLO" | "RESET")
    }

    /// Whether a transaction is open behind it; none where it does not say.
    pub(crate) fn opens_transaction(&self) -> Option<bool> {
        match self.name {
            _ if self.effect != Effect::ChangesState => None,
            "MULTI" => Some(true),
            "EXEC" | "DISCARD" | "RESET" => Some(false),
            _ => None,
        }
    }

    /// Whether it ends what was begun before it: a transaction, or a `WATCH`.
    pub(crate) fn settles(&self) -> bool {
        matches!(self.name, "EXEC" | "DISCARD" | "UNWATCH")
    }

    /// Whether it can be added to the handshake: one reply, at once, that changes nothing about
    /// those behind it, and nothing that the configuration has its own word for.
    pub(crate) fn is_suitable(&self) -> bool {
        matches!(self.effect, Effect::None | Effect::ChangesState)
            && !matches!(self.name, "AUTH" | "SELECT" | "QUIT")
            && !self.changes_protocol()
            && self.opens_transaction().is_none()
    }

    /// Looks up a command by its name, in any case, and its first argument, which may be the
    /// second half of its name. Anything else is [`Facts::UNKNOWN`].
    ///
    /// It compares eight letters at a time: this is done for each command of the generic level.
    pub(crate) fn find(name: &[u8], argument: Option<&[u8]>) -> &'static Self {
        const UNKNOWN: &Facts = &Facts::UNKNOWN;
        let beginning = beginning(name);
        let start = BEGINNINGS.partition_point(|other| *other < beginning);
        let Some(rest) = TABLE.get(start..) else { return UNKNOWN };
        let same = |facts: &&&Self| facts.name.as_bytes().eq_ignore_ascii_case(name);
        // At most the subcommands of one command have their first eight letters in common.
        let Some(at) = rest.iter().take(MOST_ALIKE).position(|facts| same(&facts)) else {
            return UNKNOWN;
        };
        let Some((found, behind)) = rest.get(at..).and_then(<[_]>::split_first) else {
            return UNKNOWN;
        };
        let Some(argument) = argument.filter(|_| found.container) else { return found };
        // Subcommands stand behind the command that has them.
        let of_it = behind.iter().map_while(|facts| {
            let second = facts.name.strip_prefix(found.name)?.strip_prefix(' ')?;
            Some((facts, second))
        });
        let mut named =
            of_it.filter(|(_, second)| second.as_bytes().eq_ignore_ascii_case(argument));
        named.next().map_or(found, |(facts, _)| facts)
    }
}

/// The first eight letters in upper case, as a number that sorts like them.
const fn beginning(name: &[u8]) -> u64 {
    let mut letters = [0; 8];
    let (head, _) = name.split_at(if name.len() < 8 { name.len() } else { 8 });
    let mut rest = head;
    let mut room = letters.as_mut_slice();
    while let ([letter, letters @ ..], [place, places @ ..]) = (rest, room) {
        *place = letter.to_ascii_uppercase();
        rest = letters;
        room = places;
    }
    u64::from_be_bytes(letters)
}

/// The beginning of each name in [`TABLE`], next to each other in memory.
static BEGINNINGS: [u64; TABLE.len()] = {
    let mut beginnings = [0; TABLE.len()];
    let mut room = beginnings.as_mut_slice();
    let mut rest = TABLE.as_slice();
    while let ([facts, others @ ..], [place, places @ ..]) = (rest, room) {
        *place = beginning(facts.name.as_bytes());
        rest = others;
        room = places;
    }
    beginnings
};

/// How many names have the first eight letters in common, at most: `SENTINEL` and those of its
/// subcommands. A test counts.
const MOST_ALIKE: usize = 40;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_in_any_case_and_with_their_subcommand() {
        let effect = |name: &str, argument: Option<&str>| {
            Facts::find(name.as_bytes(), argument.map(str::as_bytes)).effect
        };
        assert_eq!(effect("subscribe", Some("x")), Effect::Subscribes(Subscription::Channel));
        assert_eq!(effect("CLIENT", Some("reply")), Effect::EndsReplies);
        assert_eq!(effect("client", Some("SetName")), Effect::ChangesState);
        assert_eq!(effect("client", Some("id")), Effect::None);
        assert_eq!(effect("syn", None), Effect::None);
        assert_eq!(effect("", None), Effect::None);
        assert_eq!(effect("client", None), Effect::None);
        assert_eq!(effect("get", Some("k")), Effect::None);
        assert_eq!(effect("replconf", Some("ack")), Effect::EndsReplies);
    }

    #[test]
    fn every_name_is_found_by_itself() {
        for facts in TABLE {
            assert_eq!(Facts::of(facts.name), Some(facts));
            assert_eq!(Facts::of(&facts.name.to_ascii_lowercase()), Some(facts));
            assert_eq!(facts.words as usize, facts.name.split(' ').count());
        }
        assert!(TABLE.is_sorted_by_key(|facts| facts.name));
        assert_eq!(Facts::of("GE"), None);
        assert_eq!(Facts::of("CLIENT NOTHING"), None);
        assert_eq!(Facts::of("GEORADIUSX"), None);
    }

    #[test]
    fn no_more_names_are_alike_than_are_looked_at() {
        for beginning in BEGINNINGS {
            let alike = BEGINNINGS.iter().filter(|other| **other == beginning).count();
            assert!(alike <= MOST_ALIKE, "{alike}");
        }
    }
}

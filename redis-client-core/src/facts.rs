//! What is known about commands, apart from their arguments.

/// The facts about a command that decide how it is routed, retried and timed.
///
/// They follow `COMMAND INFO` and `COMMAND DOCS` of redis-server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Facts {
    /// The name in upper case, with the subcommand: `CLIENT SETNAME`.
    pub name: &'static str,
    /// Whether it only reads, so that sending it twice changes nothing.
    pub readonly: bool,
    /// Where its keys are.
    pub keys: Keys,
    /// What it does to the connection that others may be using.
    pub effect: Effect,
}

/// Where the keys are among the arguments, the name being argument 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Keys {
    /// There are none, or none is known.
    None,
    /// From `first` to `last`, each `step`-th argument. A negative `last` counts from the end.
    Range {
        /// The first key's place.
        first: u16,
        /// The last key's place; -1 is the last argument.
        last: i16,
        /// From one key to the next.
        step: u16,
    },
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
    pub const UNKNOWN: Self = Self::write("command", Keys::None);

    /// A command that only reads.
    pub const fn read(name: &'static str, keys: Keys) -> Self {
        Self { name, readonly: true, keys, effect: Effect::None }
    }

    /// A command that may write.
    pub const fn write(name: &'static str, keys: Keys) -> Self {
        Self { name, readonly: false, keys, effect: Effect::None }
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

    /// The beginning of a transaction.
    pub(crate) const MULTI: Self = Self::with("MULTI", Effect::ChangesState);

    /// The end of a transaction.
    pub(crate) const EXEC: Self = Self::with("EXEC", Effect::ChangesState);

    /// Whether it can be added to the handshake: one reply, at once, that changes nothing about
    /// those behind it, and nothing that the configuration has its own word for.
    pub(crate) fn is_suitable(&self) -> bool {
        matches!(self.effect, Effect::None | Effect::ChangesState)
            && !matches!(self.name, "AUTH" | "SELECT" | "QUIT")
            && !self.changes_protocol()
            && self.opens_transaction().is_none()
    }

    const fn with(name: &'static str, effect: Effect) -> Self {
        Self { name, readonly: false, keys: Keys::None, effect }
    }

    /// Looks up a command by its name, in any case, and its first argument, for the commands that
    /// do something to their connection. Anything else is [`Facts::UNKNOWN`].
    pub(crate) fn of_connection(name: &[u8], argument: Option<&[u8]>) -> &'static Self {
        let same = |facts: &&Self| {
            let Some((word, rest)) = facts.name.as_bytes().split_at_checked(name.len()) else {
                return false;
            };
            word.eq_ignore_ascii_case(name)
                && match rest.strip_prefix(b" ") {
                    Some(second) => argument.is_some_and(|text| text.eq_ignore_ascii_case(second)),
                    None => rest.is_empty(),
                }
        };
        CONNECTION.iter().find(same).unwrap_or(&Self::UNKNOWN)
    }
}

impl Keys {
    /// One key, the first argument.
    pub const FIRST: Self = Self::Range { first: 1, last: 1, step: 1 };

    /// Every argument is a key.
    pub const ALL: Self = Self::Range { first: 1, last: -1, step: 1 };
}

/// The commands that the generic level has to know. Most names differ in length or in the first
/// letters, so that looking through them takes little time.
static CONNECTION: [Facts; 42] = [
    Facts::with("SUBSCRIBE", Effect::Subscribes(Subscription::Channel)),
    Facts::with("PSUBSCRIBE", Effect::Subscribes(Subscription::Pattern)),
    Facts::with("SSUBSCRIBE", Effect::Subscribes(Subscription::Shard)),
    Facts::with("UNSUBSCRIBE", Effect::Unsubscribes(Subscription::Channel)),
    Facts::with("PUNSUBSCRIBE", Effect::Unsubscribes(Subscription::Pattern)),
    Facts::with("SUNSUBSCRIBE", Effect::Unsubscribes(Subscription::Shard)),
    Facts::with("MONITOR", Effect::EndsReplies),
    Facts::with("SYNC", Effect::EndsReplies),
    Facts::with("PSYNC", Effect::EndsReplies),
    Facts::with("REPLCONF", Effect::EndsReplies),
    Facts::with("CLIENT REPLY", Effect::EndsReplies),
    Facts::with("HELLO", Effect::ChangesState),
    Facts::with("AUTH", Effect::ChangesState),
    Facts::with("RESET", Effect::ChangesState),
    Facts::with("QUIT", Effect::ChangesState),
    Facts::with("SELECT", Effect::ChangesState),
    Facts::with("MULTI", Effect::ChangesState),
    Facts::with("EXEC", Effect::ChangesState),
    Facts::with("DISCARD", Effect::ChangesState),
    Facts::with("WATCH", Effect::ChangesState),
    Facts::with("UNWATCH", Effect::ChangesState),
    Facts::with("ASKING", Effect::ChangesState),
    Facts::with("READONLY", Effect::ChangesState),
    Facts::with("READWRITE", Effect::ChangesState),
    Facts::with("SCRIPT DEBUG", Effect::ChangesState),
    Facts::with("CLIENT SETNAME", Effect::ChangesState),
    Facts::with("CLIENT NO-EVICT", Effect::ChangesState),
    Facts::with("CLIENT NO-TOUCH", Effect::ChangesState),
    Facts::with("CLIENT TRACKING", Effect::ChangesState),
    Facts::with("CLIENT CACHING", Effect::ChangesState),
    Facts::with("BLPOP", Effect::Blocks(BlockTime::LastSeconds)),
    Facts::with("BRPOP", Effect::Blocks(BlockTime::LastSeconds)),
    Facts::with("BRPOPLPUSH", Effect::Blocks(BlockTime::LastSeconds)),
    Facts::with("BLMOVE", Effect::Blocks(BlockTime::LastSeconds)),
    Facts::with("BLMPOP", Effect::Blocks(BlockTime::FirstSeconds)),
    Facts::with("BZPOPMIN", Effect::Blocks(BlockTime::LastSeconds)),
    Facts::with("BZPOPMAX", Effect::Blocks(BlockTime::LastSeconds)),
    Facts::with("BZMPOP", Effect::Blocks(BlockTime::FirstSeconds)),
    Facts::with("WAIT", Effect::Blocks(BlockTime::LastMillis)),
    Facts::with("WAITAOF", Effect::Blocks(BlockTime::LastMillis)),
    Facts::with("XREAD", Effect::Blocks(BlockTime::OptionMillis)),
    Facts::with("XREADGROUP", Effect::Blocks(BlockTime::OptionMillis)),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_in_any_case_and_with_their_subcommand() {
        let effect = |name: &str, argument: Option<&str>| {
            Facts::of_connection(name.as_bytes(), argument.map(str::as_bytes)).effect
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
}

//! What may differ: the two tables.

use super::similar::Likeness;

/// A difference that is none, or that is accepted.
#[derive(Debug)]
pub(super) struct Rule {
    /// The commands, by one word or two.
    pub(super) commands: &'static [&'static str],
    /// Words of which the command must have one; none means any command.
    pub(super) with: &'static [&'static str],
    /// Words of which the command must have none.
    pub(super) without: &'static [&'static str],
    /// What must still be alike.
    pub(super) alike: Likeness,
    pub(super) why: &'static str,
}

const fn rule(commands: &'static [&'static str], alike: Likeness, why: &'static str) -> Rule {
    Rule { commands, with: &[], without: &[], alike, why }
}

/// Differences accepted on purpose: what Redis answers is known, and ours is another thing.
pub(super) const EXPLAINED: &[Rule] = &[
    rule(
        &["SORT", "SORT_RO"],
        Likeness::RedisSays("-ERR One or more scores can't be converted into double\r\n"),
        "in Redis a number out of range in an earlier command is still found in errno",
    ),
    rule(
        &["FUNCTION", "FCALL", "FCALL_RO"],
        Likeness::OursSays("-ERR functions are not supported by embedded-redis: use EVAL\r\n"),
        "there are scripts, and no functions",
    ),
    rule(&[ANY], Likeness::OwnEvents, "a client hears of its own doings after the reply"),
];

/// Any command.
const ANY: &str = "*";

/// What Redis itself doesn't promise: two of them differ here too.
pub(super) const UNPROMISED: &[Rule] = &[
    rule(
        &["SMEMBERS", "SINTER", "SUNION", "SDIFF", "HKEYS", "HVALS", "KEYS"],
        Likeness::AnyOrder,
        "sets have no order",
    ),
    rule(
        &["PUBSUB CHANNELS", "PUBSUB SHARDCHANNELS"],
        Likeness::AnyOrder,
        "channels have no order",
    ),
    Rule {
        commands: &["SORT", "SORT_RO"],
        with: &["ALPHA"],
        without: &["STORE"],
        alike: Likeness::OrderUntilNul,
        why: "strcoll ends at a NUL, and what it finds equal has no order",
    },
    rule(&["HGETALL", "CONFIG GET"], Likeness::AnyOrderOfPairs, "maps have no order"),
    rule(&["SCAN", "SSCAN"], Likeness::Scan, "complete scans are the same set"),
    rule(&["HSCAN", "ZSCAN"], Likeness::ScanOfPairs, "complete scans are the same set of pairs"),
    rule(
        &["SPOP", "SRANDMEMBER", "HRANDFIELD", "ZRANDMEMBER", "RANDOMKEY"],
        Likeness::Drawn,
        "drawn at random, from what is there",
    ),
    rule(&["TTL", "EXPIRETIME"], Likeness::Near(5), "seconds pass"),
    rule(&["PTTL", "PEXPIRETIME"], Likeness::Near(5000), "milliseconds pass"),
    rule(
        &["XPENDING", "XINFO CONSUMERS", "XINFO STREAM"],
        Likeness::Clocks,
        "times of consumers and deliveries",
    ),
    Rule {
        commands: &["XADD"],
        with: &["*"],
        without: &[],
        alike: Likeness::Shape,
        why: "numbers made of the time",
    },
    rule(
        &["TIME", "LASTSAVE", "CLIENT ID", "SLOWLOG LEN"],
        Likeness::Shape,
        "depends on when and who",
    ),
    rule(
        &["OBJECT REFCOUNT", "OBJECT IDLETIME"],
        Likeness::Shape,
        "what is shared, as small numbers are, and since when",
    ),
    rule(&["ACL GETUSER"], Likeness::Except(&["commands", "selectors"]), "commands have no order"),
    rule(&["HELLO"], Likeness::Except(&["id"]), "clients are numbered"),
    Rule {
        commands: &["GEOSEARCH"],
        with: &[],
        without: &["ASC", "DESC", "COUNT"],
        alike: Likeness::AnyOrder,
        why: "places have no order unless one is asked for",
    },
    Rule {
        commands: &["GEOSEARCH"],
        with: &["ANY"],
        without: &[],
        alike: Likeness::Shape,
        why: "any that are found first",
    },
    rule(
        &["UNSUBSCRIBE", "PUNSUBSCRIBE", "SUNSUBSCRIBE"],
        Likeness::Left,
        "channels have no order",
    ),
    rule(&[MESSAGES], Likeness::Messages, "patterns have no order"),
];

/// What stands for the command where messages come unasked.
pub(super) const MESSAGES: &str = "(messages)";

impl Rule {
    pub(super) fn covers(&self, args: &[Vec<u8>]) -> bool {
        let has = |words: &[&str]| {
            args.iter()
                .any(|arg| words.iter().any(|word| arg.eq_ignore_ascii_case(word.as_bytes())))
        };
        self.commands.iter().any(|name| is_named(args, name))
            && (self.with.is_empty() || has(self.with))
            && !has(self.without)
    }
}

/// Whether a command has this name of one word or two.
fn is_named(args: &[Vec<u8>], name: &str) -> bool {
    if name == ANY {
        return true;
    }
    let mut words = name.split(' ');
    let mut args = args.iter();
    words.all(|word| args.next().is_some_and(|arg| arg.eq_ignore_ascii_case(word.as_bytes())))
}

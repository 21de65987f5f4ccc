//! Which commands there are.

use std::fmt;
use std::sync::LazyLock;

use redis_client_core::{Begin, Facts, Find};
use redis_server_core::resp_core::request::Request;
use redis_server_core::{Arity, Flags, KeyPositions, Spec, Table};

use super::answer::{Answer, Outcome};
use super::context::{Context, Data};
use crate::commands;

/// A command's handler.
#[derive(Clone, Copy)]
pub(crate) enum Runs {
    /// It works on keys of one database.
    Data(fn(&mut Data<'_>, Request<'_>, &mut Answer<'_>) -> Outcome),
    /// It needs more than that.
    Client(Handler),
}

pub(crate) type Handler = fn(&mut Context<'_>, Request<'_>, &mut Answer<'_>) -> Outcome;

/// All commands. Their arity, flags and keys are the facts that the client knows as well.
pub(crate) static TABLE: LazyLock<Table<Runs>> = LazyLock::new(|| {
    let mut table = Table::new();
    for (name, runs) in commands::ALL.iter().copied().flatten() {
        table.insert(spec(name), *runs);
    }
    table
});

/// What is known of a command: its name in lower case, `config|get` for a subcommand.
fn spec(name: &'static str) -> Spec {
    let Some(facts) = Facts::of(&name.to_ascii_uppercase().replace('|', " ")) else {
        // One of Redis's own that the tables don't have, such as `client|help`.
        return Spec::new(name, Arity::AtLeast(1));
    };
    let earlier = EARLIER.iter().find(|earlier| earlier.name == name).unwrap_or(&Earlier::SAME);
    let flags = facts.flags.names().filter(|name| !earlier.without.contains(name));
    let flags = flags.chain(earlier.with.iter().copied());
    let flags = flags.filter_map(flag).fold(Flags::NONE, Flags::with);
    let flags =
        if SUBSCRIBED.contains(&name) { flags.with(Flags::ALLOW_SUBSCRIBED) } else { flags };
    let spec = Spec::new(name, Arity::from(i32::from(earlier.arity.unwrap_or(facts.arity))))
        .with_flags(flags);
    match facts.keys.first().map(|keys| (&keys.begin, &keys.find)) {
        Some((Begin::Index(first), Find::Range { last, step, .. })) => {
            let first = *first as usize;
            let last = if *last < 0 { *last as isize } else { first as isize + *last as isize };
            spec.with_keys(KeyPositions { first, last, step: *step as usize })
        }
        _ => spec,
    }
}

fn flag(name: &str) -> Option<Flags> {
    Some(match name {
        "write" => Flags::WRITE,
        "readonly" => Flags::READONLY,
        "denyoom" => Flags::DENYOOM,
        "admin" => Flags::ADMIN,
        "pubsub" => Flags::PUBSUB,
        "noscript" => Flags::NOSCRIPT,
        "blocking" => Flags::BLOCKING,
        "loading" => Flags::LOADING,
        "stale" => Flags::STALE,
        "skip_monitor" => Flags::SKIP_MONITOR,
        "skip_slowlog" => Flags::SKIP_SLOWLOG,
        "asking" => Flags::ASKING,
        "fast" => Flags::FAST,
        "no_auth" => Flags::NO_AUTH,
        "no_mandatory_keys" => Flags::NO_MANDATORY_KEYS,
        "no_async_loading" => Flags::NO_ASYNC_LOADING,
        "no_multi" => Flags::NO_MULTI,
        "allow_busy" => Flags::ALLOW_BUSY,
        _ => return None,
    })
}

/// How a command was in Redis 7.0; the facts are those of newer versions.
struct Earlier {
    name: &'static str,
    arity: Option<i8>,
    with: &'static [&'static str],
    without: &'static [&'static str],
}

impl Earlier {
    const SAME: Self = Self { name: "", arity: None, with: &[], without: &[] };

    const fn arity(name: &'static str, arity: i8) -> Self {
        Self { name, arity: Some(arity), ..Self::SAME }
    }

    const fn noscript(name: &'static str) -> Self {
        Self { name, with: &["noscript"], ..Self::SAME }
    }

    /// It says itself what is wrong with it in a transaction, and does not spoil that.
    const fn allowed_in_multi(name: &'static str) -> Self {
        Self { name, without: &["no_multi"], ..Self::SAME }
    }
}

const EARLIER: [Earlier; 13] = [
    Earlier::noscript("blmove"),
    Earlier::noscript("blpop"),
    Earlier::noscript("brpop"),
    Earlier::noscript("brpoplpush"),
    Earlier::noscript("bzpopmax"),
    Earlier::noscript("bzpopmin"),
    Earlier::arity("command|getkeys", -4),
    Earlier::arity("command|getkeysandflags", -4),
    Earlier::allowed_in_multi("multi"),
    Earlier { without: &["blocking"], ..Earlier::noscript("wait") },
    Earlier::allowed_in_multi("watch"),
    Earlier::arity("zrank", 3),
    Earlier::arity("zrevrank", 3),
];

/// What clients that speak RESP2 may send while they are subscribed.
const SUBSCRIBED: [&str; 9] = [
    "ping",
    "quit",
    "reset",
    "subscribe",
    "unsubscribe",
    "psubscribe",
    "punsubscribe",
    "ssubscribe",
    "sunsubscribe",
];

impl Runs {
    /// Whether it runs at once also between `MULTI` and `EXEC`.
    pub(super) fn in_transaction(self) -> bool {
        match self {
            Self::Data(_) => false,
            Self::Client(handler) => {
                commands::IN_TRANSACTION.iter().any(|other| std::ptr::fn_addr_eq(*other, handler))
            }
        }
    }
}

impl fmt::Debug for Runs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Data(_) => "Data",
            Self::Client(_) => "Client",
        })
    }
}

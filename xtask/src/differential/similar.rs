//! Ways for two replies to be alike without being the same.

use std::collections::BTreeSet;

use super::tree::Tree;

/// What must be alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Likeness {
    /// The same elements.
    AnyOrder,
    /// The same elements, of which only those change places that are the same up to a NUL.
    OrderUntilNul,
    /// The same pairs of keys and values.
    AnyOrderOfPairs,
    /// The same elements if both scans are complete, else two parts.
    Scan,
    ScanOfPairs,
    /// Types and lengths, and all of ours is in the reply before or after, which lists what
    /// there is.
    Drawn,
    /// Integers from 0 on that are so near to each other.
    Near(i64),
    /// All but the integers that tell a time.
    Clocks,
    /// Types and lengths.
    Shape,
    /// All but the values of these keys.
    Except(&'static [&'static str]),
    /// What was left, in any order.
    Left,
    /// The messages of several patterns in any order.
    Messages,
    /// Redis's reply is this error, whatever ours is.
    RedisSays(&'static str),
    /// Ours is this error, whatever Redis's is.
    OursSays(&'static str),
    /// The same messages and the same reply, whichever comes first.
    OwnEvents,
}

impl Likeness {
    /// Whether two replies to a command are alike; `near` are our replies around this one.
    pub(super) fn holds(
        self,
        args: &[Vec<u8>],
        redis: &[u8],
        ours: &[u8],
        near: [Option<&[u8]>; 2],
    ) -> bool {
        match self {
            Self::RedisSays(error) => return redis == error.as_bytes(),
            Self::OursSays(error) => return ours == error.as_bytes(),
            _ => {}
        }
        if matches!(self, Self::Left | Self::Messages | Self::OwnEvents) {
            let (redis, ours) = (Tree::read_all(redis), Tree::read_all(ours));
            return match self {
                Self::Left => left(&redis, &ours),
                Self::Messages => messages(&redis, &ours),
                _ => own_events(&redis, &ours),
            };
        }
        let (Some(redis), Some(ours)) = (Tree::read(redis), Tree::read(ours)) else {
            return false;
        };
        match self {
            Self::AnyOrder => any_order(&redis, &ours),
            Self::OrderUntilNul => order_until_nul(&redis, &ours),
            Self::AnyOrderOfPairs => pairs(&redis, &ours),
            Self::Scan | Self::ScanOfPairs => scan(self, args, &redis, &ours),
            Self::Drawn => redis.same_shape(&ours) && drawn(&ours, near),
            Self::Near(most) => match (redis.integer(), ours.integer()) {
                (Some(a @ 0..), Some(b @ 0..)) => a.abs_diff(b) <= most.unsigned_abs(),
                _ => false,
            },
            Self::Clocks => clocks(&redis, &ours, false),
            Self::Shape => is_no_error(&redis) && redis.same_shape(&ours),
            Self::Except(keys) => except(keys, &redis, &ours),
            Self::Left
            | Self::Messages
            | Self::OwnEvents
            | Self::RedisSays(_)
            | Self::OursSays(_) => false,
        }
    }
}

/// The messages in their order, and what is none in its own.
fn own_events(redis: &[Tree<'_>], ours: &[Tree<'_>]) -> bool {
    let parted = |all: &[Tree<'_>]| {
        let texts = all.iter().map(|tree| (tree.kind() == b'>', format!("{tree:?}")));
        texts.partition::<Vec<_>, _>(|(pushed, _)| *pushed)
    };
    redis.len() > 1 && parted(redis) == parted(ours)
}

fn is_no_error(tree: &Tree<'_>) -> bool {
    tree.kind() != b'-' && tree.kind() != b'!'
}

fn sorted<T: Ord>(mut items: Vec<T>) -> Vec<T> {
    items.sort_unstable();
    items
}

fn any_order(redis: &Tree<'_>, ours: &Tree<'_>) -> bool {
    let (Tree::Node(..), Tree::Node(..)) = (redis, ours) else { return false };
    redis.kind() == ours.kind() && sorted(redis.items().to_vec()) == sorted(ours.items().to_vec())
}

fn order_until_nul(redis: &Tree<'_>, ours: &Tree<'_>) -> bool {
    let seen = |tree: &Tree<'_>| tree.string()?.split(|byte| *byte == 0).next().map(<[u8]>::to_vec);
    any_order(redis, ours) && redis.items().iter().map(seen).eq(ours.items().iter().map(seen))
}

fn pairs(redis: &Tree<'_>, ours: &Tree<'_>) -> bool {
    let (Tree::Node(a, redis), Tree::Node(b, ours)) = (redis, ours) else { return false };
    a == b && sorted(redis.chunks(2).collect()) == sorted(ours.chunks(2).collect())
}

/// Complete if it begins with cursor 0 and ends with it. A scan may list an element twice.
fn scan(likeness: Likeness, args: &[Vec<u8>], redis: &Tree<'_>, ours: &Tree<'_>) -> bool {
    let ([cursor, all], [our_cursor, our_all]) = (redis.items(), ours.items()) else {
        return false;
    };
    let keyed = !args.first().is_some_and(|name| name.eq_ignore_ascii_case(b"SCAN"));
    let begins = args.get(1 + usize::from(keyed)).is_some_and(|cursor| cursor == b"0");
    let ends = cursor.string() == Some(b"0") && our_cursor.string() == Some(b"0");
    if !begins || !ends {
        return cursor.kind() == our_cursor.kind() && all.kind() == our_all.kind();
    }
    let size = if likeness == Likeness::ScanOfPairs { 2 } else { 1 };
    let set = |tree: &Tree<'_>| -> BTreeSet<Vec<u8>> {
        tree.items().chunks(size).map(|items| format!("{items:?}").into_bytes()).collect()
    };
    set(all) == set(our_all)
}

fn drawn(ours: &Tree<'_>, near: [Option<&[u8]>; 2]) -> bool {
    let mut there = Vec::new();
    let near: Vec<_> = near.into_iter().flatten().filter_map(Tree::read).collect();
    near.iter().for_each(|tree| tree.leaves(&mut there));
    let mut leaves = Vec::new();
    ours.leaves(&mut leaves);
    leaves.iter().all(|leaf| there.contains(leaf))
}

/// Times stand behind a word that says so, or in the list of what is pending: behind the entry and
/// its consumer, before the number of deliveries.
fn clocks(redis: &Tree<'_>, ours: &Tree<'_>, clock: bool) -> bool {
    if let (true, Some(a), Some(b)) = (clock, redis.integer(), ours.integer()) {
        return a.abs_diff(b) <= CLOCK_TOLERANCE && (a < 0) == (b < 0);
    }
    let (Tree::Node(a, items), Tree::Node(b, our_items)) = (redis, ours) else {
        return redis == ours;
    };
    let pending = match &items[..] {
        [entry, _, time, count] if time.integer().and(count.integer()).is_some() => {
            entry.string().map(|_| 2)
        }
        [entry, time, count] if time.integer().and(count.integer()).is_some() => {
            entry.string().map(|_| 1)
        }
        _ => None,
    };
    let told = |at: usize| {
        let word = at.checked_sub(1).and_then(|at| items.get(at)).and_then(Tree::string);
        word.is_some_and(|word| CLOCK_WORDS.contains(&word))
    };
    a == b
        && items.len() == our_items.len()
        && items
            .iter()
            .zip(our_items)
            .enumerate()
            .all(|(at, (item, our_item))| clocks(item, our_item, pending == Some(at) || told(at)))
}

fn except(keys: &[&str], redis: &Tree<'_>, ours: &Tree<'_>) -> bool {
    let excepted = |tree: &Tree<'_>| {
        tree.string().is_some_and(|key| keys.iter().any(|name| name.as_bytes() == key))
    };
    redis.kind() == ours.kind()
        && redis.items().len() == ours.items().len()
        && redis.items().chunks(2).zip(ours.items().chunks(2)).all(|pairs| match pairs {
            ([key, value], [our_key, our_value]) if excepted(key) => {
                key == our_key && value.same_shape(our_value)
            }
            (pair, our_pair) => pair == our_pair,
        })
}

/// The numbers of what is left count down whatever the order.
fn left(redis: &[Tree<'_>], ours: &[Tree<'_>]) -> bool {
    let what = |trees: &[Tree<'_>]| -> Vec<String> {
        let named = trees.iter().map(|tree| format!("{:?}", tree.items().get(..2)));
        sorted(named.collect())
    };
    let counts = |trees: &[Tree<'_>]| -> Vec<_> {
        trees.iter().map(|tree| tree.items().last().and_then(Tree::integer)).collect()
    };
    what(redis) == what(ours) && counts(redis) == counts(ours)
}

fn messages(redis: &[Tree<'_>], ours: &[Tree<'_>]) -> bool {
    let patterns: BTreeSet<_> = redis
        .iter()
        .filter_map(|tree| match tree.items() {
            [_, pattern, _, _] => pattern.string(),
            _ => None,
        })
        .collect();
    patterns.len() > 1 && sorted(redis.to_vec()) == sorted(ours.to_vec())
}

/// Milliseconds: more than a session takes.
const CLOCK_TOLERANCE: u64 = 60_000;

const CLOCK_WORDS: &[&[u8]] = &[b"idle", b"inactive", b"seen-time", b"active-time", b"active"];

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(likeness: Likeness, args: &str, redis: &[u8], ours: &[u8]) -> bool {
        let args: Vec<_> = args.split(' ').map(|arg| arg.as_bytes().to_vec()).collect();
        likeness.holds(&args, redis, ours, [None, Some(b"*3\r\n:1\r\n:2\r\n:3\r\n")])
    }

    #[test]
    fn alike_means_no_more_than_it_says() {
        let one_two = b"*2\r\n:1\r\n:2\r\n";
        let two_one = b"*2\r\n:2\r\n:1\r\n";
        let (nul_and_b, none_and_b) =
            (b"*2\r\n$1\r\n\0\r\n$1\r\nb\r\n", b"*2\r\n$0\r\n\r\n$1\r\nb\r\n");
        let (nul_and_none, none_and_nul) =
            (b"*2\r\n$1\r\n\0\r\n$0\r\n\r\n", b"*2\r\n$0\r\n\r\n$1\r\n\0\r\n");
        for (likeness, args, redis, ours, expected) in [
            (Likeness::AnyOrder, "SMEMBERS s", &one_two[..], &two_one[..], true),
            (Likeness::AnyOrder, "SMEMBERS s", one_two, b"*2\r\n:2\r\n:2\r\n", false),
            (Likeness::AnyOrder, "SMEMBERS s", one_two, b"~2\r\n:2\r\n:1\r\n", false),
            (Likeness::AnyOrderOfPairs, "HGETALL h", one_two, two_one, false),
            (Likeness::OrderUntilNul, "SORT s ALPHA", &nul_and_b[..], &none_and_b[..], false),
            (Likeness::OrderUntilNul, "SORT s ALPHA", nul_and_none, none_and_nul, true),
            (
                Likeness::OrderUntilNul,
                "SORT s ALPHA",
                nul_and_b,
                b"*2\r\n$1\r\nb\r\n$1\r\n\0\r\n",
                false,
            ),
            (Likeness::Shape, "TIME", one_two, two_one, true),
            (Likeness::Shape, "TIME", b"-ERR a\r\n", b"-ERR b\r\n", false),
            (Likeness::Drawn, "SPOP s 2", one_two, two_one, true),
            (Likeness::Drawn, "SPOP s 2", one_two, b"*2\r\n:2\r\n:4\r\n", false),
            (Likeness::Near(5), "TTL k", b":100\r\n", b":104\r\n", true),
            (Likeness::Near(5), "TTL k", b":100\r\n", b":106\r\n", false),
            (Likeness::Near(5), "TTL k", b":0\r\n", b":-1\r\n", false),
        ] {
            assert_eq!(holds(likeness, args, redis, ours), expected, "{likeness:?} {args}");
        }
    }

    #[test]
    fn pairs_stay_together() {
        let redis = b"%2\r\n+a\r\n:1\r\n+b\r\n:2\r\n";
        let turned = b"%2\r\n+b\r\n:2\r\n+a\r\n:1\r\n";
        let mixed = b"%2\r\n+b\r\n:1\r\n+a\r\n:2\r\n";
        assert!(holds(Likeness::AnyOrderOfPairs, "HGETALL h", redis, turned));
        assert!(!holds(Likeness::AnyOrderOfPairs, "HGETALL h", redis, mixed));
    }

    #[test]
    fn complete_scans_are_compared() {
        let scan = |cursor: u8, element: &str| {
            format!("*2\r\n$1\r\n{cursor}\r\n*1\r\n+{element}\r\n").into_bytes()
        };
        for (args, redis, ours, expected) in [
            ("SCAN 0", scan(0, "a"), scan(0, "b"), false),
            ("SCAN 0", scan(0, "a"), scan(0, "a"), true),
            ("SCAN 0", scan(5, "a"), scan(0, "b"), true),
            ("SCAN 7", scan(0, "a"), scan(0, "b"), true),
        ] {
            assert_eq!(holds(Likeness::Scan, args, &redis, &ours), expected, "{args}");
        }
    }

    #[test]
    fn only_times_may_differ() {
        let pending = |time: u32, count: u32| {
            format!("*1\r\n*4\r\n$3\r\n1-1\r\n$1\r\nc\r\n:{time}\r\n:{count}\r\n").into_bytes()
        };
        assert!(holds(Likeness::Clocks, "XPENDING s g", &pending(3, 1), &pending(9, 1)));
        assert!(!holds(Likeness::Clocks, "XPENDING s g", &pending(3, 1), &pending(3, 2)));
        let id = |id: u32, proto: u32| {
            format!("*4\r\n$2\r\nid\r\n:{id}\r\n$5\r\nproto\r\n:{proto}\r\n").into_bytes()
        };
        assert!(holds(Likeness::Except(&["id"]), "HELLO", &id(1, 2), &id(5, 2)));
        assert!(!holds(Likeness::Except(&["id"]), "HELLO", &id(1, 2), &id(1, 3)));
    }
}

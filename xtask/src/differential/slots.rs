//! What stands in a template for something to be drawn.

use std::fmt::Display;

use super::pools;
use super::random::Random;

/// What the draws of one session remember.
#[derive(Debug)]
pub(super) struct Draw {
    pub(super) random: Random,
    /// Whether what is drawn must be in order, since a second command relies on it.
    pub(super) careful: bool,
    /// The key drawn last, for `^`.
    key: Vec<u8>,
    /// How many keys the command has, for what must be as many.
    pub(super) count: usize,
    /// The last number of a stream's entry: most new ones are greater.
    entry: u64,
}

impl Draw {
    pub(super) const fn new(random: Random) -> Self {
        Self { random, careful: false, key: Vec::new(), count: 1, entry: 0 }
    }
}

/// What to draw.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Slot {
    /// A key of any type.
    AnyKey,
    /// A key of one type as a rule: how they begin.
    Key(&'static str),
    /// A key that no other template uses, so that its type is sure.
    OwnKey(&'static str),
    /// A key that nothing is ever stored at, and that `^` doesn't mean.
    NoKey,
    /// The last key again.
    SameKey,
    /// Any bytes.
    Value,
    /// One of those, as a rule the first of them.
    Of(&'static [&'static [u8]]),
    /// A number in a wide range: no two deadlines are so close that time decides between them.
    Far(u64, u64),
    /// A number near those that are usual.
    Small(i64, i64),
    Score,
    /// `WEIGHTS` and as many as there are keys.
    Weights,
    /// As many entries' numbers as there are keys.
    EntryForEach,
    /// A number for a new entry.
    NewEntry,
    /// The number of an entry that there may be.
    Entry,
    Longitude,
    Latitude,
    /// A bit's place: none that would take megabytes.
    BitPlace,
}

impl Slot {
    /// By what the templates call it.
    pub(super) fn named(name: &str) -> Result<Self, String> {
        let found = SLOTS.iter().find(|(known, _)| *known == name);
        found.map(|(_, slot)| *slot).ok_or_else(|| format!("there is no slot `{name}`"))
    }

    /// Appends what was drawn: one argument, for most.
    pub(super) fn draw(self, draw: &mut Draw, out: &mut Vec<Vec<u8>>) {
        let random = &mut draw.random;
        let drawn = match self {
            Self::AnyKey => any_key(random),
            Self::Key(_) if random.one_in(16) => any_key(random),
            Self::Key(kind) | Self::OwnKey(kind) => key(kind, random),
            Self::NoKey => key("nokey", random),
            Self::SameKey => draw.key.clone(),
            Self::Value => value(random),
            Self::Of(items) => random.pick(items).to_vec(),
            Self::Far(low, high) => {
                let range = usize::try_from(high - low).unwrap_or(usize::MAX);
                text(low + random.below(range) as u64)
            }
            Self::Small(low, high) if draw.careful || !random.one_in(16) => {
                let range = usize::try_from(high - low).unwrap_or(1);
                text(low + i64::try_from(random.below(range)).unwrap_or(0))
            }
            Self::Small(..) => random.pick(pools::INTEGERS).to_vec(),
            Self::Score => score(random),
            Self::Weights => {
                out.push(b"WEIGHTS".to_vec());
                let count = if random.one_in(20) { draw.count + 1 } else { draw.count };
                out.extend((0..count).map(|_| score(random)));
                return;
            }
            Self::EntryForEach => {
                out.extend((0..draw.count).map(|_| entry(draw.entry, random)));
                return;
            }
            Self::NewEntry => new_entry(&mut draw.entry, random),
            Self::Entry => entry(draw.entry, random),
            Self::Longitude => coordinate(180, random),
            Self::Latitude => coordinate(86, random),
            Self::BitPlace => match random.below(12) {
                0 => random.pick(pools::BAD_BIT_PLACES).to_vec(),
                1 => text(random.below(40_000)),
                _ => text(random.below(130)),
            },
        };
        if matches!(self, Self::AnyKey | Self::Key(_) | Self::OwnKey(_)) {
            draw.key.clone_from(&drawn);
        }
        out.push(drawn);
    }
}

fn text(value: impl Display) -> Vec<u8> {
    format!("{value}").into_bytes()
}

fn key(kind: &str, random: &mut Random) -> Vec<u8> {
    text(format_args!("{kind}:{}", random.below(KEYS_OF_A_KIND)))
}

fn any_key(random: &mut Random) -> Vec<u8> {
    let kind = if random.one_in(3) { "any" } else { random.pick(KINDS) };
    key(kind, random)
}

fn value(random: &mut Random) -> Vec<u8> {
    match random.below(20) {
        0..6 => random.pick(pools::WORDS).to_vec(),
        6..9 => text(random.below(300)),
        9..12 => random.pick(pools::INTEGERS).to_vec(),
        12..14 => random.pick(pools::FLOATS).to_vec(),
        14 | 15 => random.pick(pools::BINARY).to_vec(),
        16 => text(random.below(1 << 40)),
        17 => format!("v{}", random.below(5000)).into_bytes(),
        18 => vec![random.pick(b"xyz0\0"); random.pick(SHORT_LENGTHS)],
        _ if random.one_in(8) => vec![random.pick(b"xyz\xff"); 5000],
        _ => (0..random.below(24)).map(|_| random.pick(b"abc01 \r\n\0\xfe")).collect(),
    }
}

fn score(random: &mut Random) -> Vec<u8> {
    match random.below(10) {
        0..4 => text(random.below(10)),
        4 => text(-10 + i64::try_from(random.below(10)).unwrap_or(0)),
        5 | 6 => format!("{}.{}", random.below(20), random.below(1000)).into_bytes(),
        7 => random.pick(pools::INTEGERS).to_vec(),
        _ => random.pick(pools::FLOATS).to_vec(),
    }
}

fn new_entry(last: &mut u64, random: &mut Random) -> Vec<u8> {
    if random.one_in(12) {
        return random.pick(pools::ENTRIES).to_vec();
    }
    *last += random.below(3) as u64;
    match random.below(6) {
        0 => text(*last),
        1 => format!("{last}-*").into_bytes(),
        _ => format!("{last}-{}", random.below(4)).into_bytes(),
    }
}

fn entry(last: u64, random: &mut Random) -> Vec<u8> {
    let near = last.saturating_sub(random.below(30) as u64);
    match random.below(8) {
        0 => random.pick(pools::ENTRIES).to_vec(),
        1 | 2 => text(near),
        _ => format!("{near}-{}", random.below(4)).into_bytes(),
    }
}

/// Whole degrees mostly, so that places coincide.
fn coordinate(most: usize, random: &mut Random) -> Vec<u8> {
    let sign = random.pick(&["", "", "-"]);
    match random.below(8) {
        0 => random.pick(pools::FLOATS).to_vec(),
        1..4 => format!("{sign}{}.{}", random.below(most), random.below(1_000_000)).into_bytes(),
        _ => format!("{sign}{}", random.below(30)).into_bytes(),
    }
}

/// How the keys of each type begin.
const KINDS: &[&str] = &["str", "bit", "hash", "list", "set", "zset", "hll", "geo", "stream"];

/// Few, so that commands meet.
const KEYS_OF_A_KIND: usize = 5;

/// Around the lengths at which Redis changes how it keeps a value: 44 and 64 bytes.
const SHORT_LENGTHS: &[usize] = &[44, 45, 63, 64, 65, 100];

const SLOTS: &[(&str, Slot)] = &[
    ("^", Slot::SameKey),
    ("key", Slot::AnyKey),
    ("rule", Slot::Of(pools::RULES)),
    ("str", Slot::Key("str")),
    ("bit", Slot::Key("bit")),
    ("hash", Slot::Key("hash")),
    ("list", Slot::Key("list")),
    ("set", Slot::Key("set")),
    ("zset", Slot::Key("zset")),
    ("hll", Slot::Key("hll")),
    ("geo", Slot::Key("geo")),
    ("stream", Slot::Key("stream")),
    ("lex", Slot::OwnKey("lex")),
    ("short", Slot::OwnKey("short")),
    ("auto", Slot::OwnKey("auto")),
    ("sortlist", Slot::OwnKey("sortlist")),
    ("sortset", Slot::OwnKey("sortset")),
    ("sortzset", Slot::OwnKey("sortzset")),
    ("fresh", Slot::OwnKey("fresh")),
    ("nokey", Slot::NoKey),
    ("past", Slot::OwnKey("past")),
    ("value", Slot::Value),
    ("word", Slot::Of(pools::WORDS)),
    ("num", Slot::Of(pools::INTEGERS)),
    ("float", Slot::Of(pools::FLOATS)),
    ("field", Slot::Small(0, 40)),
    ("index", Slot::Small(-12, 12)),
    ("count", Slot::Small(0, 12)),
    ("some", Slot::Small(1, 9)),
    ("digit", Slot::Small(0, 2)),
    ("db", Slot::Of(pools::DATABASES)),
    ("lowdb", Slot::Small(0, 3)),
    ("seconds", Slot::Far(1_000_000, 1_000_000_000)),
    ("millis", Slot::Far(1_000_000_000, 1_000_000_000_000)),
    ("unix", Slot::Far(4_000_000_000, 9_000_000_000)),
    ("unixms", Slot::Far(4_000_000_000_000, 9_000_000_000_000)),
    ("gone", Slot::Of(pools::PAST)),
    ("badtime", Slot::Of(pools::BAD_TIMES)),
    ("score", Slot::Score),
    ("bound", Slot::Of(pools::SCORE_BOUNDS)),
    ("lexbound", Slot::Of(pools::LEX_BOUNDS)),
    ("lexmember", Slot::Of(pools::LEX_MEMBERS)),
    ("weights", Slot::Weights),
    ("entries", Slot::EntryForEach),
    ("newentry", Slot::NewEntry),
    ("entry", Slot::Entry),
    ("lon", Slot::Longitude),
    ("lat", Slot::Latitude),
    ("place", Slot::Of(pools::PLACES)),
    ("bitplace", Slot::BitPlace),
    ("bits", Slot::Of(pools::BIT_TYPES)),
    ("byteplace", Slot::Of(pools::BYTE_PLACES)),
    ("pattern", Slot::Of(pools::PATTERNS)),
    ("byattern", Slot::Of(pools::BY_PATTERNS)),
    ("group", Slot::Of(pools::GROUPS)),
    ("consumer", Slot::Of(pools::CONSUMERS)),
    ("channel", Slot::Of(pools::CHANNELS)),
    ("script", Slot::Of(pools::SCRIPTS)),
    ("digest", Slot::Of(pools::DIGESTS)),
    ("token", Slot::Of(pools::TOKENS)),
    ("nonsense", Slot::Of(pools::NONSENSE)),
    ("config", Slot::Of(pools::CONFIGS)),
];

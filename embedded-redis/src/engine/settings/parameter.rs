//! One parameter: what it takes, and what Redis says when it doesn't.

use super::{Class, Policy, Ports, Secret, Settings, buffers};
use crate::keyspace::parse_integer;

/// A parameter of `redis.conf`.
#[derive(Debug)]
pub(crate) struct Parameter {
    pub(crate) name: &'static str,
    /// An older name whose value this is another name for; the same, if it is none.
    of: Option<&'static str>,
    pub(super) default: &'static str,
    pub(super) kind: Kind,
}

/// What a parameter takes.
#[derive(Debug)]
pub(super) enum Kind {
    /// `yes` or `no`.
    Switch,
    /// An integer from the least to the most.
    Integer(i64, i64),
    /// The same; what is out of the range becomes the nearest in it.
    Nearest(i64, i64),
    /// Bytes, at least so many.
    Memory(i64),
    /// The same, or a percentage.
    MemoryOrPercent,
    Word(&'static [&'static str]),
    /// Several words of a list, one after the other.
    Words(&'static [&'static str]),
    Text,
    Hostname,
    /// `save`: seconds and changes, again and again.
    SavePoints,
    BufferLimits,
    Percentiles,
    OomScores,
    /// Settled when the server starts.
    Fixed,
    /// The same, but that the system may choose it.
    Port {
        of: fn(&Ports) -> u16,
    },
    /// The same, of an integer that acts.
    AtStart {
        get: fn(&Settings) -> i64,
        set: fn(&mut Settings, i64),
    },
    /// Settled when the server starts, unless protected parameters were allowed.
    Protected,
    /// An integer that acts.
    Number {
        range: (i64, i64),
        get: fn(&Settings) -> i64,
        set: fn(&mut Settings, i64),
    },
    /// Bytes that act.
    Size {
        least: i64,
        get: fn(&Settings) -> i64,
        set: fn(&mut Settings, i64),
    },
    Policy,
    Events,
    Password,
}

/// A value that is right.
pub(super) enum New {
    Number(i64),
    Policy(Policy),
    Events(Class),
    Password(Option<Secret>),
    Text(Vec<u8>),
}

impl Parameter {
    pub(super) const fn new(name: &'static str, default: &'static str, kind: Kind) -> Self {
        Self { name, of: None, default, kind }
    }

    /// The same under another name.
    pub(super) const fn alias(self, name: &'static str) -> Self {
        Self { name, of: Some(self.name), ..self }
    }

    /// Whether it is settled when the server starts.
    pub(super) fn is_fixed(&self) -> bool {
        matches!(self.kind, Kind::Fixed | Kind::Port { .. } | Kind::AtStart { .. })
    }

    /// Under which name its value is remembered.
    pub(super) fn key(&self) -> &'static str {
        self.of.unwrap_or(self.name)
    }

    /// Reads a value.
    ///
    /// # Errors
    ///
    /// What Redis says of it.
    pub(super) fn parse(&self, settings: &Settings, value: &[u8]) -> Result<New, String> {
        Ok(New::Text(match self.kind {
            Kind::Number { range: (least, most), .. } => {
                return integer(value, least, most).map(New::Number);
            }
            Kind::AtStart { .. } => return integer(value, 1, i32::MAX.into()).map(New::Number),
            Kind::Size { least, .. } => return bytes(value, least).map(New::Number),
            Kind::Policy => return policy(value).map(New::Policy),
            Kind::Events => {
                let classes = Class::parse(value).map(New::Events);
                return classes.ok_or(BAD_EVENT_CLASS.into());
            }
            Kind::Password => {
                let text = std::str::from_utf8(value).map_err(|_| NOT_UTF8)?;
                return Ok(New::Password((!text.is_empty()).then(|| text.into())));
            }
            Kind::Switch => {
                word(value, &["no", "yes"]).ok_or("argument must be 'yes' or 'no'")?.into()
            }
            Kind::Integer(least, most) => integer(value, least, most)?.to_string().into(),
            Kind::Nearest(least, most) => {
                integer(value, 0, i32::MAX.into())?.clamp(least, most).to_string().into()
            }
            Kind::Memory(least) => bytes(value, least)?.to_string().into(),
            Kind::MemoryOrPercent => memory_or_percent(value)?,
            Kind::Word(words) => word(value, words).ok_or_else(|| one_of(words))?.into(),
            Kind::Words(list) => words(value, list)?,
            Kind::Hostname if !value.iter().all(|it| is_hostname(*it)) => {
                return Err(BAD_HOSTNAME.into());
            }
            Kind::SavePoints => save_points(value)?,
            Kind::BufferLimits => buffers::limits(&settings.get(self), value)?,
            Kind::Percentiles => percentiles(value)?,
            Kind::OomScores => oom_scores(value)?,
            Kind::Text | Kind::Hostname | Kind::Fixed | Kind::Port { .. } | Kind::Protected => {
                value.to_vec()
            }
        }))
    }
}

fn integer(value: &[u8], least: i64, most: i64) -> Result<i64, String> {
    let number = parse_integer(value).ok_or("argument couldn't be parsed into an integer")?;
    in_range(number, least, most)
}

fn in_range(number: i64, least: i64, most: i64) -> Result<i64, String> {
    if (least..=most).contains(&number) {
        return Ok(number);
    }
    Err(format!("argument must be between {least} and {most} inclusive"))
}

fn bytes(value: &[u8], least: i64) -> Result<i64, String> {
    let bytes = memory(value).ok_or("argument must be a memory value")?;
    in_range(i64::try_from(bytes).unwrap_or(i64::MAX), least, i64::MAX)
}

/// Bytes, with a unit or without: `memtoull` in Redis's util.c, whose digits may be none.
pub(super) fn memory(value: &[u8]) -> Option<u64> {
    let digits = value.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let (digits, unit) = value.split_at_checked(digits)?;
    let factor: u64 = match unit.to_ascii_lowercase().as_slice() {
        b"" | b"b" => 1,
        b"k" => 1_000,
        b"kb" => 1 << 10,
        b"m" => 1_000_000,
        b"mb" => 1 << 20,
        b"g" => 1_000_000_000,
        b"gb" => 1 << 30,
        _ => return None,
    };
    let add = |sum: u64, digit: &u8| sum.saturating_mul(10).saturating_add(u64::from(digit - b'0'));
    Some(digits.iter().fold(0, add).saturating_mul(factor))
}

fn memory_or_percent(value: &[u8]) -> Result<Vec<u8>, String> {
    if let Some(percent) = value.strip_suffix(b"%") {
        return match parse_integer(percent) {
            Some(percent @ 0..) => Ok(format!("{percent}%").into()),
            _ => Err("argument must be a memory or percent value".into()),
        };
    }
    match memory(value) {
        Some(bytes) => Ok(bytes.to_string().into()),
        None => Err("argument must be a memory or percent value".into()),
    }
}

fn policy(value: &[u8]) -> Result<Policy, String> {
    Policy::parse(value).ok_or_else(|| one_of(&Policy::ALL.map(|(name, _)| name)))
}

fn word(value: &[u8], words: &[&'static str]) -> Option<&'static str> {
    words.iter().copied().find(|word| value.eq_ignore_ascii_case(word.as_bytes()))
}

fn words(value: &[u8], list: &[&'static str]) -> Result<Vec<u8>, String> {
    let given = split(value).map(|it| word(it, list)).collect::<Option<Vec<_>>>();
    match given {
        Some(given) if !given.is_empty() => Ok(given.join(" ").into()),
        _ => Err(one_of(list)),
    }
}

fn one_of(words: &[&str]) -> String {
    format!("argument(s) must be one of the following: {}", words.join(", "))
}

fn save_points(value: &[u8]) -> Result<Vec<u8>, String> {
    let numbers: Vec<_> = split(value).map(parse_integer).collect();
    let pairs = numbers.as_chunks::<2>();
    let right = pairs.0.iter().all(|pair| matches!(pair, [Some(1..), Some(0..)]));
    if !right || !pairs.1.is_empty() {
        return Err("Invalid save parameters".into());
    }
    Ok(numbers.into_iter().flatten().map(|it| it.to_string()).collect::<Vec<_>>().join(" ").into())
}

fn percentiles(value: &[u8]) -> Result<Vec<u8>, String> {
    let mut texts = Vec::new();
    for text in split(value) {
        let number = std::str::from_utf8(text).ok().and_then(|text| text.parse::<f64>().ok());
        let number = number.ok_or("Invalid latency-tracking-info-percentiles parameters")?;
        if !(0.0..=100.0).contains(&number) {
            return Err("latency-tracking-info-percentiles parameters should sit between \
                        [0.0,100.0]"
                .into());
        }
        texts.push(number.to_string());
    }
    Ok(texts.join(" ").into())
}

fn oom_scores(value: &[u8]) -> Result<Vec<u8>, String> {
    let numbers: Vec<_> = split(value).map(parse_integer).collect();
    match numbers.as_slice() {
        [Some(a), Some(b), Some(c)] if [a, b, c].iter().all(|it| (-2000..=2000).contains(*it)) => {
            Ok(format!("{a} {b} {c}").into())
        }
        [_, _, _] => {
            Err("Invalid oom-score-adj-values, elements must be between -2000 and 2000.".into())
        }
        _ => Err("wrong number of arguments".into()),
    }
}

fn split(value: &[u8]) -> impl Iterator<Item = &[u8]> {
    value.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty())
}

fn is_hostname(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.')
}

const BAD_EVENT_CLASS: &str = "Invalid event class character. Use 'Ag$lshzxeKEtmdn'.";
const BAD_HOSTNAME: &str = "Hostnames may only contain alphanumeric characters, hyphens or dots";
const NOT_UTF8: &str = "argument must be UTF-8";

//! Values from bytes.

use std::borrow::Cow;

use super::super::{Hash, Limits, List, Listpack, Score, Set, Side, SortedSet, Text, Value};
use super::packed::{Elements, intset, listpack, ziplist};
use super::{kind, lzf, string};

/// What is left to be read.
pub(super) struct Reader<'a>(&'a [u8]);

/// Bytes of the text itself, or such as had to be made.
type Bytes<'a> = Cow<'a, [u8]>;

impl<'a> Reader<'a> {
    pub(super) fn new(text: &'a [u8]) -> Self {
        Self(text)
    }

    /// The value, none if this is not one. Nothing is empty but strings, and nothing is there twice.
    pub(super) fn value(&mut self, seed: u64, limits: &Limits) -> Option<Value> {
        let [kind] = self.take()?;
        match kind {
            kind::STRING => Some(Value::String(Text::new(&self.string()?))),
            kind::LIST => {
                let count = self.length()?;
                let elements = (0..count).map(|_| self.string());
                list(elements)
            }
            kind::SET => {
                let count = self.length()?;
                let members = (0..count).map(|_| self.string());
                set(seed, members, limits.integers)
            }
            kind::SORTED_SET | kind::SORTED_SET_TEXT => {
                let count = self.length()?;
                let pair = |_| Some((self.string()?, self.score(kind)?));
                sorted_set(seed, (0..count).map(pair), limits.sorted_set)
            }
            kind::HASH => {
                let count = self.length()?;
                let pair = |_| Some((self.string()?, self.string()?));
                hash(seed, (0..count).map(pair), limits.hash)
            }
            kind::SET_INTSET => {
                set(seed, intset(&self.string()?)?.into_iter().map(Some), limits.integers)
            }
            kind::LIST_ZIPLIST => list(ziplist(&self.string()?)?.into_iter().map(Some)),
            kind::LIST_ZIPLISTS | kind::LIST_LISTPACKS => self.nodes(kind),
            kind::HASH_ZIPLIST => hash(seed, pairs(ziplist(&self.string()?)?)?, limits.hash),
            kind::HASH_LISTPACK => hash(seed, pairs(listpack(&self.string()?)?)?, limits.hash),
            kind::SORTED_SET_ZIPLIST => {
                sorted_set(seed, scored(ziplist(&self.string()?)?)?, limits.sorted_set)
            }
            kind::SORTED_SET_LISTPACK => {
                sorted_set(seed, scored(listpack(&self.string()?)?)?, limits.sorted_set)
            }
            _ => None,
        }
    }

    /// A list of packed lists, among which there may be large elements by themselves.
    fn nodes(&mut self, kind: u8) -> Option<Value> {
        let mut list = List::default();
        for _ in 0..self.length()? {
            let plain = kind == kind::LIST_LISTPACKS && self.length()? == 1;
            let node = self.string()?;
            if plain {
                list.push(Side::Right, &node);
                continue;
            }
            let elements = if kind == kind::LIST_LISTPACKS { listpack } else { ziplist };
            elements(&node)?.iter().for_each(|element| list.push(Side::Right, element.as_slice()));
        }
        (list.len() > 0).then(|| Value::List(Box::new(list)))
    }

    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (bytes, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(*bytes)
    }

    fn bytes(&mut self, length: u64) -> Option<&'a [u8]> {
        let (bytes, rest) = self.0.split_at_checked(usize::try_from(length).ok()?)?;
        self.0 = rest;
        Some(bytes)
    }

    fn length(&mut self) -> Option<u64> {
        let [first] = self.take()?;
        self.length_behind(first)
    }

    fn length_behind(&mut self, first: u8) -> Option<u64> {
        Some(match first {
            0x00..=0x3f => first.into(),
            0x40..=0x7f => u16::from_be_bytes([first & 0x3f, self.take::<1>()?[0]]).into(),
            0x80 => u32::from_be_bytes(self.take()?).into(),
            0x81 => u64::from_be_bytes(self.take()?),
            _ => return None,
        })
    }

    fn string(&mut self) -> Option<Bytes<'a>> {
        let [first] = self.take()?;
        if first < 0xc0 {
            let length = self.length_behind(first)?;
            return self.bytes(length).map(Cow::Borrowed);
        }
        let number = match first & 0x3f {
            string::INT8 => i8::from_le_bytes(self.take()?).into(),
            string::INT16 => i16::from_le_bytes(self.take()?).into(),
            string::INT32 => i32::from_le_bytes(self.take()?),
            string::LZF => {
                let (compressed, length) = (self.length()?, self.length()?);
                let text = self.bytes(compressed)?;
                return lzf::decompress(text, usize::try_from(length).ok()?).map(Cow::Owned);
            }
            _ => return None,
        };
        Some(Cow::Owned(number.to_string().into_bytes()))
    }

    fn score(&mut self, kind: u8) -> Option<Score> {
        if kind == kind::SORTED_SET {
            return self.take().map(f64::from_le_bytes);
        }
        match self.take()? {
            [253] => None,
            [254] => Some(f64::INFINITY),
            [255] => Some(f64::NEG_INFINITY),
            [length] => parse_score(self.bytes(length.into())?),
        }
    }
}

fn parse_score(text: &[u8]) -> Option<Score> {
    std::str::from_utf8(text).ok()?.parse().ok()
}

fn list<T: AsRef<[u8]>>(elements: impl Iterator<Item = Option<T>>) -> Option<Value> {
    let mut list = List::default();
    for element in elements {
        list.push(Side::Right, element?.as_ref());
    }
    (list.len() > 0).then(|| Value::List(Box::new(list)))
}

fn set<T: AsRef<[u8]>>(
    seed: u64,
    members: impl Iterator<Item = Option<T>>,
    limit: usize,
) -> Option<Value> {
    let mut set = Set::new(seed);
    for member in members {
        if !set.insert(member?.as_ref(), limit) {
            return None;
        }
    }
    (set.len() > 0).then(|| Value::Set(Box::new(set)))
}

fn hash<T: AsRef<[u8]>>(
    seed: u64,
    pairs: impl Iterator<Item = Option<(T, T)>>,
    limit: Listpack,
) -> Option<Value> {
    let mut hash = Hash::new(seed);
    for pair in pairs {
        let (field, value) = pair?;
        if !hash.insert(field.as_ref(), value.as_ref(), limit) {
            return None;
        }
    }
    (hash.len() > 0).then(|| Value::Hash(Box::new(hash)))
}

fn sorted_set<T: AsRef<[u8]>>(
    seed: u64,
    pairs: impl Iterator<Item = Option<(T, Score)>>,
    limit: Listpack,
) -> Option<Value> {
    let mut set = SortedSet::new(seed);
    for pair in pairs {
        let (member, score) = pair?;
        if score.is_nan() || set.insert(member.as_ref(), score, limit).is_some() {
            return None;
        }
    }
    (set.len() > 0).then(|| Value::SortedSet(Box::new(set)))
}

type Pair<T> = Option<(Vec<u8>, T)>;

/// Two by two.
fn pairs(elements: Elements) -> Option<impl Iterator<Item = Pair<Vec<u8>>>> {
    if !elements.len().is_multiple_of(2) {
        return None;
    }
    let mut elements = elements.into_iter();
    Some(std::iter::from_fn(move || Some(Some((elements.next()?, elements.next()?)))))
}

fn scored(elements: Elements) -> Option<impl Iterator<Item = Pair<Score>>> {
    let pairs = pairs(elements)?;
    Some(pairs.map(|pair| pair.and_then(|(member, score)| Some((member, parse_score(&score)?)))))
}

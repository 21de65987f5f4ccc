//! The longest common subsequence of two strings.

use redis_server_core::Items;
use redis_server_core::resp_core::request::Request;

use crate::commands::arguments::{Options, arg, integer, is};
use crate::engine::{Answer, Data, Done, Error, Outcome};
use crate::keyspace::{MAX_TEXT, Text};

pub(super) fn lcs(data: &mut Data<'_>, request: Request<'_>, answer: &mut Answer<'_>) -> Outcome {
    let first = operand(data, arg(&request, 1));
    let second = operand(data, arg(&request, 2));
    let (Ok(first), Ok(second)) = (first, second) else {
        return Err(Error::of("ERR The specified keys must contain string values"));
    };
    let options = LcsOptions::parse(Options::behind(&request, 3))?;
    let table = Table::new(&first, &second)?;
    if options.indexes {
        let matches = table.matches(options.min_match_len);
        answer_matches(&matches, table.len, options.with_match_len, answer)
    } else if options.len {
        answer.count(table.len)
    } else {
        answer.bulk(&table.subsequence())
    }
}

fn operand(data: &mut Data<'_>, key: &[u8]) -> Result<Vec<u8>, Error> {
    Ok(data.read::<Text>(key)?.map(|text| text.bytes().into_owned()).unwrap_or_default())
}

#[derive(Default)]
struct LcsOptions {
    len: bool,
    indexes: bool,
    with_match_len: bool,
    min_match_len: i64,
}

impl LcsOptions {
    fn parse(mut arguments: Options<'_>) -> Result<Self, Error> {
        let mut options = Self::default();
        while let Some(option) = arguments.next() {
            if is(option, "idx") {
                options.indexes = true;
            } else if is(option, "len") {
                options.len = true;
            } else if is(option, "withmatchlen") {
                options.with_match_len = true;
            } else if is(option, "minmatchlen") {
                options.min_match_len = integer(arguments.value()?)?;
            } else {
                return Err(Error::SYNTAX);
            }
        }
        if options.indexes && options.len {
            return Err(Error::of(
                "ERR If you want both the length and indexes, please just use IDX.",
            ));
        }
        Ok(options)
    }
}

fn answer_matches(
    matches: &[Match],
    len: usize,
    with_match_len: bool,
    answer: &mut Answer<'_>,
) -> Outcome {
    let Some(mut pairs) = answer.map(2) else { return Ok(Done::Answered) };
    let mut items = pairs.value("matches").array(matches.len());
    for found in matches {
        let mut item = items.item().array(if with_match_len { 3 } else { 2 });
        add_range(&mut item, found.first, found.len);
        add_range(&mut item, found.second, found.len);
        if with_match_len {
            item.add(found.len);
        }
    }
    drop(items);
    pairs.pair("len", len);
    Ok(Done::Answered)
}

fn add_range(items: &mut Items<'_>, start: usize, len: usize) {
    items.item().array(2).add(start).add(start + len - 1);
}

/// Bytes in a row that both strings have.
struct Match {
    /// Where it begins in the first string.
    first: usize,
    /// Where it begins in the second one.
    second: usize,
    len: usize,
}

/// For all lengths of both strings, which of them is to be cut by one byte for what is longer to
/// be left in common.
///
/// One bit is enough for that: where the last bytes are equal, both are cut.
struct Table<'a> {
    first: &'a [u8],
    second: &'a [u8],
    cut_first: Vec<u64>,
    /// The length of the subsequence.
    len: usize,
}

impl<'a> Table<'a> {
    fn new(first: &'a [u8], second: &'a [u8]) -> Result<Self, Error> {
        // What Redis would take for it: a number for all pairs of lengths.
        let cells = (first.len() as u64 + 1).saturating_mul(second.len() as u64 + 1);
        if cells.saturating_mul(4) > MAX_TEXT as u64 {
            return Err(Error::of(
                "ERR Insufficient memory, transient memory for LCS exceeds proto-max-bulk-len",
            ));
        }
        let mut cut_first = vec![0_u64; first.len() * second.len() / 64 + 1];
        let mut lengths = vec![0_u32; second.len() + 1];
        let mut index = 0;
        for byte in first {
            let mut diagonal = 0;
            let mut left = 0;
            for (above, other) in lengths.iter_mut().skip(1).zip(second) {
                let length = if byte == other { diagonal + 1 } else { left.max(*above) };
                if *above > left
                    && let Some(word) = cut_first.get_mut(index / 64)
                {
                    *word |= 1 << (index % 64);
                }
                diagonal = std::mem::replace(above, length);
                left = length;
                index += 1;
            }
        }
        let len = lengths.last().map_or(0, |len| *len as usize);
        Ok(Self { first, second, cut_first, len })
    }

    /// Where the last byte is that both have in common, if they are cut to so many bytes.
    fn last_common(&self, mut first: usize, mut second: usize) -> Option<(usize, usize)> {
        while first > 0 && second > 0 {
            if self.first.get(first - 1) == self.second.get(second - 1) {
                return Some((first - 1, second - 1));
            }
            let index = (first - 1) * self.second.len() + second - 1;
            let word = self.cut_first.get(index / 64).copied().unwrap_or_default();
            if word >> (index % 64) & 1 == 1 {
                first -= 1;
            } else {
                second -= 1;
            }
        }
        None
    }

    /// The bytes in common, as where they are in both strings, the last first.
    fn common(&self) -> impl Iterator<Item = (usize, usize)> {
        let last = self.last_common(self.first.len(), self.second.len());
        std::iter::successors(last, |(first, second)| self.last_common(*first, *second))
    }

    fn subsequence(&self) -> Vec<u8> {
        let mut bytes: Vec<u8> =
            self.common().filter_map(|(first, _)| self.first.get(first).copied()).collect();
        bytes.reverse();
        bytes
    }

    /// What is in a row in both strings, the last first.
    fn matches(&self, min_len: i64) -> Vec<Match> {
        let mut matches: Vec<Match> = Vec::new();
        for (first, second) in self.common() {
            match matches.last_mut() {
                Some(last) if last.first == first + 1 && last.second == second + 1 => {
                    *last = Match { first, second, len: last.len + 1 };
                }
                _ => matches.push(Match { first, second, len: 1 }),
            }
        }
        matches.retain(|found| found.len as i64 >= min_len);
        matches
    }
}

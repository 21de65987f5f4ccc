//! `SCAN`.

use redis_server_core::glob_matches;
use redis_server_core::resp_core::request::Request;

use super::super::arguments::{Options, arg, integer, is};
use crate::engine::{Answer, Data, Done, Error, Outcome};
use crate::keyspace::{Compact, Place};

pub(super) fn scan(data: &mut Data<'_>, request: Request<'_>, answer: &mut Answer<'_>) -> Outcome {
    let cursor = cursor(arg(&request, 1)).ok_or(Error::of("ERR invalid cursor"))?;
    let filter = Filter::parse(Options::behind(&request, 2))?;
    let mut found = Vec::new();
    let cursor = data.database.db.scan(cursor, filter.count, &mut found);
    let due = split_off_due(data, &mut found);
    let db = &data.database.db;
    let keys = found.into_iter().filter_map(|place| {
        let (key, value) = db.entry(place)?;
        (filter.matches(key) && filter.is_type(value.kind().name())).then_some(key)
    });
    let keys: Vec<&Compact> = keys.collect();
    if let Some(mut items) = answer.array(2) {
        items.add(cursor.to_string().as_bytes());
        let mut part = Answer::part(items.item());
        let _ = part.bulks(keys.into_iter());
    }
    // Their places are not valid any longer once one of them is gone.
    for key in due {
        data.peek(&key);
    }
    Ok(Done::Answered)
}

/// Takes out what is past its deadline.
fn split_off_due(data: &Data<'_>, found: &mut Vec<Place>) -> Vec<Compact> {
    let (db, now) = (&data.database.db, data.now());
    let mut due = Vec::new();
    if db.volatile_len() > 0 {
        found.retain(|place| {
            let is_due = db.is_due(*place, now);
            if is_due {
                due.extend(db.entry(*place).map(|(key, _)| key.clone()));
            }
            !is_due
        });
    }
    due
}

/// Which keys are wanted.
struct Filter<'a> {
    count: usize,
    pattern: Option<&'a [u8]>,
    kind: Option<&'a [u8]>,
}

impl<'a> Filter<'a> {
    fn parse(mut options: Options<'a>) -> Result<Self, Error> {
        let mut filter = Self { count: 10, pattern: None, kind: None };
        while let Some(option) = options.next() {
            let value = options.value()?;
            if is(option, "count") {
                let count = integer(value)?;
                filter.count = usize::try_from(count).map_err(|_| Error::SYNTAX)?;
                if count < 1 {
                    return Err(Error::SYNTAX);
                }
            } else if is(option, "match") {
                // `*` is everything, also the empty key, which the matcher says it is not.
                filter.pattern = (value != b"*").then_some(value);
            } else if is(option, "type") {
                filter.kind = Some(value);
            } else {
                return Err(Error::SYNTAX);
            }
        }
        Ok(filter)
    }

    fn matches(&self, key: &[u8]) -> bool {
        self.pattern.is_none_or(|pattern| glob_matches(pattern, key))
    }

    fn is_type(&self, name: &str) -> bool {
        self.kind.is_none_or(|kind| is(kind, name))
    }
}

/// A cursor as `strtoul` reads it, of whom Redis has it: with a sign, and up to a NUL.
fn cursor(text: &[u8]) -> Option<u64> {
    let text = text.split(|byte| *byte == 0).next()?;
    let (negative, digits) = match text {
        [b'-', digits @ ..] => (true, digits),
        [b'+', digits @ ..] => (false, digits),
        digits => (false, digits),
    };
    if digits.is_empty() {
        return text.is_empty().then_some(0);
    }
    let mut cursor = 0_u64;
    for digit in digits {
        let digit = digit.checked_sub(b'0').filter(|digit| *digit <= 9)?;
        cursor = cursor.checked_mul(10)?.checked_add(digit.into())?;
    }
    Some(if negative { cursor.wrapping_neg() } else { cursor })
}

//! `ZSCAN`.

use redis_server_core::resp_core::request::Request;
use redis_server_core::{double_text, glob_matches};

use super::super::arguments::{Options, arg, integer, is};
use crate::engine::{Answer, Data, Done, Error, Outcome};
use crate::keyspace::{Compact, Score, SortedSet};

pub(super) fn zscan(data: &mut Data<'_>, request: Request<'_>, answer: &mut Answer<'_>) -> Outcome {
    let cursor = cursor(arg(&request, 2)).ok_or(Error::of("ERR invalid cursor"))?;
    let Some(set) = data.read::<SortedSet>(arg(&request, 1))? else {
        return answer_scan(answer, 0, &[], false);
    };
    let (mut count, mut pattern) = (10, None);
    let mut options = Options::behind(&request, 3);
    while let Some(option) = options.next() {
        if is(option, "count") {
            count = integer(options.value()?)?;
            if count < 1 {
                return Err(Error::SYNTAX);
            }
        } else if is(option, "match") {
            pattern = Some(options.value()?).filter(|pattern| *pattern != b"*");
        } else {
            return Err(Error::SYNTAX);
        }
    }
    let mut found: Vec<(&Compact, Score)> = Vec::new();
    let mut next = 0;
    if set.is_listpack() {
        found.extend(set.iter());
    } else {
        let mut places = Vec::new();
        next = set.scan(cursor, usize::try_from(count).unwrap_or(usize::MAX), &mut places);
        found.extend(places.into_iter().filter_map(|place| set.entry_at(place)));
    }
    if let Some(pattern) = pattern {
        found.retain(|(member, _)| glob_matches(pattern, member));
    }
    answer_scan(answer, next, &found, set.is_listpack())
}

fn answer_scan(
    answer: &mut Answer<'_>,
    cursor: u64,
    found: &[(&Compact, Score)],
    listpack: bool,
) -> Outcome {
    let Some(mut items) = answer.array(2) else { return Ok(Done::Answered) };
    items.add(itoa::Buffer::new().format(cursor));
    let mut members = items.item().array(found.len() * 2);
    for (member, score) in found {
        members.add(&***member);
        if listpack && is_stored_as_integer(*score) {
            members.add(itoa::Buffer::new().format(*score as i64));
        } else {
            // In RESP3, too, it is a string here.
            members.add(double_text(*score).as_ref());
        }
    }
    Ok(Done::Answered)
}

/// Whether a listpack has it without an exponent (`double2ll` in Redis's util.c).
fn is_stored_as_integer(score: Score) -> bool {
    score.abs() <= (1_u64 << 62) as Score && score.fract() == 0.0
}

/// A cursor as `strtoul` reads it: no digits are 0, and what is negative counts from the end.
fn cursor(text: &[u8]) -> Option<u64> {
    let (negative, digits) = match text {
        [b'-', digits @ ..] => (true, digits),
        [b'+', digits @ ..] => (false, digits),
        digits => (false, digits),
    };
    if digits.is_empty() && !text.is_empty() {
        return None;
    }
    let mut cursor = 0_u64;
    for digit in digits.iter().take_while(|byte| **byte != 0) {
        let digit = Some(digit.wrapping_sub(b'0')).filter(|digit| *digit <= 9)?;
        cursor = cursor.checked_mul(10)?.checked_add(u64::from(digit))?;
    }
    Some(if negative { cursor.wrapping_neg() } else { cursor })
}

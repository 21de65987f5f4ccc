//! `ZSCAN`.

use redis_server_core::double_text;
use redis_server_core::resp_core::request::Request;

use crate::commands::arguments::arg;
use crate::commands::scanning::{Scan, cursor};
use crate::engine::{Answer, Data, Done, Outcome};
use crate::keyspace::{Compact, Score, SortedSet};

pub(super) fn zscan(data: &mut Data<'_>, request: Request<'_>, answer: &mut Answer<'_>) -> Outcome {
    let cursor = cursor(arg(&request, 2))?;
    let Some(set) = data.read::<SortedSet>(arg(&request, 1))? else {
        return answer_scan(answer, 0, &[], false);
    };
    let scan = Scan::parse(&request)?;
    let mut found: Vec<(&Compact, Score)> = Vec::new();
    let mut next = 0;
    if set.is_listpack() {
        found.extend(set.iter());
    } else {
        let mut places = Vec::new();
        next = set.scan(cursor, scan.count, &mut places);
        found.extend(places.into_iter().filter_map(|place| set.entry_at(place)));
    }
    found.retain(|(member, _)| scan.wants(member));
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

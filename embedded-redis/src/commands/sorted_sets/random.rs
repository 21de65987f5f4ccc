//! `ZRANDMEMBER`.

use std::collections::HashSet;

use redis_server_core::resp_core::request::Request;

use super::list;
use crate::commands::arguments::{arg, integer, is};
use crate::engine::{Answer, Data, Error, Outcome};
use crate::keyspace::{Compact, Rng, Score, SortedSet};

pub(super) fn zrandmember(
    data: &mut Data<'_>,
    request: Request<'_>,
    answer: &mut Answer<'_>,
) -> Outcome {
    let Some(count) = request.arg(2) else {
        let mut rng = draw(data);
        let set = data.read::<SortedSet>(arg(&request, 1))?;
        return answer.optional(set.and_then(|set| set.random(&mut rng)).map(|(it, _)| &**it));
    };
    let count = integer(count)?;
    if count == i64::MIN {
        return Err(Error::of(
            "ERR value is out of range, value must between -9223372036854775807 and \
             9223372036854775807",
        ));
    }
    let with_scores = request.len() == 4 && is(arg(&request, 3), "withscores");
    if request.len() > 3 && !with_scores {
        return Err(Error::SYNTAX);
    }
    if with_scores && count.unsigned_abs() > i64::MAX as u64 / 2 {
        return Err(Error::of("ERR value is out of range"));
    }
    let mut rng = draw(data);
    let Some(set) = data.read::<SortedSet>(arg(&request, 1))? else {
        return list(answer, 0, false, std::iter::empty());
    };
    let wanted = usize::try_from(count.unsigned_abs()).unwrap_or(usize::MAX);
    if count >= 0 {
        return distinct(set, wanted, &mut rng, with_scores, answer);
    }
    if wanted > MOST {
        return Err(Error::of("ERR value is out of range"));
    }
    let members = (0..wanted).filter_map(|_| set.random(&mut rng));
    list(answer, wanted, with_scores, members)
}

/// A generator of its own, since the set is borrowed from what has the server's.
fn draw(data: &mut Data<'_>) -> Rng {
    Rng::new(data.shared.rng.next())
}

fn distinct(
    set: &SortedSet,
    wanted: usize,
    rng: &mut Rng,
    with_scores: bool,
    answer: &mut Answer<'_>,
) -> Outcome {
    if wanted >= set.len() {
        return list(answer, set.len(), with_scores, set.iter().rev());
    }
    let chosen: Vec<(&Compact, Score)> = if wanted * 3 > set.len() {
        // So many that most would be drawn again: some are left out instead.
        let mut members: Vec<_> = set.iter().collect();
        for drawn in 0..wanted {
            let other = drawn + rng.below(members.len() - drawn);
            members.swap(drawn, other);
        }
        members.truncate(wanted);
        members
    } else {
        let mut drawn = HashSet::new();
        let members = std::iter::from_fn(|| set.random(rng));
        members.filter(|(member, _)| drawn.insert(&***member)).take(wanted).collect()
    };
    list(answer, chosen.len(), with_scores, chosen.into_iter())
}

/// Redis writes as many as it is told, until its memory is full.
const MOST: usize = 1 << 24;

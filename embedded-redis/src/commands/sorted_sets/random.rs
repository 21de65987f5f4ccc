//! `ZRANDMEMBER`.

use redis_server_core::resp_core::request::Request;

use super::list;
use crate::commands::arguments::{arg, is};
use crate::commands::sampling::Sample;
use crate::engine::{Answer, Data, Error, Outcome};
use crate::keyspace::SortedSet;

pub(super) fn zrandmember(
    data: &mut Data<'_>,
    request: Request<'_>,
    answer: &mut Answer<'_>,
) -> Outcome {
    let mut rng = data.shared.rng.fork();
    let Some(count) = request.arg(2) else {
        let set = data.read::<SortedSet>(arg(&request, 1))?;
        let member = set.and_then(|set| set.random(&mut rng));
        return answer.optional(member.map(|(member, _)| &**member));
    };
    let sample = Sample::parse(count)?;
    let with_scores = request.len() == 4 && is(arg(&request, 3), "withscores");
    if request.len() > 3 && !with_scores {
        return Err(Error::SYNTAX);
    }
    if with_scores && sample.is_too_much_for_pairs() {
        return Err(Error::of("ERR value is out of range"));
    }
    let Some(set) = data.read::<SortedSet>(arg(&request, 1))? else {
        return list(answer, 0, false, std::iter::empty());
    };
    match sample {
        Sample::Any(count) => {
            let members = (0..Sample::bounded(count)?).filter_map(|_| set.random(&mut rng));
            list(answer, count, with_scores, members)
        }
        Sample::Distinct(count) if count >= set.len() => {
            list(answer, set.len(), with_scores, set.iter().rev())
        }
        Sample::Distinct(count) => {
            list(answer, count, with_scores, set.sample(count, &mut rng).into_iter())
        }
    }
}

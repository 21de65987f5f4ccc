//! Random members.

use redis_server_core::resp_core::request::Request;

use super::{answer_all, answer_none};
use crate::commands::arguments::{arg, count};
use crate::commands::sampling::Sample;
use crate::engine::{Answer, Class, Data, Done, Error, Outcome};
use crate::keyspace::Set;

pub(super) fn srandmember(
    data: &mut Data<'_>,
    request: Request<'_>,
    answer: &mut Answer<'_>,
) -> Outcome {
    if request.len() > 3 {
        return Err(Error::SYNTAX);
    }
    let mut rng = data.shared.rng.fork();
    let Some(count) = request.arg(2) else {
        let set = data.read::<Set>(arg(&request, 1))?;
        return answer.optional(set.and_then(|set| set.random(&mut rng)).as_deref());
    };
    let sample = Sample::parse(count)?;
    let Some(set) = data.read::<Set>(arg(&request, 1))? else {
        return answer.bulks::<&[u8]>([].into_iter());
    };
    match sample {
        Sample::Any(count) => {
            let count = Sample::bounded(count)?;
            if let Some(mut items) = answer.array(count) {
                for _ in 0..count {
                    items.add(set.random(&mut rng).as_deref());
                }
            }
        }
        Sample::Distinct(count) if count >= set.len() => {
            if let Some(mut items) = answer.array(set.len()) {
                for member in set.iter() {
                    items.add(&*member);
                }
            }
        }
        Sample::Distinct(count) => return answer.bulks(set.sample(count, &mut rng).iter()),
    }
    Ok(Done::Answered)
}

pub(super) fn spop(data: &mut Data<'_>, request: Request<'_>, answer: &mut Answer<'_>) -> Outcome {
    if request.len() > 3 {
        return Err(Error::SYNTAX);
    }
    if let Some(count) = request.arg(2) {
        return spop_many(data, &request, count, answer);
    }
    let mut rng = data.shared.rng.fork();
    let Some(mut set) = data.edit::<Set>(arg(&request, 1))? else { return answer.null() };
    let member = set.pop(&mut rng);
    set.done(Class::SET, "spop");
    answer.optional(member.as_deref())
}

fn spop_many(
    data: &mut Data<'_>,
    request: &Request<'_>,
    wanted: &[u8],
    answer: &mut Answer<'_>,
) -> Outcome {
    let wanted = count(wanted, 0, Error::NOT_POSITIVE)?;
    let mut rng = data.shared.rng.fork();
    let limit = data.shared.settings.limits.integers;
    let Some(mut set) = data.edit::<Set>(arg(request, 1))?.filter(|_| wanted > 0) else {
        return answer_none(answer);
    };
    if wanted >= set.len() {
        let all = set.take();
        set.done(Class::SET, "spop");
        // Redis answers with the union of the one set: what are integers comes in order.
        return answer_all(answer, &Set::of_members(rng.next(), all.iter(), limit));
    }
    if let Some(mut items) = answer.set(wanted) {
        for _ in 0..wanted {
            items.add(set.pop(&mut rng).as_deref());
        }
    }
    // Where few are left, Redis makes a new set of them.
    if set.len() * MOVED <= wanted {
        set.renew(rng.next());
    }
    set.done(Class::SET, "spop");
    Ok(Done::Answered)
}

/// `SPOP_MOVE_STRATEGY_MUL` in Redis's t_set.c.
const MOVED: usize = 5;

//! Random fields.

use redis_server_core::resp_core::request::Request;
use redis_server_core::{Items, Protocol};

use crate::commands::arguments::{arg, is};
use crate::commands::sampling::Sample;
use crate::engine::{Answer, Data, Done, Error, Outcome};
use crate::keyspace::{Compact, Hash, Rng};

pub(super) fn hrandfield(
    data: &mut Data<'_>,
    request: Request<'_>,
    answer: &mut Answer<'_>,
) -> Outcome {
    let mut rng = data.shared.rng.fork();
    let Some(count) = request.arg(2) else {
        let hash = data.read::<Hash>(arg(&request, 1))?;
        let field = hash.and_then(|hash| hash.random(&mut rng));
        return answer.optional(field.map(|(field, _)| &**field));
    };
    let sample = Sample::parse(count)?;
    let with_values = request.len() == 4 && is(arg(&request, 3), "withvalues");
    if request.len() > 3 && !with_values {
        return Err(Error::SYNTAX);
    }
    if with_values && sample.is_too_much_for_pairs() {
        return Err(Error::of("ERR value is out of range"));
    }
    match data.read::<Hash>(arg(&request, 1))? {
        Some(hash) => answer_sample(hash, sample, with_values, &mut rng, answer),
        None => answer.bulks::<&[u8]>([].into_iter()),
    }
}

fn answer_sample(
    hash: &Hash,
    sample: Sample,
    with_values: bool,
    rng: &mut Rng,
    answer: &mut Answer<'_>,
) -> Outcome {
    match sample {
        Sample::Any(count) => {
            let mut fields = Fields::begin(answer, Sample::bounded(count)?, with_values);
            (0..count).filter_map(|_| hash.random(rng)).for_each(|entry| fields.add(entry));
        }
        Sample::Distinct(count) if count >= hash.len() => {
            let mut fields = Fields::begin(answer, hash.len(), with_values);
            hash.iter().for_each(|entry| fields.add(entry));
        }
        Sample::Distinct(count) => {
            let mut fields = Fields::begin(answer, count, with_values);
            hash.sample(count, rng).into_iter().for_each(|entry| fields.add(entry));
        }
    }
    Ok(Done::Answered)
}

/// An answer of fields, and maybe their values: in RESP3 each pair is an array of its own.
struct Fields<'a> {
    items: Option<Items<'a>>,
    with_values: bool,
    paired: bool,
}

impl<'a> Fields<'a> {
    fn begin(answer: &mut Answer<'a>, count: usize, with_values: bool) -> Self {
        let paired = with_values && answer.protocol() == Protocol::Resp3;
        let frames = if with_values && !paired { count * 2 } else { count };
        Self { items: answer.array(frames), with_values, paired }
    }

    fn add(&mut self, (field, value): (&Compact, &Compact)) {
        let Some(items) = &mut self.items else { return };
        if self.paired {
            items.item().array(2).add(&**field).add(&**value);
            return;
        }
        items.add(&**field);
        if self.with_values {
            items.add(&**value);
        }
    }
}

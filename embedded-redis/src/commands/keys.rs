//! Commands on keys of any type.

use redis_server_core::resp_core::request::Request;

use super::Commands;
use crate::engine::{Answer, Data, Outcome, Runs};

pub(super) const COMMANDS: Commands = &[
    ("del", Runs::Data(del)),
    ("unlink", Runs::Data(del)),
    ("exists", Runs::Data(exists)),
    ("type", Runs::Data(kind)),
];

fn del(data: &mut Data<'_>, request: Request<'_>, answer: &mut Answer<'_>) -> Outcome {
    answer.count(request.iter().skip(1).filter(|key| data.delete(key)).count())
}

fn exists(data: &mut Data<'_>, request: Request<'_>, answer: &mut Answer<'_>) -> Outcome {
    answer.count(request.iter().skip(1).filter(|key| data.exists(key)).count())
}

fn kind(data: &mut Data<'_>, request: Request<'_>, answer: &mut Answer<'_>) -> Outcome {
    let key = request.arg(1).unwrap_or_default();
    let place = data.peek(key);
    let value = place.and_then(|place| data.database.db.value(place));
    answer.simple(value.map_or("none", |value| value.kind().name()))
}

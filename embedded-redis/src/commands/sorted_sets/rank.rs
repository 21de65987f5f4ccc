//! `ZRANK` and `ZREVRANK`.

use redis_server_core::resp_core::request::Request;

use crate::commands::arguments::arg;
use crate::engine::{Answer, Data, Outcome};
use crate::keyspace::SortedSet;

pub(super) fn zrank(data: &mut Data<'_>, request: Request<'_>, answer: &mut Answer<'_>) -> Outcome {
    let set = data.read::<SortedSet>(arg(&request, 1))?;
    match set.and_then(|set| set.rank(arg(&request, 2))) {
        Some(rank) => answer.count(rank),
        None => answer.null(),
    }
}

pub(super) fn zrevrank(
    data: &mut Data<'_>,
    request: Request<'_>,
    answer: &mut Answer<'_>,
) -> Outcome {
    let set = data.read::<SortedSet>(arg(&request, 1))?;
    match set.and_then(|set| Some(set.len() - 1 - set.rank(arg(&request, 2))?)) {
        Some(rank) => answer.count(rank),
        None => answer.null(),
    }
}

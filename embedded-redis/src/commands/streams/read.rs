//! `XREAD` and `XREADGROUP`.

mod options;
mod serve;
mod wait;

use redis_server_core::resp_core::request::Request;

use self::options::{Behind, Read, Source};
use self::serve::{Reader, Served};
use crate::engine::{Answer, Data, Done, Outcome};
use crate::keyspace::Stream;

pub(super) fn xread(data: &mut Data<'_>, request: Request<'_>, answer: &mut Answer<'_>) -> Outcome {
    let read = Read::parse(&request, false, data.shared)?;
    let sources = read.sources(data)?;
    let count = read.count.unwrap_or(usize::MAX);
    let mut served = Vec::new();
    for source in &sources {
        let Some(stream) = data.read::<Stream>(source.key)? else { continue };
        if stream.top().is_some_and(|top| top > source.behind.id()) {
            served.push(Served::behind(source.key, source.behind.id(), count));
        }
    }
    finish(data, answer, &read, &sources, &served)
}

pub(super) fn xreadgroup(
    data: &mut Data<'_>,
    request: Request<'_>,
    answer: &mut Answer<'_>,
) -> Outcome {
    let read = Read::parse(&request, true, data.shared)?;
    let sources = read.sources(data)?;
    let (group, consumer) = read.consumer.unwrap_or_default();
    let count = read.count.unwrap_or(usize::MAX);
    let reader = Reader { group, consumer, count, acknowledged: read.acknowledged };
    let mut served = Vec::new();
    for source in &sources {
        let Some(stream) = data.read::<Stream>(source.key)? else { continue };
        let delivered = stream.group(group).map(|group| group.last_delivered);
        if source.behind != Behind::Delivered || stream.top() > delivered {
            served.push(reader.deliver(data, source.key, source.behind)?);
        }
    }
    finish(data, answer, &read, &sources, &served)
}

/// Answers with what there is, or waits for something if the client wants to.
fn finish(
    data: &mut Data<'_>,
    answer: &mut Answer<'_>,
    read: &Read<'_>,
    sources: &[Source<'_>],
    served: &[Served<'_>],
) -> Outcome {
    if !served.is_empty() {
        return serve::answer(data, answer, served);
    }
    match read.block {
        Some(deadline) => Ok(Done::Block(read.wait(sources, deadline))),
        None => answer.null_array(),
    }
}

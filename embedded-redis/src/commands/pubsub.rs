//! Pub/sub.

#[cfg(test)]
mod tests;

use std::collections::VecDeque;

use redis_server_core::resp_core::request::Request;
use redis_server_core::{Notice, Topic};

use super::Commands;
use super::arguments::arg;
use crate::engine::{Answer, Context, Done, Error, Event, Outcome, Queued, Runs};

pub(super) const COMMANDS: Commands = &[
    ("subscribe", Runs::Client(|it, request, to| subscribe(it, Topic::Channel, request, to))),
    ("psubscribe", Runs::Client(|it, request, to| subscribe(it, Topic::Pattern, request, to))),
    ("ssubscribe", Runs::Client(|it, request, to| subscribe(it, Topic::ShardChannel, request, to))),
    ("unsubscribe", Runs::Client(|it, request, to| unsubscribe(it, Topic::Channel, request, to))),
    ("punsubscribe", Runs::Client(|it, request, to| unsubscribe(it, Topic::Pattern, request, to))),
    (
        "sunsubscribe",
        Runs::Client(|it, request, to| unsubscribe(it, Topic::ShardChannel, request, to)),
    ),
    ("publish", Runs::Client(publish)),
    ("spublish", Runs::Client(spublish)),
    ("pubsub", Runs::Client(super::help::alone)),
    ("pubsub|channels", Runs::Client(|it, request, to| names(it, Topic::Channel, request, to))),
    ("pubsub|help", Runs::Client(super::help::pubsub)),
    ("pubsub|numpat", Runs::Client(numpat)),
    ("pubsub|numsub", Runs::Client(|it, request, to| counts(it, Topic::Channel, request, to))),
    (
        "pubsub|shardchannels",
        Runs::Client(|it, request, to| names(it, Topic::ShardChannel, request, to)),
    ),
    (
        "pubsub|shardnumsub",
        Runs::Client(|it, request, to| counts(it, Topic::ShardChannel, request, to)),
    ),
];

fn subscribe(
    context: &mut Context<'_>,
    topic: Topic,
    request: Request<'_>,
    answer: &mut Answer<'_>,
) -> Outcome {
    let id = context.id();
    may_announce(request.len() - 1, answer)?;
    for name in request.iter().skip(1) {
        let held = context.engine.shared.hub.subscribe(id, topic, name);
        announce(answer, &Notice::subscribed(topic, name, held));
    }
    context.count_subscriptions(id);
    Ok(Done::Silent)
}

fn unsubscribe(
    context: &mut Context<'_>,
    topic: Topic,
    request: Request<'_>,
    answer: &mut Answer<'_>,
) -> Outcome {
    let id = context.id();
    let hub = &mut context.engine.shared.hub;
    if request.len() == 1 {
        may_announce(hub.held(id, topic), answer)?;
        for (name, held) in hub.unsubscribe_all(id, topic) {
            announce(answer, &Notice::unsubscribed(topic, name.as_deref(), held));
        }
    }
    may_announce(request.len() - 1, answer)?;
    for name in request.iter().skip(1) {
        let held = hub.unsubscribe(id, topic, name);
        announce(answer, &Notice::unsubscribed(topic, Some(name), held));
    }
    context.count_subscriptions(id);
    Ok(Done::Silent)
}

/// Each name is announced by itself. What `EXEC` answers has one place for a command: Redis puts
/// several announcements there, so that clients lose count.
fn may_announce(names: usize, answer: &Answer<'_>) -> Result<(), Error> {
    if names > 1 && !answer.is_whole() {
        return Err(Error::of("ERR only one subscription at a time in a transaction"));
    }
    Ok(())
}

fn announce(answer: &mut Answer<'_>, notice: &Notice) {
    if !answer.push_first(notice) {
        let _ = answer.notice(notice);
    }
}

impl Context<'_> {
    pub(super) fn id(&self) -> u64 {
        self.client().map_or(0, |client| client.id)
    }

    fn count_subscriptions(&mut self, id: u64) {
        self.terms().set_subscriptions(self.engine.shared.hub.subscriptions(id));
    }
}

fn publish(context: &mut Context<'_>, request: Request<'_>, answer: &mut Answer<'_>) -> Outcome {
    let id = context.id();
    let shared = &mut context.engine.shared;
    let (channel, message) = (arg(&request, 1), arg(&request, 2));
    let receivers = shared.hub.publish(channel, message, teller(id, answer, &mut shared.events));
    answer.count(receivers)
}

fn spublish(context: &mut Context<'_>, request: Request<'_>, answer: &mut Answer<'_>) -> Outcome {
    let id = context.id();
    let shared = &mut context.engine.shared;
    let (channel, message) = (arg(&request, 1), arg(&request, 2));
    let tell = teller(id, answer, &mut shared.events);
    let receivers = shared.hub.publish_shard(channel, message, tell);
    answer.count(receivers)
}

/// Tells subscribers. Who publishes what it is subscribed to itself hears of that before the answer.
fn teller(
    own: u64,
    answer: &mut Answer<'_>,
    events: &mut VecDeque<Queued>,
) -> impl FnMut(u64, &Notice) {
    move |id, notice| {
        if id != own || !answer.push_first(notice) {
            events.push_back(Event::Tell(id, notice.clone()).into());
        }
    }
}

/// `PUBSUB CHANNELS [pattern]`
fn names(
    context: &mut Context<'_>,
    topic: Topic,
    request: Request<'_>,
    answer: &mut Answer<'_>,
) -> Outcome {
    if request.len() > 3 {
        return Err(super::help::unknown("PUBSUB", arg(&request, 1)));
    }
    let names: Vec<_> = context.engine.shared.hub.names(topic, request.arg(2)).collect();
    answer.bulks(names.into_iter())
}

/// `PUBSUB NUMSUB [channel ...]`
fn counts(
    context: &mut Context<'_>,
    topic: Topic,
    request: Request<'_>,
    answer: &mut Answer<'_>,
) -> Outcome {
    let names = request.iter().skip(2);
    if let Some(mut items) = answer.array(names.len() * 2) {
        for name in names {
            items.add(name).add(context.engine.shared.hub.subscribers(topic, name));
        }
    }
    Ok(Done::Answered)
}

fn numpat(context: &mut Context<'_>, _: Request<'_>, answer: &mut Answer<'_>) -> Outcome {
    answer.count(context.engine.shared.hub.len(Topic::Pattern))
}

//! Commands of pub/sub.

use redis_server_core::{Action, Command, Flags, Reply, Topic};

use super::connection::Builtin;
use crate::server::handle::ServerHandle;

/// What `PUBSUB` is asked.
#[derive(Clone, Copy)]
pub(super) enum Question {
    Names(Topic),
    Subscribers(Topic),
    Patterns,
}

/// Their names, arities and flags as redis-server 7.0 has them.
pub(super) const COMMANDS: &[(&str, i32, Flags, Builtin)] = {
    use Builtin::{Container, Help, PubSub, Publish, PublishShard, Subscribe, Unsubscribe};
    const PUBLISH: Flags = Flags::PUBSUB.with(Flags::LOADING).with(Flags::STALE).with(Flags::FAST);
    const SUBSCRIBE: Flags = Flags::PUBSUB
        .with(Flags::NOSCRIPT)
        .with(Flags::LOADING)
        .with(Flags::STALE)
        .with(Flags::ALLOW_SUBSCRIBED);
    const PUBSUB: Flags = Flags::PUBSUB.with(Flags::LOADING).with(Flags::STALE);
    &[
        ("subscribe", -2, SUBSCRIBE, Subscribe(Topic::Channel)),
        ("psubscribe", -2, SUBSCRIBE, Subscribe(Topic::Pattern)),
        ("ssubscribe", -2, SUBSCRIBE, Subscribe(Topic::ShardChannel)),
        ("unsubscribe", -1, SUBSCRIBE, Unsubscribe(Topic::Channel)),
        ("punsubscribe", -1, SUBSCRIBE, Unsubscribe(Topic::Pattern)),
        ("sunsubscribe", -1, SUBSCRIBE, Unsubscribe(Topic::ShardChannel)),
        ("publish", 3, PUBLISH, Publish),
        ("spublish", 3, PUBLISH, PublishShard),
        ("pubsub", -2, Flags::NONE, Container),
        ("pubsub|help", 2, PUBSUB, Help),
        ("pubsub|channels", -2, PUBSUB, PubSub(Question::Names(Topic::Channel))),
        ("pubsub|numsub", -2, PUBSUB, PubSub(Question::Subscribers(Topic::Channel))),
        ("pubsub|numpat", 2, PUBSUB, PubSub(Question::Patterns)),
        ("pubsub|shardchannels", -2, PUBSUB, PubSub(Question::Names(Topic::ShardChannel))),
        ("pubsub|shardnumsub", -2, PUBSUB, PubSub(Question::Subscribers(Topic::ShardChannel))),
    ]
};

pub(super) fn answer(
    question: Question,
    command: Command<'_>,
    server: &ServerHandle,
    reply: Reply<'_>,
) -> Action {
    match question {
        Question::Names(_) if command.len() > 3 => {
            let name = command.arg(1);
            reply.error(
                [
                    b"ERR unknown subcommand or wrong number of arguments for '",
                    name,
                    b"'. Try PUBSUB HELP.",
                ]
                .concat(),
            )
        }
        Question::Names(topic) => {
            let names: Vec<_> =
                server.subscriptions(|hub| hub.names(topic, command.get(2)).cloned().collect());
            reply.any(names)
        }
        Question::Subscribers(topic) => {
            let names = command.args_from(2);
            // One lock for all, so that the counts are those of one moment.
            server.subscriptions(|hub| {
                let mut items = reply.array(names.len() * 2);
                for name in names {
                    items.add(name).add(hub.subscribers(topic, name));
                }
                Action::Continue
            })
        }
        Question::Patterns => reply.any(server.subscriptions(|hub| hub.len(Topic::Pattern))),
    }
}

//! Commands that concern the connection.

use redis_server_core::Protocol;
use redis_server_core::resp_core::request::Request;

use super::Commands;
use crate::engine::{Answer, Context, Done, Error, Outcome, Runs};
use crate::keyspace::parse_integer;

pub(super) const COMMANDS: Commands = &[
    ("ping", Runs::Client(ping)),
    ("echo", Runs::Client(echo)),
    ("quit", Runs::Client(quit)),
    ("select", Runs::Client(select)),
    ("reset", Runs::Client(reset)),
];

fn ping(context: &mut Context<'_>, request: Request<'_>, answer: &mut Answer<'_>) -> Outcome {
    let terms = context.terms();
    let text = request.arg(1);
    if request.len() > 2 {
        return Err(Error::arity("ping"));
    }
    if terms.subscriptions() > 0 && terms.protocol() == Protocol::Resp2 {
        return answer.any([b"pong", text.unwrap_or_default()]);
    }
    match text {
        Some(text) => answer.bulk(text),
        None => answer.simple("PONG"),
    }
}

fn echo(_: &mut Context<'_>, request: Request<'_>, answer: &mut Answer<'_>) -> Outcome {
    answer.optional(request.arg(1))
}

pub(super) fn quit(_: &mut Context<'_>, _: Request<'_>, answer: &mut Answer<'_>) -> Outcome {
    answer.ok().map(|_| Done::Close)
}

fn select(context: &mut Context<'_>, request: Request<'_>, answer: &mut Answer<'_>) -> Outcome {
    let number = request.arg(1).and_then(parse_integer);
    let number = number.ok_or(Error::of("ERR invalid DB index"))?;
    let databases = context.engine.databases.len();
    let db = usize::try_from(number).ok().filter(|db| *db < databases);
    let db = db.ok_or(Error::DB_OUT_OF_RANGE)?;
    if let Some(client) = context.client_mut() {
        client.db = db;
    }
    answer.ok()
}

pub(super) fn reset(context: &mut Context<'_>, _: Request<'_>, answer: &mut Answer<'_>) -> Outcome {
    context.unwatch_all();
    let needs_password = context.engine.shared.settings.password.is_some();
    if let Some(client) = context.client_mut() {
        client.transaction = None;
        client.db = 0;
        client.name = bytes::Bytes::new();
    }
    let id = context.client().map_or(0, |client| client.id);
    context.engine.shared.hub.remove(id);
    context.terms().set_subscriptions(0);
    context.terms().set_protocol(Protocol::Resp2);
    context.terms().set_authenticated(!needs_password);
    answer.simple("RESET")
}

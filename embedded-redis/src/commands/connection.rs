//! Commands that concern the connection.

mod client;
mod hello;
mod kill;
mod list;
#[cfg(test)]
mod tests;
mod tracking;

use bytes::Bytes;
use redis_server_core::Protocol;
use redis_server_core::resp_core::request::Request;

use super::Commands;
use super::arguments::{arg, database};
use crate::engine::{Answer, Context, Done, Error, Outcome, Replies, Runs};
pub(super) use hello::VERSION;
pub(crate) use list::client_line;

pub(super) const COMMANDS: Commands = &[
    ("ping", Runs::Client(ping)),
    ("echo", Runs::Client(echo)),
    ("quit", Runs::Client(quit)),
    ("select", Runs::Client(select)),
    ("reset", Runs::Client(reset)),
    ("hello", Runs::Client(hello::hello)),
    ("auth", Runs::Client(hello::auth)),
    ("client", Runs::Client(super::help::alone)),
    ("client|caching", Runs::Client(tracking::caching)),
    ("client|getname", Runs::Client(client::getname)),
    ("client|getredir", Runs::Client(tracking::getredir)),
    ("client|help", Runs::Client(super::help::client)),
    ("client|id", Runs::Client(client::id)),
    ("client|info", Runs::Client(list::info)),
    ("client|kill", Runs::Client(kill::kill)),
    ("client|list", Runs::Client(list::list)),
    ("client|no-evict", Runs::Client(client::no_evict)),
    ("client|pause", Runs::Client(client::pause)),
    ("client|reply", Runs::Client(client::reply)),
    ("client|setinfo", Runs::Client(client::setinfo)),
    ("client|setname", Runs::Client(client::setname)),
    ("client|tracking", Runs::Client(tracking::tracking)),
    ("client|trackinginfo", Runs::Client(tracking::trackinginfo)),
    ("client|unblock", Runs::Client(client::unblock)),
    ("client|unpause", Runs::Client(client::unpause)),
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
    answer.bulk(arg(&request, 1))
}

pub(super) fn quit(_: &mut Context<'_>, _: Request<'_>, answer: &mut Answer<'_>) -> Outcome {
    answer.ok().map(|_| Done::Close)
}

fn select(context: &mut Context<'_>, request: Request<'_>, answer: &mut Answer<'_>) -> Outcome {
    let db = database(context, arg(&request, 1))?;
    if let Some(client) = context.client_mut() {
        client.db = db;
    }
    answer.ok()
}

pub(super) fn reset(context: &mut Context<'_>, _: Request<'_>, answer: &mut Answer<'_>) -> Outcome {
    context.unwatch_all();
    context.stop_tracking();
    let mut id = 0;
    if let Some(client) = context.client_mut() {
        id = client.id;
        client.transaction = None;
        client.db = 0;
        client.name = Bytes::new();
        client.protocol = Protocol::Resp2;
        client.replies = Replies::On;
        client.monitors = false;
        client.no_evict = false;
    }
    let shared = &mut context.engine.shared;
    shared.hub.remove(id);
    shared.monitors.retain(|monitor| *monitor != id);
    context.terms().set_subscriptions(0);
    context.terms().set_protocol(Protocol::Resp2);
    context.log_out();
    answer.simple("RESET")
}

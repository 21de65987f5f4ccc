//! `COMMAND DOCS`.

use redis_server_core::resp_core::request::Request;
use redis_server_core::{Action, Answering, Entry, Reply, Simple, ToReply};

use super::about::{About, Argument};
use crate::engine::{Answer, Context, Done, Outcome, Runs, TABLE};

/// `COMMAND DOCS [name ...]`: of what is no command, nothing is said.
pub(super) fn docs(_: &mut Context<'_>, request: Request<'_>, answer: &mut Answer<'_>) -> Outcome {
    let names = request.iter().skip(2);
    let entries: Vec<_> = match names.len() {
        0 => TABLE.commands().collect(),
        _ => names.filter_map(|name| TABLE.get(name)).collect(),
    };
    if let Some(mut pairs) = answer.map(entries.len()) {
        for entry in entries {
            pairs.pair(entry.spec.name(), Docs(entry));
        }
    }
    Ok(Done::Answered)
}

struct Docs<'a>(&'a Entry<Runs>);

impl ToReply for Docs<'_> {
    fn to_reply<'a, P: Answering<'a>>(&self, reply: Reply<'a, P>) -> Action {
        let name = self.0.spec.name();
        let about = About::of(name);
        let texts = [
            ("summary", about.summary),
            ("since", about.since),
            ("group", about.group),
            ("complexity", about.complexity),
        ];
        let texts = texts.into_iter().filter(|(_, text)| !text.is_empty());
        let subcommands = || TABLE.subcommands(name);
        let (arguments, count) = (about.arguments, subcommands().count());
        let more = usize::from(!arguments.is_empty()) + usize::from(count > 0);
        let mut pairs = reply.map(texts.clone().count() + more);
        for (key, text) in texts {
            pairs.pair(key, text);
        }
        if !arguments.is_empty() {
            pairs.pair("arguments", arguments);
        }
        if count > 0 {
            let mut inner = pairs.value("subcommands").map(count);
            for entry in subcommands() {
                inner.pair(entry.spec.name(), Docs(entry));
            }
        }
        Action::Continue
    }
}

impl ToReply for Argument {
    fn to_reply<'a, P: Answering<'a>>(&self, reply: Reply<'a, P>) -> Action {
        let flags = [
            ("optional", self.optional),
            ("multiple", self.multiple),
            ("multiple_token", self.multiple_token),
        ];
        let flags: Vec<_> = flags.into_iter().filter(|(_, is_set)| *is_set).collect();
        let parts = [self.token.is_some(), !flags.is_empty(), !self.arguments.is_empty()];
        let mut pairs = reply.map(2 + parts.into_iter().filter(|part| *part).count());
        pairs.pair("name", self.name).pair("type", self.kind);
        if let Some(token) = self.token {
            pairs.pair("token", token);
        }
        if !flags.is_empty() {
            let mut items = pairs.value("flags").set(flags.len());
            for (name, _) in flags {
                items.add(Simple(name));
            }
        }
        if !self.arguments.is_empty() {
            pairs.pair("arguments", self.arguments);
        }
        Action::Continue
    }
}

//! The server itself.

mod acl;
mod config;
mod database;
mod debug;
mod info;
mod logs;
mod persistence;
#[cfg(test)]
mod tests;

use redis_server_core::resp_core::request::Request;

use super::Commands;
use super::connection::VERSION;
use super::help;
use crate::engine::{Answer, Context, Done, Error, Outcome, Runs};

pub(super) const COMMANDS: Commands = &[
    ("acl", Runs::Client(help::alone)),
    ("acl|cat", Runs::Client(acl::cat)),
    ("acl|deluser", Runs::Client(acl::deluser)),
    ("acl|dryrun", Runs::Client(acl::dryrun)),
    ("acl|genpass", Runs::Client(acl::genpass)),
    ("acl|getuser", Runs::Client(acl::getuser)),
    ("acl|help", Runs::Client(help::acl)),
    ("acl|list", Runs::Client(acl::list)),
    ("acl|load", Runs::Client(acl::file)),
    ("acl|log", Runs::Client(acl::log)),
    ("acl|save", Runs::Client(acl::file)),
    ("acl|setuser", Runs::Client(acl::setuser)),
    ("acl|users", Runs::Client(acl::users)),
    ("acl|whoami", Runs::Client(acl::whoami)),
    ("bgrewriteaof", Runs::Client(persistence::refuse)),
    ("bgsave", Runs::Client(persistence::bgsave)),
    ("config", Runs::Client(help::alone)),
    ("config|get", Runs::Client(config::get)),
    ("config|help", Runs::Client(help::config)),
    ("config|resetstat", Runs::Client(config::resetstat)),
    ("config|rewrite", Runs::Client(config::rewrite)),
    ("config|set", Runs::Client(config::set)),
    ("dbsize", Runs::Data(database::dbsize)),
    ("debug", Runs::Client(debug::debug)),
    ("failover", Runs::Client(persistence::failover)),
    ("flushall", Runs::Client(database::flushall)),
    ("flushdb", Runs::Client(database::flushdb)),
    ("info", Runs::Client(info::info)),
    ("lastsave", Runs::Client(persistence::lastsave)),
    ("latency", Runs::Client(help::alone)),
    ("latency|doctor", Runs::Client(logs::doctor)),
    ("latency|graph", Runs::Client(logs::graph)),
    ("latency|help", Runs::Client(help::latency)),
    ("latency|histogram", Runs::Client(logs::histogram)),
    ("latency|history", Runs::Client(logs::none)),
    ("latency|latest", Runs::Client(logs::none)),
    ("latency|reset", Runs::Client(logs::zero)),
    ("lolwut", Runs::Client(lolwut)),
    ("memory", Runs::Client(help::alone)),
    ("memory|help", Runs::Client(help::memory)),
    ("module", Runs::Client(help::alone)),
    ("module|help", Runs::Client(help::module)),
    ("module|list", Runs::Client(logs::none)),
    ("module|load", Runs::Client(logs::no_modules)),
    ("module|loadex", Runs::Client(logs::no_modules)),
    ("module|unload", Runs::Client(logs::no_modules)),
    ("monitor", Runs::Client(monitor)),
    ("replicaof", Runs::Client(persistence::replicaof)),
    ("role", Runs::Client(persistence::role)),
    ("save", Runs::Client(persistence::refuse)),
    ("shutdown", Runs::Client(persistence::shutdown)),
    ("slaveof", Runs::Client(persistence::replicaof)),
    ("slowlog", Runs::Client(help::alone)),
    ("slowlog|get", Runs::Client(logs::slowlog_get)),
    ("slowlog|help", Runs::Client(help::slowlog)),
    ("slowlog|len", Runs::Client(logs::zero)),
    ("slowlog|reset", Runs::Client(logs::slowlog_reset)),
    ("swapdb", Runs::Client(database::swapdb)),
    ("time", Runs::Client(time)),
];

fn time(context: &mut Context<'_>, _: Request<'_>, answer: &mut Answer<'_>) -> Outcome {
    let now = context.engine.shared.time;
    let texts = [now.as_secs().to_string(), now.subsec_micros().to_string()];
    answer.bulks(texts.into_iter())
}

fn monitor(context: &mut Context<'_>, _: Request<'_>, answer: &mut Answer<'_>) -> Outcome {
    if !answer.is_whole() {
        return Err(Error::of("ERR MONITOR isn't allowed for DENY BLOCKING client"));
    }
    let Some(client) = context.client_mut() else { return answer.ok() };
    // Asked again, Redis does not even answer.
    if std::mem::replace(&mut client.monitors, true) {
        return Ok(Done::Silent);
    }
    let id = client.id;
    context.engine.shared.monitors.push(id);
    answer.ok()
}

/// The version that it is, without a picture.
fn lolwut(_: &mut Context<'_>, _: Request<'_>, answer: &mut Answer<'_>) -> Outcome {
    answer.verbatim(*b"txt", &format!("Redis ver. {VERSION}\n"))
}

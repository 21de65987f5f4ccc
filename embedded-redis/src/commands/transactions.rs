//! `MULTI`, `EXEC` and what belongs to them.

#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::sync::atomic::Ordering;

use redis_server_core::Entry;
use redis_server_core::resp_core::request::{Dialect, Request, RequestLimits, RequestParser};

use super::Commands;
use crate::engine::{
    Answer, Context, Done, Error, Handler, Outcome, Place, Reason, Runs, TABLE, Transaction,
    Watched,
};

pub(super) const COMMANDS: Commands = &[
    ("multi", Runs::Client(multi)),
    ("exec", Runs::Client(exec)),
    ("discard", Runs::Client(discard)),
    ("watch", Runs::Client(watch)),
    ("unwatch", Runs::Client(unwatch)),
];

/// What runs at once between `MULTI` and `EXEC`.
pub(crate) const IN_TRANSACTION: &[Handler] =
    &[multi, exec, discard, watch, super::connection::quit, super::connection::reset];

fn multi(context: &mut Context<'_>, _: Request<'_>, answer: &mut Answer<'_>) -> Outcome {
    let Some(client) = context.client_mut() else { return answer.ok() };
    if client.transaction.is_some() {
        return Err(Error::of("ERR MULTI calls can not be nested"));
    }
    client.transaction = Some(Transaction::default());
    answer.ok()
}

fn discard(context: &mut Context<'_>, _: Request<'_>, answer: &mut Answer<'_>) -> Outcome {
    if !context.discard_transaction() {
        return Err(Error::of("ERR DISCARD without MULTI"));
    }
    answer.ok()
}

fn exec(context: &mut Context<'_>, _: Request<'_>, answer: &mut Answer<'_>) -> Outcome {
    let Some(transaction) = context.client_mut().and_then(|client| client.transaction.take())
    else {
        return Err(Error::of("ERR EXEC without MULTI"));
    };
    let broken = context.is_watch_broken();
    context.unwatch_all();
    if transaction.spoilt {
        return Err(Error::of("EXECABORT Transaction discarded because of previous errors."));
    }
    if broken {
        return answer.null_array();
    }
    let Some(mut items) = answer.array(transaction.queue.len()) else {
        return Ok(Done::Answered);
    };
    let mut end = Done::Answered;
    for text in &transaction.queue {
        let mut parser = RequestParser::new(Dialect::Resp, RequestLimits::default());
        let mut part = Answer::part(items.item());
        let request = parser.parse(text).ok().and_then(|parsed| parsed.request);
        let Some((request, Ok(entry))) = request.map(|it| (it, TABLE.lookup(it))) else {
            continue;
        };
        let barred = context.barred_by_now(entry, request);
        match barred.map_or_else(|| context.call(entry, request, &mut part), Err) {
            Ok(Done::Answered | Done::Silent | Done::Hold | Done::Block(_)) => {}
            Ok(done) => end = done,
            Err(error) => {
                context.engine.shared.stats.answered_with(&error);
                part.error(&error);
            }
        }
    }
    Ok(end)
}

fn watch(context: &mut Context<'_>, request: Request<'_>, answer: &mut Answer<'_>) -> Outcome {
    if context.client().is_some_and(|client| client.transaction.is_some()) {
        return Err(Error::of("ERR WATCH inside MULTI is not allowed"));
    }
    let (db, own, now) = (context.db(), context.key(), context.now());
    for key in request.iter().skip(1) {
        let Some(client) = context.engine.clients.get_mut(own) else { continue };
        if client.watched.iter().any(|watched| watched.db == db && *watched.key == *key) {
            continue;
        }
        client.watched.push(Watched { db, key: key.into() });
        let broken = Arc::clone(&client.watch_broken);
        if let Some(database) = context.engine.databases.get_mut(db) {
            database.watch(key, own, &broken, now);
        }
    }
    answer.ok()
}

fn unwatch(context: &mut Context<'_>, _: Request<'_>, answer: &mut Answer<'_>) -> Outcome {
    context.unwatch_all();
    answer.ok()
}

impl Context<'_> {
    /// Why a queued command may not be run any more.
    fn barred_by_now(&mut self, entry: &Entry<Runs>, request: Request<'_>) -> Option<Error> {
        if !self.client()?.restricted {
            return None;
        }
        let reason = match self.bar(entry, request, Place::Multi)? {
            Reason::Key => "no permission to touch the specified keys",
            Reason::Channel => "no permission to access one of the channels used as arguments",
            Reason::Command | Reason::Auth => "no permission to execute the command or subcommand",
        };
        Some(Error::new(format!(
            "NOPERM ACLs rules changed between the moment the transaction was accumulated and the \
             EXEC call. This command is no longer allowed for the following reason: {reason}"
        )))
    }

    /// Whether a key that the client watches has changed, or is past its deadline by now.
    fn is_watch_broken(&mut self) -> bool {
        let Some(client) = self.client() else { return false };
        if client.watch_broken.load(Ordering::Relaxed) {
            return true;
        }
        let now = self.now();
        client.watched.iter().any(|watched| {
            let database = self.engine.databases.get(watched.db);
            database.is_some_and(|it| it.has_expired_since(&watched.key, self.key(), now))
        })
    }

    /// Ends the client's transaction without running it: whether there was one.
    pub(crate) fn discard_transaction(&mut self) -> bool {
        let transaction = self.client_mut().and_then(|client| client.transaction.take());
        if transaction.is_some() {
            self.unwatch_all();
        }
        transaction.is_some()
    }

    /// Ends the client's watching.
    pub(crate) fn unwatch_all(&mut self) {
        let own = self.key();
        let Some(client) = self.engine.clients.get_mut(own) else { return };
        client.watch_broken.store(false, Ordering::Relaxed);
        for watched in std::mem::take(&mut client.watched) {
            if let Some(database) = self.engine.databases.get_mut(watched.db) {
                database.unwatch(&watched.key, own);
            }
        }
    }
}

//! When clients that track hear of what.
//!
//! Others are told at once. Who runs a command is told behind its answer, of what was evicted for it
//! in front; and who broadcasts is told when all is done.

use redis_server_core::resp_core::request::Request;
use redis_server_core::{Notice, Protocol, Refused};

use super::{Concerns, Invalidation};
use crate::engine::answer::Answer;
use crate::engine::context::Context;
use crate::engine::event::{Event, Queued};
use crate::engine::table::TABLE;
use crate::engine::{ClientKey, Engine};

impl Context<'_> {
    /// The client is about to run a command: tells it what it has to know before.
    #[cold]
    pub(in crate::engine) fn begin_tracked(&mut self, answer: &mut Answer<'_>) {
        let id = self.client().map_or(0, |client| client.id);
        let engine = &mut *self.engine;
        engine.shared.tracking.current = id;
        engine.shared.limit_readers();
        for queued in std::mem::take(&mut engine.shared.events) {
            match engine.resolve(queued) {
                Some(Event::Tell(to, notice)) if to == id && answer.push_first(&notice) => {}
                event => engine.shared.events.extend(event.map(Queued::from)),
            }
        }
    }

    /// The client has run a command: what was said by `CLIENT CACHING` is over, unless that was the
    /// command or a transaction has begun.
    #[cold]
    pub(in crate::engine) fn end_caching(&mut self, request: Request<'_>) {
        let known = matches!(TABLE.lookup(request), Ok(_) | Err(Refused::WrongArity { .. }));
        let stays = known && request.name().eq_ignore_ascii_case(b"client");
        let Some(client) = self.client_mut() else { return };
        if let Some(tracks) = &mut client.tracks
            && !stays
            && client.transaction.is_none()
        {
            tracks.caching = false;
        }
    }
}

impl Engine {
    /// A command is over: serves who waits, and tells those who track.
    #[cold]
    pub(in crate::engine) fn settle_tracked(&mut self) {
        self.tell_current();
        self.serve_waiting();
        self.tell_current();
        self.shared.tracking.current = 0;
        let clients = &self.clients;
        self.shared.broadcast(|id| {
            let client = clients.by_id(id);
            client.and_then(|client| client.tracks.as_ref()).is_some_and(|tracks| tracks.no_loop)
        });
    }

    fn tell_current(&mut self) {
        let own = std::mem::take(&mut self.shared.tracking.own);
        self.shared.events.extend(own.into_iter().map(Queued::from));
    }

    /// All keys of a database are gone. Redis has every client forget whatever it has cached.
    pub(crate) fn invalidate_all(&mut self) {
        if !self.shared.tracking.on {
            return;
        }
        let current = self.shared.tracking.current;
        for (_, client) in self.clients.iter().filter(|(_, client)| client.tracks.is_some()) {
            let (client, concerns) = (client.id, Concerns::All);
            let it = Invalidation { client, keys: None, concerns, by: 0 };
            if client == current {
                self.shared.tracking.own.push(it);
            } else {
                self.shared.events.push_back(it.into());
            }
        }
        self.shared.tracking.forget_readers();
    }

    /// What a client, or the one in its place, is told: nothing if it tracks no more, or could not
    /// tell it from a reply.
    #[cold]
    pub(in crate::engine) fn told(&mut self, it: &Invalidation) -> Option<Event> {
        let key = self.clients.key_of(it.client)?;
        let client = self.clients.get_mut(key)?;
        let (id, protocol) = (client.id, client.protocol);
        let tracks = client.tracks.as_mut()?;
        let spared = tracks.broadcasts || tracks.no_loop && it.by == id;
        if it.concerns == Concerns::Reader && spared {
            return None;
        }
        let redirect = tracks.redirect;
        if redirect == 0 {
            return (protocol == Protocol::Resp3)
                .then(|| Event::Tell(id, Notice::invalidate(it.keys.as_deref())));
        }
        let Some(receiver) = self.clients.present(redirect) else {
            self.break_redirect(key);
            return (protocol == Protocol::Resp3)
                .then(|| Event::Tell(id, Notice::redirection_broken(redirect)));
        };
        if receiver.protocol == Protocol::Resp3 {
            Some(Event::Tell(redirect, Notice::invalidate(it.keys.as_deref())))
        } else if self.shared.hub.subscriptions(redirect) > 0 {
            Some(Event::Tell(redirect, Notice::invalidate_message(it.keys.as_deref())))
        } else {
            None
        }
    }

    fn break_redirect(&mut self, key: ClientKey) {
        let client = self.clients.get_mut(key);
        if let Some(tracks) = client.and_then(|client| client.tracks.as_mut()) {
            tracks.redirect_broken = true;
        }
    }
}

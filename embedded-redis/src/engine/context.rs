//! What commands work on.

mod data;
mod database;
mod edit;
mod shared;

use bytes::Bytes;
use redis_server_core::resp_core::encode;
use redis_server_core::resp_core::request::Request;
use redis_server_core::{Entry, Flags, Terms};

pub(crate) use data::Data;
pub(crate) use database::Database;
pub(crate) use edit::Edit;
pub(crate) use shared::{Buffers, Cpu, Shared, Times};

use super::answer::{Answer, Done, Outcome};
use super::table::Runs;
use super::{Client, ClientKey, Engine, Error};
use crate::keyspace::Millis;

/// A command's view of the server: everything, and who has sent it.
#[derive(Debug)]
pub(crate) struct Context<'a> {
    pub(crate) engine: &'a mut Engine,
    key: ClientKey,
    terms: &'a Terms,
}

impl<'a> Context<'a> {
    #[inline]
    pub(super) fn new(engine: &'a mut Engine, key: ClientKey, terms: &'a Terms) -> Self {
        Self { engine, key, terms }
    }

    /// What the client and the server have agreed on.
    #[inline]
    pub(crate) fn terms(&self) -> &'a Terms {
        self.terms
    }

    /// Who the client is among the others.
    pub(crate) fn key(&self) -> ClientKey {
        self.key
    }

    #[inline]
    pub(crate) fn client(&self) -> Option<&Client> {
        self.engine.clients.get(self.key)
    }

    #[inline]
    pub(crate) fn client_mut(&mut self) -> Option<&mut Client> {
        self.engine.clients.get_mut(self.key)
    }

    /// The number of the client's database.
    #[inline]
    pub(crate) fn db(&self) -> usize {
        self.client().map_or(0, |client| client.db)
    }

    /// The client's database.
    ///
    /// # Errors
    ///
    /// If there is none of that number.
    #[inline]
    pub(crate) fn data(&mut self) -> Result<Data<'_>, Error> {
        let db = self.db();
        self.data_of(db)
    }

    /// Another database.
    ///
    /// # Errors
    ///
    /// If there is none of that number.
    #[inline]
    pub(crate) fn data_of(&mut self, db: usize) -> Result<Data<'_>, Error> {
        let engine = &mut *self.engine;
        Data::new(&mut engine.databases, &mut engine.shared, db).ok_or(Error::DB_OUT_OF_RANGE)
    }

    pub(crate) fn now(&self) -> Millis {
        self.engine.shared.now
    }

    /// Runs a command that may run.
    #[inline]
    pub(crate) fn call(
        &mut self,
        entry: &Entry<Runs>,
        request: Request<'_>,
        answer: &mut Answer<'_>,
    ) -> Outcome {
        let stats = &mut self.engine.shared.stats;
        stats.commands += 1;
        stats.calls_of(entry.index()).run += 1;
        let outcome = match entry.handler {
            Runs::Data(handler) => handler(&mut self.data()?, request, answer),
            Runs::Client(handler) => handler(self, request, answer),
        };
        if self.engine.shared.tracking.is_on() && entry.spec.flags().contains(Flags::READONLY) {
            self.remember_reading(entry, request);
        }
        if !self.engine.shared.monitors.is_empty() {
            self.tell_monitors(entry, request);
        }
        match outcome {
            Ok(Done::Block(waiting)) if !answer.is_whole() => waiting.refuse(answer),
            Err(error) => {
                self.engine.shared.stats.calls_of(entry.index()).failed += 1;
                Err(error)
            }
            outcome => outcome,
        }
    }

    /// Keeps a command for `EXEC`.
    pub(super) fn enqueue(
        &mut self,
        entry: &Entry<Runs>,
        request: Request<'_>,
        answer: &mut Answer<'_>,
    ) -> Outcome {
        let may_write = self.may_write(entry, request);
        let mut text = Vec::new();
        encode::array(&mut text, request.len());
        request.iter().for_each(|argument| encode::bulk_string(&mut text, argument));
        if let Some(transaction) = self.client_mut().and_then(|it| it.transaction.as_mut()) {
            transaction.bytes += text.len();
            if transaction.bytes > LARGEST_TRANSACTION {
                // As much as Redis lets a client have waiting; what is queued is of no use any more.
                (transaction.spoilt, transaction.queue) = (true, Vec::new());
                return Err(Error::of("ERR the transaction is too large"));
            }
            transaction.queue.push(Bytes::from(text));
            transaction.needs_memory |= entry.spec.flags().contains(Flags::DENYOOM);
            transaction.may_write |= may_write;
        }
        answer.simple("QUEUED")
    }

    /// A command was refused: if it was to be part of a transaction, that is refused, too.
    pub(super) fn spoil_transaction(&mut self) {
        if let Some(transaction) = self.client_mut().and_then(|it| it.transaction.as_mut()) {
            transaction.spoilt = true;
        }
    }
}

/// `client-query-buffer-limit`
const LARGEST_TRANSACTION: usize = 1 << 30;

//! By what way a command reaches a connection.

use std::task::{Context, Poll};

use redis_client_core::{Error, Time};

use super::{Client, Payload};
use crate::pool::{Lease, Routing};
use crate::runtime::Runtime;
use crate::shared::Pass;

/// From a handle to a connection.
pub(crate) enum Way<'a, R: Runtime> {
    /// Everybody's connection.
    Client(&'a Client<R>),
    /// The lessee's own.
    Lease(&'a Lease<R>),
    /// Any of a pool's.
    Pool(Routing<'a, R>),
}

/// A connection, and the right to use it.
pub(crate) struct Passage<'a, R: Runtime> {
    pub(crate) client: &'a Client<R>,
    pub(crate) pass: Pass,
}

impl<R: Runtime> Way<'_, R> {
    /// Refuses what can't go this way.
    #[inline]
    pub(crate) fn admit(&self, payload: &impl Payload) -> Result<(), Error> {
        match self {
            Self::Client(_) => payload.admit(),
            Self::Lease(_) => Ok(()),
            Self::Pool(_) if payload.blocks() => Ok(()),
            Self::Pool(_) => payload.admit(),
        }
    }

    /// Finds a connection; the same one until it is [left](Self::leave). The time that takes is
    /// taken from the payload's.
    #[inline]
    pub(crate) fn poll_passage(
        &mut self,
        payload: &mut impl Payload,
        cx: &mut Context<'_>,
    ) -> Poll<Result<Passage<'_, R>, Error>> {
        match self {
            Self::Client(client) => Poll::Ready(Ok(Passage { client, pass: None })),
            Self::Lease(lease) => Poll::Ready(Ok(lease.passage())),
            Self::Pool(routing) => routing.poll_passage(payload, cx),
        }
    }

    /// The connection that was found.
    pub(crate) fn passage(&self) -> Option<Passage<'_, R>> {
        match self {
            Self::Client(client) => Some(Passage { client, pass: None }),
            Self::Lease(lease) => Some(lease.passage()),
            Self::Pool(routing) => routing.passage(),
        }
    }

    /// Looks for another connection: this one can't be used now. Until the deadline, if the payload
    /// has been waiting for it.
    pub(crate) fn leave(&mut self, deadline: Option<Time>) {
        if let Self::Pool(routing) = self {
            routing.leave(deadline);
        }
    }

    /// Gives up what was held for the way: there is an answer.
    #[inline]
    pub(crate) fn end(&mut self) {
        if let Self::Pool(routing) = self {
            routing.end();
        }
    }
}

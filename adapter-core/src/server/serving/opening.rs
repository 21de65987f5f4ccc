//! How a connection begins: the handshake of TLS, if any, and whether the service lets it in.

use std::io;
use std::panic::{self, AssertUnwindSafe};
use std::task::Context;

use redis_server_core::{Closed, Time};

use super::transfer::Read;
use super::{Phase, Serving, Turn, lost};
use crate::link::Link;
use crate::runtime::{Runtime, SharedCell};
use crate::server::service::Service;

impl<R: Runtime, S: Service> Serving<R, S> {
    /// Lets the connection in, if the service wants it, once it is encrypted if it is to be.
    pub(super) fn open(&mut self, now: Time, cx: &mut Context<'_>) -> Turn {
        match self.shake_hands(cx) {
            Ok(true) => {}
            Ok(false) => return Turn::Idle,
            Err(error) => {
                self.flush_out(lost(&error), now);
                return Turn::Again;
            }
        }
        let Self { shard, session, inbox, .. } = self;
        let opened = shard.with(|shard| {
            let open = || shard.service.on_open(&inbox.peer, session.greet());
            panic::catch_unwind(AssertUnwindSafe(open))
        });
        match opened {
            Ok(Ok(context)) => {
                self.context = Some(context);
                self.phase = Phase::Open;
            }
            Ok(Err(refusal)) => {
                let _ = self.session.greet().error(refusal.error());
                self.flush_out(Closed::Refused, now);
            }
            Err(_) => self.flush_out(Closed::Panicked, now),
        }
        Turn::Again
    }

    /// Goes on with the handshake of TLS: whether it is done, or not wanted. Reading is what drives
    /// it; commands that come with its end wait in the input.
    fn shake_hands(&mut self, cx: &mut Context<'_>) -> io::Result<bool> {
        while self.stream.as_ref().is_some_and(Link::is_handshaking) {
            let read = self.read(cx);
            self.put_back();
            match read? {
                Read::None => return Ok(false),
                Read::Some => {}
                Read::End => return Err(io::ErrorKind::UnexpectedEof.into()),
            }
        }
        Ok(true)
    }
}

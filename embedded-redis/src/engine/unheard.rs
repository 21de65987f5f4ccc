//! Clients that want no replies (`CLIENT REPLY`).

use std::time::Duration;

use redis_server_core::resp_core::request::Request;
use redis_server_core::{Action, Draft, Reply, Terms};

use super::answer::{Answer, Done};
use super::client::{ClientKey, Replies};
use super::context::Context;
use super::{Engine, Ran};

impl Engine {
    /// Runs a command whose client may not want to hear what comes of it.
    #[cold]
    pub(super) fn execute_unheard<'a>(
        &mut self,
        now: Duration,
        key: ClientKey,
        request: Request<'_>,
        terms: &Terms,
        reply: Reply<'a>,
    ) -> Ran<'a> {
        let replies = self.clients.get(key).map(|client| client.replies).unwrap_or_default();
        if replies == Replies::Skip
            && let Some(client) = self.clients.get_mut(key)
        {
            client.replies = Replies::On;
        }
        if is_answered(request, replies) {
            return self.execute_heard(now, key, request, terms, reply);
        }
        let ran = self.execute_aside(now, key, request, terms, reply);
        if matches!(ran, Ran::Held(_))
            && let Some(client) = self.clients.get_mut(key)
        {
            client.replies = replies;
        }
        ran
    }

    /// Runs a command of which nobody hears what comes of it.
    fn execute_aside<'a>(
        &mut self,
        now: Duration,
        key: ClientKey,
        request: Request<'_>,
        terms: &Terms,
        reply: Reply<'a>,
    ) -> Ran<'a> {
        self.shared.set_now(now);
        let mut draft = Draft::new(terms.protocol());
        let mut answer = Answer::aside(draft.reply());
        let done = Context::new(self, key, terms).run(request, &mut answer);
        drop(answer);
        self.settle();
        Ran::Answered(match done {
            Done::Hold => return Ran::Held(reply),
            Done::Block(waiting) => {
                self.block(key, waiting, terms.protocol(), false);
                return Ran::Blocked(reply);
            }
            Done::Close => {
                self.release(key);
                let _ = reply.none();
                Action::Close
            }
            Done::Shutdown => {
                let _ = reply.none();
                Action::Shutdown
            }
            Done::Answered | Done::Silent => reply.none(),
        })
    }
}

/// Whether a command is answered though the client wants no replies: one that ends this.
fn is_answered(request: Request<'_>, replies: Replies) -> bool {
    let is = |index, name: &str| {
        request.arg(index).is_some_and(|argument| argument.eq_ignore_ascii_case(name.as_bytes()))
    };
    // Pushes are none.
    let subscribes = request.name().to_ascii_lowercase().ends_with(b"subscribe");
    subscribes
        || is(0, "client") && is(1, "reply") && is(2, "on")
        || is(0, "reset") && replies == Replies::Off
}

//! What a client tells of its connection.

use std::sync::{Arc, Mutex, PoisonError};

use adapter_core::{ConnectionEvent, Options};

use super::{Adapter, Outcome, eventually};

/// A client's or pool's events, in order.
#[derive(Clone, Debug, Default)]
pub(super) struct Journal(Arc<Mutex<Vec<ConnectionEvent>>>);

impl Journal {
    /// The options with a hook that writes here.
    pub(super) fn of(&self, options: Options) -> Options {
        let events = Arc::clone(&self.0);
        options.on_event(move |event| {
            events.lock().unwrap_or_else(PoisonError::into_inner).push(event.clone());
        })
    }

    pub(super) fn events(&self) -> Vec<ConnectionEvent> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn count(&self, is_it: impl Fn(&ConnectionEvent) -> bool) -> usize {
        self.events().into_iter().filter(is_it).count()
    }

    pub(super) fn connected(&self) -> usize {
        self.count(|event| *event == ConnectionEvent::Connected)
    }

    pub(super) fn lost(&self) -> usize {
        self.count(|event| matches!(event, ConnectionEvent::Lost(_)))
    }

    /// Waits until so many connections were lost.
    pub(super) async fn losses<R: Adapter>(&self, losses: usize) -> Outcome {
        eventually::<R>("the loss is told", async || Ok(self.lost() >= losses)).await
    }

    /// Waits until there were so many connections.
    pub(super) async fn connections<R: Adapter>(&self, connections: usize) -> Outcome {
        let is_so = async || Ok(self.connected() >= connections);
        eventually::<R>("the connection is told", is_so).await
    }

    /// Checks that one follows from the other, for a client that is connected or given up.
    pub(super) fn check(&self) {
        use ConnectionEvent::{Connected, Failed, GivenUp, Lost, Reconnecting};
        let events = self.events();
        assert_eq!(events.first(), Some(&Connected), "{events:?}");
        for pair in events.windows(2) {
            let follows = match &pair {
                [Connected, Lost(_)] | [Lost(_) | Failed(_), Reconnecting { .. } | GivenUp] => true,
                // A handshake that is not answered, as by a server that dies again.
                [Reconnecting { .. }, Connected | Failed(_) | Lost(_)] => true,
                _ => false,
            };
            assert!(follows, "{pair:?} in {events:?}");
        }
        assert!(matches!(events.last(), Some(Connected | GivenUp)), "{events:?}");
    }
}

//! Clients that have said nothing for too long.

use redis_server_core::Topic;

use super::Engine;
use super::client::Client;
use super::context::Shared;

impl Engine {
    /// Has clients closed that are past the `timeout`.
    #[inline]
    pub(super) fn close_idle(&mut self) {
        if self.shared.settings.timeout > 0 {
            self.close_idle_now();
        }
    }

    #[cold]
    fn close_idle_now(&mut self) {
        let idle = self.clients.iter().filter(|(_, client)| is_idle(client, &self.shared));
        let idle: Vec<_> = idle.map(|(key, _)| key).collect();
        idle.into_iter().for_each(|key| self.kill(key));
    }
}

/// Who waits for something is not idle.
fn is_idle(client: &Client, shared: &Shared) -> bool {
    let silent = shared.time.saturating_sub(client.heard).as_secs();
    let waits = client.waits()
        || client.monitors
        || shared.hub.held(client.id, Topic::Channel) > 0
        || shared.hub.held(client.id, Topic::Pattern) > 0;
    silent > shared.settings.timeout && !waits
}

//! How the clients of a run connect, and what they keep to.

use std::sync::Arc;

use adapter_core::{
    Config, Credentials, Endpoint, Offline, Options, Protocol, Reconnect, SocketOptions, cmd,
};

use super::{Bounds, HOUR, Plan, millis, one_of};
use crate::chunking::SplitMix64;
use crate::pair::Hello;

impl Plan {
    /// Draws what the plan leaves open.
    pub(super) fn options(&self, random: &mut SplitMix64) -> Options {
        let mut options = Options::new(match random.below(4) {
            0 => Endpoint::Unix("/run/redis.sock".into()),
            1 => Endpoint::Tcp { host: "10.0.0.1".to_owned(), port: 6379 },
            _ => Endpoint::Tcp { host: "redis.sim".to_owned(), port: 6379 },
        });
        if let Some(vault) = &self.vault {
            let vault = Arc::clone(vault);
            options = options.credential_provider(move || std::future::ready(vault.ask()));
        }
        if let Some(size) = self.pool {
            options = options.pool_size(size);
        }
        options = options.lease_timeout(self.bounds.lease);
        let config = self.config(random);
        if self.faults == 0 {
            // Nothing is lost here, so that what hangs is a wakeup lost, which no timer may hide.
            let config = config.handshake_timeout(HOUR).command_timeout(None);
            return options.config(config).connect_timeout(HOUR);
        }
        let mut socket = SocketOptions::default();
        let mut timeout = Some(millis(one_of(random, [300, 2_000, 10_000])));
        match random.below(16) {
            0..4 => socket.keepalive_idle = None,
            // A dead connection ends by itself.
            4..7 => timeout = None,
            _ => {}
        }
        let config = config
            .handshake_timeout(millis(one_of(random, [300, 2_000, 5_000])))
            .command_timeout(timeout);
        let most = millis(one_of(random, [20, 300, 2_000]));
        let reconnect = Reconnect::default().delays(millis(10), most);
        options
            .config(config)
            .socket(socket)
            .connect_timeout(millis(one_of(random, [500, 5_000])))
            .reconnect(reconnect.attempts(self.bounds.attempts))
            .offline(one_of(random, [Offline::Wait, Offline::Wait, Offline::Fail]))
            .resends(one_of(random, [0, 1, 2]))
    }

    /// What the session is to be like, but for its timeouts.
    fn config(&self, random: &mut SplitMix64) -> Config {
        let Bounds { database, in_flight, queued, liveness, .. } = self.bounds;
        let protocol = match random.below(4) {
            0 => Protocol::Resp2,
            1 if matches!(self.server.hello, Hello::Known) => Protocol::Resp3,
            _ => Protocol::Auto,
        };
        let mut config = Config::default()
            .protocol(protocol)
            .database(database)
            .library_info(random.below(2) == 0)
            .max_in_flight(in_flight)
            .max_queued(queued)
            .liveness(liveness);
        if self.server.guarded && self.vault.is_none() {
            config = config.credentials(Credentials::password(PASSWORD));
        }
        if self.bounds.named {
            config = config.client_name(CLIENT_NAME);
        }
        if self.bounds.greets {
            for name in GREETING {
                config = config.on_connect(cmd::command("SET").arg(name).arg("hello"));
            }
        }
        config
    }
}

/// What an application that greets sets on each connection, in this order.
pub(in crate::simulation) const GREETING: [&str; 2] = ["greeting", "regards"];

pub(in crate::simulation) const CLIENT_NAME: &str = "simulated";

pub(super) const PASSWORD: &str = "secret";

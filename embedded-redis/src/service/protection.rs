//! `protected-mode`: without a password, clients of this machine alone are let in.

use std::net::{IpAddr, SocketAddr};

use crate::engine::Engine;

/// What a client is told that comes from elsewhere, if that is not allowed.
pub(super) fn objection(engine: &mut Engine, address: Option<SocketAddr>) -> Option<&'static str> {
    let shared = &mut engine.shared;
    let open = shared.users.default().has_no_password();
    let refused = shared.settings.is_protected() && open && comes_from_elsewhere(address);
    refused.then(|| {
        shared.stats.rejected_connections += 1;
        DENIED
    })
}

/// Whether that is not the loopback interface, nor a Unix socket, which has no address.
fn comes_from_elsewhere(address: Option<SocketAddr>) -> bool {
    // An IPv6 socket that takes IPv4 as well says `::ffff:127.0.0.1`.
    let ip = address.map(|address| address.ip().to_canonical());
    !ip.is_none_or(|ip: IpAddr| ip.is_loopback())
}

/// As Redis says it.
const DENIED: &str = "\
DENIED Redis is running in protected mode because protected mode is enabled and no password is set \
for the default user. In this mode connections are only accepted from the loopback interface. If \
you want to connect from external computers to Redis you may adopt one of the following solutions: \
1) Just disable protected mode sending the command 'CONFIG SET protected-mode no' from the loopback \
interface by connecting to Redis from the same host the server is running, however MAKE SURE Redis \
is not publicly accessible from internet if you do so. Use CONFIG REWRITE to make this change \
permanent. 2) Alternatively you can just disable the protected mode by editing the Redis \
configuration file, and setting the protected mode option to 'no', and then restarting the server. \
3) If you started the server manually just for testing, restart it with the '--protected-mode no' \
option. 4) Setup a an authentication password for the default user. NOTE: You only need to do one \
of the above things in order for the server to start accepting connections from the outside.";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::{ConfiguredUser, Settings};

    fn told(settings: &Settings, address: &str) -> Option<&'static str> {
        let address = (!address.is_empty()).then(|| address.parse().expect("an address"));
        objection(&mut Engine::new(settings.clone(), 1), address)
    }

    #[test]
    fn who_comes_from_elsewhere_needs_a_password_to_be_set() {
        let settings = Settings::default();
        for address in ["127.0.0.1:5", "127.9.9.9:5", "[::1]:5", "[::ffff:127.0.0.1]:5", ""] {
            assert_eq!(told(&settings, address), None, "{address}");
        }
        for address in ["10.0.0.1:5", "[fd00::1]:5", "[::ffff:10.0.0.1]:5", "0.0.0.0:5"] {
            assert_eq!(told(&settings, address), Some(DENIED), "{address}");
        }
    }

    #[test]
    fn it_can_be_switched_off_or_a_password_set() {
        let address = "10.0.0.1:5";
        let mut open = Settings::default();
        open.set(b"protected-mode", b"NO").expect("a switch");
        assert_eq!(told(&open, address), None);
        open.set(b"protected-mode", b"yes").expect("a switch");
        assert_eq!(told(&open, address), Some(DENIED));
        let closed = Settings { password: Some("secret".into()), ..Settings::default() };
        assert_eq!(told(&closed, address), None);
        // As in Redis, whoever may not log in without a password is still the default user.
        let mut off = Settings::default();
        let rules = vec![b"off".to_vec(), b"nopass".to_vec()];
        off.add_user(ConfiguredUser { name: b"default".into(), rules }).expect("rules");
        assert_eq!(told(&off, address), Some(DENIED));
    }

    #[test]
    fn who_is_refused_is_counted() {
        let mut engine = Engine::new(Settings::default(), 1);
        let elsewhere = "10.0.0.1:5".parse().ok();
        assert!(objection(&mut engine, elsewhere).is_some());
        assert_eq!(engine.shared.stats.rejected_connections, 1);
    }
}

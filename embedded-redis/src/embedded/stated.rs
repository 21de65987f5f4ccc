//! What `CONFIG GET` says of where a server listens, and on how many threads.

use adapter_core::Address;
use adapter_core::server::{AcceptOptions, Listen};

use crate::engine::Settings;

/// Notes how things are, but for the ports.
pub(super) fn state(settings: &mut Settings, listens: &[Listen], threads: usize) {
    settings.state("bind", bind(listens));
    settings.state("io-threads", threads.to_string());
    let unix = listens.iter().find_map(|listen| Some((path(listen)?, &listen.accept)));
    if let Some((path, AcceptOptions { unix_permissions, .. })) = unix {
        settings.state("unixsocket", path.to_string());
        settings.state("unixsocketperm", format!("{:o}", unix_permissions.unwrap_or(0)));
    }
    let Some(first) = listens.first() else { return };
    settings.state("tcp-backlog", first.accept.backlog.to_string());
    let idle = first.accept.socket.keepalive_idle;
    settings.state("tcp-keepalive", idle.map_or(0, |idle| idle.as_secs()).to_string());
}

/// The first port without TLS, and the first with it, where it is listened at these addresses; 0 where
/// there is none.
pub(super) fn ports<'a>(
    listens: &[Listen],
    addresses: impl Iterator<Item = &'a Address>,
) -> (u16, u16) {
    let (mut plain, mut tls) = (0, 0);
    for (listen, address) in listens.iter().zip(addresses) {
        let port = if is_tls(listen) { &mut tls } else { &mut plain };
        if let (Address::Tcp(address), 0) = (address, *port) {
            *port = address.port();
        }
    }
    (plain, tls)
}

/// Each address once.
fn bind(listens: &[Listen]) -> String {
    let mut addresses: Vec<String> = Vec::new();
    for listen in listens {
        let Address::Tcp(address) = &listen.address else { continue };
        let address = address.ip().to_string();
        if !addresses.contains(&address) {
            addresses.push(address);
        }
    }
    addresses.join(" ")
}

fn path(listen: &Listen) -> Option<std::path::Display<'_>> {
    match &listen.address {
        Address::Unix(path) => Some(path.display()),
        _ => None,
    }
}

#[cfg(feature = "tls")]
fn is_tls(listen: &Listen) -> bool {
    listen.tls.is_some()
}

#[cfg(not(feature = "tls"))]
fn is_tls(_: &Listen) -> bool {
    false
}

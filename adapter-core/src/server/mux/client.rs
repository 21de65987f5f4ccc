//! `CLIENT`.

use std::fmt::Write;

use bytes::Bytes;
use redis_server_core::{Action, Command, Reply};

use crate::endpoint::Address;
use crate::server::handle::ConnectionInfo;
use crate::server::service::Connection;

#[derive(Clone, Copy)]
pub(super) enum ClientCommand {
    Id,
    Info,
    List,
    Kill,
    GetName,
    SetName,
    SetInfo,
}

pub(super) fn run<C>(
    which: ClientCommand,
    command: Command<'_>,
    connection: &Connection<'_, C>,
    reply: Reply<'_>,
) -> Action {
    match which {
        ClientCommand::Id => reply.any(connection.id().get()),
        ClientCommand::Info => match connection.server().connection(connection.id()) {
            Some(info) => reply.verbatim(*b"txt", line(&info)),
            None => reply.null(),
        },
        ClientCommand::List => list(command, connection, reply),
        ClientCommand::Kill => kill(command, connection, reply),
        ClientCommand::GetName => match connection.name() {
            name if name.is_empty() => reply.null(),
            name => reply.bulk(name),
        },
        ClientCommand::SetName if is_name(command.arg(2)) => {
            connection.set_name(Bytes::copy_from_slice(command.arg(2)));
            reply.ok()
        }
        ClientCommand::SetName => reply.error(BAD_NAME),
        // What library it is nobody here asks for.
        ClientCommand::SetInfo => reply.ok(),
    }
}

/// All connections, or those of certain ids.
fn list<C>(command: Command<'_>, connection: &Connection<'_, C>, reply: Reply<'_>) -> Action {
    let mut text = String::new();
    let server = connection.server();
    match command.get(2) {
        None => server.connections().iter().for_each(|info| text.push_str(&line(info))),
        Some(option) if option.eq_ignore_ascii_case(b"ID") && command.len() > 3 => {
            for id in command.args_from(3) {
                let Some(id) = integer(id) else { return reply.error("ERR Invalid client ID") };
                let id = u64::try_from(id).unwrap_or_default();
                if let Some(info) = server.connection(id.into()) {
                    text.push_str(&line(&info));
                }
            }
        }
        Some(_) => return reply.error("ERR syntax error"),
    }
    reply.verbatim(*b"txt", text)
}

/// `CLIENT KILL address`, or pairs of filters that a connection has to pass all.
fn kill<C>(command: Command<'_>, connection: &Connection<'_, C>, reply: Reply<'_>) -> Action {
    let (mut id, mut address, mut local, mut skip_me) = (None, None, None, true);
    let old_form = command.len() == 3;
    if old_form {
        address = Some(command.arg(2));
        skip_me = false;
    }
    let mut filters = command.args_from(if old_form { 3 } else { 2 });
    while let Some(filter) = filters.next() {
        let Some(value) = filters.next() else { return reply.error("ERR syntax error") };
        match filter.to_ascii_uppercase().as_slice() {
            b"ID" => match integer(value).map(u64::try_from) {
                Some(Ok(number @ 1..)) => id = Some(number),
                _ => return reply.error("ERR client-id should be greater than 0"),
            },
            b"ADDR" => address = Some(value),
            b"LADDR" => local = Some(value),
            b"SKIPME" if value.eq_ignore_ascii_case(b"yes") => skip_me = true,
            b"SKIPME" if value.eq_ignore_ascii_case(b"no") => skip_me = false,
            _ => return reply.error("ERR syntax error"),
        }
    }
    let (mut killed, mut own) = (0, false);
    for info in connection.server().connections() {
        let passes = id.is_none_or(|id| info.peer.id.get() == id)
            && address.is_none_or(|wanted| address_of(&info).as_bytes() == wanted)
            && local.is_none_or(|wanted| local_of(&info).as_bytes() == wanted);
        let itself = info.peer.id == connection.id();
        if !passes || itself && skip_me {
            continue;
        }
        // It hears how many there were, before it goes.
        if itself {
            own = true;
        } else if !connection.server().close(info.peer.id) {
            continue;
        }
        killed += 1;
    }
    let _ = match (old_form, killed) {
        (true, 0) => reply.error("ERR No such client"),
        (true, _) => reply.ok(),
        (false, _) => reply.int(killed),
    };
    if own { Action::Close } else { Action::Continue }
}

/// What `CLIENT LIST` says of a connection.
fn line(info: &ConnectionInfo) -> String {
    let mut line = format!(
        "id={} addr={} laddr={} name={} flags=N",
        info.peer.id,
        address_of(info),
        local_of(info),
        String::from_utf8_lossy(&info.name),
    );
    let _ = writeln!(line, " omem={} tot-cmds={}", info.queued, info.commands);
    line
}

/// As Redis has it: a Unix socket's clients have the socket's path and port 0.
fn address_of(info: &ConnectionInfo) -> String {
    match (info.peer.address, &info.peer.listener) {
        (Some(address), _) => address.to_string(),
        (None, Address::Unix(path)) => format!("{}:0", path.display()),
        (None, Address::Tcp(_)) => String::new(),
    }
}

fn local_of(info: &ConnectionInfo) -> String {
    match &info.peer.listener {
        Address::Tcp(address) => address.to_string(),
        Address::Unix(path) => format!("{}:0", path.display()),
    }
}

/// An integer written as Redis itself would (`string2ll`): without `+`, leading zeros and `-0`.
pub(super) fn integer(text: &[u8]) -> Option<i64> {
    let text = std::str::from_utf8(text).ok()?;
    text.parse().ok().filter(|value: &i64| value.to_string() == text)
}

/// Whether `CLIENT LIST` stays readable with it.
pub(super) fn is_name(name: &[u8]) -> bool {
    name.iter().all(|byte| (b'!'..=b'~').contains(byte))
}

pub(super) const BAD_NAME: &str =
    "ERR Client names cannot contain spaces, newlines or special characters.";

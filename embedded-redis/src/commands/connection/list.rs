//! `CLIENT LIST` and `CLIENT INFO`.

use std::fmt::Write;
use std::sync::atomic::Ordering;

use redis_server_core::Topic;
use redis_server_core::resp_core::request::Request;

use crate::commands::arguments::{arg, is};
use crate::engine::{Answer, Client, Context, Error, Outcome, Shared};
use crate::keyspace::parse_integer;

/// What `CLIENT` sorts clients by. There are no masters and no replicas.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Type {
    Normal,
    Master,
    Replica,
    Pubsub,
}

impl Type {
    pub(super) fn parse(name: &[u8]) -> Result<Self, Error> {
        match name {
            it if is(it, "normal") => Ok(Self::Normal),
            it if is(it, "master") => Ok(Self::Master),
            it if is(it, "slave") || is(it, "replica") => Ok(Self::Replica),
            it if is(it, "pubsub") => Ok(Self::Pubsub),
            it => Err(Error::new([b"ERR Unknown client type '", it, b"'"].concat())),
        }
    }

    pub(super) fn of(client: &Client, shared: &Shared) -> Self {
        if is_subscribed(client, shared) { Self::Pubsub } else { Self::Normal }
    }
}

/// `CLIENT LIST [TYPE type] [ID id ...]`
pub(super) fn list(
    context: &mut Context<'_>,
    request: Request<'_>,
    answer: &mut Answer<'_>,
) -> Outcome {
    let engine = &*context.engine;
    let option = arg(&request, 2);
    let mut text = String::new();
    if request.len() == 4 && is(option, "type") {
        let wanted = Type::parse(arg(&request, 3))?;
        for (_, client) in engine.clients.iter() {
            if Type::of(client, &engine.shared) == wanted {
                write(client, &engine.shared, &mut text);
            }
        }
    } else if request.len() > 3 && is(option, "id") {
        for id in request.iter().skip(3) {
            let id = parse_integer(id).ok_or(Error::of("ERR Invalid client ID"))?;
            let client = u64::try_from(id).ok().and_then(|id| engine.clients.by_id(id));
            if let Some(client) = client {
                write(client, &engine.shared, &mut text);
            }
        }
    } else if request.len() == 2 {
        for (_, client) in engine.clients.iter() {
            write(client, &engine.shared, &mut text);
        }
    } else {
        return Err(Error::SYNTAX);
    }
    answer.verbatim(*b"txt", &text)
}

pub(super) fn info(context: &mut Context<'_>, _: Request<'_>, answer: &mut Answer<'_>) -> Outcome {
    let mut text = String::new();
    if let Some(client) = context.client() {
        write(client, &context.engine.shared, &mut text);
    }
    answer.verbatim(*b"txt", &text)
}

/// The line of a client, without a line end.
pub(crate) fn client_line(client: &Client, shared: &Shared) -> String {
    let mut text = String::new();
    write(client, shared, &mut text);
    text.truncate(text.trim_end().len());
    text
}

/// Appends the line of a client, unless it is as good as gone. Of Redis's fields, most of those on
/// buffers are left out: there are none like them.
fn write(client: &Client, shared: &Shared, text: &mut String) {
    if client.killed {
        return;
    }
    let seconds = |since| shared.time.saturating_sub(since).as_secs();
    let held = |topic| shared.hub.held(client.id, topic);
    let queue = client.transaction.as_ref().map(|transaction| &transaction.queue);
    let queued = queue.map_or(-1, |queue| queue.len() as i64);
    let bytes: usize = queue.into_iter().flatten().map(bytes::Bytes::len).sum();
    let buffers = shared.process.buffers.as_ref();
    let (unread, unwritten) = buffers.map_or((0, 0), |buffers| buffers.of(client.id));
    let redirect = client.tracks.as_ref().map_or(-1, |tracks| tracks.redirect as i64);
    let command = client.command.map_or("NULL", |entry| entry.spec.name());
    let _ = writeln!(
        text,
        "id={} addr={} laddr={} name={} age={} idle={} flags={} db={} sub={} psub={} ssub={} \
         multi={queued} qbuf={unread} multi-mem={bytes} omem={unwritten} cmd={command} user={} \
         redir={redirect} resp={}",
        client.id,
        client.address,
        client.local_address,
        String::from_utf8_lossy(&client.name),
        seconds(client.connected),
        seconds(client.heard),
        flags(client, shared),
        client.db,
        held(Topic::Channel),
        held(Topic::Pattern),
        held(Topic::ShardChannel),
        String::from_utf8_lossy(client.user.name()),
        client.protocol.version(),
    );
}

/// In the order of Redis's `catClientInfoString`.
fn flags(client: &Client, shared: &Shared) -> String {
    let all = [
        ('O', client.monitors),
        ('P', is_subscribed(client, shared)),
        ('x', client.transaction.is_some()),
        ('b', client.waits()),
        ('t', client.tracks.is_some()),
        ('R', client.tracks.as_ref().is_some_and(|tracks| tracks.redirect_broken)),
        ('B', client.tracks.as_ref().is_some_and(|tracks| tracks.broadcasts)),
        ('d', client.watch_broken.load(Ordering::Relaxed)),
        ('U', client.is_local()),
        ('e', client.no_evict),
    ];
    let flags: String = all.into_iter().filter(|(_, is_set)| *is_set).map(|(it, _)| it).collect();
    if flags.is_empty() { "N".into() } else { flags }
}

fn is_subscribed(client: &Client, shared: &Shared) -> bool {
    shared.hub.subscriptions(client.id) > 0
}

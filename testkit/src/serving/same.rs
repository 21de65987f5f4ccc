//! The same bytes to redis-server and to us: the same bytes come back, and the same ends.

use std::io;
use std::net::Ipv4Addr;

use adapter_core::server::{
    Arity, Config, Cores, KeyPositions, Listen, Mux, Peer, Refusal, Reply, RunningServer,
    ServerOptions, Service, Serving, Spec, Threads,
};
use adapter_core::{Address, Spawn};

use super::dialogs::{ANYBODY, AUTHENTICATING, Dialog, EXPLAINED, requests};
use super::raw::{Path, Raw};
use crate::conformance::Outcome;
use crate::redis_server::RedisServer;

/// A server that knows what concerns connections, pub/sub, and `GET`, `SET` and `CONFIG GET` by their
/// arities.
#[derive(Debug)]
pub struct Bare;

impl Service for Bare {
    type Context = ();

    fn on_open(&mut self, _: &Peer, _: Reply<'_>) -> Result<(), Refusal> {
        Ok(())
    }
}

fn service() -> Mux<Bare> {
    Mux::new(Bare)
        .with_connection_commands()
        .with_pubsub()
        .with_authenticator(|_, user, password| {
            user.is_none_or(|user| user == b"default") && password == PASSWORD.as_bytes()
        })
        .command_with(GET, |_, _, _, reply| reply.null())
        .command("set", -3, |_, _, _, reply| reply.ok())
        .command("config", -2, |_, _, _, reply| reply.ok())
        .command("config|get", -3, |_, _, _, reply| reply.ok())
}

/// Compares what redis-server and a server of ours say, over TCP and over a Unix socket, with a
/// password and without one.
///
/// # Errors
///
/// The first dialog that differs, or what should not have failed.
pub fn same_bytes<T: Threads>() -> Outcome
where
    T::Local: Spawn<Serving<T::Local, Mux<Bare>>>,
{
    let path = Path::new();
    let tcp = || Listen::new(Address::Tcp((Ipv4Addr::LOCALHOST, 0).into()));
    let listens = [
        tcp(),
        Listen::new(path.address()),
        tcp().with_session(Config::default().with_password_required(true)),
    ];
    let mut cores = Cores::default();
    cores.threads = 1;
    let ours =
        RunningServer::start::<T, _>(listens, &ServerOptions::default(), &cores, |_, _| service())?;
    let addresses: Vec<_> = ours.addresses().cloned().collect();
    let [by_tcp, by_path, with_password] = addresses.as_slice() else { unreachable!("three") };

    let redis = RedisServer::start()?;
    let redis_by_tcp = address_of(&redis)?;
    let of_anybody: Vec<_> = ANYBODY.iter().cloned().chain(requests()).collect();
    compare(&redis_by_tcp, by_tcp, &of_anybody)?;
    let redis = RedisServer::builder().unix_socket().start()?;
    compare(&address_of(&redis)?, by_path, &of_anybody)?;
    let redis = RedisServer::builder().config("requirepass", PASSWORD).start()?;
    compare(&address_of(&redis)?, with_password, AUTHENTICATING)?;

    ours.handle().shutdown(std::time::Duration::from_secs(5));
    Ok(ours.join()?)
}

fn address_of(redis: &RedisServer) -> io::Result<Address> {
    match (redis.addr(), redis.socket_path()) {
        (Some(address), _) => Ok(Address::Tcp(address)),
        (None, Some(path)) => Ok(Address::Unix(path.to_owned())),
        (None, None) => Err(io::ErrorKind::NotFound.into()),
    }
}

fn compare(redis: &Address, ours: &Address, dialogs: &[Dialog]) -> Outcome {
    let mut differences = String::new();
    for dialog in dialogs {
        let theirs = hold(redis, dialog, usize::MAX)?;
        let explained = EXPLAINED.iter().find(|(said, ..)| *said == dialog.says());
        let expected = explained.map_or(theirs.as_str(), |(_, expected, _)| expected);
        // Whole, in halves, and for short ones byte by byte.
        let mut sizes = vec![usize::MAX, dialog.len() / 2 + 1];
        sizes.extend((dialog.len() <= BY_BYTES).then_some(1));
        for size in sizes {
            let said = hold(ours, dialog, size)?;
            if said != expected {
                differences += &format!(
                    "to {} in pieces of {size}\n  redis-server says {theirs}\n  we say {said}\n",
                    dialog.says()
                );
                break;
            }
        }
        if explained.is_some() && theirs == expected {
            differences += &format!("{} is no difference any more\n", dialog.says());
        }
    }
    if differences.is_empty() { Ok(()) } else { Err(differences.into()) }
}

/// All that is answered, up to the end or to the answer to a last `PING`.
fn hold(address: &Address, dialog: &Dialog, size: usize) -> io::Result<String> {
    let mut raw = Raw::connect(address)?;
    // What follows a line that is too long would end it.
    let last = if dialog.is_endless() { &b""[..] } else { LAST_PING };
    let bytes = [dialog.bytes(), last].concat();
    for piece in bytes.chunks(size) {
        // A server that has closed by now has said why.
        if raw.send(piece).is_err() {
            break;
        }
    }
    let mut said = Vec::new();
    let mut piece = [0; 4096];
    loop {
        match raw.read(&mut piece) {
            Ok(0) => {
                said.extend_from_slice(b"<end>");
                break;
            }
            Ok(count) => said.extend_from_slice(piece.get(..count).unwrap_or_default()),
            // It did not want what was still under way.
            Err(error) if error.kind() == io::ErrorKind::ConnectionReset => {
                said.extend_from_slice(b"<end>");
                break;
            }
            Err(error) => {
                return Err(io::Error::new(
                    error.kind(),
                    format!("{error} after {} to {}", said.escape_ascii(), dialog.says()),
                ));
            }
        }
        if said.windows(LAST_WORD.len()).any(|word| word == LAST_WORD) {
            // Its subscriptions are none of the next one's business.
            raw.finish()?;
            break;
        }
    }
    Ok(without_id(&said.escape_ascii().to_string()))
}

/// `HELLO` tells the number of the connection, which is its own.
fn without_id(said: &str) -> String {
    let Some((before, after)) = said.split_once("$2\\r\\nid\\r\\n:") else {
        return said.to_owned();
    };
    let rest = after.trim_start_matches(|digit: char| digit.is_ascii_digit());
    format!("{before}$2\\r\\nid\\r\\n:N{}", without_id(rest))
}

const GET: Spec = Spec::new("get", Arity::Exactly(2)).with_keys(KeyPositions::ONE);
const PASSWORD: &str = "secret";
/// Allowed in every state, and told from whatever else is said.
const LAST_PING: &[u8] = b"\r\n*2\r\n$4\r\nPING\r\n$13\r\nthe-last-word\r\n";
const LAST_WORD: &[u8] = b"the-last-word\r\n";
/// Longer dialogs are not sent byte by byte.
const BY_BYTES: usize = 200;

//! A key-value store that speaks RESP: `SET`, `GET` and `DEL`, on whatever runtime.

use std::collections::HashMap;
use std::error::Error;
use std::process::ExitCode;

use adapter_core::Address;
use adapter_core::server::{Listen, Mux, Peer, Refusal, Reply, Service};
use bytes::Bytes;
use foldhash::fast::RandomState;

/// How the example, or a part of it, ends.
pub(crate) type Outcome<T = ()> = Result<T, Box<dyn Error>>;

/// The store. Its handlers run one at a time, so it needs no lock.
#[derive(Default)]
pub(crate) struct Store {
    /// By a hash that is quicker than std's own, and still seeded against chosen keys.
    items: HashMap<Bytes, Bytes, RandomState>,
}

impl Service for Store {
    type Context = ();

    fn on_open(&mut self, _: &Peer, _: Reply<'_>) -> Result<(), Refusal> {
        Ok(())
    }
}

/// The store with its commands, and those that concern a connection: `PING`, `QUIT` and more.
pub(crate) fn service() -> Mux<Store> {
    Mux::new(Store::default())
        .with_connection_commands()
        .command("set", 3, |store, command, _, reply| {
            let value = command.bytes(2);
            match store.items.get_mut(command.arg(1)) {
                Some(item) => *item = value,
                None => drop(store.items.insert(command.bytes(1), value)),
            }
            reply.ok()
        })
        .command("get", 2, |store, command, _, reply| match store.items.get(command.arg(1)) {
            Some(item) => reply.shared(item),
            None => reply.null(),
        })
        .command("del", -2, |store, command, _, reply| {
            let removed = |key: &&[u8]| store.items.remove(*key).is_some();
            reply.any(command.args_from(1).filter(removed).count())
        })
        .command("flushall", -1, |store, _, _, reply| {
            store.items = HashMap::default();
            reply.ok()
        })
}

/// Where to listen: after each `--addr`, an address or the path of a Unix socket.
pub(crate) fn listens() -> Outcome<Vec<Listen>> {
    let mut listens = Vec::new();
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let ("--addr", Some(address)) = (argument.as_str(), arguments.next()) else {
            return Err("usage: memory_kv [--addr 127.0.0.1:7379] [--addr /tmp/kv.sock] ..".into());
        };
        listens.push(Listen::new(address.parse()?));
    }
    if listens.is_empty() {
        listens.push(Listen::new(DEFAULT_ADDRESS.parse()?));
    }
    Ok(listens)
}

/// Says that the server is up, and how to try it.
pub(crate) fn announce<'a>(runtime: &str, addresses: impl Iterator<Item = &'a Address>) {
    for address in addresses {
        let how = match address {
            Address::Unix(path) => format!("-s {}", path.display()),
            Address::Tcp(address) => format!("-h {} -p {}", address.ip(), address.port()),
            _ => String::new(),
        };
        println!("memory_kv on {runtime} listens at {address}: redis-cli {how}");
    }
}

/// Says how it went.
pub(crate) fn report(outcome: Outcome) -> ExitCode {
    let Err(error) = outcome else { return ExitCode::SUCCESS };
    eprintln!("{error}");
    ExitCode::FAILURE
}

const DEFAULT_ADDRESS: &str = "127.0.0.1:7379";

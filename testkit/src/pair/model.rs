//! A small Redis, which keeps a ledger of what it has run.

mod data;
mod pubsub;

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;
use resp_core::encode;

use super::Server;
pub use data::{Data, Ran};

/// A server with one connection that knows `ECHO`, `GET`, `SET`, `INCR`, `DEL`, `RPUSH`, `LLEN`,
/// `PING`, `HELLO`, `AUTH`, `SELECT`, `CLIENT SETNAME`, `CLIENT SETINFO`, `RESET`, transactions and
/// subscriptions, and what Redis says to everything else. `BLPOP` doesn't wait.
///
/// Several of them are connections to one server if they take turns with its [`Data`].
///
/// Its [`ledger`](Self::ledger) says how often each first argument was executed, so that a test
/// that gives every command an argument of its own knows what was really applied.
#[derive(Debug, Default)]
pub struct Model {
    /// What it says to `HELLO`.
    pub says: Hello,
    /// Whether it refuses `SUBSCRIBE` and its kin.
    pub refuses_subscribe: bool,
    /// The database selected.
    pub database: u32,
    /// The name given to the connection.
    pub client_name: Bytes,
    /// What the client has said of its library.
    pub library: Vec<Bytes>,
    /// The user and the password that it asks for.
    credentials: Option<(String, String)>,
    knows_setinfo: bool,
    resp3: bool,
    authenticated: bool,
    /// What its connections have in common.
    pub data: Data,
    ledger: BTreeMap<Bytes, u32>,
    transaction: Option<Transaction>,
    /// Keys watched, with their databases, and the values they had.
    watched: BTreeMap<(u32, Bytes), Option<Bytes>>,
    /// Channels, patterns and shard channels.
    subscriptions: [BTreeSet<Bytes>; 3],
}

/// What a server says to `HELLO`.
#[derive(Clone, Debug, Default)]
pub enum Hello {
    /// It switches to RESP3, as Redis does since 6.
    #[default]
    Known,
    /// `NOPROTO`.
    NoProtocol,
    /// What Redis 5 says: an unknown command, and its arguments repeated.
    Unknown,
    /// Any other error.
    Error(&'static str),
}

#[derive(Debug, Default)]
struct Transaction {
    queued: Vec<Vec<Bytes>>,
    /// A command could not be queued.
    broken: bool,
}

impl Model {
    /// A server that answers `HELLO` in this way.
    #[must_use]
    pub fn hello(mut self, hello: Hello) -> Self {
        self.says = hello;
        self
    }

    /// A server that asks for a user and a password.
    #[must_use]
    pub fn guarded(mut self, user: &str, password: &str) -> Self {
        self.credentials = Some((user.to_owned(), password.to_owned()));
        self
    }

    /// A server that knows `CLIENT SETINFO`, as Redis does since 7.2.
    #[must_use]
    pub const fn knows_setinfo(mut self) -> Self {
        self.knows_setinfo = true;
        self
    }

    /// How often a command with this first argument was executed.
    pub fn ledger(&self, first_argument: &str) -> u32 {
        self.ledger.get(first_argument.as_bytes()).copied().unwrap_or(0)
    }

    /// The value of a key.
    pub fn get(&self, key: &str) -> Option<&[u8]> {
        self.data.string(self.database, key.as_bytes()).map(|value| &value[..])
    }

    /// Sets a key as another client would.
    pub fn set(&mut self, key: &str, value: &str) {
        let (key, value) = (key.to_owned(), value.to_owned());
        self.data.set(self.database, key.into(), value.into());
    }

    /// Whether the connection speaks RESP3.
    pub const fn resp3(&self) -> bool {
        self.resp3
    }

    /// Whether a transaction is open.
    pub const fn in_transaction(&self) -> bool {
        self.transaction.is_some()
    }

    /// Whether keys are watched.
    pub fn is_watching(&self) -> bool {
        !self.watched.is_empty()
    }

    /// Whether there are subscriptions.
    pub fn is_subscribed(&self) -> bool {
        self.subscriptions.iter().any(|names| !names.is_empty())
    }

    fn may_run(&self, name: &str) -> bool {
        self.credentials.is_none() || self.authenticated || matches!(name, "HELLO" | "AUTH")
    }

    fn greet(&mut self, arguments: &[Bytes], out: &mut Vec<u8>) {
        match &self.says {
            Hello::Known => {}
            Hello::NoProtocol => return error(out, "NOPROTO unsupported protocol version"),
            Hello::Unknown => return unknown_command(b"HELLO", arguments, out),
            Hello::Error(text) => return error(out, text),
        }
        let (version, mut options) = match arguments {
            [version, options @ ..] => (&version[..], options),
            [] => (if self.resp3 { &b"3"[..] } else { b"2" }, arguments),
        };
        if !matches!(version, b"2" | b"3") {
            return error(out, "NOPROTO unsupported protocol version");
        }
        let mut name = None;
        while let [option, rest @ ..] = options {
            options = match (option.to_ascii_uppercase().as_slice(), rest) {
                (b"AUTH", [user, password, rest @ ..]) => {
                    if !self.authenticate(user, password) {
                        return error(out, WRONGPASS);
                    }
                    rest
                }
                (b"SETNAME", [text, rest @ ..]) => {
                    name = Some(text.clone());
                    rest
                }
                _ => return error(out, "ERR syntax error in HELLO"),
            };
        }
        if !self.may_run("") {
            return error(
                out,
                "NOAUTH HELLO must be called with the client already authenticated, otherwise the \
                 HELLO <proto> AUTH <user> <pass> option can be used to authenticate the client \
                 and select the RESP protocol version at the same time",
            );
        }
        if let Some(name) = name {
            self.client_name = name;
        }
        self.resp3 = version == b"3";
        match self.resp3 {
            true => encode::map(out, 2),
            false => encode::array(out, 4),
        }
        encode::bulk_string(out, b"server");
        encode::bulk_string(out, b"redis");
        encode::bulk_string(out, b"proto");
        encode::integer(out, if self.resp3 { 3 } else { 2 });
    }

    fn authenticate(&mut self, user: &[u8], password: &[u8]) -> bool {
        let right = self.credentials.as_ref().is_some_and(|(wanted, secret)| {
            wanted.as_bytes() == user && secret.as_bytes() == password
        });
        self.authenticated |= right;
        right
    }

    fn queue(&mut self, name: &str, command: &[Bytes], out: &mut Vec<u8>) -> bool {
        let Some(transaction) = &mut self.transaction else { return false };
        match name {
            "EXEC" | "DISCARD" | "MULTI" | "WATCH" | "RESET" => return false,
            _ if !KNOWN.contains(&name) => {
                transaction.broken = true;
                unknown_command(name.as_bytes(), command.get(1..).unwrap_or_default(), out);
            }
            _ => {
                transaction.queued.push(command.to_vec());
                encode::simple_string(out, b"QUEUED");
            }
        }
        true
    }

    fn exec(&mut self, out: &mut Vec<u8>) {
        let Some(transaction) = self.transaction.take() else {
            return error(out, "ERR EXEC without MULTI");
        };
        let watched = std::mem::take(&mut self.watched);
        if transaction.broken {
            return error(out, "EXECABORT Transaction discarded because of previous errors.");
        }
        let changed = |((database, key), value): (&(u32, Bytes), &Option<Bytes>)| {
            self.data.string(*database, key) != value.as_ref()
        };
        if watched.iter().any(changed) {
            return if self.resp3 { encode::null(out) } else { encode::null_array(out) };
        }
        encode::array(out, transaction.queued.len());
        for command in transaction.queued {
            self.execute(&command, out);
        }
    }

    fn reset(&mut self, out: &mut Vec<u8>) {
        self.transaction = None;
        self.watched.clear();
        self.subscriptions = Default::default();
        self.resp3 = false;
        self.authenticated = false;
        self.database = 0;
        encode::simple_string(out, b"RESET");
    }

    fn null(&self, out: &mut Vec<u8>) {
        if self.resp3 { encode::null(out) } else { encode::null_bulk_string(out) }
    }
}

impl Server for Model {
    fn share(&mut self, data: &mut Data) {
        std::mem::swap(&mut self.data, data);
    }

    fn execute(&mut self, command: &[Bytes], out: &mut Vec<u8>) {
        // As Redis does with `*0`.
        let [name, arguments @ ..] = command else { return };
        let name = String::from_utf8_lossy(name).to_ascii_uppercase();
        if !self.may_run(&name) {
            return error(out, "NOAUTH Authentication required.");
        }
        if self.queue(&name, command, out) {
            return;
        }
        if self.is_subscriber() && !IN_SUBSCRIPTION.contains(&name.as_str()) {
            let text = format!(
                "ERR Can't execute '{}': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / \
                 RESET are allowed in this context",
                name.to_ascii_lowercase()
            );
            return error(out, &text);
        }
        if let Some(argument) = arguments.first() {
            *self.ledger.entry(argument.clone()).or_default() += 1;
            self.data.note(self.database, &name, arguments);
        }
        if self.data_command(&name, arguments, out) {
            return;
        }
        match (name.as_str(), arguments) {
            ("HELLO", _) => self.greet(arguments, out),
            ("RESET", _) => self.reset(out),
            ("PING", []) if self.is_subscriber() => out.extend(b"*2\r\n$4\r\npong\r\n$0\r\n\r\n"),
            ("PING", [message]) if self.is_subscriber() => {
                out.extend(b"*2\r\n$4\r\npong\r\n");
                encode::bulk_string(out, message);
            }
            ("PING", []) => encode::simple_string(out, b"PONG"),
            ("PING" | "ECHO", [message]) => encode::bulk_string(out, message),
            ("AUTH", [user @ .., password]) if user.len() < 2 => {
                let user = user.first().map_or(&b"default"[..], |user| user);
                if self.authenticate(user, password) { ok(out) } else { error(out, WRONGPASS) }
            }
            ("SELECT", [database]) => match text(database).parse() {
                Ok(database @ 0..16) => {
                    self.database = database;
                    ok(out);
                }
                _ => error(out, "ERR DB index is out of range"),
            },
            ("CLIENT", [word, name]) if word.eq_ignore_ascii_case(b"SETNAME") => {
                self.client_name = name.clone();
                ok(out);
            }
            ("CLIENT", [word, rest @ ..])
                if self.knows_setinfo && word.eq_ignore_ascii_case(b"SETINFO") =>
            {
                self.library.extend_from_slice(rest);
                ok(out);
            }
            ("CLIENT", [word, ..]) => {
                let text = format!("ERR unknown subcommand '{}'. Try CLIENT HELP.", text(word));
                error(out, &text);
            }
            ("MULTI", []) if self.transaction.is_some() => {
                error(out, "ERR MULTI calls can not be nested");
            }
            ("MULTI", []) => {
                self.transaction = Some(Transaction::default());
                ok(out);
            }
            ("EXEC", []) => self.exec(out),
            ("DISCARD", []) => {
                self.watched.clear();
                match self.transaction.take() {
                    Some(_) => ok(out),
                    None => error(out, "ERR DISCARD without MULTI"),
                }
            }
            ("WATCH", [_, ..]) if self.transaction.is_some() => {
                error(out, "ERR WATCH inside MULTI is not allowed");
            }
            ("WATCH", [_, ..]) => {
                for key in arguments {
                    let value = self.data.string(self.database, key).cloned();
                    self.watched.insert((self.database, key.clone()), value);
                }
                ok(out);
            }
            ("UNWATCH", []) => {
                self.watched.clear();
                ok(out);
            }
            _ if self.subscription(&name, arguments, out) => {}
            _ if KNOWN.contains(&name.as_str()) => {
                let name = name.to_ascii_lowercase();
                error(out, &format!("ERR wrong number of arguments for '{name}' command"));
            }
            _ => unknown_command(name.as_bytes(), arguments, out),
        }
    }
}

fn ok(out: &mut Vec<u8>) {
    encode::simple_string(out, b"OK");
}

fn error(out: &mut Vec<u8>, text: &str) {
    encode::simple_error(out, text.as_bytes());
}

/// What Redis says, arguments included.
fn unknown_command(name: &[u8], arguments: &[Bytes], out: &mut Vec<u8>) {
    let mut message = format!("ERR unknown command `{}`, with args beginning with: ", text(name));
    for argument in arguments {
        message.push_str(&format!("`{}`, ", text(argument)));
    }
    error(out, &message);
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

const WRONGPASS: &str = "WRONGPASS invalid username-password pair or user is disabled.";

/// Everything that is no unknown command.
const KNOWN: [&str; 25] = [
    "HELLO",
    "RESET",
    "PING",
    "ECHO",
    "AUTH",
    "SELECT",
    "CLIENT",
    "GET",
    "SET",
    "INCR",
    "DEL",
    "RPUSH",
    "LLEN",
    "BLPOP",
    "MULTI",
    "EXEC",
    "DISCARD",
    "WATCH",
    "UNWATCH",
    "SUBSCRIBE",
    "UNSUBSCRIBE",
    "PSUBSCRIBE",
    "PUNSUBSCRIBE",
    "SSUBSCRIBE",
    "SUNSUBSCRIBE",
];

/// What a RESP2 connection with subscriptions may ask for.
const IN_SUBSCRIPTION: [&str; 8] = [
    "PING",
    "RESET",
    "SUBSCRIBE",
    "UNSUBSCRIBE",
    "PSUBSCRIBE",
    "PUNSUBSCRIBE",
    "SSUBSCRIBE",
    "SUNSUBSCRIBE",
];

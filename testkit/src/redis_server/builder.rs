//! From a handful of directives to a running server.

use std::ffi::OsStr;
use std::fmt;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use super::launch::{self, PrivateDir};
use super::port::Port;
use super::tls::Tls;
use super::wire::Listener;
use super::{RedisServer, StartError};

/// The configuration of a [`RedisServer`] to be started.
///
/// Unless configured otherwise the server persists nothing: no snapshots, no append-only file.
#[derive(Clone, Default)]
#[must_use = "a builder does nothing until `start`"]
pub struct RedisServerBuilder {
    listen: Listen,
    directives: Vec<(String, String)>,
    sentinel: bool,
}

#[derive(Clone, Debug, Default)]
enum Listen {
    #[default]
    Tcp,
    Unix,
    Tls(Tls),
}

impl RedisServerBuilder {
    /// Listens on a free TCP port of 127.0.0.1, which is the default.
    pub fn tcp(mut self) -> Self {
        self.listen = Listen::Tcp;
        self
    }

    /// Listens on a Unix socket in the private directory, and on no TCP port.
    pub fn unix_socket(mut self) -> Self {
        self.listen = Listen::Unix;
        self
    }

    /// Listens with TLS on a free TCP port of 127.0.0.1, and besides on a Unix socket in the
    /// private directory, by which [`RedisServer::cli`] goes.
    pub fn tls(mut self, tls: Tls) -> Self {
        self.listen = Listen::Tls(tls);
        self
    }

    /// Keeps what is written, at once: it survives [`RedisServer::kill`] and
    /// [`RedisServer::start_again`].
    pub fn persistent(self) -> Self {
        self.config("appendonly", "yes").config("appendfsync", "always")
    }

    /// Is a Sentinel, which has commands of its own and no keys.
    pub fn sentinel(mut self) -> Self {
        self.sentinel = true;
        self
    }

    /// Adds a directive of `redis.conf`, such as `("appendonly", "yes")`.
    ///
    /// The value is written as it is, so it may consist of several words or be quoted; only a
    /// `requirepass` is quoted here, because the launcher has to know the password. A directive
    /// given twice counts as in `redis.conf`: as a rule, the last one wins.
    pub fn config(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.directives.push((name.into(), value.into()));
        self
    }

    /// Starts the server and waits, for ten seconds at most, until it answers `PING`.
    ///
    /// # Errors
    ///
    /// - [`io::ErrorKind::NotFound`] when there is no `redis-server`, neither at
    ///   `REDIS_SERVER_BIN` nor on `PATH`; the text says how to get it.
    /// - [`io::ErrorKind::InvalidInput`] for a directive that is the launcher's own, or one with a
    ///   line break in it.
    /// - [`io::ErrorKind::TimedOut`] when it isn't ready in time, and another error when it exits
    ///   early: both end with the tail of its log.
    pub fn start(&self) -> io::Result<RedisServer> {
        self.check()?;
        let binary = launch::find_binary()?;
        for _ in 0..PORT_ATTEMPTS {
            let dir = PrivateDir::create()?;
            let socket = dir.path().join("redis.sock");
            let port = Port::reserve()?;
            let listener = match self.listen {
                Listen::Tcp => Listener::Tcp(port.addr()),
                Listen::Unix => Listener::Unix(socket),
                Listen::Tls(_) => Listener::Tls(port.addr(), socket),
            };
            match self.start_on(listener, dir, &binary) {
                Ok(mut server) => {
                    server.port = Some(port);
                    return Ok(server);
                }
                Err(StartError::PortTaken) => {}
                Err(StartError::Fatal(error)) => return Err(error),
            }
        }
        Err(io::Error::new(
            io::ErrorKind::AddrInUse,
            format!("redis-server found its port taken {PORT_ATTEMPTS} times in a row"),
        ))
    }

    fn check(&self) -> io::Result<()> {
        for (name, value) in &self.directives {
            let reason = if OWN_DIRECTIVES.iter().any(|own| own.eq_ignore_ascii_case(name)) {
                "is set by the launcher"
            } else if [name, value].iter().any(|text| text.contains(['\r', '\n'])) {
                "contains a line break"
            } else {
                continue;
            };
            let text = format!("redis.conf directive {name:?} {reason}");
            return Err(io::Error::new(io::ErrorKind::InvalidInput, text));
        }
        Ok(())
    }

    fn start_on(
        &self,
        listener: Listener,
        dir: PrivateDir,
        binary: &Path,
    ) -> Result<RedisServer, StartError> {
        dir.configure(&self.redis_conf(&listener, dir.path()))?;
        if let Listen::Tls(tls) = &self.listen {
            tls.write(dir.path())?;
        }
        let binary = if self.sentinel { dir.sentinel(binary)? } else { binary.to_owned() };
        let child = dir.spawn(&binary)?;
        let password = self.password().map(str::to_owned);
        let mut server = RedisServer { child, listener, port: None, password, dir, binary };
        server.wait_until_ready()?;
        Ok(server)
    }

    fn redis_conf(&self, listener: &Listener, dir: &Path) -> String {
        let dir = quoted(dir.as_os_str());
        let unix = |path: &Path| {
            format!("port 0\nunixsocket {}\nunixsocketperm 700", quoted(path.as_os_str()))
        };
        let listen = match listener {
            Listener::Tcp(addr) => format!("bind {}\nport {}", addr.ip(), addr.port()),
            Listener::Unix(path) => unix(path),
            Listener::Tls(addr, path) => {
                format!("bind {}\ntls-port {}\n{}", addr.ip(), addr.port(), unix(path))
            }
        };
        let tls = match &self.listen {
            Listen::Tls(tls) => tls.directives(),
            Listen::Tcp | Listen::Unix => String::new(),
        };
        // An empty `logfile` is standard output, which is redirected into the directory: so one
        // file holds the log as well as what redis-server says of a faulty configuration.
        let mut conf = format!(
            "{listen}\n{tls}dir {dir}\ndaemonize no\nlogfile \"\"\nsave \"\"\nappendonly no\n"
        );
        for (name, value) in &self.directives {
            let value = if is_password(name) { &quoted(OsStr::new(value)) } else { value };
            conf.push_str(&format!("{name} {value}\n"));
        }
        conf
    }

    /// The password that counts: the last one, where an empty one means none.
    fn password(&self) -> Option<&str> {
        let (_, password) = self.directives.iter().rfind(|(name, _)| is_password(name))?;
        (!password.is_empty()).then_some(password)
    }
}

impl fmt::Debug for RedisServerBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Only the names: a value may be a password.
        let names: Vec<_> = self.directives.iter().map(|(name, _)| name).collect();
        f.debug_struct("RedisServerBuilder")
            .field("listen", &self.listen)
            .field("directives", &names)
            .field("sentinel", &self.sentinel)
            .finish()
    }
}

fn is_password(name: &str) -> bool {
    name.eq_ignore_ascii_case("requirepass")
}

/// Quotes a value as `sdssplitargs`, which reads `redis.conf`, takes it apart again.
fn quoted(value: &OsStr) -> String {
    let mut quoted = String::from('"');
    for &byte in value.as_bytes() {
        match byte {
            b'"' | b'\\' => quoted.extend(['\\', char::from(byte)]),
            b' '..=b'~' => quoted.push(char::from(byte)),
            _ => quoted.push_str(&format!("\\x{byte:02x}")),
        }
    }
    quoted.push('"');
    quoted
}

/// To lose the race for a port once is rare already.
const PORT_ATTEMPTS: u32 = 5;

/// What the getters and the cleaning up rely on.
const OWN_DIRECTIVES: [&str; 7] =
    ["bind", "daemonize", "dir", "logfile", "port", "tls-port", "unixsocket"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_answer_of_another_server_on_the_port_is_not_taken_for_ours() {
        let binary = launch::find_binary().unwrap();
        let other = RedisServer::start().unwrap();
        let taken = Listener::Tcp(other.addr().unwrap());
        let outcome =
            RedisServer::builder().start_on(taken, PrivateDir::create().unwrap(), &binary);
        assert!(matches!(outcome, Err(StartError::PortTaken)));
    }

    #[test]
    fn the_last_password_counts_and_an_empty_one_is_none() {
        let builder = RedisServer::builder().config("requirepass", "a");
        assert_eq!(builder.password(), Some("a"));
        let builder = builder.config("RequirePass", "b");
        assert_eq!(builder.password(), Some("b"));
        assert_eq!(builder.config("requirepass", "").password(), None);
    }

    #[test]
    fn quoting_leaves_nothing_special() {
        assert_eq!(quoted(OsStr::new("a b\"c\\d\né")), r#""a b\"c\\d\x0a\xc3\xa9""#);
    }

    #[test]
    fn debug_output_hides_values() {
        let builder = RedisServer::builder().config("requirepass", "hunter2");
        assert!(!format!("{builder:?}").contains("hunter2"));
    }
}

//! What directives come to.

use std::error::Error;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use embedded_redis::adapter_core::server::{AcceptOptions, Listen};
use embedded_redis::adapter_core::tls::ClientCertificates;
use embedded_redis::adapter_core::{Address, TlsServerConfig};
use embedded_redis::{Builder, EmbeddedRedis};

use super::directives::Directive;

/// A server to be started.
#[derive(Debug)]
pub(crate) struct Plan {
    builder: Builder,
    accept: AcceptOptions,
    pub(crate) runtime: Runtime,
    bind: Vec<Bind>,
    port: u16,
    tls_port: u16,
    tls: Tls,
    unix_socket: Option<PathBuf>,
    saves_nothing: bool,
    /// A directive that asks for what is kept in memory only to be saved.
    wants_saving: Option<String>,
}

/// An address to listen at.
#[derive(Clone, Copy, Debug)]
struct Bind {
    address: IpAddr,
    /// It need not be there: `-::1`.
    optional: bool,
}

#[derive(Debug, Default)]
struct Tls {
    certificate: Option<PathBuf>,
    key: Option<PathBuf>,
    ca: Option<PathBuf>,
    clients: Option<ClientCertificates>,
}

/// What the server runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Runtime {
    Tokio,
    #[cfg(feature = "smol")]
    Smol,
    #[cfg(feature = "glommio")]
    Glommio,
}

impl Default for Plan {
    fn default() -> Self {
        Self {
            builder: EmbeddedRedis::builder(),
            accept: AcceptOptions::default(),
            runtime: Runtime::Tokio,
            bind: vec![
                Bind { address: Ipv4Addr::LOCALHOST.into(), optional: false },
                Bind { address: Ipv6Addr::LOCALHOST.into(), optional: true },
            ],
            port: 6379,
            tls_port: 0,
            tls: Tls::default(),
            unix_socket: None,
            saves_nothing: false,
            wants_saving: None,
        }
    }
}

impl Plan {
    /// Does what a directive says.
    pub(crate) fn follow(&mut self, directive: &Directive) -> Result<(), String> {
        match directive.name.as_str() {
            "port" => self.port = directive.parse("a port")?,
            "bind" => self.bind = bind(directive)?,
            "unixsocket" => {
                let path = directive.value()?;
                self.unix_socket = (!path.is_empty()).then(|| path.into());
            }
            "unixsocketperm" => self.accept.unix_permissions = Some(permissions(directive)?),
            "tls-port" => self.tls_port = directive.parse("a port")?,
            "tls-cert-file" => self.tls.certificate = Some(self.file(directive)?),
            "tls-key-file" => self.tls.key = Some(self.file(directive)?),
            "tls-ca-cert-file" => self.tls.ca = Some(self.file(directive)?),
            "tls-auth-clients" => {
                self.tls.clients = Some(client_certificates(directive)?);
                self.set(directive)?;
            }
            "requirepass" => {
                let password = directive.value()?;
                if !password.is_empty() {
                    self.builder = self.builder.clone().password(password);
                }
            }
            "user" => self.add_user(directive)?,
            "tcp-backlog" => self.accept.backlog = directive.parse("a number")?,
            "tcp-keepalive" => self.keep_alive(seconds(directive)?),
            "io-threads" => {
                let threads = directive.parse("a number of threads")?;
                self.builder = self.builder.clone().threads(threads);
            }
            "databases" => {
                let databases = directive.parse("a number")?;
                self.builder = self.builder.clone().databases(databases);
            }
            "runtime" => self.runtime = runtime(directive)?,
            "save-nothing" => self.saves_nothing = true,
            "dir" => self.go_to(directive)?,
            "save" if directive.values.iter().all(String::is_empty) => {}
            "save" => self.wants_saving = Some(directive.to_string()),
            "appendonly" => {
                if directive.yes()? {
                    self.wants_saving = Some(directive.to_string());
                }
            }
            "daemonize" => {
                if directive.yes()? {
                    return Err(directive.wrong(NO_DAEMON));
                }
            }
            // It has no log but what it says on standard output.
            "logfile" | "pidfile" | "always-show-logo" | "syslog-enabled" => {}
            _ => self.set(directive)?,
        }
        Ok(())
    }

    fn add_user(&mut self, directive: &Directive) -> Result<(), String> {
        let Some((name, rules)) = directive.values.split_first() else {
            return Err(directive.wrong("takes a name and rules"));
        };
        let builder = self.builder.clone().user(name, rules.iter().map(String::as_str));
        self.builder = builder.map_err(|error| directive.unfit(&error))?;
        Ok(())
    }

    /// Has the system ask who says nothing for so long whether they are there, and again each third
    /// of that, as Redis does.
    fn keep_alive(&mut self, idle: Option<Duration>) {
        let second = Duration::from_secs(1);
        let third = idle.map_or(0, |idle| idle.as_secs() / 3);
        self.accept.socket.keepalive_idle = idle;
        self.accept.socket.keepalive_interval = Duration::from_secs(third).max(second);
    }

    /// A file's path, which is to be seen with `CONFIG GET` as well.
    fn file(&mut self, directive: &Directive) -> Result<PathBuf, String> {
        self.set(directive)?;
        Ok(directive.value()?.into())
    }

    fn go_to(&mut self, directive: &Directive) -> Result<(), String> {
        let gone = std::env::set_current_dir(directive.value()?);
        let there = gone
            .and_then(|()| std::env::current_dir())
            .map_err(|error| directive.wrong(&format!("can't be gone to: {error}")))?;
        self.set_to(directive, &there.to_string_lossy())
    }

    /// Sets what `CONFIG SET` sets as well.
    fn set(&mut self, directive: &Directive) -> Result<(), String> {
        self.set_to(directive, &directive.values.join(" "))
    }

    fn set_to(&mut self, directive: &Directive, value: &str) -> Result<(), String> {
        let builder = self.builder.clone().setting(&directive.name, value);
        self.builder = builder.map_err(|error| directive.unfit(&error))?;
        Ok(())
    }

    /// Starts the server.
    pub(crate) fn start(mut self) -> Result<EmbeddedRedis, Box<dyn Error>> {
        if let Some(directive) = self.wants_saving.take().filter(|_| !self.saves_nothing) {
            return Err(format!(
                "can't follow '{directive}': the data is kept in memory only. Leave it out, or say \
                 --save-nothing"
            )
            .into());
        }
        let tls = self.tls_server()?;
        let mut builder = self.builder.clone();
        for bind in self.bind.iter().filter(|bind| bind.is_there()) {
            if self.port != 0 {
                let address = SocketAddr::new(bind.address, self.port);
                builder = builder.listen(self.listen(Address::Tcp(address)));
            }
            if let Some(tls) = &tls {
                let address = SocketAddr::new(bind.address, self.tls_port);
                let listen = self.listen(Address::Tcp(address)).with_tls(tls.clone());
                builder = builder.listen(listen);
            }
        }
        if let Some(path) = &self.unix_socket {
            builder = builder.listen(self.listen(Address::Unix(path.clone())));
        } else if self.port == 0 && tls.is_none() {
            return Err("nowhere to listen: give --port, --tls-port or --unixsocket".into());
        }
        Ok(match self.runtime {
            Runtime::Tokio => builder.start_on::<adapter_tokio::Tokio>(),
            #[cfg(feature = "smol")]
            Runtime::Smol => builder.start_on::<adapter_smol::Smol>(),
            #[cfg(feature = "glommio")]
            Runtime::Glommio => builder.start_on::<adapter_glommio::Glommio>(),
        }?)
    }

    fn listen(&self, address: Address) -> Listen {
        Listen::new(address).with_accept(self.accept.clone())
    }

    fn tls_server(&self) -> Result<Option<TlsServerConfig>, Box<dyn Error>> {
        if self.tls_port == 0 {
            return Ok(None);
        }
        let (Some(certificate), Some(key)) = (&self.tls.certificate, &self.tls.key) else {
            return Err("--tls-port needs --tls-cert-file and --tls-key-file".into());
        };
        let tls = TlsServerConfig::from_files(certificate, key)?;
        let clients = self.tls.clients.unwrap_or(ClientCertificates::Required);
        match &self.tls.ca {
            Some(ca) => Ok(Some(tls.client_ca_file(ca, clients)?)),
            None if clients == ClientCertificates::No => Ok(Some(tls)),
            None => {
                Err("clients are to show certificates: --tls-port needs --tls-ca-cert-file, or \
                         --tls-auth-clients no"
                    .into())
            }
        }
    }
}

impl Bind {
    /// Whether it can be listened at, as far as it has to be.
    fn is_there(self) -> bool {
        !self.optional || std::net::TcpListener::bind((self.address, 0)).is_ok()
    }
}

impl Runtime {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Tokio => "tokio",
            #[cfg(feature = "smol")]
            Self::Smol => "smol",
            #[cfg(feature = "glommio")]
            Self::Glommio => "glommio",
        }
    }
}

fn bind(directive: &Directive) -> Result<Vec<Bind>, String> {
    let values = directive.values.iter().flat_map(|value| value.split_whitespace());
    let addresses = values.map(|value| {
        let optional = value.starts_with('-');
        let address = value.trim_start_matches('-');
        let address = match address {
            "*" => Ok(Ipv4Addr::UNSPECIFIED.into()),
            "::*" => Ok(Ipv6Addr::UNSPECIFIED.into()),
            "localhost" => Ok(Ipv4Addr::LOCALHOST.into()),
            address => address.parse(),
        };
        let address =
            address.map_err(|_| directive.wrong(&format!("takes IP addresses, not {value:?}")))?;
        Ok(Bind { address, optional })
    });
    addresses.collect()
}

fn permissions(directive: &Directive) -> Result<u32, String> {
    let mode = u32::from_str_radix(directive.value()?, 8);
    mode.map_err(|_| directive.wrong("takes permissions such as 700"))
}

/// A time; none if it is 0.
fn seconds(directive: &Directive) -> Result<Option<Duration>, String> {
    let seconds: u64 = directive.parse("a number of seconds")?;
    Ok((seconds > 0).then(|| Duration::from_secs(seconds)))
}

fn client_certificates(directive: &Directive) -> Result<ClientCertificates, String> {
    match directive.value()?.to_ascii_lowercase().as_str() {
        "yes" => Ok(ClientCertificates::Required),
        "no" => Ok(ClientCertificates::No),
        "optional" => Ok(ClientCertificates::Optional),
        value => Err(directive.wrong(&format!("takes yes, no or optional, not {value:?}"))),
    }
}

fn runtime(directive: &Directive) -> Result<Runtime, String> {
    match directive.value()? {
        "tokio" => Ok(Runtime::Tokio),
        #[cfg(feature = "smol")]
        "smol" => Ok(Runtime::Smol),
        #[cfg(feature = "glommio")]
        "glommio" => Ok(Runtime::Glommio),
        value => Err(directive.wrong(&format!(
            "{value:?} is none that this was built with (features tokio, smol, glommio)"
        ))),
    }
}

const NO_DAEMON: &str = "is not for this server: let whoever starts it put it in the background";

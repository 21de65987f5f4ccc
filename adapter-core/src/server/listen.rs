//! What an adapter implements so that servers run on it.

use std::fs::{self, Permissions};
use std::io;
use std::net::SocketAddr;
#[cfg(unix)]
use std::os::unix::fs::{FileTypeExt, PermissionsExt};
use std::path::Path;
use std::task::{Context, Poll};
use std::time::Duration;

use crate::endpoint::{Address, SocketOptions};
use crate::runtime::Runtime;

/// A [`Runtime`] that listens as well.
pub trait Serve: Runtime {
    /// A listening socket.
    type Listener: Listener<Accepted = Self::Accepted>;
    /// A connection that was accepted and belongs to no executor yet.
    type Accepted: Send + 'static;

    /// Listens at an address. The socket of a path that nobody listens at any more is replaced.
    ///
    /// # Errors
    ///
    /// The operating system's.
    fn listen(&self, address: &Address, options: &AcceptOptions) -> io::Result<Self::Listener>;

    /// Makes an accepted connection one of the calling executor's.
    ///
    /// # Errors
    ///
    /// The operating system's.
    fn open(&self, accepted: Self::Accepted, options: &AcceptOptions) -> io::Result<Self::Stream>;
}

/// A listening socket.
pub trait Listener: Unpin {
    /// A connection that was accepted and belongs to no executor yet.
    type Accepted;

    /// Takes the next connection from the line, and who it is from, where that has an address.
    ///
    /// # Errors
    ///
    /// The operating system's: of this one connection, or because there is no room for it. The
    /// listener goes on listening.
    fn poll_accept(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<io::Result<(Self::Accepted, Option<SocketAddr>)>>;

    /// Where it listens: the port that was given, where 0 was asked for.
    ///
    /// # Errors
    ///
    /// The operating system's.
    fn local_address(&self) -> io::Result<Address>;
}

/// A runtime that can be had on further threads, an executor on each: for servers on several
/// cores.
pub trait Threads: Serve {
    /// The runtime as it is on such a thread.
    type Local: Serve<Listener = Self::Listener, Accepted = Self::Accepted>;

    /// Runs `main` on an executor of the calling thread until it ends.
    ///
    /// # Errors
    ///
    /// The operating system's, when there can be no executor.
    fn run<F: Future>(main: impl FnOnce(Self::Local) -> F) -> io::Result<F::Output>;
}

/// How sockets listen, and how those they accept are set up. The defaults are redis-server's,
/// where it has one.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct AcceptOptions {
    /// Connections that wait to be accepted; 511. The system may have a lower limit
    /// (`net.core.somaxconn`).
    pub backlog: u32,
    /// Whether several sockets may listen at the address, among which the system spreads the
    /// connections (`SO_REUSEPORT`); off, and on where a server listens on several cores by itself.
    pub reuse_port: bool,
    /// Whether small writes leave at once (`TCP_NODELAY`); on.
    pub nodelay: bool,
    /// How the system watches over connections: after 300 s of silence it asks whether the client
    /// is still there, every 100 s, three times.
    pub socket: SocketOptions,
    /// Bytes that the system keeps of what has come (`SO_RCVBUF`); none leaves it to the system.
    pub receive_buffer: Option<usize>,
    /// Bytes that the system keeps of what is to go (`SO_SNDBUF`); none leaves it to the system.
    pub send_buffer: Option<usize>,
    /// The permissions of a Unix socket, such as 0o770; none leaves it to the process's `umask`.
    pub unix_permissions: Option<u32>,
}

impl Default for AcceptOptions {
    fn default() -> Self {
        Self {
            backlog: 511,
            reuse_port: false,
            nodelay: true,
            socket: SocketOptions {
                keepalive_idle: Some(Duration::from_secs(300)),
                keepalive_interval: Duration::from_secs(100),
                keepalive_probes: 3,
                user_timeout: None,
            },
            receive_buffer: None,
            send_buffer: None,
            unix_permissions: None,
        }
    }
}

/// Binds a Unix socket at a path: what adapters do in [`Serve::listen`]. `connect` tells whether
/// somebody listens there.
///
/// The socket that a server has left behind is removed; one that is in use is not, and neither is
/// any other file.
///
/// # Errors
///
/// Those of `bind`, and of setting the permissions.
#[cfg(unix)]
pub fn bind_path<L>(
    path: &Path,
    options: &AcceptOptions,
    connect: impl FnOnce() -> io::Result<()>,
    bind: impl FnOnce() -> io::Result<L>,
) -> io::Result<L> {
    let left_behind = fs::symlink_metadata(path).is_ok_and(|file| file.file_type().is_socket());
    if left_behind && connect().is_err_and(|error| error.kind() == io::ErrorKind::ConnectionRefused)
    {
        fs::remove_file(path)?;
    }
    let listener = bind()?;
    if let Some(mode) = options.unix_permissions {
        fs::set_permissions(path, Permissions::from_mode(mode))?;
    }
    Ok(listener)
}

//! A proxy in front of a server that cuts a connection at a chosen byte.
//!
//! It listens on a port of its own and forwards each connection in both directions, by two threads
//! and blocking sockets. So it shares nothing with the executors under test, and what it does to a
//! connection is done by the operating system: a real end of stream, a real reset.
//!
//! ```no_run
//! use testkit::proxy::{Cut, Direction, How, Proxy, Upstream};
//!
//! # fn main() -> std::io::Result<()> {
//! # let server = testkit::redis_server::RedisServer::start()?;
//! let cut = Cut { direction: Direction::Replies, at: 17, how: How::Reset };
//! let proxy = Proxy::start(Upstream::of(&server), Some(cut))?;
//! println!("connect to {}", proxy.addr());
//! # Ok(())
//! # }
//! ```

mod pipe;

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Weak};
use std::thread::{self, JoinHandle};

use socket2::{Domain, SockAddr, Socket, Type};

use crate::redis_server::RedisServer;
use pipe::Pipe;

/// Where the server is.
#[derive(Clone, Debug)]
pub enum Upstream {
    /// An address.
    Tcp(SocketAddr),
    /// The path of a Unix socket.
    Unix(PathBuf),
}

/// What becomes of the first connection; those behind it are left alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cut {
    /// Whose bytes are counted.
    pub direction: Direction,
    /// So many bytes are forwarded, and none behind them.
    pub at: u64,
    /// What the client sees of it.
    pub how: How,
}

/// One half of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// From the client to the server.
    Requests,
    /// From the server to the client.
    Replies,
}

/// How a connection ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// By the end of the stream.
    Fin,
    /// By a reset.
    Reset,
    /// It doesn't: what is sent is still acknowledged, and thrown away. The server sees the end
    /// once the client gives up.
    Silence,
}

/// A listening proxy. It ends, with all of its connections, when it is dropped.
#[derive(Debug)]
#[must_use = "the proxy ends when this is dropped"]
pub struct Proxy {
    addr: SocketAddr,
    common: Arc<Common>,
    acceptor: Option<JoinHandle<()>>,
}

/// What the threads share.
#[derive(Debug)]
struct Common {
    upstream: Upstream,
    cut: Option<Cut>,
    /// Of both sockets of a connection, where it is not the system's default.
    buffers: Option<usize>,
    stop: AtomicBool,
    accepted: AtomicUsize,
    /// Threads that forward.
    live: AtomicUsize,
    has_cut: AtomicBool,
    requests: AtomicU64,
    replies: AtomicU64,
}

impl Upstream {
    /// A server's.
    pub fn of(server: &RedisServer) -> Self {
        match (server.addr(), server.socket_path()) {
            (Some(addr), _) => Self::Tcp(addr),
            (None, path) => Self::Unix(path.map(Into::into).unwrap_or_default()),
        }
    }
}

impl Proxy {
    /// Listens on a free port of 127.0.0.1.
    ///
    /// # Errors
    ///
    /// The operating system's.
    pub fn start(upstream: Upstream, cut: Option<Cut>) -> io::Result<Self> {
        Self::listen(upstream, cut, None)
    }

    /// The same with small socket buffers, so that whoever doesn't read soon holds up the other
    /// side. (The system takes twice as many bytes, and has a minimum of its own.)
    ///
    /// # Errors
    ///
    /// The operating system's.
    pub fn with_buffers(upstream: Upstream, bytes: usize) -> io::Result<Self> {
        Self::listen(upstream, None, Some(bytes))
    }

    fn listen(upstream: Upstream, cut: Option<Cut>, buffers: Option<usize>) -> io::Result<Self> {
        let listener = Socket::new(Domain::IPV4, Type::STREAM, None)?;
        // Those accepted have the listener's: the window is settled before that.
        if let Some(bytes) = buffers {
            listener.set_recv_buffer_size(bytes)?;
            listener.set_send_buffer_size(bytes)?;
        }
        listener.bind(&SockAddr::from(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))))?;
        listener.listen(BACKLOG)?;
        let unknown = || io::Error::other("a listener without an address");
        let addr = listener.local_addr()?.as_socket().ok_or_else(unknown)?;
        let common = Arc::new(Common {
            upstream,
            cut,
            buffers,
            stop: AtomicBool::new(false),
            accepted: AtomicUsize::new(0),
            live: AtomicUsize::new(0),
            has_cut: AtomicBool::new(false),
            requests: AtomicU64::new(0),
            replies: AtomicU64::new(0),
        });
        let shared = Arc::clone(&common);
        let acceptor = thread::spawn(move || accept(&listener, &shared));
        Ok(Self { addr, common, acceptor: Some(acceptor) })
    }

    /// Where it listens.
    pub const fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// How many connections it has taken.
    pub fn accepted(&self) -> usize {
        self.common.accepted.load(SeqCst)
    }

    /// Whether the cut has been made.
    pub fn has_cut(&self) -> bool {
        self.common.has_cut.load(SeqCst)
    }

    /// Whether no connection is left. The server has then seen the end of each, after all that was
    /// forwarded, and has closed it.
    pub fn is_idle(&self) -> bool {
        self.common.live.load(SeqCst) == 0
    }

    /// Bytes forwarded to the server and to the clients.
    pub fn forwarded(&self) -> (u64, u64) {
        (self.common.requests.load(SeqCst), self.common.replies.load(SeqCst))
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.common.stop.store(true, SeqCst);
        // The acceptor has to come by.
        let _ = Socket::new(Domain::IPV4, Type::STREAM, None)
            .and_then(|socket| socket.connect(&SockAddr::from(self.addr)));
        if let Some(acceptor) = self.acceptor.take() {
            let _ = acceptor.join();
        }
    }
}

/// Takes connections until it is told to stop; then ends them all.
fn accept(listener: &Socket, common: &Arc<Common>) {
    // Weak, since the last one to hold a pipe closes its sockets.
    let mut pipes: Vec<(Weak<Pipe>, [JoinHandle<()>; 2])> = Vec::new();
    while let Ok((client, _)) = listener.accept() {
        if common.stop.load(SeqCst) {
            break;
        }
        pipes.retain(|(_, threads)| !threads.iter().all(JoinHandle::is_finished));
        let first = common.accepted.fetch_add(1, SeqCst) == 0;
        let cut = common.cut.filter(|_| first);
        // A client whose server is gone finds its own connection closed.
        let Ok(pipe) = Pipe::open(client, Arc::clone(common), cut) else { continue };
        let pipe = Arc::new(pipe);
        pipes.push((Arc::downgrade(&pipe), pipe::run(&pipe)));
    }
    for (pipe, threads) in pipes {
        if let Some(pipe) = pipe.upgrade() {
            pipe.end();
        }
        for thread in threads {
            let _ = thread.join();
        }
    }
}

const BACKLOG: i32 = 128;

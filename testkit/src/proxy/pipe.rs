//! One connection through the proxy.

use std::io::{self, Read, Write};
use std::net::Shutdown;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::SeqCst};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use socket2::{Domain, SockAddr, Socket, Type};

use super::{Common, Cut, Direction, How, Upstream};

/// A client's socket and its server's, which the two directions share.
///
/// ```text
///   forwarding --cut--> draining: what still comes is thrown away --both ends seen--> closed
/// ```
#[derive(Debug)]
pub(super) struct Pipe {
    client: Socket,
    server: Socket,
    common: Arc<Common>,
    cut: Option<Cut>,
    severed: AtomicBool,
}

impl Pipe {
    pub(super) fn open(client: Socket, common: Arc<Common>, cut: Option<Cut>) -> io::Result<Self> {
        let (domain, address) = match &common.upstream {
            Upstream::Tcp(addr) => (Domain::IPV4, SockAddr::from(*addr)),
            Upstream::Unix(path) => (Domain::UNIX, SockAddr::unix(path)?),
        };
        let server = Socket::new(domain, Type::STREAM, None)?;
        if let Some(bytes) = common.buffers {
            server.set_recv_buffer_size(bytes)?;
            server.set_send_buffer_size(bytes)?;
        }
        server.connect(&address)?;
        client.set_tcp_nodelay(true)?;
        if domain == Domain::IPV4 {
            server.set_tcp_nodelay(true)?;
        }
        for socket in [&client, &server] {
            socket.set_read_timeout(Some(PATIENCE))?;
            socket.set_write_timeout(Some(PATIENCE))?;
        }
        common.live.fetch_add(2, SeqCst);
        Ok(Self { client, server, common, cut, severed: AtomicBool::new(false) })
    }

    fn ends(&self, direction: Direction) -> (&Socket, &Socket, &AtomicU64) {
        match direction {
            Direction::Requests => (&self.client, &self.server, &self.common.requests),
            Direction::Replies => (&self.server, &self.client, &self.common.replies),
        }
    }

    /// Forwards one direction to its end, or to the cut.
    fn forward(&self, direction: Direction) {
        let (mut from, mut to, forwarded) = self.ends(direction);
        let mut left = match self.cut {
            Some(cut) if cut.direction == direction => cut.at,
            _ => u64::MAX,
        };
        let mut buffer = vec![0; BUFFER];
        loop {
            if left == 0 {
                self.sever();
                left = u64::MAX;
            }
            let read = match from.read(&mut buffer) {
                Ok(0) | Err(_) => break,
                Ok(read) => read.min(usize::try_from(left).unwrap_or(usize::MAX)),
            };
            if self.severed.load(SeqCst) {
                continue;
            }
            let piece = buffer.get(..read).unwrap_or_default();
            // A side that takes nothing any more has its end seen from the other direction.
            if to.write_all(piece).is_ok() {
                forwarded.fetch_add(read as u64, SeqCst);
            }
            left -= read as u64;
        }
        // Its end is the other's end. After a cut it is up to that.
        if direction == Direction::Requests || !self.severed.load(SeqCst) {
            let _ = to.shutdown(Shutdown::Write);
        }
    }

    /// Makes the cut.
    fn sever(&self) {
        self.severed.store(true, SeqCst);
        self.common.has_cut.store(true, SeqCst);
        match self.cut.map(|cut| cut.how) {
            Some(How::Fin) => {
                let _ = self.client.shutdown(Shutdown::Write);
            }
            Some(How::Reset) => {
                let _ = self.client.set_linger(Some(Duration::ZERO));
                // Wakes who reads from it, so that it is closed.
                let _ = self.client.shutdown(Shutdown::Read);
            }
            Some(How::Silence) | None => return,
        }
        // The server runs what it has got whole, sees the end and closes.
        let _ = self.server.shutdown(Shutdown::Write);
    }

    /// Ends both directions at once.
    pub(super) fn end(&self) {
        for socket in [&self.client, &self.server] {
            let _ = socket.shutdown(Shutdown::Both);
        }
    }
}

/// Forwards both directions, each on a thread. The last one closes the sockets.
pub(super) fn run(pipe: &Arc<Pipe>) -> [JoinHandle<()>; 2] {
    [Direction::Requests, Direction::Replies].map(|direction| {
        let pipe = Arc::clone(pipe);
        thread::spawn(move || {
            pipe.forward(direction);
            let common = Arc::clone(&pipe.common);
            drop(pipe);
            common.live.fetch_sub(1, SeqCst);
        })
    })
}

/// As much as is worth a system call.
const BUFFER: usize = 64 * 1024;

/// Longer than anything that works stays silent here, and a bound for the threads' lives.
const PATIENCE: Duration = Duration::from_secs(60);

//! Blocking sockets, which know nothing of this project.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use adapter_core::Address;

/// A connection of a client that sends lines.
pub(super) struct Raw {
    stream: BufReader<Box<dyn Socket>>,
}

trait Socket: Read + Write + Send {
    fn end(&self) -> io::Result<()>;
}

impl Socket for TcpStream {
    fn end(&self) -> io::Result<()> {
        self.shutdown(Shutdown::Write)
    }
}

impl Socket for UnixStream {
    fn end(&self) -> io::Result<()> {
        self.shutdown(Shutdown::Write)
    }
}

impl Raw {
    pub(super) fn connect(address: &Address) -> io::Result<Self> {
        let socket: Box<dyn Socket> = match address {
            Address::Tcp(address) => {
                let stream = TcpStream::connect(address)?;
                stream.set_read_timeout(Some(PATIENCE))?;
                Box::new(stream)
            }
            Address::Unix(path) => {
                let stream = UnixStream::connect(path)?;
                stream.set_read_timeout(Some(PATIENCE))?;
                Box::new(stream)
            }
            _ => return Err(io::ErrorKind::Unsupported.into()),
        };
        Ok(Self { stream: BufReader::new(socket) })
    }

    /// Sends a command as it would be typed: the first line of the reply.
    pub(super) fn ask(&mut self, command: &str) -> io::Result<String> {
        self.send(format!("{command}\r\n").as_bytes())?;
        self.line()
    }

    pub(super) fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.stream.get_mut().write_all(bytes)
    }

    pub(super) fn line(&mut self) -> io::Result<String> {
        let mut line = String::new();
        self.stream.read_line(&mut line)?;
        Ok(line.trim_end().to_owned())
    }

    /// Sends nothing more, and waits until the server has ended the connection for that.
    pub(super) fn finish(mut self) -> io::Result<()> {
        self.stream.get_ref().end()?;
        io::copy(&mut self.stream, &mut io::sink()).map(drop)
    }

    /// Reads what there is.
    pub(super) fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        self.stream.read(bytes)
    }

    /// Reads so many bytes.
    pub(super) fn take(&mut self, count: usize) -> io::Result<Vec<u8>> {
        let mut bytes = vec![0; count];
        self.stream.read_exact(&mut bytes)?;
        Ok(bytes)
    }
}

/// The path of a Unix socket that nobody else has; the file goes with it.
pub(super) struct Path(pub(super) PathBuf);

impl Path {
    pub(super) fn new() -> Self {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("testkit-serving-{}-{number}.sock", std::process::id());
        Self(std::env::temp_dir().join(name))
    }

    pub(super) fn address(&self) -> Address {
        Address::Unix(self.0.clone())
    }
}

impl Drop for Path {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

/// Long enough for anything that works.
pub(super) const PATIENCE: Duration = Duration::from_secs(20);

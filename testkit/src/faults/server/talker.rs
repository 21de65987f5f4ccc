//! A client that says whatever it is told to, and looks closely at what comes back.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::net::UnixStream;

use adapter_core::server::resp_core::{Decoder, Frame, Limits};
use bytes::BytesMut;
use socket2::SockRef;

use super::Problem;
use super::process::PATIENCE;

/// A connection to the server under test. It blocks, and gives up after [`PATIENCE`].
pub(super) struct Talker {
    socket: Socket,
    decoder: Decoder,
    input: BytesMut,
}

/// TCP or Unix.
pub(super) enum Socket {
    Tcp(TcpStream),
    Unix(UnixStream),
}

/// How a connection ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// By an end of stream behind a whole reply.
    Clean,
    /// By an end of stream, or a reset, behind a part of one.
    InMidReply,
    /// By a reset.
    Reset,
}

impl From<TcpStream> for Socket {
    fn from(stream: TcpStream) -> Self {
        Self::Tcp(stream)
    }
}

impl From<UnixStream> for Socket {
    fn from(stream: UnixStream) -> Self {
        Self::Unix(stream)
    }
}

impl Talker {
    pub(super) fn new(socket: impl Into<Socket>) -> Result<Self, Problem> {
        let socket = socket.into();
        if let Socket::Tcp(stream) = &socket {
            stream.set_nodelay(true)?;
        }
        socket.options().set_read_timeout(Some(PATIENCE))?;
        socket.options().set_write_timeout(Some(PATIENCE))?;
        Ok(Self { socket, decoder: Decoder::new(Limits::default()), input: BytesMut::new() })
    }

    /// A second hand on the same connection, which only writes.
    pub(super) fn writer(&self) -> io::Result<Socket> {
        match &self.socket {
            Socket::Tcp(stream) => stream.try_clone().map(Socket::Tcp),
            Socket::Unix(stream) => stream.try_clone().map(Socket::Unix),
        }
    }

    pub(super) fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.socket.write_all(bytes)
    }

    /// Sends what there is room for at once, and no more.
    pub(super) fn stuff(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.socket.options().set_nonblocking(true)?;
        let mut sent = 0;
        while let Some(rest) = bytes.get(sent..).filter(|rest| !rest.is_empty()) {
            match self.socket.write(rest) {
                Ok(bytes) => sent += bytes,
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                Err(error) => return Err(error),
            }
        }
        self.socket.options().set_nonblocking(false)?;
        Ok(sent)
    }

    /// Sends a command and gives its reply, as it came.
    pub(super) fn ask(&mut self, words: &[&str]) -> Result<String, Problem> {
        self.send(&command(words))?;
        let reply = self.reply()?.ok_or("closed instead of a reply")?;
        Ok(String::from_utf8_lossy(reply.as_bytes()).into_owned())
    }

    /// The next reply; none at the end.
    pub(super) fn reply(&mut self) -> Result<Option<Frame>, Problem> {
        loop {
            if let Some(frame) = self.decoder.decode(&mut self.input)? {
                return Ok(Some(frame));
            }
            let mut buffer = [0; 16 * 1024];
            match self.socket.read(&mut buffer)? {
                0 if self.input.is_empty() => return Ok(None),
                0 => return Err("an end in mid-reply".into()),
                bytes => self.input.extend(buffer.iter().take(bytes)),
            }
        }
    }

    /// Says that this was all.
    pub(super) fn hang_up(&self) -> io::Result<()> {
        match &self.socket {
            Socket::Tcp(stream) => stream.shutdown(Shutdown::Write),
            Socket::Unix(stream) => stream.shutdown(Shutdown::Write),
        }
    }

    /// All bytes until the connection ends, and how it does.
    pub(super) fn rest(&mut self) -> Result<(Vec<u8>, End), Problem> {
        let mut bytes = Vec::new();
        loop {
            match self.reply() {
                Ok(Some(frame)) => bytes.extend_from_slice(frame.as_bytes()),
                Ok(None) => return Ok((bytes, End::Clean)),
                Err(error) => match error.downcast_ref::<io::Error>() {
                    Some(error) if error.kind() == ErrorKind::ConnectionReset => {
                        let end = if self.input.is_empty() { End::Reset } else { End::InMidReply };
                        return Ok((bytes, end));
                    }
                    None if !self.input.is_empty() => {
                        bytes.extend_from_slice(&self.input);
                        return Ok((bytes, End::InMidReply));
                    }
                    _ => return Err(error),
                },
            }
        }
    }
}

impl Socket {
    pub(super) fn options(&self) -> SockRef<'_> {
        SockRef::from(self)
    }

    pub(super) fn close(&self) {
        // It may be closed already.
        let _ = self.options().shutdown(Shutdown::Both);
    }
}

impl AsFd for Socket {
    fn as_fd(&self) -> BorrowedFd<'_> {
        match self {
            Self::Tcp(stream) => stream.as_fd(),
            Self::Unix(stream) => stream.as_fd(),
        }
    }
}

impl Read for Socket {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Tcp(stream) => stream.read(buffer),
            Self::Unix(stream) => stream.read(buffer),
        }
    }
}

impl Write for Socket {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Tcp(stream) => stream.write(bytes),
            Self::Unix(stream) => stream.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A command as a client sends it.
pub(super) fn command(words: &[impl AsRef<[u8]>]) -> Vec<u8> {
    let mut bytes = format!("*{}\r\n", words.len()).into_bytes();
    for word in words {
        let word = word.as_ref();
        bytes.extend_from_slice(format!("${}\r\n", word.len()).as_bytes());
        bytes.extend_from_slice(word);
        bytes.extend_from_slice(b"\r\n");
    }
    bytes
}

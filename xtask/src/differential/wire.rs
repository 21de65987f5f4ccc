//! One connection: commands out, replies in.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use resp_core::{Decoder, Limits};

/// A connection that reads replies as the bytes they are.
pub(super) struct Connection {
    stream: TcpStream,
    input: Vec<u8>,
    /// How many bytes of the input have been taken.
    taken: usize,
    decoder: Decoder,
    piece: Box<[u8]>,
}

impl Connection {
    pub(super) fn open(addr: SocketAddr) -> io::Result<Self> {
        let stream = TcpStream::connect_timeout(&addr, PATIENCE)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_write_timeout(Some(PATIENCE))?;
        let decoder = Decoder::new(Limits::default());
        let piece = vec![0; PIECE].into();
        Ok(Self { stream, input: Vec::new(), taken: 0, decoder, piece })
    }

    pub(super) fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.stream.write_all(bytes)
    }

    /// The next frame, of whatever kind.
    pub(super) fn frame(&mut self) -> io::Result<Vec<u8>> {
        loop {
            let input = self.input.get(self.taken..).unwrap_or_default();
            if let Some(frame) = self.decoder.decode_ref(input).map_err(io::Error::other)? {
                let frame = frame.as_bytes().to_vec();
                self.taken += frame.len();
                return Ok(frame);
            }
            self.input.drain(..self.taken);
            self.taken = 0;
            let read = self.stream.read(&mut self.piece)?;
            if read == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            self.input.extend_from_slice(self.piece.get(..read).unwrap_or_default());
        }
    }
}

/// Appends a command as clients send it.
pub(super) fn encode(args: &[Vec<u8>], out: &mut Vec<u8>) {
    out.extend_from_slice(format!("*{}\r\n", args.len()).as_bytes());
    for arg in args {
        out.extend_from_slice(format!("${}\r\n", arg.len()).as_bytes());
        out.extend_from_slice(arg);
        out.extend_from_slice(b"\r\n");
    }
}

/// What stands for a reply that didn't come, in the form of one.
pub(super) fn lost(error: &io::Error) -> Vec<u8> {
    let what = match error.kind() {
        io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut => "no reply in time".to_owned(),
        io::ErrorKind::UnexpectedEof => "the server hung up".to_owned(),
        _ => error.to_string(),
    };
    [LOST, what.as_bytes(), b")\r\n"].concat()
}

/// How [`lost`] begins.
pub(super) const LOST: &[u8] = b"-(no reply: ";

/// Far more than any command takes; what blocks does so for a third of a second at most.
const PATIENCE: Duration = Duration::from_secs(3);

/// As much as is read at once: the replies of a batch, as a rule.
const PIECE: usize = 64 * 1024;

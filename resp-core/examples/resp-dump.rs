//! Prints a stream of RESP frames for people: an append-only file, or a captured connection.
//!
//! It takes a stream of any size in constant memory, and a bad one to the byte where it goes
//! wrong. See `resp-dump --help`.

use std::fs::File;
use std::io::{self, BufWriter, ErrorKind, Read, Write};
use std::process::ExitCode;

use bytes::{Buf, BytesMut};
use resp_core::{DecodeError, Decoder, Elements, FrameRef, Limits, Scan, View};

const HELP: &str = "\
usage: resp-dump [--commands] [--limit BYTES] [FILE]

Prints each frame of a RESP stream, behind the offset at which it starts. The stream is an
append-only file, also the .incr.aof of a multi-part one, or what went over a connection.
Reads standard input without a FILE, or where it is `-`.

  --commands     print commands (arrays of bulk strings) on one line each
  --limit BYTES  show so much of each string (128)

Exits with 1 where the stream is no RESP or ends too early, with 2 where it can't be read.";

fn main() -> ExitCode {
    let (options, file) = match Options::parse(std::env::args().skip(1)) {
        Ok(Some(parsed)) => parsed,
        Ok(None) => {
            println!("{HELP}");
            return ExitCode::SUCCESS;
        }
        Err(problem) => {
            eprintln!("resp-dump: {problem}\n\n{HELP}");
            return ExitCode::from(2);
        }
    };
    let mut out = BufWriter::new(io::stdout().lock());
    let dumped = match file.as_deref() {
        None | Some("-") => dump(io::stdin().lock(), &mut out, &options),
        Some(path) => File::open(path).and_then(|file| dump(file, &mut out, &options)),
    };
    let Err(error) = dumped.and(out.flush()) else { return ExitCode::SUCCESS };
    // Whoever reads has seen enough.
    if error.kind() == ErrorKind::BrokenPipe {
        return ExitCode::SUCCESS;
    }
    eprintln!("resp-dump: {}: {error}", file.as_deref().unwrap_or("-"));
    ExitCode::from(if error.kind() == ErrorKind::InvalidData { 1 } else { 2 })
}

struct Options {
    commands: bool,
    limit: usize,
}

impl Options {
    /// The options and the file; none where help is asked for.
    fn parse(
        mut arguments: impl Iterator<Item = String>,
    ) -> Result<Option<(Self, Option<String>)>, String> {
        let (mut options, mut file) = (Self { commands: false, limit: 128 }, None);
        while let Some(argument) = arguments.next() {
            match argument.as_str() {
                "-h" | "--help" => return Ok(None),
                "--commands" => options.commands = true,
                "--limit" => {
                    let bytes = arguments.next().and_then(|bytes| bytes.parse().ok());
                    options.limit = bytes.ok_or("--limit takes a number of bytes")?;
                }
                "-" if file.is_none() => file = Some(argument),
                path if file.is_none() && !path.starts_with('-') => file = Some(argument),
                other => return Err(format!("unexpected argument '{other}'")),
            }
        }
        Ok(Some((options, file)))
    }
}

/// Prints all of a stream.
fn dump(input: impl Read, out: &mut impl Write, options: &Options) -> io::Result<()> {
    let mut stream = Stream { input, piece: vec![0; READ], held: BytesMut::new(), offset: 0 };
    let mut decoder = Decoder::new(LIMITS);
    // Bytes of the stream that this decoder has not been given.
    let mut unseen = 0;
    loop {
        let (held, offset) = (&stream.held, stream.offset);
        if RDB_MAGIC.iter().any(|magic| held.starts_with(magic)) {
            return Err(bad_input(format!("RDB data at byte {offset}, {RDB_ADVICE}")));
        } else if may_start_with(held, ANNOTATION) {
            if let Some(end) = held.iter().take(ANNOTATION_MAX).position(|&byte| byte == b'\n') {
                let text = held.get(1..end).unwrap_or_default().trim_ascii().escape_ascii();
                writeln!(out, "{offset:>10}  # {text}")?;
                stream.consume(end + 1);
                unseen += end as u64 + 1;
                continue;
            } else if held.len() >= ANNOTATION_MAX {
                return Err(bad_input(format!("endless annotation at byte {offset}")));
            }
        } else if !RDB_MAGIC.iter().any(|magic| may_start_with(held, magic)) {
            let decoded = decoder.decode_ref(held);
            if let Some(frame) = decoded.map_err(|error| bad_frame(error, unseen, offset))? {
                print(frame, offset, out, options)?;
                let length = frame.len();
                stream.consume(length);
                continue;
            } else if held.len() > HELD_MAX {
                skip_frame(&mut stream, &decoder, unseen, out)?;
                decoder = Decoder::new(LIMITS);
                unseen = stream.offset;
                continue;
            }
        }
        // What follows may be long in coming.
        out.flush()?;
        if !stream.read_more()? {
            let there = stream.held.len() as u64;
            return if there == 0 { Ok(()) } else { Err(unfinished(offset, there)) };
        }
    }
}

/// Goes on to the end of a frame that is too long to be held, and says how long it was.
fn skip_frame(
    stream: &mut Stream<impl Read>,
    decoder: &Decoder,
    unseen: u64,
    out: &mut impl Write,
) -> io::Result<()> {
    let start = stream.offset;
    let head = describe(&stream.held);
    // It has seen all that is held, and needs none of it again.
    let mut scanner = decoder.scanner().clone();
    loop {
        stream.consume(stream.held.len());
        if !stream.read_more()? {
            return Err(unfinished(start, stream.offset - start));
        }
        let scan = scanner.scan(&stream.held).map_err(|error| bad_frame(error, unseen, start))?;
        if let Scan::Frame { length } = scan {
            stream.consume(length);
            return sum_up(&head, start, stream.offset - start, out);
        }
    }
}

/// The bytes read and not yet dealt with.
struct Stream<R> {
    input: R,
    /// What the input is read into.
    piece: Vec<u8>,
    held: BytesMut,
    /// Where in the stream the held bytes start.
    offset: u64,
}

impl<R: Read> Stream<R> {
    fn consume(&mut self, bytes: usize) {
        self.held.advance(bytes);
        self.offset += bytes as u64;
    }

    /// Reads once; false at the end.
    fn read_more(&mut self) -> io::Result<bool> {
        loop {
            match self.input.read(&mut self.piece) {
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                read => {
                    let fresh = self.piece.get(..read?).unwrap_or_default();
                    self.held.extend_from_slice(fresh);
                    return Ok(!fresh.is_empty());
                }
            }
        }
    }
}

fn print(
    frame: FrameRef<'_>,
    offset: u64,
    out: &mut impl Write,
    options: &Options,
) -> io::Result<()> {
    if frame.len() > HELD_MAX {
        return sum_up(&describe(frame.as_bytes()), offset, frame.len() as u64, out);
    }
    let limit = options.limit;
    write!(out, "{offset:>10} ")?;
    match frame.view() {
        View::Array(arguments) if options.commands && is_command(arguments) => {
            for argument in arguments {
                write!(out, " {argument:.limit$}")?;
            }
        }
        _ => write!(Indented(out), " {frame:.limit$}")?,
    }
    writeln!(out)
}

fn sum_up(head: &str, start: u64, bytes: u64, out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "{start:>10}  ({head}: {bytes} bytes in all, not shown)")
}

fn is_command(mut arguments: Elements<'_>) -> bool {
    !arguments.is_empty() && arguments.all(|it| matches!(it.view(), View::BulkString(_)))
}

/// Keeps the lines of a frame to the right of the offsets.
struct Indented<'a, W>(&'a mut W);

impl<W: Write> Write for Indented<'_, W> {
    fn write(&mut self, text: &[u8]) -> io::Result<usize> {
        for line in text.split_inclusive(|&byte| byte == b'\n') {
            self.0.write_all(line)?;
            if line.ends_with(b"\n") {
                write!(self.0, "{:12}", "")?;
            }
        }
        Ok(text.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// What the first line of a frame says about it.
fn describe(frame: &[u8]) -> String {
    let line = frame.split(|&byte| byte == b'\r').next().unwrap_or_default();
    let name = match line.first() {
        Some(b'$') => "bulk string",
        Some(b'!') => "bulk error",
        Some(b'=') => "verbatim string",
        Some(b'*') => "array",
        Some(b'~') => "set",
        Some(b'>') => "push",
        Some(b'%') => "map",
        Some(b'|') => "attributes",
        _ => return "a long line".to_owned(),
    };
    format!("{name} of {}", line.get(1..).unwrap_or_default().escape_ascii())
}

fn may_start_with(held: &[u8], prefix: &[u8]) -> bool {
    !held.is_empty() && held.iter().zip(prefix).all(|(one, two)| one == two)
}

/// Counts from the start of the stream; `unseen` bytes of it were never given to the decoder.
fn bad_frame(error: DecodeError, unseen: u64, start: u64) -> io::Error {
    let at = unseen + error.offset;
    bad_input(format!("{} at byte {at}, in the frame at byte {start}", error.kind))
}

fn unfinished(start: u64, there: u64) -> io::Error {
    bad_input(format!("ends within the frame at byte {start}, of which {there} bytes are there"))
}

fn bad_input(problem: String) -> io::Error {
    io::Error::new(ErrorKind::InvalidData, problem)
}

/// Takes whatever can be gone through in constant memory, which the depth alone decides.
const LIMITS: Limits =
    Limits { depth: 128, bulk: u64::MAX, aggregate: u32::MAX, line: u32::MAX, frame: u64::MAX };

/// Frames up to this length are printed, longer ones summed up.
const HELD_MAX: usize = 1024 * 1024;

/// What is read at once, as much as a pipe holds.
const READ: usize = 64 * 1024;

/// What Redis (7.0 on, with `aof-timestamp-enabled`) notes between commands: `#TS:1628217470`.
const ANNOTATION: &[u8] = b"#TS:";

/// `AOF_ANNOTATION_LINE_MAX_LEN` in aof.c.
const ANNOTATION_MAX: usize = 1024;

/// How an RDB file begins, and so an append-only file with `aof-use-rdb-preamble`.
const RDB_MAGIC: [&[u8]; 2] = [b"REDIS0", b"VALKEY"];

const RDB_ADVICE: &str = "not RESP: of an append-only file with an RDB preamble, only the \
    .incr.aof can be read, or all of it after a rewrite with aof-use-rdb-preamble no";

#[cfg(test)]
#[path = "resp-dump/tests.rs"]
mod tests;

//! The server's side: a connection, and what the server says about its commands.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use bytes::{Buf, BytesMut};
use redis_client_core::{Begin, Effect, Facts, Find, FromReply, KeySpec, Request};
use resp_core::{Decoder, Frame, OutBuf, View};

use super::tree::{Class, Node};
use crate::redis_server::RedisServer;

/// A blocking connection.
pub(super) struct Live {
    stream: TcpStream,
    decoder: Decoder,
    input: BytesMut,
}

/// What the server says about a command.
pub(super) struct Described {
    pub(super) arity: i64,
    pub(super) flags: BTreeSet<String>,
    pub(super) keys: BTreeSet<String>,
    pub(super) arguments: &'static [Node],
}

type Fields = BTreeMap<String, Frame>;

impl Live {
    pub(super) fn connect(server: &RedisServer, protocol: u8) -> io::Result<Self> {
        let address = server.addr().ok_or(io::ErrorKind::AddrNotAvailable)?;
        let stream = TcpStream::connect(address)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        let mut live = Self {
            stream,
            decoder: Decoder::new(resp_core::Limits::default()),
            input: BytesMut::new(),
        };
        if protocol == 3 {
            live.line("HELLO 3")?;
        }
        Ok(live)
    }

    /// Sends a command and waits for its reply, or the first confirmation. Other pushes on the way
    /// are passed over.
    pub(super) fn call(&mut self, request: &Request) -> io::Result<Frame> {
        let mut out = OutBuf::new();
        request.encode(&mut out);
        self.stream.write_all(&out.copy_to_bytes(out.remaining()))?;
        let effect = request.facts().effect;
        let confirmed = matches!(effect, Effect::Subscribes(_) | Effect::Unsubscribes(_));
        loop {
            match self.decoder.decode(&mut self.input).map_err(io::Error::other)? {
                Some(frame) if matches!(frame.view(), View::Push(_)) && !confirmed => continue,
                Some(frame) => return Ok(frame),
                None => self.read()?,
            }
        }
    }

    /// Runs a command given as words; an error reply is an error.
    pub(super) fn line(&mut self, line: &str) -> io::Result<Frame> {
        let mut words = line.split(' ');
        let mut request = Request::new(words.next().unwrap_or_default());
        words.for_each(|word| request.push(word.as_bytes()));
        let frame = self.call(&request)?;
        match frame.view() {
            View::SimpleError(error) | View::BulkError(error) => {
                Err(io::Error::other(format!("{line}: {}", error.escape_ascii())))
            }
            _ => Ok(frame),
        }
    }

    fn read(&mut self) -> io::Result<()> {
        let mut chunk = [0; 16 << 10];
        let read = self.stream.read(&mut chunk)?;
        if read == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.input.extend_from_slice(chunk.get(..read).unwrap_or_default());
        Ok(())
    }

    /// What the server says of a command; none if it does not know it.
    pub(super) fn describe(&mut self, facts: &Facts) -> io::Result<Option<Described>> {
        let name = facts.name.to_lowercase().replace(' ', "|");
        let info = self.line(&format!("COMMAND INFO {name}"))?;
        let [info] = read::<[Option<Vec<Frame>>; 1]>(&info)?;
        let Some(info) = info else { return Ok(None) };
        let [_, arity, flags, _, _, _, _, _, specs, ..] = info.as_slice() else {
            return Err(io::Error::other(format!("COMMAND INFO {name}: {info:?}")));
        };
        let docs = self.line(&format!("COMMAND DOCS {name}"))?;
        let docs: Vec<(String, Fields)> = read(&docs)?;
        let arguments = docs.first().and_then(|(_, docs)| docs.get("arguments"));
        let specs: Vec<Fields> = read(specs)?;
        Ok(Some(Described {
            arity: read(arity)?,
            flags: read(flags)?,
            keys: specs.iter().map(spec_text).collect::<io::Result<_>>()?,
            arguments: arguments.map_or(Ok([].as_slice()), tree)?,
        }))
    }

    /// The keys that the server sees in a command; none if it can't take it apart.
    pub(super) fn keys(&mut self, request: &Request) -> io::Result<Option<Vec<Vec<u8>>>> {
        let mut ask = Request::new("COMMAND GETKEYS");
        request.arguments().for_each(|word| ask.push(word));
        let reply = self.call(&ask)?;
        match reply.view() {
            View::SimpleError(error) if error.ends_with(b"no key arguments") => {
                Ok(Some(Vec::new()))
            }
            View::SimpleError(_) => Ok(None),
            _ => read(&reply).map(Some),
        }
    }
}

/// A key specification of ours in a form that can be compared.
pub(super) fn our_spec_text(spec: &KeySpec) -> String {
    let begin = match spec.begin {
        Begin::Index(index) => format!("index {index}"),
        Begin::Keyword { word, from } => format!("keyword {word} {from}"),
        _ => "unknown".to_owned(),
    };
    let find = match spec.find {
        Find::Range { last, step, limit } => format!("range {last} {step} {limit}"),
        Find::Count { at, first, step } => format!("keynum {at} {first} {step}"),
        _ => "unknown".to_owned(),
    };
    let flags: BTreeSet<_> = spec.flags.names().collect();
    format!("{begin}, {find}, {}", flags.into_iter().collect::<Vec<_>>().join(" "))
}

fn spec_text(spec: &Fields) -> io::Result<String> {
    let part = |name: &str, fields: &[&str]| {
        let part: Fields = read(field(spec, name)?)?;
        let kind: String = read(field(&part, "type")?)?;
        let mut words = vec![kind];
        let inner: Fields = read(field(&part, "spec")?)?;
        for name in fields.iter().filter(|name| inner.contains_key(**name)) {
            words.push(read(field(&inner, name)?)?);
        }
        io::Result::Ok(words.join(" "))
    };
    let begin = part("begin_search", &["index", "keyword", "startfrom"])?;
    let find = part("find_keys", &["lastkey", "keynumidx", "firstkey", "keystep", "limit"])?;
    let flags: BTreeSet<String> = read(field(spec, "flags")?)?;
    let flags: BTreeSet<_> = flags.iter().map(|flag| flag.to_lowercase()).collect();
    Ok(format!("{begin}, {find}, {}", flags.into_iter().collect::<Vec<_>>().join(" ")))
}

/// Reads a tree of arguments. It is kept for ever, like those that are part of the program.
fn tree(frame: &Frame) -> io::Result<&'static [Node]> {
    let arguments: Vec<Fields> = read(frame)?;
    let nodes: io::Result<Vec<_>> = arguments.iter().map(node).collect();
    Ok(Vec::leak(nodes?))
}

fn node(fields: &Fields) -> io::Result<Node> {
    let text = |name: &str| fields.get(name).map(read::<String>).transpose();
    let class = Class::of(&text("type")?.unwrap_or_default());
    let flags: BTreeSet<String> = fields.get("flags").map(read).transpose()?.unwrap_or_default();
    let token = text("token")?.map(|token| if token == "\"\"" { String::new() } else { token });
    Ok(Node {
        name: text("name")?.unwrap_or_default().leak(),
        token: token.map(|token| &*token.leak()),
        optional: flags.contains("optional"),
        multiple: flags.contains("multiple"),
        multiple_token: flags.contains("multiple_token"),
        children: fields.get("arguments").map_or(Ok([].as_slice()), tree)?,
        ..Node::of(class)
    })
}

fn field<'a>(fields: &'a Fields, name: &str) -> io::Result<&'a Frame> {
    fields.get(name).ok_or_else(|| io::Error::other(format!("no field `{name}`")))
}

fn read<T: FromReply>(frame: &Frame) -> io::Result<T> {
    T::from_reply(frame.as_frame()).map_err(|error| io::Error::other(format!("{error}: {frame:?}")))
}

/// More than any command of a case takes.
const PATIENCE: Duration = Duration::from_secs(10);

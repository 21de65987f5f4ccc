//! The requests of a script, and the handlers that answer them.

use adapter_core::server::{Action, Command, Notice, Protocol, Reply, Terms, Ticket};

use super::model::{Model, Waits};

/// A request of a client.
#[derive(Clone, Debug)]
pub(super) struct Request {
    number: usize,
    /// How it is answered.
    pub(super) way: u8,
    size: usize,
    inline: bool,
    /// Where in the stream it ends.
    pub(super) end: usize,
}

/// Keeps its argument.
pub(super) const KEEP: u8 = 3;
/// Is no request.
const GARBAGE: u8 = 25;
/// How many ways there are.
const WAYS: u8 = 26;
/// Has an argument that shares memory with the read buffer.
pub(super) fn is_large(way: u8) -> bool {
    way % 64 == 24
}

impl Request {
    pub(super) fn new(number: usize, way: u8, size: u8, inline: bool) -> Self {
        // Garbage is seldom: nothing comes behind it.
        let way = match way {
            250.. => GARBAGE,
            way if is_large(way) => 24,
            way => way % (WAYS - 2),
        };
        Self { number, way, size: usize::from(size), inline, end: 0 }
    }

    /// What a handler can know of it.
    pub(super) fn read(command: &Command<'_>) -> Self {
        let name = std::str::from_utf8(command.name()).unwrap_or_default();
        let (way, number) = name.split_once('.').unwrap_or_default();
        let size = command.get(1).map_or(0, |argument| argument.len() % SCALE);
        let number = number.parse().unwrap_or_default();
        Self { number, way: way.parse().unwrap_or_default(), size, inline: false, end: 0 }
    }

    pub(super) fn is_garbage(&self) -> bool {
        self.way == GARBAGE
    }

    pub(super) fn name(&self) -> String {
        format!("{}.{}", self.way, self.number)
    }

    pub(super) fn argument(&self) -> Option<Vec<u8>> {
        let length = self.size + if is_large(self.way) { 40 * SCALE } else { 0 };
        let fill = b'a' + (self.number % 26) as u8;
        (length > 0).then(|| vec![fill; length])
    }

    pub(super) fn write(&self, stream: &mut Vec<u8>) {
        let (name, argument) = (self.name(), self.argument());
        if self.is_garbage() {
            return stream.extend_from_slice(b"*x\r\n");
        }
        if self.inline && self.size.is_multiple_of(4) {
            stream.extend_from_slice([&b"\r\n"[..], b"*0\r\n", b"*-3\r\n"].concat().as_slice());
        }
        let arguments: Vec<&[u8]> =
            [name.as_bytes()].into_iter().chain(argument.as_deref()).collect();
        if self.inline {
            let quote: &[u8] = [&b""[..], b"\"", b"'"].get(self.size % 3).copied().unwrap_or(b"");
            for argument in arguments {
                stream.extend_from_slice(&[quote, argument, quote, b" "].concat());
            }
            stream.extend_from_slice(b"\r\n");
        } else {
            adapter_core::resp_core::encode::command(stream, &arguments);
        }
    }
}

/// Answers a request, and tells the model what that comes to.
pub(super) fn answer(
    request: &Request,
    mut reply: Reply<'_>,
    terms: &Terms,
    model: &mut Model,
) -> (Action, Option<Ticket>) {
    let (number, size) = (request.number, request.size);
    let resp3 = model.protocol == Protocol::Resp3;
    let null = if resp3 { "_\r\n" } else { "$-1\r\n" };
    let (array, map) =
        (|resp3_form: char| if resp3 { resp3_form } else { '*' }, if resp3 { '%' } else { '*' });
    let mut action = Action::Continue;
    let expected = match request.way {
        0 | 1 => {
            action = reply.int(number as i64);
            format!(":{number}\r\n")
        }
        2 | KEEP | 24 => {
            let _ = reply.bulk(vec![b'r'; size]);
            format!("${size}\r\n{}\r\n", "r".repeat(size))
        }
        4 => {
            drop(reply);
            "-ERR the command was not answered\r\n".to_owned()
        }
        5 => {
            let _ = reply.none();
            String::new()
        }
        6 => {
            let _ = reply.null();
            null.to_owned()
        }
        7 => {
            let mut outer = reply.array(3);
            outer.item().map(2).pair(number, false);
            outer.add("a");
            drop(outer);
            let no = if resp3 { "#f\r\n" } else { ":0\r\n" };
            let pairs = if resp3 { 2 } else { 4 };
            format!("*3\r\n{map}{pairs}\r\n:{number}\r\n{no}{null}{null}$1\r\na\r\n{null}")
        }
        8 => {
            reply.set(1).add(number);
            format!("{}1\r\n:{number}\r\n", array('~'))
        }
        9 => {
            terms.set_protocol(Protocol::Resp3);
            model.protocol = Protocol::Resp3;
            let _ = reply.boolean(true);
            "#t\r\n".to_owned()
        }
        10 => {
            terms.set_protocol(Protocol::Resp2);
            model.protocol = Protocol::Resp2;
            let _ = reply.boolean(true);
            ":1\r\n".to_owned()
        }
        11 => {
            terms.set_subscriptions(size % 3);
            model.subscriptions = size % 3;
            reply.push(1).add(number);
            format!("{}1\r\n:{number}\r\n", array('>'))
        }
        12 => {
            terms.set_authenticated(true);
            model.authenticated = true;
            let _ = reply.ok();
            "+OK\r\n".to_owned()
        }
        13 => {
            reply.push_first(&Notice::message(b"c", b"m"));
            let _ = reply.ok();
            format!("{}3\r\n$7\r\nmessage\r\n$1\r\nc\r\n$1\r\nm\r\n+OK\r\n", array('>'))
        }
        14 if size.is_multiple_of(8) => {
            action = Action::Close;
            let _ = reply.ok();
            "+OK\r\n".to_owned()
        }
        15..=18 => return (action, Some(model.promise(reply.promise(), Waits::Replies))),
        19 | 20 => return (action, Some(model.promise(reply.hold(), Waits::Commands))),
        21 => return (action, Some(model.promise(reply.block(), Waits::Client))),
        _ => {
            let _ = reply.error(format!("ERR {number}\r\n+no"));
            format!("-ERR {number}  +no\r\n")
        }
    };
    model.say(expected.as_bytes());
    (action, None)
}

/// Arguments of large requests are so many times as long, and a bit.
const SCALE: usize = 1024;

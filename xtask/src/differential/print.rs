//! What a person reads: commands as `redis-cli` takes them, replies, and the summary.

use std::fmt::Write;

use super::grammar::Via;
use super::play::Answer;
use super::{Command, Script};

/// A script with what both servers answered, the difference last.
pub(super) fn script(script: &Script, answers: &[Answer]) -> String {
    let mut text = String::new();
    let cli = if script.resp3 { "redis-cli -3" } else { "redis-cli" };
    let _ = writeln!(text, "  begin with FLUSHALL; {cli}");
    if script.notified {
        text.push_str("  main> CONFIG SET notify-keyspace-events KEA\n");
        text.push_str("  subscriber> PSUBSCRIBE __key*__:*\n");
    }
    for answer in answers {
        let (from, line) = answer.command.as_ref().map_or(("subscriber", String::new()), line);
        if answer.command.is_none() && answer.redis.is_empty() && answer.ours.is_empty() {
            continue;
        }
        let _ = writeln!(text, "  {from}> {line}");
        if answer.redis == answer.ours {
            let _ = writeln!(text, "      both   {}", reply(&answer.redis));
        } else {
            let _ = writeln!(text, "      redis  {}", reply(&answer.redis));
            let _ = writeln!(text, "      ours   {}", reply(&answer.ours));
        }
    }
    text
}

/// Which connection a command takes, and how it is typed.
fn line(command: &Command) -> (&'static str, String) {
    let from = match command.via {
        Via::Main | Via::Blocked => "main",
        Via::Other => "other",
        Via::Subscriber => "subscriber",
    };
    let words: Vec<String> = command.args.iter().map(|arg| quoted(arg)).collect();
    (from, words.join(" "))
}

/// As `redis-cli` reads it.
fn quoted(arg: &[u8]) -> String {
    let plain = |byte: &u8| byte.is_ascii_graphic() && !b"\"'\\".contains(byte);
    if !arg.is_empty() && arg.iter().all(plain) {
        return String::from_utf8_lossy(arg).into_owned();
    }
    let mut text = String::from("\"");
    for &byte in arg {
        match byte {
            b'"' | b'\\' => {
                text.push('\\');
                text.push(char::from(byte));
            }
            b'\r' => text.push_str("\\r"),
            b'\n' => text.push_str("\\n"),
            b' '..=b'~' => text.push(char::from(byte)),
            _ => {
                let _ = write!(text, "\\x{byte:02x}");
            }
        }
    }
    text.push('"');
    text
}

/// The bytes of a reply, on one line.
fn reply(bytes: &[u8]) -> String {
    let shown = bytes.get(..bytes.len().min(SHOWN)).unwrap_or(bytes);
    let text = shown.escape_ascii().to_string().replace("\\r\\n", "⏎").replace("\\\"", "\"");
    match bytes.len() - shown.len() {
        0 => text,
        more => format!("{text}.. and {more} bytes more"),
    }
}

/// Bytes of a reply that are printed.
const SHOWN: usize = 2000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_printed_as_they_are_typed() {
        let args = [&b"SET"[..], b"", b"a b", b"\"\\\r\n\0\xff", b"x:1"].map(<[u8]>::to_vec);
        let command = Command { via: Via::Other, args: args.to_vec() };
        let (from, line) = line(&command);
        assert_eq!(from, "other");
        assert_eq!(line, r#"SET "" "a b" "\"\\\r\n\x00\xff" x:1"#);
        assert_eq!(reply(b"$1\r\n\xff\r\n"), r"$1⏎\xff⏎");
    }
}

//! What `MONITOR` shows.

use std::fmt::Write;

use redis_server_core::resp_core::request::Request;
use redis_server_core::{Entry, Flags, Notice};

use super::context::Context;
use super::event::Event;
use super::table::Runs;

impl Context<'_> {
    /// Tells those who monitor what was run.
    #[cold]
    pub(super) fn tell_monitors(&mut self, entry: &Entry<Runs>, request: Request<'_>) {
        let flags = entry.spec.flags();
        if flags.contains(Flags::SKIP_MONITOR) || flags.contains(Flags::ADMIN) {
            return;
        }
        self.show_monitors(entry.spec.name(), request);
    }

    /// Shows a command of that name. Those that run scripts do so themselves, so that they come before
    /// the script's own.
    pub(crate) fn show_monitors(&mut self, name: &str, request: Request<'_>) {
        if self.engine.shared.monitors.is_empty() {
            return;
        }
        let notice = Notice::line(self.line(name, request).as_bytes());
        let shared = &mut self.engine.shared;
        let told = shared.monitors.iter().map(|id| Event::Tell(*id, notice.clone()).into());
        shared.events.extend(told);
    }

    /// `1700000000.123456 [0 127.0.0.1:50000] "set" "a" "1"`
    fn line(&self, name: &str, request: Request<'_>) -> String {
        let time = self.engine.shared.time;
        let mut line = format!("{}.{:06} [{} ", time.as_secs(), time.subsec_micros(), self.db());
        match self.client() {
            _ if self.engine.shared.in_script => line.push_str("lua"),
            Some(client) if client.is_local() => {
                line.push_str("unix:");
                line.push_str(client.local_address.trim_end_matches(":0"));
            }
            Some(client) => line.push_str(&client.address),
            None => {}
        }
        line.push(']');
        for (index, argument) in request.iter().enumerate() {
            line.push(' ');
            let secret = is_secret(name, request, index);
            quote(if secret { b"(redacted)" } else { argument }, &mut line);
        }
        line
    }
}

/// Whether an argument is a user or a password.
fn is_secret(name: &str, request: Request<'_>, index: usize) -> bool {
    let is_auth = |at: usize| {
        request.arg(at).is_some_and(|option| at >= 2 && option.eq_ignore_ascii_case(b"auth"))
    };
    match name {
        "auth" => index > 0,
        "hello" => {
            index.checked_sub(1).is_some_and(is_auth) || index.checked_sub(2).is_some_and(is_auth)
        }
        _ => false,
    }
}

/// Appends text in quotes, as `sdscatrepr` in Redis's sds.c writes it.
pub(crate) fn quote(text: &[u8], line: &mut String) {
    line.push('"');
    for byte in text {
        let _ = match byte {
            b'\\' | b'"' => write!(line, "\\{}", char::from(*byte)),
            b'\n' => write!(line, "\\n"),
            b'\r' => write!(line, "\\r"),
            b'\t' => write!(line, "\\t"),
            0x07 => write!(line, "\\a"),
            0x08 => write!(line, "\\b"),
            b' '..=b'~' => write!(line, "{}", char::from(*byte)),
            _ => write!(line, "\\x{byte:02x}"),
        };
    }
    line.push('"');
}

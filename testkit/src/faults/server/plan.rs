//! How the server under test is set up.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use adapter_core::server::resp_core::request::RequestLimits;
use adapter_core::server::{AcceptOptions, Config, OutputLimit, ServerOptions};

/// What a section asks of its server; told to the process as words, `name=value`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Plan {
    /// A Unix socket to listen at, besides TCP.
    pub(super) path: PathBuf,
    pub(super) password: bool,
    /// The most files that the process may have open.
    pub(super) files: Option<u64>,
    pub(super) max_query: Option<usize>,
    pub(super) send_buffer: Option<usize>,
    pub(super) subscriber: Option<OutputLimit>,
}

impl Plan {
    /// Reads what `Display` has written. What is not there is as by default.
    pub(super) fn read(words: &str) -> Self {
        let value = |name: &str| {
            let mut pairs = words.split(' ').filter_map(|word| word.split_once('='));
            pairs.find(|(found, _)| *found == name).map(|(_, value)| value)
        };
        let number = |name: &str| value(name).and_then(|value| value.parse::<usize>().ok());
        let hard = number("hard").zip(number("soft")).zip(number("soft_for"));
        Self {
            path: value("path").map(PathBuf::from).unwrap_or_default(),
            password: value("password") == Some("true"),
            files: number("files").map(|files| files as u64),
            max_query: number("max_query"),
            send_buffer: number("send_buffer"),
            subscriber: hard.map(|((hard, soft), millis)| OutputLimit {
                hard,
                soft,
                soft_for: Duration::from_millis(millis as u64),
            }),
        }
    }

    pub(super) fn accept(&self) -> AcceptOptions {
        let mut options = AcceptOptions::default();
        // Those who come by the thousand are not to be told apart from those who are refused.
        options.backlog = 4096;
        options.send_buffer = self.send_buffer;
        options
    }

    pub(super) fn session(&self) -> Config {
        let mut limits = RequestLimits::default();
        if let Some(bytes) = self.max_query {
            limits = limits.with_max_query(bytes);
        }
        let limit = self.subscriber.unwrap_or(OutputLimit::SUBSCRIBER);
        Config::default()
            .with_limits(limits)
            .with_password_required(self.password)
            .with_subscriber_output_limit(Some(limit))
    }

    pub(super) fn options() -> ServerOptions {
        let mut options = ServerOptions::default();
        options.max_clients = 20_000;
        options
    }
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "path={} password={}", self.path.display(), self.password)?;
        let mut number = |name: &str, value: Option<u64>| match value {
            Some(value) => write!(f, " {name}={value}"),
            None => Ok(()),
        };
        number("files", self.files)?;
        number("max_query", self.max_query.map(|bytes| bytes as u64))?;
        number("send_buffer", self.send_buffer.map(|bytes| bytes as u64))?;
        number("hard", self.subscriber.map(|limit| limit.hard as u64))?;
        number("soft", self.subscriber.map(|limit| limit.soft as u64))?;
        number("soft_for", self.subscriber.map(|limit| limit.soft_for.as_millis() as u64))
    }
}

/// The words that ask how many clients have commands that wait, with marks as by default: more
/// output than the low mark, and whoever doesn't read keeps it.
pub(super) const WAITING: [&str; 2] = ["WAITING", "16385"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let limit = OutputLimit { hard: 3, soft: 2, soft_for: Duration::from_millis(1) };
        let full = Plan {
            path: "/tmp/a".into(),
            password: true,
            files: Some(64),
            max_query: Some(5),
            send_buffer: Some(6),
            subscriber: Some(limit),
        };
        for plan in [Plan::default(), full] {
            assert_eq!(Plan::read(&plan.to_string()), plan);
        }
    }
}

//! What the command line asks for.

use std::net::SocketAddr;
use std::time::{SystemTime, UNIX_EPOCH};

/// What to compare, and how long.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Options {
    /// At least so many: sessions are not cut short.
    pub(super) commands: u64,
    /// The first session's; each one after it has the next number.
    pub(super) seed: u64,
    /// All, if none is named.
    pub(super) groups: Vec<String>,
    /// Commands that the server doesn't have.
    pub(super) without: Vec<String>,
    /// A server that runs already.
    pub(super) against: Option<SocketAddr>,
    /// After how many sessions that fail to stop.
    pub(super) failures: usize,
}

impl Options {
    pub(super) fn parse(args: &[String]) -> Result<Self, String> {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let mut options = Self {
            commands: DEFAULT_COMMANDS,
            // Round numbers, so that no two runs overlap for long, and short ones to type.
            seed: since.as_secs() % 1_000_000 * 1_000_000,
            groups: Vec::new(),
            without: Vec::new(),
            against: None,
            failures: 1,
        };
        let mut args = args.iter();
        while let Some(name) = args.next() {
            let mut value = || args.next().ok_or_else(|| format!("`{name}` needs a value"));
            match name.as_str() {
                "--commands" => options.commands = number(name, value()?)?,
                "--seed" => options.seed = number(name, value()?)?,
                "--failures" => options.failures = number(name, value()?)?,
                "--group" => options.groups.push(value()?.clone()),
                "--without" => options.without.push(value()?.clone()),
                "--against" => options.against = Some(number(name, value()?)?),
                _ => return Err(format!("`differential` has no option `{name}`")),
            }
        }
        Ok(options)
    }

    /// The command that plays one session of these again.
    pub(super) fn again(&self, seed: u64) -> String {
        let mut line = format!("cargo xtask differential --commands 1 --seed {seed}");
        let named = [("group", &self.groups), ("without", &self.without)];
        for (option, names) in named {
            names.iter().for_each(|name| line.push_str(&format!(" --{option} '{name}'")));
        }
        if let Some(addr) = self.against {
            line.push_str(&format!(" --against {addr}"));
        }
        line
    }
}

fn number<T: std::str::FromStr>(name: &str, value: &str) -> Result<T, String> {
    value.parse().map_err(|_| format!("`{name}` can't be `{value}`"))
}

/// A minute or so.
const DEFAULT_COMMANDS: u64 = 1_000_000;

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(line: &str) -> Result<Options, String> {
        Options::parse(&line.split_whitespace().map(str::to_owned).collect::<Vec<_>>())
    }

    #[test]
    fn options_are_read_and_written() {
        let options = parsed("--commands 5 --seed 7 --group sets --without xadd").unwrap();
        assert_eq!((options.commands, options.seed, options.failures), (5, 7, 1));
        let again = options.again(9);
        assert!(
            again.ends_with("--commands 1 --seed 9 --group 'sets' --without 'xadd'"),
            "{again}"
        );
        assert!(parsed("--seed").unwrap_err().contains("needs"));
        assert!(parsed("--seed x").unwrap_err().contains("`x`"));
        assert!(parsed("--sede 1").unwrap_err().contains("`--sede`"));
    }
}

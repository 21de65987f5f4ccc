//! Which core is whose.

use std::fmt;
use std::fs;

use crate::exec::Failure;

/// One core for the server, one for its client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Cores {
    pub(super) server: u32,
    pub(super) client: u32,
    /// How many this process may run on, these included.
    pub(super) number: u32,
}

impl Cores {
    /// Two of those that this process may run on; the same one twice if there is no other.
    pub(super) fn allowed() -> Result<Self, Failure> {
        let status = fs::read_to_string("/proc/self/status").map_err(|error| {
            Failure::new(format!("a benchmark needs Linux's /proc/self/status: {error}"))
        })?;
        let list = status.lines().find_map(|line| line.strip_prefix("Cpus_allowed_list:"));
        list.and_then(Self::among)
            .ok_or_else(|| Failure::new("can't read Cpus_allowed_list in /proc/self/status"))
    }

    /// Reads a list as `cpuset(7)` describes it, such as `0-2,7`.
    ///
    /// The server has the last core: interrupts go to the first unless told otherwise.
    fn among(list: &str) -> Option<Self> {
        let mut ranges = list.trim().split(',').map(|range| {
            let (first, last) = range.split_once('-').unwrap_or((range, range));
            Some((first.parse().ok()?, last.parse().ok()?))
        });
        let (client, mut server): (u32, u32) = ranges.next()??;
        let mut number = (server + 1).checked_sub(client)?;
        for range in ranges {
            let (first, last) = range?;
            number += (last + 1).checked_sub(first)?;
            server = last;
        }
        Some(Self { server, client, number })
    }
}

impl fmt::Display for Cores {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { server, client, .. } = self;
        if server == client {
            return write!(f, "the server and its client share the one core there is");
        }
        write!(f, "the server on core {server}, its client on core {client}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_and_the_last_core_are_chosen() {
        for (list, client, server, number) in [
            ("\t0-1\n", 0, 1, 2),
            ("0-2,7", 0, 7, 4),
            ("3,5-6", 3, 6, 3),
            ("4", 4, 4, 1),
            ("0,2,4", 0, 4, 3),
        ] {
            assert_eq!(Cores::among(list), Some(Cores { server, client, number }), "{list}");
        }
        for list in ["", "a-b", "0-", "0,x", "5-3"] {
            assert_eq!(Cores::among(list), None, "{list}");
        }
    }

    #[test]
    fn one_core_for_both_is_said() {
        let said = |server, client| Cores { server, client, number: 2 }.to_string();
        assert!(said(1, 1).contains("share"));
        assert_eq!(said(1, 0), "the server on core 1, its client on core 0");
    }
}

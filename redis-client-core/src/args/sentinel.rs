//! Arguments of commands for Redis Sentinel.

use core::fmt;

use super::Words;
use crate::request::Request;

/// What [`sentinel_config`](crate::cmd::sentinel_config) does. Servers before 7.2 take one setting
/// at a time.
#[derive(Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum SentinelConfig<'a> {
    /// Gives settings these values.
    Set(&'a [(&'a str, &'a str)]),
    /// Asks for the settings whose names match one of the patterns.
    Get(&'a [&'a str]),
}

/// When a Sentinel crashes, for
/// [`sentinel_simulate_failure`](crate::cmd::sentinel_simulate_failure).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SimulatedFailure {
    /// Once it is elected to lead a failover.
    CrashAfterElection,
    /// Once it has made a replica the primary.
    CrashAfterPromotion,
}

/// Names settings without their values: they may be passwords.
impl fmt::Debug for SentinelConfig<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Set(_) => "Set ",
            Self::Get(_) => "Get ",
        })?;
        let mut list = f.debug_list();
        match self {
            Self::Set(settings) => list.entries(settings.iter().map(|(name, _)| name)),
            Self::Get(patterns) => list.entries(*patterns),
        };
        list.finish()
    }
}

impl Words for SentinelConfig<'_> {
    fn write(self, request: &mut Request) {
        match self {
            Self::Set(settings) => {
                request.arg("SET");
                for (name, value) in settings {
                    request.arg(name).arg(value);
                }
            }
            Self::Get(patterns) => {
                request.arg("GET");
                for pattern in patterns {
                    request.arg(pattern);
                }
            }
        }
    }
}

impl Words for SimulatedFailure {
    fn write(self, request: &mut Request) {
        request.arg(match self {
            Self::CrashAfterElection => "CRASH-AFTER-ELECTION",
            Self::CrashAfterPromotion => "CRASH-AFTER-PROMOTION",
        });
    }
}

#[cfg(test)]
mod tests {
    use alloc::format;

    use super::*;

    #[test]
    fn debug_shows_names_but_no_values() {
        let set = SentinelConfig::Set(&[("sentinel-pass", "secret")]);
        assert_eq!(format!("{set:?}"), "Set [\"sentinel-pass\"]");
        assert_eq!(format!("{:?}", SentinelConfig::Get(&["a*"])), "Get [\"a*\"]");
    }
}

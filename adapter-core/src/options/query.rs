//! The options behind a URL's question mark.

use std::time::Duration;

use redis_client_core::Protocol;

use super::escape::{number, unescape};
use super::{Options, OptionsError};

/// Applies `name=value&name=value..`. What has been `given` may not be given again.
pub(super) fn apply(
    mut options: Options,
    query: &str,
    mut given: Vec<&'static str>,
) -> Result<Options, OptionsError> {
    if query.is_empty() {
        return Ok(options);
    }
    for (position, option) in (1..).zip(query.split('&')) {
        let (name, value) =
            option.split_once('=').ok_or(OptionsError::OptionWithoutValue { position })?;
        let (name, value) = (unescape(name)?, unescape(value)?);
        if let Some(key) = name.strip_prefix(METADATA) {
            if options.metadata_of(key).is_some() {
                return Err(OptionsError::OptionTwice { option: METADATA });
            }
            options = options.metadata(key, value);
            continue;
        }
        let option = KNOWN.iter().copied().find(|known| *known == name);
        let option = option.ok_or(OptionsError::UnknownOption { position })?;
        if given.contains(&option) {
            return Err(OptionsError::OptionTwice { option });
        }
        given.push(option);
        options = set(options, option, &value)?;
    }
    Ok(options)
}

/// Sets a known option. The ranges of numbers and times are left to [`Options::check`].
fn set(mut options: Options, option: &str, value: &str) -> Result<Options, OptionsError> {
    match option {
        "db" => options = options.database(number(value).ok_or(OptionsError::Database)?),
        "protocol" => options = options.protocol(protocol(value).ok_or(OptionsError::Protocol)?),
        "client_name" => options = options.client_name(value),
        "timeout" => {
            let timeout = time_or_none(value).ok_or(OptionsError::CommandTimeout)?;
            options = options.command_timeout(timeout);
        }
        "connect_timeout" => {
            options.connect_timeout = time(value).ok_or(OptionsError::ConnectTimeout)?;
        }
        "handshake_timeout" => {
            let timeout = time(value).ok_or(OptionsError::HandshakeTimeout)?;
            options.config = options.config.handshake_timeout(timeout);
        }
        "lease_timeout" => {
            options.lease_timeout = time(value).ok_or(OptionsError::LeaseTimeout)?;
        }
        "pool_size" => options.pool_size = Some(number(value).ok_or(OptionsError::PoolSize)?),
        "keepalive" => {
            options.socket.keepalive_idle = time_or_none(value).ok_or(OptionsError::Keepalive)?;
        }
        "keepalive_interval" => {
            let interval = time(value).ok_or(OptionsError::KeepaliveInterval)?;
            options.socket.keepalive_interval = interval;
        }
        "keepalive_probes" => {
            let probes = number(value).ok_or(OptionsError::KeepaliveProbes)?;
            options.socket.keepalive_probes = probes;
        }
        "user_timeout" => {
            options.socket.user_timeout = time_or_none(value).ok_or(OptionsError::UserTimeout)?;
        }
        // Not reached: only what is known is set.
        _ => {}
    }
    Ok(options)
}

fn protocol(value: &str) -> Option<Protocol> {
    match value {
        "2" => Some(Protocol::Resp2),
        "3" => Some(Protocol::Resp3),
        "auto" => Some(Protocol::Auto),
        _ => None,
    }
}

fn time_or_none(value: &str) -> Option<Option<Duration>> {
    match value {
        "none" => Some(None),
        value => time(value).map(Some),
    }
}

/// Reads a whole number of seconds, or of another unit that follows it.
fn time(value: &str) -> Option<Duration> {
    let unit = value.trim_start_matches(|char: char| char.is_ascii_digit());
    let count: u64 = number(value.strip_suffix(unit)?)?;
    match unit {
        "ms" => Some(Duration::from_millis(count)),
        "" | "s" => Some(Duration::from_secs(count)),
        "m" => count.checked_mul(60).map(Duration::from_secs),
        "h" => count.checked_mul(60 * 60).map(Duration::from_secs),
        _ => None,
    }
}

/// All options, in the order in which they are explained.
pub(super) const KNOWN: [&str; 12] = [
    DATABASE,
    "protocol",
    "client_name",
    "timeout",
    "connect_timeout",
    "handshake_timeout",
    "pool_size",
    "lease_timeout",
    "keepalive",
    "keepalive_interval",
    "keepalive_probes",
    "user_timeout",
];

/// The option that a URL's path may stand for.
pub(super) const DATABASE: &str = "db";

/// What the names of the application's own options begin with. No option of ours has a dot.
const METADATA: &str = "app.";

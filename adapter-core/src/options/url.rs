//! Options from URLs and short strings.

use std::str::FromStr;

use super::escape::{number, unescape};
use super::query::{self, DATABASE};
use super::{DEFAULT_PORT, Options, OptionsError, Security};

impl FromStr for Options {
    type Err = OptionsError;

    fn from_str(url: &str) -> Result<Self, OptionsError> {
        let options = match url.split_once("://") {
            None => short(url),
            Some((scheme, rest)) => match scheme.to_ascii_lowercase().as_str() {
                "redis" => tcp(&Parts::of(rest)?),
                "rediss" => tls(&Parts::of(rest)?),
                "unix" => unix(&Parts::of(rest)?),
                _ => Err(OptionsError::Scheme),
            },
        }?;
        options.check()?;
        Ok(options)
    }
}

impl TryFrom<&str> for Options {
    type Error = OptionsError;

    fn try_from(url: &str) -> Result<Self, OptionsError> {
        url.parse()
    }
}

impl TryFrom<&String> for Options {
    type Error = OptionsError;

    fn try_from(url: &String) -> Result<Self, OptionsError> {
        url.parse()
    }
}

impl TryFrom<String> for Options {
    type Error = OptionsError;

    fn try_from(url: String) -> Result<Self, OptionsError> {
        url.parse()
    }
}

/// A URL behind its scheme, taken apart and still escaped.
struct Parts<'a> {
    /// What precedes the `@`.
    credentials: Option<&'a str>,
    /// What follows it, up to the path.
    address: &'a str,
    /// With the slash that it begins with; may be empty.
    path: &'a str,
    query: &'a str,
}

impl<'a> Parts<'a> {
    /// Takes it apart at the first of `/` and `?`, which is where a URL's authority ends.
    ///
    /// Where a password has one of these that nobody escaped, it is cut in two, and its second
    /// half would be taken for a path or an option. But then the `@` that ends it is found behind
    /// the cut, so there can't be one. `#` starts a part that no URL of ours has.
    fn of(rest: &'a str) -> Result<Self, OptionsError> {
        let end = rest.find(['/', '?']).unwrap_or(rest.len());
        let (authority, tail) = rest.split_at_checked(end).unwrap_or((rest, ""));
        if rest.contains('#') || tail.contains('@') {
            return Err(OptionsError::Unescaped);
        }
        let (path, query) = tail.split_once('?').unwrap_or((tail, ""));
        // A password may hold an `@` that nobody escaped: the last one ends it.
        let (credentials, address) = match authority.rsplit_once('@') {
            Some((credentials, address)) => (Some(credentials), address),
            None => (None, authority),
        };
        Ok(Self { credentials, address, path, query })
    }

    /// Applies all but the address.
    fn apply(&self, options: Options, database: &str) -> Result<Options, OptionsError> {
        let mut options = match self.credentials {
            Some(credentials) => authenticate(options, credentials)?,
            None => options,
        };
        let mut given = Vec::new();
        if !database.is_empty() {
            options = options.database(number(database).ok_or(OptionsError::Database)?);
            given.push(DATABASE);
        }
        query::apply(options, self.query, given)
    }
}

/// `host[:port][/database]`: no place for a secret, and no room for one to hide.
fn short(text: &str) -> Result<Options, OptionsError> {
    if text.contains(['@', '?', '#', '%']) {
        return Err(OptionsError::ShortString);
    }
    tcp(&Parts::of(text)?)
}

fn tcp(parts: &Parts<'_>) -> Result<Options, OptionsError> {
    let (host, port) = host_and_port(parts.address)?;
    parts.apply(Options::tcp(host, port), parts.path.strip_prefix('/').unwrap_or_default())
}

fn tls(parts: &Parts<'_>) -> Result<Options, OptionsError> {
    let mut options = tcp(parts)?;
    if cfg!(not(feature = "tls")) {
        return Err(OptionsError::TlsFeature);
    }
    options.security = Security::Tls;
    Ok(options)
}

fn unix(parts: &Parts<'_>) -> Result<Options, OptionsError> {
    if !parts.address.is_empty() || parts.path.is_empty() {
        return Err(OptionsError::PathRelative);
    }
    parts.apply(Options::unix(unescape(parts.path)?), "")
}

fn authenticate(options: Options, credentials: &str) -> Result<Options, OptionsError> {
    let (user, password) = match credentials.split_once(':') {
        Some((user, password)) => (user, Some(password)),
        None if credentials.is_empty() => return Err(OptionsError::PasswordEmpty),
        None => (credentials, None),
    };
    // Without a user it is the default user's password.
    let options = if user.is_empty() { options } else { options.user(unescape(user)?) };
    Ok(match password {
        Some(password) => options.password(unescape(password)?),
        None => options,
    })
}

fn host_and_port(address: &str) -> Result<(String, u16), OptionsError> {
    let (host, port) = match address.strip_prefix('[') {
        Some(rest) => {
            let (host, rest) = rest.split_once(']').ok_or(OptionsError::Host)?;
            if !host.contains(':') {
                return Err(OptionsError::Host);
            }
            match rest {
                "" => (host, None),
                rest => (host, Some(rest.strip_prefix(':').ok_or(OptionsError::Port)?)),
            }
        }
        None => match address.split_once(':') {
            // Where the port of an address with several colons begins is anybody's guess.
            Some((_, rest)) if rest.contains(':') => return Err(OptionsError::Host),
            Some((host, port)) => (host, Some(port)),
            None => (address, None),
        },
    };
    if host.is_empty() {
        return Err(OptionsError::HostEmpty);
    }
    let port = match port {
        Some(port) => number(port).ok_or(OptionsError::Port)?,
        None => DEFAULT_PORT,
    };
    Ok((unescape(host)?, port))
}

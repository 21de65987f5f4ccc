//! What can be wrong with options.

use std::fmt;

use super::pool_size::VARIABLE;
use super::query::KNOWN;

/// What is wrong with a URL or with [`Options`](super::Options).
///
/// It repeats nothing of the URL, any part of which may turn out to be a password that was not
/// escaped; options are named where they are known ones, and counted where not.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum OptionsError {
    /// It starts with something other than `redis://`, `rediss://` or `unix://`.
    Scheme,
    /// It is a short string and more than host, port and database.
    ShortString,
    /// A character that ends a part of the URL stands where it can't, probably in a password.
    Unescaped,
    /// A `%` is not followed by two hexadecimal digits, or what they stand for is not UTF-8.
    Escape,
    /// There is no host.
    HostEmpty,
    /// The host is no name or address.
    Host,
    /// The port is no number from 1 to 65535.
    Port,
    /// There is no path of a Unix socket.
    PathEmpty,
    /// The path of a Unix socket has a NUL in it.
    Path,
    /// `unix://` is not followed by an absolute path.
    PathRelative,
    /// The database is no number from 0 on.
    Database,
    /// There is a user and no password.
    UserWithoutPassword,
    /// The user's name is empty.
    UserEmpty,
    /// The password is empty.
    PasswordEmpty,
    /// There are both credentials and a provider of credentials.
    CredentialsTwice,
    /// TLS is asked for, and was not compiled in.
    TlsFeature,
    /// TLS is asked for on a Unix socket, which has no host name to check.
    TlsOverUnix,
    /// There is an option that isn't known.
    UnknownOption {
        /// Which one, counted from 1. Its name might be part of a password.
        position: usize,
    },
    /// There is an option without `=`.
    OptionWithoutValue {
        /// Which one, counted from 1.
        position: usize,
    },
    /// An option is given twice.
    OptionTwice {
        /// Its name, or `app.` for metadata.
        option: &'static str,
    },
    /// The protocol is not `2`, `3` or `auto`.
    Protocol,
    /// The client's name is one that the server refuses.
    ClientName,
    /// The command timeout is no time, or zero.
    CommandTimeout,
    /// The connect timeout is no time, or zero.
    ConnectTimeout,
    /// The handshake timeout is no time, or zero.
    HandshakeTimeout,
    /// The server is to be given up after no silence at all.
    Liveness,
    /// The lease timeout is no time, or zero.
    LeaseTimeout,
    /// A command of [`Config::on_connect`](redis_client_core::Config::on_connect) can't be run
    /// there.
    OnConnect {
        /// The command's name.
        command: &'static str,
    },
    /// The pool size is no number from 1 to 65535.
    PoolSize,
    /// The pool size in the environment is no number from 1 to 65535.
    PoolSizeVariable,
    /// The idle time before keepalive probes is none that systems take.
    Keepalive,
    /// The time between keepalive probes is none that systems take.
    KeepaliveInterval,
    /// The number of keepalive probes is none that systems take.
    KeepaliveProbes,
    /// The TCP user timeout is none that systems take.
    UserTimeout,
    /// Metadata has an empty key.
    MetadataKey,
}

impl fmt::Display for OptionsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Scheme => "the URL must start with redis://, rediss:// or unix://",
            Self::ShortString => {
                "without redis:// in front there may be only host:port or host:port/database"
            }
            Self::Unescaped => {
                "the URL has an @ or # out of place: in a user, password or option, write %2F for \
                 /, %3F for ?, %23 for # and %40 for @"
            }
            Self::Escape => {
                "a % in the URL must be followed by two hexadecimal digits (%25 is %), and what \
                 they stand for must be UTF-8"
            }
            Self::HostEmpty => "the host is empty (of a Unix socket, write unix:///its/path)",
            Self::Host => {
                "the host must be a name, an IPv4 address or an IPv6 address, the last in brackets \
                 in a URL ([::1]:6379)"
            }
            Self::Port => "the port must be a number from 1 to 65535",
            Self::PathEmpty => "the path of the Unix socket is empty",
            Self::Path => "the path of the Unix socket must not contain a NUL character",
            Self::PathRelative => {
                "unix:// must be followed by an absolute path (unix:///run/redis.sock)"
            }
            Self::Database => "the database must be a number from 0 on",
            Self::UserWithoutPassword => {
                "there is a user and no password (in a URL, user:password@host)"
            }
            Self::UserEmpty => "the user is empty (for the default user, give only a password)",
            Self::PasswordEmpty => {
                "the password is empty (if the server wants none, leave out user and password)"
            }
            Self::CredentialsTwice => {
                "there are both a password and a credential provider (give one of them)"
            }
            Self::TlsFeature => {
                "rediss:// needs TLS, which is not compiled in: enable the feature \"tls\""
            }
            Self::TlsOverUnix => "TLS is for TCP: a Unix socket has no host name to check",
            Self::UnknownOption { position } => {
                return write!(
                    f,
                    "option {position} of the URL is unknown (known: {}, and app.anything for the \
                     application's own)",
                    KNOWN.join(", ")
                );
            }
            Self::OptionWithoutValue { position } => {
                return write!(f, "option {position} of the URL has no value (write name=value)");
            }
            Self::OptionTwice { option: option @ "db" } => {
                return write!(f, "{option} is given twice (the path of the URL is one, too)");
            }
            Self::OptionTwice { option: "app." } => "an app. option is given twice",
            Self::OptionTwice { option } => return write!(f, "{option} is given twice"),
            Self::Protocol => "protocol must be 2, 3 or auto",
            Self::ClientName => {
                "the client name must be printable ASCII characters without spaces, at least one"
            }
            Self::CommandTimeout => {
                "the command timeout must be a time above zero (5, 2s, 500ms, 1m) or none"
            }
            Self::ConnectTimeout => {
                "the connect timeout must be a time above zero (5, 2s, 500ms, 1m)"
            }
            Self::HandshakeTimeout => {
                "the handshake timeout must be a time above zero (5, 2s, 500ms, 1m)"
            }
            Self::Liveness => "the liveness limit must be a time above zero, or none",
            Self::LeaseTimeout => "the lease timeout must be a time above zero (5, 2s, 500ms, 1m)",
            Self::OnConnect { command } => {
                return write!(f, "{command} can't be run at the start of each connection");
            }
            Self::PoolSize => "the pool size must be a number from 1 to 65535",
            Self::PoolSizeVariable => {
                return write!(
                    f,
                    "the pool size in the environment variable {VARIABLE} must be a number from 1 \
                     to 65535"
                );
            }
            Self::Keepalive => "keepalive must be a time from 1s to 32767s, or none",
            Self::KeepaliveInterval => "the keepalive interval must be a time from 1s to 32767s",
            Self::KeepaliveProbes => "the keepalive probes must be a number from 1 to 127",
            Self::UserTimeout => "the user timeout must be a time from 1ms to 24 days, or none",
            Self::MetadataKey => "metadata needs a key (in a URL, app.key=value)",
        })
    }
}

impl std::error::Error for OptionsError {}

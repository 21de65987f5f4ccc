//! What commands are refused with.

use std::borrow::Cow;

/// The text of an error, its code first, as Redis has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Error(Cow<'static, [u8]>);

impl Error {
    pub(crate) const WRONG_TYPE: Self =
        Self::of("WRONGTYPE Operation against a key holding the wrong kind of value");
    pub(crate) const SYNTAX: Self = Self::of("ERR syntax error");
    pub(crate) const NOT_AN_INTEGER: Self = Self::of("ERR value is not an integer or out of range");
    pub(crate) const NOT_A_FLOAT: Self = Self::of("ERR value is not a valid float");
    pub(crate) const OUT_OF_RANGE: Self = Self::of("ERR index out of range");
    pub(crate) const NOT_POSITIVE: Self = Self::of("ERR value is out of range, must be positive");
    pub(crate) const NO_SUCH_KEY: Self = Self::of("ERR no such key");
    pub(crate) const SAME_OBJECT: Self =
        Self::of("ERR source and destination objects are the same");
    pub(crate) const DB_OUT_OF_RANGE: Self = Self::of("ERR DB index is out of range");
    pub(crate) const NOT_AUTHENTICATED: Self = Self::of("NOAUTH Authentication required.");
    pub(crate) const NOT_IN_A_TRANSACTION: Self =
        Self::of("ERR Command not allowed inside a transaction");
    pub(crate) const NO_PERMISSION_FOR_KEY: Self =
        Self::of("NOPERM this user has no permissions to access one of the keys used as arguments");
    pub(crate) const NO_PERMISSION_FOR_CHANNEL: Self = Self::of(
        "NOPERM this user has no permissions to access one of the channels used as arguments",
    );
    pub(crate) const MONITORS: Self = Self::of("ERR Replica can't interact with the keyspace");
    pub(crate) const OUT_OF_MEMORY: Self =
        Self::of("OOM command not allowed when used memory > 'maxmemory'.");

    pub(crate) const fn of(text: &'static str) -> Self {
        Self(Cow::Borrowed(text.as_bytes()))
    }

    pub(crate) fn new(text: impl AsRef<[u8]>) -> Self {
        Self(Cow::Owned(text.as_ref().to_vec()))
    }

    /// For a command, in lower case, that has not as many arguments as it should.
    pub(crate) fn arity(command: &str) -> Self {
        Self::new(format!("ERR wrong number of arguments for '{command}' command"))
    }

    /// For a command, in lower case, that sets a deadline that can't be.
    pub(crate) fn expire_time(command: &str) -> Self {
        Self::new(format!("ERR invalid expire time in '{command}' command"))
    }

    /// For a command, in lower case, that the user may not run.
    pub(crate) fn no_permission(command: &str) -> Self {
        Self::new(format!("NOPERM this user has no permissions to run the '{command}' command"))
    }

    pub(super) fn subscribed(command: &str) -> Self {
        Self::new(format!(
            "ERR Can't execute '{command}': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / \
             RESET are allowed in this context"
        ))
    }
}

impl AsRef<[u8]> for Error {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

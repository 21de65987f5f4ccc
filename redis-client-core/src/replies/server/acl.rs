//! Users and what they may do.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use bytes::Bytes;
use resp_core::{FrameRef, View};

use crate::error::ReplyError;
use crate::reply::{Fields, FromReply, elements_of, text_of};

/// A user: the reply to [`ACL GETUSER`](crate::cmd::acl_getuser).
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct AclUser {
    /// `on` or `off`, `nopass` and the like.
    pub flags: Vec<String>,
    /// The SHA-256 digests of the passwords.
    pub passwords: Vec<String>,
    /// What the user may do besides what the selectors allow.
    pub root: AclSelector,
    /// What the user may do as well, each by itself. Since 7.0.
    pub selectors: Vec<AclSelector>,
}

/// Commands, and the keys and channels for which they are allowed, as rules separated by spaces.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct AclSelector {
    /// Commands and categories of them: `-@all +get`.
    pub commands: String,
    /// Patterns of keys: `~cache:* %R~*`. Servers before 7.0 leave out the `~`.
    pub keys: Bytes,
    /// Patterns of channels: `&news.*`. Servers before 7.0 leave out the `&`, and those before 6.2
    /// have no such rules.
    pub channels: Bytes,
}

/// Something that was refused: an entry of [`ACL LOG`](crate::cmd::acl_log).
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct AclLogEntry {
    /// How often that happened.
    pub count: u64,
    /// What the user lacked: `auth`, `command`, `key` or `channel`.
    pub reason: String,
    /// Where the command came from: `toplevel`, `multi`, `lua` or `module`.
    pub context: String,
    /// The command, key or channel.
    pub object: Bytes,
    /// The user.
    pub username: String,
    /// How many seconds ago it happened last.
    pub age_seconds: f64,
    /// The connection, as [`client_list`](crate::cmd::client_list) shows it.
    pub client_info: String,
    /// Which entry it is. Since 7.2.
    pub entry_id: Option<u64>,
    /// The Unix time in milliseconds at which it happened first. Since 7.2.
    pub created: Option<u64>,
    /// The Unix time in milliseconds at which it happened last. Since 7.2.
    pub last_updated: Option<u64>,
}

/// Whether a user may run a command: the reply to [`ACL DRYRUN`](crate::cmd::acl_dryrun).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DryRun {
    /// The user may.
    Allowed,
    /// The user may not, for this reason.
    Denied(String),
}

impl FromReply for AclUser {
    fn from_reply(frame: FrameRef<'_>) -> Result<Self, ReplyError> {
        let fields = Fields::of(frame)?;
        Ok(Self {
            flags: fields.read("flags")?,
            passwords: fields.read("passwords")?,
            root: AclSelector::from_reply(frame)?,
            selectors: fields.maybe("selectors")?.unwrap_or_default(),
        })
    }
}

impl FromReply for AclSelector {
    fn from_reply(frame: FrameRef<'_>) -> Result<Self, ReplyError> {
        let fields = Fields::of(frame)?;
        let patterns = |name| {
            let found = fields.maybe(name)?;
            Ok(found.map_or_else(Bytes::new, |Patterns(text)| text))
        };
        Ok(Self {
            commands: fields.read("commands")?,
            keys: patterns("keys")?,
            channels: patterns("channels")?,
        })
    }
}

/// Patterns in one piece, or as a list as servers before 7.0 have them.
struct Patterns(Bytes);

impl FromReply for Patterns {
    fn from_reply(frame: FrameRef<'_>) -> Result<Self, ReplyError> {
        if !matches!(frame.view(), View::Array(_) | View::Set(_)) {
            return Bytes::from_reply(frame).map(Self);
        }
        let texts: Result<Vec<_>, _> = elements_of(frame)?.map(text_of).collect();
        Ok(Self(texts?.join(&b' ').into()))
    }
}

impl FromReply for AclLogEntry {
    fn from_reply(frame: FrameRef<'_>) -> Result<Self, ReplyError> {
        let fields = Fields::of(frame)?;
        Ok(Self {
            count: fields.read("count")?,
            reason: fields.read("reason")?,
            context: fields.read("context")?,
            object: fields.read("object")?,
            username: fields.read("username")?,
            age_seconds: fields.read("age-seconds")?,
            client_info: fields.read("client-info")?,
            entry_id: fields.maybe("entry-id")?,
            created: fields.maybe("timestamp-created")?,
            last_updated: fields.maybe("timestamp-last-updated")?,
        })
    }
}

impl FromReply for DryRun {
    fn from_reply(frame: FrameRef<'_>) -> Result<Self, ReplyError> {
        match frame.view() {
            View::SimpleString(b"OK") => Ok(Self::Allowed),
            _ => String::from_reply(frame).map(Self::Denied),
        }
    }
}

/// Without the passwords' digests.
impl fmt::Debug for AclUser {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AclUser")
            .field("flags", &self.flags)
            .field("passwords", &self.passwords.len())
            .field("root", &self.root)
            .field("selectors", &self.selectors)
            .finish()
    }
}

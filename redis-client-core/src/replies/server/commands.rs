//! What the server says of its commands.

use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;

use resp_core::{Elements, Frame, FrameRef};

use crate::error::ReplyError;
use crate::reply::{Fields, FromReply, elements_of, next};

/// A command: the reply to [`COMMAND INFO`](crate::cmd::command_info).
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct CommandInfo {
    /// Its name; that of a subcommand is `config|get`.
    pub name: String,
    /// How many arguments it has, the name included; if negative, at least so many.
    pub arity: i64,
    /// `readonly`, `fast` and the like.
    pub flags: Vec<String>,
    /// Where its first key is; 0 where it has none, or none at a fixed place.
    pub first_key: i64,
    /// Where its last key is; if negative, counted from the end.
    pub last_key: i64,
    /// How far it is from key to key.
    pub step: i64,
    /// The categories of access control. Since 6.0.
    pub acl_categories: Vec<String>,
    /// Tips for clients and proxies. Since 7.0.
    pub tips: Vec<String>,
    /// Where its keys are, as the server says it. Since 7.0.
    pub key_specs: Vec<Frame>,
    /// Its subcommands. Since 7.0.
    pub subcommands: Vec<CommandInfo>,
}

/// The documentation of a command: the reply to [`COMMAND DOCS`](crate::cmd::command_docs).
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct CommandDocs {
    /// What it does.
    pub summary: Option<String>,
    /// The version that had it first.
    pub since: Option<String>,
    /// What it is for: `string`, `server` and so on.
    pub group: Option<String>,
    /// How long it takes.
    pub complexity: Option<String>,
    /// The module that has it.
    pub module: Option<String>,
    /// `deprecated`, `syscmd`.
    pub doc_flags: Vec<String>,
    /// The version that advised against it first.
    pub deprecated_since: Option<String>,
    /// What should be used instead.
    pub replaced_by: Option<String>,
    /// Versions, and what they changed.
    pub history: Vec<(String, String)>,
    /// Its arguments, as the server says them.
    pub arguments: Vec<Frame>,
    /// Its subcommands, by names like `config|get`.
    pub subcommands: BTreeMap<String, CommandDocs>,
}

impl FromReply for CommandInfo {
    fn from_reply(frame: FrameRef<'_>) -> Result<Self, ReplyError> {
        let mut elements = elements_of(frame)?;
        Ok(Self {
            name: next(&mut elements)?,
            arity: next(&mut elements)?,
            flags: next(&mut elements)?,
            first_key: next(&mut elements)?,
            last_key: next(&mut elements)?,
            step: next(&mut elements)?,
            acl_categories: list(&mut elements)?,
            tips: list(&mut elements)?,
            key_specs: list(&mut elements)?,
            subcommands: list(&mut elements)?,
        })
    }
}

/// A list that older servers don't have.
fn list<T: FromReply>(elements: &mut Elements<'_>) -> Result<Vec<T>, ReplyError> {
    elements.next().map_or_else(|| Ok(Vec::new()), Vec::from_reply)
}

impl FromReply for CommandDocs {
    fn from_reply(frame: FrameRef<'_>) -> Result<Self, ReplyError> {
        let fields = Fields::of(frame)?;
        Ok(Self {
            summary: fields.maybe("summary")?,
            since: fields.maybe("since")?,
            group: fields.maybe("group")?,
            complexity: fields.maybe("complexity")?,
            module: fields.maybe("module")?,
            doc_flags: fields.maybe("doc_flags")?.unwrap_or_default(),
            deprecated_since: fields.maybe("deprecated_since")?,
            replaced_by: fields.maybe("replaced_by")?,
            history: fields.maybe("history")?.unwrap_or_default(),
            arguments: fields.maybe("arguments")?.unwrap_or_default(),
            subcommands: fields.maybe("subcommands")?.unwrap_or_default(),
        })
    }
}

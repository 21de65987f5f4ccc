//! Reading `commands/*.json`; the format is described in `commands/README.md`.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde::Deserialize;

use super::types::qualified;
use crate::exec::{Failure, relative};

/// All commands, by group.
pub(super) struct Metadata {
    pub(super) groups: Vec<Group>,
}

/// The commands of one file, by name.
pub(super) struct Group {
    pub(super) name: String,
    pub(super) commands: BTreeMap<String, Command>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Command {
    pub(super) summary: Option<String>,
    pub(super) details: Option<String>,
    pub(super) complexity: Option<String>,
    pub(super) reply: Option<String>,
    #[serde(default)]
    pub(super) example: Vec<String>,
    /// Names the type.
    pub(super) kind: Option<String>,
    /// Names the function.
    #[serde(rename = "fn")]
    pub(super) function: Option<String>,
    pub(super) hand: Option<Hand>,
    /// Why it is no method of `Commands`.
    pub(super) detached: Option<String>,
    pub(super) since: String,
    pub(super) deprecated: Option<String>,
    pub(super) server: Option<String>,
    pub(super) arity: i8,
    pub(super) flags: Vec<String>,
    /// Categories besides those that follow from the flags.
    #[serde(default)]
    pub(super) acl: Vec<String>,
    #[serde(default)]
    pub(super) tips: Vec<String>,
    pub(super) effect: Option<String>,
    #[serde(default)]
    pub(super) resend: bool,
    #[serde(default)]
    pub(super) keys: Vec<KeySpec>,
    #[serde(default)]
    pub(super) arguments: Vec<Argument>,
}

/// A function that is written by hand.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Hand {
    #[serde(rename = "reason")]
    pub(super) _reason: String,
    /// Name and type of each parameter, for the method that calls it.
    pub(super) parameters: Vec<(String, String)>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct KeySpec {
    pub(super) begin: Begin,
    pub(super) find: Find,
    pub(super) flags: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum Begin {
    Index {
        index: u16,
    },
    Keyword {
        keyword: String,
        from: i16,
    },
    /// It is the word `unknown`.
    Unknown(#[expect(dead_code, reason = "there is but one word")] String),
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum Find {
    Range {
        last: i16,
        step: u16,
        limit: u16,
    },
    Count {
        count: u16,
        first: u16,
        step: u16,
    },
    /// It is the word `unknown`.
    Unknown(#[expect(dead_code, reason = "there is but one word")] String),
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Argument {
    pub(super) name: String,
    /// Names the parameter.
    #[serde(rename = "as")]
    pub(super) parameter: Option<String>,
    /// Names the method.
    pub(super) method: Option<String>,
    #[serde(rename = "type")]
    pub(super) class: Class,
    /// The parameter's type.
    pub(super) rust: Option<String>,
    pub(super) token: Option<String>,
    /// Is always written like this.
    pub(super) constant: Option<String>,
    pub(super) since: Option<String>,
    pub(super) server: Option<String>,
    #[serde(default)]
    pub(super) optional: bool,
    #[serde(default)]
    pub(super) multiple: bool,
    #[serde(default)]
    pub(super) multiple_token: bool,
    /// Is a parameter though optional for the server.
    #[serde(default)]
    pub(super) positional: bool,
    pub(super) gives: Option<Gives>,
    pub(super) doc: Option<String>,
    #[serde(default)]
    pub(super) arguments: Vec<Argument>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Class {
    Key,
    String,
    Pattern,
    Integer,
    Double,
    UnixTime,
    PureToken,
    Oneof,
    Block,
}

/// What an option makes of the reply's type.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum Gives {
    /// This, whatever it was.
    Always(String),
    /// Of each type another; the option does not exist for others.
    Each(BTreeMap<String, String>),
}

impl Metadata {
    pub(super) fn read(folder: &Path) -> Result<Self, Failure> {
        let groups = GROUPS.iter().map(|name| {
            let path = folder.join(format!("{name}.json"));
            let failure = |error: &dyn std::fmt::Display| {
                Failure::new(format!("can't read {}: {error}", relative(&path)))
            };
            let text = fs::read_to_string(&path).map_err(|error| failure(&error))?;
            let mut commands: BTreeMap<String, Command> =
                serde_json::from_str(&text).map_err(|error| failure(&error))?;
            commands.values_mut().for_each(Command::qualify);
            Ok(Group { name: (*name).to_owned(), commands })
        });
        Ok(Self { groups: groups.collect::<Result<_, _>>()? })
    }

    /// All commands in the order of their names.
    pub(super) fn commands(&self) -> impl Iterator<Item = (&Group, &String, &Command)> {
        let commands = self.groups.iter().flat_map(|group| {
            group.commands.iter().map(move |(name, command)| (name, (group, command)))
        });
        let sorted: BTreeMap<_, _> = commands.collect();
        sorted.into_iter().map(|(name, (group, command))| (group, name, command))
    }
}

impl Group {
    /// Whether any of its commands has a builder.
    pub(super) fn is_begun(&self) -> bool {
        self.commands.values().any(|command| command.reply.is_some())
    }

    /// The commands that have a builder.
    pub(super) fn built(&self) -> impl Iterator<Item = (&String, &Command)> {
        self.commands.iter().filter(|(_, command)| command.reply.is_some())
    }
}

impl Command {
    /// Says of the types where they come from.
    fn qualify(&mut self) {
        if let Some(reply) = &mut self.reply {
            *reply = qualified(reply, "replies");
        }
        for (_, rust) in self.hand.iter_mut().flat_map(|hand| &mut hand.parameters) {
            *rust = qualified(rust, "args");
        }
        self.arguments.iter_mut().for_each(Argument::qualify);
    }
}

impl Argument {
    fn qualify(&mut self) {
        if let Some(rust) = &mut self.rust {
            *rust = qualified(rust, "args");
        }
        match &mut self.gives {
            None => {}
            Some(Gives::Always(reply)) => *reply = qualified(reply, "replies"),
            Some(Gives::Each(replies)) => {
                let both = |(from, to): (&String, &String)| {
                    (qualified(from, "replies"), qualified(to, "replies"))
                };
                *replies = replies.iter().map(both).collect();
            }
        }
        self.arguments.iter_mut().for_each(Self::qualify);
    }

    /// Whether it is a parameter of the function.
    pub(super) fn is_required(&self) -> bool {
        !self.optional || self.positional
    }

    /// Whether only a method for each of its alternatives stands for it, of which one may be used.
    pub(super) fn is_choice(&self) -> bool {
        !self.is_required() && self.class == Class::Oneof && self.rust.is_none()
    }

    /// Whether it is a block that has a method, as have options that belong to it.
    pub(super) fn has_options_inside(&self) -> bool {
        let optional_block = !self.is_required() && self.class == Class::Block;
        let inside = self.arguments.iter().any(|argument| !argument.is_required());
        optional_block && self.rust.is_none() && inside
    }
}

/// The files, in the order in which `Commands` has their methods.
const GROUPS: [&str; 17] = [
    "string",
    "keys",
    "hash",
    "list",
    "set",
    "sorted_set",
    "stream",
    "pubsub",
    "geo",
    "bitmap",
    "hyperloglog",
    "transactions",
    "scripting",
    "connection",
    "server",
    "cluster",
    "sentinel",
];

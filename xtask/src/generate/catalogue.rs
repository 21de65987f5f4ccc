//! What `COMMAND DOCS` and `ACL CAT` of the embedded server say.

use super::HEAD;
use super::metadata::{Argument, Class, Command, Metadata};

/// `embedded-redis/src/commands/catalogue/table.rs`: the commands of Redis 7.0.
pub(super) fn table(metadata: &Metadata) -> String {
    let mut entries = String::new();
    let mut count = 0;
    let known = metadata.commands().filter(|(group, _, command)| {
        group.name != "sentinel" && is_known(&command.since, command.server.as_deref())
    });
    for (group, name, command) in known {
        count += 1;
        entries += &entry(&group.name, name, command);
    }
    format!(
        "{HEAD}//! What there is to know of the commands of Redis 7.0.\n\n\
         use super::about::{{About, about, block, double, integer, key, oneof, pattern, pure_token, \
         string, unix_time}};\n\n\
         /// The categories of `ACL CAT`.\n\
         pub(crate) const CATEGORIES: [&str; {}] = {CATEGORIES:?};\n\n\
         /// In the order of their names.\n\
         pub(super) static TABLE: [About; {count}] = [\n{entries}];\n",
        CATEGORIES.len(),
    )
}

fn entry(group: &str, name: &str, command: &Command) -> String {
    let mut entry = format!(
        "about({:?}, {:?}, {:?}, &{:?})",
        name.to_lowercase().replace(' ', "|"),
        group_of(group),
        command.since,
        categories(name, command),
    );
    for (method, text) in [("summary", &command.summary), ("complexity", &command.complexity)] {
        if let Some(text) = text {
            entry += &format!(".{method}({})", literal(text));
        }
    }
    if !command.tips.is_empty() {
        let tips: Vec<_> = command.tips.iter().map(|tip| tip.to_lowercase()).collect();
        entry += &format!(".tips(&{tips:?})");
    }
    let arguments = arguments(&command.arguments);
    if !arguments.is_empty() {
        entry += &format!(".arguments(&[{arguments}])");
    }
    entry + ",\n"
}

/// A text in lines that fit: rustfmt breaks no texts, and leaves alone whatever has too long lines.
fn literal(text: &str) -> String {
    let mut lines = vec![String::new()];
    for word in format!("{text:?}").split_inclusive(' ') {
        if lines.last().is_some_and(|line| line.len() + word.trim_end().len() > WIDTH) {
            lines.push(String::new());
        }
        if let Some(line) = lines.last_mut() {
            line.push_str(word);
        }
    }
    lines.join(&format!("\\\n{}", " ".repeat(INDENT)))
}

/// As `COMMAND DOCS` names the groups.
fn group_of(file: &str) -> String {
    match file {
        "keys" => "generic".to_owned(),
        other => other.replace('_', "-"),
    }
}

/// Those that are told, and those that follow from the flags (`setImplicitACLCategories` in Redis's
/// acl.c), in the order of Redis.
fn categories(name: &str, command: &Command) -> Vec<String> {
    let flag = |name: &str| command.flags.iter().any(|flag| flag == name);
    let scripting = command.acl.iter().any(|category| category == "SCRIPTING");
    let is_in = |category: &&str| {
        let implied = match *category {
            // It blocked before it said so.
            "blocking" if name == "WAIT" => false,
            "write" | "pubsub" | "admin" | "fast" | "blocking" => flag(&category.to_uppercase()),
            "read" => flag("READONLY") && !scripting,
            "dangerous" => flag("ADMIN"),
            "slow" => !flag("FAST"),
            _ => false,
        };
        implied || command.acl.iter().any(|told| told.eq_ignore_ascii_case(category))
    };
    CATEGORIES.iter().filter(|category| is_in(category)).map(|it| (*it).to_owned()).collect()
}

fn arguments(arguments: &[Argument]) -> String {
    let known = arguments.iter().filter(|argument| {
        is_known(argument.since.as_deref().unwrap_or("1.0.0"), argument.server.as_deref())
    });
    known.map(argument).collect::<Vec<_>>().join(", ")
}

/// `integer("count").token("COUNT").optional()`
fn argument(argument: &Argument) -> String {
    let kind = match argument.class {
        Class::Key => "key",
        Class::String => "string",
        Class::Pattern => "pattern",
        Class::Integer => "integer",
        Class::Double => "double",
        Class::UnixTime => "unix_time",
        Class::PureToken => "pure_token",
        Class::Oneof => "oneof",
        Class::Block => "block",
    };
    let name = &argument.name;
    let mut source = match &argument.token {
        None => format!("{kind}({name:?})"),
        Some(token) if argument.class == Class::PureToken => format!("{kind}({name:?}, {token:?})"),
        Some(token) => format!("{kind}({name:?}).token({token:?})"),
    };
    for (method, is) in [
        ("optional", argument.optional),
        ("multiple", argument.multiple),
        ("multiple_token", argument.multiple_token),
    ] {
        if is {
            source += &format!(".{method}()");
        }
    }
    let inner = arguments(&argument.arguments);
    if !inner.is_empty() {
        source += &format!(".of(&[{inner}])");
    }
    source
}

/// Whether Redis 7.0 has it.
fn is_known(since: &str, server: Option<&str>) -> bool {
    let mut numbers = since.split('.').map(|number| number.parse().unwrap_or(u32::MAX));
    let version = (numbers.next().unwrap_or(u32::MAX), numbers.next().unwrap_or(0));
    server.is_none() && version <= (7, 0)
}

/// How far in a text of several lines stands as an argument.
const INDENT: usize = 13;

/// So that it fits into 100 columns there.
const WIDTH: usize = 85;

/// `ACLCommandCategories` in Redis's acl.c.
const CATEGORIES: [&str; 21] = [
    "keyspace",
    "read",
    "write",
    "set",
    "sortedset",
    "list",
    "hash",
    "string",
    "bitmap",
    "hyperloglog",
    "geo",
    "stream",
    "pubsub",
    "admin",
    "fast",
    "slow",
    "blocking",
    "dangerous",
    "connection",
    "transaction",
    "scripting",
];

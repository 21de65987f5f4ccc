//! The commands as `commands/` has them.

use std::sync::LazyLock;

use serde_json::Value;

use super::tree::{Class, Node};

/// A command as `commands/` has it.
#[derive(Debug)]
pub(super) struct Known {
    pub(super) name: &'static str,
    pub(super) group: &'static str,
    /// The function that makes it.
    pub(super) builder: Option<String>,
    pub(super) arguments: &'static [Node],
}

/// All of them, in the order of their names.
pub(super) static COMMANDS: LazyLock<Vec<Known>> = LazyLock::new(|| {
    let mut commands: Vec<_> = GROUPS.iter().flat_map(|(name, text)| group(name, text)).collect();
    commands.sort_by_key(|known| known.name);
    commands
});

/// Reads a group. Its text is kept for ever: it is part of the program.
#[expect(clippy::expect_used, reason = "`cargo xtask generate` has read it, more strictly")]
fn group(name: &'static str, text: &str) -> Vec<Known> {
    let group: Value = serde_json::from_str(text).expect("`commands/` is JSON");
    let group: &'static Value = Box::leak(Box::new(group));
    let commands = group.as_object().into_iter().flatten();
    commands.map(|(command, facts)| known(command, name, facts)).collect()
}

fn known(name: &'static str, group: &'static str, facts: &'static Value) -> Known {
    let text = |field: &str| facts.get(field).and_then(Value::as_str);
    let function = || name.to_lowercase().replace([' ', '-'], "_");
    let builder = text("reply").map(|_| text("fn").map_or_else(function, str::to_owned));
    Known { name, group, builder, arguments: nodes(facts) }
}

fn nodes(parent: &'static Value) -> &'static [Node] {
    let arguments = parent.get("arguments").and_then(Value::as_array).into_iter().flatten();
    arguments.map(node).collect::<Vec<_>>().leak()
}

fn node(argument: &'static Value) -> Node {
    let text = |field: &str| argument.get(field).and_then(Value::as_str);
    let is = |field: &str| argument.get(field).and_then(Value::as_bool).unwrap_or_default();
    let constant = text("constant");
    let kind = constant.map_or_else(|| text("type").unwrap_or_default(), |_| "pure-token");
    Node {
        name: text("name").unwrap_or_default(),
        token: constant.or(text("token")),
        optional: is("optional"),
        multiple: is("multiple"),
        multiple_token: is("multiple_token"),
        children: if constant.is_some() { &[] } else { nodes(argument) },
        ..Node::of(Class::of(kind))
    }
}

const GROUPS: [(&str, &str); 17] = [
    ("bitmap", include_str!("../../../commands/bitmap.json")),
    ("cluster", include_str!("../../../commands/cluster.json")),
    ("connection", include_str!("../../../commands/connection.json")),
    ("geo", include_str!("../../../commands/geo.json")),
    ("hash", include_str!("../../../commands/hash.json")),
    ("hyperloglog", include_str!("../../../commands/hyperloglog.json")),
    ("keys", include_str!("../../../commands/keys.json")),
    ("list", include_str!("../../../commands/list.json")),
    ("pubsub", include_str!("../../../commands/pubsub.json")),
    ("scripting", include_str!("../../../commands/scripting.json")),
    ("sentinel", include_str!("../../../commands/sentinel.json")),
    ("server", include_str!("../../../commands/server.json")),
    ("set", include_str!("../../../commands/set.json")),
    ("sorted_set", include_str!("../../../commands/sorted_set.json")),
    ("stream", include_str!("../../../commands/stream.json")),
    ("string", include_str!("../../../commands/string.json")),
    ("transactions", include_str!("../../../commands/transactions.json")),
];

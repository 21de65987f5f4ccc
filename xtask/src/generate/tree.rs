//! The arguments as data for the tests, which compare what is sent with what is known.

use super::metadata::{Argument, Class, Metadata};
use super::{HEAD, names};

/// `testkit/src/commands/metadata.rs`.
pub(super) fn metadata(metadata: &Metadata) -> String {
    let mut entries = String::new();
    let mut count = 0;
    for (group, name, command) in metadata.commands() {
        count += 1;
        let builder = command.reply.as_ref().map(|_| names::function(name, command));
        let nodes: String = command.arguments.iter().map(node).collect();
        entries += &format!(
            "Known {{ name: {name:?}, group: {:?}, builder: {builder:?}, \
             arguments: &[{nodes}] }},\n",
            group.name
        );
    }
    format!(
        "{HEAD}//! All commands with their arguments.\n\n\
         use super::Known;\nuse super::tree::{{Class, Node}};\n\n\
         pub(super) static COMMANDS: [Known; {count}] = [\n{entries}];\n"
    )
}

fn node(argument: &Argument) -> String {
    let constant = argument.constant.is_some();
    let class = match argument.class {
        _ if constant => "Token",
        Class::Key | Class::String | Class::Pattern => "Text",
        Class::Integer | Class::UnixTime => "Integer",
        Class::Double => "Double",
        Class::PureToken => "Token",
        Class::Oneof => "Oneof",
        Class::Block => "Block",
    };
    let token = argument.constant.as_ref().or(argument.token.as_ref());
    let children: String = match constant {
        true => String::new(),
        false => argument.arguments.iter().map(node).collect(),
    };
    let mut fields = format!("name: {:?}, ", argument.name);
    if let Some(token) = token {
        fields += &format!("token: Some({token:?}), ");
    }
    for (name, is) in [
        ("optional", argument.optional),
        ("multiple", argument.multiple),
        ("multiple_token", argument.multiple_token),
    ] {
        if is {
            fields += &format!("{name}: true, ");
        }
    }
    if !children.is_empty() {
        fields += &format!("children: &[{children}], ");
    }
    format!("Node {{ {fields} ..Node::of(Class::{class}) }},")
}

//! What things are called in Rust.

use super::metadata::{Argument, Class, Command};

/// `CLIENT SETNAME` is `client_setname`.
pub(super) fn function(name: &str, command: &Command) -> String {
    command.function.clone().unwrap_or_else(|| snake(name))
}

/// `CLIENT SETNAME` is `ClientSetname`.
pub(super) fn kind(name: &str, command: &Command) -> String {
    command.kind.clone().unwrap_or_else(|| pascal(name))
}

/// `CLIENT SETNAME` is `CLIENT_SETNAME`.
pub(super) fn facts(name: &str) -> String {
    name.replace([' ', '-'], "_")
}

pub(super) fn parameter(argument: &Argument) -> String {
    let short = argument.name.strip_prefix("unix-time-").unwrap_or(&argument.name);
    argument.parameter.clone().unwrap_or_else(|| unreserved(short))
}

/// By the word that the option is on the wire.
pub(super) fn method(argument: &Argument) -> String {
    let word = argument.token.as_ref().filter(|token| token.starts_with(char::is_alphabetic));
    argument.method.clone().unwrap_or_else(|| unreserved(word.unwrap_or(&argument.name)))
}

/// The type parameter of a group of options that exclude each other, or of a block with options.
pub(super) fn choice(argument: &Argument) -> String {
    debug_assert!(matches!(argument.class, Class::Oneof | Class::Block));
    pascal(argument.method.as_ref().unwrap_or(&argument.name))
}

fn snake(name: &str) -> String {
    name.to_lowercase().replace([' ', '-'], "_")
}

/// No word of Rust.
fn unreserved(name: &str) -> String {
    let snake = snake(name);
    match snake.as_str() {
        "type" | "move" | "match" | "loop" | "ref" | "as" | "in" | "where" | "use" | "async" => {
            format!("{snake}_")
        }
        _ => snake,
    }
}

fn pascal(name: &str) -> String {
    let words = name.split([' ', '-', '_']);
    words
        .map(|word| {
            let (head, tail) = word.split_at(word.len().min(1));
            format!("{}{}", head.to_uppercase(), tail.to_lowercase())
        })
        .collect()
}

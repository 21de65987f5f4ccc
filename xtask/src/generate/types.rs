//! Types in the generated source, and where they come from.

use std::collections::BTreeSet;

use super::metadata::{Argument, Class};

/// The type of an argument's parameter.
pub(super) fn parameter(argument: &Argument) -> Result<String, String> {
    let each = each(argument)?;
    Ok(if argument.multiple && !argument.multiple_token {
        format!("impl IntoIterator<Item = {each}>")
    } else {
        each
    })
}

/// The type of the parameter of a block whose two arguments are repeated, all of the first before
/// all of the second.
pub(super) fn columns(block: &Argument) -> Result<String, String> {
    let parts: Result<Vec<_>, _> = block.arguments.iter().map(each).collect();
    Ok(format!("impl IntoIterator<Item = ({})>", parts?.join(", ")))
}

fn each(argument: &Argument) -> Result<String, String> {
    Ok(match (&argument.rust, argument.class) {
        (Some(rust), _) => rust.clone(),
        (None, Class::Key | Class::String | Class::Pattern) => "impl ToArg".to_owned(),
        (None, Class::Integer | Class::UnixTime) => "i64".to_owned(),
        (None, Class::Double) => "f64".to_owned(),
        (None, Class::Block) if argument.multiple => {
            let parts: Result<Vec<_>, _> = argument.arguments.iter().map(parameter).collect();
            format!("({})", parts?.join(", "))
        }
        (None, _) => return Err(format!("`{}` needs a `rust` type", argument.name)),
    })
}

/// The type with the module of each name in it that is the project's own: `args::` or `replies::`.
pub(super) fn qualified(rust: &str, module: &str) -> String {
    let mut text = String::new();
    let mut word = String::new();
    for c in rust.chars().chain([' ']) {
        if c.is_alphanumeric() || c == '_' || c == ':' {
            word.push(c);
            continue;
        }
        let own = word.starts_with(|c: char| c.is_ascii_uppercase())
            && !ALWAYS.contains(&word.as_str())
            && !OUTSIDE.iter().any(|(name, _)| *name == word);
        if own {
            text += &format!("{module}::");
        }
        text += &word;
        text.push(c);
        word.clear();
    }
    text.truncate(text.trim_end().len());
    text
}

/// The `use` lines for the types that a source names.
#[derive(Default)]
pub(super) struct Imports(BTreeSet<String>);

impl Imports {
    pub(super) fn add(&mut self, rust: &str) {
        let words = rust.split(|c: char| !c.is_alphanumeric() && c != '_' && c != ':');
        self.0.extend(
            words.map(|word| word.split_once("::").map_or(word, |(module, _)| module).to_owned()),
        );
    }

    pub(super) fn lines(&self) -> String {
        let used = |of: &dyn Fn(&str) -> bool| {
            let names = OUTSIDE.iter().filter(|(name, path)| self.0.contains(*name) && of(path));
            names.map(|(_, path)| format!("use {path};\n")).collect::<String>()
        };
        let std = |path: &str| path.starts_with("alloc::") || path.starts_with("core::");
        let own = |path: &str| path.starts_with("crate::");
        let others = |path: &str| !std(path) && !own(path);
        format!("{}\n{}\n{}", used(&std), used(&others), used(&own))
    }
}

/// Names that need no `use`.
const ALWAYS: [&str; 4] = ["Option", "Into", "IntoIterator", "Item"];

const OUTSIDE: &[(&str, &str)] = &[
    ("BTreeMap", "alloc::collections::BTreeMap"),
    ("String", "alloc::string::String"),
    ("Vec", "alloc::vec::Vec"),
    ("PhantomData", "core::marker::PhantomData"),
    ("Duration", "core::time::Duration"),
    ("Bytes", "bytes::Bytes"),
    ("Frame", "resp_core::Frame"),
    ("ToArg", "crate::arg::ToArg"),
    ("args", "crate::args"),
    ("replies", "crate::replies"),
];

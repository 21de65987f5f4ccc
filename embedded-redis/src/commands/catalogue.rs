//! `COMMAND`: what commands there are.

mod about;
mod docs;
mod info;
mod keys;
mod table;
#[cfg(test)]
mod tests;

use redis_server_core::Entry;
use redis_server_core::glob_matches;
use redis_server_core::resp_core::request::Request;

use super::Commands;
use super::arguments::{arg, is};
use super::help;
use crate::engine::{Answer, Context, Error, Outcome, Runs, TABLE};
use about::About;
pub(crate) use info::key_specs;
pub(crate) use keys::keys_of;
pub(crate) use table::CATEGORIES;

pub(super) const COMMANDS: Commands = &[
    ("command", Runs::Client(info::all)),
    ("command|count", Runs::Client(count)),
    ("command|docs", Runs::Client(docs::docs)),
    ("command|getkeys", Runs::Client(keys::getkeys)),
    ("command|getkeysandflags", Runs::Client(keys::getkeysandflags)),
    ("command|help", Runs::Client(help::command)),
    ("command|info", Runs::Client(info::info)),
    ("command|list", Runs::Client(list)),
];

impl About {
    fn of(name: &str) -> &'static Self {
        position(name).and_then(|index| table::TABLE.get(index)).unwrap_or(&Self::UNKNOWN)
    }
}

/// All commands in the order of their names, with their categories.
pub(crate) fn all() -> impl Iterator<Item = (&'static str, &'static [&'static str])> {
    table::TABLE.iter().map(|about| (about.name, about.categories))
}

/// The place of a command among all, by its full name in any case.
pub(crate) fn position(name: &str) -> Option<usize> {
    table::TABLE.binary_search_by_key(&sortable(name), |it| sortable(it.name)).ok()
}

/// The table is in the order of the names with blanks.
fn sortable(name: &str) -> impl Ord + use<> {
    name.to_ascii_uppercase().replace('|', " ")
}

fn count(_: &mut Context<'_>, _: Request<'_>, answer: &mut Answer<'_>) -> Outcome {
    answer.count(TABLE.commands().count())
}

/// `COMMAND LIST [FILTERBY MODULE name|ACLCAT category|PATTERN pattern]`
fn list(_: &mut Context<'_>, request: Request<'_>, answer: &mut Answer<'_>) -> Outcome {
    if request.len() == 2 {
        return names(answer, |_| true);
    }
    let (filter, value) = (arg(&request, 3), arg(&request, 4));
    if request.len() != 5 || !is(arg(&request, 2), "filterby") {
        return Err(Error::SYNTAX);
    }
    if is(filter, "module") {
        names(answer, |_| false)
    } else if is(filter, "aclcat") {
        let is_in = |entry: &Entry<Runs>| {
            About::of(entry.spec.name()).categories.iter().any(|category| is(value, category))
        };
        names(answer, is_in)
    } else if is(filter, "pattern") {
        let pattern = value.to_ascii_lowercase();
        names(answer, |entry| glob_matches(&pattern, entry.spec.name().as_bytes()))
    } else {
        Err(Error::SYNTAX)
    }
}

fn names(answer: &mut Answer<'_>, is_wanted: impl Fn(&Entry<Runs>) -> bool) -> Outcome {
    let wanted = TABLE.iter().filter(|entry| is_wanted(entry));
    let names: Vec<_> = wanted.map(|entry| entry.spec.name()).collect();
    answer.bulks(names.into_iter())
}

/// The commands of a category.
pub(super) fn commands_of(category: &str) -> Vec<&'static str> {
    let is_in = |name: &&str| About::of(name).categories.contains(&category);
    TABLE.iter().map(|entry| entry.spec.name()).filter(is_in).collect()
}

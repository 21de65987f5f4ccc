//! Random names.

use std::collections::BTreeMap;

use proptest::prelude::*;
use redis_server_core::{Arity, Spec, Table};

use super::with_request;

/// Names with which a table of the same hashes would have trouble: short, and much alike.
fn name() -> impl Strategy<Value = String> {
    prop_oneof!["[a-c_@`]{1,3}", "[a-c]{7,9}", "[a-z._-]{1,20}"]
}

fn in_some_case(name: &str, upper: u64) -> String {
    let letters = name.chars().enumerate();
    letters
        .map(|(index, letter)| match upper >> (index % 64) & 1 {
            0 => letter,
            _ => letter.to_ascii_uppercase(),
        })
        .collect()
}

proptest! {
    #[test]
    fn what_was_added_is_found_in_any_case_and_nothing_else_is(
        commands in prop::collection::vec((name(), prop::option::of(name())), 0..120),
        asked in prop::collection::vec((name(), name()), 0..40),
        upper in any::<u64>(),
    ) {
        let (mut table, mut model) = (Table::new(), BTreeMap::new());
        for (index, (container, subcommand)) in commands.iter().enumerate() {
            // The container first or last, as it comes.
            let full = match subcommand {
                Some(subcommand) => format!("{container}|{subcommand}"),
                None => container.clone(),
            };
            let spec = Spec::new("", Arity::AtLeast(1)).with_name(in_some_case(&full, !upper));
            let replaced = table.insert(spec, index).map(|entry| entry.handler);
            prop_assert_eq!(replaced, model.insert(full, index));
        }
        prop_assert_eq!(table.len(), model.len());
        let added = commands.iter().map(|(name, sub)| (name.clone(), sub.clone().unwrap_or_default()));
        for (name, argument) in added.chain(asked) {
            let prefix = format!("{name}|");
            let contains_some = model.keys().any(|full| full.starts_with(&prefix));
            let key = if contains_some { format!("{name}|{argument}") } else { name.clone() };
            let expected = model.get(&name).and(model.get(&key)).copied();
            let request = [in_some_case(&name, upper), in_some_case(&argument, upper)];
            let found = with_request(&request, |request| {
                table.lookup(request).ok().map(|entry| entry.handler)
            });
            prop_assert_eq!(found, expected, "{:?}", request);
            let by_name = table.get(in_some_case(&key, upper).as_bytes());
            prop_assert_eq!(by_name.map(|entry| entry.handler), expected);
        }
    }

    #[test]
    fn arity_borders(count in 1_u32..1000, exact in any::<bool>()) {
        let arity = if exact { Arity::Exactly(count) } else { Arity::AtLeast(count) };
        let count = count as usize;
        prop_assert!(arity.allows(count));
        prop_assert!(!arity.allows(count - 1));
        prop_assert_eq!(arity.allows(count + 1), !exact);
    }
}

//! Keys that stand behind a word among options, where values of other options may be that word:
//! servers look for them by code of their own, not by key specifications.

use alloc::vec::Vec;

/// Of `MIGRATE`: the one in its place, else those behind `KEYS`.
pub(super) fn of_migrate<'a>(arguments: &[&'a [u8]]) -> Vec<&'a [u8]> {
    let Some(&key) = arguments.get(3) else { return Vec::new() };
    if !key.is_empty() {
        return [key].into();
    }
    let mut options = arguments.iter().copied().skip(6);
    while let Some(option) = options.next() {
        if is(option, "KEYS") {
            return options.collect();
        }
        let values = if is(option, "AUTH2") { 2 } else { usize::from(is(option, "AUTH")) };
        options.by_ref().take(values).for_each(drop);
    }
    Vec::new()
}

/// Of `SORT`: the source, and the destination behind the last `STORE`.
pub(super) fn of_sort<'a>(arguments: &[&'a [u8]]) -> Vec<&'a [u8]> {
    let mut destination = None;
    let mut options = arguments.iter().copied().skip(2);
    while let Some(option) = options.next() {
        if is(option, "STORE") {
            destination = options.next();
            continue;
        }
        let one = is(option, "BY") || is(option, "GET");
        let values = if is(option, "LIMIT") { 2 } else { usize::from(one) };
        options.by_ref().take(values).for_each(drop);
    }
    arguments.get(1).copied().into_iter().chain(destination).collect()
}

fn is(option: &[u8], word: &str) -> bool {
    option.eq_ignore_ascii_case(word.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Request;

    fn keys(words: &str) -> Vec<Vec<u8>> {
        let mut words = words.split(' ');
        let mut request = Request::new(words.next().unwrap());
        words.for_each(|word| request.push(word.as_bytes()));
        request.keys().map(<[u8]>::to_vec).collect()
    }

    #[test]
    fn migrate_has_one_key_or_those_behind_its_first_option_keys() {
        assert_eq!(keys("MIGRATE h 1 k 0 9 COPY"), [b"k"]);
        assert_eq!(keys("MIGRATE h 1  0 9 REPLACE keys a KEYS b"), [&b"a"[..], b"KEYS", b"b"]);
        assert_eq!(keys("MIGRATE h 1  0 9 AUTH keys KEYS a b"), [b"a", b"b"]);
        assert_eq!(keys("MIGRATE h 1  0 9 auth2 AUTH keys KEYS a"), [b"a"]);
        assert!(keys("MIGRATE h 1  0 9 COPY").is_empty());
        assert!(keys("MIGRATE h").is_empty());
    }

    #[test]
    fn sort_has_its_source_and_the_destination_behind_its_last_option_store() {
        assert_eq!(keys("SORT k DESC ALPHA"), [b"k"]);
        assert_eq!(keys("SORT k BY store LIMIT 0 store GET store GET # store d"), [b"k", b"d"]);
        assert_eq!(keys("SORT k STORE store"), [&b"k"[..], b"store"]);
        assert_eq!(keys("SORT k STORE a ASC STORE b"), [b"k", b"b"]);
        assert_eq!(keys("SORT k LIMIT 0"), [b"k"]);
        assert!(keys("SORT").is_empty());
    }
}

//! Whatever a configuration says: nothing panics, what is taken keeps every rule, and no part of
//! a password is shown, escaped or not, wherever it stands.
//!
//! An input is a text. It is taken for a URL, and for the middle of a password in one.

#![no_main]

use adapter_core::{Options, OptionsError};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    for url in [text.to_owned(), format!("redis://{text}"), format!("unix:///{text}")] {
        if let Ok(options) = url.parse::<Options>() {
            assert_eq!(options.check(), Ok(()));
            assert_eq!(options.key(), options.clone().key());
            shown(&Ok(options));
        }
    }

    let password = format!("{FRONT}{text}{BACK}");
    let escaped: String = password.bytes().map(|byte| format!("%{byte:02x}")).collect();
    for password in [&password, &escaped] {
        for (before, behind) in PLACES {
            let url = format!("{before}{password}{behind}");
            let shown = shown(&url.parse());
            assert!(!shown.contains(FRONT) && !shown.contains(BACK), "{url} shows {shown}");
        }
    }
    let options: Options = format!("redis://user:{escaped}@db").parse().expect("it is escaped");
    let same = Options::tcp("db", 6379).user("user").password(password);
    assert_eq!(options.key(), same.key());
});

/// All that can be shown of what a URL was parsed to.
fn shown(parsed: &Result<Options, OptionsError>) -> String {
    match parsed {
        Ok(options) => format!("{options:?} {:?}", options.key()),
        Err(error) => format!("{error} {error:?}"),
    }
}

/// Both ends of a password, so that one cut in two is found too. No error's text has them.
const FRONT: &str = "kanari";
const BACK: &str = "irakan";

/// What stands around a password.
const PLACES: [(&str, &str); 6] = [
    ("redis://:", "@db"),
    ("redis://user:", "@db:7/3?timeout=5"),
    ("redis://", ":x@db"),
    ("rediss://:", "@db"),
    ("unix://user:", "@/run/s?db=1"),
    ("user:", "@db:6379"),
];

//! Passwords show nowhere, whatever they consist of and wherever they stand.

use std::collections::HashSet;

use adapter_core::{CredentialError, Credentials, Options};
use proptest::prelude::*;

/// Both halves of a password, so that one cut in two is found too.
const HALVES: [&str; 2] = ["kanari", "irakan"];

/// All that can be shown of a URL.
fn shown(url: &str) -> String {
    match url.parse::<Options>() {
        Ok(options) => shown_of(&options),
        Err(error) => format!("{error} {error:?} {error:#?}"),
    }
}

fn shown_of(options: &Options) -> String {
    let config = options.session_config();
    let error = options.check();
    format!(
        "{options:?} {options:#?} {config:?} {:?} {:?} {error:?} {}",
        options.key(),
        config.login(),
        error.as_ref().map_or_else(ToString::to_string, |()| String::new())
    )
}

#[track_caller]
fn hidden(url: &str) {
    let shown = shown(url);
    for half in HALVES {
        assert!(!shown.contains(half), "{url} shows {shown}");
    }
}

/// Every place in a URL that has a password, or something else that nobody is to read.
fn urls(password: &str) -> [String; 11] {
    [
        format!("redis://:{password}@db"),
        format!("redis://user:{password}@db:7/3?db=1"),
        format!("redis://user:{password}@db:x/?bad"),
        format!("redis://{password}:{password}@db"),
        format!("redis://{password}@db"),
        format!("rediss://user:{password}@db?timeout=0"),
        format!("unix://:{password}@/s?db=1"),
        format!("unix://user:{password}@/s?x=1"),
        format!("user:{password}@db:6379"),
        format!("user:{password}@"),
        format!("http://user:{password}@db"),
    ]
}

/// Cut in two, these are URLs in which nothing else is wrong.
#[test]
fn no_password_passes_for_something_else() {
    for url in [
        "redis://kanari:12?app.irakan=@db",
        "redis://kanari/3?app.irakan=@db",
        "redis://kanari?app.irakan=@db",
        "redis://kanari?client_name=irakan@db",
        "redis://kanari:12#irakan@db",
        "unix:///kanari?client_name=irakan@/s",
        "kanari:12/3?app.irakan@db",
    ] {
        hidden(url);
    }
}

/// An ASCII character that stands for itself nowhere, in the middle of a password, raw.
#[test]
fn no_single_character_lets_a_password_out() {
    for special in (0..=127_u8).map(char::from).chain(['é', '\u{2028}', '😀']) {
        for password in [
            format!("kanari{special}irakan"),
            format!("{special}kanari{special}{special}irakan{special}"),
            format!("kanari{special}12irakan"),
        ] {
            for url in urls(&password) {
                hidden(&url);
            }
        }
    }
}

#[test]
fn a_password_cut_in_two_gets_a_hint_at_the_cure() {
    for special in ["/", "?", "#", "/?#", "@/", "?db=1&x", "/3?", "://"] {
        let url = format!("redis://:kanari{special}irakan@db");
        let error = url.parse::<Options>().unwrap_err().to_string();
        assert!(error.contains("%2F for /, %3F for ?, %23 for #"), "{url}: {error}");
    }
}

#[test]
fn what_methods_are_given_shows_no_more() {
    let ask = || async { Err(CredentialError::new("kanari")) };
    for options in [
        Options::default().user("kanari").password("irakan"),
        Options::default().user("kanari"),
        Options::default().metadata("token", "kanari"),
        Options::default().credential_provider(ask),
        Options::default().password("irakan").credential_provider(ask),
    ] {
        let shown = shown_of(&options);
        assert!(!HALVES.iter().any(|half| shown.contains(half)), "{shown}");
    }
    assert_eq!(format!("{:?}", Credentials::user("kanari", "irakan")), "Credentials(..)");
}

fn escaped(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

/// Characters that mean something, mostly.
fn password() -> impl Strategy<Value = String> {
    let noise = || "[-/?#@:%&=+.\\[\\]\\\\ 0-9a-f\\n\\PC]{0,6}";
    (noise(), noise(), noise())
        .prop_map(|(before, between, after)| format!("{before}kanari{between}irakan{after}"))
}

/// URLs that are nearly right.
fn nearly() -> impl Strategy<Value = String> {
    let scheme = prop::sample::select(vec!["", "redis://", "rediss://", "unix://", "x://"]);
    let authority = "[a:@%1\\[\\]]{0,8}";
    let database = prop::sample::select(vec!["", "/", "/3", "/x", "/s"]);
    let query = "(\\?((db|timeout|protocol|app\\.a|x)=[0-9a-z%]{0,4}&?){0,3})?";
    (scheme, authority, database, query).prop_map(|(a, b, c, d)| format!("{a}{b}{c}{d}"))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn nothing_panics(text in "\\PC*", url in nearly()) {
        for url in [text.clone(), format!("redis://{text}"), format!("unix:///{text}"), url] {
            shown(&url);
        }
    }

    #[test]
    fn no_password_shows_raw_or_escaped(password in password()) {
        for url in urls(&password).into_iter().chain(urls(&escaped(&password))) {
            hidden(&url);
        }
        // Unescaped, what follows an `&` is another option, and no secret.
        hidden(&format!("redis://db?app.token={}", escaped(&password)));
        shown_of(&Options::default().user(&password).password(&password));
    }

    #[test]
    fn an_escaped_url_says_the_same_as_methods(
        user in "\\PC{1,8}",
        password in "(?s).{1,12}",
        database in any::<u32>(),
        value in "(?s).{0,12}",
    ) {
        let url = format!(
            "redis://{}:{}@db:7/{database}?app.k={}",
            escaped(&user), escaped(&password), escaped(&value),
        );
        let parsed: Options = url.parse().unwrap();
        let made = Options::tcp("db", 7).user(user).password(password).database(database);
        prop_assert_eq!(parsed.key(), made.key());
        prop_assert_eq!(HashSet::from([parsed.key()]), HashSet::from([made.key()]));
        prop_assert_eq!(parsed.metadata_of("k"), Some(&*value));
    }
}

//! Which connections may stand in for which.

use std::collections::HashSet;

use adapter_core::{Config, Credentials, Options, Protocol, cmd};

use crate::parsed;

#[test]
fn what_must_not_be_mixed_has_different_keys() {
    let db = || Options::tcp("db", 6379);
    let token = || async { Ok(Credentials::password("p")) };
    let all = [
        db(),
        Options::tcp("db", 6380),
        Options::tcp("other", 6379),
        Options::unix("/db"),
        db().database(1),
        db().protocol(Protocol::Resp2),
        db().protocol(Protocol::Resp3),
        db().client_name("n"),
        db().password("p"),
        db().password("q"),
        db().user("u"),
        db().user("u").password("p"),
        db().user("v").password("p"),
        db().user("u").password("q"),
        db().user("default").password("p"),
        db().config(Config::default().on_connect(cmd::command("READONLY"))),
        db().credential_provider(token),
        db().credential_provider(token),
    ];
    let keys: HashSet<_> = all.iter().map(Options::key).collect();
    assert_eq!(keys.len(), all.len());
    let same: HashSet<_> = all.iter().map(|options| options.clone().key()).collect();
    assert_eq!(keys, same);
}

#[test]
fn what_makes_no_difference_to_the_server_makes_none_to_the_key() {
    let key = parsed("redis://u:p@db/2").key();
    let config = Config::default().credentials(Credentials::user("u", "p")).database(2);
    let same = Options::tcp("db", 6379).config(config).pool_size(3).command_timeout(None);
    assert_eq!(same.metadata("a", "b").key(), key);
    assert_eq!(parsed("redis://%75:%70@db?db=2&pool_size=9&timeout=1&app.a=b").key(), key);
}

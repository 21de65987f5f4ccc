use std::time::Duration;

use proptest::prelude::*;
use redis_server_core::Protocol;

use super::*;
use crate::engine::ConfiguredUser;
use crate::engine::testing::Rig;

/// What a user with these rules is in `ACL LIST`, or what is wrong with them.
fn made(rules: &str) -> String {
    let rules = rules.split('|').map(str::as_bytes);
    match changed(User::new(b"u", false), rules, false) {
        Ok(user) => String::from_utf8(user.line()).unwrap().replacen("user u ", "", 1),
        Err(unfit) => String::from_utf8(unfit.text()).unwrap(),
    }
}

/// Rules in the form of `made`, which has no other use for bars.
fn wrong(rule: &str) -> String {
    match changed(User::new(b"u", false), std::iter::once(rule.as_bytes()), false) {
        Err(Unfit::Rule(_, error)) => error.text().split('.').next().unwrap().to_owned(),
        other => panic!("{rule}: {other:?}"),
    }
}

#[test]
fn rules_are_told_as_redis_tells_them() {
    for (rules, line) in [
        ("", "off resetchannels -@all"),
        ("ON|NoPass|AllKeys|&*|+@ALL", "on nopass ~* &* +@all"),
        ("%R~a|%W~b|%rw~c|%R", "off %R~a %W~b ~c %R~ resetchannels -@all"),
        ("%R~a|%W~a|&x|&x", "off ~a resetchannels &x -@all"),
        ("+@all|-@dangerous|-@read|+get", "off resetchannels +@all -@dangerous -@read +get"),
        ("+config|-acl", "off resetchannels -@all +config"),
        ("+@all|-config", "off resetchannels +@all -config"),
        (
            "~a|(+get|~b)|( )",
            "off ~a resetchannels -@all (~b resetchannels -@all +get) \
                              (resetchannels -@all)",
        ),
        (
            "(\"+get\" '~b')|(\"+get)",
            "off resetchannels -@all (~b resetchannels -@all +get) \
                                    (resetchannels -@all)",
        ),
        ("(+get)|clearselectors", "off resetchannels -@all"),
        ("on|~a|&b|+get|(+set)|>x|reset", "off sanitize-payload resetchannels -@all"),
        ("on\0ly|+get\0x", "on resetchannels -@all +get"),
        ("(a|b", "Unmatched parenthesis in acl selector starting at '(a'."),
        ("on|nonsense", "Error in ACL SETUSER modifier 'nonsense': Syntax error"),
        ("~a\0b", "Error in ACL SETUSER modifier '~a': Syntax error"),
    ] {
        assert_eq!(made(rules), line, "{rules}");
    }
}

#[test]
fn first_arguments_are_allowed_of_what_has_no_subcommands() {
    let line = |rules: &[&str]| {
        let rules = rules.iter().map(|rule| rule.as_bytes());
        let user = changed(User::new(b"u", false), rules, false).unwrap();
        String::from_utf8(user.root.commands.describe()).unwrap()
    };
    assert_eq!(line(&["+select|1", "+SELECT|1", "+select|2"]), "-@all +select|1 +select|2");
    assert_eq!(line(&["+select|1", "+select"]), "-@all +select");
    assert_eq!(line(&["+select|1", "+@connection"]), "-@all +@connection");
    assert_eq!(line(&["+config", "-config|get"]), "-@all +config -config|get");
    assert_eq!(wrong("+config|nothing"), "Unknown command or category name in ACL");
    assert_eq!(wrong("+config|get|x"), "Allowing first-arg of a subcommand is not supported");
    assert_eq!(wrong("+select|"), "Syntax error");
    assert_eq!(wrong("-select|1"), "Unknown command or category name in ACL");
    assert_eq!(wrong("+@nothing"), "Unknown command or category name in ACL");
}

#[test]
fn passwords_are_kept_as_hashes_and_not_shown() {
    let hash = "3e23e8160039594a33894f6564e1b1348bbd7a0088d42c4acb73eeaed59c009d";
    assert_eq!(made(">a|>a|>b|<a"), format!("off #{hash} resetchannels -@all"));
    assert_eq!(made(&format!("#{hash}|!{hash}")), "off resetchannels -@all");
    assert_eq!(made("nopass|>b"), format!("off #{hash} resetchannels -@all"));
    assert!(wrong("<a").starts_with("The password you are trying to remove"));
    assert!(wrong(&format!("#{}", hash.to_uppercase())).starts_with("The password hash must be"));
    let settings = Settings {
        password: Some("secret".into()),
        users: vec![ConfiguredUser { name: b"u".to_vec(), rules: vec![b">secret".to_vec()] }],
        ..Settings::default()
    };
    let users = Users::new(&settings, 0);
    assert!(users.get(b"u").is_some_and(|user| user.passwords().count() == 1));
    let shown = format!("{settings:?} {users:?}");
    assert!(!shown.contains("secret") && !shown.contains("2bb80d53"), "{shown}");
}

#[test]
fn keys_are_read_and_written_by_different_patterns() {
    let mut rig = Rig::new();
    rig.run("acl setuser s on >pw +@all ~a* %R~r* %W~w*");
    assert_eq!(rig.run_as(1, "auth s pw"), "+OK");
    for allowed in
        ["get r", "set w 1", "exists w", "copy r w", "sort r store w", "bitfield r get u8 0"]
    {
        assert!(!rig.run_as(1, allowed).starts_with('-'), "{allowed}");
    }
    for barred in [
        "get w",
        "get x",
        "set r 1",
        "set w 1 get",
        "exists x",
        "copy w r",
        "sort a store r",
        "mget a x",
        "bitfield r set u8 0 1",
        "eval 'return 1' 1 x",
        "georadius a 1 1 1 m store r",
    ] {
        assert_eq!(rig.run_as(1, barred), KEY, "{barred}");
    }
    assert_eq!(
        rig.run_as(1, "sort a by x*"),
        "-ERR BY option of SORT denied due to insufficient ACL permissions."
    );
    assert_eq!(
        rig.run_as(1, "sort a get #"),
        "-ERR GET option of SORT denied due to insufficient ACL permissions."
    );
    assert_eq!(rig.run_as(1, "sort a by nosort"), "*0");
}

#[test]
fn any_selector_that_allows_all_of_it_will_do() {
    let mut rig = Rig::new();
    rig.run("acl setuser s on nopass +get +mget ~a (+set ~b) (+mget ~c*)");
    rig.run_as(1, "auth s x");
    assert_eq!(rig.run_as(1, "set b 1"), "+OK");
    assert_eq!(rig.run_as(1, "mget c1 c2"), "*2 $-1 $-1");
    assert_eq!(rig.run_as(1, "mget a c1"), KEY);
    assert_eq!(rig.run_as(1, "set a 1"), KEY);
    assert_eq!(rig.run_as(1, "del a"), command("del"));
    let dry = |rig: &mut Rig, what: &str| rig.run(&format!("acl dryrun s {what}"));
    let no_permission = "This user has no permissions to";
    assert_eq!(dry(&mut rig, "set b 1"), "+OK");
    assert_eq!(dry(&mut rig, "mget a c1"), format!("$51 {no_permission} access the 'c1' key"));
    let config = dry(&mut rig, "config get x");
    assert_eq!(config, format!("$60 {no_permission} run the 'config|get' command"));
    assert_eq!(dry(&mut rig, "config nothing x"), "-ERR Command 'config' not found");
}

#[test]
fn channels_are_matched_and_patterns_named() {
    let mut rig = Rig::new();
    rig.run("acl setuser s on nopass +@all ~* &c*");
    rig.run_as(1, "auth s x");
    for barred in ["publish d 1", "spublish d 1", "subscribe c d", "psubscribe cc*", "ssubscribe d"]
    {
        assert_eq!(rig.run_as(1, barred), CHANNEL, "{barred}");
    }
    assert_eq!(rig.run_as(1, "publish c1 1"), ":0");
    assert_eq!(rig.run_as(1, "psubscribe c*"), "*3 $10 psubscribe $2 c* :1");
}

#[test]
fn who_hears_what_it_may_not_any_more_is_closed() {
    let mut rig = Rig::new();
    rig.run("acl setuser s on nopass allcommands allkeys allchannels");
    for (client, wants) in
        [(1, "subscribe a1"), (2, "psubscribe a*"), (3, "ssubscribe b"), (4, "get k")]
    {
        rig.run_as(client, "auth s x");
        rig.run_as(client, wants);
    }
    let killed = |rig: &Rig| {
        let killed = rig.engine.clients.iter().filter(|(_, client)| client.killed);
        killed.map(|(_, client)| client.id).collect::<Vec<_>>()
    };
    rig.run("acl setuser s resetchannels &a*");
    assert_eq!(killed(&rig), [4]);
    rig.run("acl setuser s resetchannels &a?");
    assert_eq!(killed(&rig), [3, 4], "the pattern is no name of one any more");
    assert_eq!(rig.run("acl deluser s s nobody"), ":1");
    assert_eq!(killed(&rig), [2, 3, 4, 5]);
}

/// From that moment on, though its connection may be there for a while.
#[test]
fn who_is_closed_hears_runs_and_takes_nothing_more() {
    for closes in ["acl deluser s", "acl setuser s resetchannels", "client kill user s"] {
        let mut rig = Rig::new();
        rig.run("acl setuser s on nopass allcommands allkeys allchannels");
        for (client, wants) in [(1, "subscribe c"), (2, "blpop q 0"), (3, "watch k")] {
            rig.run_as(client, "auth s x");
            rig.run_as(client, wants);
        }
        rig.run(closes);
        assert_eq!(rig.run("publish c m"), ":0", "{closes}");
        assert_eq!(rig.run_as(1, "ping"), "", "{closes}");
        let stays = closes.contains("setuser");
        assert_eq!(rig.run_as(3, "set k 1"), if stays { "+OK" } else { "" }, "{closes}");
        assert_eq!(rig.run("rpush q v"), ":1");
        assert_eq!(rig.run("llen q"), if stays { ":0" } else { ":1" }, "{closes}");
    }
}

#[test]
fn permissions_are_those_of_the_moment() {
    let mut rig = Rig::new();
    rig.run("acl setuser s on nopass +@all ~* &*");
    rig.run_as(1, "auth s x");
    for line in ["multi", "get a", "publish c 1", "set a 1", "strlen a"] {
        rig.run_as(1, line);
    }
    rig.run("acl setuser s resetchannels resetkeys ~a %R~a -strlen");
    let exec = rig.run_as(1, "exec");
    assert!(exec.starts_with("*4 $-1 -NOPERM ACLs rules changed between the moment"), "{exec}");
    assert!(exec.ends_with("reason: no permission to execute the command or subcommand"), "{exec}");
    rig.run("acl setuser s off");
    assert_eq!(rig.run_as(1, "ping"), "+PONG");
    assert!(rig.run_as(1, "auth s x").starts_with("-WRONGPASS "));
    assert_eq!(rig.run_as(1, "acl whoami"), "$1 s");
    rig.run_as(1, "multi");
    assert_eq!(rig.run_as(1, "strlen a"), command("strlen"));
    assert!(rig.run_as(1, "exec").starts_with("-EXECABORT "));
    assert_eq!(rig.run_as(1, "reset"), "+RESET");
    assert_eq!(rig.run_as(1, "acl whoami"), "$7 default");
}

#[cfg(feature = "lua")]
#[test]
fn scripts_may_what_their_user_may() {
    let mut rig = Rig::new();
    rig.run("acl setuser s on nopass +@all -incr ~a resetchannels");
    rig.run_as(1, "auth s x");
    for (script, error) in [
        (
            "redis.pcall('get','x')",
            "access at least one of the keys mentioned in the command arguments",
        ),
        ("redis.pcall('incr','a')", "run this command or subcommand"),
        ("redis.pcall('publish','c','x')", "publish to the channel mentioned in the command"),
    ] {
        let reply = rig.run_as(1, &format!("eval \"return {script}\" 0"));
        assert_eq!(reply, format!("-ERR The user executing the script can't {error}"));
        assert!(!rig.run(&format!("eval \"return {script}\" 0")).starts_with('-'), "{script}");
    }
    let check =
        "eval \"return {redis.acl_check_cmd('get','a'), redis.acl_check_cmd('get','x')}\" 0";
    assert_eq!(rig.run_as(1, check), "*2 :1 $-1");
    assert_eq!(rig.run(check), "*2 :1 :1");
}

#[test]
fn the_log_counts_what_is_alike() {
    let mut rig = Rig::new();
    rig.run("acl setuser s on >pw +get ~a");
    rig.run_as(1, "AUTH s wrong");
    rig.run_as(1, "auth s pw");
    rig.run_as(1, "get x");
    rig.run_as(1, "get x");
    rig.run_as(1, "del a");
    rig.advance(Duration::from_millis(1500));
    rig.speak(0, Protocol::Resp3);
    let log = rig.run("acl log 1");
    assert!(
        log.starts_with("*1 %7 $5 count :1 $6 reason $7 command $7 context $8 toplevel"),
        "{log}"
    );
    assert!(log.contains("$6 object $3 del $8 username $1 s $11 age-seconds ,1.5 "), "{log}");
    let log = rig.run("acl log");
    assert!(
        log.contains("$5 count :2 $6 reason $3 key $7 context $8 toplevel $6 object $1 x"),
        "{log}"
    );
    assert!(
        log.contains("reason $4 auth $7 context $8 toplevel $6 object $4 AUTH $8 username $1 s")
    );
    assert!(log.contains("cmd=get user=s redir=-1"), "{log}");
    rig.advance(Duration::from_secs(61));
    rig.run_as(1, "get x");
    assert!(rig.run("acl log").starts_with("*4 "), "after a minute it is another");
    rig.run("config set acllog-max-len 2");
    rig.run_as(1, "get y");
    assert!(rig.run("acl log").starts_with("*2 "));
    assert_eq!(rig.run("acl log reset"), "+OK");
    assert_eq!(rig.run("acl log"), "*0");
}

#[test]
fn the_default_user_can_be_closed_and_bound() {
    let mut rig = Rig::new();
    rig.run_as(1, "ping");
    rig.run("acl setuser default off");
    assert_eq!(rig.run_as(1, "ping"), "+PONG", "it was let in");
    assert_eq!(rig.run_as(2, "ping"), "-NOAUTH Authentication required.");
    assert!(rig.run_as(2, "auth x").starts_with("-ERR AUTH <password> called without any"));
    assert!(rig.run_as(2, "auth default x").starts_with("-WRONGPASS "));
    rig.run("acl setuser default on >one >two");
    assert_eq!(rig.run_as(2, "auth two"), "+OK");
    assert_eq!(rig.run("config get requirepass"), "*2 $11 requirepass $0 ");
    rig.run("config set requirepass three");
    assert!(rig.run_as(3, "auth two").starts_with("-WRONGPASS "));
    assert_eq!(rig.run_as(3, "auth three"), "+OK");
    rig.run("config set requirepass ''");
    assert_eq!(rig.run_as(4, "ping"), "+PONG");
    rig.run("acl setuser default -@all +ping");
    assert_eq!(rig.run_as(4, "get a"), command("get"));
    assert_eq!(rig.run_as(4, "ping"), "+PONG");
}

#[test]
fn channels_of_new_users_go_by_the_configuration() {
    let mut rig = Rig::new();
    rig.run("config set acl-pubsub-default allchannels");
    rig.run("acl setuser u (+get)");
    assert!(rig.run("acl list").ends_with("user u off &* -@all (&* -@all +get)"));
    let users = vec![ConfiguredUser { name: b"u".to_vec(), rules: vec![b"on".to_vec()] }];
    let mut settings = Settings { users, ..Settings::default() };
    settings.set(b"acl-pubsub-default", b"allchannels").unwrap();
    assert!(Rig::with(settings).run("acl list").ends_with("user u on &* -@all"));
}

#[test]
fn made_up_passwords_are_never_the_same() {
    let mut passwords = Passwords::new(1);
    let (first, second) = (passwords.make(64), passwords.make(64));
    assert_ne!(first, second);
    assert_eq!(passwords.make(1023).len(), 1023);
    assert_ne!(first, Passwords::new(2).make(64));
}

proptest! {
    /// Rules of any bytes do no harm, and what is told of a user makes the same one again.
    #[test]
    fn a_line_makes_the_same_user(rules in prop::collection::vec(rule(), 0..8)) {
        let rules = rules.iter().map(Vec::as_slice);
        if let Ok(user) = changed(User::new(b"u", false), rules, false) {
            let line = user.line();
            let words = line.split(|byte| *byte == b' ').skip(2);
            let again = changed(User::new(b"u", false), words, false).unwrap();
            prop_assert_eq!(again.line(), line);
        }
    }
}

fn rule() -> impl Strategy<Value = Vec<u8>> {
    let signs =
        prop::sample::select(vec!["", "+", "-", "+@", "-@", "~", "%R~", "%", "&", ">", "("]);
    let words = prop::sample::select(vec![
        "get",
        "config",
        "config|get",
        "select|1",
        "read",
        "all",
        "slow",
        "dangerous",
        "on",
        "reset",
        "x*",
        "nopass",
        ")",
        "+get)",
        "+@all ~x)",
        "",
    ]);
    let sensible = (signs, words).prop_map(|(sign, word)| [sign, word].concat().into_bytes());
    prop_oneof![9 => sensible, 1 => prop::collection::vec(any::<u8>(), 0..9)]
}

fn command(name: &str) -> String {
    format!("-NOPERM this user has no permissions to run the '{name}' command")
}

const KEY: &str =
    "-NOPERM this user has no permissions to access one of the keys used as arguments";
const CHANNEL: &str =
    "-NOPERM this user has no permissions to access one of the channels used as arguments";

use std::time::Duration;

use crate::engine::Settings;
use crate::engine::testing::Rig;

const NO_AUTH: &str = "-NOAUTH Authentication required.";
const WRONG: &str = "-WRONGPASS invalid username-password pair or user is disabled.";

#[test]
fn hello_does_what_comes_before_its_error() {
    let mut rig = Rig::new();
    assert_eq!(rig.run("hello 4"), "-NOPROTO unsupported protocol version");
    assert_eq!(rig.run("hello x"), "-ERR Protocol version is not an integer or out of range");
    assert_eq!(
        rig.run("hello 3 setname ann auth default"),
        "-ERR Syntax error in HELLO option 'auth'"
    );
    assert_eq!(rig.run("hello 3 auth nobody x setname ann"), WRONG);
    assert_eq!(rig.run("client getname"), "$3 ann");
    assert!(rig.run("hello 3 setname ann").starts_with("%7 $6 server $5 redis $7 version"));
    assert_eq!(rig.run("client getname"), "$3 ann");
    assert!(rig.run("client info").contains(" name=ann age=0 idle=0 flags=N db=0 sub=0 "));
    assert_eq!(rig.run("client setname \"a b\""), BAD_NAME);
    assert_eq!(rig.run("client setname \"\""), "+OK");
    assert_eq!(rig.run("client getname"), "_");
}

#[test]
fn a_password_that_is_set_later_is_for_those_who_come_later() {
    let mut rig = Rig::new();
    assert_eq!(
        rig.run("auth x"),
        "-ERR AUTH <password> called without any password configured for the default user. Are \
         you sure your configuration is correct?"
    );
    assert_eq!(rig.run("auth default x"), "+OK");
    assert_eq!(rig.run("config set requirepass secret"), "+OK");
    assert_eq!(rig.run("get a"), "$-1");
    assert_eq!(rig.run_as(1, "get a"), NO_AUTH);
    assert!(rig.run_as(1, "hello 3").starts_with("-NOAUTH HELLO must be called with"));
    assert_eq!(rig.run_as(1, "auth wrong"), WRONG);
    assert_eq!(rig.run_as(1, "auth nobody secret"), WRONG);
    assert_eq!(rig.run_as(1, "auth secret"), "+OK");
    assert_eq!(rig.run_as(1, "get a"), "$-1");
    assert_eq!(rig.run_as(1, "reset"), "+RESET");
    assert_eq!(rig.run_as(1, "get a"), NO_AUTH);
    assert_eq!(rig.run("config set requirepass \"\""), "+OK");
    assert_eq!(rig.run_as(1, "get a"), "$-1");
}

#[test]
fn who_is_refused_at_exec_has_no_transaction_any_more() {
    let settings = Settings { password: Some("x".into()), ..Settings::default() };
    let mut rig = Rig::with(settings);
    assert_eq!(
        rig.run("exec"),
        "-EXECABORT Transaction discarded because of: NOAUTH Authentication required."
    );
}

#[test]
fn client_kill_has_an_old_and_a_new_form() {
    let mut rig = Rig::new();
    rig.run_as(2, "subscribe a");
    assert_eq!(rig.run("client kill 1.2.3.4:5"), "-ERR No such client");
    assert_eq!(rig.run("client kill id 0"), "-ERR client-id should be greater than 0");
    assert_eq!(rig.run("client kill id 1 skipme"), "-ERR syntax error");
    assert_eq!(rig.run("client kill type other id 1"), "-ERR Unknown client type 'other'");
    assert_eq!(rig.run("client kill user ann"), "-ERR No such user 'ann'");
    assert_eq!(rig.run("client kill id 1"), ":0");
    assert_eq!(rig.run("client kill type pubsub"), ":1");
    assert_eq!(rig.run("client kill type pubsub"), ":0");
    assert_eq!(rig.run("client list type pubsub"), "$0 ");
    assert_eq!(rig.run("client kill 127.0.0.1:40002"), "+OK");
    assert_eq!(rig.run("client kill user default skipme no"), ":1");
}

#[test]
fn client_list_tells_what_clients_do() {
    let mut rig = Rig::new();
    rig.run_as(1, "hello 3");
    rig.run_as(1, "subscribe a b");
    rig.run_as(1, "psubscribe c");
    rig.run_as(2, "watch k");
    rig.run_as(2, "multi");
    rig.run_as(2, "get a");
    rig.run("set k 1");
    rig.advance(Duration::from_secs(5));
    let list = rig.run("client list id 2 3 99");
    assert!(list.contains("id=2 addr=127.0.0.1:40002 laddr= name= age=5 idle=5 flags=P db=0 sub=2 psub=1 ssub=0 multi=-1 qbuf=0 multi-mem=0 omem=0 cmd=psubscribe user=default redir=-1 resp=3\n"), "{list}");
    assert!(
        list.contains(
            "flags=xd db=0 sub=0 psub=0 ssub=0 multi=1 qbuf=0 multi-mem=20 omem=0 cmd=get"
        ),
        "{list}"
    );
    assert_eq!(rig.run("client list id x"), "-ERR Invalid client ID");
    assert_eq!(rig.run("client list foo"), "-ERR syntax error");
}

#[test]
fn replies_can_be_switched_off_and_skipped() {
    let mut rig = Rig::new();
    assert_eq!(rig.run("client reply off"), "");
    assert_eq!(rig.run("set a 1"), "");
    assert_eq!(rig.run("nonsense"), "");
    assert_eq!(rig.run("client reply on"), "+OK");
    assert_eq!(rig.run("client reply skip"), "");
    assert_eq!(rig.run("get a"), "");
    assert_eq!(rig.run("get a"), "$1 1");
    assert_eq!(rig.run("client reply skip"), "");
    assert_eq!(rig.run("client reply skip"), "");
    assert_eq!(rig.run("get a"), "");
    assert_eq!(rig.run("get a"), "$1 1");
    assert_eq!(rig.run("client reply off"), "");
    assert_eq!(rig.run("reset"), "+RESET");
    assert_eq!(rig.run("client reply maybe"), "-ERR syntax error");
}

#[test]
fn errors_that_are_not_heard_are_counted() {
    let mut rig = Rig::new();
    rig.run_as(1, "client reply off");
    rig.run_as(1, "nonsense");
    rig.run_as(1, "multi");
    rig.run_as(1, "incr");
    assert!(rig.run("info errorstats").contains("errorstat_ERR:count=2 "));
}

#[test]
fn idle_clients_are_closed_but_for_those_who_wait_for_something() {
    let mut rig = Rig::new();
    rig.run_as(1, "ping");
    rig.run_as(2, "subscribe a");
    rig.run("config set timeout 10");
    rig.advance(Duration::from_secs(10));
    assert_eq!(rig.engine.clients.iter().filter(|(_, client)| client.killed).count(), 0);
    rig.run("ping");
    rig.advance(Duration::from_secs(1));
    let killed = rig.engine.clients.iter().filter(|(_, client)| client.killed);
    assert_eq!(killed.map(|(_, client)| client.id).collect::<Vec<_>>(), [2]);
    assert_eq!(rig.run_as(1, "set k v"), "", "it has come too late");
    assert_eq!(rig.run("exists k"), ":0");
}

#[test]
fn select_tells_what_is_no_number_from_what_is_no_database() {
    let mut rig = Rig::new();
    assert_eq!(rig.run("select a"), "-ERR value is not an integer or out of range");
    assert_eq!(
        rig.run("select 99999999999"),
        "-ERR value is out of range, value must between -2147483648 and 2147483647"
    );
    assert_eq!(rig.run("select -1"), "-ERR DB index is out of range");
    assert_eq!(rig.run("select 16"), "-ERR DB index is out of range");
    assert_eq!(rig.run("select 15"), "+OK");
}

const BAD_NAME: &str = "-ERR Client names cannot contain spaces, newlines or special characters.";

#[test]
fn what_is_asked_of_tracking_has_to_fit() {
    let mut rig = Rig::new();
    rig.run_as(1, "ping");
    let mut answers = |command: &str, answer: &str| {
        assert_eq!(rig.run(&format!("client {command}")), answer, "{command}");
    };
    let caching = "-ERR CLIENT CACHING can be called only when the client is in tracking mode with \
                   OPTIN or OPTOUT mode enabled";
    let switch = "-ERR You can't switch BCAST mode on/off before disabling tracking for this \
                  client, and then re-enabling it with a different mode.";
    let opts = "-ERR You can't switch OPTIN/OPTOUT mode before disabling tracking for this client, \
                and then re-enabling it with a different mode.";
    let nobody = "-ERR The client ID you want redirect to does not exist";
    answers("caching nonsense", caching);
    answers("tracking maybe redirect 99", nobody);
    answers("tracking on redirect 0", nobody);
    answers("tracking on redirect -1", nobody);
    answers("tracking on redirect x", "-ERR value is not an integer or out of range");
    answers("tracking on redirect", "-ERR syntax error");
    answers("tracking on prefix", "-ERR syntax error");
    answers("tracking maybe prefix a", "-ERR syntax error");
    answers(
        "tracking on redirect 2 redirect x",
        "-ERR A client can only redirect to a single other client",
    );
    answers("tracking on optin prefix a", "-ERR PREFIX option requires BCAST mode to be enabled");
    answers("tracking on optin bcast", "-ERR OPTIN and OPTOUT are not compatible with BCAST");
    answers("tracking on optin optout", "-ERR You can't specify both OPTIN mode and OPTOUT mode");
    answers("tracking ON OptIn", "+OK");
    answers("tracking on bcast optin optout", switch);
    answers("tracking on optout", opts);
    answers(
        "caching no",
        "-ERR CLIENT CACHING NO is only valid when tracking is enabled in OPTOUT mode.",
    );
    answers("caching maybe", "-ERR syntax error");
    answers("caching YES", "+OK");
    answers(
        "trackinginfo",
        "*6 $5 flags *3 $2 on $5 optin $11 caching-yes $8 redirect :0 $8 prefixes *0",
    );
    answers("tracking on", "+OK");
    answers("getredir", ":0");
    answers("tracking on optout redirect 2", "+OK");
    answers(
        "caching yes",
        "-ERR CLIENT CACHING YES is only valid when tracking is enabled in OPTIN mode.",
    );
    answers("getredir", ":2");
    answers("tracking off nonsense", "-ERR syntax error");
    answers("tracking off prefix a", "+OK");
    answers("getredir", ":-1");
}

#[test]
fn prefixes_of_one_client_must_not_overlap() {
    let mut rig = Rig::new();
    let mut answers = |command: &str, answer: &str| {
        assert_eq!(rig.run(&format!("client {command}")), answer, "{command}");
    };
    let rest = "Prefixes for a single client must not overlap.";
    answers("tracking on bcast prefix foo prefix bar noloop", "+OK");
    for overlapping in ["foo", "fo", "foobar"] {
        let error =
            format!("-ERR Prefix '{overlapping}' overlaps with an existing prefix 'foo'. {rest}");
        answers(&format!("tracking on bcast prefix {overlapping}"), &error);
    }
    let error = format!("-ERR Prefix 'w' overlaps with another provided prefix 'w1'. {rest}");
    answers("tracking on bcast prefix x prefix w prefix w1", &error);
    answers("tracking on bcast prefix zoo", "+OK");
    answers(
        "trackinginfo",
        "*6 $5 flags *2 $2 on $5 bcast $8 redirect :0 $8 prefixes *3 $3 bar $3 foo $3 zoo",
    );
    answers("tracking on bcast", "+OK");
    let error = format!("-ERR Prefix 'a' overlaps with an existing prefix ''. {rest}");
    answers("tracking on bcast prefix a", &error);
}

use std::time::Duration;

use crate::engine::testing::Rig;

const K: &str = ">2 $10 invalidate *1 $1 k";

/// Client 1 speaks RESP3 and tracks.
fn tracking(options: &str) -> Rig {
    let mut rig = Rig::new();
    listen(&mut rig, 1);
    assert_eq!(rig.run_as(1, &format!("client tracking on {options}")), "+OK");
    rig
}

fn listen(rig: &mut Rig, client: usize) {
    assert!(rig.run_as(client, "hello 3").starts_with('%'));
}

/// How many keys are known to be read, and by how many readers.
fn known(rig: &Rig) -> (usize, usize) {
    let tracking = &rig.engine.shared.tracking;
    (tracking.keys(), tracking.items())
}

#[test]
fn who_has_read_a_key_hears_once_that_it_has_changed() {
    let mut rig = tracking("");
    assert_eq!(rig.run_as(1, "get k"), "_");
    rig.run("set k 1");
    assert_eq!(rig.heard(1), K);
    rig.run("set k 2");
    assert_eq!(rig.heard(1), "");
    rig.run_as(1, "lrange k 0 -1");
    rig.run("set k 3");
    assert_eq!(rig.heard(1), K, "a refused command has read it, too");
    rig.run_as(1, "exists j k");
    rig.run("select 7");
    rig.run("mset k 1 j 1");
    assert_eq!(rig.heard(1), format!("{K} >2 $10 invalidate *1 $1 j"), "whatever the database");
    assert_eq!(known(&rig), (0, 0));
}

#[test]
fn what_a_client_changes_itself_it_hears_behind_the_answer() {
    let mut rig = tracking("");
    rig.run_as(1, "get k");
    assert_eq!(rig.run_as(1, "set k 1"), format!("+OK {K}"));
    rig.run_as(1, "multi");
    ["get k", "set k 2", "get k"].into_iter().for_each(|it| drop(rig.run_as(1, it)));
    assert_eq!(rig.run_as(1, "exec"), format!("*3 $1 1 +OK $1 2 {K}"));
    rig.run("del k");
    assert_eq!(rig.heard(1), K, "it was read again in the transaction");
    let mut rig = tracking("noloop");
    rig.run_as(1, "get k");
    assert_eq!(rig.run_as(1, "set k 1"), "+OK");
    rig.run_as(1, "get k");
    rig.run("set k 1");
    assert_eq!(rig.heard(1), K);
}

#[test]
fn it_hears_behind_its_own_messages_and_in_front_of_those_of_others() {
    let mut rig = tracking("");
    rig.run("config set notify-keyspace-events KEA");
    rig.run_as(1, "subscribe __keyspace@0__:k");
    rig.run_as(1, "get k");
    rig.run("set k 1");
    let message = ">3 $7 message $16 __keyspace@0__:k $3 set";
    assert_eq!(rig.heard(1), format!("{K} {message}"));
    rig.run_as(1, "get k");
    assert_eq!(rig.run_as(1, "set k 2"), format!("+OK {message} {K}"));
}

#[test]
fn keys_that_expire_or_are_evicted_have_changed() {
    let mut rig = tracking("");
    rig.run("set k 1 px 10");
    rig.run_as(1, "get k");
    rig.advance(Duration::from_millis(20));
    assert_eq!(rig.heard(1), K);
    rig.engine.shared.settings.active_expire = false;
    rig.run("set k 1 px 10");
    rig.run_as(1, "get k");
    rig.advance(Duration::from_millis(20));
    assert_eq!(rig.run_as(1, "get k"), format!("_ {K}"));
    rig.run("set k 1");
    assert_eq!(rig.heard(1), K, "it was read again, though there was nothing");
    rig.run_as(1, "get k");
    rig.run("config set maxmemory-policy allkeys-random");
    rig.run("config set maxmemory 1");
    let error = "-OOM command not allowed when used memory > 'maxmemory'.";
    assert_eq!(rig.run_as(1, "set j 1"), format!("{K} {error}"), "before it is answered");
}

#[test]
fn to_flush_invalidates_all() {
    let mut rig = tracking("");
    listen(&mut rig, 2);
    rig.run_as(2, "client tracking on bcast prefix x noloop");
    rig.run_as(1, "get k");
    rig.run("flushdb");
    assert_eq!(rig.heard(1), ">2 $10 invalidate _");
    assert_eq!(rig.heard(2), ">2 $10 invalidate _");
    rig.run("set k 1");
    assert_eq!(rig.heard(1), "", "it has read nothing since");
    assert_eq!(rig.run_as(2, "flushall"), "+OK >2 $10 invalidate _");
    rig.run_as(1, "multi");
    ["flushall", "get k", "set k 1"].into_iter().for_each(|it| drop(rig.run_as(1, it)));
    rig.heard(1);
    assert_eq!(rig.run_as(1, "exec"), format!("*3 +OK _ +OK >2 $10 invalidate _ {K}"));
}

#[test]
fn another_client_hears_in_its_place() {
    let mut rig = Rig::new();
    rig.run_as(2, "ping");
    rig.run_as(1, "client tracking on redirect 3");
    let change = |rig: &mut Rig, command: &str| {
        rig.run_as(1, "get k");
        rig.heard(2);
        rig.run(command);
        assert!(!rig.heard(1).contains("invalidate"));
        rig.heard(2)
    };
    assert_eq!(change(&mut rig, "set k 1"), "", "it could not tell that from a reply");
    rig.run_as(2, "psubscribe anything");
    let message = "*3 $7 message $20 __redis__:invalidate";
    assert_eq!(change(&mut rig, "set k 1"), format!("{message} *1 $1 k"));
    assert_eq!(change(&mut rig, "flushall"), format!("{message} $-1"));
    rig.run_as(2, "reset");
    listen(&mut rig, 2);
    assert_eq!(change(&mut rig, "set k 1"), K);
    assert_eq!(rig.run_as(1, "client getredir"), ":3");
    rig.run_as(1, "get k");
    rig.run_as(2, "quit");
    rig.heard(2);
    rig.run("set k 1");
    assert_eq!(rig.heard(1), "", "in RESP2 it can't be said");
    listen(&mut rig, 1);
    assert_eq!(
        rig.run_as(1, "client trackinginfo"),
        "%3 $5 flags ~2 $2 on $15 broken_redirect $8 redirect :3 $8 prefixes *0"
    );
    assert!(rig.run("client list id 2").contains(" flags=tR "));
    assert!(rig.run("client list id 2").contains(" redir=3 "));
    rig.run_as(1, "get k");
    rig.run("set k 1");
    assert_eq!(rig.heard(1), ">2 $21 tracking-redir-broken :3");
    rig.run_as(1, "client tracking on");
    rig.run_as(1, "get k");
    rig.run("set k 1");
    assert_eq!(rig.heard(1), K);
}

#[test]
fn who_broadcasts_hears_of_what_begins_so() {
    let mut rig = tracking("bcast prefix a prefix b");
    rig.run("mset b2 1 a1 1 c 1 b1 1");
    assert_eq!(
        rig.heard(1),
        ">2 $10 invalidate *1 $2 a1 >2 $10 invalidate *2 $2 b1 $2 b2",
        "in order, once for each prefix"
    );
    assert_eq!(rig.run_as(1, "set a1 1"), "+OK >2 $10 invalidate *1 $2 a1");
    rig.run("get a1");
    assert_eq!(rig.heard(1), "");
    assert!(rig.run("info stats").contains("tracking_total_prefixes:2 "));
    assert!(rig.run("client list id 2").contains(" flags=tB "));
    rig.run_as(1, "client tracking off");
    rig.run("set a1 1");
    assert_eq!(rig.heard(1), "");
    assert_eq!(rig.engine.shared.tracking.prefixes(), 0);
    let mut rig = tracking("bcast noloop");
    assert_eq!(rig.run_as(1, "set k 1"), "+OK");
    rig.run_as(2, "blpop l 0");
    assert_eq!(rig.run_as(1, "rpush l 1"), ":1");
    rig.run("set k 1");
    assert_eq!(rig.heard(1), K);
    rig.run_as(1, "set k 1 px 10");
    rig.advance(Duration::from_millis(20));
    assert_eq!(rig.heard(1), K, "nobody has changed it");
}

#[cfg(feature = "lua")]
#[test]
fn of_a_script_that_reads_all_declared_keys_are_remembered() {
    let mut rig = tracking("");
    rig.run_as(1, "eval \"return redis.call('get','other')\" 1 k");
    rig.run("set other 1");
    assert_eq!(rig.heard(1), "");
    rig.run("set k 1");
    assert_eq!(rig.heard(1), K);
    for silent in ["eval_ro \"return 1\" 1 k", "eval \"redis.call('set',KEYS[1],1)\" 1 k"] {
        rig.run_as(1, silent);
        assert_eq!(known(&rig), (0, 0), "{silent}");
    }
    let script = "eval \"redis.call('get','k') redis.call('set','k',1) return 7\" 1 k";
    assert_eq!(rig.run_as(1, script), format!(":7 {K}"));
    let mut rig = tracking("bcast noloop");
    assert_eq!(rig.run_as(1, "eval \"redis.call('set','k',1)\" 0"), format!("_ {K}"));
}

#[test]
fn in_opt_in_mode_only_what_is_said_is_remembered() {
    let mut rig = tracking("optin");
    let mut remembers = |commands: &[&str]| {
        commands.iter().for_each(|command| drop(rig.run_as(1, command)));
        rig.run("set k 1");
        rig.heard(1) == K
    };
    assert!(!remembers(&["get k"]));
    assert!(remembers(&["client caching yes", "get k"]));
    assert!(!remembers(&["client caching yes", "get j", "get k"]));
    assert!(remembers(&["client caching yes", "client id", "get k"]));
    assert!(!remembers(&["client caching yes", "nothing", "get k"]));
    assert!(!remembers(&["client caching yes", "client nothing", "get k"]));
    assert!(!remembers(&["client caching yes", "get", "get k"]));
    assert!(remembers(&["client caching yes", "multi", "get j", "get k", "exec"]));
    assert!(remembers(&["multi", "client caching yes", "get k", "exec"]));
    assert!(!remembers(&["client caching yes", "multi", "discard", "get k"]));
    assert!(!remembers(&["client caching yes", "multi", "exec", "get k"]));
    let mut rig = tracking("optout");
    rig.run_as(1, "client caching no");
    rig.run_as(1, "get k");
    assert_eq!(known(&rig), (0, 0));
    rig.run_as(1, "get k");
    assert_eq!(known(&rig), (1, 1));
}

#[test]
fn too_many_keys_are_forgotten_and_invalidated() {
    let mut rig = tracking("noloop");
    rig.run("config set tracking-table-max-keys 3");
    rig.run_as(1, "mget a b c d e");
    assert_eq!(known(&rig), (5, 5), "as many as one command reads");
    let told = rig.run_as(1, "ping");
    assert_eq!(told.matches("invalidate *1 $1 ").count(), 2, "{told}");
    assert!(told.ends_with("+PONG"), "before it goes on: {told}");
    assert_eq!(known(&rig), (3, 3));
    rig.run("config set tracking-table-max-keys 0");
    rig.run_as(1, "mget f g h");
    rig.run_as(1, "ping");
    assert_eq!(known(&rig), (6, 6));
}

/// As in Redis, which then finds no keys at all.
#[test]
fn of_a_command_with_fewer_keys_than_it_says_none_is_remembered() {
    let mut rig = tracking("");
    assert!(rig.run_as(1, "zunion 3 a b").starts_with("-ERR "));
    assert_eq!(known(&rig), (0, 0));
    rig.run_as(1, "zunion 2 a b");
    assert_eq!(known(&rig), (2, 2));
}

#[test]
fn who_is_gone_is_forgotten() {
    let mut rig = tracking("");
    for client in 2..40 {
        rig.run_as(client, "client tracking on");
        rig.run_as(client, "get k");
        rig.leave(client);
    }
    assert!(known(&rig).1 <= 16, "{:?}", known(&rig));
    rig.run_as(1, "get k");
    rig.run("set k 1");
    assert_eq!(rig.heard(1), K);
    rig.run_as(1, "get k");
    rig.run_as(40, "client tracking on bcast prefix x");
    rig.leave(1);
    rig.leave(40);
    let tracking = &rig.engine.shared.tracking;
    assert_eq!((tracking.clients(), tracking.prefixes(), known(&rig)), (0, 0, (0, 0)));
    assert!(!tracking.is_on());
}

#[test]
fn what_was_read_before_it_was_switched_off_and_on_counts() {
    let mut rig = tracking("");
    rig.run_as(1, "get k");
    rig.run_as(1, "client tracking off");
    assert!(rig.engine.shared.tracking.is_on());
    rig.run_as(1, "client tracking on");
    rig.run("set k 1");
    assert_eq!(rig.heard(1), K);
    rig.run_as(1, "get k");
    rig.run_as(1, "reset");
    assert_eq!(
        rig.run_as(1, "client trackinginfo"),
        "*6 $5 flags *1 $3 off $8 redirect :-1 $8 prefixes *0"
    );
    rig.run("set k 1");
    assert_eq!(rig.heard(1), "");
    assert!(!rig.engine.shared.tracking.is_on());
}

#[test]
fn without_resp3_and_another_client_nothing_is_told() {
    let mut rig = tracking("");
    rig.run_as(1, "get k");
    rig.run_as(1, "hello 2");
    rig.run("set k 1");
    assert_eq!(rig.heard(1), "");
    assert_eq!(known(&rig), (0, 0));
}

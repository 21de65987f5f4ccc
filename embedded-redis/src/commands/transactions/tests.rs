use std::time::Duration;

use crate::engine::testing::Rig;

const ABORTED: &str = "-EXECABORT Transaction discarded because of previous errors.";

#[test]
fn what_is_refused_spoils_a_transaction_and_what_fails_does_not() {
    let mut rig = Rig::new();
    for spoiler in ["nothing", "get", "client nothing", "save"] {
        rig.run("multi");
        assert!(rig.run(spoiler).starts_with("-ERR "), "{spoiler}");
        assert_eq!(rig.run("exec"), ABORTED, "{spoiler}");
    }
    rig.run("multi");
    assert_eq!(rig.run("multi"), "-ERR MULTI calls can not be nested");
    assert_eq!(rig.run("watch a"), "-ERR WATCH inside MULTI is not allowed");
    assert_eq!(rig.run("select x"), "+QUEUED");
    assert_eq!(rig.run("unwatch"), "+QUEUED");
    assert_eq!(rig.run("exec"), "*2 -ERR value is not an integer or out of range +OK");
}

#[test]
fn a_password_that_is_queued_is_not_shown() {
    let mut rig = Rig::new();
    rig.run("multi");
    assert_eq!(rig.run("auth default sesame"), "+QUEUED");
    let shown = format!("{:?}", rig.engine);
    assert!(shown.contains("Transaction") && !shown.contains("sesame"));
}

#[test]
fn exec_with_arguments_ends_the_transaction() {
    let mut rig = Rig::new();
    rig.run("multi");
    assert_eq!(
        rig.run("exec now"),
        "-EXECABORT Transaction discarded because of: wrong number of arguments for 'exec' command"
    );
    assert_eq!(rig.run("exec"), "-ERR EXEC without MULTI");
    assert_eq!(rig.run("discard"), "-ERR DISCARD without MULTI");
}

#[test]
fn commands_on_the_connection_run_where_they_stand() {
    let mut rig = Rig::new();
    rig.run("multi");
    for command in ["select 1", "set a 1", "client setname ann", "select 0", "get a", "flushall"] {
        assert_eq!(rig.run(command), "+QUEUED");
    }
    assert_eq!(rig.run("exec"), "*6 +OK +OK +OK +OK $-1 +OK");
    assert_eq!(rig.run("client getname"), "$3 ann");
    rig.run("multi");
    assert_eq!(rig.run("reset"), "+RESET");
    assert_eq!(rig.run("exec"), "-ERR EXEC without MULTI");
}

#[test]
fn what_had_expired_before_it_was_watched_may_go() {
    let mut rig = Rig::new();
    let watch = |rig: &mut Rig| {
        rig.run("set k v px 10");
        rig.now += Duration::from_millis(20);
        assert_eq!(rig.run("watch k"), "+OK");
    };
    let exec = |rig: &mut Rig| {
        rig.run("multi");
        rig.run("ping");
        rig.run("exec")
    };
    for (by, outcome) in [
        ("exists k", "*1 +PONG"),
        ("flushall", "*1 +PONG"),
        ("swapdb 0 1", "*1 +PONG"),
        ("set k new", "*-1"),
        ("lpush k new", "*-1"),
    ] {
        rig.run("flushall");
        watch(&mut rig);
        rig.run_as(1, by);
        assert_eq!(exec(&mut rig), outcome, "{by}");
    }
    // What goes while it is watched has changed.
    rig.run("set k v px 10");
    rig.run("watch k");
    rig.now += Duration::from_millis(20);
    rig.run_as(1, "exists k");
    assert_eq!(exec(&mut rig), "*-1");
}

#[test]
fn who_watches_nothing_and_gets_what_has_expired_sees_no_change() {
    let mut rig = Rig::new();
    rig.run_as(1, "select 1");
    rig.run_as(1, "set k v px 10");
    rig.now += Duration::from_millis(20);
    rig.run("watch k");
    rig.run_as(1, "swapdb 0 1");
    rig.run("multi");
    rig.run("ping");
    assert_eq!(rig.run("exec"), "*1 +PONG");
    rig.run_as(1, "swapdb 0 1");
    rig.run("watch k");
    rig.run_as(1, "set k v");
    rig.run_as(1, "swapdb 0 1");
    rig.run("multi");
    rig.run("ping");
    assert_eq!(rig.run("exec"), "*-1");
}

use std::time::Duration;

use crate::engine::Class;
use crate::engine::testing::Rig;

fn millis(count: u64) -> Duration {
    Duration::from_millis(count)
}

#[test]
fn everything_waits_until_the_time_is_over() {
    let mut rig = Rig::new();
    rig.run("set x 1");
    assert_eq!(rig.run("client pause 100"), "+OK");
    assert_eq!(rig.run("get x"), "");
    assert_eq!(rig.run_as(1, "client unpause"), "");
    assert_eq!(rig.run_as(2, "multi"), "");
    rig.advance(millis(100));
    assert_eq!(rig.heard(0), "", "on the dot it still lasts");
    rig.advance(millis(1));
    assert_eq!([rig.heard(0), rig.heard(1), rig.heard(2)], ["$1 1", "+OK", "+OK"]);
}

#[test]
fn what_is_wrong_with_a_command_is_said_at_once() {
    let mut rig = Rig::new();
    rig.run_as(1, "multi");
    rig.run("client pause 100");
    assert!(rig.run("nonsense").starts_with("-ERR unknown command"));
    assert!(rig.run("get").starts_with("-ERR wrong number"));
    assert!(rig.run_as(1, "save").starts_with("-ERR Command not allowed inside a transaction"));
    assert_eq!(rig.run_as(1, "exec"), "");
    rig.advance(millis(101));
    assert!(rig.heard(1).starts_with("-EXECABORT"));
}

#[test]
fn only_what_may_write_waits_for_a_pause_of_writes() {
    let reads = [
        "get x",
        "multi",
        "exec",
        "client unpause",
        "eval_ro 'return 1' 0",
        "subscribe c",
        "script load 'return 1'",
        "wait 0 0",
        "sort_ro l",
    ];
    let writes = [
        "set x 1",
        "pfcount x",
        "publish c m",
        "spublish c m",
        "fcall f 0",
        "getex x",
        "sort l",
        "blpop l 0",
        "flushall",
        "eval 'return 1' 0",
        "evalsha 77 0",
    ];
    for (line, waits) in reads.map(|it| (it, false)).into_iter().chain(writes.map(|it| (it, true)))
    {
        let mut rig = Rig::new();
        assert_eq!(rig.run_as(1, "client pause 100 write"), "+OK");
        assert_eq!(rig.run(line).is_empty(), waits, "{line}");
    }
}

#[cfg(feature = "lua")]
#[test]
fn a_known_script_that_says_it_only_reads_does_not_wait() {
    let mut rig = Rig::new();
    let eval = r##"eval "#!lua flags=no-writes\nreturn 1" 0"##;
    let sha = rig.run(r##"script load "#!lua flags=no-writes\nreturn 2""##).split_off(4);
    rig.run("client pause 100 write");
    assert_eq!(rig.run(&format!("evalsha {} 0", sha.to_uppercase())), ":2");
    assert_eq!(rig.run(eval), "", "it is not known yet");
    rig.advance(millis(101));
    assert_eq!(rig.heard(0), ":1");
}

#[test]
fn a_transaction_waits_if_it_may_write() {
    let mut rig = Rig::new();
    for (line, client) in [("get x", 1), ("set x 1", 2), ("publish c m", 3)] {
        rig.run_as(client, "multi");
        assert_eq!(rig.run_as(client, line), "+QUEUED");
    }
    rig.run("client pause 100 write");
    assert_eq!(rig.run_as(1, "exec"), "*1 $-1");
    assert_eq!(rig.run_as(2, "exec"), "");
    assert_eq!(rig.run_as(3, "exec"), "");
    // To be queued is to wait as well.
    rig.run_as(1, "multi");
    assert_eq!(rig.run_as(1, "incr x"), "");
    assert_eq!(rig.run("client unpause"), "+OK");
    assert_eq!([rig.heard(2), rig.heard(3), rig.heard(1)], ["*1 +OK", "*1 :0", "+QUEUED"]);
}

#[test]
fn a_pause_becomes_longer_and_stricter_and_never_less() {
    let mut rig = Rig::new();
    rig.run("multi");
    for pause in ["100 write", "50 all", "0 write"] {
        rig.run(&format!("client pause {pause}"));
    }
    assert_eq!(rig.run("exec"), "*3 +OK +OK +OK");
    assert_eq!(rig.run("get x"), "");
    rig.advance(millis(100));
    assert_eq!(rig.heard(0), "");
    rig.advance(millis(1));
    assert_eq!(rig.heard(0), "$-1");
    assert_eq!(rig.run("client pause 0 all"), "+OK");
    assert_eq!(rig.run("client pause 9223372036854775807"), "+OK");
    assert_eq!(rig.run("get x"), "$-1");
}

#[test]
fn those_who_wait_go_on_in_the_order_in_which_they_have_come() {
    let mut rig = Rig::new();
    (0..4).for_each(|client| drop(rig.run_as(client, "ping")));
    rig.run("client pause 100");
    for client in [2, 3, 1] {
        rig.run_as(client, &format!("rpush l {client}"));
    }
    rig.leave(3);
    rig.advance(millis(101));
    assert_eq!(rig.run("lrange l 0 -1"), "*2 $1 2 $1 1");
    assert_eq!(rig.heard(3), "");
}

#[test]
fn what_has_expired_is_gone_and_stays_until_the_pause_is_over() {
    let mut rig = Rig::new();
    rig.engine.shared.settings.notify = Class::parse(b"KEA").unwrap();
    rig.run_as(1, "psubscribe *");
    rig.run("set k 1 px 10");
    rig.run("client pause 100 write");
    rig.advance(millis(50));
    rig.heard(1);
    assert_eq!(rig.run("get k"), "$-1");
    assert_eq!(rig.run("exists k"), ":0");
    assert_eq!(rig.run("scan 0"), "*2 $1 0 *0");
    assert_eq!(rig.run("randomkey"), "$1 k");
    assert_eq!(rig.run("dbsize"), ":1");
    assert_eq!(rig.run("set k 2"), "");
    rig.advance(millis(100));
    assert_eq!(rig.heard(0), "+OK");
    assert!(rig.heard(1).contains("expired"));
    assert_eq!(rig.run("get k"), "$1 2");
}

#[test]
fn nothing_is_evicted_meanwhile() {
    let mut rig = Rig::new();
    rig.run("config set maxmemory-policy allkeys-random");
    rig.run("set a x");
    rig.run("client pause 100 write");
    rig.run("config set maxmemory 1");
    rig.advance(millis(50));
    assert_eq!(rig.run("dbsize"), ":1");
    rig.advance(millis(51));
    assert_eq!(rig.run("dbsize"), ":0");
}

#[test]
fn who_blocks_already_is_timed_out_meanwhile() {
    let mut rig = Rig::new();
    rig.run("blpop l 0.05");
    rig.run_as(1, "client pause 1000");
    rig.advance(millis(50));
    assert_eq!(rig.heard(0), "*-1");
}

#[test]
fn who_waits_counts_as_blocked_and_can_not_be_unblocked() {
    let mut rig = Rig::new();
    rig.run_as(1, "client pause 100 write");
    assert_eq!(rig.run("set x 1"), "");
    assert!(rig.run_as(1, "client list").contains("flags=b "));
    assert!(rig.run_as(1, "info clients").contains("blocked_clients:1 "));
    assert_eq!(rig.run_as(1, "client unblock 2"), ":0");
    rig.run_as(1, "client unpause");
    assert_eq!(rig.heard(0), "+OK");
    assert!(rig.run_as(1, "info clients").contains("blocked_clients:0 "));
}

#[test]
fn who_wants_no_reply_to_what_waits_gets_none() {
    let mut rig = Rig::new();
    rig.run_as(1, "client pause 100 write");
    rig.run("client reply skip");
    assert_eq!(rig.run("set x 1"), "");
    rig.advance(millis(101));
    assert_eq!(rig.heard(0), "");
    assert_eq!(rig.run("get x"), "$1 1");
}

#[test]
fn the_server_sleeps_for_all() {
    let mut rig = Rig::new();
    rig.run_as(1, "blpop l 0.01");
    rig.run("set k 1 px 10");
    assert_eq!(rig.run_as(3, "debug sleep -1"), "+OK");
    assert_eq!(rig.run_as(3, "debug sleep 0.1"), "");
    assert_eq!(rig.run("nonsense"), "");
    rig.advance(millis(99));
    assert_eq!([rig.heard(0), rig.heard(1), rig.heard(3)], ["", "", ""]);
    assert_eq!(rig.engine.databases[0].db.len(), 1);
    rig.advance(millis(1));
    assert!(rig.heard(0).starts_with("-ERR unknown command"));
    assert_eq!([rig.heard(1), rig.heard(3)], ["*-1", "+OK"]);
    assert_eq!(rig.engine.databases[0].db.len(), 0);
}

/// The one who has sent it to sleep may have gone.
#[test]
fn a_sleep_within_a_pause_ends_before_it() {
    let mut rig = Rig::new();
    rig.run_as(1, "client pause 200 write");
    rig.run_as(1, "debug sleep 0.1");
    assert_eq!(rig.run("get x"), "");
    assert_eq!(rig.run_as(2, "set x 1"), "");
    rig.leave(1);
    rig.advance(millis(100));
    assert_eq!([rig.heard(0), rig.heard(2)], ["$-1", ""]);
    rig.advance(millis(101));
    assert_eq!(rig.heard(2), "+OK");
}

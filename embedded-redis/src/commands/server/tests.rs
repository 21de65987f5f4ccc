use std::time::Duration;

use crate::engine::testing::Rig;
use crate::engine::{Cpu, Times};

#[test]
fn flushing_breaks_the_watch_of_keys_that_were_there() {
    let mut rig = Rig::new();
    rig.run("set a 1");
    for (key, flush, outcome) in
        [("a", "flushdb", "*-1"), ("a", "flushall async", "*0"), ("b", "flushall", "*0")]
    {
        rig.run(&format!("watch {key}"));
        assert_eq!(rig.run_as(1, flush), "+OK");
        rig.run("multi");
        assert_eq!(rig.run("exec"), outcome, "{flush} with {key}");
    }
    assert_eq!(rig.run("flushall sync async"), "-ERR syntax error");
    assert_eq!(rig.run("flushdb now"), "-ERR syntax error");
}

#[test]
fn swapping_exchanges_keys_but_not_who_watches_them() {
    let mut rig = Rig::new();
    rig.run("set a 1");
    rig.run("watch a");
    rig.run("select 1");
    rig.run("watch nothing");
    assert_eq!(rig.run_as(1, "swapdb 2 3"), "+OK");
    rig.run("multi");
    assert_eq!(rig.run("exec"), "*0");
    rig.run("watch a");
    assert_eq!(rig.run_as(1, "swapdb 0 1"), "+OK");
    assert_eq!(rig.run_as(1, "exists a"), ":0");
    assert_eq!(rig.run("get a"), "$1 1");
    rig.run("multi");
    assert_eq!(rig.run("exec"), "*-1");
    assert_eq!(rig.run("swapdb x 0"), "-ERR invalid first DB index");
    assert_eq!(rig.run("swapdb 0 x"), "-ERR invalid second DB index");
    assert_eq!(rig.run("swapdb 0 16"), "-ERR DB index is out of range");
    assert_eq!(rig.run("swapdb 1 1"), "+OK");
    assert_eq!(rig.run("dbsize"), ":1");
}

#[test]
fn config_get_says_each_parameter_once() {
    let mut rig = Rig::new();
    assert_eq!(rig.run("config get HZ h[z] nothing"), "*2 $2 HZ $2 10");
    assert_eq!(
        rig.run("config get maxmemory*s"),
        "*4 $17 maxmemory-clients $1 0 $17 maxmemory-samples $1 5"
    );
    assert_eq!(rig.run("config set a"), "-ERR wrong number of arguments for 'config|set' command");
    assert_eq!(rig.run("config set hz 1 port"), "-ERR syntax error");
    assert_eq!(rig.run("config set hz 1000 appendonly YES"), "+OK");
    assert_eq!(rig.run("config get appendonly hz"), "*4 $10 appendonly $3 yes $2 hz $3 500");
}

#[test]
fn info_counts_what_happens() {
    let mut rig = Rig::new();
    rig.run("set a 1");
    rig.run("get a");
    rig.run("get b");
    rig.run("get");
    rig.run("nonsense");
    rig.run("incr a");
    rig.run("multi");
    rig.run("select a");
    rig.run("exec");
    let info = rig.run("info stats ERRORSTATS commandstats keyspace");
    for line in [
        "keyspace_hits:1 ",
        "keyspace_misses:1 ",
        "total_error_replies:3 ",
        "errorstat_ERR:count=3 ",
        "cmdstat_get:calls=2,rejected_calls=1,failed_calls=0 ",
        "cmdstat_select:calls=1,rejected_calls=0,failed_calls=1 ",
        "# Keyspace db0:keys=1,expires=0,avg_ttl=0 ",
    ] {
        assert!(info.contains(line), "{line}: {info}");
    }
    assert!(!info.contains("# Server"));
    assert!(!rig.run("info").contains("# Commandstats"));
    assert!(rig.run("info all").contains("# CPU "));
    assert_eq!(rig.run("info nothing"), "$0 ");
    rig.run("config resetstat");
    assert!(rig.run("info stats").contains("keyspace_hits:0 "));
}

#[test]
fn monitors_hear_of_what_is_run_and_of_no_passwords() {
    let mut rig = Rig::new();
    assert_eq!(rig.run_as(1, "monitor"), "+OK");
    rig.run("set a \"\\x00 \\\"\\n\"");
    let head = "+1700000000.000000 [0 127.0.0.1:40001]";
    assert_eq!(rig.heard(1), format!(r#"{head} "set" "a" "\x00 \"\n""#));
    rig.run("nonsense");
    rig.run("config get hz");
    rig.run("get");
    assert_eq!(rig.heard(1), "");
    rig.run("hello 3 auth default secret setname x");
    assert_eq!(
        rig.heard(1),
        format!(r#"{head} "hello" "3" "auth" "(redacted)" "(redacted)" "setname" "x""#)
    );
    rig.run("auth secret");
    assert_eq!(rig.heard(1), format!(r#"{head} "auth" "(redacted)""#));
    rig.run("multi");
    rig.run("get a");
    rig.heard(1);
    rig.run("exec");
    assert_eq!(rig.heard(1), format!(r#"{head} "get" "a" {head} "exec""#));
    assert_eq!(rig.run_as(1, "get a"), "-ERR Replica can't interact with the keyspace");
    assert_eq!(rig.run_as(1, "reset"), "+RESET");
    rig.run("get a");
    assert_eq!(rig.heard(1), "");
}

#[test]
fn shutdown_knows_what_does_not_go_together() {
    let mut rig = Rig::new();
    for wrong in ["shutdown now abort", "shutdown save nosave", "shutdown later"] {
        assert_eq!(rig.run(wrong), "-ERR syntax error", "{wrong}");
    }
    assert_eq!(rig.run("shutdown abort"), "-ERR No shutdown in progress.");
}

#[test]
fn shutdown_says_nothing() {
    let mut rig = Rig::new();
    for how in ["shutdown", "shutdown nosave now force", "shutdown save"] {
        assert_eq!(rig.run(how), "", "{how}");
    }
}

#[test]
fn limits_of_encodings_act_on_what_is_written_next() {
    let mut rig = Rig::new();
    let encodings =
        |rig: &mut Rig| ["h", "s", "z"].map(|key| rig.run(&format!("object encoding {key}")));
    for line in ["hset h a 1 b 2", "sadd s 1 2", "zadd z 1 a 2 b"] {
        rig.run(line);
    }
    rig.run("config set hash-max-ziplist-entries 1 set-max-intset-entries 1");
    rig.run("config set zset-max-listpack-entries 1");
    for line in ["hdel h b", "sadd s 2", "zadd z 3 b"] {
        rig.run(line);
    }
    assert_eq!(encodings(&mut rig), ["$8 listpack", "$6 intset", "$8 listpack"]);
    for line in ["hset h b 2", "sadd s 3", "zadd z 3 c"] {
        rig.run(line);
    }
    assert_eq!(encodings(&mut rig), ["$9 hashtable", "$9 hashtable", "$8 skiplist"]);
}

#[test]
fn limits_act_on_what_is_stored_and_restored() {
    let mut rig = Rig::new();
    rig.run("sadd s 1 2 3");
    rig.run("zadd z 1 abc");
    rig.run("config set set-max-intset-entries 2 zset-max-listpack-value 2");
    rig.run("sunionstore t s");
    rig.run("zunionstore y 1 z");
    assert_eq!(rig.run("object encoding t"), "$9 hashtable");
    assert_eq!(rig.run("object encoding y"), "$8 skiplist");
    rig.run("config set hash-max-listpack-value 2");
    rig.run("hset h a 12");
    assert_eq!(rig.run("object encoding h"), "$8 listpack");
    rig.run("hset h a 123");
    assert_eq!(rig.run("object encoding h"), "$9 hashtable");
}

/// As Redis does where few are left: it makes a new set of them.
#[test]
fn integers_left_over_by_spop_are_an_intset_again() {
    let mut rig = Rig::new();
    rig.run("sadd s 1 2 3 4 5 6 7 8 9 10 11 12 x");
    rig.run("srem s x");
    assert_eq!(rig.run("object encoding s"), "$9 hashtable");
    rig.run("spop s 9");
    assert_eq!(rig.run("object encoding s"), "$9 hashtable");
    rig.run("sadd s 20 21 22 23 24 25 26 27 28");
    rig.run("spop s 10");
    assert_eq!(rig.run("object encoding s"), "$6 intset");
}

#[test]
fn processor_times_are_those_that_were_told() {
    let mut rig = Rig::new();
    assert_eq!(rig.run("info cpu"), "$7 # CPU ");
    let times =
        |user| Times { user: Duration::from_millis(user), system: Duration::from_millis(5) };
    let cpu = Cpu { process: times(1_250), children: times(0), thread: times(10) };
    rig.engine.shared.process.cpu = Some(cpu);
    let text = rig.run("info cpu");
    assert!(text.contains("# CPU used_cpu_sys:0.005000 used_cpu_user:1.250000 "), "{text}");
    assert!(text.contains(" used_cpu_sys_children:0.005000 used_cpu_user_children:0.000000 "));
    assert!(text.contains(" used_cpu_user_main_thread:0.010000"), "{text}");
}

#[test]
fn info_says_what_monitoring_asks_for() {
    let mut rig = Rig::new();
    rig.run("config set hz 50");
    assert!(rig.run("info server").contains(" hz:50 configured_hz:50 "));
    assert!(!rig.run("info").contains("mem_fragmentation_ratio"), "nobody has said it");
    let used = rig.engine.used_memory() as u64;
    let process = &mut rig.engine.shared.process;
    (process.executable, process.memory) = (Some("/bin/redis".into()), Some(1 << 30));
    process.resident = Some(used * 3 / 2);
    assert!(rig.run("info server").contains(" executable:/bin/redis "));
    let memory = rig.run("info memory");
    assert!(memory.contains(" total_system_memory:1073741824 total_system_memory_human:1.00G "));
    assert!(memory.contains(" mem_fragmentation_ratio:1."), "{memory}");
}

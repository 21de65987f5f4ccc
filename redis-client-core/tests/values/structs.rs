//! Replies that no server of the tests gives: what is shown needs other nodes, or a newer server.

use redis_client_core::FromReply;
use redis_client_core::replies::{
    AclUser, ClusterLink, CommandLogEntry, FunctionStats, Role, SlotRange,
};
use resp_core::Frame;

/// What the reply is read as, as `Debug` shows it. Words stand for lines, to be read more easily.
fn shown<T: FromReply + std::fmt::Debug>(words: &str) -> String {
    let wire: String = words.split(' ').map(|word| format!("{word}\r\n")).collect();
    let frame = Frame::parse(wire).unwrap();
    format!("{:?}", T::from_reply(frame.as_frame()).unwrap())
}

#[test]
fn a_primary_knows_its_replicas() {
    assert_eq!(
        shown::<Role>("*3 $6 master :98 *1 *3 $9 127.0.0.1 $4 6380 $2 84"),
        "Primary { offset: 98, replicas: [RoleReplica { host: \"127.0.0.1\", port: 6380, \
         offset: 84 }] }"
    );
}

#[test]
fn a_sentinel_and_a_replica_say_so() {
    assert_eq!(shown::<Role>("*2 $8 sentinel *1 $1 m"), "Sentinel { primaries: [\"m\"] }");
    assert_eq!(
        shown::<Role>("*5 $5 slave $1 h :6379 $9 connected :7"),
        "Replica { host: \"h\", port: 6379, state: \"connected\", offset: 7 }"
    );
}

#[test]
fn links_are_the_same_in_both_protocols() {
    let fields = "$9 direction $2 to $4 node $1 n $11 create-time :5 $6 events $2 rw \
                  $21 send-buffer-allocated :9 $16 send-buffer-used :8";
    let link = "[ClusterLink { direction: \"to\", node: \"n\", create_time: 5, events: \"rw\", \
                send_buffer_allocated: 9, send_buffer_used: 8 }]";
    assert_eq!(shown::<Vec<ClusterLink>>(&format!("*1 *12 {fields}")), link);
    assert_eq!(shown::<Vec<ClusterLink>>(&format!("*1 %6 {fields}")), link);
}

#[test]
fn nodes_of_slots_may_have_more_than_one_address_or_none() {
    let node = |host: &str, more: &str| {
        format!("SlotNode {{ host: {host}, port: 1, id: Some(\"i\"), metadata: {{{more}}} }}")
    };
    let range = |nodes: String| format!("[SlotRange {{ start: 0, end: 9, nodes: [{nodes}] }}]");
    let two = range(format!("{}, {}", node("None", "\"ip\": \"::1\""), node("Some(\"h\")", "")));
    let resp2 = "*1 *4 :0 :9 *4 $-1 :1 $1 i *2 $2 ip $3 ::1 *4 $1 h :1 $1 i *0";
    let resp3 = "*1 *4 :0 :9 *4 _ :1 $1 i %1 $2 ip $3 ::1 *4 $1 h :1 $1 i %0";
    assert_eq!(shown::<Vec<SlotRange>>(resp2), two);
    assert_eq!(shown::<Vec<SlotRange>>(resp3), two);
}

#[test]
fn a_function_runs() {
    let running = "$4 name $1 f $7 command *3 $5 FCALL $1 f $1 0 $11 duration_ms :12";
    let stats = "FunctionStats { running: Some(RunningFunction { name: \"f\", \
                 command: [b\"FCALL\", b\"f\", b\"0\"], duration_ms: 12 }), engines: {} }";
    let resp2 = format!("*4 $14 running_script *6 {running} $7 engines *0");
    let resp3 = format!("%2 $14 running_script %3 {running} $7 engines %0");
    assert_eq!(shown::<FunctionStats>(&resp2), stats);
    assert_eq!(shown::<FunctionStats>(&resp3), stats);
}

#[test]
fn a_log_of_valkey() {
    assert_eq!(
        shown::<Vec<CommandLogEntry>>("*1 *6 :3 :1700000000 :2048 *1 $4 PING $5 ::1:5 $0 "),
        "[CommandLogEntry { id: 3, time: 1700000000, amount: 2048, command: [b\"PING\"], \
         client_addr: \"::1:5\", client_name: \"\" }]"
    );
}

#[test]
fn patterns_may_be_lists_and_digests_of_passwords_are_not_shown() {
    let user = "*8 $5 flags *1 $2 on $9 passwords *1 $4 abcd $8 commands $5 +@all \
                $4 keys *2 $2 a* $1 b";
    assert_eq!(
        shown::<AclUser>(user),
        "AclUser { flags: [\"on\"], passwords: 1, root: AclSelector { commands: \"+@all\", \
         keys: b\"a* b\", channels: b\"\" }, selectors: [] }"
    );
}

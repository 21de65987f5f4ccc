use crate::engine::testing::Rig;

#[test]
fn subscriptions_are_announced_with_falling_counts() {
    let mut rig = Rig::new();
    assert_eq!(
        rig.run("subscribe a b a"),
        "*3 $9 subscribe $1 a :1 *3 $9 subscribe $1 b :2 *3 $9 subscribe $1 a :2"
    );
    assert_eq!(rig.run("psubscribe p*"), "*3 $10 psubscribe $2 p* :3");
    assert_eq!(rig.run("ssubscribe s"), "*3 $10 ssubscribe $1 s :1");
    assert_eq!(
        rig.run("get a"),
        "-ERR Can't execute 'get': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET \
         are allowed in this context"
    );
    assert_eq!(rig.run("ping"), "*2 $4 pong $0 ");
    assert_eq!(rig.run("unsubscribe"), "*3 $11 unsubscribe $1 a :2 *3 $11 unsubscribe $1 b :1");
    assert_eq!(rig.run("unsubscribe"), "*3 $11 unsubscribe $-1 :1");
    assert_eq!(rig.run("punsubscribe p*"), "*3 $12 punsubscribe $2 p* :0");
    assert_eq!(rig.run("sunsubscribe x"), "*3 $12 sunsubscribe $1 x :1");
    assert_eq!(rig.run("sunsubscribe s"), "*3 $12 sunsubscribe $1 s :0");
    assert_eq!(rig.run("get a"), "$-1");
}

#[test]
fn messages_go_to_channels_and_patterns_and_to_oneself_before_the_answer() {
    let mut rig = Rig::new();
    rig.run("hello 3");
    rig.run("subscribe a");
    rig.run_as(1, "psubscribe ?");
    assert_eq!(rig.run("publish a hi"), ">3 $7 message $1 a $2 hi :2");
    assert_eq!(rig.heard(1), "*4 $8 pmessage $1 ? $1 a $2 hi");
    assert_eq!(rig.run("spublish a hi"), ":0");
    assert_eq!(rig.run("pubsub channels"), "*1 $1 a");
    assert_eq!(rig.run("pubsub numsub a ?"), "*4 $1 a :1 $1 ? :0");
    assert_eq!(rig.run("pubsub numpat"), ":1");
    assert_eq!(
        rig.run("pubsub channels a b"),
        "-ERR unknown subcommand or wrong number of arguments for 'channels'. Try PUBSUB HELP."
    );
}

#[test]
fn a_transaction_has_room_for_one_announcement() {
    let mut rig = Rig::new();
    rig.run("multi");
    rig.run("subscribe a");
    assert_eq!(rig.run("exec"), "*1 *3 $9 subscribe $1 a :1");
    rig.run("unsubscribe");
    rig.run("multi");
    rig.run("subscribe a b");
    assert_eq!(rig.run("exec"), "*1 -ERR only one subscription at a time in a transaction");
    assert_eq!(rig.run("pubsub channels"), "*0");
}

#[test]
fn what_is_subscribed_to_goes_with_the_client() {
    let mut rig = Rig::new();
    rig.run("subscribe a");
    assert_eq!(rig.run("reset"), "+RESET");
    assert_eq!(rig.run("publish a x"), ":0");
    rig.run("config set notify-keyspace-events Kg");
    rig.run_as(1, "psubscribe __key*");
    rig.run("set k 1");
    assert_eq!(rig.heard(1), "");
    rig.run("del k");
    assert_eq!(rig.heard(1), "*4 $8 pmessage $6 __key* $16 __keyspace@0__:k $3 del");
}

#[test]
fn who_has_quit_or_was_killed_receives_nothing_any_more() {
    for end in ["quit", "client kill id 2", "client kill id 2 skipme no"] {
        let mut rig = Rig::new();
        rig.run_as(1, "hello 3");
        rig.run_as(1, "subscribe c");
        rig.run_as(1, "psubscribe *");
        assert_eq!(rig.run("publish c m"), ":2");
        rig.run_as(if end.ends_with('2') { 0 } else { 1 }, end);
        rig.heard(1);
        assert_eq!(rig.run("publish c m"), ":0", "{end}");
        assert_eq!(rig.run("pubsub numsub c"), "*2 $1 c :0", "{end}");
        assert_eq!(rig.run("pubsub numpat"), ":0", "{end}");
        assert_eq!(rig.heard(1), "", "{end}");
        rig.leave(1);
        assert_eq!(rig.run("client no-evict off"), "+OK");
    }
}

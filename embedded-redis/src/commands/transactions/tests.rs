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

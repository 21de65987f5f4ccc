//! `RENAME`, `MOVE` and `COPY`.

use super::*;

#[test]
fn a_renamed_key_takes_everything_along() {
    let mut rig = listening();
    assert_eq!(rig.run("rename a a"), "-ERR no such key");
    rig.run("set a 1 ex 100");
    rig.run("set b 2");
    assert_eq!(rig.run("rename a a"), "+OK");
    assert_eq!(rig.run("renamenx a a"), ":0");
    assert_eq!(rig.run("renamenx a b"), ":0");
    rig.run_as(2, "watch b");
    events(&mut rig);
    assert_eq!(rig.run("rename a b"), "+OK");
    assert_eq!(events(&mut rig), "new:b rename_from:a rename_to:b");
    assert_eq!(rig.run("get b"), "$1 1");
    assert_eq!(rig.run("ttl b"), ":100");
    assert_eq!(rig.run("exists a"), ":0");
    rig.run_as(2, "multi");
    assert_eq!(rig.run_as(2, "exec"), "*-1");
}

#[test]
fn a_key_moves_if_there_is_none_of_its_name() {
    let mut rig = listening();
    rig.run("set a 1 ex 100");
    assert_eq!(rig.run("move a x"), "-ERR value is not an integer or out of range");
    assert_eq!(
        rig.run("move a 2147483648"),
        "-ERR value is out of range, value must between -2147483648 and 2147483647"
    );
    assert_eq!(rig.run("move a 16"), "-ERR DB index is out of range");
    assert_eq!(rig.run("move a -1"), "-ERR DB index is out of range");
    assert_eq!(rig.run("move a 0"), "-ERR source and destination objects are the same");
    assert_eq!(rig.run("move none 1"), ":0");
    events(&mut rig);
    assert_eq!(rig.run("move a 1"), ":1");
    assert_eq!(events(&mut rig), "1:new:a move_from:a 1:move_to:a");
    rig.run("set a 2");
    assert_eq!(rig.run("move a 1"), ":0");
    assert_eq!(rig.run("get a"), "$1 2");
    rig.run("select 1");
    assert_eq!(rig.run("ttl a"), ":100");
}

#[test]
fn a_copy_is_another_value() {
    let mut rig = listening();
    rig.run("set a 1 ex 100");
    rig.run("set b 2");
    assert_eq!(rig.run("copy a a"), "-ERR source and destination objects are the same");
    assert_eq!(rig.run("copy a b db"), "-ERR syntax error");
    assert_eq!(rig.run("copy none b replace"), ":0");
    assert_eq!(rig.run("copy a b"), ":0");
    assert_eq!(rig.run("get b"), "$1 2");
    events(&mut rig);
    assert_eq!(rig.run("copy a b DB 3 db 0 Replace"), ":1");
    assert_eq!(events(&mut rig), "new:b copy_to:b");
    assert_eq!(rig.run("copy a a db 3"), ":1");
    assert_eq!(events(&mut rig), "3:new:a 3:copy_to:a");
    rig.run("incr b");
    assert_eq!(rig.run("get a"), "$1 1");
    assert_eq!(rig.run("get b"), "$1 2");
    assert_eq!(rig.run("ttl b"), ":100");
}

#[test]
fn a_copy_counts_its_own_memory() {
    let mut rig = Rig::new();
    let before = rig.engine.used_memory();
    for number in 0..300 {
        rig.run(&format!("set w{number} {number:060}"));
    }
    rig.run("copy w1 x replace");
    rig.run("copy w2 x replace");
    for number in 0..300 {
        rig.run(&format!("del w{number}"));
    }
    rig.run("del x");
    assert!(rig.engine.used_memory() - before < 2_000, "{}", rig.engine.used_memory() - before);
}

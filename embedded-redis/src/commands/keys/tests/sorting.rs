//! `SORT`.

use super::*;
use crate::keyspace::{Hash, List, Set, Side, SortedSet, Typed, Value};

fn put(rig: &mut Rig, key: &str, value: Value) {
    rig.engine.databases[0].db.insert(key.as_bytes(), value);
}

fn list(elements: &str) -> Value {
    let mut list = List::default();
    elements.split(' ').for_each(|element| list.push(Side::Right, element.as_bytes()));
    Value::List(Box::new(list))
}

fn stored(rig: &Rig, key: &str) -> String {
    let db = &rig.engine.databases[0].db;
    let value = db.find(key.as_bytes()).and_then(|place| db.value(place)).and_then(List::of);
    let elements = value.map(|list| list.iter().map(|it| String::from_utf8_lossy(it)).collect());
    elements.map_or("none".into(), |elements: Vec<_>| elements.join(" "))
}

#[test]
fn elements_are_sorted_as_numbers_or_by_their_bytes() {
    let mut rig = Rig::new();
    put(&mut rig, "l", list("10 9 1e1 -3"));
    assert_eq!(rig.run("sort l"), "*4 $2 -3 $1 9 $2 10 $3 1e1");
    assert_eq!(rig.run("sort l DESC"), "*4 $3 1e1 $2 10 $1 9 $2 -3");
    assert_eq!(rig.run("sort l alpha"), "*4 $2 -3 $2 10 $3 1e1 $1 9");
    assert_eq!(rig.run("sort l limit 1 2"), "*2 $1 9 $2 10");
    assert_eq!(rig.run("sort l limit 9 2"), "*0");
    assert_eq!(rig.run("sort l limit -5 1 desc asc"), "*1 $2 -3");
    assert_eq!(rig.run("sort l limit 3 -1"), "*1 $3 1e1");
    assert_eq!(rig.run("sort l limit 0 0"), "*0");
    assert_eq!(rig.run("sort none"), "*0");
    put(&mut rig, "l", list("10 x"));
    let error = "-ERR One or more scores can't be converted into double";
    assert_eq!(rig.run("sort l limit 0 0"), error);
    assert_eq!(rig.run("sort l store t"), error);
    rig.run("set s 1");
    assert!(rig.run("sort s").starts_with("-WRONGTYPE"));
    assert_eq!(rig.run("sort s limit 1"), "-ERR syntax error");
    assert_eq!(rig.run("sort s limit 1 x"), "-ERR value is not an integer or out of range");
    assert_eq!(rig.run("sort_ro s store x"), "-ERR syntax error");
}

#[test]
fn patterns_find_weights_and_values() {
    let mut rig = Rig::new();
    put(&mut rig, "l", list("a b c"));
    rig.run("set w:a:x 3");
    rig.run("set w:b:x 1");
    rig.run("set w:c:x 2");
    let mut hash = Hash::new(1);
    hash.insert(b"f", b"of a", Limits::DEFAULT.hash);
    put(&mut rig, "h:a", Value::Hash(Box::new(hash)));
    assert_eq!(rig.run("sort l by w:*:x"), "*3 $1 b $1 c $1 a");
    assert_eq!(
        rig.run("sort l by w:*:x get # get h:*->f get w:*:x limit 1 9"),
        "*6 $1 c $-1 $1 2 $1 a $4 of a $1 3"
    );
    assert_eq!(rig.run("sort l by w:*:x get h:* get w:*->f limit 2 1"), "*2 $-1 $-1");
    assert_eq!(rig.run("sort l by nosort get nostar"), "*3 $-1 $-1 $-1");
    assert_eq!(rig.run("sort l by nosort desc limit 0 2"), "*2 $1 c $1 b");
    assert_eq!(rig.run("sort l by nosort by w:*:x"), "*3 $1 a $1 b $1 c");
    assert_eq!(rig.run("sort l by none:* desc"), "*3 $1 c $1 b $1 a", "all weigh 0");
    assert_eq!(rig.run("sort l by h:*->f alpha"), "*3 $1 b $1 c $1 a", "what is missing first");
}

#[test]
fn sets_and_sorted_sets_are_sorted() {
    let mut rig = Rig::new();
    let (mut set, mut sorted) = (Set::new(1), SortedSet::new(1));
    for (score, member) in [(1.0, "30"), (2.0, "10"), (3.0, "20")] {
        set.insert(member.as_bytes(), 512);
        sorted.insert(member.as_bytes(), score, Limits::DEFAULT.sorted_set);
    }
    put(&mut rig, "s", Value::Set(Box::new(set)));
    put(&mut rig, "z", Value::SortedSet(Box::new(sorted)));
    assert_eq!(rig.run("sort s"), "*3 $2 10 $2 20 $2 30");
    assert_eq!(rig.run("sort z desc"), "*3 $2 30 $2 20 $2 10");
    assert_eq!(rig.run("sort z by x"), "*3 $2 30 $2 10 $2 20");
    assert_eq!(rig.run("sort z by x desc limit 1 1"), "*1 $2 10");
    assert_eq!(rig.run("object encoding z"), "$8 skiplist");
    rig.run("sort s by x desc store t");
    assert_eq!(stored(&rig, "t"), "30 20 10", "a set has no order of its own to be stored");
}

#[test]
fn what_is_sorted_is_stored() {
    let mut rig = listening();
    put(&mut rig, "l", list("3 1 2"));
    rig.run("set w2 x");
    rig.run("set t x ex 100");
    events(&mut rig);
    assert_eq!(rig.run("sort l store t"), ":3");
    assert_eq!(events(&mut rig), "sortstore:t");
    assert_eq!(stored(&rig, "t"), "1 2 3");
    assert_eq!(rig.run("ttl t"), ":-1");
    assert_eq!(rig.run("sort l get w* get # store t"), ":6");
    assert_eq!(stored(&rig, "t"), " 1 x 2  3", "nothing is stored as an empty string");
    events(&mut rig);
    assert_eq!(rig.run("sort none store t"), ":0");
    assert_eq!(events(&mut rig), "keymiss:none del:t");
    assert_eq!(rig.run("exists t"), ":0");
}

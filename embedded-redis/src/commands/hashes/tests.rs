use crate::engine::testing::Rig;

#[test]
fn a_listpack_keeps_its_order_and_is_never_one_again() {
    let mut rig = Rig::new();
    rig.run("hset h c 1 a 2 b 3 d 4");
    rig.run("hdel h a");
    rig.run("hset h c 5 e 6");
    assert_eq!(rig.run("hkeys h"), "*4 $1 c $1 b $1 d $1 e");
    assert_eq!(
        rig.run("hscan h 77 count 1 match [bc]"),
        "*2 $1 0 *4 $1 c $1 5 $1 b $1 3",
        "it is seen at once, whatever the cursor"
    );
    let long = "x".repeat(65);
    rig.run(&format!("hsetnx h c {long}"));
    let encoding = |rig: &mut Rig| {
        let db = &rig.engine.databases[0].db;
        db.places().find_map(|place| db.value(place)).unwrap().encoding()
    };
    assert_eq!(encoding(&mut rig), "listpack", "nothing was set");
    rig.run(&format!("hset h c {long}"));
    rig.run("hdel h c");
    assert_eq!(encoding(&mut rig), "hashtable");
}

#[test]
fn a_scan_of_many_goes_page_by_page() {
    let mut rig = Rig::new();
    (0..900).for_each(|number| drop(rig.run(&format!("hset h f{number} v"))));
    let (mut cursor, mut seen, mut pages) = ("0".to_owned(), 0, 0);
    loop {
        let page = rig.run(&format!("hscan h {cursor} count 20"));
        seen += page.matches(" f").count();
        pages += 1;
        cursor = page.split(' ').nth(2).unwrap().to_owned();
        if cursor == "0" {
            break;
        }
    }
    assert_eq!(seen, 900);
    assert!((30..=46).contains(&pages), "{pages}");
}

#[test]
fn numbers_are_checked() {
    let mut rig = Rig::new();
    rig.run("hset h n 9223372036854775807 t text f 1.5");
    assert_eq!(rig.run("hincrby h n 1"), "-ERR increment or decrement would overflow");
    assert_eq!(rig.run("hincrby h t 1"), "-ERR hash value is not an integer");
    assert_eq!(rig.run("hincrby h f 1.0"), "-ERR value is not an integer or out of range");
    assert_eq!(rig.run("hincrbyfloat h t 1"), "-ERR hash value is not a float");
    assert_eq!(rig.run("hincrbyfloat h f nan"), "-ERR value is not a valid float");
    assert_eq!(rig.run("hincrbyfloat h f inf"), "-ERR value is NaN or Infinity");
    assert_eq!(rig.run("hincrbyfloat h f -0.25"), "$4 1.25");
    assert_eq!(rig.run("hincrbyfloat h f 5.0e3"), "$7 5001.25");
    assert_eq!(rig.run("hincrby new n -5"), ":-5");
    assert_eq!(rig.run("hincrbyfloat new i x"), "-ERR value is not a valid float");
    assert_eq!(rig.run("hlen new"), ":1");
}

#[test]
fn random_fields_come_in_the_form_that_was_asked_for() {
    let mut rig = Rig::new();
    rig.run("hset h a 1 b 2");
    assert_eq!(rig.run("hrandfield h 9 withvalues"), "*4 $1 a $1 1 $1 b $1 2");
    assert!(rig.run("hrandfield h -5").starts_with("*5 "));
    assert!(rig.run("hrandfield h 1").starts_with("*1 "));
    assert_eq!(rig.run("hrandfield none"), "$-1");
    assert_eq!(rig.run("hrandfield none 3"), "*0");
    assert_eq!(rig.run("hrandfield h 1 values"), "-ERR syntax error");
    let most = i64::MAX;
    assert_eq!(rig.run(&format!("hrandfield h {most} withvalues")), "-ERR value is out of range");
    assert_eq!(rig.run(&format!("hrandfield h {most}")), "*2 $1 a $1 b");
    assert_eq!(rig.run(&format!("hrandfield h -{most}")), "-ERR value is out of range");
    assert_eq!(
        rig.run(&format!("hrandfield h {}", i64::MIN)),
        format!("-ERR value is out of range, value must between -{most} and {most}")
    );
    rig.speak(0, redis_server_core::Protocol::Resp3);
    assert_eq!(rig.run("hrandfield h 9 WithValues"), "*2 *2 $1 a $1 1 *2 $1 b $1 2");
    assert_eq!(rig.run("hgetall h"), "%2 $1 a $1 1 $1 b $1 2");
    assert_eq!(rig.run("hgetall none"), "%0");
}

#[test]
fn what_is_wrong_is_said_in_redis_order() {
    let mut rig = Rig::new();
    rig.run("set s 1");
    assert_eq!(rig.run("hset s a"), "-ERR wrong number of arguments for 'hset' command");
    assert_eq!(rig.run("hmset s a b c"), "-ERR wrong number of arguments for 'hmset' command");
    assert!(rig.run("hset s a b").starts_with("-WRONGTYPE"));
    assert_eq!(rig.run("hincrby s a x"), "-ERR value is not an integer or out of range");
    assert_eq!(rig.run("hscan s x"), "-ERR invalid cursor");
    assert!(rig.run("hscan s 0 nonsense").starts_with("-WRONGTYPE"));
    assert_eq!(rig.run("hscan none 0 nonsense"), "*2 $1 0 *0");
    rig.run("hset h a 1");
    assert_eq!(rig.run("hscan h 0 count 0"), "-ERR syntax error");
    assert_eq!(rig.run("hscan h 0 count x"), "-ERR value is not an integer or out of range");
    assert_eq!(rig.run("hscan h 0 match"), "-ERR syntax error");
}

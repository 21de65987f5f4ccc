use crate::engine::testing::Rig;

#[test]
fn bits_are_counted_from_the_first_of_the_first_byte() {
    let mut rig = Rig::new();
    assert_eq!(rig.run("setbit a 1 1"), ":0");
    assert_eq!(rig.run("get a"), "$1 @");
    assert_eq!(rig.run("setbit a 1 0"), ":1");
    assert_eq!(rig.run("setbit a 9 1"), ":0");
    assert_eq!(rig.run("get a"), "$2 \0@");
    assert_eq!(rig.run("getbit a 9"), ":1");
    assert_eq!(rig.run("getbit a 4294967295"), ":0");
    let no_offset = "-ERR bit offset is not an integer or out of range";
    assert_eq!(rig.run("setbit a 4294967296 1"), no_offset);
    assert_eq!(rig.run("getbit a -1"), no_offset);
    assert_eq!(rig.run("setbit a 1 2"), "-ERR bit is not an integer or out of range");
}

#[test]
fn ranges_are_of_bytes_or_bits() {
    let mut rig = Rig::new();
    rig.run("set a foobar");
    for (command, expected) in [
        ("bitcount a", ":26"),
        ("bitcount a 1 1", ":6"),
        ("bitcount a 5 30 bit", ":17"),
        ("bitcount a -2 -3", ":0"),
        ("bitcount a -100 100 Byte", ":26"),
        ("bitcount a 1", "-ERR syntax error"),
        ("bitcount a 1 2 x", "-ERR syntax error"),
        ("bitpos a 0", ":0"),
        ("bitpos a 1", ":1"),
        ("bitpos a 1 2", ":17"),
        ("bitpos a 1 3 7 bit", ":5"),
        ("bitpos a 1 0 0 bit", ":-1"),
        ("bitpos a 2", "-ERR The bit argument must be 1 or 0."),
        ("bitpos nothing 0 x", ":0"),
        ("bitpos nothing 1", ":-1"),
    ] {
        assert_eq!(rig.run(command), expected, "{command}");
    }
}

#[test]
fn zeros_follow_a_string_but_not_a_range() {
    let mut rig = Rig::new();
    rig.run("set a \"\\xff\\xff\\xff\\xff\\xff\\xff\\xff\\xff\\xff\"");
    assert_eq!(rig.run("bitpos a 0"), ":72");
    assert_eq!(rig.run("bitpos a 0 3"), ":72");
    assert_eq!(rig.run("bitpos a 0 9"), ":-1");
    assert_eq!(rig.run("bitpos a 0 0 -1"), ":-1");
    rig.run("setbit a 70 0");
    assert_eq!(rig.run("bitpos a 0"), ":70");
}

#[test]
fn strings_are_combined_as_if_they_were_equally_long() {
    let mut rig = Rig::new();
    rig.run("mset a abc b ~");
    assert_eq!(rig.run("bitop and c a b"), ":3");
    assert_eq!(rig.run("get c"), "$3 `\0\0");
    assert_eq!(rig.run("bitop xor c b a"), ":3");
    assert_eq!(rig.run("get c"), "$3 \u{1f}bc");
    assert_eq!(rig.run("bitop or c nothing"), ":0");
    assert_eq!(rig.run("exists c"), ":0");
    let many = "-ERR BITOP NOT must be called with a single source key.";
    assert_eq!(rig.run("bitop not c a b"), many);
    assert_eq!(rig.run("bitop nand c a b"), "-ERR syntax error");
}

#[test]
fn fields_have_any_width_and_place() {
    let mut rig = Rig::new();
    assert_eq!(rig.run("bitfield a set i5 3 -7 get i5 3 get u5 3 get u8 100"), "*4 :0 :-7 :25 :0");
    assert_eq!(
        rig.run("bitfield a set i64 7 -2 get i64 7 get u63 8"),
        "*3 :-9223372036854775808 :-2 :9223372036854775806"
    );
    assert_eq!(rig.run("bitfield b set u8 #1 255 get u16 0"), "*2 :0 :255");
    assert_eq!(rig.run("bitfield nothing get u8 0"), "*1 :0");
    assert_eq!(rig.run("exists nothing"), ":0");
    assert!(rig.run("bitfield a get u64 0").starts_with("-ERR Invalid bitfield type. Use"));
    assert_eq!(rig.run("bitfield a set u8 0"), "-ERR syntax error");
    let no_changes = "-ERR BITFIELD_RO only supports the GET subcommand";
    assert_eq!(rig.run("bitfield_ro a set u8 0 1"), no_changes);
}

#[test]
fn what_overflows_wraps_stops_or_fails() {
    let mut rig = Rig::new();
    let all = "bitfield a set u8 0 250 incrby u8 0 10 overflow sat incrby u8 0 300 \
               overflow fail incrby u8 0 1 overflow wrap incrby u8 0 1";
    assert_eq!(rig.run(all), "*5 :0 :4 :255 $-1 :0");
    let signed = "bitfield b set i8 0 127 incrby i8 0 1 overflow sat incrby i8 0 -1 \
                  incrby i64 #1 9223372036854775807 incrby i64 #1 1 incrby i64 #1 -1";
    assert_eq!(
        rig.run(signed),
        "*6 :0 :-128 :-128 :9223372036854775807 :9223372036854775807 :9223372036854775806"
    );
    assert_eq!(rig.run("bitfield a overflow x get u8 0"), "-ERR Invalid OVERFLOW type specified");
    assert_eq!(rig.run("bitfield d overflow sat set i1 0 -1 incrby i1 0 9"), "*2 :0 :0");
    // As Redis has it.
    rig.run("bitfield c overflow sat set i8 0 -9223372036854775808");
    assert_eq!(rig.run("bitfield c get i8 0"), "*1 :127");
}

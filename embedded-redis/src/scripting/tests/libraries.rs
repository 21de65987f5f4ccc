//! What scripts find beside `redis`.

use super::*;

#[test]
fn json_is_written_and_read() {
    let mut rig = Rig::new();
    for (script, reply) in [
        (
            "return cjson.encode({1, 2.5, 'a/b\\n', true, {a = cjson.null}, {}})",
            r#"[1,2.5,"a\/b\n",true,{"a":null},{}]"#,
        ),
        ("return cjson.encode({1, nil, 3})", "[1,null,3]"),
        ("return cjson.encode(cjson.decode(ARGV[1]))", r#"{"k":[1,-0.02,null,"é"]}"#),
        ("return cjson.decode('[1,[2,{\"k\":3}]]')[2][2].k .. ''", "3"),
        ("return tostring(cjson.decode('[null]')[1] == cjson.null)", "true"),
    ] {
        let text = format!("${} {reply}", reply.len());
        let argument = r#"0 "{\"k\": [1, -2e-2, null, \"\\u00e9\"]}""#;
        assert_eq!(eval_with(&mut rig, "eval", script, argument), text, "{script}");
    }
    for (script, text) in [
        ("return cjson.encode(string.rep)", "Cannot serialise function: type not supported"),
        ("return cjson.encode(0/0)", "Cannot serialise number: must not be NaN or Inf"),
        ("return cjson.encode({[100] = 1})", "Cannot serialise table: excessively sparse array"),
        (
            "local t = {} t[1] = t return cjson.encode(t)",
            "Cannot serialise, excessive nesting (201)",
        ),
        ("return cjson.decode('[1,]')", "Expected value but found T_ARR_END at character 4"),
        ("return cjson.decode('[1')", "Expected comma or array end but found T_END at character 3"),
        (
            "return cjson.decode(string.rep('[', 300))",
            "Found too many nested data structures (201) at character 201",
        ),
    ] {
        assert_eq!(error(&mut rig, script), format!("-ERR user_script:1: {text}"), "{script}");
    }
}

#[test]
fn binary_formats_are_written_and_read() {
    let mut rig = Rig::new();
    for (script, reply) in [
        (
            "return {struct.unpack('>Ihbs', struct.pack('>Ihbs', 2 ^ 32 - 1, -2, 3, 'text'))}",
            "*5 :4294967295 :-2 :3 $4 text :13",
        ),
        ("return {struct.unpack('<bc0', '\\003abcdef')}", "*2 $3 abc :5"),
        ("return struct.size('!4bi')", ":8"),
        (
            "return {cmsgpack.unpack(cmsgpack.pack({1, 'a', true}, -300, 70000))}",
            "*3 *3 :1 $1 a :1 :-300 :70000",
        ),
        ("return {cmsgpack.unpack_one(cmsgpack.pack(1, 2), 1)}", "*2 :-1 :2"),
        ("return cmsgpack.unpack(cmsgpack.pack({a = {b = 'c'}})).a.b", "$1 c"),
        ("return bit.band(bit.lshift(1, 31), -1)", ":-2147483648"),
        ("return bit.tohex(bit.bxor(255, 2 ^ 32 - 1), 4)", "$4 ff00"),
    ] {
        assert_eq!(eval(&mut rig, script), reply, "{script}");
    }
    for (script, text) in [
        ("return struct.unpack('I', 'abc')", "bad argument #2 to 'unpack' (data string too short)"),
        ("return struct.pack('i33', 1)", "integral size 33 is larger than limit of 32"),
        ("return cmsgpack.unpack('\\146\\1')", "Missing bytes in input."),
        ("return cmsgpack.unpack('\\221\\255\\255\\255\\255')", "Missing bytes in input."),
        ("return bit.band('x')", "bad argument #1 to 'band' (number expected, got string)"),
    ] {
        assert_eq!(error(&mut rig, script), format!("-ERR user_script:1: {text}"), "{script}");
    }
}

//! What scripts get: time, memory, room for values.

use super::*;

#[test]
fn a_script_ends_when_its_time_is_up() {
    let mut rig = Rig::with(Settings { busy_reply_threshold: 30, ..Settings::default() });
    for script in [
        "while true do end",
        "while true do pcall(function() while true do end end) end",
        "while true do xpcall(function() while true do end end, function() end) end",
        "local f = coroutine.wrap(function() while true do end end) f()",
        "while true do coroutine.resume(coroutine.create(function() while true do end end)) end",
        "while true do redis.pcall('get', 'a') end",
    ] {
        let found = eval(&mut rig, script);
        assert!(found.starts_with("-ERR Script was ended: it has run for longer"), "{found}");
    }
    assert_eq!(eval(&mut rig, "return 1"), ":1");
}

#[test]
fn a_script_does_not_take_all_memory() {
    let mut rig = Rig::new();
    for script in [
        "return #string.rep('x', 2 ^ 31 - 1)",
        "local t = {} while true do t[#t + 1] = string.rep('x', 1000000) .. #t end",
        "local t = {} for i = 1, 1e8 do t[i] = {i} end",
        "return #pcall(string.rep, 'x', 2 ^ 31 - 1)",
    ] {
        assert!(eval(&mut rig, script).starts_with("-ERR"), "{script}");
        assert_eq!(eval(&mut rig, "return #string.rep('x', 1000000)"), ":1000000", "{script}");
    }
    assert_eq!(
        eval(&mut rig, "return {pcall(string.rep, 'x', 2 ^ 31 - 1)}"),
        "*2 $-1 $17 not enough memory"
    );
    assert_eq!(eval(&mut rig, "return 1"), ":1");
}

#[test]
fn a_reply_has_an_end() {
    let mut rig = Rig::new();
    let script = "local t = {string.rep('x', 1000000)} for i = 1, 90 do t = {t, t} end return t";
    assert!(eval(&mut rig, script).contains("-ERR the script's reply is too large"));
}

#[test]
fn many_arguments_and_results_fit() {
    let mut rig = Rig::new();
    let script =
        "local t = {} for i = 1, 7000 do t[i] = i end return redis.call('mget', unpack(t))";
    assert!(eval(&mut rig, script).starts_with("*7000 $-1"));
    let script = "local t = {} for i = 1, 100000 do t[i] = i end return t";
    assert!(eval(&mut rig, script).starts_with("*100000 :1"));
}

#[test]
fn many_values_pass_through() {
    let mut rig = Rig::new();
    let fill = "local t = {} for i = 1, 300 do t[i] = i end";
    for (script, reply) in [
        ("return unpack(t)", ":1"),
        ("return select('#', pcall(unpack, t))", ":301"),
        ("return select('#', pcall(function() return unpack(t, 1, 400) end))", ":401"),
        ("return select('#', xpcall(function() return unpack(t) end, error))", ":301"),
        (
            "return select('#', coroutine.resume(coroutine.create(function() return unpack(t) end)))",
            ":301",
        ),
        ("return {pcall(error, 'x')}", "*2 $-1 $1 x"),
    ] {
        assert_eq!(eval(&mut rig, &format!("{fill} {script}")), reply, "{script}");
    }
    assert_eq!(eval(&mut rig, "local function f() return pcall(f) end return f()"), ":1");
}

/// More than there are places on the stack of functions that Rust holds.
#[test]
fn any_number_of_scripts_is_known() {
    let mut rig = Rig::new();
    for number in 0..9_000 {
        assert_eq!(eval(&mut rig, &format!("return {number}")), format!(":{number}"));
    }
    assert_eq!(eval(&mut rig, "return 7"), ":7");
}

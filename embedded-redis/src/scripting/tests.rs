//! What scripts do, from the outside.

mod libraries;
mod limits;

use std::time::Duration;

use crate::engine::Settings;
use crate::engine::testing::Rig;

/// What a script is answered, as the first client writes it.
fn eval(rig: &mut Rig, script: &str) -> String {
    eval_with(rig, "eval", script, "0")
}

fn eval_with(rig: &mut Rig, command: &str, script: &str, rest: &str) -> String {
    let script = script.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
    rig.run(&format!("{command} \"{script}\" {rest}"))
}

/// An error without the part that says where it was raised.
fn error(rig: &mut Rig, script: &str) -> String {
    let answer = eval(rig, script);
    answer.split(" script: ").next().unwrap_or_default().to_owned()
}

/// Of the commands that have come together, those behind it are not to see the time before it.
#[test]
fn what_comes_behind_a_script_has_another_time() {
    let mut rig = Rig::new();
    assert_eq!(rig.run("ping"), "+PONG");
    assert!(!rig.engine.shared.is_late);
    eval(&mut rig, "return 1");
    assert!(rig.engine.shared.is_late);
    assert_eq!(rig.run("ping"), "+PONG");
    assert!(!rig.engine.shared.is_late);
}

#[test]
fn keys_and_arguments_are_told_apart() {
    let mut rig = Rig::new();
    let script = "return {#KEYS, #ARGV, KEYS[1], ARGV[1]}";
    assert_eq!(eval_with(&mut rig, "eval", script, "1 a b c"), "*4 :1 :2 $1 a $1 b");
    assert_eq!(
        eval_with(&mut rig, "eval", script, "2 a"),
        "-ERR Number of keys can't be greater than number of args"
    );
    assert_eq!(eval_with(&mut rig, "eval", script, "-1"), "-ERR Number of keys can't be negative");
    assert_eq!(
        eval_with(&mut rig, "eval", script, "x"),
        "-ERR value is not an integer or out of range"
    );
}

#[test]
fn values_become_replies() {
    let mut rig = Rig::new();
    for (script, reply) in [
        ("return 3.99", ":3"),
        ("return -3.99", ":-3"),
        ("return 1e300", ":-9223372036854775808"),
        ("return true", ":1"),
        ("return false", "$-1"),
        ("return", "$-1"),
        ("return print", "$-1"),
        ("return {1, 'a', {2}, nil, 5}", "*3 :1 $1 a *1 :2"),
        ("return {ok = 'fine'}", "+fine"),
        ("return {err = 'MINE is it'}", "-MINE is it"),
        ("return {double = 3.5}", "$3 3.5"),
        ("return {map = {a = 1}}", "*2 $1 a :1"),
        ("return {set = {a = true}}", "*1 $1 a"),
        ("return {big_number = '12'}", "$2 12"),
        ("return {verbatim_string = {format = 'txt', string = 'it'}}", "$2 it"),
        ("return redis.status_reply('YES')", "+YES"),
        ("return redis.error_reply('no')", "-ERR no"),
        ("return redis.error_reply('-NO way')", "-NO way"),
        ("redis.setresp(3) return false", ":0"),
        ("local t = {} t[1] = t return #redis.sha1hex('') + #t", ":41"),
    ] {
        let found = eval(&mut rig, script);
        if script.contains("print") {
            assert!(found.starts_with("-ERR user_script:1: Script attempted"), "{found}");
        } else {
            assert_eq!(found, reply, "{script}");
        }
    }
    assert!(
        eval(&mut rig, "local t = {} t[1] = t return t").ends_with("-ERR reached lua stack limit")
    );
}

#[test]
fn replies_become_values() {
    let mut rig = Rig::new();
    rig.run("mset a 1 b text");
    for (script, reply) in [
        ("return type(redis.call('get', 'none'))", "$7 boolean"),
        ("redis.setresp(3) return type(redis.call('get', 'none'))", "$3 nil"),
        ("return redis.call('set', 'c', 'd').ok", "$2 OK"),
        ("return redis.call('incr', 'a') + 1", ":3"),
        ("return redis.call('mget', 'a', 'none', 'b')", "*3 $1 2 $-1 $4 text"),
        (
            "redis.call('set', 'n', 1.5e-7) return redis.call('get', 'n')",
            "$22 1.4999999999999999e-07",
        ),
        ("redis.call('set', 'n', 1e20) return redis.call('get', 'n')", "$5 1e+20"),
        ("redis.call('set', 'n', 12) return redis.call('get', 'n')", "$2 12"),
        ("return type(redis.call('lcs', 'b', 'b', 'idx').map)", "$3 nil"),
        ("redis.setresp(3) return redis.call('lcs', 'b', 'b', 'idx').map.len", ":4"),
    ] {
        assert_eq!(eval(&mut rig, script), reply, "{script}");
    }
}

#[test]
fn errors_say_where_they_were_raised() {
    let mut rig = Rig::new();
    let sha = "8a08f4b52efaa2014867874031e0f420f142f6b5";
    assert_eq!(
        eval(&mut rig, "return redis.call(\"nope\")"),
        format!("-ERR Unknown Redis command called from script script: {sha}, on @user_script:1.")
    );
    assert_eq!(
        eval(&mut rig, "\nlocal x = nil + 1").split(", on").nth(1),
        Some(" @user_script:2.")
    );
    for (script, reply) in [
        ("return redis.call('get')", "-ERR Wrong number of args calling Redis command from script"),
        ("return redis.call('eval', '', 0)", "-ERR This Redis command is not allowed from script"),
        (
            "return redis.call({})",
            "-ERR Lua redis lib command arguments must be strings or integers",
        ),
        ("error('mine')", "-ERR user_script:1: mine"),
        ("error({err = 'MINE'})", "-MINE"),
        ("error({})", "-ERR unknown error"),
        ("error()", "-ERR nil"),
        (
            "this is not lua",
            "-ERR Error compiling script (new function): user_script:1: '=' expected near 'is'",
        ),
        (
            "redis.call('set', 'text', 'x') return redis.call('incr', 'text')",
            "-ERR value is not an integer or out of range",
        ),
    ] {
        assert_eq!(error(&mut rig, script), reply, "{script}");
    }
}

#[test]
fn errors_can_be_caught() {
    let mut rig = Rig::new();
    let unknown = "ERR Unknown Redis command called from script";
    for (script, reply) in [
        ("return redis.pcall('nope').err", unknown),
        ("return select(2, pcall(redis.call, 'nope'))", unknown),
        (
            "return select(2, xpcall(function() redis.call('nope') end, function(e) return e.err end))",
            unknown,
        ),
        (
            "return select(2, coroutine.resume(coroutine.create(function() redis.call('nope') end))).err",
            unknown,
        ),
        ("return select(2, pcall(error, {err = 'MINE'}))", "MINE"),
        ("return type(select(2, pcall(error, {mine = 1})))", "table"),
        (
            "return select(2, pcall(function() math.random(0) end))",
            "user_script:1: bad argument #1 to 'random' (interval is empty)",
        ),
    ] {
        let text = format!("${} {reply}", reply.len());
        assert_eq!(eval(&mut rig, script), text, "{script}");
    }
}

#[test]
fn scripts_are_known_by_their_sha() {
    let mut rig = Rig::new();
    let sha = "e0e1f9fabfc9d4800c877a703b823ac0578ff8db";
    let missing = "-NOSCRIPT No matching script. Please use EVAL.";
    assert_eq!(rig.run(&format!("evalsha {sha} 0")), missing);
    assert_eq!(rig.run("evalsha short x"), missing);
    assert_eq!(rig.run("script load 'return 1'"), format!("$40 {sha}"));
    assert_eq!(rig.run(&format!("evalsha {} 0", sha.to_uppercase())), ":1");
    assert_eq!(rig.run(&format!("script exists {sha} other")), "*2 :1 :0");
    assert_eq!(rig.run("script flush now"), "-ERR SCRIPT FLUSH only support SYNC|ASYNC option");
    assert_eq!(rig.run("script flush sync"), "+OK");
    assert_eq!(rig.run(&format!("script exists {sha}")), "*1 :0");
}

#[test]
fn what_is_for_reading_does_not_write() {
    let mut rig = Rig::new();
    let refused = "-ERR Write commands are not allowed from read-only scripts. script: ";
    let write = "return redis.call('set', 'a', 1)";
    assert!(eval_with(&mut rig, "eval_ro", write, "0").starts_with(refused));
    let declared = format!("#!lua flags=no-writes\n{write}");
    assert!(eval(&mut rig, &declared).starts_with(refused));
    assert_eq!(
        eval_with(&mut rig, "eval_ro", "#!lua\nreturn 1", "0"),
        "-ERR Can not execute a script with write flag using *_ro command."
    );
    assert_eq!(eval_with(&mut rig, "eval_ro", "return redis.call('get', 'a')", "0"), "$-1");
    assert_eq!(error(&mut rig, "#!js\n"), "-ERR Unexpected engine in script shebang: #!js");
    assert_eq!(error(&mut rig, "#!lua flags=x\n"), "-ERR Unexpected flag in script shebang: x");
    assert_eq!(error(&mut rig, "#!lua"), "-ERR Invalid script shebang");
}

#[test]
fn nothing_outlives_a_script() {
    let mut rig = Rig::new();
    let readonly = "-ERR user_script:1: Attempt to modify a readonly table";
    for script in ["x = 1", "string.x = 1", "redis.call = 1", "KEYS = 1", "_G.x = 1"] {
        assert_eq!(error(&mut rig, script), readonly, "{script}");
    }
    for script in [
        "rawset(_G, 'x', 1)",
        "rawset(string, 'x', 1)",
        "setmetatable(_G, nil)",
        "getmetatable('').__index = nil",
        "getmetatable(_G).__index = nil",
    ] {
        assert!(eval(&mut rig, script).starts_with("-ERR"), "{script}");
    }
    eval(&mut rig, "for _, t in pairs({_G, string, redis}) do table.insert(t, 1) end");
    eval(&mut rig, "local _, t = pairs(string) t[1] = 1");
    assert_eq!(eval(&mut rig, "return {rawget(_G, 1), string[1], redis[1], 2}"), "*0");
    assert_eq!(
        error(&mut rig, "return x"),
        "-ERR user_script:1: Script attempted to access nonexistent global variable 'x'"
    );
}

#[test]
fn there_is_no_way_out() {
    let mut rig = Rig::new();
    for name in [
        "os", "io", "require", "module", "package", "debug", "loadfile", "dofile", "print",
        "newproxy", "getfenv", "setfenv",
    ] {
        assert_eq!(eval(&mut rig, &format!("return rawget(_G, '{name}') == nil")), ":1", "{name}");
    }
    let compiled = "return loadstring(string.dump(function() return 1 end)) == nil";
    assert_eq!(eval(&mut rig, compiled), ":1");
    assert_eq!(
        eval(&mut rig, "return loadstring('return x == 1')() == 1").split(':').nth(1),
        Some("1")
    );
    assert_eq!(eval(&mut rig, "return load(function() return nil end) ~= nil"), ":1");
    let keeps = "return pairs(string) == next";
    assert_eq!(eval(&mut rig, keeps), "$-1");
}

#[test]
fn a_script_sees_one_time_and_one_database() {
    let mut rig = Rig::new();
    rig.run("set a 1 px 10");
    rig.now += Duration::from_millis(5);
    assert_eq!(eval(&mut rig, "redis.call('select', 3) redis.call('set', 'b', 1)"), "$-1");
    assert_eq!(rig.run("get b"), "$-1");
    assert_eq!(rig.run("get a"), "$1 1");
    rig.run("select 3");
    assert_eq!(rig.run("get b"), "$1 1");
}

#[test]
fn scripts_run_in_transactions() {
    let mut rig = Rig::new();
    rig.run("multi");
    assert_eq!(rig.run("eval 'return {1, redis.call(\"incr\", KEYS[1])}' 1 a"), "+QUEUED");
    assert_eq!(rig.run("exec"), "*1 *2 :1 :1");
}

#[test]
fn random_numbers_are_the_same_everywhere() {
    let mut rig = Rig::new();
    let seeded =
        "math.randomseed(42) return {math.random() * 1e9, math.random(100), math.random(5, 10)}";
    assert_eq!(eval(&mut rig, seeded), "*3 :744525000 :35 :5");
}

#[test]
fn nothing_waits_in_a_script() {
    let mut rig = Rig::new();
    assert_eq!(
        error(&mut rig, "return redis.call('XRead', 'block', '0', 'streams', 'x', '$')"),
        "-ERR XRead command is not allowed with BLOCK option from scripts"
    );
    assert_eq!(
        error(&mut rig, "return redis.call('blpop', 'x', 0)"),
        "-ERR This Redis command is not allowed from script"
    );
}

#[test]
fn a_client_of_resp3_is_answered_in_it() {
    let mut rig = Rig::new();
    rig.run("hello 3");
    rig.run("hset h f 1");
    for (script, reply) in [
        ("return {map = {a = 1}}", "%1 $1 a :1"),
        ("return {set = {a = true}}", "~1 $1 a"),
        ("return {double = 1.5}", ",1.5"),
        ("return {big_number = '12'}", "(12"),
        ("return {verbatim_string = {format = 'txt', string = 'it'}}", "=6 txt:it"),
        ("return false", "_"),
        ("return true", ":1"),
        ("redis.setresp(3) return true", "#t"),
        ("redis.setresp(3) return false", "#f"),
        ("return redis.call('hgetall', 'h')", "*2 $1 f $1 1"),
        ("redis.setresp(3) return redis.call('hgetall', 'h')", "%1 $1 f $1 1"),
    ] {
        assert_eq!(eval(&mut rig, script), reply, "{script}");
    }
}

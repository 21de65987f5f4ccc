//! Scripts and functions.

use redis_client_core::args::ScriptDebug;
use redis_client_core::cmd;

use super::{Case, case, gives, shows};

pub(super) fn cases() -> Vec<Case> {
    [scripts(), loaded(), functions(), libraries()].into_iter().flatten().collect()
}

fn scripts() -> Vec<Case> {
    let write = "return redis.call('SET', KEYS[1], ARGV[1])";
    vec![
        gives(cmd::eval("return KEYS[2] .. ARGV[1]", ["a", "b"], ["c"]).parse(), "bc".to_owned()),
        gives(cmd::eval("return {1, 2}", NONE, NONE).parse(), vec![1, 2]),
        gives(cmd::eval_ro("return KEYS[1] .. ARGV[1]", ["a"], [5]).parse(), "a5".to_owned()),
        case(cmd::eval_ro(write, ["a"], [5])).fails("ERR Write commands are not allowed"),
        gives(cmd::evalsha(SHA1, ["a"], [1]).parse(), "a1".to_owned()).given(LOAD),
        case(cmd::evalsha("0", ["a"], [1])).fails("NOSCRIPT"),
        gives(cmd::evalsha_ro(SHA1, ["a"], [1]).parse(), "a1".to_owned()).given(LOAD),
    ]
}

fn loaded() -> Vec<Case> {
    vec![
        gives(cmd::script_load("return(KEYS[1]..ARGV[1])"), SHA1.to_owned()),
        gives(cmd::script_exists([SHA1, "0"]), vec![true, false]).given(LOAD),
        gives(cmd::script_flush(), ()),
        gives(cmd::script_flush().sync(), ()),
        gives(cmd::script_flush().async_(), ()),
        case(cmd::script_kill()).fails("NOTBUSY"),
        gives(cmd::script_debug(ScriptDebug::Yes), ()),
        gives(cmd::script_debug(ScriptDebug::Sync), ()),
        gives(cmd::script_debug(ScriptDebug::No), ()),
        case(cmd::script_show(SHA1)).not_run("valkey 8.0"),
        case(cmd::script_help()),
    ]
}

fn functions() -> Vec<Case> {
    let library = |case: Case| case.given(LIBRARY).cleanup("FUNCTION FLUSH");
    vec![
        library(gives(cmd::fcall("f", ["a"], [1]).parse(), 7)),
        case(cmd::fcall("f", NONE, NONE)).fails("ERR Function not found"),
        library(gives(cmd::fcall_ro("g", ["a"], [1]).parse(), 8)).given(READER),
        library(case(cmd::fcall_ro("f", ["a"], [1]))).fails("ERR Can not execute a script"),
        case(cmd::function_kill()).fails("NOTBUSY"),
        library(shows(
            cmd::function_stats(),
            "FunctionStats { running: None, \
             engines: {\"LUA\": EngineStats { libraries: 1, functions: 1 }} }",
        )),
    ]
}

fn libraries() -> Vec<Case> {
    let library = |case: Case| case.given(LIBRARY).cleanup("FUNCTION FLUSH");
    let clean = |case: Case| case.cleanup("FUNCTION FLUSH");
    let restore = || cmd::function_restore(DUMPED);
    vec![
        clean(gives(cmd::function_load(SOURCE), "l".to_owned())),
        library(case(cmd::function_load(SOURCE))).fails("ERR Library 'l' already exists"),
        library(gives(cmd::function_load(SOURCE).replace(), "l".to_owned())),
        library(gives(cmd::function_delete("l"), ())),
        case(cmd::function_delete("l")).fails("ERR Library not found"),
        gives(cmd::function_list(), Vec::new()),
        library(shows(
            cmd::function_list().libraryname("r*"),
            "[Library { name: \"r\", engine: \"LUA\", functions: [LibraryFunction \
             { name: \"g\", description: None, flags: [\"no-writes\"] }], code: None }]",
        ))
        .given(READER),
        library(shows(
            cmd::function_list().withcode(),
            "[Library { name: \"l\", engine: \"LUA\", functions: \
             [LibraryFunction { name: \"f\", description: None, flags: [] }], \
             code: Some(b\"#!lua\\tname=l\\nredis.register_function('f',function()return(7)end)\") }]",
        )),
        case(cmd::function_dump()),
        clean(gives(restore(), ())),
        library(case(restore().append())).fails("ERR Library l already exists"),
        library(gives(restore().flush(), ())),
        library(gives(restore().replace(), ())),
        gives(cmd::function_flush(), ()),
        gives(cmd::function_flush().sync(), ()),
        gives(cmd::function_flush().async_(), ()),
        case(cmd::function_help()),
    ]
}

/// No keys, or no arguments.
const NONE: [&str; 0] = [];

/// A script without spaces, so that it is one word, and its digest.
const LOAD: &str = "SCRIPT LOAD return(KEYS[1]..ARGV[1])";
const SHA1: &str = "5e38917d6485fabceb0f779b43ede678b098b9a7";

const SOURCE: &str = "#!lua name=l\nredis.register_function('f', function() return 7 end)";
const LIBRARY: &str =
    "FUNCTION LOAD #!lua\tname=l\nredis.register_function('f',function()return(7)end)";
const READER: &str = "FUNCTION LOAD #!lua\tname=r\n\
    redis.register_function{function_name='g',callback=function()return(8)end,flags={'no-writes'}}";
/// What `FUNCTION DUMP` of Redis 7.0 makes of that library.
const DUMPED: &[u8] =
    b"\xf5@@#!lua\tname=l\nredis.register_function('f',function()return(7)end)\n\x00\xe1\x1f\x93DC1\xbe\x91";

//! The table `redis`, but for the functions that call commands.

use std::sync::Arc;

use mlua::{Lua, Table, Variadic};

use super::arguments::Argument;
use super::raised::Raised;
use super::running::Running;
use super::{call, fill, sha_of};

pub(super) fn make(lua: &Lua, running: &Arc<Running>) -> mlua::Result<Table> {
    let redis = lua.create_table()?;
    for (name, value) in CONSTANTS {
        redis.raw_set(*name, *value)?;
    }
    redis.raw_set("REDIS_VERSION", VERSION)?;
    let (own, user) = (Arc::clone(running), Arc::clone(running));
    fill(
        &redis,
        [
            ("sha1hex", lua.create_function(|lua, it| sha1hex(lua, &it))?),
            ("error_reply", lua.create_function(|lua, it| error_reply(lua, &it))?),
            ("status_reply", lua.create_function(|lua, it| status_reply(lua, &it))?),
            ("log", lua.create_function(|lua, it| log(lua, &it))?),
            ("set_repl", lua.create_function(|lua, it| set_repl(lua, &it))?),
            ("setresp", lua.create_function(move |_, it| setresp(&own, &it))?),
            ("acl_check_cmd", lua.create_function(move |_, it| acl_check_cmd(&user, &it))?),
            ("replicate_commands", lua.create_function(|_, ()| Ok(true))?),
            ("breakpoint", lua.create_function(|_, ()| Ok(false))?),
            ("debug", lua.create_function(|_, ()| Ok(()))?),
        ],
    )?;
    Ok(redis)
}

fn sha1hex(lua: &Lua, arguments: &Variadic<Argument>) -> mlua::Result<mlua::String> {
    let [argument] = arguments.as_slice() else {
        return Err(Raised::reply("ERR wrong number of arguments"));
    };
    lua.create_string(sha_of(&argument.text().unwrap_or_default()))
}

fn error_reply(lua: &Lua, arguments: &Variadic<Argument>) -> mlua::Result<Table> {
    let table = lua.create_table()?;
    let text = match arguments.as_slice() {
        [Argument::Text(text)] => {
            let text = text.strip_prefix(b"-").unwrap_or(text);
            let code: &[u8] = if text.contains(&b' ') { b"" } else { b"ERR " };
            [code, text].concat()
        }
        _ => WRONG_ARGUMENTS.as_bytes().to_vec(),
    };
    table.raw_set("err", mlua::String::wrap(text))?;
    Ok(table)
}

fn status_reply(lua: &Lua, arguments: &Variadic<Argument>) -> mlua::Result<Table> {
    let table = lua.create_table()?;
    match arguments.as_slice() {
        [Argument::Text(text)] => table.raw_set("ok", mlua::String::wrap(text))?,
        _ => table.raw_set("err", WRONG_ARGUMENTS)?,
    }
    Ok(table)
}

/// There is no log: a server that is a part of another program has none of its own.
fn log(_: &Lua, arguments: &Variadic<Argument>) -> mlua::Result<()> {
    let [level, _, ..] = arguments.as_slice() else {
        return Err(Raised::reply("ERR redis.log() requires two arguments or more."));
    };
    match level.number() {
        None => Err(Raised::reply("ERR First argument must be a number (log level).")),
        Some(level) if (0..=3).contains(&(level as i32)) => Ok(()),
        Some(_) => Err(Raised::reply("ERR Invalid debug level.")),
    }
}

fn set_repl(_: &Lua, arguments: &Variadic<Argument>) -> mlua::Result<()> {
    let [flags] = arguments.as_slice() else {
        return Err(Raised::reply("ERR redis.set_repl() requires two arguments."));
    };
    if flags.number().unwrap_or(0.0) as i32 & !3 != 0 {
        return Err(Raised::reply(
            "ERR Invalid replication flags. Use REPL_AOF, REPL_REPLICA, REPL_ALL or REPL_NONE.",
        ));
    }
    Ok(())
}

fn setresp(running: &Running, arguments: &Variadic<Argument>) -> mlua::Result<()> {
    let [version] = arguments.as_slice() else {
        return Err(Raised::reply("ERR redis.setresp() requires one argument."));
    };
    match version.number().unwrap_or(0.0) as i32 {
        2 => running.set_resp3(false),
        3 => running.set_resp3(true),
        _ => return Err(Raised::reply("ERR RESP version must be 2 or 3.")),
    }
    Ok(())
}

fn acl_check_cmd(running: &Running, arguments: &Variadic<Argument>) -> mlua::Result<bool> {
    match call::is_allowed(arguments, running.user().as_deref()) {
        Ok(Some(allowed)) => Ok(allowed),
        Ok(None) => Err(Raised::reply("ERR Invalid command passed to redis.acl_check_cmd()")),
        Err(why) => Err(Raised::reply(why)),
    }
}

const WRONG_ARGUMENTS: &str = "ERR wrong number or type of arguments";

/// The version whose behaviour this is.
const VERSION: &str = "7.0.15";

const CONSTANTS: &[(&str, i64)] = &[
    ("LOG_DEBUG", 0),
    ("LOG_VERBOSE", 1),
    ("LOG_NOTICE", 2),
    ("LOG_WARNING", 3),
    ("REPL_NONE", 0),
    ("REPL_AOF", 1),
    ("REPL_SLAVE", 2),
    ("REPL_REPLICA", 2),
    ("REPL_ALL", 3),
    ("REDIS_VERSION_NUM", 0x0007_000f),
];

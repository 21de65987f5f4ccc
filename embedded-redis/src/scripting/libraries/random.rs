//! `math.random`, which gives the same numbers everywhere: `lrand48` as Redis has it.

use std::sync::Arc;

use mlua::{Lua, Table, Variadic};

use crate::scripting::arguments::Argument;
use crate::scripting::fill;
use crate::scripting::raised::Raised;
use crate::scripting::running::Running;

pub(super) fn make(lua: &Lua, running: &Arc<Running>) -> mlua::Result<Table> {
    let table = lua.create_table()?;
    let (one, other) = (Arc::clone(running), Arc::clone(running));
    fill(
        &table,
        [
            ("random", lua.create_function(move |lua, it| random(lua, &one, &it))?),
            ("randomseed", lua.create_function(move |lua, it| seed(lua, &other, &it))?),
        ],
    )?;
    Ok(table)
}

fn random(lua: &Lua, running: &Running, arguments: &Variadic<Argument>) -> mlua::Result<f64> {
    let state = running.random().wrapping_mul(0x5_deec_e66d).wrapping_add(0xb) & 0xffff_ffff_ffff;
    running.set_random(state);
    let fraction = ((state >> 17) % LARGEST) as f64 / LARGEST as f64;
    let limit = |index: usize| integer(lua, "random", index, arguments.get(index));
    match arguments.len() {
        0 => Ok(fraction),
        1 => {
            let upper = limit(0)?;
            if upper < 1 {
                return Err(Raised::bad_argument(lua, 1, "random", "interval is empty"));
            }
            Ok((fraction * f64::from(upper)).floor() + 1.0)
        }
        2 => {
            let (lower, upper) = (limit(0)?, limit(1)?);
            if lower > upper {
                return Err(Raised::bad_argument(lua, 2, "random", "interval is empty"));
            }
            let size = f64::from(upper.wrapping_sub(lower).wrapping_add(1));
            Ok((fraction * size).floor() + f64::from(lower))
        }
        _ => Err(Raised::at_caller(lua, "wrong number of arguments")),
    }
}

fn seed(lua: &Lua, running: &Running, arguments: &Variadic<Argument>) -> mlua::Result<()> {
    let seed = integer(lua, "randomseed", 0, arguments.first())?;
    running.set_random((u64::from(seed as u32) << 16) + 0x330e);
    Ok(())
}

/// An argument as Lua casts it to an `int`.
fn integer(lua: &Lua, name: &str, index: usize, argument: Option<&Argument>) -> mlua::Result<i32> {
    match argument.map(|argument| argument.number().ok_or(argument.type_name())) {
        Some(Ok(number)) => Ok(super::super::number::to_integer(number) as i32),
        Some(Err(found)) => {
            let why = format!("number expected, got {found}");
            Err(Raised::bad_argument(lua, index + 1, name, &why))
        }
        None => Err(Raised::bad_argument(lua, index + 1, name, "number expected, got no value")),
    }
}

/// `REDIS_LRAND48_MAX`
const LARGEST: u64 = i32::MAX as u64;

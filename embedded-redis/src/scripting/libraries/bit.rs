//! `bit`: operations on integers of 32 bits, as the library of LuaJIT has them.

use mlua::{Lua, Table, Variadic};

use super::Given;
use crate::scripting::arguments::Argument;
use crate::scripting::fill;

pub(super) fn make(lua: &Lua) -> mlua::Result<Table> {
    let table = lua.create_table()?;
    let one = |function: &'static str, change: fn(u32) -> u32| {
        lua.create_function(move |lua, arguments: Variadic<Argument>| {
            let given = Given { lua, function, arguments: &arguments };
            Ok(signed(change(bits(given.number(0)?))))
        })
    };
    let shift = |function: &'static str, change: fn(u32, u32) -> u32| {
        lua.create_function(move |lua, arguments: Variadic<Argument>| {
            let given = Given { lua, function, arguments: &arguments };
            let (value, by) = (bits(given.number(0)?), bits(given.number(1)?));
            Ok(signed(change(value, by & 31)))
        })
    };
    let many = |function: &'static str, change: fn(u32, u32) -> u32| {
        lua.create_function(move |lua, arguments: Variadic<Argument>| {
            let given = Given { lua, function, arguments: &arguments };
            let first = bits(given.number(0)?);
            let rest = (1..arguments.len()).map(|index| given.number(index).map(bits));
            let result: mlua::Result<u32> =
                rest.into_iter().try_fold(first, |sum, value| Ok(change(sum, value?)));
            result.map(signed)
        })
    };
    fill(
        &table,
        [
            ("tobit", one("tobit", |value| value)?),
            ("bnot", one("bnot", |value| !value)?),
            ("bswap", one("bswap", u32::swap_bytes)?),
            ("band", many("band", |one, other| one & other)?),
            ("bor", many("bor", |one, other| one | other)?),
            ("bxor", many("bxor", |one, other| one ^ other)?),
            ("lshift", shift("lshift", |value, by| value << by)?),
            ("rshift", shift("rshift", |value, by| value >> by)?),
            ("arshift", shift("arshift", |value, by| (value.cast_signed() >> by).cast_unsigned())?),
            ("rol", shift("rol", u32::rotate_left)?),
            ("ror", shift("ror", u32::rotate_right)?),
            ("tohex", lua.create_function(|lua, it| tohex(lua, &it))?),
        ],
    )?;
    Ok(table)
}

fn tohex(lua: &Lua, arguments: &Variadic<Argument>) -> mlua::Result<String> {
    let given = Given { lua, function: "tohex", arguments };
    let value = bits(given.number(0)?);
    let digits = match arguments.get(1) {
        Some(_) => bits(given.number(1)?).cast_signed(),
        None => 8,
    };
    let count = digits.unsigned_abs().min(8) as usize;
    let text = if digits < 0 { format!("{value:08X}") } else { format!("{value:08x}") };
    Ok(text.get(8 - count..).unwrap_or_default().to_owned())
}

/// The low 32 bits of a number that is rounded to an integer.
fn bits(number: f64) -> u32 {
    // Adding 2^52 + 2^51 moves the integer's low bits to the end of the mantissa.
    (number + 6_755_399_441_055_744.0).to_bits() as u32
}

fn signed(bits: u32) -> f64 {
    f64::from(bits.cast_signed())
}

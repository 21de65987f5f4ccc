//! The part of `DEBUG` that tests use.

use redis_server_core::Items;
use redis_server_core::resp_core::request::Request;

use crate::commands::arguments::{arg, is};
use crate::commands::help;
use crate::commands::numbers::float;
use crate::engine::{Answer, Context, Done, Error, Outcome};

pub(super) fn debug(
    context: &mut Context<'_>,
    request: Request<'_>,
    answer: &mut Answer<'_>,
) -> Outcome {
    let subcommand = arg(&request, 1);
    match (subcommand, request.len()) {
        (it, 2) if is(it, "help") => help::debug(answer),
        (it, 2) if is(it, "change-repl-id") => answer.ok(),
        (it, 3) if is(it, "sleep") => match float(arg(&request, 2)) {
            Ok(seconds) if seconds > 0.0 => Err(Error::of("ERR this server sleeps for nobody")),
            _ => answer.ok(),
        },
        (it, 3) if is(it, "set-active-expire") => {
            // As C's `atoi` takes it.
            let on = float(arg(&request, 2)).is_ok_and(|number| number.trunc() != 0.0);
            context.engine.shared.settings.active_expire = on;
            answer.ok()
        }
        (it, 3) if is(it, "error") => Err(Error::new(arg(&request, 2))),
        (it, 3) if is(it, "log") => answer.ok(),
        (it, 3) if is(it, "quicklist-packed-threshold") => answer.ok(),
        (it, 3) if is(it, "object") => object(context, arg(&request, 2), answer),
        (it, 3) if is(it, "protocol") => protocol(arg(&request, 2), answer),
        _ => Err(help::unknown("DEBUG", subcommand)),
    }
}

/// `DEBUG OBJECT key`, as far as there is something to say.
fn object(context: &mut Context<'_>, key: &[u8], answer: &mut Answer<'_>) -> Outcome {
    let data = context.data()?;
    let place = data.database.db.find(key).ok_or(Error::NO_SUCH_KEY)?;
    let value = data.database.db.value(place).ok_or(Error::NO_SUCH_KEY)?;
    answer.simple(&format!(
        "Value at:0x0 refcount:1 encoding:{} serializedlength:{} lru:0 lru_seconds_idle:0",
        value.encoding(),
        value.heap_bytes()
    ))
}

/// `DEBUG PROTOCOL type`: one of each.
#[expect(clippy::approx_constant, reason = "so Redis has it")]
fn protocol(kind: &[u8], answer: &mut Answer<'_>) -> Outcome {
    let elements = |items: Option<Items<'_>>| {
        if let Some(mut items) = items {
            items.add(0).add(1).add(2);
        }
        Ok(Done::Answered)
    };
    match kind {
        it if is(it, "string") => answer.bulk(b"Hello World"),
        it if is(it, "integer") => answer.int(12345),
        it if is(it, "double") => answer.double(3.141),
        it if is(it, "null") => answer.null(),
        it if is(it, "array") => elements(answer.array(3)),
        it if is(it, "set") => elements(answer.set(3)),
        it if is(it, "map") => {
            if let Some(mut pairs) = answer.map(3) {
                pairs.pair(0, false).pair(1, true).pair(2, false);
            }
            Ok(Done::Answered)
        }
        it if is(it, "bignum") => answer.big_number("1234567999999999999999999999999999999"),
        it if is(it, "verbatim") => answer.verbatim(*b"txt", "This is a verbatim\nstring"),
        it if is(it, "true") => answer.boolean(true),
        it if is(it, "false") => answer.boolean(false),
        _ => Err(Error::of(
            "ERR Wrong protocol type name. Please use one of the following: \
             string|integer|double|bignum|null|array|set|map|attrib|push|verbatim|true|false",
        )),
    }
}

//! The part of `DEBUG` that tests use.

mod protocol;

use redis_server_core::resp_core::request::Request;

use crate::commands::arguments::{arg, is};
use crate::commands::help;
use crate::commands::numbers::float;
use crate::engine::{Answer, Context, Data, Done, Error, Outcome, Waiting};
use crate::keyspace::Millis;

pub(super) fn debug(
    context: &mut Context<'_>,
    request: Request<'_>,
    answer: &mut Answer<'_>,
) -> Outcome {
    let subcommand = arg(&request, 1);
    match (subcommand, request.len()) {
        (it, 2) if is(it, "help") => help::debug(answer),
        (it, 2) if is(it, "change-repl-id") => answer.ok(),
        (it, 3) if is(it, "sleep") => sleep(context, arg(&request, 2), answer),
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
        (it, 3) if is(it, "protocol") => protocol::protocol(arg(&request, 2), answer),
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

/// `DEBUG SLEEP seconds`: nobody is served meanwhile, and nothing else is done. The thread is not
/// stopped: it may have other work to do.
fn sleep(context: &mut Context<'_>, seconds: &[u8], answer: &mut Answer<'_>) -> Outcome {
    let micros = float(seconds).unwrap_or(0.0) * 1_000_000.0;
    // What is too much for Redis's integers has become negative, and no sleep.
    if micros < 1.0 || micros >= i64::MAX as f64 {
        return answer.ok();
    }
    let until = context.now().saturating_add((micros / 1_000.0).ceil() as Millis);
    context.engine.shared.pause.sleep(until);
    Ok(Done::Block(Box::new(Asleep { until })))
}

/// The client that has sent the server to sleep.
#[derive(Debug)]
struct Asleep {
    until: Millis,
}

impl Waiting for Asleep {
    fn keys(&self) -> &[Box<[u8]>] {
        &[]
    }

    fn deadline(&self) -> Option<Millis> {
        Some(self.until)
    }

    fn serve(&self, _: &mut Data<'_>, _: &[u8], _: &mut Answer<'_>) -> Option<Outcome> {
        None
    }

    fn time_out(&self, answer: &mut Answer<'_>) -> Outcome {
        answer.ok()
    }
}

//! Whole databases.

use redis_server_core::resp_core::request::Request;

use crate::commands::arguments::{arg, is};
use crate::engine::{Answer, Context, Data, Engine, Error, Outcome};
use crate::keyspace::parse_integer;

pub(super) fn dbsize(data: &mut Data<'_>, _: Request<'_>, answer: &mut Answer<'_>) -> Outcome {
    answer.count(data.database.db.len())
}

/// `FLUSHDB [ASYNC|SYNC]`
pub(super) fn flushdb(
    context: &mut Context<'_>,
    request: Request<'_>,
    answer: &mut Answer<'_>,
) -> Outcome {
    check_mode(&request)?;
    let db = context.db();
    context.engine.flush(db);
    context.engine.invalidate_all();
    answer.ok()
}

/// `FLUSHALL [ASYNC|SYNC]`
pub(super) fn flushall(
    context: &mut Context<'_>,
    request: Request<'_>,
    answer: &mut Answer<'_>,
) -> Outcome {
    check_mode(&request)?;
    for db in 0..context.engine.databases.len() {
        context.engine.flush(db);
    }
    context.engine.invalidate_all();
    answer.ok()
}

fn check_mode(request: &Request<'_>) -> Result<(), Error> {
    match request.arg(1) {
        None => Ok(()),
        Some(mode) if request.len() == 2 && (is(mode, "sync") || is(mode, "async")) => Ok(()),
        Some(_) => Err(Error::SYNTAX),
    }
}

/// `SWAPDB index index`
pub(super) fn swapdb(
    context: &mut Context<'_>,
    request: Request<'_>,
    answer: &mut Answer<'_>,
) -> Outcome {
    let index = |at| parse_integer(arg(&request, at)).and_then(|number| i32::try_from(number).ok());
    let first = index(1).ok_or(Error::of("ERR invalid first DB index"))?;
    let second = index(2).ok_or(Error::of("ERR invalid second DB index"))?;
    let databases = context.engine.databases.len();
    let known = |number| usize::try_from(number).ok().filter(|index| *index < databases);
    let (Some(first), Some(second)) = (known(first), known(second)) else {
        return Err(Error::DB_OUT_OF_RANGE);
    };
    context.engine.swap(first, second);
    answer.ok()
}

impl Engine {
    /// Removes all keys of a database.
    fn flush(&mut self, index: usize) {
        let Some(database) = self.databases.get_mut(index) else { return };
        database.touch_all(None, self.shared.now);
        for key in database.awaited().filter(|key| database.db.find(key).is_some()) {
            self.shared.ready.push(index, key);
        }
        let old = database.db.clear();
        database.expiry_cursor = 0;
        self.shared.changes += old.len() as u64;
    }

    /// Exchanges what is in two databases; who watches keys and who waits for them stays.
    fn swap(&mut self, first: usize, second: usize) {
        let Ok([one, other]) = self.databases.get_disjoint_mut([first, second]) else { return };
        one.touch_all(Some(&other.db), self.shared.now);
        other.touch_all(Some(&one.db), self.shared.now);
        // Also a key that is no longer there concerns who waits for it: in a group of a stream.
        let is_there = |key: &[u8]| one.db.find(key).is_some() || other.db.find(key).is_some();
        for (index, database) in [(first, &*one), (second, &*other)] {
            let found = database.awaited().filter(|key| is_there(key));
            found.for_each(|key| self.shared.ready.push(index, key));
        }
        std::mem::swap(&mut one.db, &mut other.db);
        std::mem::swap(&mut one.expiry_cursor, &mut other.expiry_cursor);
        self.shared.changes += 1;
    }
}

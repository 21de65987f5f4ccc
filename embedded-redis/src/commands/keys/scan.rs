//! `SCAN`.

use redis_server_core::resp_core::request::Request;

use crate::commands::arguments::{arg, is};
use crate::commands::scanning::{Scan, cursor, page};
use crate::engine::{Answer, Data, Outcome};
use crate::keyspace::{Compact, Place};

pub(super) fn scan(data: &mut Data<'_>, request: Request<'_>, answer: &mut Answer<'_>) -> Outcome {
    let cursor = cursor(arg(&request, 1))?;
    let (scan, kind) = Scan::parse_with_type(&request)?;
    let mut found = Vec::new();
    let cursor = data.database.db.scan(cursor, scan.count, &mut found);
    let due = split_off_due(data, &mut found);
    let db = &data.database.db;
    let keys = found.into_iter().filter_map(|place| {
        let (key, value) = db.entry(place)?;
        let is_kind = kind.is_none_or(|kind| is(kind, value.kind().name()));
        (is_kind && scan.wants(key)).then_some(key)
    });
    let outcome = page(answer, cursor, &keys.collect::<Vec<&Compact>>());
    // Their places are not valid any longer once one of them is gone.
    for key in due {
        data.peek(&key);
    }
    outcome
}

/// Takes out what is past its deadline.
fn split_off_due(data: &Data<'_>, found: &mut Vec<Place>) -> Vec<Compact> {
    let (db, now) = (&data.database.db, data.now());
    let mut due = Vec::new();
    if db.volatile_len() > 0 {
        found.retain(|place| {
            let is_due = db.is_due(*place, now);
            if is_due {
                due.extend(db.entry(*place).map(|(key, _)| key.clone()));
            }
            !is_due
        });
    }
    due
}

//! One reply of each type, for clients to be tried with.

use redis_server_core::Items;

use crate::commands::arguments::is;
use crate::engine::{Answer, Done, Error, Outcome};

/// `DEBUG PROTOCOL type`: one of each.
#[expect(clippy::approx_constant, reason = "so Redis has it")]
pub(super) fn protocol(kind: &[u8], answer: &mut Answer<'_>) -> Outcome {
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
        it if is(it, "attrib") => {
            if let Some(mut pairs) = answer.attributes(1) {
                pairs.value("key-popularity").array(2).add("key:123").add(90);
            }
            answer.bulk(b"Some real reply following the attribute")
        }
        it if is(it, "push") => {
            match answer.push_ahead(2) {
                Some(mut items) => items.add("server-cpu-usage").add(42),
                None => return Err(Error::of("ERR RESP2 is not supported by this command")),
            };
            answer.bulk(b"Some real reply following the push reply")
        }
        it if is(it, "verbatim") => answer.verbatim(*b"txt", "This is a verbatim\nstring"),
        it if is(it, "true") => answer.boolean(true),
        it if is(it, "false") => answer.boolean(false),
        _ => Err(Error::of(
            "ERR Wrong protocol type name. Please use one of the following: \
             string|integer|double|bignum|null|array|set|map|attrib|push|verbatim|true|false",
        )),
    }
}

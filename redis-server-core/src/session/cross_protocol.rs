//! Requests of another protocol.

use resp_core::request::{Place, RequestKind, RequestParser};

/// Whether a request is a line that a web page can have a browser send to a server on its own machine:
/// `processCommand` in Redis's server.c. Browsers send no multibulk requests, so those are not looked
/// at, which would cost each of them something.
#[inline]
pub(super) fn is_http(parser: &RequestParser, place: &Place, input: &[u8]) -> bool {
    if place.kind() != RequestKind::Inline {
        return false;
    }
    let text = input.get(place.start()..).unwrap_or_default();
    let name = parser.found_in(text, place).name();
    name.eq_ignore_ascii_case(b"post") || name.eq_ignore_ascii_case(b"host:")
}

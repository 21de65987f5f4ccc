//! Requests of another protocol.

/// Whether a command's name is the beginning of a line that a web page can have a browser send to a
/// server on its own machine: `processCommand` in Redis's server.c.
#[inline]
pub(super) fn is_http(name: &[u8]) -> bool {
    name.eq_ignore_ascii_case(b"post") || name.eq_ignore_ascii_case(b"host:")
}

//! Glob patterns, as `KEYS`, `SCAN .. MATCH`, `PSUBSCRIBE` and `CONFIG GET` take them.
//!
//! | | matches |
//! |---|---|
//! | `*` | any bytes, none too |
//! | `?` | one byte |
//! | `[abc]`, `[a-z]` | one byte of these; a reversed range is turned round |
//! | `[^a-z]` | one byte that is none of these |
//! | `\x` | `x`, whatever it means otherwise; in a class too |
//!
//! The language is that of `stringmatchlen` in Redis's util.c (7.0), corners included, each of
//! which a test holds against a real redis-server:
//!
//! - Empty text is matched by the empty pattern alone, not by `*`. Redis's `KEYS *` finds an empty
//!   key because it doesn't ask.
//! - A class without its `]` ends where the pattern ends. An empty class matches nothing, `[^]`
//!   anything.
//! - `[a-]x]` is a range from `a` to `]`, and `x`: the byte after the `-` is never special.
//! - Ranges are of signed bytes, as C has them on x86: `[a-\xff]` is -1 to 97.
//!
//! The time is not Redis's: there, each `*` is a recursion, and patterns of many take time without
//! end (CVE-2022-36021) or all of the stack (CVE-2024-31228). Here a match takes at most as many
//! steps as the pattern has bytes times the text's, without recursion or allocation.

/// Whether all of `text` is what `pattern` says.
///
/// ```
/// use redis_server_core::glob_matches;
///
/// assert!(glob_matches(b"user:*:[0-9]", b"user:ada:7"));
/// assert!(!glob_matches(b"user:*:[^0-9]", b"user:ada:7"));
/// ```
#[must_use]
pub fn glob_matches(pattern: &[u8], text: &[u8]) -> bool {
    matches(pattern, text, |byte| byte, |_| {})
}

/// [`glob_matches`] without regard to the case of ASCII letters, as `CONFIG GET` matches names.
///
/// As in Redis, a letter after `\` in a class keeps its case, and a range is turned round by the
/// letters as they stand: `[Z-a]` is then `z` to `a`, which is nothing.
#[must_use]
pub fn glob_matches_ignore_case(pattern: &[u8], text: &[u8]) -> bool {
    matches(pattern, text, |byte| byte.to_ascii_lowercase(), |_| {})
}

/// Tells `step` of each byte of the pattern that it looks at, which is what the time goes by.
///
/// Each token but `*` matches one byte, so that only the last `*` need ever give way: were an
/// earlier one to take more, the tokens between them would have to match further on, and from there
/// the last one could reach nothing that it can't reach already.
fn matches(
    pattern: &[u8],
    text: &[u8],
    fold: impl Fn(u8) -> u8 + Copy,
    mut step: impl FnMut(usize),
) -> bool {
    if text.is_empty() {
        return pattern.is_empty();
    }
    let (mut pattern, mut text) = (pattern, text);
    // What is behind the last `*`, and the text that it has been tried on.
    let mut retry: Option<(&[u8], &[u8])> = None;
    while let Some((&byte, rest)) = text.split_first() {
        if let Some((b'*', behind)) = pattern.split_first() {
            step(1);
            if behind.is_empty() {
                return true;
            }
            pattern = behind;
            retry = Some((behind, text));
            continue;
        }
        let (matched, behind) = one(pattern, byte, fold);
        step(pattern.len() - behind.len());
        if matched {
            (pattern, text) = (behind, rest);
        } else if let Some((again, from)) = retry {
            let further = from.get(1..).unwrap_or_default();
            (pattern, text) = (again, further);
            retry = Some((again, further));
        } else {
            return false;
        }
    }
    // More for a `*` to skip would be less text for the rest.
    pattern.iter().all(|byte| *byte == b'*')
}

/// Whether the token that the pattern starts with, which is no `*`, matches the byte, and the
/// pattern behind it.
#[inline]
fn one(pattern: &[u8], byte: u8, fold: impl Fn(u8) -> u8) -> (bool, &[u8]) {
    match *pattern {
        [] => (false, pattern),
        [b'?', ref behind @ ..] => (true, behind),
        [b'[', b'^', ref class @ ..] => {
            let (found, behind) = in_class(class, byte, fold);
            (!found, behind)
        }
        [b'[', ref class @ ..] => in_class(class, byte, fold),
        [b'\\', literal, ref behind @ ..] | [literal, ref behind @ ..] => {
            (fold(literal) == fold(byte), behind)
        }
    }
}

/// Whether the byte is in the class that starts behind a `[` or `[^`, and the pattern behind it.
fn in_class(mut class: &[u8], byte: u8, fold: impl Fn(u8) -> u8) -> (bool, &[u8]) {
    let mut found = false;
    loop {
        class = match *class {
            [] => return (found, class),
            [b'\\', literal, ref behind @ ..] => {
                found |= literal == byte;
                behind
            }
            [b']', ref behind @ ..] => return (found, behind),
            [one, b'-', other, ref behind @ ..] => {
                let signed = |byte: u8| fold(byte).cast_signed();
                let (low, high) = (one.cast_signed(), other.cast_signed());
                let (low, high) = if low > high { (other, one) } else { (one, other) };
                found |= (signed(low)..=signed(high)).contains(&signed(byte));
                behind
            }
            [literal, ref behind @ ..] => {
                found |= fold(literal) == fold(byte);
                behind
            }
        };
    }
}

#[cfg(test)]
mod tests {
    extern crate std;

    use std::vec;

    use super::matches;

    fn steps(pattern: &[u8], text: &[u8]) -> (bool, usize) {
        let mut steps = 0;
        let matched = matches(pattern, text, |byte| byte, |looked_at| steps += looked_at);
        (matched, steps)
    }

    #[test]
    fn the_worst_patterns_take_no_longer_than_their_lengths_multiplied() {
        let text = vec![b'a'; 10_000];
        for piece in [&b"a*"[..], b"*a", b"?*", b"*[^b]", b"**a?", b"*\\a*"] {
            for end in [&b"b"[..], b"[b", b"?b", b"a"] {
                let pattern = [&piece.repeat(200)[..], end].concat();
                let (_, steps) = steps(&pattern, &text);
                assert!(steps <= pattern.len() * text.len(), "{steps} for {pattern:?}");
            }
        }
        // Redis 7.0.8 and older take some 10^30 here.
        let pattern = [&b"a*".repeat(50)[..], b"b"].concat();
        let (matched, steps) = steps(&pattern, &text[..60]);
        assert!(!matched && steps < 1000, "{steps}");
    }
}

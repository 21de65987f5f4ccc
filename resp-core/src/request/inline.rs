//! Requests as people type them: `SET greeting "hello world"\r\n`.
//!
//! Follows `processInlineBuffer` (networking.c) and `sdssplitargs` (sds.c).

use alloc::vec::Vec;

use super::args::{ArgBuf, RequestKind};
use super::error::{Fault, RequestErrorKind as Kind};
use super::limits::Bounds;
use super::{Step, inspected};

/// An inline request that is being read.
#[derive(Clone, Debug, Default)]
pub(super) struct Inline {
    /// How far there is no line feed.
    scanned: usize,
}

impl Inline {
    /// Goes on with the same request, of which `request` may hold more by now.
    pub(super) fn advance(
        &mut self,
        request: &[u8],
        args: &mut ArgBuf,
        bounds: &Bounds,
    ) -> Result<Step, Fault> {
        let line_window = bounds.line + 1;
        let window = line_window.min(bounds.query);
        let visible = request.get(..window).unwrap_or(request);
        let fresh = visible.get(self.scanned..).unwrap_or_default();
        let Some(found) = memchr::memchr2(b'\n', 0, fresh) else {
            inspected::count(fresh.len());
            self.scanned = visible.len();
            return if visible.len() < window {
                Ok(Step::More)
            } else if line_window <= bounds.query {
                Err(Fault::new(Kind::InlineTooBig, 0))
            } else {
                Err(Fault::new(Kind::QueryTooBig, 0))
            };
        };
        inspected::count(found + 1);
        let end = self.scanned + found;
        if fresh.get(found) == Some(&0) {
            return Err(Fault::new(Kind::NulInInline, end));
        }
        split(visible.get(..end).unwrap_or_default(), args, bounds.refused_args)
            .ok_or(Fault::new(Kind::UnbalancedQuotes, 0))?;
        if args.spans.len() > bounds.refused_args {
            return Err(Fault::new(Kind::InvalidCount, 0));
        }
        Ok(Step::end(end + 1, RequestKind::Inline, args))
    }
}

/// Splits a line into arguments. `None`: its quotes don't balance.
///
/// The arguments lie in `line`, unless there are quotes to resolve: then all of them lie in
/// `args.unquoted`. A carriage return at the end is white space as any other. Stops at the first
/// argument above `most`, as they may take more memory than the line.
fn split(line: &[u8], args: &mut ArgBuf, most: usize) -> Option<()> {
    inspected::count(line.len());
    let mut rest = line;
    loop {
        rest = trim_start(rest);
        if rest.is_empty() || args.spans.len() > most {
            return Some(());
        }
        let start = line.len() - rest.len();
        let len =
            rest.iter().position(|&byte| ends_word(byte) || is_quote(byte)).unwrap_or(rest.len());
        let (_, after) = rest.split_at_checked(len)?;
        if after.first().is_some_and(|&byte| is_quote(byte)) {
            // So far an argument lies at the same place in both.
            args.unquoted.extend_from_slice(line.get(..start)?);
            return split_quoted(rest, args, most);
        }
        args.push(start, len);
        rest = after;
    }
}

/// Splits the rest of a line from the first argument with a quote on.
fn split_quoted(mut rest: &[u8], args: &mut ArgBuf, most: usize) -> Option<()> {
    loop {
        rest = trim_start(rest);
        if rest.is_empty() || args.spans.len() > most {
            return Some(());
        }
        let start = args.unquoted.len();
        rest = word(rest, &mut args.unquoted)?;
        args.push(start, args.unquoted.len() - start);
    }
}

/// Appends one argument to `out` and returns what follows it. A quote may open anywhere in it.
fn word<'a>(mut rest: &'a [u8], out: &mut Vec<u8>) -> Option<&'a [u8]> {
    while let Some((&byte, after)) = rest.split_first() {
        match byte {
            b'"' => return double_quoted(after, out),
            b'\'' => return single_quoted(after, out),
            _ if ends_word(byte) => break,
            _ => out.push(byte),
        }
        rest = after;
    }
    Some(rest)
}

fn double_quoted<'a>(mut rest: &'a [u8], out: &mut Vec<u8>) -> Option<&'a [u8]> {
    loop {
        let (byte, after) = match rest {
            [b'\\', b'x', high, low, after @ ..]
                if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() =>
            {
                (hex(*high) << 4 | hex(*low), after)
            }
            [b'\\', escaped, after @ ..] => (unescape(*escaped), after),
            [b'"', after @ ..] => return closed(after),
            [byte, after @ ..] => (*byte, after),
            [] => return None,
        };
        out.push(byte);
        rest = after;
    }
}

fn single_quoted<'a>(mut rest: &'a [u8], out: &mut Vec<u8>) -> Option<&'a [u8]> {
    loop {
        let (byte, after) = match rest {
            [b'\\', b'\'', after @ ..] => (b'\'', after),
            [b'\'', after @ ..] => return closed(after),
            [byte, after @ ..] => (*byte, after),
            [] => return None,
        };
        out.push(byte);
        rest = after;
    }
}

/// A closing quote ends the argument: white space or nothing follows.
fn closed(rest: &[u8]) -> Option<&[u8]> {
    rest.first().is_none_or(|&byte| is_space(byte)).then_some(rest)
}

fn unescape(byte: u8) -> u8 {
    match byte {
        b'n' => b'\n',
        b'r' => b'\r',
        b't' => b'\t',
        b'b' => 0x08,
        b'a' => 0x07,
        other => other,
    }
}

fn hex(digit: u8) -> u8 {
    match digit {
        b'0'..=b'9' => digit - b'0',
        _ => (digit | 0x20) - b'a' + 10,
    }
}

fn trim_start(bytes: &[u8]) -> &[u8] {
    let blank = bytes.iter().take_while(|&&byte| is_space(byte)).count();
    bytes.get(blank..).unwrap_or_default()
}

/// C's `isspace`, which decides before and after an argument.
fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t'..=b'\r')
}

/// What ends an argument without quotes: in `sdssplitargs` a vertical tab or form feed doesn't.
fn ends_word(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}

fn is_quote(byte: u8) -> bool {
    matches!(byte, b'"' | b'\'')
}

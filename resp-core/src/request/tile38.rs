//! Tile38's native form: `$LEN PAYLOAD\r\n`, as redcon's `readTile38Command` takes it.

use super::args::{ArgBuf, RequestKind};
use super::error::{Fault, RequestErrorKind as Kind};
use super::limits::Bounds;
use super::number::Number;
use super::{Step, inspected};

/// A native message that is being read.
#[derive(Clone, Debug)]
pub(super) struct Native {
    state: State,
}

#[derive(Clone, Debug)]
enum State {
    /// In LEN, behind the `$`.
    Length { number: Number, cursor: usize },
    /// In the payload, or in the CRLF behind it.
    Payload { start: usize, len: usize },
}

impl Native {
    /// At the `$` of a message.
    pub(super) fn new() -> Self {
        Self { state: State::Length { number: Number::default(), cursor: 1 } }
    }

    /// Goes on with the same message, of which `request` may hold more by now.
    pub(super) fn advance(
        &mut self,
        request: &[u8],
        args: &mut ArgBuf,
        bounds: &Bounds,
    ) -> Result<Step, Fault> {
        loop {
            match &mut self.state {
                State::Length { number, cursor } => {
                    let Some(&byte) = request.get(*cursor) else {
                        return Ok(Step::More);
                    };
                    inspected::count(1);
                    *cursor += 1;
                    if byte == b' ' {
                        let (start, len) = (*cursor, length(number, bounds)?);
                        if start as u64 + len as u64 + 2 > bounds.query as u64 {
                            return Err(Fault::new(Kind::QueryTooBig, 0));
                        }
                        self.state = State::Payload { start, len };
                    } else if *cursor > LONGEST_LENGTH {
                        return Err(Fault::new(Kind::InvalidMessage, 0));
                    } else {
                        number.push(byte);
                    }
                }
                State::Payload { start, len } => {
                    let end = *start + *len;
                    let Some(line_end) = request.get(end..end + 2) else {
                        return Ok(Step::More);
                    };
                    inspected::count(2);
                    if line_end != b"\r\n" {
                        let wrong = end + usize::from(line_end.starts_with(b"\r"));
                        return Err(Fault::new(Kind::InvalidMessage, wrong));
                    }
                    let message = request.get(..end).unwrap_or_default();
                    split(message, *start, args, bounds.refused_args);
                    if args.spans.len() > bounds.refused_args {
                        return Err(Fault::new(Kind::InvalidCount, 0));
                    }
                    return Ok(Step::end(end + 2, RequestKind::Tile38, args));
                }
            }
        }
    }
}

fn length(number: &Number, bounds: &Bounds) -> Result<usize, Fault> {
    match number.value().and_then(|len| u64::try_from(len).ok()) {
        Some(len) if len <= bounds.bulk as u64 => Ok(len as usize),
        Some(len) if len <= bounds.refused_bulk as u64 => {
            Err(Fault::new(Kind::UnauthenticatedLength, 0))
        }
        _ => Err(Fault::new(Kind::InvalidMessage, 0)),
    }
}

/// Splits the payload `message[start..]` on single spaces.
///
/// The native form has no quoting, so two arguments take all that is left of the line: JSON,
/// known by its `{`, and the quoted value of `SET .. STRING "value"`, which loses its quotes. Stops
/// at the first argument above `most`, as they take more memory than the message.
fn split(message: &[u8], start: usize, args: &mut ArgBuf, most: usize) {
    let mut rest = message.get(start..).unwrap_or_default();
    inspected::count(rest.len());
    let mut set = false;
    let mut after_string = false;
    while !rest.is_empty() && args.spans.len() <= most {
        let at = message.len() - rest.len();
        match rest {
            [b'{', ..] => return args.push(at, rest.len()),
            [b'"', quoted @ .., b'"'] if set && after_string => {
                return args.push(at + 1, quoted.len());
            }
            _ => {}
        }
        let len = memchr::memchr(b' ', rest).unwrap_or(rest.len());
        let word = rest.get(..len).unwrap_or_default();
        rest = rest.get(len + 1..).unwrap_or_default();
        if !word.is_empty() {
            set |= args.spans.is_empty() && word.eq_ignore_ascii_case(b"set");
            after_string = word.eq_ignore_ascii_case(b"string");
            args.push(at, len);
        }
    }
}

/// `$` and the longest number; a message without a space behind that has none in time.
const LONGEST_LENGTH: usize = 1 + 20;

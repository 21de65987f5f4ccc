//! Requests as client libraries send them: `*2\r\n$3\r\nGET\r\n$1\r\nk\r\n`.
//!
//! Follows `processMultibulkBuffer` (networking.c), and looks at the line ends that Redis skips.
//!
//! ```text
//! Count --*N--> Argument --$LEN--> Payload --CRLF--> Argument .. until N are there
//!   '--- *0, *-1: nothing to do
//! ```

use super::args::{ArgBuf, RequestKind};
use super::error::{Fault, RequestErrorKind as Kind};
use super::limits::Bounds;
use super::number::{HeaderLine, LineScan, short_header};
use super::{Found, Step, inspected};

/// A multibulk request that is being read.
#[derive(Clone, Debug)]
pub(super) struct Multibulk {
    state: State,
    /// Arguments to come.
    remaining: usize,
}

#[derive(Clone, Debug)]
enum State {
    /// In the `*` line.
    Count(HeaderLine),
    /// At the start of an argument.
    Argument(usize),
    /// In a `$` line.
    Length(HeaderLine),
    /// In the bytes of an argument, or in the CRLF behind them.
    Payload { start: usize, len: usize },
}

/// What [`Multibulk::begin`] found.
pub(super) enum Begun {
    /// A complete request of this length.
    Complete(usize),
    /// Something else, to be looked at by [`Multibulk::advance`].
    Partial(Multibulk),
}

impl Multibulk {
    /// Reads a request from its first byte on, which is the `*`.
    #[inline]
    pub(super) fn begin(request: &[u8], args: &mut ArgBuf, bounds: &Bounds) -> Begun {
        let start = HeaderLine::new(0);
        let Some((count, rest)) = short_header(b'*', request) else {
            return Begun::Partial(Self { state: State::Count(start), remaining: 0 });
        };
        if count == 0 || count > bounds.args {
            return Begun::Partial(Self { state: State::Count(start), remaining: 0 });
        }
        let mut remaining = count;
        let start = request.len() - rest.len();
        let end = short_arguments(&mut remaining, start, request, args, bounds);
        if remaining == 0 {
            Begun::Complete(end)
        } else {
            let line = HeaderLine::new(end);
            Begun::Partial(Self { state: State::Length(line), remaining })
        }
    }

    /// Goes on with the same request, of which `request` may hold more by now.
    pub(super) fn advance(
        &mut self,
        request: &[u8],
        args: &mut ArgBuf,
        bounds: &Bounds,
    ) -> Result<Step, Fault> {
        loop {
            match &mut self.state {
                State::Count(line) => {
                    let Some(end) = find_end(line, request, bounds, Kind::CountLineTooBig)? else {
                        return Ok(Step::More);
                    };
                    self.remaining = count(line, bounds)?;
                    expect_line_feed(request, end)?;
                    if self.remaining == 0 {
                        return Ok(Step::Empty(end + 2));
                    }
                    self.state = State::Argument(end + 2);
                }
                State::Argument(start) => {
                    let start = *start;
                    let start = short_arguments(&mut self.remaining, start, request, args, bounds);
                    if self.remaining == 0 {
                        return Ok(Step::Ready(Found { len: start, kind: RequestKind::Multibulk }));
                    }
                    self.state = State::Length(HeaderLine::new(start));
                }
                State::Length(line) => {
                    let Some(end) = find_end(line, request, bounds, Kind::LengthLineTooBig)? else {
                        return Ok(Step::More);
                    };
                    let len = length(line, request, bounds)?;
                    expect_line_feed(request, end)?;
                    let start = end + 2;
                    if start as u64 + len as u64 + 2 > bounds.query as u64 {
                        return Err(Fault::new(Kind::QueryTooBig, 0));
                    }
                    self.state = State::Payload { start, len };
                }
                State::Payload { start, len } => {
                    let (start, len) = (*start, *len);
                    let end = start + len;
                    let Some(line_end) = request.get(end..end + 2) else {
                        return Ok(Step::More);
                    };
                    inspected::count(2);
                    if line_end != b"\r\n" {
                        let wrong = end + usize::from(line_end.starts_with(b"\r"));
                        return Err(Fault::new(Kind::ExpectedCrlf, wrong));
                    }
                    args.push(start, len);
                    self.remaining -= 1;
                    self.state = State::Argument(end + 2);
                }
            }
        }
    }
}

/// Takes as many arguments as are complete and of the common kind, and returns where it stopped:
/// at the start of the first that isn't, with nothing decided about it.
#[inline]
fn short_arguments(
    remaining: &mut usize,
    start: usize,
    request: &[u8],
    args: &mut ArgBuf,
    bounds: &Bounds,
) -> usize {
    // What lies beyond the limit is treated as not there, so that the slow way refuses it.
    let visible = request.get(..bounds.query).unwrap_or(request);
    let mut rest = visible.get(start..).unwrap_or_default();
    while *remaining > 0
        && let Some((len, payload)) = short_header(b'$', rest)
        && len <= bounds.bulk
        && let Some((_, line_end)) = payload.split_at_checked(len)
        && let [b'\r', b'\n', after @ ..] = line_end
    {
        inspected::count(2);
        args.push(visible.len() - payload.len(), len);
        *remaining -= 1;
        rest = after;
    }
    visible.len() - rest.len()
}

/// Where the header line ends, if that much has come.
fn find_end(
    line: &mut HeaderLine,
    request: &[u8],
    bounds: &Bounds,
    too_big: Kind,
) -> Result<Option<usize>, Fault> {
    let line_window = line.start + bounds.line + 1;
    match line.scan(request, line_window.min(bounds.query)) {
        LineScan::End(end) => Ok(Some(end)),
        LineScan::More => Ok(None),
        LineScan::Overflow if line_window <= bounds.query => Err(Fault::new(too_big, line.start)),
        LineScan::Overflow => Err(Fault::new(Kind::QueryTooBig, 0)),
    }
}

/// The argument count of a complete `*` line; 0 where there is nothing to do.
fn count(line: &HeaderLine, bounds: &Bounds) -> Result<usize, Fault> {
    let count = line.number.value().ok_or(Fault::new(Kind::InvalidCount, line.start))?;
    let count = count.max(0).cast_unsigned();
    if count > bounds.refused_args as u64 {
        Err(Fault::new(Kind::InvalidCount, line.start))
    } else if count > bounds.args as u64 {
        Err(Fault::new(Kind::UnauthenticatedCount, line.start))
    } else {
        Ok(count as usize)
    }
}

/// The length in a complete `$` line.
fn length(line: &HeaderLine, request: &[u8], bounds: &Bounds) -> Result<usize, Fault> {
    let found = request.get(line.start).copied().unwrap_or_default();
    if found != b'$' {
        return Err(Fault::new(Kind::ExpectedBulk { found }, line.start));
    }
    match line.number.value().and_then(|len| u64::try_from(len).ok()) {
        Some(len) if len <= bounds.bulk as u64 => Ok(len as usize),
        Some(len) if len <= bounds.refused_bulk as u64 => {
            Err(Fault::new(Kind::UnauthenticatedLength, line.start))
        }
        _ => Err(Fault::new(Kind::InvalidLength, line.start)),
    }
}

/// Checks the byte behind the carriage return at `end`, last: where Redis has an error, its
/// error wins.
fn expect_line_feed(request: &[u8], end: usize) -> Result<(), Fault> {
    inspected::count(1);
    match request.get(end + 1) {
        Some(b'\n') => Ok(()),
        _ => Err(Fault::new(Kind::ExpectedLineFeed, end + 1)),
    }
}

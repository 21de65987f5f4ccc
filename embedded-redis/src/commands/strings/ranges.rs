//! Parts of strings.

use redis_server_core::resp_core::request::Request;

use crate::commands::arguments::{arg, integer};
use crate::engine::{Answer, Class, Data, Error, Outcome};
use crate::keyspace::{MAX_TEXT, Text};

pub(super) fn strlen(
    data: &mut Data<'_>,
    request: Request<'_>,
    answer: &mut Answer<'_>,
) -> Outcome {
    answer.count(data.read::<Text>(arg(&request, 1))?.map_or(0, Text::len))
}

pub(super) fn append(
    data: &mut Data<'_>,
    request: Request<'_>,
    answer: &mut Answer<'_>,
) -> Outcome {
    let suffix = arg(&request, 2);
    let mut text = data.edit_or_new::<Text>(arg(&request, 1))?;
    if text.is_new() {
        *text = Text::new(suffix);
    } else {
        fits(text.len(), suffix)?;
        text.grown().extend_from_slice(suffix);
    }
    let len = text.len();
    text.done(Class::STRING, "append");
    answer.count(len)
}

pub(super) fn setrange(
    data: &mut Data<'_>,
    request: Request<'_>,
    answer: &mut Answer<'_>,
) -> Outcome {
    let (key, value) = (arg(&request, 1), arg(&request, 3));
    let offset = usize::try_from(integer(arg(&request, 2))?)
        .map_err(|_| Error::of("ERR offset is out of range"))?;
    // Nothing is written, and nothing made.
    if value.is_empty() {
        return answer.count(data.edit::<Text>(key)?.map_or(0, |text| text.len()));
    }
    if let Err(error) = fits(offset, value) {
        data.edit::<Text>(key)?;
        return Err(error);
    }
    let mut text = data.edit_or_new::<Text>(key)?;
    let bytes = text.grown();
    let end = offset + value.len();
    if bytes.len() < end {
        bytes.resize(end, 0);
    }
    if let Some(part) = bytes.get_mut(offset..end) {
        part.copy_from_slice(value);
    }
    let len = bytes.len();
    text.done(Class::STRING, "setrange");
    answer.count(len)
}

/// Whether a string of that length may get that suffix.
fn fits(len: usize, suffix: &[u8]) -> Result<(), Error> {
    match len.checked_add(suffix.len()) {
        Some(sum) if sum <= MAX_TEXT => Ok(()),
        _ => Err(Error::of("ERR string exceeds maximum allowed size (proto-max-bulk-len)")),
    }
}

pub(super) fn getrange(
    data: &mut Data<'_>,
    request: Request<'_>,
    answer: &mut Answer<'_>,
) -> Outcome {
    let (start, end) = (integer(arg(&request, 2))?, integer(arg(&request, 3))?);
    let Some(text) = data.read::<Text>(arg(&request, 1))? else { return answer.bulk(b"") };
    text.with_bytes(|bytes| answer.bulk(part(bytes, start, end)))
}

/// From one index to another, both inclusive; negative ones count from the end.
fn part(bytes: &[u8], start: i64, end: i64) -> &[u8] {
    if start < 0 && end < 0 && start > end {
        return b"";
    }
    let len = bytes.len() as i64;
    let from_start = |index: i64| if index < 0 { (len + index).max(0) } else { index };
    let (start, end) = (from_start(start), from_start(end).min(len - 1));
    bytes.get(start as usize..(end + 1) as usize).unwrap_or_default()
}

//! What patterns find.

use std::borrow::Cow;

use crate::engine::Data;
use crate::keyspace::{Hash, Text, Typed, until_nul};

/// The value that the pattern leads to from an element: `#` is the element itself, `*` stands for
/// it in a key, and what follows `->` is a field of the hash there.
///
/// What is found is owned, what is the element is not.
pub(super) fn look_up_pattern<'e>(
    data: &mut Data<'_>,
    pattern: &[u8],
    element: &'e [u8],
) -> Option<Cow<'e, [u8]>> {
    if until_nul(pattern) == b"#" {
        return Some(Cow::Borrowed(element));
    }
    let visible = until_nul(pattern);
    let star = visible.iter().position(|byte| *byte == b'*')?;
    let arrow = visible.windows(2).skip(star + 1).position(|two| two == b"->");
    let arrow = arrow.map(|at| star + 1 + at).filter(|at| at + 2 < visible.len());
    let prefix = pattern.get(..star)?;
    let postfix = pattern.get(star + 1..arrow.unwrap_or(pattern.len()))?;
    let key = [prefix, element, postfix].concat();
    let place = super::super::look_up_used(data, &key)?;
    let value = data.database.db.value(place)?;
    match arrow {
        Some(at) => {
            let field = pattern.get(at + 2..)?;
            Hash::of(value)?.get(field).map(|value| Cow::Owned(value.to_vec()))
        }
        None => Text::of(value).map(|text| Cow::Owned(text.bytes().into_owned())),
    }
}

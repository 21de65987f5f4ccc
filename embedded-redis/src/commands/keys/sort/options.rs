//! How to sort.

use std::ops::Range;

use crate::commands::arguments::{Options, integer, is};
use crate::engine::Error;
use crate::keyspace::until_nul;

/// What the options say.
pub(super) struct Sort<'a> {
    pub(super) by: By<'a>,
    pub(super) get: Vec<&'a [u8]>,
    pub(super) store: Option<&'a [u8]>,
    pub(super) descending: bool,
    pub(super) alpha: bool,
    first: i64,
    count: i64,
}

/// What elements are sorted by.
#[derive(Clone, Copy)]
pub(super) enum By<'a> {
    Element,
    /// What is found under the keys that the pattern makes of the elements.
    Pattern(&'a [u8]),
    /// They stay as they are.
    Nothing,
}

impl<'a> Sort<'a> {
    /// Reads the options. What patterns find is not for all users: `may_look_up`.
    pub(super) fn parse(
        mut options: Options<'a>,
        may_store: bool,
        may_look_up: bool,
    ) -> Result<Self, Error> {
        let mut sort = Self {
            by: By::Element,
            get: Vec::new(),
            store: None,
            descending: false,
            alpha: false,
            first: 0,
            count: -1,
        };
        while let Some(option) = options.next() {
            if is(option, "asc") {
                sort.descending = false;
            } else if is(option, "desc") {
                sort.descending = true;
            } else if is(option, "alpha") {
                sort.alpha = true;
            } else if is(option, "limit") && options.left() >= 2 {
                sort.first = integer(options.value()?)?;
                sort.count = integer(options.value()?)?;
            } else if is(option, "store") && may_store {
                sort.store = Some(options.value()?);
            } else if is(option, "by") {
                let pattern = options.value()?;
                let finds = until_nul(pattern).contains(&b'*');
                if finds && !may_look_up {
                    return Err(denied("BY"));
                }
                // Once it is said not to sort, that stays, whatever pattern follows.
                if !matches!(sort.by, By::Nothing) {
                    sort.by = if finds { By::Pattern(pattern) } else { By::Nothing };
                }
            } else if is(option, "get") {
                let pattern = options.value()?;
                if !may_look_up {
                    return Err(denied("GET"));
                }
                sort.get.push(pattern);
            } else {
                return Err(Error::SYNTAX);
            }
        }
        Ok(sort)
    }

    /// Which of so many are wanted.
    pub(super) fn range(&self, len: usize) -> Range<usize> {
        let first = usize::try_from(self.first).unwrap_or(0);
        let count = usize::try_from(self.count).unwrap_or(len);
        if first >= len {
            return 0..0;
        }
        first..first.saturating_add(count).min(len)
    }
}

fn denied(option: &str) -> Error {
    Error::new(format!("ERR {option} option of SORT denied due to insufficient ACL permissions."))
}

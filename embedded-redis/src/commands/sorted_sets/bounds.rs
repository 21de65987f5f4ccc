//! What lies between two bounds.

use std::ops::Range;

use crate::commands::numbers::bound;
use crate::engine::Error;
use crate::keyspace::{Score, SortedSet};

/// Which members a command works on.
#[derive(Clone, Copy)]
pub(super) enum Bounds<'a> {
    /// From one rank to another, both included; negative ones count from the end.
    Ranks(i64, i64),
    Scores(Limit<Score>, Limit<Score>),
    Lex(Lex<'a>, Lex<'a>),
}

#[derive(Clone, Copy)]
pub(super) struct Limit<T> {
    at: T,
    excluded: bool,
}

/// A bound of the members' bytes.
#[derive(Clone, Copy)]
pub(super) enum Lex<'a> {
    First,
    At(Limit<&'a [u8]>),
    Last,
}

impl<'a> Bounds<'a> {
    /// # Errors
    ///
    /// If one of them is no bound of scores.
    pub(super) fn scores(min: &'a [u8], max: &'a [u8]) -> Result<Self, Error> {
        let limit = |text: &'a [u8]| match text {
            [b'(', text @ ..] => Some(Limit { at: bound(text)?, excluded: true }),
            text => Some(Limit { at: bound(text)?, excluded: false }),
        };
        match (limit(min), limit(max)) {
            (Some(min), Some(max)) => Ok(Self::Scores(min, max)),
            _ => Err(Error::of("ERR min or max is not a float")),
        }
    }

    /// # Errors
    ///
    /// If one of them is no bound of members.
    pub(super) fn lex(min: &'a [u8], max: &'a [u8]) -> Result<Self, Error> {
        let limit = |text: &'a [u8]| match text {
            [b'-'] | [b'-', 0, ..] => Some(Lex::First),
            [b'+'] | [b'+', 0, ..] => Some(Lex::Last),
            [b'(', at @ ..] => Some(Lex::At(Limit { at, excluded: true })),
            [b'[', at @ ..] => Some(Lex::At(Limit { at, excluded: false })),
            _ => None,
        };
        match (limit(min), limit(max)) {
            (Some(min), Some(max)) => Ok(Self::Lex(min, max)),
            _ => Err(Error::of("ERR min or max not valid string range item")),
        }
    }

    /// The ranks of what lies between and in the window: the first and the one behind the last.
    pub(super) fn ranks(&self, set: &SortedSet, window: Window) -> Range<usize> {
        window.of(match *self {
            Self::Ranks(first, last) => {
                let range = between(set.len(), first, last);
                if window.reverse { set.len() - range.end..set.len() - range.start } else { range }
            }
            Self::Scores(min, max) if min.at > max.at => 0..0,
            Self::Scores(min, max) => {
                let first = set.partition_point(|score, _| is_below(score, min));
                let end = set.partition_point(|score, _| is_within(score, max));
                first..end.max(first)
            }
            Self::Lex(min, max) if set.is_listpack() => return walked(set, min, max, window),
            Self::Lex(min, max) => {
                if !may_have(set, min, max) {
                    return 0..0;
                }
                let first = set.partition_point(|_, member| !min.is_up_to(member));
                let end = set.partition_point(|_, member| max.is_from(member));
                first..end.max(first)
            }
        })
    }
}

/// What is taken of a range, in the order of the ranks or against it. Ranks that are given count
/// from that end.
#[derive(Clone, Copy, Debug)]
pub(super) struct Window {
    pub(super) reverse: bool,
    /// How many are left out; everything if it is negative.
    pub(super) offset: i64,
    /// How many are taken at most; all if it is negative.
    pub(super) count: i64,
}

impl Window {
    pub(super) const ALL: Self = Self { reverse: false, offset: 0, count: -1 };

    fn of(self, range: Range<usize>) -> Range<usize> {
        let Ok(offset) = usize::try_from(self.offset) else { return 0..0 };
        let offset = offset.min(range.len());
        let left = range.len() - offset;
        let count = usize::try_from(self.count).map_or(left, |count| count.min(left));
        if self.reverse {
            range.end - offset - count..range.end - offset
        } else {
            range.start + offset..range.start + offset + count
        }
    }
}

fn between(len: usize, first: i64, last: i64) -> Range<usize> {
    let from_end = |index: i64| if index < 0 { index + len as i64 } else { index };
    let (first, last) = (from_end(first).max(0), from_end(last));
    if first > last || first >= len as i64 {
        return 0..0;
    }
    first as usize..(last as usize).min(len - 1) + 1
}

fn is_below(score: Score, min: Limit<Score>) -> bool {
    score < min.at || (min.excluded && score == min.at)
}

fn is_within(score: Score, max: Limit<Score>) -> bool {
    score < max.at || (!max.excluded && score == max.at)
}

fn may_have(set: &SortedSet, min: Lex<'_>, max: Lex<'_>) -> bool {
    let mut members = set.iter().map(|(member, _)| member);
    let first = members.next();
    let last = members.next_back().or(first);
    !Lex::are_crossed(min, max)
        && last.is_some_and(|last| min.is_up_to(last))
        && first.is_some_and(|first| max.is_from(first))
}

/// As Redis finds it in a listpack, one member after the other: where scores differ, the members
/// are not in order, and those that the window leaves out are not looked at.
fn walked(set: &SortedSet, min: Lex<'_>, max: Lex<'_>, window: Window) -> Range<usize> {
    if !may_have(set, min, max) {
        return 0..0;
    }
    let members = || set.iter().map(|(member, _)| &**member);
    let offset = usize::try_from(window.offset).unwrap_or(usize::MAX);
    let rest = Window { offset: 0, ..window };
    if window.reverse {
        let above = members().rev().take_while(|member| !max.is_from(member)).count();
        let skipped = above.saturating_add(offset).min(set.len());
        let first = members().rev().nth(above);
        let inside = members().rev().skip(skipped).take_while(|member| min.is_up_to(member));
        let end = set.len() - skipped;
        let start = end - inside.count();
        return if first.is_some_and(|it| min.is_up_to(it)) { rest.of(start..end) } else { 0..0 };
    }
    let below = members().take_while(|member| !min.is_up_to(member)).count();
    let start = below.saturating_add(offset).min(set.len());
    let first = members().nth(below);
    let end = start + members().skip(start).take_while(|member| max.is_from(member)).count();
    if first.is_some_and(|it| max.is_from(it)) { rest.of(start..end) } else { 0..0 }
}

impl Lex<'_> {
    /// As the lower bound: whether the member is in.
    fn is_up_to(self, member: &[u8]) -> bool {
        match self {
            Self::First => true,
            Self::At(limit) => limit.at < member || (!limit.excluded && limit.at == member),
            Self::Last => false,
        }
    }

    /// As the upper bound: whether the member is in.
    fn is_from(self, member: &[u8]) -> bool {
        match self {
            Self::First => false,
            Self::At(limit) => member < limit.at || (!limit.excluded && limit.at == member),
            Self::Last => true,
        }
    }

    fn are_crossed(min: Self, max: Self) -> bool {
        match (min, max) {
            (Self::At(min), Self::At(max)) => {
                min.at > max.at || (min.at == max.at && (min.excluded || max.excluded))
            }
            (Self::Last, _) | (_, Self::First) => true,
            _ => false,
        }
    }
}

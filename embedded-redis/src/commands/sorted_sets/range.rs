//! `ZRANGE` in all its forms, and what counts and removes such ranges.

use redis_server_core::resp_core::request::Request;

use super::bounds::{Bounds, Window};
use super::{list, store};
use crate::commands::arguments::{Options, arg, integer, is};
use crate::engine::{Answer, Class, Data, Error, Outcome};
use crate::keyspace::SortedSet;

/// What kind of bounds a range has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum By {
    Rank,
    Score,
    Lex,
}

/// What a command says by its name already: such options it does not take.
#[derive(Clone, Copy, Default)]
struct Fixed {
    by: Option<By>,
    reverse: Option<bool>,
    /// The result is stored, with its scores.
    stores: bool,
}

/// Which members are asked for, and how.
struct Wanted<'a> {
    bounds: Bounds<'a>,
    window: Window,
    with_scores: bool,
}

impl<'a> Wanted<'a> {
    /// Reads the bounds at that argument, and the options behind them.
    fn parse(request: &Request<'a>, first: usize, fixed: Fixed) -> Result<Self, Error> {
        let (mut by, mut reverse) = (fixed.by, fixed.reverse);
        let (mut with_scores, mut offset, mut count) = (false, 0, -1);
        let mut options = Options::behind(request, first + 2);
        while let Some(option) = options.next() {
            if !fixed.stores && is(option, "withscores") {
                with_scores = true;
            } else if is(option, "limit") && options.left() >= 2 {
                offset = integer(options.value()?)?;
                count = integer(options.value()?)?;
            } else if reverse.is_none() && is(option, "rev") {
                reverse = Some(true);
            } else if by.is_none() && is(option, "bylex") {
                by = Some(By::Lex);
            } else if by.is_none() && is(option, "byscore") {
                by = Some(By::Score);
            } else {
                return Err(Error::SYNTAX);
            }
        }
        let (by, reverse) = (by.unwrap_or(By::Rank), reverse.unwrap_or(false));
        if count != -1 && by == By::Rank {
            return Err(Error::of(
                "ERR syntax error, LIMIT is only supported in combination with either BYSCORE or \
                 BYLEX",
            ));
        }
        if with_scores && by == By::Lex {
            return Err(Error::of(
                "ERR syntax error, WITHSCORES not supported in combination with BYLEX",
            ));
        }
        // Against the order, the greater bound comes first.
        let turned = reverse && by != By::Rank;
        let (min, max) = (arg(request, first), arg(request, first + 1));
        let (min, max) = if turned { (max, min) } else { (min, max) };
        // Ranks have no limit but -1, whose offset does not count.
        let offset = if by == By::Rank { 0 } else { offset };
        let window = Window { reverse, offset, count };
        Ok(Self { bounds: bounds(by, min, max)?, window, with_scores })
    }
}

fn bounds<'a>(by: By, min: &'a [u8], max: &'a [u8]) -> Result<Bounds<'a>, Error> {
    match by {
        By::Rank => Ok(Bounds::Ranks(integer(min)?, integer(max)?)),
        By::Score => Bounds::scores(min, max),
        By::Lex => Bounds::lex(min, max),
    }
}

fn answer_range(
    data: &mut Data<'_>,
    request: Request<'_>,
    answer: &mut Answer<'_>,
    fixed: Fixed,
) -> Outcome {
    let wanted = Wanted::parse(&request, 2, fixed)?;
    let Some(set) = data.read::<SortedSet>(arg(&request, 1))? else {
        return list(answer, 0, false, std::iter::empty());
    };
    let ranks = wanted.bounds.ranks(set, wanted.window);
    let (count, members) = (ranks.len(), set.range(ranks.start, ranks.end));
    if wanted.window.reverse {
        list(answer, count, wanted.with_scores, members.rev())
    } else {
        list(answer, count, wanted.with_scores, members)
    }
}

pub(super) fn zrange(
    data: &mut Data<'_>,
    request: Request<'_>,
    answer: &mut Answer<'_>,
) -> Outcome {
    answer_range(data, request, answer, Fixed::default())
}

pub(super) fn zrevrange(
    data: &mut Data<'_>,
    request: Request<'_>,
    answer: &mut Answer<'_>,
) -> Outcome {
    answer_range(data, request, answer, Fixed::of(By::Rank, true))
}

pub(super) fn zrangebyscore(
    data: &mut Data<'_>,
    request: Request<'_>,
    answer: &mut Answer<'_>,
) -> Outcome {
    answer_range(data, request, answer, Fixed::of(By::Score, false))
}

pub(super) fn zrevrangebyscore(
    data: &mut Data<'_>,
    request: Request<'_>,
    answer: &mut Answer<'_>,
) -> Outcome {
    answer_range(data, request, answer, Fixed::of(By::Score, true))
}

pub(super) fn zrangebylex(
    data: &mut Data<'_>,
    request: Request<'_>,
    answer: &mut Answer<'_>,
) -> Outcome {
    answer_range(data, request, answer, Fixed::of(By::Lex, false))
}

pub(super) fn zrevrangebylex(
    data: &mut Data<'_>,
    request: Request<'_>,
    answer: &mut Answer<'_>,
) -> Outcome {
    answer_range(data, request, answer, Fixed::of(By::Lex, true))
}

impl Fixed {
    fn of(by: By, reverse: bool) -> Self {
        Self { by: Some(by), reverse: Some(reverse), stores: false }
    }
}

pub(super) fn zrangestore(
    data: &mut Data<'_>,
    request: Request<'_>,
    answer: &mut Answer<'_>,
) -> Outcome {
    let wanted = Wanted::parse(&request, 3, Fixed { stores: true, ..Fixed::default() })?;
    let mut members: Vec<_> = match data.read::<SortedSet>(arg(&request, 2))? {
        Some(set) => {
            let ranks = wanted.bounds.ranks(set, wanted.window);
            let members = set.range(ranks.start, ranks.end);
            members.map(|(member, score)| (score, member.clone())).collect()
        }
        None => Vec::new(),
    };
    let limit = data.shared.settings.limits.sorted_set;
    // Of ranks, Redis knows before how many there will be.
    if !matches!(wanted.bounds, Bounds::Ranks(..)) || members.len() <= limit.entries {
        if wanted.window.reverse {
            SortedSet::added_in_turn(members.iter_mut().rev(), limit);
        } else {
            SortedSet::added_in_turn(members.iter_mut(), limit);
        }
    }
    store(data, arg(&request, 1), members, "zrangestore", answer)
}

pub(super) fn zcount(
    data: &mut Data<'_>,
    request: Request<'_>,
    answer: &mut Answer<'_>,
) -> Outcome {
    count(data, request, answer, By::Score)
}

pub(super) fn zlexcount(
    data: &mut Data<'_>,
    request: Request<'_>,
    answer: &mut Answer<'_>,
) -> Outcome {
    count(data, request, answer, By::Lex)
}

fn count(data: &mut Data<'_>, request: Request<'_>, answer: &mut Answer<'_>, by: By) -> Outcome {
    let bounds = bounds(by, arg(&request, 2), arg(&request, 3))?;
    let set = data.read::<SortedSet>(arg(&request, 1))?;
    answer.count(set.map_or(0, |set| bounds.ranks(set, Window::ALL).len()))
}

pub(super) fn zremrangebyrank(
    data: &mut Data<'_>,
    request: Request<'_>,
    answer: &mut Answer<'_>,
) -> Outcome {
    remove(data, request, answer, By::Rank, "zremrangebyrank")
}

pub(super) fn zremrangebyscore(
    data: &mut Data<'_>,
    request: Request<'_>,
    answer: &mut Answer<'_>,
) -> Outcome {
    remove(data, request, answer, By::Score, "zremrangebyscore")
}

pub(super) fn zremrangebylex(
    data: &mut Data<'_>,
    request: Request<'_>,
    answer: &mut Answer<'_>,
) -> Outcome {
    remove(data, request, answer, By::Lex, "zremrangebylex")
}

fn remove(
    data: &mut Data<'_>,
    request: Request<'_>,
    answer: &mut Answer<'_>,
    by: By,
    event: &str,
) -> Outcome {
    let bounds = bounds(by, arg(&request, 2), arg(&request, 3))?;
    let Some(mut set) = data.edit::<SortedSet>(arg(&request, 1))? else { return answer.int(0) };
    let ranks = bounds.ranks(&set, Window::ALL);
    if ranks.is_empty() {
        return answer.int(0);
    }
    let removed = set.remove_range(ranks.start, ranks.end).len();
    set.done(Class::SORTED_SET, event);
    answer.count(removed)
}

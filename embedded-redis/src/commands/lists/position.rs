//! `LPOS`.

use redis_server_core::resp_core::request::Request;

use crate::commands::arguments::{Options, arg, count, integer, is};
use crate::engine::{Answer, Data, Done, Error, Outcome};
use crate::keyspace::List;

pub(super) fn lpos(data: &mut Data<'_>, request: Request<'_>, answer: &mut Answer<'_>) -> Outcome {
    let search = Search::parse(&request)?;
    let list = data.read::<List>(arg(&request, 1))?;
    let found = list.map(|list| search.run(list)).unwrap_or_default();
    if search.count.is_none() {
        return match found.first() {
            Some(at) => answer.count(*at),
            None => answer.null(),
        };
    }
    if let Some(mut items) = answer.array(found.len()) {
        for at in found {
            items.add(at as i64);
        }
    }
    Ok(Done::Answered)
}

struct Search<'a> {
    element: &'a [u8],
    /// How many matches there are before the first that counts.
    skipped: usize,
    backwards: bool,
    /// 0 is all of them; without it, the answer is no array.
    count: Option<usize>,
    /// How many elements are looked at; 0 is all of them.
    most: usize,
}

impl<'a> Search<'a> {
    fn parse(request: &Request<'a>) -> Result<Self, Error> {
        let element = arg(request, 2);
        let mut search = Self { element, skipped: 0, backwards: false, count: None, most: 0 };
        let mut options = Options::behind(request, 3);
        while let Some(option) = options.next() {
            let value = options.value()?;
            if is(option, "rank") {
                search.set_rank(integer(value)?)?;
            } else if is(option, "count") {
                search.count = Some(count(value, 0, Error::of("ERR COUNT can't be negative"))?);
            } else if is(option, "maxlen") {
                search.most = count(value, 0, Error::of("ERR MAXLEN can't be negative"))?;
            } else {
                return Err(Error::SYNTAX);
            }
        }
        Ok(search)
    }

    fn set_rank(&mut self, rank: i64) -> Result<(), Error> {
        if rank == 0 {
            return Err(Error::of(
                "ERR RANK can't be zero: use 1 to start from the first match, 2 from the second \
                 ... or use negative to start from the end of the list",
            ));
        }
        self.backwards = rank < 0;
        // Redis has no positive number for the smallest one, and skips nothing then.
        let rank = rank.checked_abs().unwrap_or(1);
        self.skipped = usize::try_from(rank - 1).unwrap_or(usize::MAX);
        Ok(())
    }

    fn run(&self, list: &List) -> Vec<usize> {
        let wanted = match self.count {
            None => 1,
            Some(0) => usize::MAX,
            Some(count) => count,
        };
        let most = if self.most == 0 { usize::MAX } else { self.most };
        let is_it = |(_, element): &(usize, &[u8])| *element == self.element;
        let elements = list.iter();
        if self.backwards {
            let last = list.len().saturating_sub(1);
            let found = elements.rev().enumerate().take(most).filter(is_it);
            return found.skip(self.skipped).take(wanted).map(|(at, _)| last - at).collect();
        }
        let found = elements.enumerate().take(most).filter(is_it);
        found.skip(self.skipped).take(wanted).map(|(at, _)| at).collect()
    }
}

//! `SORT`.

mod lookup;
mod options;
mod quicksort;

use std::borrow::Cow;
use std::cmp::Ordering;

use redis_server_core::Null;
use redis_server_core::resp_core::request::Request;

use crate::commands::arguments::{Options, arg};
use crate::commands::numbers::weight as number;
use crate::engine::{Answer, Class, Context, Data, Done, Error, Outcome, TABLE};
use crate::keyspace::{Compact, List, Side, Value};
use lookup::look_up_pattern;
use options::{By, Sort};

pub(super) fn sort(
    context: &mut Context<'_>,
    request: Request<'_>,
    answer: &mut Answer<'_>,
) -> Outcome {
    let may_look_up = may_look_up(context, request);
    let sort = Sort::parse(Options::behind(&request, 2), true, may_look_up)?;
    run(&mut context.data()?, arg(&request, 1), sort, answer)
}

pub(super) fn sort_ro(
    context: &mut Context<'_>,
    request: Request<'_>,
    answer: &mut Answer<'_>,
) -> Outcome {
    let may_look_up = may_look_up(context, request);
    let sort = Sort::parse(Options::behind(&request, 2), false, may_look_up)?;
    run(&mut context.data()?, arg(&request, 1), sort, answer)
}

/// Whether the user may read what patterns find, which may be any key.
fn may_look_up(context: &Context<'_>, request: Request<'_>) -> bool {
    let Some(client) = context.client().filter(|client| client.restricted) else { return true };
    TABLE.get(request.name()).is_some_and(|entry| client.user.may_read_all_keys(entry, request))
}

fn run(data: &mut Data<'_>, key: &[u8], mut sort: Sort<'_>, answer: &mut Answer<'_>) -> Outcome {
    let mut elements = load(data, key, &mut sort)?;
    let range = sort.range(elements.len());
    if !matches!(sort.by, By::Nothing) {
        elements = sorted(data, elements, &sort, &range)?;
    }
    let rows = elements.get(range).unwrap_or_default();
    match sort.store {
        Some(target) => store(data, rows, &sort, target, answer),
        None => send(data, rows, &sort, answer),
    }
}

/// The elements, in the order in which they are where that is to stay.
fn load(data: &mut Data<'_>, key: &[u8], sort: &mut Sort<'_>) -> Result<Vec<Compact>, Error> {
    let place = super::look_up_used(data, key);
    let Some(value) = place.and_then(|place| data.database.db.value_mut(place)) else {
        return Ok(Vec::new());
    };
    let backwards = sort.descending && matches!(sort.by, By::Nothing);
    Ok(match value {
        Value::List(list) if backwards => list.iter().rev().map(Compact::from).collect(),
        Value::List(list) => list.iter().map(Compact::from).collect(),
        Value::SortedSet(set) => {
            set.convert();
            let members = set.iter().map(|(member, _)| member.clone());
            if backwards { members.rev().collect() } else { members.collect() }
        }
        Value::Set(set) => {
            // The order in which a set has its members is not to be stored.
            if matches!(sort.by, By::Nothing) && sort.store.is_some() {
                sort.by = By::Element;
                sort.alpha = true;
            }
            set.iter().map(|member| Compact::from(&*member)).collect()
        }
        _ => return Err(Error::WRONG_TYPE),
    })
}

/// An element with what it is sorted by.
struct Row {
    element: Compact,
    score: f64,
    /// With `ALPHA` and `BY`: what was found.
    weight: Option<Box<[u8]>>,
}

fn sorted(
    data: &mut Data<'_>,
    elements: Vec<Compact>,
    sort: &Sort<'_>,
    range: &std::ops::Range<usize>,
) -> Result<Vec<Compact>, Error> {
    let mut rows = Vec::with_capacity(elements.len());
    let mut convertible = true;
    for element in elements {
        let mut row = Row { element, score: 0.0, weight: None };
        let weight = match sort.by {
            By::Pattern(pattern) => look_up_pattern(data, pattern, &row.element),
            _ => Some(Cow::Borrowed(&*row.element)),
        };
        match weight {
            Some(weight) if !sort.alpha => match number(&weight) {
                Some(number) => row.score = number,
                None => convertible = false,
            },
            Some(Cow::Owned(weight)) => row.weight = Some(weight.into()),
            Some(Cow::Borrowed(_)) | None => {}
        }
        rows.push(row);
    }
    if !convertible {
        return Err(Error::of("ERR One or more scores can't be converted into double"));
    }
    let order = |one: &Row, other: &Row| sort.order(one, other);
    if matches!(sort.by, By::Pattern(_)) && *range != (0..rows.len()) && !range.is_empty() {
        quicksort::sort_range(&mut rows, &order, range);
    } else {
        rows.sort_by(order);
    }
    Ok(rows.into_iter().map(|row| row.element).collect())
}

impl Sort<'_> {
    fn order(&self, one: &Row, other: &Row) -> Ordering {
        let order = match self.by {
            // What has the same score is in the order of its bytes.
            _ if !self.alpha => one
                .score
                .partial_cmp(&other.score)
                .unwrap_or(Ordering::Equal)
                .then_with(|| one.element.cmp(&other.element)),
            By::Pattern(_) => match (&one.weight, &other.weight) {
                (Some(one), Some(other)) => self.collate(one, other),
                (one, other) => one.is_some().cmp(&other.is_some()),
            },
            _ => self.collate(&one.element, &other.element),
        };
        if self.descending { order.reverse() } else { order }
    }

    /// Redis compares as the locale does, which sees nothing behind a NUL, but not what it stores.
    fn collate(&self, one: &[u8], other: &[u8]) -> Ordering {
        if self.store.is_some() {
            return one.cmp(other);
        }
        let visible = |byte: &&u8| **byte != 0;
        one.iter().take_while(visible).cmp(other.iter().take_while(visible))
    }
}

fn send(
    data: &mut Data<'_>,
    rows: &[Compact],
    sort: &Sort<'_>,
    answer: &mut Answer<'_>,
) -> Outcome {
    if sort.get.is_empty() {
        return answer.bulks(rows.iter());
    }
    let Some(mut items) = answer.array(rows.len() * sort.get.len()) else {
        return Ok(Done::Answered);
    };
    for row in rows {
        for pattern in &sort.get {
            match look_up_pattern(data, pattern, row) {
                Some(value) => items.add(&*value),
                None => items.add(Null),
            };
        }
    }
    Ok(Done::Answered)
}

fn store(
    data: &mut Data<'_>,
    rows: &[Compact],
    sort: &Sort<'_>,
    target: &[u8],
    answer: &mut Answer<'_>,
) -> Outcome {
    let mut list = List::default();
    for row in rows {
        if sort.get.is_empty() {
            list.push(Side::Right, row);
        }
        for pattern in &sort.get {
            let value = look_up_pattern(data, pattern, row);
            list.push(Side::Right, value.as_deref().unwrap_or_default());
        }
    }
    let count = list.len();
    if count > 0 {
        data.set(target, Value::List(Box::new(list)));
        data.notify(Class::LIST, "sortstore", target);
    } else {
        data.delete(target);
    }
    answer.count(count)
}

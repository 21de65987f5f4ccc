//! `GEOSEARCH` and the older `GEORADIUS`, in all their forms.

mod options;

use redis_server_core::resp_core::request::Request;

use super::answer_position;
use super::cell::{Cell, Position};
use super::nearest::partial_sort;
use super::shape::Area;
use crate::commands::arguments::arg;
use crate::commands::sorted_sets::store;
use crate::engine::{Answer, Data, Done, Outcome};
use crate::keyspace::{Compact, Score, SortedSet};
use options::{Center, Command, Order, Search};

/// A member in the area.
pub(super) struct Found {
    pub(super) member: Compact,
    pub(super) score: Score,
    pub(super) position: Position,
    /// Meters from the center.
    pub(super) distance: f64,
}

pub(super) fn georadius(
    data: &mut Data<'_>,
    request: Request<'_>,
    answer: &mut Answer<'_>,
) -> Outcome {
    run(data, request, answer, Command::Radius { may_store: true })
}

pub(super) fn georadius_ro(
    data: &mut Data<'_>,
    request: Request<'_>,
    answer: &mut Answer<'_>,
) -> Outcome {
    run(data, request, answer, Command::Radius { may_store: false })
}

pub(super) fn georadiusbymember(
    data: &mut Data<'_>,
    request: Request<'_>,
    answer: &mut Answer<'_>,
) -> Outcome {
    run(data, request, answer, Command::RadiusByMember { may_store: true })
}

pub(super) fn georadiusbymember_ro(
    data: &mut Data<'_>,
    request: Request<'_>,
    answer: &mut Answer<'_>,
) -> Outcome {
    run(data, request, answer, Command::RadiusByMember { may_store: false })
}

pub(super) fn geosearch(
    data: &mut Data<'_>,
    request: Request<'_>,
    answer: &mut Answer<'_>,
) -> Outcome {
    run(data, request, answer, Command::Search)
}

pub(super) fn geosearchstore(
    data: &mut Data<'_>,
    request: Request<'_>,
    answer: &mut Answer<'_>,
) -> Outcome {
    run(data, request, answer, Command::SearchStore)
}

fn run(
    data: &mut Data<'_>,
    request: Request<'_>,
    answer: &mut Answer<'_>,
    command: Command,
) -> Outcome {
    let source = arg(&request, if command == Command::SearchStore { 2 } else { 1 });
    let set = data.read::<SortedSet>(source)?;
    let search = Search::parse(&request, set, command)?;
    let found = set.map_or_else(Vec::new, |set| search.run(set));
    match search.destination {
        Some(destination) => {
            let event = if command.is_search() { "geosearchstore" } else { "georadiusstore" };
            let unit = search.area.map_or(1.0, |area| area.unit);
            let score = |it: &Found| match it.distance / unit {
                _ if !search.store_distance => it.score,
                // Of the far side of the earth there may be none.
                distance if distance.is_nan() => 0.0,
                distance => distance,
            };
            let members = found.into_iter().map(|it| (score(&it), it.member)).collect();
            store(data, destination, members, event, answer)
        }
        None => search.answer(&found, answer),
    }
}

impl Search<'_> {
    /// The members that are wanted, in the order that is wanted.
    fn run(&self, set: &SortedSet) -> Vec<Found> {
        let (Center::At(center) | Center::Member(Some(center)), Some(area)) =
            (self.center, self.area)
        else {
            return Vec::new();
        };
        let most = self.count.filter(|_| self.any).unwrap_or(usize::MAX);
        let mut found = Vec::new();
        let mut previous = None;
        for (number, cell) in area.cells(center).into_iter().enumerate() {
            let Some(cell) = cell else { continue };
            // Of few cells that cover the earth, those on both sides are the same.
            if previous == Some(cell) {
                continue;
            }
            if found.len() >= most {
                break;
            }
            look_into(set, cell, center, area, most, &mut found);
            // As in Redis, the center's own is not remembered.
            previous = (number > 0).then_some(cell);
        }
        // The nearest ones, where not any will do.
        let order = match self.order {
            Order::None if self.count.is_some() && !self.any => Order::Ascending,
            order => order,
        };
        let wanted = self.count.unwrap_or(usize::MAX);
        match order {
            Order::None => {}
            order => partial_sort(&mut found, wanted, order == Order::Descending),
        }
        found.truncate(wanted);
        found
    }

    fn answer(&self, found: &[Found], answer: &mut Answer<'_>) -> Outcome {
        let unit = self.area.map_or(1.0, |area| area.unit);
        let details = usize::from(self.with_distance)
            + usize::from(self.with_hash)
            + usize::from(self.with_position);
        let Some(mut items) = answer.array(found.len()) else { return Ok(Done::Answered) };
        for it in found {
            if details == 0 {
                items.add(&*it.member);
                continue;
            }
            let mut row = items.item().array(1 + details);
            row.add(&*it.member);
            if self.with_distance {
                row.add(format!("{:.4}", it.distance / unit));
            }
            if self.with_hash {
                row.add(it.score as i64);
            }
            if self.with_position {
                answer_position(&mut Answer::part(row.item()), it.position)?;
            }
        }
        Ok(Done::Answered)
    }
}

/// Adds the cell's members that are in the area, until there are enough.
fn look_into(
    set: &SortedSet,
    cell: Cell,
    center: Position,
    area: Area,
    most: usize,
    found: &mut Vec<Found>,
) {
    let (min, end) = cell.scores();
    let first = set.partition_point(|score, _| score < min);
    let members = set.range(first, set.len()).take_while(|(_, score)| *score < end);
    for (member, score) in members {
        let position = Position::of(score);
        if let Some(distance) = area.distance(center, position) {
            found.push(Found { member: member.clone(), score, position, distance });
        }
        if found.len() >= most {
            break;
        }
    }
}

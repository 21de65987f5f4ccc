//! `GEOSEARCH` and the older `GEORADIUS`, in all their forms.

use redis_server_core::resp_core::request::Request;

use super::super::arguments::{Options, arg, integer, is};
use super::super::sorted_sets::store;
use super::cell::{Cell, Position};
use super::nearest::partial_sort;
use super::shape::{Area, Shape};
use super::{answer_position, meters, position};
use crate::commands::numbers::float;
use crate::engine::{Answer, Data, Done, Error, Outcome};
use crate::keyspace::{Compact, Score, SortedSet};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Command {
    Radius { may_store: bool },
    RadiusByMember { may_store: bool },
    Search,
    SearchStore,
}

/// Where to search.
#[derive(Clone, Copy)]
enum Center {
    Unknown,
    At(Position),
    /// At a member; none if there is no such key.
    Member(Option<Position>),
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Order {
    None,
    Ascending,
    Descending,
}

/// What is searched for, and what becomes of it.
struct Search<'a> {
    center: Center,
    area: Option<Area>,
    order: Order,
    count: Option<usize>,
    /// Any so many will do.
    any: bool,
    with_distance: bool,
    with_hash: bool,
    with_position: bool,
    destination: Option<&'a [u8]>,
    store_distance: bool,
}

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

impl Command {
    fn is_search(self) -> bool {
        matches!(self, Self::Search | Self::SearchStore)
    }

    fn may_store(self) -> bool {
        match self {
            Self::Radius { may_store } | Self::RadiusByMember { may_store } => may_store,
            Self::Search | Self::SearchStore => false,
        }
    }
}

/// Where a member is.
fn center(set: Option<&SortedSet>, member: &[u8]) -> Result<Center, Error> {
    let Some(set) = set else { return Ok(Center::Member(None)) };
    let score = set.score(member);
    let score = score.ok_or(Error::of("ERR could not decode requested zset member"))?;
    Ok(Center::Member(Some(Position::of(score))))
}

fn length(text: &[u8], error: &'static str) -> Result<f64, Error> {
    float(text).map_err(|_| Error::of(error))
}

impl<'a> Search<'a> {
    fn parse(
        request: &Request<'a>,
        set: Option<&SortedSet>,
        command: Command,
    ) -> Result<Self, Error> {
        let mut search = Self {
            center: Center::Unknown,
            area: None,
            order: Order::None,
            count: None,
            any: false,
            with_distance: false,
            with_hash: false,
            with_position: false,
            destination: (command == Command::SearchStore).then(|| arg(request, 1)),
            store_distance: false,
        };
        let fixed = match command {
            Command::Radius { .. } => {
                search.center = Center::At(position(arg(request, 2), arg(request, 3))?);
                search.area = Some(circle(arg(request, 4), arg(request, 5))?);
                6
            }
            Command::RadiusByMember { .. } => {
                search.center = center(set, arg(request, 2))?;
                if set.is_some() {
                    search.area = Some(circle(arg(request, 3), arg(request, 4))?);
                }
                5
            }
            Command::Search => 2,
            Command::SearchStore => 3,
        };
        let mut options = Options::behind(request, fixed);
        while let Some(option) = options.next() {
            let taken = search.plain_option(option, &mut options)?
                || search.destination(option, &mut options, command)?
                || (command.is_search() && search.area(option, &mut options, set)?);
            if !taken {
                return Err(Error::SYNTAX);
            }
        }
        search.check(request, command)?;
        Ok(search)
    }

    /// Takes in what all commands have.
    fn plain_option(&mut self, option: &[u8], options: &mut Options<'a>) -> Result<bool, Error> {
        if is(option, "withdist") {
            self.with_distance = true;
        } else if is(option, "withhash") {
            self.with_hash = true;
        } else if is(option, "withcoord") {
            self.with_position = true;
        } else if is(option, "any") {
            self.any = true;
        } else if is(option, "asc") {
            self.order = Order::Ascending;
        } else if is(option, "desc") {
            self.order = Order::Descending;
        } else if is(option, "count") && options.left() > 0 {
            let count = usize::try_from(integer(options.value()?)?).ok();
            let count = count.filter(|count| *count > 0);
            self.count = Some(count.ok_or(Error::of("ERR COUNT must be > 0"))?);
        } else {
            return Ok(false);
        }
        Ok(true)
    }

    fn destination(
        &mut self,
        option: &[u8],
        options: &mut Options<'a>,
        command: Command,
    ) -> Result<bool, Error> {
        let distance = is(option, "storedist");
        if command == Command::SearchStore && distance {
            self.store_distance = true;
            return Ok(true);
        }
        if !command.may_store() || options.left() == 0 || !(distance || is(option, "store")) {
            return Ok(false);
        }
        self.destination = Some(options.value()?);
        self.store_distance = distance;
        Ok(true)
    }

    /// Takes in the center and the shape.
    fn area(
        &mut self,
        option: &[u8],
        options: &mut Options<'a>,
        set: Option<&SortedSet>,
    ) -> Result<bool, Error> {
        let left = options.left();
        // Each kind may be given again, but not the other one.
        let by_position = matches!(self.center, Center::At(_));
        let by_member = matches!(self.center, Center::Member(_));
        let shape = self.area.map(|area| area.shape);
        let by_radius = matches!(shape, Some(Shape::Circle { .. }));
        let by_box = matches!(shape, Some(Shape::Box { .. }));
        if is(option, "frommember") && left >= 1 && !by_position {
            self.center = center(set, options.value()?)?;
        } else if is(option, "fromlonlat") && left >= 2 && !by_member {
            self.center = Center::At(position(options.value()?, options.value()?)?);
        } else if is(option, "byradius") && left >= 2 && !by_box {
            self.area = Some(circle(options.value()?, options.value()?)?);
        } else if is(option, "bybox") && left >= 3 && !by_radius {
            self.area = Some(rectangle(options.value()?, options.value()?, options.value()?)?);
        } else {
            return Ok(false);
        }
        Ok(true)
    }

    fn check(&self, request: &Request<'_>, command: Command) -> Result<(), Error> {
        let detailed = self.with_distance || self.with_hash || self.with_position;
        let name = String::from_utf8_lossy(arg(request, 0));
        if self.destination.is_some() && detailed {
            let what = match command {
                Command::SearchStore => "GEOSEARCHSTORE",
                _ => "STORE option in GEORADIUS",
            };
            return Err(Error::new(format!(
                "ERR {what} is not compatible with WITHDIST, WITHHASH and WITHCOORD options"
            )));
        }
        if command.is_search() && matches!(self.center, Center::Unknown) {
            return Err(Error::new(format!(
                "ERR exactly one of FROMMEMBER or FROMLONLAT can be specified for {name}"
            )));
        }
        if command.is_search() && self.area.is_none() {
            return Err(Error::new(format!(
                "ERR exactly one of BYRADIUS and BYBOX can be specified for {name}"
            )));
        }
        if self.any && self.count.is_none() {
            return Err(Error::of("ERR the ANY argument requires COUNT argument"));
        }
        Ok(())
    }

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

fn circle(radius: &[u8], unit: &[u8]) -> Result<Area, Error> {
    let radius = length(radius, "ERR need numeric radius")?;
    if radius < 0.0 {
        return Err(Error::of("ERR radius cannot be negative"));
    }
    Ok(Area { shape: Shape::Circle { radius }, unit: meters(unit)? })
}

fn rectangle(width: &[u8], height: &[u8], unit: &[u8]) -> Result<Area, Error> {
    let width = length(width, "ERR need numeric width")?;
    let height = length(height, "ERR need numeric height")?;
    if width < 0.0 || height < 0.0 {
        return Err(Error::of("ERR height or width cannot be negative"));
    }
    Ok(Area { shape: Shape::Box { width, height }, unit: meters(unit)? })
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

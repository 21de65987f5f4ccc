//! What is searched for, and where.

use redis_server_core::resp_core::request::Request;

use crate::commands::arguments::{Options, arg, integer, is};
use crate::commands::geo::cell::Position;
use crate::commands::geo::shape::{Area, Shape};
use crate::commands::geo::{meters, position};
use crate::commands::numbers::float;
use crate::engine::Error;
use crate::keyspace::SortedSet;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Command {
    Radius { may_store: bool },
    RadiusByMember { may_store: bool },
    Search,
    SearchStore,
}

/// Where to search.
#[derive(Clone, Copy, Default)]
pub(super) enum Center {
    #[default]
    Unknown,
    At(Position),
    /// At a member; none if there is no such key.
    Member(Option<Position>),
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Order {
    #[default]
    None,
    Ascending,
    Descending,
}

/// What is searched for, and what becomes of it.
#[derive(Default)]
pub(super) struct Search<'a> {
    pub(super) center: Center,
    pub(super) area: Option<Area>,
    pub(super) order: Order,
    pub(super) count: Option<usize>,
    /// Any so many will do.
    pub(super) any: bool,
    pub(super) with_distance: bool,
    pub(super) with_hash: bool,
    pub(super) with_position: bool,
    pub(super) destination: Option<&'a [u8]>,
    pub(super) store_distance: bool,
}

impl Command {
    pub(super) fn is_search(self) -> bool {
        matches!(self, Self::Search | Self::SearchStore)
    }

    fn may_store(self) -> bool {
        match self {
            Self::Radius { may_store } | Self::RadiusByMember { may_store } => may_store,
            Self::Search | Self::SearchStore => false,
        }
    }
}

impl<'a> Search<'a> {
    pub(super) fn parse(
        request: &Request<'a>,
        set: Option<&SortedSet>,
        command: Command,
    ) -> Result<Self, Error> {
        let mut search = Self {
            destination: (command == Command::SearchStore).then(|| arg(request, 1)),
            ..Self::default()
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

//! What commands for places take.

use alloc::vec::Vec;

use super::Words;
use crate::arg::ToArg;
use crate::request::Request;

/// A unit of length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GeoUnit {
    /// Metres.
    Meters,
    /// Kilometres.
    Kilometers,
    /// Feet.
    Feet,
    /// Miles.
    Miles,
}

/// The middle of a [`GeoArea`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GeoOrigin<M>(Origin<M>);

#[derive(Clone, Copy, Debug, PartialEq)]
enum Origin<M> {
    Member(M),
    Place { longitude: f64, latitude: f64 },
}

/// Where [`GEOSEARCH`](crate::cmd::geosearch) looks.
///
/// ```
/// use redis_client_core::args::{GeoArea, GeoOrigin, GeoUnit};
///
/// let around = GeoArea::circle(GeoOrigin::member("Rome"), 100.0, GeoUnit::Kilometers);
/// let across = GeoArea::rectangle(GeoOrigin::place(12.5, 41.9), 2.0, 1.0, GeoUnit::Miles);
/// # let _ = (around, across);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct GeoArea<M>(Area<M>);

#[derive(Clone, Debug, PartialEq)]
enum Area<M> {
    Circle { middle: GeoOrigin<M>, radius: f64, unit: GeoUnit },
    Rectangle { middle: GeoOrigin<M>, width: f64, height: f64, unit: GeoUnit },
    Polygon(Vec<(f64, f64)>),
}

impl<M: ToArg> GeoOrigin<M> {
    /// Where this member is.
    pub fn member(member: M) -> Self {
        Self(Origin::Member(member))
    }
}

impl GeoOrigin<&'static str> {
    /// This place, in degrees.
    pub fn place(longitude: f64, latitude: f64) -> Self {
        Self(Origin::Place { longitude, latitude })
    }
}

impl<M: ToArg> GeoArea<M> {
    /// All that is not farther from its middle than `radius`.
    pub fn circle(middle: GeoOrigin<M>, radius: f64, unit: GeoUnit) -> Self {
        Self(Area::Circle { middle, radius, unit })
    }

    /// A rectangle along the axes, by its whole width and height.
    pub fn rectangle(middle: GeoOrigin<M>, width: f64, height: f64, unit: GeoUnit) -> Self {
        Self(Area::Rectangle { middle, width, height, unit })
    }
}

impl GeoArea<&'static str> {
    /// All between these corners, of which each is a longitude and a latitude in degrees. Since
    /// Valkey 9.0.0.
    pub fn polygon(corners: impl IntoIterator<Item = (f64, f64)>) -> Self {
        Self(Area::Polygon(corners.into_iter().collect()))
    }
}

impl Words for GeoUnit {
    fn write(self, request: &mut Request) {
        request.push(match self {
            Self::Meters => b"m",
            Self::Kilometers => b"km",
            Self::Feet => b"ft",
            Self::Miles => b"mi",
        });
    }
}

impl<M: ToArg> Words for GeoOrigin<M> {
    fn write(self, request: &mut Request) {
        match self.0 {
            Origin::Member(member) => {
                request.push(b"FROMMEMBER");
                member.write_arg(request);
            }
            Origin::Place { longitude, latitude } => {
                request.push(b"FROMLONLAT");
                longitude.write_arg(request);
                latitude.write_arg(request);
            }
        }
    }
}

impl<M: ToArg> Words for GeoArea<M> {
    fn write(self, request: &mut Request) {
        match self.0 {
            Area::Circle { middle, radius, unit } => {
                middle.write(request);
                request.push(b"BYRADIUS");
                radius.write_arg(request);
                unit.write(request);
            }
            Area::Rectangle { middle, width, height, unit } => {
                middle.write(request);
                request.push(b"BYBOX");
                width.write_arg(request);
                height.write_arg(request);
                unit.write(request);
            }
            Area::Polygon(corners) => {
                request.push(b"BYPOLYGON");
                corners.len().write_arg(request);
                for (longitude, latitude) in corners {
                    longitude.write_arg(request);
                    latitude.write_arg(request);
                }
            }
        }
    }
}

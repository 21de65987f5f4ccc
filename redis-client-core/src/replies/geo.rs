//! Replies to commands for places.

use bytes::Bytes;
use resp_core::{FrameRef, View};

use crate::error::ReplyError;
use crate::reply::{FromReply, elements_of, next};

/// A place on the globe, in degrees.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GeoPosition {
    /// From west to east, -180 to 180.
    pub longitude: f64,
    /// From south to north, about -85 to 85.
    pub latitude: f64,
}

/// A member that [`GEOSEARCH`](crate::cmd::geosearch) has found, with what was asked for.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct GeoMatch {
    /// The member.
    pub member: Bytes,
    /// How far it is from the middle, in the unit of the search.
    pub distance: Option<f64>,
    /// The score that it has in the sorted set.
    pub hash: Option<u64>,
    /// Where it is.
    pub position: Option<GeoPosition>,
}

impl FromReply for GeoPosition {
    fn from_reply(frame: FrameRef<'_>) -> Result<Self, ReplyError> {
        let (longitude, latitude) = <(f64, f64)>::from_reply(frame)?;
        Ok(Self { longitude, latitude })
    }
}

/// What is there beside the member shows by its type only.
impl FromReply for GeoMatch {
    fn from_reply(frame: FrameRef<'_>) -> Result<Self, ReplyError> {
        let mut elements = elements_of(frame)?;
        let member = next(&mut elements)?;
        let mut found = Self { member, distance: None, hash: None, position: None };
        for element in elements {
            match element.view() {
                View::Integer(_) => found.hash = Some(u64::from_reply(element)?),
                View::Array(_) => found.position = Some(GeoPosition::from_reply(element)?),
                _ => found.distance = Some(f64::from_reply(element)?),
            }
        }
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    use resp_core::Frame;

    use super::*;

    fn read(text: &'static str) -> Result<GeoMatch, ReplyError> {
        GeoMatch::from_reply(Frame::parse(text).unwrap().as_frame())
    }

    #[test]
    fn whatever_was_asked_for_beside_the_member() {
        let mut rome =
            GeoMatch { member: "Rome".into(), distance: None, hash: None, position: None };
        assert_eq!(read("*1\r\n$4\r\nRome\r\n"), Ok(rome.clone()));
        rome.position = Some(GeoPosition { longitude: 12.5, latitude: 42.0 });
        assert_eq!(read("*2\r\n$4\r\nRome\r\n*2\r\n,12.5\r\n,42\r\n"), Ok(rome.clone()));
        rome.distance = Some(1.25);
        rome.hash = Some(7);
        assert_eq!(
            read("*4\r\n$4\r\nRome\r\n$4\r\n1.25\r\n:7\r\n*2\r\n$4\r\n12.5\r\n$2\r\n42\r\n"),
            Ok(rome)
        );
        assert!(read("*0\r\n").is_err());
        assert!(read("*2\r\n$4\r\nRome\r\n*1\r\n,12.5\r\n").is_err());
    }
}

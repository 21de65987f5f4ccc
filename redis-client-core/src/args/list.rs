//! What commands for lists take.

use super::Words;
use crate::request::Request;

/// An end of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// Where the first element is.
    Left,
    /// Where the last element is.
    Right,
}

/// Where [`LINSERT`](crate::cmd::linsert) puts an element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// In front of the one that is there.
    Before,
    /// Behind it.
    After,
}

impl Words for Side {
    fn write(self, request: &mut Request) {
        request.push(match self {
            Self::Left => b"LEFT",
            Self::Right => b"RIGHT",
        });
    }
}

impl Words for Place {
    fn write(self, request: &mut Request) {
        request.push(match self {
            Self::Before => b"BEFORE",
            Self::After => b"AFTER",
        });
    }
}

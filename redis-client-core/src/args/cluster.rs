//! Arguments of commands for Redis Cluster.

use super::Words;
use crate::request::Request;

/// What becomes of a slot by [`cluster_setslot`](crate::cmd::cluster_setslot). Nodes are named by
/// their ids.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SlotState<'a> {
    /// It comes from this node.
    Importing(&'a str),
    /// It goes to this node.
    Migrating(&'a str),
    /// This node serves it.
    Node(&'a str),
    /// It neither comes nor goes.
    Stable,
}

/// Which slots [`cluster_slot_stats`](crate::cmd::cluster_slot_stats) is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SlotStats<'a> {
    /// Those from one to another, both included.
    Range(u16, u16),
    /// Those that come first by this number, as `key-count` or `cpu-usec`.
    OrderBy {
        /// Which number.
        metric: &'a str,
        /// How many slots, if not all.
        limit: Option<u64>,
        /// The least or the greatest first; the greatest unless told.
        order: Option<Order>,
    },
}

/// Which comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// The least.
    Asc,
    /// The greatest.
    Desc,
}

impl Words for SlotState<'_> {
    fn write(self, request: &mut Request) {
        match self {
            Self::Importing(node) => request.arg("IMPORTING").arg(node),
            Self::Migrating(node) => request.arg("MIGRATING").arg(node),
            Self::Node(node) => request.arg("NODE").arg(node),
            Self::Stable => request.arg("STABLE"),
        };
    }
}

impl Words for SlotStats<'_> {
    fn write(self, request: &mut Request) {
        match self {
            Self::Range(start, end) => {
                request.arg("SLOTSRANGE").arg(start).arg(end);
            }
            Self::OrderBy { metric, limit, order } => {
                request.arg("ORDERBY").arg(metric);
                if let Some(limit) = limit {
                    request.arg("LIMIT").arg(limit);
                }
                match order {
                    None => {}
                    Some(Order::Asc) => {
                        request.arg("ASC");
                    }
                    Some(Order::Desc) => {
                        request.arg("DESC");
                    }
                }
            }
        }
    }
}

//! How far the groups have come.
//!
//! Entries are not counted from one id to another: what is known follows from how many were ever
//! added, as long as none was removed in between (`t_stream.c`).

use super::{Group, Stream, StreamId};

impl Stream {
    /// How many entries a group has still to be given, where that is known.
    pub(crate) fn lag(&self, group: &Group) -> Option<i64> {
        let added = self.added();
        if added == 0 {
            return Some(0);
        }
        let read = match group.entries_read {
            Some(read) if !self.has_gap_behind(group.last_delivered) => read,
            _ => self.entries_up_to(group.last_delivered)?,
        };
        Some(added.wrapping_sub(read))
    }

    /// The entry is delivered to a group of which `read` entries were read before: how many are
    /// now.
    pub(crate) fn read_up_to(&self, id: StreamId, read: Option<i64>) -> Option<i64> {
        match read {
            Some(read) if !self.has_gap_behind(id) => Some(read.wrapping_add(1)),
            read if self.added() == 0 => read,
            _ => self.entries_up_to(id),
        }
    }

    fn added(&self) -> i64 {
        self.entries_added as i64
    }

    /// Whether one was removed that had this or a later id.
    fn has_gap_behind(&self, id: StreamId) -> bool {
        self.len > 0 && self.has_gap() && id <= self.max_deleted_id
    }

    /// Whether one was removed behind the first that is there.
    fn has_gap(&self) -> bool {
        self.max_deleted_id != StreamId::MIN && self.max_deleted_id >= self.first_id
    }

    /// How many entries there were ever up to this id, where that is known.
    fn entries_up_to(&self, id: StreamId) -> Option<i64> {
        let (added, len) = (self.added(), self.len as i64);
        if added == 0 {
            return Some(0);
        }
        if self.len == 0 && id <= self.last_id || id == self.last_id {
            return Some(added);
        }
        if id > self.last_id || id > self.first_id || self.has_gap() {
            return None;
        }
        Some(added.wrapping_sub(len).wrapping_add(i64::from(id == self.first_id)))
    }
}

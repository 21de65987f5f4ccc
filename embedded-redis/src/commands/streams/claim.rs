//! `XCLAIM` and `XAUTOCLAIM`.

mod auto;
mod by_id;

use crate::engine::{Class, Data, Error};
use crate::keyspace::{ConsumerNumber, Group, Millis, Pending};

pub(super) use auto::xautoclaim;
pub(super) use by_id::xclaim;

/// A consumer that takes over what is pending.
#[derive(Debug)]
struct Claimant<'a> {
    name: &'a [u8],
    /// None until it gets something: only then it is made if it is a new one.
    number: Option<ConsumerNumber>,
    created: bool,
}

impl<'a> Claimant<'a> {
    fn new(name: &'a [u8]) -> Self {
        Self { name, number: None, created: false }
    }

    fn number(&mut self, group: &mut Group, now: Millis) -> ConsumerNumber {
        if let Some(number) = self.number {
            return number;
        }
        let (number, created) = group.consumer_seen(self.name, now);
        (self.number, self.created) = (Some(number), created);
        number
    }

    fn tell(&self, data: &mut Data<'_>, key: &[u8]) {
        if self.created {
            data.notify(Class::STREAM, "xgroup-createconsumer", key);
        }
    }
}

/// Whether it has been pending for long enough.
fn is_idle(pending: &Pending, least: i64, now: Millis) -> bool {
    least == 0 || now.saturating_sub(pending.delivered) >= least
}

fn least_idle(text: &[u8], error: &'static str) -> Result<i64, Error> {
    let idle = crate::keyspace::parse_integer(text).ok_or(Error::of(error))?;
    Ok(idle.max(0))
}

//! When strings expire, as commands that set or get them say it.

use crate::commands::arguments::{Options, integer, is};
use crate::engine::Error;
use crate::keyspace::Millis;

/// When a key is to expire, in a client's words.
#[derive(Clone, Copy)]
pub(super) struct Expiry<'a> {
    unit: Unit,
    time: &'a [u8],
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Unit {
    Seconds,
    Millis,
    UnixSeconds,
    UnixMillis,
}

impl<'a> Expiry<'a> {
    /// So many seconds from now.
    pub(super) fn seconds(time: &'a [u8]) -> Self {
        Self { unit: Unit::Seconds, time }
    }

    /// So many milliseconds from now.
    pub(super) fn millis(time: &'a [u8]) -> Self {
        Self { unit: Unit::Millis, time }
    }

    /// Reads the time behind an option; none if it is another option. The same one may be there before,
    /// but no other of its kind.
    pub(super) fn parse(
        option: &[u8],
        before: Option<Self>,
        options: &mut Options<'a>,
    ) -> Result<Option<Self>, Error> {
        let Some(unit) = Unit::parse(option) else { return Ok(None) };
        if before.is_some_and(|before| before.unit != unit) {
            return Err(Error::SYNTAX);
        }
        Ok(Some(Self { unit, time: options.value()? }))
    }

    pub(super) fn is_absolute(self) -> bool {
        matches!(self.unit, Unit::UnixSeconds | Unit::UnixMillis)
    }

    pub(super) fn deadline(self, now: Millis, command: &str) -> Result<Millis, Error> {
        let time = integer(self.time)?;
        let millis = match self.unit {
            Unit::Seconds | Unit::UnixSeconds => time.checked_mul(1_000),
            Unit::Millis | Unit::UnixMillis => Some(time),
        };
        let start = if self.is_absolute() { 0 } else { now };
        millis
            .filter(|millis| *millis > 0)
            .and_then(|millis| millis.checked_add(start))
            .ok_or_else(|| Error::expire_time(command))
    }
}

impl Unit {
    fn parse(option: &[u8]) -> Option<Self> {
        let names = [
            ("ex", Self::Seconds),
            ("px", Self::Millis),
            ("exat", Self::UnixSeconds),
            ("pxat", Self::UnixMillis),
        ];
        names.into_iter().find(|(name, _)| is(option, name)).map(|(_, unit)| unit)
    }
}

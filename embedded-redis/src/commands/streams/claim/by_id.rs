//! `XCLAIM`.

use redis_server_core::resp_core::request::Request;

use super::{Claimant, is_idle, least_idle};
use crate::commands::arguments::{Options, arg, is};
use crate::commands::streams::{errors, ids, reply};
use crate::engine::{Answer, Data, Error, Outcome};
use crate::keyspace::{Millis, Pending, Stream, StreamId, parse_integer, until_nul};

pub(crate) fn xclaim(
    data: &mut Data<'_>,
    request: Request<'_>,
    answer: &mut Answer<'_>,
) -> Outcome {
    let (key, name, now) = (arg(&request, 1), arg(&request, 2), data.now());
    let stream = data.read::<Stream>(key)?;
    if stream.is_none_or(|stream| stream.group(name).is_none()) {
        return Err(errors::no_group(key, name, ""));
    }
    let claim = Claim::parse(&request, now)?;
    let mut claimant = Claimant::new(arg(&request, 3));
    let mut claimed = Vec::new();
    if let Some(mut stream) = data.edit::<Stream>(key)? {
        claim.advance(&mut stream, name);
        for id in &claim.ids {
            if claim.take(&mut stream, name, &mut claimant, *id, now) {
                claimed.push(*id);
            }
        }
    }
    claimant.tell(data, key);
    match data.edit::<Stream>(key)? {
        Some(stream) if !claim.just_ids => answer.any(reply::existing(&stream, &claimed)),
        _ => answer.any(claimed),
    }
}

/// The arguments.
#[derive(Debug, Default)]
struct Claim {
    least_idle: i64,
    ids: Vec<StreamId>,
    /// When they count as delivered.
    delivered: Millis,
    deliveries: Option<i64>,
    force: bool,
    just_ids: bool,
    last_id: StreamId,
}

impl Claim {
    fn parse(request: &Request<'_>, now: Millis) -> Result<Self, Error> {
        let least_idle = least_idle(arg(request, 4), NO_IDLE_TIME)?;
        let mut claim = Self { least_idle, ..Self::default() };
        let mut delivered = None;
        // Ids up to the first that is none, and then options.
        claim.ids = request.iter().skip(5).map_while(|text| ids::id(text).ok()).collect();
        let mut options = Options::behind(request, 5 + claim.ids.len());
        while let Some(option) = options.next() {
            let valued = options.left() > 0;
            if is(option, "force") {
                claim.force = true;
            } else if is(option, "justid") {
                claim.just_ids = true;
            } else if valued && is(option, "idle") {
                let idle = number(options.value()?, NO_IDLE)?;
                delivered = Some(now.wrapping_sub(idle));
            } else if valued && is(option, "time") {
                delivered = Some(number(options.value()?, NO_TIME)?);
            } else if valued && is(option, "retrycount") {
                let count = number(options.value()?, NO_COUNT)?;
                claim.deliveries = Some(count).filter(|count| *count >= 0);
            } else if valued && is(option, "lastid") {
                claim.last_id = ids::id(options.value()?)?;
            } else {
                return Err(unrecognized(option));
            }
        }
        // A time that makes no sense is now.
        claim.delivered = delivered.filter(|at| (0..=now).contains(at)).unwrap_or(now);
        Ok(claim)
    }

    fn advance(&self, stream: &mut Stream, group: &[u8]) {
        if let Some(mut group) = stream.group_mut(group) {
            group.last_delivered = group.last_delivered.max(self.last_id);
        }
    }

    /// Takes an entry over: whether it can be had.
    fn take(
        &self,
        stream: &mut Stream,
        group: &[u8],
        claimant: &mut Claimant<'_>,
        id: StreamId,
        now: Millis,
    ) -> bool {
        let exists = stream.entry(id).is_some();
        let Some(mut group) = stream.group_mut(group) else { return false };
        if !exists {
            group.acknowledge(id);
            return false;
        }
        let old = match group.pending(id) {
            Some(old) if !is_idle(&old, self.least_idle, now) => return false,
            None if !self.force => return false,
            old => old,
        };
        let before = old.map_or(1, |old| old.deliveries);
        let more = if self.just_ids { before } else { before.wrapping_add(1) };
        let deliveries = self.deliveries.unwrap_or(more);
        let consumer = claimant.number(&mut group, now);
        group.set_pending(id, Pending { consumer, delivered: self.delivered, deliveries });
        true
    }
}

fn number(text: &[u8], error: &'static str) -> Result<i64, Error> {
    parse_integer(text).ok_or(Error::of(error))
}

fn unrecognized(option: &[u8]) -> Error {
    let parts: [&[u8]; 3] = [b"ERR Unrecognized XCLAIM option '", until_nul(option), b"'"];
    Error::new(parts.concat())
}

const NO_IDLE_TIME: &str = "ERR Invalid min-idle-time argument for XCLAIM";
const NO_IDLE: &str = "ERR Invalid IDLE option argument for XCLAIM";
const NO_TIME: &str = "ERR Invalid TIME option argument for XCLAIM";
const NO_COUNT: &str = "ERR Invalid RETRYCOUNT option argument for XCLAIM";

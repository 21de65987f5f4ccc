//! `XAUTOCLAIM`.

use redis_server_core::resp_core::request::Request;

use super::{Claimant, is_idle, least_idle};
use crate::commands::arguments::{Options, arg, is};
use crate::commands::streams::{errors, ids, reply};
use crate::engine::{Answer, Data, Done, Error, Outcome};
use crate::keyspace::{Group, Millis, Pending, Stream, StreamId, parse_integer};

pub(crate) fn xautoclaim(
    data: &mut Data<'_>,
    request: Request<'_>,
    answer: &mut Answer<'_>,
) -> Outcome {
    let (key, name, now) = (arg(&request, 1), arg(&request, 2), data.now());
    let stream = data.read::<Stream>(key);
    // Whether there is a stream is said only after what is wrong with the arguments.
    let found = stream.map(|stream| stream.is_some_and(|stream| stream.group(name).is_some()));
    let sweep = Sweep::parse(&request)?;
    if !found? {
        return Err(errors::no_group(key, name, ""));
    }
    if sweep.count > ADDRESSABLE {
        return Err(Error::of(
            "ERR Insufficient memory, failed allocating transient memory, COUNT too high.",
        ));
    }
    let mut claimant = Claimant::new(arg(&request, 3));
    let mut swept = Swept::default();
    if let Some(mut stream) = data.edit::<Stream>(key)? {
        swept = sweep.run(&mut stream, name, &mut claimant, now);
    }
    claimant.tell(data, key);
    let stream = data.edit::<Stream>(key)?;
    let Some(mut items) = answer.array(3) else { return Ok(Done::Answered) };
    items.add(swept.next);
    match stream {
        Some(stream) if !sweep.just_ids => {
            let _ = items.item().any(reply::existing(&stream, &swept.claimed));
        }
        _ => {
            items.add(swept.claimed);
        }
    }
    items.add(swept.deleted);
    Ok(Done::Answered)
}

/// Redis takes memory for as many ids before it looks; more than this a process can't even address.
const ADDRESSABLE: usize = (1 << 47) / size_of::<StreamId>();

/// The arguments.
#[derive(Debug)]
struct Sweep {
    least_idle: i64,
    first: StreamId,
    count: usize,
    just_ids: bool,
}

/// What has come of it.
#[derive(Debug, Default)]
struct Swept {
    /// Where to go on; zero at the end.
    next: StreamId,
    claimed: Vec<StreamId>,
    /// What was pending, but is not there any more.
    deleted: Vec<StreamId>,
}

impl Sweep {
    fn parse(request: &Request<'_>) -> Result<Self, Error> {
        let least_idle = least_idle(arg(request, 4), NO_IDLE_TIME)?;
        let first = ids::lower_bound(arg(request, 5))?;
        let mut sweep = Self { least_idle, first, count: COUNT, just_ids: false };
        let mut options = Options::behind(request, 6);
        while let Some(option) = options.next() {
            if is(option, "count") && options.left() > 0 {
                let count = parse_integer(options.value()?);
                let count = count.filter(|count| (1..=MAX_COUNT).contains(count));
                sweep.count = count.ok_or(Error::of("ERR COUNT must be > 0"))? as usize;
            } else if is(option, "justid") {
                sweep.just_ids = true;
            } else {
                return Err(Error::SYNTAX);
            }
        }
        Ok(sweep)
    }

    fn run(
        &self,
        stream: &mut Stream,
        name: &[u8],
        claimant: &mut Claimant<'_>,
        now: Millis,
    ) -> Swept {
        let mut swept = Swept::default();
        let (seen, behind) = stream.group(name).map(|it| self.look(it)).unwrap_or_default();
        let (mut seen, mut left) = (seen.into_iter(), self.count);
        while left > 0
            && let Some((id, old)) = seen.next()
        {
            if stream.entry(id).is_none() {
                stream.group_mut(name).map(|mut group| group.acknowledge(id));
                swept.deleted.push(id);
                left -= 1;
                continue;
            }
            let Some(mut group) = stream.group_mut(name) else { break };
            if is_idle(&old, self.least_idle, now) {
                let consumer = claimant.number(&mut group, now);
                let more = i64::from(!self.just_ids);
                let deliveries = old.deliveries.wrapping_add(more);
                group.set_pending(id, Pending { consumer, delivered: now, deliveries });
                swept.claimed.push(id);
                left -= 1;
            }
        }
        swept.next = seen.next().map(|(id, _)| id).or(behind).unwrap_or_default();
        swept
    }

    /// What is looked at, and the id behind it. What is too young counts as well, so that nobody
    /// has to wait for long.
    fn look(&self, group: &Group) -> (Vec<(StreamId, Pending)>, Option<StreamId>) {
        let attempts = self.count.saturating_mul(ATTEMPTS);
        let mut pending = group.pending_range(self.first..=StreamId::MAX);
        let seen = pending.by_ref().take(attempts).map(|(id, it)| (id, *it)).collect();
        let behind = pending.next().map(|(id, _)| id);
        (seen, behind)
    }
}

const COUNT: usize = 100;
/// How many entries are looked at for each that is wanted.
const ATTEMPTS: usize = 10;
/// What Redis can count up to then.
const MAX_COUNT: i64 = i64::MAX / 16;
const NO_IDLE_TIME: &str = "ERR Invalid min-idle-time argument for XAUTOCLAIM";

//! Messages from many channels to one subscriber.
//!
//! The server itself publishes them, by a script, so that no publisher takes CPU time of the
//! client's core. Whoever subscribes asks for the next lot when it has read one, by a socket beside
//! its client: two lots are under way at a time, so nobody has to keep more, or to drop any.

use std::io::Write as _;
use std::net::TcpStream;
use std::time::Instant;

use super::Outcome;
use super::contender::Subscriber;
use super::figures::{Figures, Reading, latency};
use super::fixture::{self, SMALL};
use super::job::Job;

/// Receives a few messages and looks at them, then all, counting, then some one by one, for the
/// time that each takes from its publication.
pub(super) async fn run<S: Subscriber>(subscriber: &mut S, job: &Job) -> Outcome<Figures> {
    let mut publisher = Publisher::connect(job.port)?;
    let expected = fixture::value(SMALL);
    receive(subscriber, &mut publisher, LOT, |payload| payload == expected).await?;
    let before = Reading::take()?;
    receive(subscriber, &mut publisher, job.number, |payload| payload.len() == SMALL).await?;
    let figures = before.spent()?.figures(job.number)?;
    let mut latencies = Vec::new();
    for _ in 0..ONE_BY_ONE {
        let start = Instant::now();
        publisher.publish(1)?;
        subscriber.next().await?;
        latencies.push(latency(start.elapsed()));
    }
    Ok(figures.with_latencies(latencies))
}

async fn receive<S: Subscriber>(
    subscriber: &mut S,
    publisher: &mut Publisher,
    messages: u64,
    right: impl Fn(&[u8]) -> bool,
) -> Outcome<()> {
    let mut lots = Lots::of(messages);
    for lot in [lots.next(), lots.next()].into_iter().flatten() {
        publisher.publish(lot)?;
    }
    for received in 1..=messages {
        let payload = subscriber.next().await?;
        if !right(payload.as_ref()) {
            return Err("a message that nobody has published".into());
        }
        if received % LOT == 0
            && let Some(lot) = lots.next()
        {
            publisher.publish(lot)?;
        }
    }
    Ok(())
}

/// Messages in lots, the last one smaller if need be.
struct Lots {
    left: u64,
}

impl Lots {
    fn of(messages: u64) -> Self {
        Self { left: messages }
    }
}

impl Iterator for Lots {
    type Item = u64;

    fn next(&mut self) -> Option<u64> {
        let lot = self.left.min(LOT);
        self.left -= lot;
        (lot > 0).then_some(lot)
    }
}

/// Has the server publish. Its few replies wait in the socket: nobody needs them.
pub(super) struct Publisher(TcpStream);

impl Publisher {
    pub(super) fn connect(port: u16) -> Outcome<Self> {
        Ok(Self(fixture::connect(port)?))
    }

    pub(super) fn publish(&mut self, messages: u64) -> Outcome<()> {
        let mut command = Vec::new();
        let payload = fixture::value(SMALL);
        let messages = messages.to_string();
        resp_core::encode::command(
            &mut command,
            [b"EVAL".as_slice(), SCRIPT.as_bytes(), b"0", messages.as_bytes(), &payload],
        );
        Ok(self.0.write_all(&command)?)
    }
}

/// What is subscribed to.
pub(super) fn channels() -> Vec<String> {
    (0..CHANNELS).map(|channel| format!("bench:{channel:02}")).collect()
}

const SCRIPT: &str = "for i = 0, ARGV[1] - 1 do \
                      redis.call('PUBLISH', string.format('bench:%02d', i % 16), ARGV[2]) \
                      end";

/// As the script has it.
const CHANNELS: usize = 16;

/// A message as it comes over the wire in RESP2, for those who look at bytes alone.
pub(super) const WIRE_LENGTH: u64 =
    "*3\r\n$7\r\nmessage\r\n$8\r\nbench:00\r\n$16\r\n0123456789abcdef\r\n".len() as u64;

/// Large enough for what asks for the next to be nothing beside it.
pub(super) const LOT: u64 = 10_000;

/// Messages that may wait to be read.
pub(super) const UNDER_WAY: usize = 2 * LOT as usize;

/// Enough for a 99th percentile.
pub(super) const ONE_BY_ONE: u64 = 2_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lots_come_to_all_messages() {
        let lots = |messages| Lots::of(messages).collect::<Vec<u64>>();
        assert!(lots(0).is_empty());
        assert_eq!(lots(LOT), [LOT]);
        assert_eq!(lots(2 * LOT + 5), [LOT, LOT, 5]);
    }

    #[test]
    fn the_script_publishes_where_it_is_listened() {
        assert!(SCRIPT.contains(&format!("i % {CHANNELS})")));
        assert_eq!(channels().first().map(String::as_str), Some("bench:00"));
        assert_eq!(channels().len(), CHANNELS);
    }
}

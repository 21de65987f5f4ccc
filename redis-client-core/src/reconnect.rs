//! When to try again.

use core::time::Duration;

use resp_core::Time;

/// How a lost connection is to be made again: after how long, and how often.
///
/// The first attempt follows a loss within `min_delay`; each further one waits as long as the server
/// has been away by then, but `min_delay` at least and `max_delay` at the most. Every delay is drawn
/// at random, from the upper half of that, so that clients that were cut off together don't come
/// back together, whenever that is.
///
/// A server that comes back is found again within as long as it was away, and `max_delay` at the
/// most, and the time to connect.
///
/// A connection that is lost before it has held for `max_delay` has not ended the outage: it goes on,
/// without the time connected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Reconnect {
    /// The longest delay of a first attempt. 100 ms by default.
    pub min_delay: Duration,
    /// The longest delay of all, 1 ms at the least. 2 s by default.
    pub max_delay: Duration,
    /// Attempts in vain, one after the other, until the client is given up; none tries for ever,
    /// which is the default. 0 never reconnects.
    pub attempts: Option<u32>,
}

impl Reconnect {
    /// Never: with its connection the client ends.
    pub const NEVER: Self =
        Self { min_delay: Duration::ZERO, max_delay: Duration::ZERO, attempts: Some(0) };

    /// Sets the bounds of the delay.
    #[must_use]
    pub const fn delays(mut self, min: Duration, max: Duration) -> Self {
        self.min_delay = min;
        self.max_delay = max;
        self
    }

    /// Sets how many attempts in vain, one after the other, are enough.
    #[must_use]
    pub const fn attempts(mut self, attempts: Option<u32>) -> Self {
        self.attempts = attempts;
        self
    }
}

impl Default for Reconnect {
    fn default() -> Self {
        Self {
            min_delay: Duration::from_millis(100),
            max_delay: Duration::from_secs(2),
            attempts: None,
        }
    }
}

/// Says when the next attempt is due: the state machine of [`Reconnect`].
///
/// ```text
///   connected --handle_lost--> wait --attempt--> handle_connected
///                                ^       |
///                                +-------+ handle_failed, until the attempts are used up
/// ```
///
/// ```
/// use core::time::Duration;
/// use redis_client_core::{Backoff, Reconnect, Time};
///
/// let seed = 7;
/// let mut backoff = Backoff::new(Reconnect::default().attempts(Some(2)), seed);
/// backoff.handle_connected(Time::ZERO);
/// let now = Time::ZERO + Duration::from_secs(60);
/// let first = backoff.handle_lost(now).expect("two attempts");
/// assert!(first.since(now) <= Duration::from_millis(100));
/// let second = backoff.handle_failed(first).expect("one more");
/// assert!(second.since(first) <= Duration::from_millis(200));
/// assert_eq!(backoff.handle_failed(second), None);
/// ```
#[derive(Clone, Debug)]
pub struct Backoff {
    policy: Reconnect,
    random: u64,
    /// Attempts since the connection last held.
    made: u32,
    /// When it last did.
    gone: Time,
    connected: Option<Time>,
}

impl Backoff {
    /// Starts with a seed for the jitter: another one for each connection.
    pub const fn new(policy: Reconnect, seed: u64) -> Self {
        Self { policy, random: seed, made: 0, gone: Time::ZERO, connected: None }
    }

    /// Takes word of a connection.
    pub const fn handle_connected(&mut self, now: Time) {
        self.connected = Some(now);
    }

    /// Takes word that the connection is lost: when to try again, if at all.
    pub fn handle_lost(&mut self, now: Time) -> Option<Time> {
        let held = self.connected.take().map(|since| now.since(since));
        match held {
            // A server that lets clients in and throws them out again is not there yet.
            Some(held) if held < self.policy.max_delay => self.gone = self.gone + held,
            Some(_) => self.made = 0,
            None => {}
        }
        self.handle_failed(now)
    }

    /// Takes word of an attempt in vain: when to try again, if at all.
    pub fn handle_failed(&mut self, now: Time) -> Option<Time> {
        if self.policy.attempts.is_some_and(|attempts| self.made >= attempts) {
            return None;
        }
        let Reconnect { min_delay, max_delay, .. } = self.policy;
        // The first may come at once. The others wait for half of it at least: what is drawn from
        // the whole would make many of them early, and the early ones meet a server that is busy.
        //
        // They go by the outage, not by their own number: clients whose delays double stay in
        // step, so that most come at once when the server does, and the rest much later.
        let (shortest, longest) = if self.made == 0 {
            self.gone = now;
            (Duration::ZERO, min_delay.min(max_delay))
        } else {
            let longest = now.since(self.gone).max(min_delay).min(max_delay).max(FLOOR);
            (longest / 2, longest)
        };
        self.made = self.made.saturating_add(1);
        Some(now + shortest + self.draw(longest - shortest))
    }

    /// A duration up to that one.
    fn draw(&mut self, longest: Duration) -> Duration {
        let nanos = u64::try_from(longest.as_nanos()).unwrap_or(u64::MAX);
        // The product's upper half: an even draw, without a division.
        Duration::from_nanos(((u128::from(self.next()) * u128::from(nanos)) >> 64) as u64)
    }

    /// SplitMix64, by Steele, Lea and Flood.
    const fn next(&mut self) -> u64 {
        self.random = self.random.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.random;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}

/// Without it, delays of zero would ask a server that refuses at once for ever and ever.
const FLOOR: Duration = Duration::from_millis(1);

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    /// The delays of so many attempts in vain, in milliseconds.
    fn delays(policy: Reconnect, seed: u64, attempts: usize) -> Vec<u128> {
        let mut backoff = Backoff::new(policy, seed);
        backoff.handle_connected(Time::ZERO);
        let mut now = Time::ZERO + 100 * SECOND;
        let mut next = backoff.handle_lost(now);
        let mut delays = Vec::new();
        while let (Some(at), true) = (next, delays.len() < attempts) {
            delays.push(at.since(now).as_millis());
            now = at;
            next = backoff.handle_failed(now);
        }
        delays
    }

    #[test]
    fn delays_grow_with_the_outage_up_to_the_cap_and_differ_there_too() {
        let mut at_the_cap = Vec::new();
        for seed in 0..100 {
            let delays = delays(Reconnect::default(), seed, 15);
            assert!(delays[0] <= 100, "{delays:?}");
            assert!((50..=100).contains(&delays[1]), "{delays:?}");
            let mut outage = 0;
            for delay in &delays {
                // Their sum is rounded, too.
                let longest = (outage + 10).clamp(100, 2000);
                assert!(*delay <= longest && (outage == 0 || *delay + 10 >= longest / 2));
                outage += delay;
            }
            assert!(delays[12..].iter().all(|delay| (1000..=2000).contains(delay)), "{delays:?}");
            at_the_cap.push(delays[14]);
        }
        at_the_cap.sort_unstable();
        at_the_cap.dedup();
        assert!(at_the_cap.len() > 80, "{at_the_cap:?}");
    }

    /// Whenever the server comes back: at most three times as many in any 100 ms as on average.
    #[test]
    fn clients_that_were_cut_off_together_come_back_one_by_one() {
        let lost = Time::ZERO + 100 * SECOND;
        for outage in (10..3000).step_by(70).map(Duration::from_millis) {
            let mut back: Vec<u128> = (0..1000)
                .map(|client| {
                    let mut backoff = Backoff::new(Reconnect::default(), client);
                    backoff.handle_connected(Time::ZERO);
                    let mut next = backoff.handle_lost(lost).expect("for ever");
                    while next < lost + outage {
                        next = backoff.handle_failed(next).expect("for ever");
                    }
                    next.since(lost + outage).as_millis()
                })
                .collect();
            back.sort_unstable();
            let recovery = back[back.len() - 1];
            let within = |from: u128| back.iter().filter(move |at| (from..from + 100).contains(at));
            let peak = (0..=recovery).step_by(10).map(|from| within(from).count()).max();
            let mean = back.len() as f64 * 100.0 / recovery.max(100) as f64;
            let peak = peak.expect("some come back") as f64;
            assert!(peak <= 3.0 * mean, "{outage:?}: {peak} in 100 ms, mean {mean}");
            assert!(recovery <= outage.as_millis().max(100) && recovery <= 2000, "{recovery}");
        }
    }

    #[test]
    fn attempts_are_counted_from_the_last_connection_that_held() {
        let policy = Reconnect::default().attempts(Some(3));
        assert_eq!(delays(policy, 1, 100).len(), 3);
        let mut backoff = Backoff::new(policy, 1);
        let mut now = Time::ZERO;
        for attempt in 0..10 {
            backoff.handle_connected(now);
            // Thrown out after a moment each time: that is no connection.
            now = now + SECOND;
            let Some(at) = backoff.handle_lost(now) else { return assert_eq!(attempt, 3) };
            now = at;
        }
        panic!("a server that throws clients out is asked for ever");
    }

    #[test]
    fn a_connection_that_held_starts_it_anew() {
        let mut backoff = Backoff::new(Reconnect::default().attempts(Some(1)), 1);
        let mut now = Time::ZERO;
        for _ in 0..10 {
            backoff.handle_connected(now);
            now = now + 3 * SECOND;
            now = backoff.handle_lost(now).expect("it held");
        }
    }

    #[test]
    fn time_connected_is_no_outage() {
        let millis = Duration::from_millis;
        for seed in 0..100 {
            let mut backoff = Backoff::new(Reconnect::default(), seed);
            backoff.handle_connected(Time::ZERO);
            let lost = Time::ZERO + 10 * SECOND;
            backoff.handle_lost(lost);
            backoff.handle_connected(lost + millis(700));
            let again = lost + millis(700 + 1_900);
            let delay = backoff.handle_lost(again).unwrap().since(again);
            assert!((millis(350)..=millis(700)).contains(&delay), "{delay:?}");
        }
    }

    #[test]
    fn without_delays_it_still_takes_a_breath() {
        let mut backoff =
            Backoff::new(Reconnect::default().delays(Duration::ZERO, Duration::ZERO), 1);
        let first = backoff.handle_lost(Time::ZERO).expect("for ever");
        let second = backoff.handle_failed(first).expect("for ever");
        assert!(second.since(first) >= FLOOR / 2);
    }

    #[test]
    fn never_is_never() {
        assert_eq!(delays(Reconnect::NEVER, 1, 1), []);
    }
}

//! When to write: not before those who are about to send something have done so.

/// Callers that may have more to send. They go first, so that it joins the same write.
///
/// A wave begins where callers were woken, and where one has roused the driver, which an executor
/// may then run before all those that would have come next. It ends when as many replies are wanted
/// as callers were woken, or a round has brought none: an executor may have several queues, and then
/// callers don't all get their turn in one round.
#[derive(Debug, Default)]
pub(super) struct Wave {
    /// Callers woken at its beginning that have not come yet.
    out: usize,
    /// How often callers have been let go first; 0 if there is no wave.
    rounds: u32,
    /// Replies that were outstanding at the end of the last turn.
    outstanding: usize,
}

impl Wave {
    /// Takes note of a turn: replies outstanding before and after it, and callers woken.
    pub(super) fn roll(&mut self, before: usize, woken: usize, after: usize) {
        let came = before.saturating_sub(self.outstanding);
        self.outstanding = after;
        let goes_on = if self.rounds == 0 {
            self.out = woken;
            woken > 0 || came > 0
        } else {
            let all = came >= self.out && self.out > 0;
            self.out = self.out.saturating_sub(came);
            came > 0 && !all && self.rounds < ROUNDS
        };
        self.rounds = if goes_on { self.rounds + 1 } else { 0 };
    }

    /// Whether callers go first.
    pub(super) const fn is_on(&self) -> bool {
        self.rounds > 0
    }
}

/// How often callers are let go first, before a write.
const ROUNDS: u32 = 4;

#[cfg(test)]
mod tests {
    use super::*;

    /// Rolls a wave: how many commands come in each turn, and how many callers are woken in it. Says
    /// after how many turns there is a write, each time.
    fn writes(turns: &[(usize, usize)]) -> Vec<usize> {
        let (mut wave, mut outstanding, mut writes) = (Wave::default(), 0, Vec::new());
        for (turn, (came, woken)) in turns.iter().enumerate() {
            let before = outstanding + came;
            outstanding = before.saturating_sub(*woken);
            wave.roll(before, *woken, outstanding);
            if !wave.is_on() {
                writes.push(turn);
            }
        }
        writes
    }

    #[test]
    fn those_who_were_woken_are_waited_for_once() {
        // All of them, more, and none at all.
        assert_eq!(writes(&[(5, 0), (0, 0), (0, 5), (5, 0)]), [1, 3]);
        assert_eq!(writes(&[(5, 0), (0, 0), (0, 5), (9, 0)]), [1, 3]);
        assert_eq!(writes(&[(5, 0), (0, 0), (0, 5), (0, 0)]), [1, 3]);
    }

    #[test]
    fn as_long_as_some_come_the_others_are_waited_for() {
        assert_eq!(writes(&[(9, 0), (0, 0), (0, 9), (4, 0), (3, 0), (2, 0)]), [1, 5]);
        assert_eq!(writes(&[(9, 0), (0, 0), (0, 9), (4, 0), (3, 0), (0, 0)]), [1, 5]);
    }

    #[test]
    fn whoever_rouses_the_driver_may_not_be_alone() {
        assert_eq!(writes(&[(1, 0), (1, 0), (1, 0), (0, 0)]), [3]);
        assert_eq!(writes(&[(1, 0), (0, 0)]), [1]);
    }

    #[test]
    fn a_wave_has_an_end() {
        let turns = [(1, 0); 2 * (ROUNDS as usize + 1)];
        assert_eq!(writes(&turns), [ROUNDS as usize, 2 * ROUNDS as usize + 1]);
        let woken = [(1, 1); ROUNDS as usize + 1];
        assert_eq!(writes(&woken), [1, 3]);
    }

    #[test]
    fn without_callers_there_is_none() {
        assert_eq!(writes(&[(0, 0), (0, 0)]), [0, 1]);
    }
}

//! Those who wait for their turn.

use std::collections::BTreeMap;
use std::task::{Context, Waker};

use redis_client_core::Time;

use crate::later::Later;

/// Callers in the order they came, each until it has its turn, is overdue, or goes away.
///
/// ```text
///   front [called] [called] | [waiting] [waiting] ... end <-- newcomers, while there is a line
///                           '-- moves on as there is room, back when a turn came to nothing
/// ```
///
/// Nobody overtakes: those who are let in as soon as they come would keep the others out for ever
/// under a steady load. A caller that was called and doesn't come holds up the line, until it is
/// dropped or overdue.
#[derive(Debug, Default)]
pub(crate) struct Line {
    places: BTreeMap<u64, Place>,
    last: u64,
    /// Up to here it is the callers' turn.
    called: u64,
    /// At or before the earliest deadline of all.
    deadline: Option<Time>,
}

/// A place in a [`Line`]; never given twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Ticket {
    number: u64,
    /// When its owner is sent away.
    pub(crate) deadline: Option<Time>,
}

#[derive(Debug)]
struct Place {
    waker: Waker,
    /// How much room it needs.
    size: usize,
    deadline: Option<Time>,
}

impl Line {
    /// Whether the caller need not wait for others: it was called, or has just come and there are
    /// none.
    #[inline]
    pub(crate) fn is_turn_of(&self, ticket: Option<Ticket>) -> bool {
        ticket.map_or_else(|| self.places.is_empty(), |ticket| ticket.number <= self.called)
    }

    /// Whether the caller is still in line.
    pub(crate) fn holds(&self, ticket: Ticket) -> bool {
        self.places.contains_key(&ticket.number)
    }

    /// Gives a ticket for the end of the line, for who may not have to wait.
    pub(crate) const fn arrive(&mut self, deadline: Option<Time>) -> Ticket {
        self.last += 1;
        Ticket { number: self.last, deadline }
    }

    /// Whether fewer than so many callers are in front of this one: those who are called and don't
    /// come hold up nobody else then.
    pub(crate) fn is_among_first(&self, ticket: Ticket, room: usize) -> bool {
        self.places.range(..ticket.number).take(room).count() < room
    }

    /// When the next one in front is sent away.
    pub(crate) fn deadline_in_front(&self, ticket: Ticket) -> Option<Time> {
        let (_, place) = self.places.range(..ticket.number).next_back()?;
        place.deadline
    }

    /// Has the caller woken when it is its turn; at the end of the line if it has no ticket yet. It
    /// is not its turn now, nor that of those behind it.
    pub(crate) fn wait(
        &mut self,
        ticket: &mut Option<Ticket>,
        size: usize,
        deadline: Option<Time>,
        cx: &Context<'_>,
        later: &mut Later,
    ) {
        let Ticket { number, deadline } = *ticket.get_or_insert_with(|| self.arrive(deadline));
        self.called = self.called.min(number - 1);
        if let Some(place) = self.places.get_mut(&number) {
            if !place.waker.will_wake(cx.waker()) {
                later.drop_later(std::mem::replace(&mut place.waker, cx.waker().clone()));
            }
            return;
        }
        self.deadline = self.deadline.into_iter().chain(deadline).min();
        self.places.insert(number, Place { waker: cx.waker().clone(), size, deadline });
    }

    /// Calls those in front: as many as there is `room` for, and one in any case.
    /// None where it is nobody's turn.
    pub(crate) fn call(&mut self, room: Option<usize>, wakers: &mut Vec<Waker>) {
        self.called = 0;
        let Some(mut room) = room else { return };
        for (number, place) in &self.places {
            if self.called > 0 && place.size > room {
                return;
            }
            room = room.saturating_sub(place.size);
            self.called = *number;
            wakers.push(place.waker.clone());
        }
    }

    /// Gives a place up. Where it was the last of those called, the next are.
    pub(crate) fn leave(&mut self, ticket: Ticket, room: Option<usize>, later: &mut Later) {
        let Some(place) = self.places.remove(&ticket.number) else { return };
        later.drop_later(place.waker);
        self.move_up(room, &mut later.wake);
    }

    /// Sends away, and wakes, who is overdue.
    pub(crate) fn handle_timeout(
        &mut self,
        now: Time,
        room: Option<usize>,
        wakers: &mut Vec<Waker>,
    ) {
        if self.deadline.is_none_or(|deadline| now < deadline) {
            return;
        }
        let overdue = |place: &Place| place.deadline.is_some_and(|deadline| deadline <= now);
        let before = wakers.len();
        self.places.retain(|_, place| {
            if overdue(place) {
                wakers.push(place.waker.clone());
            }
            !overdue(place)
        });
        self.deadline = self.places.values().filter_map(|place| place.deadline).min();
        if wakers.len() > before {
            self.move_up(room, wakers);
        }
    }

    /// When to look for who is overdue.
    pub(crate) const fn poll_timeout(&self) -> Option<Time> {
        self.deadline
    }

    /// Sends everybody away, and wakes them.
    pub(crate) fn dissolve(&mut self, wakers: &mut Vec<Waker>) {
        wakers.extend(std::mem::take(&mut self.places).into_values().map(|place| place.waker));
        self.deadline = None;
    }

    fn move_up(&mut self, room: Option<usize>, wakers: &mut Vec<Waker>) {
        if self.places.first_key_value().is_some_and(|(first, _)| *first > self.called) {
            self.call(room, wakers);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
    use std::task::Wake;

    use super::*;

    #[derive(Default)]
    struct Woken(AtomicUsize);

    impl Wake for Woken {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Relaxed);
        }
    }

    /// A line of callers of these sizes, each with its own second to be overdue at.
    fn line(sizes: &[usize]) -> (Line, Vec<Option<Ticket>>, Vec<Arc<Woken>>) {
        let (mut line, mut tickets, mut woken) = (Line::default(), Vec::new(), Vec::new());
        for (second, size) in (1..).zip(sizes) {
            let caller = Arc::new(Woken::default());
            tickets.push(wait(&mut line, None, *size, second, &caller));
            woken.push(caller);
        }
        (line, tickets, woken)
    }

    fn wait(
        line: &mut Line,
        mut ticket: Option<Ticket>,
        size: usize,
        second: u64,
        caller: &Arc<Woken>,
    ) -> Option<Ticket> {
        let waker = Waker::from(Arc::clone(caller));
        let mut later = Later::default();
        let cx = Context::from_waker(&waker);
        line.wait(&mut ticket, size, Some(at(second)), &cx, &mut later);
        later.run();
        ticket
    }

    fn call(line: &mut Line, room: usize) {
        let mut wakers = Vec::new();
        line.call(Some(room), &mut wakers);
        wakers.into_iter().for_each(Waker::wake);
    }

    fn leave(line: &mut Line, ticket: Option<Ticket>, room: usize) {
        let mut later = Later::default();
        line.leave(ticket.unwrap(), Some(room), &mut later);
        later.run();
    }

    fn times(woken: &[Arc<Woken>]) -> Vec<usize> {
        woken.iter().map(|caller| caller.0.load(Relaxed)).collect()
    }

    fn at(second: u64) -> Time {
        Time::from_epoch(std::time::Duration::from_secs(second))
    }

    #[test]
    fn those_in_front_are_called_as_far_as_there_is_room_and_nobody_overtakes() {
        let (mut line, tickets, woken) = line(&[1, 1, 1]);
        assert!(!line.is_turn_of(None) && !line.is_turn_of(tickets[0]));
        call(&mut line, 2);
        assert_eq!(times(&woken), [1, 1, 0]);
        assert!(line.is_turn_of(tickets[0]) && line.is_turn_of(tickets[1]));
        assert!(!line.is_turn_of(tickets[2]) && !line.is_turn_of(None));
    }

    #[test]
    fn what_needs_more_than_there_is_holds_up_those_behind_until_it_is_in() {
        let (mut line, tickets, woken) = line(&[5, 1]);
        call(&mut line, 2);
        assert_eq!(times(&woken), [1, 0]);
        // There was no room after all.
        wait(&mut line, tickets[0], 5, 1, &woken[0]);
        assert!(!line.is_turn_of(tickets[0]) && !line.is_turn_of(tickets[1]));
        call(&mut line, 5);
        assert_eq!(times(&woken), [2, 0]);
        leave(&mut line, tickets[0], 1);
        assert_eq!(times(&woken), [2, 1]);
    }

    #[test]
    fn whoever_goes_away_leaves_its_turn_to_the_next_and_nothing_behind() {
        let (mut line, tickets, woken) = line(&[1, 1]);
        call(&mut line, 1);
        leave(&mut line, tickets[0], 1);
        assert_eq!((times(&woken), Arc::strong_count(&woken[0])), (vec![1, 1], 1));
        leave(&mut line, tickets[1], 1);
        assert!(line.is_turn_of(None));
    }

    #[test]
    fn who_is_overdue_is_sent_away_and_the_next_is_called() {
        let (mut line, tickets, woken) = line(&[1, 1, 1]);
        assert_eq!(line.poll_timeout(), Some(at(1)));
        let mut wakers = Vec::new();
        line.handle_timeout(at(2), Some(1), &mut wakers);
        wakers.into_iter().for_each(Waker::wake);
        assert_eq!((times(&woken), line.poll_timeout()), (vec![1, 1, 1], Some(at(3))));
        assert!(!line.holds(tickets[0].unwrap()) && !line.holds(tickets[1].unwrap()));
        assert!(line.is_turn_of(tickets[2]));
    }

    #[test]
    fn a_line_dissolved_wakes_everybody() {
        let (mut line, tickets, woken) = line(&[1, 1]);
        let mut wakers = Vec::new();
        line.dissolve(&mut wakers);
        wakers.into_iter().for_each(Waker::wake);
        assert_eq!((times(&woken), line.holds(tickets[0].unwrap())), (vec![1, 1], false));
        assert!(line.is_turn_of(None));
        assert_eq!(line.poll_timeout(), None);
    }
}

//! Who gets which of a pool's connections.

use std::task::{Context, Waker};

use redis_client_core::Time;

use crate::later::Later;
use crate::line::{Line, Ticket};
use crate::options::Offline;
use crate::shared::Seat;

/// What a pool knows of its connections, and the lines of those who wait for one.
#[derive(Debug)]
pub(super) struct Lobby {
    places: Vec<Place>,
    /// Where to look first, so that all have their turn.
    next: usize,
    /// One for each [`Wish`]: who only wants to share a connection, and is gone at once, need not
    /// wait behind who wants to keep one.
    lines: [Line; 3],
    offline: Offline,
    closed: bool,
}

#[derive(Clone, Copy, Debug, Default)]
struct Place {
    /// What was last said of the connection.
    seat: Seat,
    /// It is with a lessee, whatever is said of it.
    taken: bool,
}

/// What is wanted of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wish {
    /// To send something over it, beside others.
    Share,
    /// To have it.
    Take,
    /// To have it, if one is left to the others.
    TakeOneOfSeveral,
}

/// The answer to a [`Wish`].
pub(super) enum Granted {
    Seat(usize),
    /// The asker is woken when it is its turn.
    Wait {
        /// When who is in front is overdue, and the asker has to look after it: nobody else may.
        look_again: Option<Time>,
    },
    /// There is none, and it is not waited for.
    Offline,
    Closed,
}

impl Lobby {
    pub(super) fn new(size: usize, offline: Offline) -> Self {
        let places = vec![Place::default(); size];
        Self { places, next: 0, lines: Default::default(), offline, closed: false }
    }

    /// Grants a wish, or has it wait until then.
    ///
    /// Who wants to share keeps nobody waiting, and so waits for nobody. Others go in the order of
    /// their tickets, as many at a time as there are connections.
    pub(super) fn ask(
        &mut self,
        wish: Wish,
        ticket: &mut Option<Ticket>,
        deadline: Option<Time>,
        cx: &Context<'_>,
        later: &mut Later,
    ) -> Granted {
        if self.closed {
            return Granted::Closed;
        }
        if self.is_hopeless(wish) {
            return Granted::Offline;
        }
        let room = self.room(wish);
        let line = self.line(wish);
        let mut in_turn = |room| {
            let ticket = ticket.get_or_insert_with(|| line.arrive(deadline));
            line.is_among_first(*ticket, room)
        };
        if room.is_some_and(|room| wish == Wish::Share || in_turn(room))
            && let Some(index) = self.choose(wish)
        {
            if let Some(ticket) = *ticket {
                self.leave(wish, ticket, later);
            }
            return Granted::Seat(index);
        }
        let line = self.line(wish);
        line.wait(ticket, 1, deadline, cx, later);
        Granted::Wait { look_again: ticket.and_then(|ticket| line.deadline_in_front(ticket)) }
    }

    /// Sends away who is overdue: it may have been called, and not have come.
    pub(super) fn handle_timeout(&mut self, wish: Wish, now: Time, wakers: &mut Vec<Waker>) {
        let room = self.room(wish);
        self.line(wish).handle_timeout(now, room, wakers);
    }

    /// Gives up a place in the line.
    pub(super) fn leave(&mut self, wish: Wish, ticket: Ticket, later: &mut Later) {
        let room = self.room(wish);
        self.line(wish).leave(ticket, room, later);
    }

    /// Takes word of a connection, from its driver or from who has tried to use it.
    pub(super) fn handle_seat(&mut self, index: usize, seat: Seat, wakers: &mut Vec<Waker>) {
        let Some(place) = self.places.get_mut(index) else { return };
        // News may overtake each other.
        if seat.version >= place.seat.version {
            place.seat = seat;
        }
        self.call(wakers);
    }

    /// Takes a connection back from its lessee.
    pub(super) fn give_back(&mut self, index: usize, seat: Seat, wakers: &mut Vec<Waker>) {
        if let Some(place) = self.places.get_mut(index) {
            place.taken = false;
        }
        self.handle_seat(index, seat, wakers);
    }

    /// Grants nothing more.
    pub(super) fn close(&mut self, wakers: &mut Vec<Waker>) {
        self.closed = true;
        self.call(wakers);
    }

    /// How many connections nobody has leased that can be used now.
    pub(super) fn usable(&self) -> usize {
        self.places.iter().filter(|place| !place.taken && place.seat.vacant).count()
    }

    /// Calls as many as there are connections for; everybody where none is to be waited for.
    fn call(&mut self, wakers: &mut Vec<Waker>) {
        for wish in [Wish::Share, Wish::Take, Wish::TakeOneOfSeveral] {
            if self.closed || self.is_hopeless(wish) {
                self.line(wish).dissolve(wakers);
            } else {
                let room = self.room(wish);
                self.line(wish).call(room, wakers);
            }
        }
    }

    /// How many may be called; none where it is nobody's turn.
    fn room(&self, wish: Wish) -> Option<usize> {
        let usable = self.usable();
        let room = match wish {
            Wish::Share if usable > 0 => usize::MAX,
            Wish::Share | Wish::Take => usable,
            Wish::TakeOneOfSeveral => (usable + 1).saturating_sub(self.several()),
        };
        Some(room).filter(|room| *room > 0)
    }

    /// How many must be there for one to be taken that leaves one to the others.
    fn several(&self) -> usize {
        self.places.iter().filter(|place| !place.seat.over).take(2).count()
    }

    /// The next free connection.
    fn choose(&mut self, wish: Wish) -> Option<usize> {
        let size = self.places.len();
        let free = |index: &usize| {
            self.places.get(*index).is_some_and(|place| place.seat.vacant && !place.taken)
        };
        let index = (self.next..self.next + size).map(|index| index % size).find(free)?;
        self.next = index + 1;
        if wish != Wish::Share
            && let Some(place) = self.places.get_mut(index)
        {
            place.taken = true;
        }
        Some(index)
    }

    fn line(&mut self, wish: Wish) -> &mut Line {
        let [share, take, take_one_of_several] = &mut self.lines;
        match wish {
            Wish::Share => share,
            Wish::Take => take,
            Wish::TakeOneOfSeveral => take_one_of_several,
        }
    }

    /// Whether there is no connection at all.
    pub(super) fn is_offline(&self) -> bool {
        !self.places.iter().any(|place| place.seat.up)
    }

    /// Whether there is no connection, and none is waited for. A lease waits as long as it says.
    fn is_hopeless(&self, wish: Wish) -> bool {
        let fails = self.offline == Offline::Fail && wish != Wish::Take;
        self.is_over() || fails && self.is_offline()
    }

    /// Whether there will be no connection any more.
    pub(super) fn is_over(&self) -> bool {
        self.closed || self.places.iter().all(|place| place.seat.over)
    }
}

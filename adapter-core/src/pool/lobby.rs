//! Who gets which of a pool's connections.

use std::task::{Context, Waker};

use crate::later::Later;
use crate::line::{Line, Ticket};
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
    Wait,
    /// There will be none.
    Closed,
}

impl Lobby {
    pub(super) fn new(size: usize) -> Self {
        let places = vec![Place::default(); size];
        Self { places, next: 0, lines: Default::default(), closed: false }
    }

    /// Grants a wish, or has it wait.
    pub(super) fn ask(
        &mut self,
        wish: Wish,
        ticket: &mut Option<Ticket>,
        cx: &Context<'_>,
        later: &mut Later,
    ) -> Granted {
        if self.is_over() {
            *ticket = None;
            return Granted::Closed;
        }
        if self.line(wish).is_turn_of(*ticket)
            && let Some(index) = self.choose(wish)
        {
            if let Some(ticket) = ticket.take() {
                self.leave(wish, ticket, later);
            }
            return Granted::Seat(index);
        }
        self.line(wish).wait(ticket, 1, None, cx, later);
        Granted::Wait
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

    /// How many connections nobody has leased, and how many of those can be used now.
    pub(super) fn free(&self) -> (usize, usize) {
        let untaken = self.places.iter().filter(|place| !place.taken);
        (untaken.clone().count(), untaken.filter(|place| place.seat.vacant).count())
    }

    /// Calls as many as there are connections for; everybody where there will be none any more.
    fn call(&mut self, wakers: &mut Vec<Waker>) {
        for wish in [Wish::Share, Wish::Take, Wish::TakeOneOfSeveral] {
            if self.is_over() {
                self.line(wish).dissolve(wakers);
            } else {
                let room = self.room(wish);
                self.line(wish).call(room, wakers);
            }
        }
    }

    /// How many may be called; none where it is nobody's turn.
    fn room(&self, wish: Wish) -> Option<usize> {
        let (untaken, usable) = self.free();
        let room = match wish {
            Wish::Share if usable > 0 => usize::MAX,
            Wish::Share | Wish::Take => usable,
            Wish::TakeOneOfSeveral => usable.min((untaken + 1).saturating_sub(self.several())),
        };
        Some(room).filter(|room| *room > 0)
    }

    /// How many must be left for one to be taken that leaves one to the others.
    fn several(&self) -> usize {
        self.places.len().min(2)
    }

    /// The next free connection.
    fn choose(&mut self, wish: Wish) -> Option<usize> {
        self.room(wish)?;
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

    /// Whether there will be no connection any more.
    pub(super) fn is_over(&self) -> bool {
        self.closed || self.places.iter().all(|place| place.seat.over)
    }
}

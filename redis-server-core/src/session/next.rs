//! What there is to do with the input.

use super::Closed;
use crate::command::Command;
use crate::reply::Reply;
use crate::terms::Terms;

/// What [`Session::poll_request`](super::Session::poll_request) finds.
#[derive(Debug)]
pub enum Next<'a> {
    /// A command to run, where to answer it, and what may be changed for what follows.
    Request(Command<'a>, Reply<'a>, &'a Terms),
    /// More input is needed.
    NeedInput,
    /// Nothing is run at the moment, although there may be commands in the input. The driver does
    /// not wait for more of that, but for what ends the pause:
    ///
    /// - Too much waits to be written. Once some of it is, the driver asks again at once; if nothing
    ///   can be, when there is room.
    /// - A promised reply is waited for, or there are too many
    ///   ([`Config::with_max_promised`](crate::Config::with_max_promised)), or a command is put back
    ///   in line. The driver asks again when [`Session::complete`](super::Session::complete) or
    ///   [`Session::resume`](super::Session::resume) was called. Meanwhile it may read a bounded
    ///   amount ahead, so that it sees when the client hangs up
    ///   ([`Session::is_held`](super::Session::is_held)).
    Paused,
    /// Nothing more will be run. The connection ends when
    /// [`Session::transmit`](super::Session::transmit) has nothing more.
    Closed(Closed),
}

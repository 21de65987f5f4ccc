//! A Redis client without I/O: the state machine of a connection, the commands, the replies.
//!
//! [`Session`] is one connection's life. It is told what arrives, what time it is and what the
//! application wants; it says what to send, what has happened and when to come back. It has no
//! socket, no clock, no thread and no lock (`no_std`), so that it can be tested in virtual time
//! and driven by anything: the `adapter-*` crates do so for tokio and others.
//!
//! [`cmd`] has the commands as plain values, [`Commands`] as methods of whatever sends them. A
//! command knows what its reply is read as ([`FromReply`]), and has [`Facts`] that decide how it
//! may be treated. [`Batch`] puts several together.
//!
//! ```
//! use redis_client_core::{Config, Session, Time, cmd};
//!
//! let mut session = Session::new(Time::ZERO, Config::default());
//! session.submit(Time::ZERO, cmd::set("k", "v").px(500).nx(), 1)?;
//! session.submit(Time::ZERO, cmd::command("OBJECT ENCODING").arg("k"), 2)?;
//! assert_eq!(session.in_flight(), 2);
//! # Ok::<(), redis_client_core::SubmitError<i32>>(())
//! ```
//!
//! # Features
//!
//! `std` (on by default) adds replies as `HashMap` and `HashSet`, and nothing else. `derive` adds
//! the derives of [`FromReply`] and [`ToFields`], `json` text in JSON as replies and arguments.

#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;
#[cfg(feature = "std")]
extern crate std;

mod arg;
pub mod args;
mod batch;
pub mod cmd;
mod command;
mod commands;
mod config;
mod error;
mod event;
mod facts;
mod fields;
mod group;
#[cfg(feature = "json")]
mod json;
pub mod pubsub;
mod reconnect;
pub mod replies;
mod reply;
mod request;
mod session;
mod value;

pub use arg::ToArg;
pub use batch::{Batch, IntoBatch, Results, read_transaction};
pub use command::{Any, Command, Detached, Execute, Kind, Open, Taken};
pub use commands::Commands;
pub use config::{Config, Credentials, Protocol};
pub use error::{Cause, ConnectionError, Error, ReplyError, ServerError};
pub use event::{Event, Failure, Outcome, SubmitError};
pub use facts::{
    Begin, BlockTime, Effect, Facts, Find, Flags, KeyFlags, KeySpec, RequestPolicy, ResponsePolicy,
    Subscription,
};
pub use fields::ToFields;
#[doc(hidden)]
pub use fields::private as __private;
pub use group::{Consumer, Group, GroupEntry};
#[cfg(feature = "json")]
pub use json::Json;
pub use pubsub::{Backlog, CloseReason, Message, Notice, Overflow};
pub use reconnect::{Backoff, Reconnect};
#[cfg(feature = "derive")]
pub use redis_client_derive::{FromReply, ToFields};
pub use reply::{FromReply, read_reply, text_of};
pub use request::{Arguments, Blocking, Request, Timeout};
pub use resp_core;
pub use resp_core::Time;
pub use session::{Receiver, Session, Tidy};

pub use value::{Text, Value};

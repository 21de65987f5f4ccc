//! Sans-IO Redis client.
#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;
#[cfg(feature = "std")]
extern crate std;

mod arg;
mod batch;
pub mod cmd;
mod command;
mod commands;
mod config;
mod error;
mod event;
mod facts;
mod reply;
mod request;
mod session;
mod time;

pub use arg::ToArg;
pub use batch::{Batch, IntoBatch, Results, read_transaction};
pub use command::{Any, Command, Detached, Execute, Kind};
pub use commands::Commands;
pub use config::{Config, Credentials, Protocol};
pub use error::{Cause, ConnectionError, Error, ReplyError, ServerError};
pub use event::{Event, Outcome, SubmitError};
pub use facts::{Effect, Facts, Keys, Subscription};
pub use reply::{FromReply, read_reply, text_of};
pub use request::{Request, Timeout};
pub use resp_core;
pub use session::{Receiver, Session};
pub use time::Time;

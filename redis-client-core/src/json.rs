//! JSON text as replies and arguments.

use alloc::string::{String, ToString};

use resp_core::FrameRef;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::arg::ToArg;
use crate::error::ReplyError;
use crate::reply::{FromReply, text_of};
use crate::request::Request;

/// A value of any type that serde knows, from a reply that is JSON text.
///
/// ```
/// use redis_client_core::{Json, cmd};
///
/// #[derive(serde::Serialize, serde::Deserialize)]
/// struct Point {
///     x: i32,
///     y: i32,
/// }
///
/// let set = cmd::set("point", Json(Point { x: 1, y: 2 }).to_text()?);
/// let get = cmd::get("point").parse::<Option<Json<Point>>>();
/// # let _ = (set, get);
/// # Ok::<(), serde_json::Error>(())
/// ```
///
/// Writing it can fail, as an argument can't, so it is [made text](Self::to_text) first. A
/// [`serde_json::Value`] never fails, and is an argument as it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Json<T>(pub T);

impl<T: Serialize> Json<T> {
    /// The JSON text.
    ///
    /// # Errors
    ///
    /// The type's own, or for a map whose keys are no strings.
    pub fn to_text(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string(&self.0)
    }
}

impl<T: DeserializeOwned> FromReply for Json<T> {
    fn from_reply(frame: FrameRef<'_>) -> Result<Self, ReplyError> {
        parse(frame).map(Self)
    }
}

/// Text that is JSON. (Null is no text: read it as an `Option`.)
impl FromReply for serde_json::Value {
    fn from_reply(frame: FrameRef<'_>) -> Result<Self, ReplyError> {
        parse(frame)
    }
}

/// As JSON text.
impl ToArg for serde_json::Value {
    fn write_arg(&self, request: &mut Request) {
        request.push(self.to_string().as_bytes());
    }
}

fn parse<T: DeserializeOwned>(frame: FrameRef<'_>) -> Result<T, ReplyError> {
    // The message says where and what, and nothing of the text but single words of it.
    let invalid = |error: serde_json::Error| ReplyError::Invalid {
        expected: "JSON of its type",
        reason: error.to_string(),
    };
    serde_json::from_slice(text_of(frame)?).map_err(invalid)
}

//! Structs as hashes: what the derives stand on.

use alloc::vec::Vec;

use crate::arg::ToArg;

/// A value that can be written as the fields of a hash.
///
/// Derived (feature `derive`) it writes each field of a struct under its name; those that are
/// `None` are left out. The attributes are those of the [derive of `FromReply`](crate::FromReply):
/// `#[reply(rename = "..")]`, `#[reply(rename_all = "..")]`, `#[reply(skip)]`.
#[cfg_attr(feature = "derive", doc = "```")]
#[cfg_attr(not(feature = "derive"), doc = "```ignore")]
/// use redis_client_core::{ToFields, cmd};
///
/// #[derive(ToFields)]
/// struct User {
///     name: String,
///     born: u16,
///     email: Option<String>,
/// }
///
/// let ada = User { name: "Ada".into(), born: 1815, email: None };
/// let command = cmd::hset("user:1", ada.to_fields());
/// assert_eq!(command.as_ref().count(), 6); // HSET user:1 name Ada born 1815
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be written as the fields of a hash",
    note = "`#[derive(ToFields)]` on a struct does it (feature `derive`)"
)]
pub trait ToFields {
    /// The names and values, to be given to `HSET`.
    fn to_fields(&self) -> Vec<(&str, &dyn ToArg)>;
}

/// For the code that the derives write; no part of the API.
pub mod private {
    use alloc::boxed::Box;

    pub use alloc::vec::Vec;
    pub use resp_core::{Elements, FrameRef, View};

    use crate::arg::ToArg;
    use crate::error::ReplyError;
    use crate::reply::{FromReply, elements_of};

    /// The names and values of a map, one after the other.
    #[derive(Debug)]
    pub struct Fields<'a>(resp_core::Elements<'a>);

    /// Starts to read a map: RESP3's, or RESP2's array with names and values in turn.
    ///
    /// # Errors
    ///
    /// [`ReplyError`] if it is neither.
    pub fn fields(frame: FrameRef<'_>) -> Result<Fields<'_>, ReplyError> {
        match elements_of(frame) {
            Ok(elements) => Ok(Fields(elements)),
            Err(ReplyError::Type { .. }) => Err(ReplyError::unexpected("a map", frame)),
            Err(error) => Err(error),
        }
    }

    impl<'a> Fields<'a> {
        /// The next name and value.
        ///
        /// # Errors
        ///
        /// [`ReplyError`] for a name that is no text, or without a value.
        pub fn next_field(&mut self) -> Result<Option<(&'a [u8], FrameRef<'a>)>, ReplyError> {
            let Some(name) = self.0.next() else { return Ok(None) };
            let value = self.0.next().ok_or(ReplyError::Length { expected: 2, found: 1 })?;
            Ok(Some((name_of(name)?, value)))
        }
    }

    fn name_of(frame: FrameRef<'_>) -> Result<&[u8], ReplyError> {
        match frame.view() {
            View::BulkString(name) | View::SimpleString(name) => Ok(name),
            _ => Err(ReplyError::unexpected("a field's name", frame)),
        }
    }

    /// Reads a field's value.
    ///
    /// # Errors
    ///
    /// [`ReplyError::Field`], with the name.
    pub fn read<T: FromReply>(
        field: &'static str,
        value: FrameRef<'_>,
    ) -> Result<Option<T>, ReplyError> {
        match T::from_reply(value) {
            Ok(value) => Ok(Some(value)),
            Err(error) => Err(ReplyError::Field { field, error: Box::new(error) }),
        }
    }

    /// A field's value, or what stands for it where it was not there.
    ///
    /// # Errors
    ///
    /// [`ReplyError::Missing`] if nothing does.
    pub fn found<T: FromReply>(field: &'static str, value: Option<T>) -> Result<T, ReplyError> {
        value.or_else(T::absent).ok_or(ReplyError::Missing { field })
    }

    /// Whether there is no hash at all: `HGETALL` of a key that does not exist is empty.
    pub fn is_nothing(frame: FrameRef<'_>) -> bool {
        match frame.view() {
            View::Null => true,
            View::Map(pairs) => pairs.is_empty(),
            View::Array(elements) => elements.is_empty(),
            _ => false,
        }
    }

    /// A field's value as an argument; none where the field is to be left out.
    pub trait ToField {
        /// The argument.
        fn to_field(&self) -> Option<&dyn ToArg>;
    }

    impl<A: ToArg> ToField for A {
        fn to_field(&self) -> Option<&dyn ToArg> {
            Some(self)
        }
    }

    impl<A: ToArg> ToField for Option<A> {
        fn to_field(&self) -> Option<&dyn ToArg> {
            self.as_ref().map(|value| value as &dyn ToArg)
        }
    }
}

//! What can stand as an argument of a command.

use alloc::borrow::Cow;
use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

use bytes::Bytes;
use resp_core::encode;

use crate::request::Request;

/// A value that can stand as one argument of a command.
///
/// Text and bytes go as they are, numbers as Redis reads them.
///
/// ```
/// use redis_client_core::{Request, ToArg};
///
/// /// A key with a prefix.
/// struct UserKey(u64);
///
/// impl ToArg for UserKey {
///     fn write_arg(&self, request: &mut Request) {
///         request.push(format!("user:{}", self.0).as_bytes());
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be an argument of a command",
    note = "text, bytes and numbers can; implement `ToArg` for your own types"
)]
pub trait ToArg {
    /// Appends exactly one argument to the request, by [`Request::push`] or
    /// [`Request::push_shared`].
    fn write_arg(&self, request: &mut Request);
}

impl ToArg for [u8] {
    #[inline]
    fn write_arg(&self, request: &mut Request) {
        request.push(self);
    }
}

impl<const N: usize> ToArg for [u8; N] {
    #[inline]
    fn write_arg(&self, request: &mut Request) {
        request.push(self);
    }
}

impl ToArg for str {
    #[inline]
    fn write_arg(&self, request: &mut Request) {
        request.push(self.as_bytes());
    }
}

impl ToArg for String {
    #[inline]
    fn write_arg(&self, request: &mut Request) {
        request.push(self.as_bytes());
    }
}

impl ToArg for Vec<u8> {
    #[inline]
    fn write_arg(&self, request: &mut Request) {
        request.push(self);
    }
}

/// Large ones are not copied.
impl ToArg for Bytes {
    #[inline]
    fn write_arg(&self, request: &mut Request) {
        request.push_shared(self);
    }
}

impl ToArg for char {
    fn write_arg(&self, request: &mut Request) {
        request.push(self.encode_utf8(&mut [0; 4]).as_bytes());
    }
}

impl<A: ToArg + ?Sized> ToArg for &A {
    #[inline]
    fn write_arg(&self, request: &mut Request) {
        (**self).write_arg(request);
    }
}

impl<A: ToArg + ?Sized> ToArg for Box<A> {
    fn write_arg(&self, request: &mut Request) {
        (**self).write_arg(request);
    }
}

impl<A: ToArg + alloc::borrow::ToOwned + ?Sized> ToArg for Cow<'_, A> {
    fn write_arg(&self, request: &mut Request) {
        (**self).write_arg(request);
    }
}

impl ToArg for f64 {
    fn write_arg(&self, request: &mut Request) {
        request.push(encode::double_text(*self).as_ref());
    }
}

impl ToArg for f32 {
    fn write_arg(&self, request: &mut Request) {
        if !self.is_finite() {
            return f64::from(*self).write_arg(request);
        }
        // By its own digits, not by those of the double nearest to it.
        request.push(alloc::format!("{self}").as_bytes());
    }
}

fn write_integer(value: impl itoa::Integer, request: &mut Request) {
    request.push(itoa::Buffer::new().format(value).as_bytes());
}

impl ToArg for i8 {
    fn write_arg(&self, request: &mut Request) {
        write_integer(*self, request);
    }
}

impl ToArg for i16 {
    fn write_arg(&self, request: &mut Request) {
        write_integer(*self, request);
    }
}

impl ToArg for i32 {
    fn write_arg(&self, request: &mut Request) {
        write_integer(*self, request);
    }
}

impl ToArg for i64 {
    fn write_arg(&self, request: &mut Request) {
        write_integer(*self, request);
    }
}

impl ToArg for i128 {
    fn write_arg(&self, request: &mut Request) {
        write_integer(*self, request);
    }
}

impl ToArg for isize {
    fn write_arg(&self, request: &mut Request) {
        write_integer(*self, request);
    }
}

impl ToArg for u8 {
    fn write_arg(&self, request: &mut Request) {
        write_integer(*self, request);
    }
}

impl ToArg for u16 {
    fn write_arg(&self, request: &mut Request) {
        write_integer(*self, request);
    }
}

impl ToArg for u32 {
    fn write_arg(&self, request: &mut Request) {
        write_integer(*self, request);
    }
}

impl ToArg for u64 {
    fn write_arg(&self, request: &mut Request) {
        write_integer(*self, request);
    }
}

impl ToArg for u128 {
    fn write_arg(&self, request: &mut Request) {
        write_integer(*self, request);
    }
}

impl ToArg for usize {
    fn write_arg(&self, request: &mut Request) {
        write_integer(*self, request);
    }
}

/// 1 or 0, which is read as a `bool` again.
impl ToArg for bool {
    fn write_arg(&self, request: &mut Request) {
        request.push(if *self { b"1" } else { b"0" });
    }
}

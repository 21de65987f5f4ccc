//! Reading arguments.

use redis_server_core::resp_core::request::{Args, Request};

use crate::engine::{Context, Error};
use crate::keyspace::{Millis, parse_integer};

/// The argument at `index`, 0 being the name. The table has seen that there are as many as the
/// command's arity says; what is missing is empty.
#[inline]
pub(super) fn arg<'a>(request: &Request<'a>, index: usize) -> &'a [u8] {
    request.arg(index).unwrap_or_default()
}

/// An integer as Redis reads it: as it would write it itself.
#[inline]
pub(super) fn integer(text: &[u8]) -> Result<i64, Error> {
    parse_integer(text).ok_or(Error::NOT_AN_INTEGER)
}

/// An integer from one on to another.
///
/// # Errors
///
/// Not an integer, or what is out of range, in Redis's words.
pub(super) fn integer_within(text: &[u8], first: i64, last: i64) -> Result<i64, Error> {
    let number = integer(text)?;
    if (first..=last).contains(&number) {
        return Ok(number);
    }
    Err(Error::new(format!("ERR value is out of range, value must between {first} and {last}")))
}

/// The number of a database that there is.
pub(super) fn database(context: &Context<'_>, text: &[u8]) -> Result<usize, Error> {
    let number = integer_within(text, i32::MIN.into(), i32::MAX.into())?;
    let database = usize::try_from(number).ok();
    let database = database.filter(|number| *number < context.engine.databases.len());
    database.ok_or(Error::DB_OUT_OF_RANGE)
}

/// A count that is not less than `least`, or else that error.
pub(super) fn count(text: &[u8], least: i64, refused: Error) -> Result<usize, Error> {
    let number = parse_integer(text).filter(|number| *number >= least);
    number.and_then(|number| usize::try_from(number).ok()).ok_or(refused)
}

/// Milliseconds that somebody is to wait.
pub(super) fn timeout(text: &[u8]) -> Result<Millis, Error> {
    match parse_integer(text) {
        None => Err(Error::of("ERR timeout is not an integer or out of range")),
        Some(..0) => Err(Error::of("ERR timeout is negative")),
        Some(timeout) => Ok(timeout),
    }
}

/// What `LMPOP`, `ZMPOP` and those of them that wait are given:
/// `numkeys key [key ...] end [COUNT count]`.
pub(super) struct MultiPop<E> {
    pub(super) keys: Vec<Box<[u8]>>,
    pub(super) end: E,
    pub(super) count: usize,
}

impl<E> MultiPop<E> {
    /// Reads what begins with the number of keys at that argument.
    pub(super) fn parse(
        request: &Request<'_>,
        at: usize,
        end: impl FnOnce(&[u8]) -> Result<E, Error>,
    ) -> Result<Self, Error> {
        let few = Error::of("ERR numkeys should be greater than 0");
        let keys = count(arg(request, at), 1, few)?;
        if keys >= request.len() - (at + 1) {
            return Err(Error::SYNTAX);
        }
        let end = end(arg(request, at + 1 + keys))?;
        let mut most = None;
        let mut options = Options::behind(request, at + 2 + keys);
        while let Some(option) = options.next() {
            let value = options.value()?;
            if most.is_some() || !is(option, "count") {
                return Err(Error::SYNTAX);
            }
            most = Some(count(value, 1, Error::of("ERR count should be greater than 0"))?);
        }
        let keys = request.iter().skip(at + 1).take(keys).map(Box::from).collect();
        Ok(Self { keys, end, count: most.unwrap_or(1) })
    }
}

/// The options behind a command's fixed arguments, one after the other.
#[derive(Clone)]
pub(super) struct Options<'a>(Args<'a>);

impl<'a> Options<'a> {
    /// Those behind the first `count` arguments, the name being one of them.
    pub(super) fn behind(request: &Request<'a>, count: usize) -> Self {
        let mut arguments = request.iter();
        if count > 0 {
            arguments.nth(count - 1);
        }
        Self(arguments)
    }

    /// The value of the option at hand.
    ///
    /// # Errors
    ///
    /// A syntax error if there is none.
    pub(super) fn value(&mut self) -> Result<&'a [u8], Error> {
        self.0.next().ok_or(Error::SYNTAX)
    }

    /// What is left, to be read in another way.
    pub(super) fn rest(self) -> Args<'a> {
        self.0
    }

    /// How many arguments are left.
    pub(super) fn left(&self) -> usize {
        self.0.len()
    }
}

impl<'a> Iterator for Options<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        self.0.next()
    }
}

/// Whether an option is this one, in whatever case.
#[inline]
pub(super) fn is(option: &[u8], name: &str) -> bool {
    option.eq_ignore_ascii_case(name.as_bytes())
}

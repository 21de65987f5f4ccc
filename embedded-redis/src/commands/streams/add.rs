//! `XADD` and `XTRIM`.

use redis_server_core::resp_core::request::Request;

use super::ids::{self, NewId};
use crate::commands::arguments::{Options, arg, integer, is};
use crate::engine::{Answer, Class, Data, Error, Outcome};
use crate::keyspace::{Stream, StreamId, Trim, Until, until_nul};

pub(super) fn xadd(data: &mut Data<'_>, request: Request<'_>, answer: &mut Answer<'_>) -> Outcome {
    let (key, now) = (arg(&request, 1), data.now());
    let mut options = Options::behind(&request, 2);
    let (settings, id) = Settings::parse(&mut options, true)?;
    let fields = options.rest();
    let id = id.filter(|_| fields.len() >= 2 && fields.len().is_multiple_of(2));
    let Some(id) = id else { return Err(Error::arity("xadd")) };
    if matches!(id, NewId::Given(StreamId::MIN)) {
        return Err(Error::of("ERR The ID specified in XADD must be greater than 0-0"));
    }
    if settings.existing && data.peek(key).is_none() {
        return answer.null();
    }
    let mut stream = data.edit_or_new::<Stream>(key)?;
    if stream.last_id() == StreamId::MAX {
        return Err(Error::of(EXHAUSTED));
    }
    // What Redis says as well of a millisecond that has no number left.
    let id = id.resolve(stream.last_id(), now).ok_or(Error::of(TOO_LARGE))?;
    if !stream.append(id, fields) {
        return Err(Error::of(NOT_BEHIND_TOP));
    }
    let trimmed = settings.trim.map_or(0, |trim| stream.trim(trim));
    stream.done(Class::STREAM, "xadd");
    if trimmed > 0 {
        data.notify(Class::STREAM, "xtrim", key);
    }
    answer.any(id)
}

pub(super) fn xtrim(data: &mut Data<'_>, request: Request<'_>, answer: &mut Answer<'_>) -> Outcome {
    let (settings, _) = Settings::parse(&mut Options::behind(&request, 2), false)?;
    let stream = data.edit::<Stream>(arg(&request, 1))?;
    let (Some(mut stream), Some(trim)) = (stream, settings.trim) else { return answer.int(0) };
    let trimmed = stream.trim(trim);
    if trimmed > 0 {
        stream.done(Class::STREAM, "xtrim");
    }
    answer.count(trimmed)
}

/// The options of both.
#[derive(Debug, Default)]
struct Settings {
    /// Nothing is added where there is no stream yet.
    existing: bool,
    trim: Option<Trim>,
    limit: Option<usize>,
}

impl Settings {
    /// Reads the options, and to add something the id behind them.
    fn parse(options: &mut Options<'_>, adds: bool) -> Result<(Self, Option<NewId>), Error> {
        let (mut settings, mut id) = (Self::default(), None);
        while let Some(option) = options.next() {
            let valued = options.left() > 0;
            if adds && until_nul(option) == b"*" {
                id = Some(NewId::Auto);
                break;
            } else if valued && is(option, "maxlen") {
                settings.set_trim(options, max_length)?;
            } else if valued && is(option, "minid") {
                settings.set_trim(options, |text| ids::id(text).map(Until::Id))?;
            } else if valued && is(option, "limit") {
                let limit = integer(options.value()?)?;
                let limit = usize::try_from(limit).map_err(|_| Error::of(NEGATIVE_LIMIT))?;
                settings.limit = Some(limit);
            } else if adds && is(option, "nomkstream") {
                settings.existing = true;
            } else if adds {
                id = Some(NewId::parse(option)?);
                break;
            } else {
                return Err(Error::SYNTAX);
            }
        }
        settings.check(adds)?;
        Ok((settings, id))
    }

    fn set_trim(
        &mut self,
        options: &mut Options<'_>,
        until: impl FnOnce(&[u8]) -> Result<Until, Error>,
    ) -> Result<(), Error> {
        if self.trim.is_some() {
            return Err(Error::of(TWO_STRATEGIES));
        }
        let mut value = options.value()?;
        let mut approximate = false;
        if options.left() > 0 && (value == b"~" || value == b"=") {
            approximate = value == b"~";
            value = options.value()?;
        }
        self.trim = Some(Trim { until: until(value)?, approximate, limit: 0 });
        Ok(())
    }

    fn check(&mut self, adds: bool) -> Result<(), Error> {
        if self.trim.is_none() && self.limit.is_some_and(|limit| limit > 0) {
            return Err(Error::of(LIMIT_WITHOUT_STRATEGY));
        }
        if self.trim.is_none() && !adds {
            return Err(Error::of(NO_STRATEGY));
        }
        match (&mut self.trim, self.limit) {
            (Some(trim), limit) if trim.approximate => trim.limit = limit.unwrap_or(LIMIT),
            (_, Some(_)) => return Err(Error::of(EXACT_LIMIT)),
            _ => {}
        }
        Ok(())
    }
}

fn max_length(text: &[u8]) -> Result<Until, Error> {
    let length = usize::try_from(integer(text)?);
    length.map(Until::Length).map_err(|_| Error::of(NEGATIVE_LENGTH))
}

/// How many entries an approximate trimming removes at most unless it is said: those of a hundred
/// nodes.
const LIMIT: usize = 10_000;

const EXHAUSTED: &str =
    "ERR The stream has exhausted the last possible ID, unable to add more items";
const TOO_LARGE: &str = "ERR Elements are too large to be stored";
const NOT_BEHIND_TOP: &str =
    "ERR The ID specified in XADD is equal or smaller than the target stream top item";
const NEGATIVE_LENGTH: &str = "ERR The MAXLEN argument must be >= 0.";
const NEGATIVE_LIMIT: &str = "ERR The LIMIT argument must be >= 0.";
const TWO_STRATEGIES: &str =
    "ERR syntax error, MAXLEN and MINID options at the same time are not compatible";
const LIMIT_WITHOUT_STRATEGY: &str =
    "ERR syntax error, LIMIT cannot be used without specifying a trimming strategy";
const NO_STRATEGY: &str = "ERR syntax error, XTRIM must be called with a trimming strategy";
const EXACT_LIMIT: &str = "ERR syntax error, LIMIT cannot be used without the special ~ option";

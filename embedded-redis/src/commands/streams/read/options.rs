//! What is to be read.

use redis_server_core::resp_core::request::Request;

use crate::commands::arguments::{Options, integer, is, timeout};
use crate::commands::streams::{errors, ids};
use crate::engine::{Data, Error, Shared};
use crate::keyspace::{Millis, Stream, StreamId, until_nul};

/// The arguments of `XREAD` and `XREADGROUP`.
#[derive(Debug, Default)]
pub(super) struct Read<'a> {
    /// The group and the consumer that reads.
    pub(super) consumer: Option<(&'a [u8], &'a [u8])>,
    /// What is read counts as acknowledged.
    pub(super) acknowledged: bool,
    /// At most so many of each stream; none if that was not said.
    pub(super) count: Option<usize>,
    /// It may wait: until then, or for ever.
    pub(super) block: Option<Option<Millis>>,
    keys: Vec<&'a [u8]>,
    ids: Vec<&'a [u8]>,
}

/// A stream to be read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Source<'a> {
    pub(super) key: &'a [u8],
    pub(super) behind: Behind,
}

/// From where on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Behind {
    Id(StreamId),
    /// What the group was given.
    Delivered,
}

impl Behind {
    pub(super) fn id(self) -> StreamId {
        match self {
            Self::Id(id) => id,
            Self::Delivered => StreamId::MAX,
        }
    }
}

impl<'a> Read<'a> {
    /// A script can't wait, so that the option `BLOCK` is none of its.
    pub(super) fn parse(
        request: &Request<'a>,
        in_group: bool,
        shared: &Shared,
    ) -> Result<Self, Error> {
        let mut read = Self::default();
        let mut options = Options::behind(request, 1);
        while let Some(option) = options.next() {
            let left = options.left();
            if left >= 1 && is(option, "block") {
                if shared.in_script {
                    return Err(blocks_in_script(request.name()));
                }
                let timeout = timeout(options.value()?)?;
                read.block = Some((timeout > 0).then(|| shared.now.saturating_add(timeout)));
            } else if left >= 1 && is(option, "count") {
                let count = usize::try_from(integer(options.value()?)?);
                read.count = count.ok().filter(|count| *count > 0);
            } else if left >= 1 && is(option, "streams") {
                read.keys = options.rest().collect();
                break;
            } else if left >= 2 && is(option, "group") {
                read.consumer = Some((options.value()?, options.value()?));
                in_group.then_some(()).ok_or(Error::of(NO_GROUP_OPTION))?;
            } else if is(option, "noack") {
                read.acknowledged = true;
                in_group.then_some(()).ok_or(Error::of(NO_NOACK_OPTION))?;
            } else {
                return Err(Error::SYNTAX);
            }
        }
        read.check(in_group)?;
        read.ids = read.keys.split_off(read.keys.len() / 2);
        Ok(read)
    }

    fn check(&self, in_group: bool) -> Result<(), Error> {
        if self.keys.len() % 2 == 1 {
            return Err(Error::of(UNBALANCED));
        }
        if self.keys.is_empty() {
            return Err(Error::SYNTAX);
        }
        if in_group && self.consumer.is_none() {
            return Err(Error::of(GROUP_MISSING));
        }
        Ok(())
    }

    /// The streams, and from where on each is to be read.
    pub(super) fn sources(&self, data: &mut Data<'_>) -> Result<Vec<Source<'a>>, Error> {
        let pairs = self.keys.iter().zip(&self.ids);
        pairs.map(|(key, id)| Ok(Source { key, behind: self.behind(data, key, id)? })).collect()
    }

    fn behind(&self, data: &mut Data<'_>, key: &[u8], id: &[u8]) -> Result<Behind, Error> {
        let stream = data.read::<Stream>(key)?;
        if let Some((group, _)) = self.consumer
            && stream.is_none_or(|stream| stream.group(group).is_none())
        {
            return Err(errors::no_group(key, group, " in XREADGROUP with GROUP option"));
        }
        Ok(match (until_nul(id), self.consumer) {
            (b"$", None) => Behind::Id(stream.map_or(StreamId::MIN, Stream::last_id)),
            (b"$", Some(_)) => return Err(Error::of(DOLLAR_IN_GROUP)),
            (b">", None) => return Err(Error::of(ANGLE_WITHOUT_GROUP)),
            (b">", Some(_)) => Behind::Delivered,
            (_, consumer) => match ids::id(id)? {
                // Redis marks it so.
                StreamId::MAX if consumer.is_some() => Behind::Delivered,
                id => Behind::Id(id),
            },
        })
    }
}

fn blocks_in_script(command: &[u8]) -> Error {
    let why = b" command is not allowed with BLOCK option from scripts";
    Error::new([b"ERR ", command, why].concat())
}

const NO_GROUP_OPTION: &str =
    "ERR The GROUP option is only supported by XREADGROUP. You called XREAD instead.";
const NO_NOACK_OPTION: &str =
    "ERR The NOACK option is only supported by XREADGROUP. You called XREAD instead.";
const UNBALANCED: &str = "ERR Unbalanced XREAD list of streams: for each stream key an ID or '$' \
                          must be specified.";
const GROUP_MISSING: &str = "ERR Missing GROUP option for XREADGROUP";
const DOLLAR_IN_GROUP: &str = "ERR The $ ID is meaningless in the context of XREADGROUP: you want to read the history of \
     this consumer by specifying a proper ID, or use the > ID to get new messages. The $ ID would \
     just return an empty result set.";
const ANGLE_WITHOUT_GROUP: &str = "ERR The > ID can be specified only when calling XREADGROUP \
                                   using the GROUP <group> <consumer> option.";

//! What was refused (`ACL LOG`).

use std::collections::VecDeque;

use crate::keyspace::Millis;

/// What was refused lately, the latest first.
#[derive(Debug, Default)]
pub(crate) struct Denials(VecDeque<Denial>);

/// Something that was refused, maybe several times.
#[derive(Debug)]
pub(crate) struct Denial {
    pub(crate) count: u64,
    pub(crate) reason: Reason,
    pub(crate) place: Place,
    /// The command, key or channel.
    pub(crate) object: Box<[u8]>,
    pub(crate) user: Box<[u8]>,
    /// When it was last refused.
    pub(crate) at: Millis,
    /// Who has asked, as `CLIENT LIST` tells it.
    pub(crate) client: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reason {
    Command,
    Key,
    Channel,
    Auth,
}

/// Where a command came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    TopLevel,
    Multi,
    #[cfg_attr(not(feature = "lua"), expect(dead_code, reason = "there are no scripts"))]
    Lua,
}

impl Denials {
    /// Writes down what was refused; what is like something among the latest is counted there.
    pub(super) fn add(&mut self, mut denial: Denial, most: usize) {
        denial.object = shortened(&denial.object);
        denial.user = shortened(&denial.user);
        let like = self.0.iter().take(LATEST).position(|other| other.is_like(&denial));
        if let Some(other) = like.and_then(|at| self.0.remove(at)) {
            denial.count += other.count;
        }
        self.0.push_front(denial);
        if like.is_none() {
            self.0.truncate(most);
        }
    }

    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }

    pub(crate) fn iter(&self) -> impl ExactSizeIterator<Item = &Denial> {
        self.0.iter()
    }
}

impl Denial {
    fn is_like(&self, other: &Self) -> bool {
        self.reason == other.reason
            && self.place == other.place
            && other.at.abs_diff(self.at) <= A_MINUTE
            && self.object == other.object
            && self.user == other.user
    }
}

impl Reason {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Command => "command",
            Self::Key => "key",
            Self::Channel => "channel",
            Self::Auth => "auth",
        }
    }
}

impl Place {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::TopLevel => "toplevel",
            Self::Multi => "multi",
            Self::Lua => "lua",
        }
    }
}

/// Names of keys may take half a gigabyte; nobody reads that.
fn shortened(text: &[u8]) -> Box<[u8]> {
    text.get(..LONGEST).unwrap_or(text).into()
}

const LONGEST: usize = 1024;

/// Among how many Redis looks for one that is like another.
const LATEST: usize = 10;

/// `ACL_LOG_GROUPING_MAX_TIME_DELTA` in Redis's acl.c.
const A_MINUTE: u64 = 60_000;

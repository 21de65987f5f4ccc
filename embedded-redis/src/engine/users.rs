//! Users, and what they may do (`ACL`).

mod access;
mod asked;
mod commands;
mod denials;
mod describe;
mod password;
mod rules;
mod selector;
#[cfg(test)]
mod tests;
mod user;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use redis_server_core::Entry;
use redis_server_core::resp_core::request::Request;

use super::settings::Settings;
use super::table::Runs;
use crate::keyspace::until_nul;
use asked::Asked;
pub(crate) use denials::{Denial, Denials, Place, Reason};
pub(crate) use password::Passwords;
pub(crate) use rules::RuleError;
use selector::{Lack, allows_channel};
use user::DEFAULT;
pub(crate) use user::User;

/// All users. There is always the one called `default`.
#[derive(Debug)]
pub(crate) struct Users {
    by_name: BTreeMap<Box<[u8]>, Arc<User>>,
    default: Arc<User>,
    pub(crate) denials: Denials,
    pub(crate) passwords: Passwords,
}

/// Why rules don't make a user.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Unfit<'a> {
    Name,
    /// The rule with the parenthesis that is not closed.
    Unmatched(&'a [u8]),
    Rule(Cow<'a, [u8]>, RuleError),
}

impl Users {
    /// The default user with the password that is set, and those that the configuration names.
    pub(crate) fn new(settings: &Settings, seed: u64) -> Self {
        let mut default = User::first();
        default.set_password(settings.password.as_ref().map(AsRef::as_ref));
        let default = Arc::new(default);
        let mut users = Self {
            by_name: BTreeMap::from([(DEFAULT.into(), Arc::clone(&default))]),
            default,
            denials: Denials::default(),
            passwords: Passwords::new(seed),
        };
        let all_channels = settings.all_channels_by_default();
        for configured in &settings.users {
            // That they can be was seen before the start.
            let _ = users.configure(&configured.name, configured.rules(), all_channels);
        }
        users
    }

    /// Makes a user of nothing but these rules.
    pub(crate) fn configure<'a>(
        &mut self,
        name: &[u8],
        rules: impl Iterator<Item = &'a [u8]>,
        all_channels: bool,
    ) -> Result<(), Unfit<'a>> {
        let mut blank = User::new(name, all_channels);
        if name == DEFAULT {
            blank.sanitizes = Some(true);
        }
        self.insert(changed(blank, rules, all_channels)?);
        Ok(())
    }

    pub(crate) fn get(&self, name: &[u8]) -> Option<&Arc<User>> {
        self.by_name.get(name)
    }

    pub(crate) fn default(&self) -> &Arc<User> {
        &self.default
    }

    /// Whether clients have to log in before anything else.
    pub(crate) fn default_is_closed(&self) -> bool {
        !self.default.is_open()
    }

    /// All, in the order of their names.
    pub(crate) fn iter(&self) -> impl ExactSizeIterator<Item = &Arc<User>> {
        self.by_name.values()
    }

    /// The user that it would be with these rules; a new one, if there is none of that name.
    pub(super) fn changed<'a>(
        &self,
        name: &[u8],
        rules: impl Iterator<Item = &'a [u8]>,
        all_channels: bool,
    ) -> Result<User, Unfit<'a>> {
        let user = match self.get(name) {
            Some(user) => User::clone(user),
            None => User::new(name, all_channels),
        };
        changed(user, rules, all_channels)
    }

    /// Adds a user, or takes it in the place of the one of that name.
    pub(super) fn insert(&mut self, user: User) -> Arc<User> {
        let user = Arc::new(user);
        if user.name() == DEFAULT {
            self.default = Arc::clone(&user);
        }
        self.by_name.insert(user.name.clone(), Arc::clone(&user));
        user
    }

    pub(super) fn remove(&mut self, name: &[u8]) -> Option<Arc<User>> {
        debug_assert!(name != DEFAULT, "it is always there");
        self.by_name.remove(name)
    }

    /// The user, if there is one of that name and the password is right.
    pub(super) fn admit(&self, name: &[u8], password: &[u8]) -> Option<&Arc<User>> {
        self.get(name).filter(|user| user.admits(password))
    }
}

fn changed<'a>(
    mut user: User,
    rules: impl Iterator<Item = &'a [u8]>,
    all_channels: bool,
) -> Result<User, Unfit<'a>> {
    if rules::has_spaces(&user.name) {
        return Err(Unfit::Name);
    }
    for rule in rules::merge(rules).map_err(Unfit::Unmatched)? {
        if let Err(error) = user.follow(&rule, all_channels) {
            return Err(Unfit::Rule(rule, error));
        }
    }
    Ok(user)
}

impl Unfit<'_> {
    /// What `ACL SETUSER` answers, without the code.
    pub(crate) fn text(&self) -> Vec<u8> {
        match self {
            Self::Name => b"Usernames can't contain spaces or null characters".into(),
            Self::Unmatched(rule) => {
                let beginning = b"Unmatched parenthesis in acl selector starting at '";
                [beginning, until_nul(rule), b"'."].concat()
            }
            Self::Rule(rule, error) => {
                let (rule, error) = (until_nul(rule), error.text().as_bytes());
                [b"Error in ACL SETUSER modifier '", rule, b"': ", error].concat()
            }
        }
    }
}

impl User {
    /// What keeps it from running a command with these arguments, of which the first is the name:
    /// the reason, and the command, key or channel.
    pub(crate) fn objection<'a>(
        &self,
        entry: &'a Entry<Runs>,
        arguments: impl Iterator<Item = &'a [u8]>,
    ) -> Option<(Reason, &'a [u8])> {
        let asked = Asked::new(entry, arguments);
        Some(match self.check(&asked).err()? {
            Lack::Command => (Reason::Command, entry.spec.name().as_bytes()),
            Lack::Key(at) => {
                (Reason::Key, asked.keys().get(at).map(|(key, _)| *key).unwrap_or_default())
            }
            Lack::Channel(at) => (Reason::Channel, asked.argument(at)),
        })
    }

    /// Whether it may run a command, and the same with any other keys to read.
    pub(crate) fn may_read_all_keys(&self, entry: &Entry<Runs>, request: Request<'_>) -> bool {
        self.may_read_all(&Asked::new(entry, request.iter()))
    }

    /// Whether it may still be subscribed to that channel, or pattern.
    fn may_hear(&self, channel: &[u8], is_pattern: bool) -> bool {
        self.all_selectors().any(|selector| {
            selector.all_channels || allows_channel(&selector.channels, channel, is_pattern)
        })
    }
}

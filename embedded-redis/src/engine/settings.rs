//! What `CONFIG` sets.

mod buffers;
mod parameter;
mod ports;
mod secret;
mod table;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use super::error::Error;
use super::eviction::Policy;
use super::notify::Class;
use super::users::Users;
use crate::keyspace::{Limits, parse_integer};
pub(crate) use parameter::Parameter;
use parameter::{Kind, New};
use ports::Ports;
pub(crate) use secret::{ConfiguredUser, Secret};
use table::PARAMETERS;

/// How the server behaves. The names are those of `redis.conf`, the defaults those of Redis 7.0.
///
/// These are the parameters that act; what else [`PARAMETERS`] has is only remembered.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    pub(crate) databases: usize,
    /// Bytes; 0 is no limit.
    pub(crate) maxmemory: usize,
    pub(crate) maxmemory_policy: Policy,
    /// Keys of which the best to be evicted is chosen.
    pub(crate) maxmemory_samples: usize,
    pub(crate) lfu_log_factor: u32,
    /// Minutes.
    pub(crate) lfu_decay_time: u32,
    pub(crate) notify: Class,
    pub(crate) password: Option<Secret>,
    /// Those that are there from the beginning.
    pub(crate) users: Vec<ConfiguredUser>,
    pub(crate) maxclients: usize,
    /// Seconds after which a client that says nothing is closed; 0 is never.
    pub(crate) timeout: u64,
    /// Milliseconds that a script may run; 0 is no limit. Redis lets it run on and answers others
    /// with `BUSY`, which a server of one thread can't.
    pub(crate) busy_reply_threshold: u64,
    /// Of encodings.
    pub(crate) limits: Limits,
    pub(crate) list_max_listpack_size: i64,
    pub(crate) stream_node_max_bytes: usize,
    pub(crate) stream_node_max_entries: usize,
    pub(crate) hll_sparse_max_bytes: usize,
    pub(crate) proto_max_bulk_len: usize,
    /// Keys of which it is known who has read them; 0 is no limit.
    pub(crate) tracking_table_max_keys: usize,
    /// Whether expired keys are looked for; otherwise they go when somebody asks for them.
    pub(crate) active_expire: bool,
    /// Where the server listens.
    pub(crate) ports: Ports,
    /// What has been set of the parameters that don't act.
    pub(crate) remembered: BTreeMap<&'static str, Vec<u8>>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            databases: 16,
            maxmemory: 0,
            maxmemory_policy: Policy::default(),
            maxmemory_samples: 5,
            lfu_log_factor: 10,
            lfu_decay_time: 1,
            notify: Class::default(),
            password: None,
            users: Vec::new(),
            maxclients: 10_000,
            timeout: 0,
            busy_reply_threshold: 5000,
            limits: Limits::DEFAULT,
            list_max_listpack_size: -2,
            stream_node_max_bytes: 4096,
            stream_node_max_entries: 100,
            hll_sparse_max_bytes: 3000,
            proto_max_bulk_len: 512 << 20,
            tracking_table_max_keys: 1_000_000,
            active_expire: true,
            ports: Ports::default(),
            remembered: BTreeMap::new(),
        }
    }
}

impl Settings {
    /// Whether Redis would have small integers once for all keys: not if each has to know when it
    /// was used.
    pub(crate) fn shares_integers(&self) -> bool {
        self.maxmemory == 0 || !self.maxmemory_policy.counts_usage()
    }

    /// Whether those who have no rules for channels may use all of them.
    pub(crate) fn all_channels_by_default(&self) -> bool {
        self.remembered("acl-pubsub-default") == b"allchannels"
    }

    /// Whether clients of other machines are turned away as long as no password is set.
    pub(crate) fn is_protected(&self) -> bool {
        self.remembered("protected-mode") != b"no"
    }

    /// How many entries `ACL LOG` has at most.
    pub(crate) fn most_denials(&self) -> usize {
        let most = parse_integer(self.remembered("acllog-max-len"));
        most.and_then(|most| usize::try_from(most).ok()).unwrap_or(128)
    }

    /// What has been set of a parameter; nothing, where that is the default.
    fn remembered(&self, name: &str) -> &[u8] {
        self.remembered.get(name).map(Vec::as_slice).unwrap_or_default()
    }

    /// Adds a user that is to be there from the beginning.
    ///
    /// # Errors
    ///
    /// What is wrong with it, as Redis says it.
    pub(crate) fn add_user(&mut self, user: ConfiguredUser) -> Result<(), String> {
        if self.users.iter().any(|other| other.name == user.name) {
            return Err(
                "Duplicate user found. A user can only be defined once in config files".into()
            );
        }
        self.users.push(user);
        let outcome = self.check_users();
        if outcome.is_err() {
            self.users.pop();
        }
        outcome
    }

    /// Sees whether the users that are to be there can be: what they may by default may have been set
    /// after them.
    ///
    /// # Errors
    ///
    /// What is wrong with one, as Redis says it.
    pub(crate) fn check_users(&self) -> Result<(), String> {
        let mut trial = Users::new(&Self::default(), 0);
        let all_channels = self.all_channels_by_default();
        self.users.iter().try_for_each(|user| {
            let outcome = trial.configure(&user.name, user.rules(), all_channels);
            outcome.map_err(|unfit| String::from_utf8_lossy(&unfit.text()).into_owned())
        })
    }

    /// Sets a parameter before the server starts, when all of them can be.
    ///
    /// # Errors
    ///
    /// What is wrong, as a sentence.
    pub(crate) fn set(&mut self, name: &[u8], value: &[u8]) -> Result<(), String> {
        let Some(parameter) = Self::parameter(name) else {
            return Err("there is no such parameter".into());
        };
        let new = parameter.parse(self, value)?;
        self.assign(parameter, new);
        Ok(())
    }

    /// Notes what was settled at the start by other means, so that it is said when asked for.
    pub(crate) fn state(&mut self, name: &'static str, value: String) {
        self.remembered.insert(name, value.into());
    }

    /// What is found of the ports from now on concerns these settings, and those copied from them.
    pub(crate) fn forget_ports(&mut self) {
        self.ports = Ports::default();
    }

    /// Says at which ports the server listens, without TLS and with it; 0 is none.
    pub(crate) fn has_found_ports(&self, plain: u16, tls: u16) {
        self.ports.found(plain, tls);
    }

    /// How often Redis would look after things in a second.
    pub(crate) fn hz(&self) -> i64 {
        parse_integer(self.remembered("hz")).unwrap_or(10)
    }

    /// The port at which the server listens, that for TLS if it is the only one; 0 if there is none.
    pub(crate) fn any_port(&self) -> u16 {
        match self.ports.plain() {
            0 => self.ports.tls(),
            port => port,
        }
    }

    /// Sets several parameters, or none of them.
    ///
    /// # Errors
    ///
    /// What `CONFIG SET` answers.
    pub(crate) fn set_all<'a>(
        &mut self,
        pairs: &(impl Iterator<Item = (&'a [u8], &'a [u8])> + Clone),
    ) -> Result<(), Error> {
        let parameters = settable(pairs.clone().map(|(name, _)| name))?;
        let mut news = self.clone();
        for (parameter, (_, value)) in parameters.into_iter().zip(pairs.clone()) {
            let new = match parameter.parse(&news, value) {
                Ok(new) => new,
                Err(reason) => {
                    // Redis puts the letters back, among which this one gets lost beside `A`.
                    if pairs.clone().any(|(name, _)| name.eq_ignore_ascii_case(NOTIFY)) {
                        self.notify = self.notify.as_written();
                    }
                    return Err(failed(parameter.name.as_bytes(), &reason));
                }
            };
            news.assign(parameter, new);
        }
        *self = news;
        Ok(())
    }

    /// The parameter of that name, in any case.
    pub(crate) fn parameter(name: &[u8]) -> Option<&'static Parameter> {
        PARAMETERS.iter().find(|parameter| name.eq_ignore_ascii_case(parameter.name.as_bytes()))
    }

    pub(crate) fn parameters() -> impl Iterator<Item = &'static Parameter> {
        PARAMETERS.iter()
    }

    /// The value, as `CONFIG GET` says it.
    pub(crate) fn get(&self, parameter: &Parameter) -> Vec<u8> {
        match parameter.kind {
            Kind::Number { get, .. } | Kind::Size { get, .. } | Kind::AtStart { get, .. } => {
                get(self).to_string().into()
            }
            Kind::Port { of } => of(&self.ports).to_string().into(),
            Kind::Policy => self.maxmemory_policy.name().into(),
            Kind::Events => self.notify.letters().into(),
            Kind::Password => self.password.as_ref().map_or(Vec::new(), |it| it.as_ref().to_vec()),
            _ => match self.remembered.get(parameter.key()) {
                Some(value) => value.clone(),
                None => parameter.default.into(),
            },
        }
    }

    fn assign(&mut self, parameter: &Parameter, new: New) {
        match (&parameter.kind, new) {
            (
                Kind::Number { set, .. } | Kind::Size { set, .. } | Kind::AtStart { set, .. },
                New::Number(number),
            ) => set(self, number),
            (_, New::Number(_)) => {}
            (_, New::Policy(policy)) => self.maxmemory_policy = policy,
            (_, New::Events(classes)) => self.notify = classes,
            (_, New::Password(password)) => self.password = password,
            (_, New::Text(text)) => {
                self.remembered.insert(parameter.key(), text);
            }
        }
    }
}

/// The parameters of these names, all of which may be set while the server runs.
fn settable<'a>(names: impl Iterator<Item = &'a [u8]>) -> Result<Vec<&'static Parameter>, Error> {
    let (mut parameters, mut refused) = (Vec::new(), None);
    for name in names {
        let parameter = Settings::parameter(name);
        // Of several reasons, Redis tells the first.
        let reason = match parameter {
            _ if refused.is_some() => continue,
            None => Err([UNKNOWN, name, b"'"].concat()),
            Some(it) if it.is_fixed() => Ok("can't set immutable config"),
            Some(it) if matches!(it.kind, Kind::Protected) => Ok("can't set protected config"),
            Some(it) if parameters.iter().any(|other: &&Parameter| other.name == it.name) => {
                Ok("duplicate parameter")
            }
            Some(it) => {
                parameters.push(it);
                continue;
            }
        };
        refused = Some(match reason {
            Ok(reason) => failed(name, reason),
            Err(text) => Error::new(text),
        });
    }
    refused.map_or(Ok(parameters), Err)
}

fn failed(name: &[u8], reason: &str) -> Error {
    let beginning = b"ERR CONFIG SET failed (possibly related to argument '";
    Error::new([beginning, name, b"') - ", reason.as_bytes()].concat())
}

const UNKNOWN: &[u8] = b"ERR Unknown option or number of arguments for CONFIG SET - '";

const NOTIFY: &[u8] = b"notify-keyspace-events";

//! Users in the words of `ACL LIST` and `ACL GETUSER`.

use super::selector::{Access, KeyPattern, Selector};
use super::user::User;

/// A selector as `ACL GETUSER` describes it.
#[derive(Debug)]
pub(crate) struct Description {
    pub(crate) commands: Vec<u8>,
    pub(crate) keys: Vec<u8>,
    pub(crate) channels: Vec<u8>,
}

impl User {
    pub(crate) fn flags(&self) -> impl Iterator<Item = &'static str> {
        [
            Some(if self.enabled { "on" } else { "off" }),
            self.no_password.then_some("nopass"),
            self.sanitizes.map(|it| if it { "sanitize-payload" } else { "skip-sanitize-payload" }),
        ]
        .into_iter()
        .flatten()
    }

    /// The hashes of its passwords, in hexadecimal digits.
    pub(crate) fn passwords(&self) -> impl Iterator<Item = String> {
        self.passwords.iter().map(ToString::to_string)
    }

    /// Its own rules first, then those within parentheses.
    pub(crate) fn descriptions(&self) -> impl Iterator<Item = Description> {
        self.all_selectors().map(|selector| Description {
            commands: selector.commands.describe(),
            keys: selector.key_rules().join(&b' '),
            channels: selector.channel_rules().join(&b' '),
        })
    }

    /// A line of redis.conf that makes this user.
    pub(crate) fn line(&self) -> Vec<u8> {
        let mut words = vec![b"user".to_vec(), self.name.to_vec()];
        words.extend(self.flags().map(|flag| flag.as_bytes().to_vec()));
        words.extend(self.passwords().map(|hash| [b"#", hash.as_bytes()].concat()));
        words.push(self.root.line());
        words.extend(self.selectors.iter().map(|it| [b"(", &*it.line(), b")"].concat()));
        words.join(&b' ')
    }
}

impl Selector {
    fn line(&self) -> Vec<u8> {
        let mut words = self.key_rules();
        if !self.all_channels {
            words.push(b"resetchannels".to_vec());
        }
        words.extend(self.channel_rules());
        words.push(self.commands.describe());
        words.join(&b' ')
    }

    fn key_rules(&self) -> Vec<Vec<u8>> {
        if self.all_keys {
            return vec![b"~*".to_vec()];
        }
        self.keys.iter().map(KeyPattern::rule).collect()
    }

    fn channel_rules(&self) -> Vec<Vec<u8>> {
        if self.all_channels {
            return vec![b"&*".to_vec()];
        }
        self.channels.iter().map(|pattern| [b"&", &**pattern].concat()).collect()
    }
}

impl KeyPattern {
    fn rule(&self) -> Vec<u8> {
        let sign: &[u8] = match self.access {
            Access { write: false, .. } => b"%R~",
            Access { read: false, .. } => b"%W~",
            _ => b"~",
        };
        [sign, &*self.pattern].concat()
    }
}

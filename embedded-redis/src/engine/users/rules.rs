//! The rules of `ACL SETUSER`.
//!
//! Words are compared as C compares them, up to a NUL, as in Redis.

use std::borrow::Cow;

use redis_server_core::resp_core::request::{Dialect, RequestLimits, RequestParser};

use super::commands::{CommandSet, category, find};
use super::password::PasswordHash;
use super::selector::{Access, KeyPattern, Selector};
use super::user::User;
use crate::keyspace::until_nul;

/// What is wrong with a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RuleError {
    Syntax,
    UnknownCommand,
    FirstArgumentOfSubcommand,
    AfterAllKeys,
    AfterAllChannels,
    NoSuchPassword,
    BadHash,
}

impl RuleError {
    /// In Redis's words.
    pub(crate) fn text(self) -> &'static str {
        match self {
            Self::Syntax => "Syntax error",
            Self::UnknownCommand => "Unknown command or category name in ACL",
            Self::FirstArgumentOfSubcommand => {
                "Allowing first-arg of a subcommand is not supported"
            }
            Self::AfterAllKeys => {
                "Adding a pattern after the * pattern (or the 'allkeys' flag) is not valid and \
                 does not have any effect. Try 'resetkeys' to start with an empty list of patterns"
            }
            Self::AfterAllChannels => {
                "Adding a pattern after the * pattern (or the 'allchannels' flag) is not valid and \
                 does not have any effect. Try 'resetchannels' to start with an empty list of \
                 channels"
            }
            Self::NoSuchPassword => {
                "The password you are trying to remove from the user does not exist"
            }
            Self::BadHash => {
                "The password hash must be exactly 64 characters and contain only lowercase \
                 hexadecimal characters"
            }
        }
    }
}

impl User {
    /// Follows a rule. Where the configuration says so, `all_channels`, new selectors have them all.
    pub(super) fn follow(&mut self, rule: &[u8], all_channels: bool) -> Result<(), RuleError> {
        match rule {
            [] => {}
            _ if is(rule, "on") => self.enabled = true,
            _ if is(rule, "off") => self.enabled = false,
            _ if is(rule, "skip-sanitize-payload") => self.sanitizes = Some(false),
            _ if is(rule, "sanitize-payload") => self.sanitizes = Some(true),
            _ if is(rule, "nopass") => self.set_password(None),
            _ if is(rule, "resetpass") => {
                self.no_password = false;
                self.passwords.clear();
            }
            [b'>', password @ ..] => self.add_password(PasswordHash::of(password)),
            [b'#', digits @ ..] => {
                self.add_password(PasswordHash::parse(digits).ok_or(RuleError::BadHash)?);
            }
            [b'<', password @ ..] => self.remove_password(&PasswordHash::of(password))?,
            [b'!', digits @ ..] => {
                let hash = PasswordHash::parse(digits).ok_or(RuleError::BadHash)?;
                self.remove_password(&hash)?;
            }
            [b'(', rules @ .., b')'] => {
                let mut selector = Selector::new(all_channels);
                words(rules).iter().try_for_each(|rule| selector.follow(rule))?;
                self.selectors.push(selector);
            }
            _ if is(rule, "clearselectors") => self.selectors.clear(),
            _ if is(rule, "reset") => {
                let name = std::mem::take(&mut self.name);
                *self = Self { sanitizes: Some(true), ..Self::new(&name, all_channels) };
            }
            _ => self.root.follow(rule)?,
        }
        Ok(())
    }

    fn remove_password(&mut self, hash: &PasswordHash) -> Result<(), RuleError> {
        let known = self.passwords.iter().position(|other| other.is(hash));
        self.passwords.remove(known.ok_or(RuleError::NoSuchPassword)?);
        Ok(())
    }
}

impl Selector {
    fn follow(&mut self, rule: &[u8]) -> Result<(), RuleError> {
        match rule {
            _ if is(rule, "allkeys") || is(rule, "~*") => self.set_all_keys(true),
            _ if is(rule, "resetkeys") => self.set_all_keys(false),
            _ if is(rule, "allchannels") || is(rule, "&*") => self.set_all_channels(true),
            _ if is(rule, "resetchannels") => self.set_all_channels(false),
            _ if is(rule, "allcommands") || is(rule, "+@all") => self.commands = CommandSet::all(),
            _ if is(rule, "nocommands") || is(rule, "-@all") => {
                self.commands = CommandSet::default();
            }
            [b'~' | b'%', ..] if self.all_keys => return Err(RuleError::AfterAllKeys),
            [b'~', pattern @ ..] => self.add_keys(pattern, Access::ALL)?,
            [b'%', rest @ ..] => {
                let (access, pattern) = access(rest)?;
                self.add_keys(pattern, access)?;
            }
            [b'&', ..] if self.all_channels => return Err(RuleError::AfterAllChannels),
            [b'&', pattern @ ..] => {
                let pattern = plain(pattern)?;
                if !self.channels.iter().any(|other| **other == *pattern) {
                    self.channels.push(pattern.into());
                }
            }
            [sign @ (b'+' | b'-'), b'@', name @ ..] => {
                let category = category(until_nul(name)).ok_or(RuleError::UnknownCommand)?;
                self.commands.set_category(category, *sign == b'+');
            }
            [b'+', name @ ..] => self.allow(until_nul(name))?,
            [b'-', name @ ..] => {
                let (command, _) = find(until_nul(name)).ok_or(RuleError::UnknownCommand)?;
                self.commands.set(command, false);
            }
            _ => return Err(RuleError::Syntax),
        }
        Ok(())
    }

    fn set_all_keys(&mut self, all: bool) {
        self.all_keys = all;
        self.keys.clear();
    }

    fn set_all_channels(&mut self, all: bool) {
        self.all_channels = all;
        self.channels.clear();
    }

    fn add_keys(&mut self, pattern: &[u8], access: Access) -> Result<(), RuleError> {
        let pattern = plain(pattern)?;
        match self.keys.iter_mut().find(|other| *other.pattern == *pattern) {
            Some(known) => known.access = known.access.or(access),
            None => self.keys.push(KeyPattern { pattern: pattern.into(), access }),
        }
        Ok(())
    }

    /// Allows a command, a subcommand, or a command with one first argument.
    fn allow(&mut self, name: &[u8]) -> Result<(), RuleError> {
        let bar = name.iter().rposition(|byte| *byte == b'|');
        let Some((container, [_, argument @ ..])) = bar.and_then(|at| name.split_at_checked(at))
        else {
            let (command, _) = find(name).ok_or(RuleError::UnknownCommand)?;
            self.commands.set(command, true);
            return Ok(());
        };
        let (command, known) = find(container).ok_or(RuleError::UnknownCommand)?;
        if known.is_subcommand {
            return Err(RuleError::FirstArgumentOfSubcommand);
        }
        if argument.is_empty() {
            return Err(RuleError::Syntax);
        }
        if known.is_container() {
            let (command, _) = find(name).ok_or(RuleError::UnknownCommand)?;
            self.commands.set(command, true);
        } else {
            self.commands.allow_first(command, argument);
        }
        Ok(())
    }
}

/// What stands between `%` and `~`, and the pattern behind.
fn access(rest: &[u8]) -> Result<(Access, &[u8]), RuleError> {
    let (letters, pattern) = match rest.iter().position(|byte| *byte == b'~') {
        Some(at) => (rest.get(..at).unwrap_or_default(), rest.get(at + 1..).unwrap_or_default()),
        None => (rest, &[][..]),
    };
    let mut access = Access::default();
    for letter in letters {
        match letter {
            b'R' | b'r' if !access.read => access.read = true,
            b'W' | b'w' if !access.write => access.write = true,
            _ => return Err(RuleError::Syntax),
        }
    }
    if access == Access::default() { Err(RuleError::Syntax) } else { Ok((access, pattern)) }
}

/// A pattern that can be written as a word.
fn plain(pattern: &[u8]) -> Result<&[u8], RuleError> {
    if has_spaces(pattern) { Err(RuleError::Syntax) } else { Ok(pattern) }
}

/// Whether it has white space or a NUL in it.
pub(super) fn has_spaces(text: &[u8]) -> bool {
    text.iter().any(|byte| matches!(byte, 0 | b' ' | b'\t'..=b'\r'))
}

/// The rules with those that belong within the same parentheses put together; or the one with an
/// opening parenthesis that has no closing one.
pub(super) fn merge<'a>(
    rules: impl Iterator<Item = &'a [u8]>,
) -> Result<Vec<Cow<'a, [u8]>>, &'a [u8]> {
    let mut merged = Vec::new();
    let mut open: Option<(&[u8], Vec<u8>)> = None;
    for rule in rules {
        if rule.starts_with(b"(") && !rule.ends_with(b")") {
            open = Some((rule, rule.to_vec()));
        } else if let Some((first, mut selector)) = open.take() {
            selector.push(b' ');
            selector.extend_from_slice(until_nul(rule));
            if rule.ends_with(b")") {
                merged.push(Cow::Owned(selector));
            } else {
                open = Some((first, selector));
            }
        } else {
            merged.push(Cow::Borrowed(rule));
        }
    }
    open.map_or(Ok(merged), |(first, _)| Err(first))
}

/// The words within parentheses, which may be quoted; none where the quotes don't balance.
fn words(text: &[u8]) -> Vec<Vec<u8>> {
    // With a blank in front it is not the head of a multibulk request, whatever it begins with.
    let mut line = [b" ", until_nul(text)].concat();
    line.iter_mut().filter(|byte| **byte == b'\n').for_each(|byte| *byte = b' ');
    line.push(b'\n');
    let limits = RequestLimits::default().with_max_line(line.len()).with_max_query(line.len());
    let mut parser = RequestParser::new(Dialect::Resp, limits);
    let request = parser.parse(&line).ok().and_then(|parsed| parsed.request);
    request.map(|request| request.iter().map(<[u8]>::to_vec).collect()).unwrap_or_default()
}

fn is(rule: &[u8], word: &str) -> bool {
    until_nul(rule).eq_ignore_ascii_case(word.as_bytes())
}

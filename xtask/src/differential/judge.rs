//! Whether two replies may differ as they do.

use std::collections::BTreeMap;

use super::Command;
use super::grammar::Via;
use super::rules::{EXPLAINED, MESSAGES, Rule, UNPROMISED};
use super::tree::Tree;
use super::wire;

/// What both servers answered to one command.
#[derive(Clone, Debug)]
pub(super) struct Exchange<'a> {
    /// Which unit of the script.
    pub(super) unit: usize,
    /// None for messages that come unasked.
    pub(super) command: Option<&'a Command>,
    pub(super) redis: Vec<u8>,
    pub(super) ours: Vec<u8>,
}

/// Compares replies, and counts by which rule they may differ.
#[derive(Debug, Default)]
pub(super) struct Judge {
    /// Commands that wait for `EXEC`.
    queued: Vec<Command>,
    /// How often each rule was needed, by commands and reason.
    pub(super) unpromised: BTreeMap<&'static str, u64>,
    pub(super) explained: BTreeMap<&'static str, u64>,
}

impl Judge {
    /// Forgets the last session.
    pub(super) fn start(&mut self) {
        self.queued.clear();
    }

    /// Whether the replies at `index` are alike; those around it are at hand.
    pub(super) fn alike(&mut self, exchanges: &[Exchange<'_>], index: usize) -> bool {
        let Some(exchange) = exchanges.get(index) else { return true };
        let queued = self.follow(exchange);
        // Where neither answers, the rest of the session would compare nothing.
        if exchange.redis == exchange.ours {
            return !exchange.redis.starts_with(wire::LOST);
        }
        if let Some(queued) = queued {
            return self.transaction(&queued, exchange);
        }
        // A subscriber's command may cause messages too, which come first.
        let messages = [MESSAGES.as_bytes().to_vec()];
        let unasked = exchange.command.filter(|command| command.via != Via::Subscriber).is_none();
        let args = exchange.command.map_or(&messages[..], |command| &command.args);
        let near = |at: Option<usize>| {
            at.and_then(|at| exchanges.get(at)).map(|exchange| exchange.ours.as_slice())
        };
        let near = [near(index.checked_sub(1)), near(index.checked_add(1))];
        let allows = |rule: &&Rule| {
            let covers = rule.covers(args) || unasked && rule.covers(&messages);
            covers && rule.alike.holds(args, &exchange.redis, &exchange.ours, near)
        };
        if let Some(rule) = UNPROMISED.iter().find(allows) {
            *self.unpromised.entry(rule.why).or_default() += 1;
            return true;
        }
        let explained = EXPLAINED.iter().find(allows);
        explained.inspect(|rule| *self.explained.entry(rule.why).or_default() += 1).is_some()
    }

    /// Keeps account of what is queued, by Redis's replies. Returns what `EXEC` has run.
    fn follow(&mut self, exchange: &Exchange<'_>) -> Option<Vec<Command>> {
        let command = exchange.command.filter(|command| command.via != Via::Other)?;
        if exchange.redis == b"+QUEUED\r\n" {
            self.queued.push(command.clone());
            return None;
        }
        let name = command.args.first()?;
        if name.eq_ignore_ascii_case(b"EXEC") {
            return Some(std::mem::take(&mut self.queued));
        }
        if [&b"DISCARD"[..], b"RESET"].iter().any(|word| name.eq_ignore_ascii_case(word)) {
            self.queued.clear();
        }
        None
    }

    /// Compares what `EXEC` answers command by command.
    fn transaction(&mut self, queued: &[Command], exchange: &Exchange<'_>) -> bool {
        let (Some(redis), Some(ours)) = (Tree::read(&exchange.redis), Tree::read(&exchange.ours))
        else {
            return false;
        };
        let lengths = [redis.items().len(), ours.items().len(), queued.len()];
        if redis.kind() != ours.kind() || lengths.iter().any(|&length| length != queued.len()) {
            return false;
        }
        let inner: Vec<_> = queued
            .iter()
            .zip(redis.items().iter().zip(ours.items()))
            .map(|(command, (redis, ours))| Exchange {
                unit: exchange.unit,
                command: Some(command),
                redis: redis.to_bytes(),
                ours: ours.to_bytes(),
            })
            .collect();
        (0..inner.len()).all(|index| self.alike(&inner, index))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn command(line: &str) -> Command {
        let args = line.split(' ').map(|arg| arg.as_bytes().to_vec()).collect();
        Command { via: Via::Main, args }
    }

    /// Whether the last replies are alike.
    fn alike(exchanges: &[(&str, &[u8], &[u8])]) -> bool {
        let mut judge = Judge::default();
        let commands: Vec<_> = exchanges.iter().map(|(line, _, _)| command(line)).collect();
        let exchanges: Vec<_> = exchanges
            .iter()
            .zip(&commands)
            .map(|((_, redis, ours), command)| Exchange {
                unit: 0,
                command: Some(command),
                redis: redis.to_vec(),
                ours: ours.to_vec(),
            })
            .collect();
        let judged = (0..exchanges.len()).map(|index| judge.alike(&exchanges, index));
        judged.last().unwrap()
    }

    const QUEUED: &[u8] = b"+QUEUED\r\n";

    #[test]
    fn a_transaction_is_judged_by_its_commands() {
        let ran = |redis, ours| {
            alike(&[
                ("MULTI", b"+OK\r\n", b"+OK\r\n"),
                ("SMEMBERS s", QUEUED, QUEUED),
                ("LRANGE l 0 -1", QUEUED, QUEUED),
                ("EXEC", redis, ours),
            ])
        };
        let redis = b"*2\r\n*2\r\n+a\r\n+b\r\n*2\r\n+a\r\n+b\r\n";
        assert!(ran(redis, b"*2\r\n*2\r\n+b\r\n+a\r\n*2\r\n+a\r\n+b\r\n"));
        assert!(!ran(redis, b"*2\r\n*2\r\n+a\r\n+b\r\n*2\r\n+b\r\n+a\r\n"));
        assert!(!ran(redis, b"*-1\r\n"));
    }

    #[test]
    fn each_command_has_its_own_rule() {
        let (a, b): (&[u8], &[u8]) = (b"*2\r\n+a\r\n+b\r\n", b"*2\r\n+b\r\n+a\r\n");
        for (line, expected) in [
            ("smembers s", true),
            ("LRANGE l 0 -1", false),
            ("GEOSEARCH g FROMMEMBER m BYRADIUS 1 km", true),
            ("GEOSEARCH g FROMMEMBER m BYRADIUS 1 km asc", false),
            ("CLIENT ID", true),
            ("CLIENT GETNAME", false),
        ] {
            assert_eq!(alike(&[(line, a, b)]), expected, "{line}");
        }
        assert!(alike(&[("SMEMBERS s", a, a), ("SPOP s", b"+a\r\n", b"+b\r\n")]));
        assert!(!alike(&[("SMEMBERS s", a, a), ("SPOP s", b"+a\r\n", b"+c\r\n")]));
        assert!(!alike(&[("SADD s a", b":1\r\n", b":2\r\n")]));
    }
}

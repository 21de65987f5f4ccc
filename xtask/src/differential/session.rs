//! The connections of one session to both servers.

use std::io;
use std::net::SocketAddr;

use super::grammar::Via;
use super::judge::Exchange;
use super::wire::{self, Connection};
use super::{Command, Script};

/// The same commands go to both, and are answered by both at the same time.
pub(super) struct Session<'a> {
    servers: [SocketAddr; 2],
    main: Both,
    other: Option<Both>,
    subscriber: Option<Both>,
    /// What blocks on the main connections.
    blocked: Option<(usize, &'a Command)>,
    /// How often the subscribers were asked whether all has come.
    asked: usize,
}

impl<'a> Session<'a> {
    /// Connects, and has both servers begin with nothing.
    pub(super) fn open(servers: [SocketAddr; 2], script: &Script) -> io::Result<Self> {
        let main = Both::open(servers)?;
        let mut session =
            Self { servers, main, other: None, subscriber: None, blocked: None, asked: 0 };
        session.main.call(BEGINNING)?;
        let subscribes = |command: &Command| command.via == Via::Subscriber;
        if script.notified || script.commands().any(subscribes) {
            let mut subscriber = Both::open(servers)?;
            if script.resp3 {
                subscriber.call(&[&["HELLO", "3"]])?;
            }
            if script.notified {
                session.main.call(&[&["CONFIG", "SET", "notify-keyspace-events", "KEA"]])?;
                subscriber.call(&[&["PSUBSCRIBE", "__key*__:*"]])?;
            }
            session.subscriber = Some(subscriber);
        }
        if script.resp3 {
            session.main.call(&[&["HELLO", "3"]])?;
        }
        Ok(session)
    }

    /// Unsubscribes before hanging up: a server notices a hang-up later than it answers to the
    /// next session.
    pub(super) fn close(mut self) {
        let Some(mut subscriber) = self.subscriber.take() else { return };
        let mut bytes = Vec::new();
        for name in ["UNSUBSCRIBE", "PUNSUBSCRIBE", "SUNSUBSCRIBE"] {
            wire::encode(&[name.as_bytes().to_vec()], &mut bytes);
        }
        subscriber.send(&bytes);
        let _ = subscriber.read_until_asked(self.asked + 1);
    }

    pub(super) const fn subscribes(&self) -> bool {
        self.subscriber.is_some()
    }

    /// Sends a batch over one of the connections and reads the replies.
    pub(super) fn converse(&mut self, batch: &[(usize, &'a Command)]) -> Vec<Exchange<'a>> {
        let other = batch.first().is_some_and(|(_, command)| command.via == Via::Other);
        let mut bytes = Vec::new();
        batch.iter().for_each(|(_, command)| wire::encode(&command.args, &mut bytes));
        let mut exchanges = Vec::with_capacity(batch.len() + 1);
        let both = if other {
            match self.other() {
                Ok(both) => both,
                Err(error) => return vec![failed(batch, &error)],
            }
        } else {
            exchanges.extend(self.unblocked());
            &mut self.main
        };
        both.send(&bytes);
        for &(unit, command) in batch {
            let [redis, ours] = both.replies();
            exchanges.push(Exchange { unit, command: Some(command), redis, ours });
        }
        exchanges
    }

    /// Sends what blocks. Both servers have it before they get what comes next.
    pub(super) fn block(&mut self, unit: usize, command: &'a Command) -> Option<Exchange<'a>> {
        let earlier = self.unblocked();
        let mut bytes = Vec::new();
        wire::encode(&command.args, &mut bytes);
        self.main.send(&bytes);
        self.blocked = Some((unit, command));
        // A server that answers this has seen all that was there before it.
        for _ in 0..2 {
            if let Ok(other) = self.other() {
                let _ = other.call(&[&["PING"]]);
            }
        }
        earlier
    }

    /// The replies to what blocked.
    pub(super) fn unblocked(&mut self) -> Option<Exchange<'a>> {
        let (unit, command) = self.blocked.take()?;
        let [redis, ours] = self.main.replies();
        Some(Exchange { unit, command: Some(command), redis, ours })
    }

    /// Sends commands of the subscriber one by one: each may be answered any number of times.
    pub(super) fn subscribe(&mut self, batch: &[(usize, &'a Command)]) -> Vec<Exchange<'a>> {
        let mut exchanges = Vec::new();
        for &(unit, command) in batch {
            let Some(subscriber) = &mut self.subscriber else { return exchanges };
            let mut bytes = Vec::new();
            wire::encode(&command.args, &mut bytes);
            subscriber.send(&bytes);
            self.asked += 1;
            let [redis, ours] = subscriber.read_until_asked(self.asked);
            exchanges.push(Exchange { unit, command: Some(command), redis, ours });
        }
        exchanges
    }

    /// What has come to the subscriber by now.
    pub(super) fn messages(&mut self, unit: usize) -> Option<Exchange<'a>> {
        let subscriber = self.subscriber.as_mut()?;
        self.asked += 1;
        let [redis, ours] = subscriber.read_until_asked(self.asked);
        Some(Exchange { unit, command: None, redis, ours })
    }

    fn other(&mut self) -> io::Result<&mut Both> {
        let both = match self.other.take() {
            Some(both) => both,
            None => Both::open(self.servers)?,
        };
        Ok(self.other.insert(both))
    }
}

fn failed<'a>(batch: &[(usize, &'a Command)], error: &io::Error) -> Exchange<'a> {
    let (unit, command) = batch.first().map_or((0, None), |&(unit, c)| (unit, Some(c)));
    Exchange { unit, command, redis: Vec::new(), ours: wire::lost(error) }
}

/// One connection to each server.
struct Both {
    redis: Connection,
    ours: Connection,
    /// Why one can't be written to: its replies are missing then.
    broken: [Option<Vec<u8>>; 2],
}

impl Both {
    fn open([redis, ours]: [SocketAddr; 2]) -> io::Result<Self> {
        let (redis, ours) = (Connection::open(redis)?, Connection::open(ours)?);
        Ok(Self { redis, ours, broken: [None, None] })
    }

    fn send(&mut self, bytes: &[u8]) {
        let sent = [self.redis.send(bytes), self.ours.send(bytes)];
        for (broken, sent) in self.broken.iter_mut().zip(sent) {
            if let (None, Err(error)) = (&broken, sent) {
                *broken = Some(wire::lost(&error));
            }
        }
    }

    /// One reply of each, whatever is pushed in between.
    fn replies(&mut self) -> [Vec<u8>; 2] {
        self.read(|connection| {
            loop {
                let frame = connection.frame()?;
                if !frame.starts_with(b">") {
                    return Ok(frame);
                }
            }
        })
    }

    /// All that comes before the reply to a `PING` of that number.
    fn read_until_asked(&mut self, number: usize) -> [Vec<u8>; 2] {
        let token = format!("asked-{number}");
        let mut bytes = Vec::new();
        wire::encode(&[b"PING".to_vec(), token.clone().into_bytes()], &mut bytes);
        self.send(&bytes);
        let length = token.len();
        let bulk = format!("${length}\r\n{token}\r\n").into_bytes();
        let pong = format!("*2\r\n$4\r\npong\r\n${length}\r\n{token}\r\n").into_bytes();
        self.read(|connection| {
            let mut frames = Vec::new();
            loop {
                let frame = connection.frame()?;
                if frame == bulk || frame == pong {
                    return Ok(frames);
                }
                frames.extend(frame);
            }
        })
    }

    fn read(
        &mut self,
        mut read: impl FnMut(&mut Connection) -> io::Result<Vec<u8>>,
    ) -> [Vec<u8>; 2] {
        let [redis_broken, ours_broken] = &mut self.broken;
        [(&mut self.redis, redis_broken), (&mut self.ours, ours_broken)].map(
            |(connection, broken)| {
                if let Some(reason) = broken {
                    return reason.clone();
                }
                read(connection).unwrap_or_else(|error| broken.insert(wire::lost(&error)).clone())
            },
        )
    }

    /// Has both run some commands, whatever they answer.
    fn call(&mut self, commands: &[&[&str]]) -> io::Result<()> {
        let mut bytes = Vec::new();
        for command in commands {
            let args: Vec<_> = command.iter().map(|arg| arg.as_bytes().to_vec()).collect();
            wire::encode(&args, &mut bytes);
        }
        self.redis.send(&bytes)?;
        self.ours.send(&bytes)?;
        for _ in commands {
            self.redis.frame()?;
            self.ours.frame()?;
        }
        Ok(())
    }
}

/// What earlier sessions may have changed is as Redis has it at first.
const BEGINNING: &[&[&str]] = &[
    &["FLUSHALL"],
    &["SCRIPT", "FLUSH"],
    &["ACL", "DELUSER", "ann", "bob"],
    &["CONFIG", "SET", "notify-keyspace-events", ""],
    // Redis looks that often at what blocks and has waited long enough.
    &["CONFIG", "SET", "hz", "500"],
    &["CONFIG", "SET", "hash-max-listpack-entries", "512"],
    &["CONFIG", "SET", "hash-max-listpack-value", "64"],
    &["CONFIG", "SET", "list-max-listpack-size", "-2"],
    &["CONFIG", "SET", "set-max-intset-entries", "512"],
    &["CONFIG", "SET", "zset-max-listpack-entries", "128"],
    &["CONFIG", "SET", "zset-max-listpack-value", "64"],
    &["CONFIG", "SET", "stream-node-max-entries", "100"],
    &["CONFIG", "SET", "slowlog-log-slower-than", "10000"],
];

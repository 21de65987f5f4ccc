//! The limit: plain blocking sockets, and of the replies nothing but their length.
//!
//! It has the same load in its simplest form. What tasks of a client send at the same time is one
//! write here, and then as much is read as the replies must be long.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Instant;

use super::Outcome;
use super::figures::{Figures, Reading, latency};
use super::fixture::{self, COUNTER, KEY};
use super::job::{Job, Kind};
use super::pubsub::{LOT, ONE_BY_ONE, Publisher, UNDER_WAY, WIRE_LENGTH, channels};

/// Does what the job says.
pub(super) fn run(job: &Job) -> Outcome<Figures> {
    match job.kind {
        Kind::Subscribe => subscribe(job),
        Kind::Idle => Ok(Figures::default()),
        _ => commands(job),
    }
}

fn commands(job: &Job) -> Outcome<Figures> {
    let mut load = Load::connect(job)?;
    let mut rounds = 1;
    loop {
        let start = Instant::now();
        load.rounds(rounds)?;
        if start.elapsed() >= job.time / 4 {
            break;
        }
        rounds *= 2;
    }
    // Between a quarter and a half of the time so far.
    let rounds = rounds * 3;
    let before = Reading::take()?;
    load.rounds(rounds)?;
    let figures = before.spent()?.figures(rounds * load.commands)?;
    let mut latencies = Vec::new();
    for _ in 0..rounds.div_ceil(4) {
        let start = Instant::now();
        load.rounds(1)?;
        latencies.push(latency(start.elapsed()));
    }
    Ok(figures.with_latencies(latencies))
}

/// The same requests again and again, on each connection as many as its tasks have under way.
struct Load {
    streams: Vec<TcpStream>,
    requests: Vec<u8>,
    /// How much comes back over each, and room for it.
    reply: Vec<u8>,
    /// All connections' together.
    commands: u64,
}

impl Load {
    fn connect(job: &Job) -> Outcome<Self> {
        let streams = (0..job.connections)
            .map(|_| fixture::connect(job.port))
            .collect::<Outcome<Vec<TcpStream>>>()?;
        let tasks = match job.kind {
            // A leased connection is one task's until its reply is there.
            Kind::Lease => 1,
            _ => job.tasks.div_ceil(job.connections) as u64 * job.kind.commands(),
        };
        let mut load = Self {
            requests: requests(job.kind, tasks),
            reply: Vec::new(),
            commands: tasks * streams.len() as u64,
            streams,
        };
        load.reply = vec![0; load.reply_length(job.kind, tasks)?];
        Ok(load)
    }

    /// How long the replies are. Numbers grow while we count, so they start where they have a
    /// length that they keep.
    fn reply_length(&mut self, kind: Kind, tasks: u64) -> Outcome<usize> {
        let one = match kind {
            Kind::Set(_) => "+OK\r\n".len(),
            Kind::Incr => {
                let stream = self.streams.first_mut().ok_or("no connection")?;
                let mut set = Vec::new();
                resp_core::encode::command(&mut set, ["SET", COUNTER, "1000000000"]);
                stream.write_all(&set)?;
                stream.read_exact(&mut [0; b"+OK\r\n".len()])?;
                ":1000000000\r\n".len()
            }
            _ => {
                let length = fixture::value_length(kind);
                format!("${length}\r\n\r\n").len() + length
            }
        };
        Ok(one * usize::try_from(tasks)?)
    }

    fn rounds(&mut self, rounds: u64) -> Outcome<()> {
        for _ in 0..rounds {
            for stream in &mut self.streams {
                stream.write_all(&self.requests)?;
            }
            for stream in &mut self.streams {
                stream.read_exact(&mut self.reply)?;
            }
        }
        Ok(())
    }
}

fn requests(kind: Kind, tasks: u64) -> Vec<u8> {
    let mut requests = Vec::new();
    let value = fixture::value(fixture::value_length(kind));
    for _ in 0..tasks {
        match kind {
            Kind::Set(_) => {
                let command = [b"SET".as_slice(), KEY.as_bytes(), &value];
                resp_core::encode::command(&mut requests, command);
            }
            Kind::Incr => resp_core::encode::command(&mut requests, ["INCR", COUNTER]),
            _ => resp_core::encode::command(&mut requests, ["GET", KEY]),
        }
    }
    requests
}

fn subscribe(job: &Job) -> Outcome<Figures> {
    let mut stream = fixture::connect(job.port)?;
    let mut command = Vec::new();
    let names = channels();
    let words: Vec<&str> =
        ["SUBSCRIBE"].into_iter().chain(names.iter().map(String::as_str)).collect();
    resp_core::encode::command(&mut command, words);
    stream.write_all(&command)?;
    let confirmed: usize = (1..=names.len())
        .map(|n| format!("*3\r\n$9\r\nsubscribe\r\n$8\r\nbench:00\r\n:{n}\r\n").len())
        .sum();
    stream.read_exact(&mut vec![0; confirmed])?;
    let mut messages =
        Messages { stream, publisher: Publisher::connect(job.port)?, room: vec![0; READ] };
    messages.receive(LOT)?;
    let before = Reading::take()?;
    messages.receive(job.number)?;
    let figures = before.spent()?.figures(job.number)?;
    let mut latencies = Vec::new();
    for _ in 0..ONE_BY_ONE {
        let start = Instant::now();
        messages.receive(1)?;
        latencies.push(latency(start.elapsed()));
    }
    Ok(figures.with_latencies(latencies))
}

struct Messages {
    stream: TcpStream,
    publisher: Publisher,
    room: Vec<u8>,
}

impl Messages {
    /// Has them published, two lots at a time, and counts their bytes.
    fn receive(&mut self, messages: u64) -> Outcome<()> {
        let (mut asked, mut bytes) = (0, 0);
        while bytes < messages * WIRE_LENGTH {
            while asked < messages && asked < bytes / WIRE_LENGTH + UNDER_WAY as u64 - LOT + 1 {
                let lot = LOT.min(messages - asked);
                self.publisher.publish(lot)?;
                asked += lot;
            }
            bytes += self.stream.read(&mut self.room)? as u64;
        }
        Ok(())
    }
}

/// As much as a socket holds, about.
const READ: usize = 64 << 10;

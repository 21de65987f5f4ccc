//! Anything that may happen, in any order, seed by seed.

use std::time::Duration;

use redis_client_core::{ConnectionError, Outcome, Request, SubmitError, Timeout};
use resp_core::{Frame, View};
use testkit::pair::{Ended, Hello, Model, Pair};

use crate::{plain, words};

const SEEDS: u64 = 3000;

/// To run one seed alone: `SEED=17 cargo test random`.
#[test]
fn every_command_ends_once_and_as_the_ledger_says() {
    let only: Option<u64> = std::env::var("SEED").ok().and_then(|seed| seed.parse().ok());
    let mut seen = [0_usize; 4];
    for seed in only.map_or(0..SEEDS, |seed| seed..seed + 1) {
        let run = Run::new(seed).all();
        let again = Run::new(seed).all();
        assert_eq!(run.pair.trace(), again.pair.trace(), "seed {seed} does not replay");
        run.check(&mut seen);
    }
    if only.is_none() {
        assert!(seen.iter().all(|times| *times > 1000), "too little of something: {seen:?}");
    }
}

struct Run {
    pair: Pair,
    /// Each tag, and what the server's ledger knows its commands by.
    submitted: Vec<Submitted>,
    next: u32,
}

struct Submitted {
    /// None where it was refused.
    tag: Option<u64>,
    names: Vec<String>,
    atomic: bool,
}

impl Run {
    fn new(seed: u64) -> Self {
        let config = plain()
            .command_timeout(Some(Duration::from_millis(20)))
            .max_in_flight(8)
            .max_queued(2000);
        let mut pair = Pair::new(seed, config);
        if seed.is_multiple_of(3) {
            pair.server = Model::default().hello(Hello::Unknown);
        }
        if seed.is_multiple_of(2) {
            pair = pair.cut(1 + (seed % 40) as usize);
        }
        if !seed.is_multiple_of(5) {
            pair = pair.delay(Duration::from_millis(seed % 17)).nag();
        }
        Self { pair, submitted: Vec::new(), next: 0 }
    }

    fn all(mut self) -> Self {
        for _ in 0..10 + self.pair.random().below(60) {
            self.step();
        }
        self.pair.stall(false);
        match self.pair.random().below(3) {
            0 => self.pair.drive(),
            1 => self.pair.run_for(Duration::from_secs(60)),
            _ => {
                self.pair.session.close(self.pair.now);
                self.pair.drive();
            }
        }
        self.pair.disconnect(ConnectionError::ClosedByServer);
        self
    }

    fn step(&mut self) {
        match self.pair.random().below(24) {
            0..8 => {
                let (request, name) = self.command();
                let submitted = self.pair.try_submit(request);
                self.submitted(submitted, vec![name], false);
            }
            8..11 => {
                let atomic = self.pair.random().below(2) == 0;
                let length = self.pair.random().below(5);
                let (commands, names): (Vec<_>, _) = (0..length).map(|_| self.command()).unzip();
                let submitted = self.pair.try_batch(atomic, &commands);
                self.submitted(submitted, names, atomic);
            }
            11 => self.subscribe(),
            12 => {
                let channel = format!("channel-{}", self.pair.random().below(3));
                let message = self.pair.server.publish(&channel, "message");
                self.pair.send(message);
            }
            13 => {
                let stalled = self.pair.random().below(2) == 0;
                self.pair.stall(stalled);
            }
            14..17 => {
                let time = self.pair.random().below(15) as u32;
                self.pair.run_for(Duration::from_millis(1) * time);
            }
            17 => {
                let more = self.pair.random().below(200) as u64;
                if self.pair.random().below(8) == 0 {
                    self.pair.stop_writing_after(self.pair.written() + more);
                }
            }
            18 if self.pair.random().below(40) == 0 => {
                self.pair.disconnect(ConnectionError::Io("reset".into()));
            }
            18 if self.pair.random().below(40) == 0 => self.pair.session.close(self.pair.now),
            19 if self.pair.server.resp3() => self.pair.send(">2\r\n+invalidate\r\n_\r\n"),
            20 if self.pair.random().below(4) == 0 => {
                let commands = ["MULTI", "EXEC", "DISCARD", "HELLO 3", "HELLO 2", "RESET"];
                let command = commands[self.pair.random().below(commands.len())];
                match self.pair.try_submit(words(command)) {
                    // In a transaction, HELLO is not taken.
                    Err(SubmitError::Refused(..)) => {}
                    submitted => self.submitted(submitted, Vec::new(), false),
                }
            }
            _ => self.pair.turn(),
        }
    }

    /// A command whose reply names it, or that is an error.
    fn command(&mut self) -> (Request, String) {
        self.next += 1;
        let length = self.pair.random().below(60);
        let name = format!("{}-{}", self.next, "x".repeat(length));
        let word = ["ECHO", "ECHO", "ECHO", "NOSUCH"][self.pair.random().below(4)];
        let mut request = words(&format!("{word} {name}"));
        match self.pair.random().below(6) {
            0 => request.set_timeout(Timeout::Never),
            1 => request.set_timeout(Timeout::After(Duration::from_millis(2))),
            _ => {}
        }
        (request, name)
    }

    fn subscribe(&mut self) {
        // In RESP2 most commands are refused from then on, which is an error like any other.
        let names: Vec<_> =
            (0..self.pair.random().below(3)).map(|n| format!("channel-{n}")).collect();
        let verb = [
            "SUBSCRIBE",
            "UNSUBSCRIBE",
            "PSUBSCRIBE",
            "PUNSUBSCRIBE",
            "SUNSUBSCRIBE",
            "UNSUBSCRIBE",
        ][self.pair.random().below(6)];
        let mut request = Request::new(verb);
        for name in &names {
            request.arg(name);
        }
        match self.pair.try_submit(request) {
            // In a transaction, it is not taken.
            Err(SubmitError::Refused(..)) => {}
            submitted => self.submitted(submitted, Vec::new(), false),
        }
    }

    fn submitted(
        &mut self,
        submitted: Result<u64, SubmitError<u64>>,
        names: Vec<String>,
        atomic: bool,
    ) {
        let tag = match submitted {
            Ok(tag) => Some(tag),
            Err(SubmitError::Full(_) | SubmitError::Closed(..)) => None,
            Err(error) => panic!("seed {}: {error}", self.pair.seed()),
        };
        self.submitted.push(Submitted { tag, names, atomic });
    }

    /// The pair has checked that each tag ended once, and NotSent to the byte.
    fn check(&self, seen: &mut [usize; 4]) {
        let seed = self.pair.seed();
        let taken = self.submitted.iter().filter_map(|submitted| submitted.tag);
        assert!(self.pair.tags().eq(taken), "seed {seed}");
        for Submitted { tag, names, atomic } in &self.submitted {
            let applied: Vec<u32> =
                names.iter().map(|name| self.pair.server.ledger(name)).collect();
            assert!(applied.iter().all(|times| *times <= 1), "seed {seed}: {names:?} twice");
            let Some(tag) = tag else {
                assert!(applied.iter().all(|times| *times == 0), "seed {seed}: refused, and run");
                seen[3] += 1;
                continue;
            };
            let ended = self.pair.ended(*tag).unwrap();
            match ended {
                Ended::Reply(_) | Ended::Replies(_) => seen[0] += 1,
                Ended::Failed { outcome: Outcome::NotSent, .. } => {
                    assert!(applied.iter().all(|times| *times == 0), "seed {seed}: {names:?}");
                    seen[1] += 1;
                }
                Ended::Failed { .. } => seen[2] += 1,
            }
            match atomic {
                true => self.check_transaction(ended.frames(), names),
                false => self.check_replies(ended.frames(), names),
            }
        }
    }

    fn check_transaction(&self, frames: &[Frame], names: &[String]) {
        let Some(exec) = frames.get(names.len() + 1) else { return };
        // If MULTI was open already, the array holds what others had queued.
        if frames.first().is_some_and(|multi| multi.as_bytes() == b"+OK\r\n")
            && let View::Array(elements) = exec.view()
        {
            let elements: Vec<Frame> = elements.map(|element| element.to_frame()).collect();
            assert_eq!(elements.len(), names.len(), "seed {}: {exec}", self.pair.seed());
            self.check_replies(&elements, names);
        }
    }

    /// Every reply is its own command's: the name is in it, or it is an error.
    fn check_replies(&self, frames: &[Frame], names: &[String]) {
        let seed = self.pair.seed();
        if names.is_empty() {
            // Confirmations.
            return;
        }
        assert!(frames.len() <= names.len(), "seed {seed}: {names:?} got {frames:?}");
        for (frame, name) in frames.iter().zip(names) {
            let text = String::from_utf8_lossy(frame.as_bytes()).into_owned();
            if text == "+QUEUED\r\n" {
                continue;
            }
            let refused = text.starts_with("-ERR Can't execute");
            assert!(refused || text.contains(name.as_str()), "seed {seed}: {name} got {text}");
            if !text.starts_with('-') {
                assert_eq!(self.pair.server.ledger(name), 1, "seed {seed}: {name} answered");
            }
        }
    }
}

//! How long a client waits that does nothing wrong.

use std::time::{Duration, Instant};

use super::Problem;
use super::process::Process;
use super::talker::Talker;

/// Sends SET and GET in turn, one after the other.
pub(super) struct Probe {
    talker: Talker,
    times: Vec<Duration>,
    /// Of each window, what 99 of 100 commands took at most.
    p99s: Vec<Duration>,
}

impl Probe {
    pub(super) fn new(server: &Process) -> Result<Self, Problem> {
        Ok(Self { talker: server.connect()?, times: Vec::new(), p99s: Vec::new() })
    }

    /// Measures once more, by turns with others, so that whatever passes by meets them all.
    pub(super) fn window(probes: &mut [&mut Self]) -> Result<(), Problem> {
        for _ in 0..TURNS {
            probes.iter_mut().try_for_each(|probe| probe.turn())?;
        }
        for probe in probes {
            probe.times.sort_unstable();
            probe.p99s.extend(probe.times.get(probe.times.len() * 99 / 100));
            probe.times.clear();
        }
        Ok(())
    }

    fn turn(&mut self) -> Result<(), Problem> {
        for command in 0..COMMANDS {
            let words: &[&str] =
                if command % 2 == 0 { &["SET", "probe", "value"] } else { &["GET", "probe"] };
            let asked = Instant::now();
            let reply = self.talker.ask(words)?;
            self.times.push(asked.elapsed());
            if reply != "+OK\r\n" && reply != "$5\r\nvalue\r\n" {
                return Err(format!("{words:?} gave {reply:?}").into());
            }
        }
        Ok(())
    }

    /// The window in the middle, which nothing that passes by can move.
    pub(super) fn median(&mut self) -> Duration {
        self.p99s.sort_unstable();
        self.p99s.get(self.p99s.len() / 2).copied().unwrap_or_default()
    }
}

/// Commands of a turn, and turns of a window: 5,000 commands.
const COMMANDS: usize = 50;
const TURNS: usize = 100;

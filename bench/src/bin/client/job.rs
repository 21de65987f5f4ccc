//! What a process is told to do.

use std::time::Duration;

use super::Outcome;

/// One client under one workload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Job {
    pub(super) contender: String,
    pub(super) kind: Kind,
    /// How many go on at the same time.
    pub(super) tasks: usize,
    /// Over how many connections.
    pub(super) connections: usize,
    /// How many threads of the runtime run tasks; none: all is done on the one there is.
    pub(super) workers: usize,
    /// The server's, on this machine.
    pub(super) port: u16,
    /// How long the measurement takes, roughly. It is a quarter of that for the warm-up, and
    /// another for the latencies.
    pub(super) time: Duration,
    /// How many, where it is said: messages of [`Kind::Subscribe`].
    pub(super) number: u64,
}

/// What a task does, again and again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// GET of so many bytes.
    Get(usize),
    /// GET of so many bytes, kept until the next are there.
    Keep(usize),
    /// SET of so many bytes.
    Set(usize),
    Incr,
    /// So many GETs of 16 bytes in one pipeline.
    Pipeline(usize),
    /// Takes a connection out of a pool, for a GET of 16 bytes.
    Lease,
    /// GET of 16 bytes, awaited on a pool: over any of its connections, beside others.
    Pooled,
    /// Receives messages of 16 bytes.
    Subscribe,
    /// Is connected.
    Idle,
}

impl Job {
    /// Reads `--contender NAME --kind KIND --port PORT` and what else there may be.
    pub(super) fn parse(arguments: &[String]) -> Outcome<Self> {
        let mut contender = None;
        let mut kind = None;
        let mut port = None;
        let mut job = Self {
            contender: String::new(),
            kind: Kind::Idle,
            tasks: 1,
            connections: 1,
            workers: 0,
            port: 0,
            time: Duration::from_millis(500),
            number: 100_000,
        };
        let mut arguments = arguments.iter();
        while let Some(name) = arguments.next() {
            let value = arguments.next().ok_or_else(|| format!("{name} needs a value"))?;
            match name.as_str() {
                "--contender" => contender = Some(value.clone()),
                "--kind" => kind = Some(Kind::parse(value)?),
                "--port" => port = Some(value.parse()?),
                "--tasks" => job.tasks = value.parse()?,
                "--connections" => job.connections = value.parse()?,
                "--workers" => job.workers = value.parse()?,
                "--millis" => job.time = Duration::from_millis(value.parse()?),
                "--number" => job.number = value.parse()?,
                _ => return Err(format!("there is no option {name}").into()),
            }
        }
        job.contender = contender.ok_or("--contender is missing")?;
        job.kind = kind.ok_or("--kind is missing")?;
        job.port = port.ok_or("--port is missing")?;
        Ok(job)
    }
}

impl Kind {
    /// Reads `get:16`, `incr`.
    fn parse(text: &str) -> Outcome<Self> {
        let (name, number) = match text.split_once(':') {
            Some((name, number)) => (name, Some(number.parse()?)),
            None => (text, None),
        };
        match (name, number) {
            ("get", Some(bytes)) => Ok(Self::Get(bytes)),
            ("keep", Some(bytes)) => Ok(Self::Keep(bytes)),
            ("set", Some(bytes)) => Ok(Self::Set(bytes)),
            ("pipeline", Some(commands)) => Ok(Self::Pipeline(commands)),
            ("incr", None) => Ok(Self::Incr),
            ("lease", None) => Ok(Self::Lease),
            ("pooled", None) => Ok(Self::Pooled),
            ("subscribe", None) => Ok(Self::Subscribe),
            ("idle", None) => Ok(Self::Idle),
            _ => Err(format!("there is no kind {text:?}").into()),
        }
    }

    /// How many commands count as done when a task has done its part once.
    pub(super) fn commands(self) -> u64 {
        match self {
            Self::Pipeline(commands) => commands as u64,
            _ => 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(line: &str) -> Outcome<Job> {
        let arguments: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        Job::parse(&arguments)
    }

    #[test]
    fn everything_can_be_said() {
        let line = "--contender fred --kind pipeline:100 --port 7000 --tasks 64 --connections 8 \
                    --workers 2 --millis 250 --number 5";
        let job = Job {
            contender: "fred".to_owned(),
            kind: Kind::Pipeline(100),
            tasks: 64,
            connections: 8,
            workers: 2,
            port: 7000,
            time: Duration::from_millis(250),
            number: 5,
        };
        assert_eq!(parsed(line).unwrap(), job);
        assert_eq!(job.kind.commands(), 100);
    }

    #[test]
    fn kinds_have_a_number_or_none() {
        for (text, kind) in [
            ("get:16", Kind::Get(16)),
            ("keep:1048576", Kind::Keep(1_048_576)),
            ("set:65536", Kind::Set(65_536)),
            ("incr", Kind::Incr),
            ("lease", Kind::Lease),
            ("pooled", Kind::Pooled),
            ("subscribe", Kind::Subscribe),
            ("idle", Kind::Idle),
        ] {
            assert_eq!(Kind::parse(text).unwrap(), kind);
        }
        for text in ["get", "incr:1", "get:x", "put:1", ""] {
            assert!(Kind::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn what_is_missing_or_unknown_is_named() {
        for (line, named) in [
            ("--kind idle --port 1", "--contender"),
            ("--contender raw --port 1", "--kind"),
            ("--contender raw --kind idle", "--port"),
            ("--contender raw --kind idle --port", "--port"),
            ("--speed 3", "--speed"),
        ] {
            let error = parsed(line).unwrap_err().to_string();
            assert!(error.contains(named), "{line}: {error}");
        }
    }
}

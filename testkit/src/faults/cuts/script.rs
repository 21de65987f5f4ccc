//! What is sent over a connection to be cut, and what its outcomes promise.

use std::fmt;

use adapter_core::{Client, Commands, Error, Runtime, cmd};

use crate::conformance::join;

/// How the commands of a script have ended, in their order.
pub(super) struct Ends {
    /// Those that write, each with its own key.
    writes: [End; WRITES],
    /// Those that read, sent one by one.
    reads: [Result<Option<u64>, Error>; 2],
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum End {
    Done,
    NotSent,
    Maybe,
    /// An error reply, or a reply that tells of another application.
    Odd(String),
}

/// What many scripts have shown.
#[derive(Clone, Debug, Default)]
pub(super) struct Tally {
    pub(super) runs: usize,
    pub(super) cut: usize,
    done: usize,
    pub(super) not_sent: usize,
    pub(super) maybe: usize,
    /// Of those that may have been applied.
    maybe_applied: usize,
    reads: usize,
    pub(super) wrong: Vec<String>,
}

/// The keys of a script, in the order of its writes. All of a length, so that a script is as long
/// as another.
pub(super) fn keys(id: usize) -> [String; WRITES] {
    ["incr:a", "set:b", "append:c", "incr:d", "append:e", "incr:f", "append:g", "incr:h"]
        .map(|key| format!("{key}:{id:06}"))
}

/// Single commands, some at once; a pipeline; a transaction; a single command.
pub(super) async fn run<R: Runtime>(client: &Client<R>, id: usize) -> Ends {
    let [a, b, c, d, e, f, g, h] = &keys(id);
    let append = |key: &str| cmd::command("APPEND").arg(key).arg("x").parse::<u64>();
    let end_a = End::of(client.incr(a).parse::<u64>().await);
    let read_a = client.get(a).parse::<Option<u64>>().await;
    let set = async { client.set(b, 1).nx().await };
    let others = join(async { client.command("APPEND").arg(c).arg("x").parse().await }, async {
        client.get(a).parse::<Option<u64>>().await
    });
    let (end_b, (end_c, read_again)) = join(set, others).await;
    let end_b = End::of(end_b.map(|set| if set.is_some() { 1 } else { 2 }));
    let pipeline = (cmd::incr(d).parse::<u64>(), append(e), cmd::get(a));
    let (end_d, end_e) = match client.pipeline(pipeline).await {
        Ok((one, two, _)) => (End::of(one), End::of(two)),
        Err(error) => (End::of(Err(error.clone())), End::of(Err(error))),
    };
    let (end_f, end_g) = match client.transaction((cmd::incr(f).parse(), append(g))).await {
        Ok((one, two)) => (End::of(one), End::of(two)),
        Err(error) => (End::of(Err(error.clone())), End::of(Err(error))),
    };
    let end_h = End::of(client.incr(h).parse().await);
    Ends {
        writes: [end_a, end_b, End::of(end_c), end_d, end_e, end_f, end_g, end_h],
        reads: [read_a, read_again],
    }
}

impl End {
    /// Of a command whose reply is how often it has been applied.
    fn of(end: Result<u64, Error>) -> Self {
        match end {
            Ok(1) => Self::Done,
            Ok(times) => Self::Odd(format!("applied {times} times, says its reply")),
            Err(Error::NotSent(_)) => Self::NotSent,
            Err(Error::MaybeApplied(_)) => Self::Maybe,
            Err(error) => Self::Odd(error.to_string()),
        }
    }
}

impl Ends {
    /// Of a client that there is none of.
    pub(super) fn never_connected() -> Self {
        let none = || Err(Error::NotSent(adapter_core::Cause::NoRoom));
        Self { writes: [const { End::NotSent }; WRITES], reads: [none(), none()] }
    }

    /// Compares with the server's counts. A client that lasts has to answer more.
    pub(super) fn judge(&self, run: &str, counts: &str, lasting: bool) -> Tally {
        let mut tally = Tally::default();
        let body = counts.split("\r\n").nth(1).unwrap_or_default();
        let counts: Vec<u64> = body.split(' ').filter_map(|count| count.parse().ok()).collect();
        let mut wrong = |what: String| tally.wrong.push(format!("{run}: {what}"));
        if counts.len() != WRITES {
            wrong(format!("the server counts {body:?}"));
        }
        for (write, (end, count)) in self.writes.iter().zip(&counts).enumerate() {
            let right = match end {
                End::Done => *count == 1,
                End::NotSent => *count == 0,
                End::Maybe => *count <= 1,
                End::Odd(_) => false,
            };
            if !right {
                wrong(format!("write {write} ended as {end:?} and was applied {count} times"));
            }
            // Only batches are not sent again by themselves.
            if lasting && *end == End::NotSent && !BATCHED.contains(&write) {
                wrong(format!("write {write} was not sent again"));
            }
        }
        if let (Some(one), Some(two)) = (counts.get(5), counts.get(6))
            && one != two
        {
            wrong(format!("a transaction was applied by half: {one} {two}"));
        }
        for read in &self.reads {
            match read {
                // Written before, and read by whatever connection.
                Ok(value) if self.writes[0] == End::Done && *value != Some(1) => {
                    wrong(format!("a write that was answered is read as {value:?}"));
                }
                Ok(_) => tally.reads += 1,
                Err(Error::NotSent(_) | Error::MaybeApplied(_)) if !lasting => {}
                Err(error) => wrong(format!("a read ended as {error:?}")),
            }
        }
        for (end, count) in self.writes.iter().zip(counts) {
            match end {
                End::Done => tally.done += 1,
                End::NotSent => tally.not_sent += 1,
                End::Maybe => {
                    tally.maybe += 1;
                    tally.maybe_applied += count as usize;
                }
                End::Odd(_) => {}
            }
        }
        tally
    }
}

impl Tally {
    pub(super) fn wrong(what: String) -> Self {
        Self { runs: 1, wrong: vec![what], ..Self::default() }
    }

    pub(super) fn add(&mut self, other: Self) {
        self.runs += other.runs;
        self.cut += other.cut;
        self.done += other.done;
        self.not_sent += other.not_sent;
        self.maybe += other.maybe;
        self.maybe_applied += other.maybe_applied;
        self.reads += other.reads;
        self.wrong.extend(other.wrong);
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "writes: {} answered, {} not sent, {} maybe applied ({} of them were); {} reads \
             answered",
            self.done, self.not_sent, self.maybe, self.maybe_applied, self.reads
        )
    }
}

const WRITES: usize = 8;

/// The pipeline's and the transaction's.
const BATCHED: std::ops::RangeInclusive<usize> = 3..=6;

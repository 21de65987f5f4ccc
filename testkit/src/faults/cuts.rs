//! A connection cut at every byte.

mod script;

use std::cell::RefCell;
use std::time::{Duration, Instant};

use adapter_core::{Client, Config, Credentials, Options, Protocol, Reconnect};

use super::{Figures, Outcome, Size, at_least};
use crate::conformance::{Adapter, Over, PASSWORD, Setup, all, eventually, within};
use crate::proxy::{Cut, Direction, How, Proxy, Upstream};
use script::{Ends, Tally, run};

/// Cuts a connection at every byte of its requests and of its replies, by the end of the stream, a
/// reset and silence, once under a client that never connects again and once under one that does.
///
/// Each command must have one outcome, and the server's own count must agree with it: once for an
/// answer, never for [`NotSent`](adapter_core::Error::NotSent), once at the most for
/// [`MaybeApplied`](adapter_core::Error::MaybeApplied).
///
/// # Errors
///
/// Any that should not be.
pub async fn cuts<R: Adapter>(size: Size) -> Outcome {
    let started = Instant::now();
    let setups = [Over::Tcp, Over::Unix].map(|over| Setup::start(over, Protocol::Auto));
    let [tcp, unix] = setups;
    let setups = [tcp?, unix?];
    let mut jobs = Vec::new();
    let mut lengths = Vec::new();
    for protocol in [Protocol::Resp3, Protocol::Resp2].into_iter().take(size.pick(2, 1)) {
        let (requests, replies) = whole::<R>(&setups, protocol).await?;
        lengths.push(format!("{protocol:?}: {requests} bytes of requests, {replies} of replies"));
        for lasting in [false, true] {
            for (direction, length) in
                [(Direction::Requests, requests), (Direction::Replies, replies)]
            {
                for how in [How::Fin, How::Reset, How::Silence] {
                    add_jobs(&mut jobs, size, protocol, lasting, length, |at| Cut {
                        direction,
                        at,
                        how,
                    });
                }
            }
        }
    }
    let total = jobs.len();
    let work = RefCell::new((jobs, Tally::default()));
    all((0..WORKERS).map(|_| async {
        loop {
            let Some(job) = work.borrow_mut().0.pop() else { return };
            let found = match within::<R, _>(PATIENCE, job.run::<R>(&setups)).await {
                Ok(Ok(tally)) => tally,
                Ok(Err(error)) => Tally::wrong(format!("{job:?}: {error}")),
                Err(late) => Tally::wrong(format!("{job:?}: {late}")),
            };
            let left = {
                let (jobs, tally) = &mut *work.borrow_mut();
                tally.add(found);
                // Those that others have taken are not done either.
                jobs.len().max(total - tally.runs)
            };
            if size == Size::Full && left > 0 && left.is_multiple_of(2000) {
                println!("  .. {} of {total} cuts, {:.0?}", total - left, started.elapsed());
            }
        }
    }))
    .await;
    let (_, tally) = work.into_inner();
    let mut figures = Figures::new(format!(
        "kill at {} byte: by end, reset and silence; never and always reconnecting ({:.1?})",
        size.pick("every", "every 23rd"),
        started.elapsed()
    ));
    lengths.into_iter().for_each(|length| figures.line(length));
    figures.line(format!("{} runs, {} of them cut", tally.runs, tally.cut));
    figures.line(tally.to_string());
    let least = tally.runs * 98 / 100;
    figures.bar(tally.cut >= least, "connections cut", at_least(least), tally.cut);
    figures.none_wrong("outcomes that the server's own count denies", &tally.wrong);
    Ok(figures)
}

/// At every byte; or at some, others for each way of cutting.
fn add_jobs(
    jobs: &mut Vec<Job>,
    size: Size,
    protocol: Protocol,
    lasting: bool,
    length: u64,
    cut: impl Fn(u64) -> Cut,
) {
    let every = size.pick(1, 23);
    let first = jobs.len() % every;
    for at in (first as u64..=length).step_by(every) {
        jobs.push(Job { id: jobs.len() + 1, protocol, cut: Some(cut(at)), lasting });
    }
}

/// A run without a cut: bytes sent and received.
async fn whole<R: Adapter>(
    setups: &[Setup; 2],
    protocol: Protocol,
) -> Result<(u64, u64), Box<dyn std::error::Error>> {
    // An id that no other has, in each protocol.
    let id = 900_000 + protocol as usize;
    let job = Job { id, protocol, cut: None, lasting: false };
    let setup = job.setup(setups);
    let proxy = Proxy::start(Upstream::of(&setup.server), None)?;
    let ends = job.on::<R>(&proxy).await?;
    let tally = ends.judge(&job.to_string(), &job.ask(setup)?, false);
    if !tally.wrong.is_empty() || tally.maybe + tally.not_sent > 0 {
        return Err(format!("the script fails uncut: {tally} {:?}", tally.wrong).into());
    }
    Ok(proxy.forwarded())
}

/// One connection to be cut.
#[derive(Clone, Copy, Debug)]
struct Job {
    id: usize,
    protocol: Protocol,
    cut: Option<Cut>,
    /// Another connection is made.
    lasting: bool,
}

impl Job {
    /// By turns over TCP and over a Unix socket.
    fn setup<'a>(&self, [tcp, unix]: &'a [Setup; 2]) -> &'a Setup {
        if self.id.is_multiple_of(2) { tcp } else { unix }
    }

    async fn run<R: Adapter>(
        &self,
        setups: &[Setup; 2],
    ) -> Result<Tally, Box<dyn std::error::Error>> {
        let setup = self.setup(setups);
        let proxy = Proxy::start(Upstream::of(&setup.server), self.cut)?;
        let ends = self.on::<R>(&proxy).await?;
        let mut tally = ends.judge(&self.to_string(), &self.ask(setup)?, self.lasting);
        tally.runs = 1;
        tally.cut = usize::from(proxy.has_cut());
        Ok(tally)
    }

    /// Runs the script; when it ends the server has seen all that there will be.
    async fn on<R: Adapter>(&self, proxy: &Proxy) -> Result<Ends, Box<dyn std::error::Error>> {
        let options = Options::tcp("127.0.0.1", proxy.addr().port()).config(self.config());
        let client = match self.lasting {
            // A first connection that is cut in the handshake is made again, too.
            true => Client::<R>::connect_lazily(options).ok(),
            false => Client::connect(options.reconnect(Reconnect::NEVER)).await.ok(),
        };
        let ends = match &client {
            Some(client) => run(client, self.id).await,
            None => Ends::never_connected(),
        };
        if let Some(client) = client {
            client.close(true).await;
        }
        eventually::<R>("the connections end", async || Ok(proxy.is_idle())).await?;
        Ok(ends)
    }

    fn config(&self) -> Config {
        let config = Config::default()
            .protocol(self.protocol)
            .credentials(Credentials::password(PASSWORD))
            .command_timeout(Some(PATIENCE / 2));
        match self.cut {
            Some(Cut { how: How::Silence, .. }) => {
                config.liveness(Some(SILENCE)).handshake_timeout(SILENCE)
            }
            _ => config,
        }
    }

    /// How often the server has applied each.
    fn ask(&self, setup: &Setup) -> std::io::Result<String> {
        let keys = script::keys(self.id);
        let mut eval = vec!["EVAL", COUNTS, KEYS];
        eval.extend(keys.iter().map(String::as_str));
        setup.ask(&eval)
    }
}

impl std::fmt::Display for Job {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let client = if self.lasting { "reconnecting" } else { "never reconnecting" };
        match self.cut {
            Some(Cut { direction, at, how }) => {
                write!(
                    f,
                    "{:?}, {how:?} behind byte {at} of {direction:?}, {client}",
                    self.protocol
                )
            }
            None => f.write_str(client),
        }
    }
}

/// Says of each key how often it was written. Those written by APPEND are as long as that.
const COUNTS: &str = "local r = {} for i, k in ipairs(KEYS) do local v = redis.call('GET', k) \
                      r[i] = v and (k:match('^append') and #v or v) or '0' end \
                      return table.concat(r, ' ')";
const KEYS: &str = "8";

/// Long enough not to hit a connection that is only slow, on a machine as busy as this one.
const SILENCE: Duration = Duration::from_millis(250);
const PATIENCE: Duration = Duration::from_secs(20);
const WORKERS: usize = 64;

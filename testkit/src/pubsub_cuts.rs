//! A subscriber whose connection is cut again and again under load: no message is missing without a
//! word, and none comes twice.

use std::cell::Cell;
use std::fmt;
use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;
use std::time::{Duration, Instant};

use adapter_core::{Backlog, Client, Message, Notice, Options, Protocol, Reconnect, cmd};

use crate::conformance::Adapter;
use crate::redis_server::RedisServer;

/// What has come of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Cuts {
    /// How often the connection was cut.
    pub cuts: u64,
    /// Gaps that the subscriber was told of.
    pub gaps: u64,
    /// Messages published, on all channels.
    pub published: u64,
    /// Messages read.
    pub read: u64,
    /// Messages that were missing.
    pub missing: u64,
    /// Places where messages were missing and no gap was told: none is right.
    pub silent: u64,
    /// Messages that came twice or out of order: none is right.
    pub repeated: u64,
    /// How long it took.
    pub time: Duration,
}

impl fmt::Display for Cuts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} cuts, {} gaps told; {} published, {} read, {} missing, {} times without a word; \
             {} repeated; {:.1?}",
            self.cuts,
            self.gaps,
            self.published,
            self.read,
            self.missing,
            self.silent,
            self.repeated,
            self.time
        )
    }
}

/// Cuts a subscriber's connection so many times, at any moment, while numbered messages are
/// published on several channels.
///
/// The subscriber shares its connection with commands in RESP3, and has its own in RESP2. Only those
/// cuts count that the server has found something to cut for.
///
/// # Errors
///
/// Any that should not be: of the server, of the publisher, or a subscriber that falls silent.
pub async fn cut<R: Adapter>(
    protocol: Protocol,
    cuts: u64,
) -> Result<Cuts, Box<dyn std::error::Error>> {
    let server = RedisServer::start()?;
    let options: Options = server.url().parse()?;
    let options = options.protocol(protocol).reconnect(
        Reconnect::default().delays(Duration::from_millis(2), Duration::from_millis(10)),
    );
    let publisher = Client::<R>::connect(options.clone()).await?;
    let client = Client::<R>::connect(options).await?;
    let mut subscriber = client.subscriber().await?.backlog(Backlog::default().bytes(64 << 20));
    subscriber.subscribe(&CHANNELS[..2]).await?;
    subscriber.psubscribe([PATTERN]).await?;
    subscriber.ssubscribe(&CHANNELS[3..]).await?;

    let started = Instant::now();
    let done = Cell::new(false);
    let published = Cell::new(0_u64);
    let publish = async {
        while !done.get() {
            let number = published.get() / CHANNELS.len() as u64;
            let batch = (number..number + BATCH).flat_map(|number| {
                CHANNELS.map(|channel| {
                    let verb = if channel == CHANNELS[3] { "SPUBLISH" } else { "PUBLISH" };
                    cmd::command(verb).arg(channel).arg(number)
                })
            });
            let batch: Vec<_> = batch.collect();
            published.set(published.get() + batch.len() as u64);
            publisher.pipeline(batch).await?;
        }
        Ok::<_, Box<dyn std::error::Error>>(())
    };
    let read = async {
        let mut reader = Reader::default();
        let runtime = R::default();
        let mut seed = runtime.seed();
        let mut due = 0;
        while reader.cuts.cuts < cuts || reader.cuts.read < due {
            let mut alarm = pin!(runtime.sleep_until(runtime.now() + PATIENCE));
            let mut next = pin!(subscriber.next());
            let notice = poll_fn(|cx| match next.as_mut().poll(cx) {
                Poll::Ready(notice) => Poll::Ready(Ok(notice)),
                Poll::Pending => alarm.as_mut().poll(cx).map(|()| Err("it has fallen silent")),
            })
            .await?;
            let connected = reader.take(notice)?;
            if connected && reader.cuts.read >= due && reader.cuts.cuts < cuts {
                // Where it is not subscribed again yet there is nothing to cut.
                let killed = server.cli(&["CLIENT", "KILL", "TYPE", "pubsub"])?;
                reader.cuts.cuts += u64::from(killed == b":1\r\n");
                // Enough to be past what had come before the cut, most of the time, and not always.
                seed = seed.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
                due = reader.cuts.read + 1 + (seed >> 33) % 500;
            }
        }
        Ok::<_, Box<dyn std::error::Error>>(reader.cuts)
    };
    let mut tally = {
        let (mut publish, mut read) = (pin!(publish), pin!(read));
        let mut result = None;
        poll_fn(|cx| {
            if result.is_none()
                && let Poll::Ready(ended) = read.as_mut().poll(cx)
            {
                done.set(true);
                result = Some(ended);
            }
            match publish.as_mut().poll(cx) {
                Poll::Ready(Err(error)) => Poll::Ready(Err(error)),
                Poll::Ready(Ok(())) => {
                    Poll::Ready(result.take().unwrap_or_else(|| Err("never read".into())))
                }
                Poll::Pending => Poll::Pending,
            }
        })
        .await?
    };
    tally.published = published.get();
    tally.time = started.elapsed();
    Ok(tally)
}

/// What has been read so far.
#[derive(Debug, Default)]
struct Reader {
    cuts: Cuts,
    /// The number read last on each channel, and whether a gap has been told since.
    last: [Option<(u64, bool)>; CHANNELS.len()],
}

impl Reader {
    /// Whether it was a message.
    fn take(&mut self, notice: Option<Notice>) -> Result<bool, Box<dyn std::error::Error>> {
        match notice {
            Some(Notice::Message(message)) => {
                self.message(&message)?;
                Ok(true)
            }
            Some(Notice::Gap(_)) => {
                self.cuts.gaps += 1;
                self.last.iter_mut().flatten().for_each(|last| last.1 = true);
                Ok(false)
            }
            other => Err(format!("{other:?}").into()),
        }
    }

    fn message(&mut self, message: &Message) -> Result<(), Box<dyn std::error::Error>> {
        let number: u64 = std::str::from_utf8(&message.payload)?.parse()?;
        let place = CHANNELS.iter().position(|channel| channel.as_bytes() == message.channel);
        let last = place.and_then(|place| self.last.get_mut(place)).ok_or("a strange channel")?;
        self.cuts.read += 1;
        if let Some((last, gap)) = *last {
            if number <= last {
                self.cuts.repeated += 1;
            } else if number > last + 1 {
                self.cuts.missing += number - last - 1;
                self.cuts.silent += u64::from(!gap);
            }
        }
        *last = Some((number, false));
        Ok(())
    }
}

/// The third is subscribed to by a pattern, the last is a shard's.
const CHANNELS: [&str; 4] = ["cuts one", "cuts two", "cuts: by pattern", "cuts shard"];
const PATTERN: &str = "cuts:*";

/// Numbers in one write.
const BATCH: u64 = 20;

/// Longer than any reconnecting takes.
const PATIENCE: Duration = Duration::from_secs(20);

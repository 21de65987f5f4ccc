//! Elements popped by blocking commands, with every way to lose one.

use std::cell::{Cell, RefCell};
use std::collections::HashSet;
use std::future::{Future, IntoFuture, poll_fn};
use std::pin::pin;
use std::task::Poll;
use std::time::{Duration, Instant};

use adapter_core::{Commands, Error, Options, Pool, Protocol, Reconnect, cmd};

use super::{Figures, Outcome, Size, at_least};
use crate::chunking::SplitMix64;
use crate::conformance::{Adapter, Over, Setup, all, join, sleep};

/// The books of a list.
struct Books {
    list: &'static str,
    /// Whether futures are dropped under way, too.
    careless: bool,
    pushed: Cell<u64>,
    delivered: RefCell<HashSet<u64>>,
    twice: Cell<u64>,
    /// Nothing came within the command's own time.
    empty: Cell<u64>,
    not_sent: Cell<u64>,
    /// Ended as `MaybeApplied`, or dropped after the first poll: each may have taken one along.
    maybe: Cell<u64>,
    dropped: Cell<u64>,
    killed: Cell<u64>,
    over: Cell<bool>,
    wrong: RefCell<Vec<String>>,
}

type Element = Option<(String, u64)>;

/// Pushes numbers, and pops them by `BLPOP` through a pool, over leases and awaited on the pool
/// itself, while some time out and connections are killed; in a second list, while some are
/// dropped, too. Each number must be delivered once, or be left in the list, or be explained by a
/// `BLPOP` that ended as [`MaybeApplied`](Error::MaybeApplied) or was dropped under way.
///
/// # Errors
///
/// Any that should not be.
pub async fn ledger<R: Adapter>(size: Size) -> Outcome {
    let started = Instant::now();
    let setup = Setup::start(Over::Tcp, Protocol::Auto)?;
    // Quick to come back, since it is killed so often.
    let reconnect =
        Reconnect::default().delays(Duration::from_millis(1), Duration::from_millis(20));
    let options = Options::new(setup.endpoint())
        .config(setup.config().client_name("popper"))
        .reconnect(reconnect)
        .lease_timeout(Duration::from_secs(30))
        .pool_size(POOL);
    let pool = Pool::<R>::connect(options).await?;
    let elements = size.pick(50_000, 1_000);
    let mut figures = Figures::default();
    for books in [Books::of("careful", false), Books::of("careless", true)] {
        let workers = all((0..WORKERS).map(|worker| {
            let (pool, books) = (&pool, &books);
            async move {
                let mut random = SplitMix64::new(worker);
                while !books.over.get() {
                    match worker % 2 {
                        0 => pop_alone(pool, &mut random, books).await,
                        _ => pop_leased(pool, &mut random, books).await,
                    }
                }
            }
        }));
        let pusher = async {
            let ended = push::<R>(&setup, elements, &books, size).await;
            books.over.set(true);
            ended
        };
        let ((_, pushed), killed) = join(join(workers, pusher), kill::<R>(&setup, &books)).await;
        pushed?;
        killed?;
        let checker = setup.client::<R>().await?;
        let left: Vec<u64> = checker.lrange(books.list, 0, -1).parse().await?;
        books.figures(&left, elements, &mut figures);
    }
    pool.close(true).await;
    figures.title = format!("blocking ledger ({:.1?})", started.elapsed());
    Ok(figures)
}

async fn pop_alone<R: Adapter>(pool: &Pool<R>, random: &mut SplitMix64, books: &Books) {
    let blpop = pool.command("BLPOP").arg(books.list).arg(BLOCK).parse::<Element>();
    match random.below(10) {
        0 => books.enter(Some(blpop.timeout(Duration::from_micros(300)).await)),
        1 if books.careless => {
            books.enter(some_polls(blpop.into_future(), random.below(8)).await);
        }
        _ => books.enter(Some(blpop.await)),
    }
}

async fn pop_leased<R: Adapter>(pool: &Pool<R>, random: &mut SplitMix64, books: &Books) {
    let Ok(lease) = pool.lease().await else { return books.count(&books.not_sent) };
    for _ in 0..random.below(50) {
        let blpop = lease.command("BLPOP").arg(books.list).arg(BLOCK).parse::<Element>();
        match random.below(40) {
            0 => books.enter(Some(blpop.timeout(Duration::from_micros(300)).await)),
            1 if books.careless => {
                books.enter(some_polls(blpop.into_future(), random.below(5)).await);
                // What comes for it would have the next wait behind it.
                return;
            }
            _ => {
                let end = blpop.await;
                let lost = end.is_err();
                books.enter(Some(end));
                if lost {
                    return;
                }
            }
        }
    }
}

/// Polls so often, with others in between, and drops; none if it had not ended.
async fn some_polls<F: Future>(future: F, mut polls: usize) -> Option<F::Output> {
    let mut future = pin!(future);
    poll_fn(|cx| {
        if let Poll::Ready(output) = future.as_mut().poll(cx) {
            return Poll::Ready(Some(output));
        }
        if polls == 0 {
            return Poll::Ready(None);
        }
        polls -= 1;
        cx.waker().wake_by_ref();
        Poll::Pending
    })
    .await
}

/// Pushes no further ahead than a little, so that many wait in vain; returns when nothing is left.
async fn push<R: Adapter>(
    setup: &Setup,
    elements: u64,
    books: &Books,
    size: Size,
) -> Result<(), Box<dyn std::error::Error>> {
    let client = setup.client::<R>().await?;
    let mut random = SplitMix64::new(1);
    while books.pushed.get() < elements {
        let first = books.pushed.get();
        let last = elements.min(first + 1 + random.below(200) as u64);
        let length: u64 = client.command("RPUSH").arg(books.list).args(first..last).parse().await?;
        books.pushed.set(last);
        if size == Size::Full && first / 20_000 != last / 20_000 {
            println!("  .. {}: {last} of {elements} pushed", books.list);
        }
        if length > 400 {
            sleep::<R>(Duration::from_millis(1)).await;
        }
    }
    // Those who wait take the rest.
    let deadline = Instant::now() + Duration::from_secs(60);
    while client.command("LLEN").arg(books.list).parse::<u64>().await? > 0 {
        if Instant::now() > deadline {
            return Err("nobody takes the rest".into());
        }
        sleep::<R>(Duration::from_millis(2)).await;
    }
    Ok(())
}

/// Kills one of the pool's connections after the other.
async fn kill<R: Adapter>(setup: &Setup, books: &Books) -> Result<(), Error> {
    let Ok(client) = setup.client::<R>().await else { return Ok(()) };
    let mut random = SplitMix64::new(2);
    while !books.over.get() {
        sleep::<R>(Duration::from_millis(10)).await;
        let list: String = client.command("CLIENT LIST").parse().await?;
        let ids: Vec<&str> = list
            .lines()
            .filter(|line| line.contains(" name=popper "))
            .filter_map(|line| line.strip_prefix("id=")?.split(' ').next())
            .collect();
        if let Some(id) = ids.get(random.below(ids.len().max(1))) {
            let kill = cmd::command("CLIENT KILL").arg("ID").arg(*id).parse::<u64>();
            for killed in client.pipeline(vec![kill]).await? {
                books.killed.set(books.killed.get() + killed?);
            }
        }
    }
    Ok(())
}

impl Books {
    fn of(list: &'static str, careless: bool) -> Self {
        Self {
            list,
            careless,
            pushed: Cell::new(0),
            delivered: RefCell::default(),
            twice: Cell::new(0),
            empty: Cell::new(0),
            not_sent: Cell::new(0),
            maybe: Cell::new(0),
            dropped: Cell::new(0),
            killed: Cell::new(0),
            over: Cell::new(false),
            wrong: RefCell::default(),
        }
    }

    fn count(&self, column: &Cell<u64>) {
        column.set(column.get() + 1);
    }

    fn enter(&self, end: Option<Result<Element, Error>>) {
        match end {
            Some(Ok(Some((_, element)))) => {
                if !self.delivered.borrow_mut().insert(element) {
                    self.count(&self.twice);
                }
            }
            Some(Ok(None)) => self.count(&self.empty),
            Some(Err(Error::NotSent(_))) => self.count(&self.not_sent),
            Some(Err(Error::MaybeApplied(_))) => self.count(&self.maybe),
            Some(Err(error)) => self.wrong.borrow_mut().push(error.to_string()),
            None => self.count(&self.dropped),
        }
    }

    fn figures(&self, left: &[u64], least: u64, figures: &mut Figures) {
        let (pushed, delivered) = (self.pushed.get(), self.delivered.borrow());
        // Whatever was never pushed counts as nothing.
        let known = |one: &&u64| **one < pushed;
        let seen = delivered.iter().chain(left).filter(known).count() as u64;
        let twice =
            self.twice.get() + left.iter().filter(|one| delivered.contains(one)).count() as u64;
        let unknown = pushed.saturating_sub(seen);
        let explained = self.maybe.get() + self.dropped.get();
        figures.line(format!(
            "{}: {} BLPOPs ended empty, {} not sent, {} maybe applied, {} dropped; {} connections \
             killed",
            self.list,
            self.empty.get(),
            self.not_sent.get(),
            self.maybe.get(),
            self.dropped.get(),
            self.killed.get()
        ));
        figures.line(format!(
            "{pushed} pushed = {} delivered + {} left + {unknown} unknown",
            delivered.len(),
            left.len()
        ));
        let list = self.list;
        figures.bar(pushed >= least, &format!("{list}: elements pushed"), at_least(least), pushed);
        figures.bar(
            delivered.len() as u64 + left.len() as u64 == seen,
            &format!("{list}: elements that were never pushed"),
            0,
            (delivered.len() + left.len()) as u64 - seen,
        );
        figures.bar(
            unknown <= explained,
            &format!("{list}: lost, at most one to each unknown outcome"),
            "x <= y",
            format_args!("{unknown} <= {explained}"),
        );
        figures.bar(twice == 0, &format!("{list}: delivered twice"), 0, twice);
        figures.none_wrong(&format!("{list}: other errors"), &self.wrong.borrow());
    }
}

/// Seconds.
const BLOCK: &str = "0.02";
const POOL: usize = 8;
const WORKERS: u64 = 16;

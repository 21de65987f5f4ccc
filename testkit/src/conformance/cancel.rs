//! Futures dropped half-way, at every step: no reply reaches a stranger.

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::Poll;
use std::time::Duration;

use adapter_core::{Client, Commands, Error, Runtime, cmd};

use super::load::tagged;
use super::slow::{Pace, Slowed, slowed};
use super::waiting::{beside, sleep, step_aside};
use super::{Adapter, Setup, all};
use crate::chunking::SplitMix64;

/// What cancelling has shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// At how many places a future was dropped.
    pub points: usize,
    /// How many of them had ended by themselves.
    pub ended: usize,
    /// How many replies came to somebody else, of 50 after each.
    pub strangers: usize,
}

/// What is given up: a single command, a pipeline, a transaction. True if it got its own replies.
type Victim<'a> = Pin<Box<dyn Future<Output = Result<bool, Error>> + 'a>>;

fn victim<R: Runtime>(client: &Client<R>, kind: usize) -> Victim<'_> {
    match kind {
        0 => Box::pin(async { Ok(client.echo("stranger").await? == "stranger") }),
        1 => Box::pin(async {
            let commands = (cmd::echo("stranger"), cmd::command("NONSENSE"), cmd::get("nothing"));
            let (one, two, three) = client.pipeline(commands).await?;
            Ok(one? == "stranger" && two.is_err() && three?.is_none())
        }),
        _ => Box::pin(async {
            let commands = (cmd::echo("stranger"), cmd::echo("stranger"), cmd::get("nothing"));
            let (one, two, three) = client.transaction(commands).await?;
            Ok(one? == "stranger" && two? == "stranger" && three?.is_none())
        }),
    }
}

/// Drops futures after every number of steps of their driver, each of one or a few bytes: from
/// none at all to their end.
///
/// # Errors
///
/// Any that should not be.
pub async fn cancel_at_every_poll<R: Adapter>(
    setup: &Setup,
) -> Result<Tally, Box<dyn std::error::Error>> {
    let mut tally = Tally::default();
    let pace = Pace::default();
    let (client, mut driver) = slowed::<R>(setup, pace.clone()).await?;
    for kind in 0..KINDS {
        for piece in [1, 2, 5] {
            for limit in 0.. {
                pace.set(piece);
                let mut victim = victim(&client, kind);
                let mut steps = 0;
                let end = poll_fn(|cx| {
                    if steps == limit {
                        return Poll::Ready(None);
                    }
                    steps += 1;
                    if let Poll::Ready(end) = victim.as_mut().poll(cx) {
                        return Poll::Ready(Some(end));
                    }
                    match Pin::new(&mut driver).poll(cx) {
                        Poll::Ready(reason) => panic!("the driver ended: {reason}"),
                        Poll::Pending if steps == limit => Poll::Ready(None),
                        Poll::Pending => Poll::Pending,
                    }
                })
                .await;
                drop(victim);
                pace.set(usize::MAX);
                let echoes = strangers::<Slowed<R>>(&client);
                tally.points += 1;
                tally.strangers +=
                    beside(&mut driver, echoes).await.ok_or("the driver ended")??;
                if let Some(right) = end {
                    assert!(right?, "one that lives to see its end gets its own replies");
                    tally.ended += 1;
                    break;
                }
            }
        }
    }
    assert_eq!(tally.ended, KINDS * 3, "each is taken to its end");
    Ok(tally)
}

/// Drops futures after any number of polls or any time, with the driver in a task of its own, and
/// others on the same connection.
///
/// # Errors
///
/// Any that should not be.
pub async fn cancel_at_random<R: Adapter>(
    setup: &Setup,
    seed: u64,
) -> Result<Tally, Box<dyn std::error::Error>> {
    let mut tally = Tally::default();
    let mut random = SplitMix64::new(seed);
    let client = setup.client::<R>().await?;
    for point in 0..RANDOM_POINTS {
        let mut victims: Vec<_> =
            (0..3).map(|id| Some(victim(&client, (point + id) % KINDS))).collect();
        let mut polls: Vec<_> = (0..3).map(|_| random.below(6)).collect();
        // Polled so many times, and dropped at different moments.
        let mut ended = 0;
        poll_fn(|cx| {
            let mut pending = false;
            for (slot, polls) in victims.iter_mut().zip(&mut polls) {
                let Some(victim) = slot else { continue };
                if *polls == 0 {
                    *slot = None;
                    continue;
                }
                *polls -= 1;
                match victim.as_mut().poll(cx) {
                    Poll::Ready(end) => {
                        assert!(matches!(end, Ok(true)), "{end:?}");
                        ended += 1;
                        *slot = None;
                    }
                    Poll::Pending => pending = true,
                }
            }
            cx.waker().wake_by_ref();
            if pending { Poll::Pending } else { Poll::Ready(()) }
        })
        .await;
        // One more, dropped after a while instead.
        let mut last = victim(&client, point % KINDS);
        let polled = poll_fn(|cx| Poll::Ready(last.as_mut().poll(cx))).await;
        assert!(polled.is_pending());
        match point % 10 {
            0 => sleep::<R>(Duration::from_micros(random.below(500) as u64)).await,
            _ => step_aside(random.below(20)).await,
        }
        drop(last);
        tally.points += 4;
        tally.ended += ended;
        tally.strangers += strangers::<R>(&client).await?;
    }
    Ok(tally)
}

/// Fifty echoes at once: how many got something else than their own.
async fn strangers<R: Runtime>(client: &Client<R>) -> Result<usize, Error> {
    all((0..50).map(|id| tagged(client.clone(), id, 1))).await.into_iter().sum()
}

const KINDS: usize = 3;
const RANDOM_POINTS: usize = 150;

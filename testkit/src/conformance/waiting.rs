//! Waiting for several things, or not for ever.

use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::task::Poll;
use std::time::Duration;

use adapter_core::Runtime;

/// Runs futures at once, in one task: their results in order.
pub async fn all<F: Future>(futures: impl IntoIterator<Item = F>) -> Vec<F::Output> {
    let mut running: Vec<_> = futures.into_iter().map(|future| (Box::pin(future), None)).collect();
    poll_fn(|cx| {
        let mut pending = false;
        for (future, result) in &mut running {
            if result.is_none() {
                match future.as_mut().poll(cx) {
                    Poll::Ready(output) => *result = Some(output),
                    Poll::Pending => pending = true,
                }
            }
        }
        if pending { Poll::Pending } else { Poll::Ready(()) }
    })
    .await;
    running.into_iter().filter_map(|(_, result)| result).collect()
}

/// Waits for a future, but not longer than that.
///
/// # Errors
///
/// A text, if it takes longer.
pub async fn within<R: Runtime + Default, F: Future>(
    limit: Duration,
    future: F,
) -> Result<F::Output, String> {
    let runtime = R::default();
    let mut alarm = pin!(runtime.sleep_until(runtime.now() + limit));
    let mut future = pin!(future);
    poll_fn(|cx| match future.as_mut().poll(cx) {
        Poll::Ready(output) => Poll::Ready(Ok(output)),
        Poll::Pending => {
            alarm.as_mut().poll(cx).map(|()| Err(format!("not done within {limit:?}")))
        }
    })
    .await
}

/// Looks every few milliseconds until it is so.
///
/// # Errors
///
/// That of the look, or a text if it isn't so within ten seconds.
pub async fn eventually<R: Runtime + Default>(
    what: &str,
    mut is_so: impl AsyncFnMut() -> Result<bool, Box<dyn std::error::Error>>,
) -> super::Outcome {
    let runtime = R::default();
    let deadline = runtime.now() + LIMIT;
    while !is_so().await? {
        if runtime.now() > deadline {
            return Err(format!("{what}: not within {LIMIT:?}").into());
        }
        sleep::<R>(INTERVAL).await;
    }
    Ok(())
}

/// Waits for so long.
pub(super) async fn sleep<R: Runtime + Default>(duration: Duration) {
    let runtime = R::default();
    runtime.sleep_until(runtime.now() + duration).await;
}

/// Lets other tasks go first, so many times.
pub(super) async fn step_aside(mut times: usize) {
    poll_fn(|cx| {
        if times == 0 {
            return Poll::Ready(());
        }
        times -= 1;
        cx.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

/// Runs two futures at once.
pub(super) async fn join<A: Future, B: Future>(one: A, two: B) -> (A::Output, B::Output) {
    let (mut one, mut two) = (pin!(one), pin!(two));
    let (mut first, mut second) = (None, None);
    poll_fn(|cx| {
        if first.is_none()
            && let Poll::Ready(output) = one.as_mut().poll(cx)
        {
            first = Some(output);
        }
        if second.is_none()
            && let Poll::Ready(output) = two.as_mut().poll(cx)
        {
            second = Some(output);
        }
        match (first.take(), second.take()) {
            (Some(one), Some(two)) => Poll::Ready((one, two)),
            unfinished => {
                (first, second) = unfinished;
                Poll::Pending
            }
        }
    })
    .await
}

/// Runs a future with another one, such as a driver, polled beside it; none if that ends first.
pub(super) async fn beside<D: Future + Unpin, F: Future>(
    driver: &mut D,
    future: F,
) -> Option<F::Output> {
    let mut future = pin!(future);
    poll_fn(|cx| {
        if let Poll::Ready(output) = future.as_mut().poll(cx) {
            return Poll::Ready(Some(output));
        }
        Pin::new(&mut *driver).poll(cx).map(|_| None)
    })
    .await
}

const LIMIT: Duration = Duration::from_secs(10);
const INTERVAL: Duration = Duration::from_millis(2);

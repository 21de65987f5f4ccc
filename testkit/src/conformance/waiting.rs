//! Waiting for several things, or not for ever.

use std::future::{Future, poll_fn};
use std::mem;
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use adapter_core::Runtime;

/// Runs futures at once, in one task: their results in order.
///
/// Each is polled when it was woken, and at no other time: so a wakeup that is lost shows, and
/// hundreds of callers don't cost each other a poll for each reply.
pub async fn all<F: Future>(futures: impl IntoIterator<Item = F>) -> Vec<F::Output> {
    let mut running: Vec<_> = futures.into_iter().map(One::new).collect();
    let mut left = running.len();
    poll_fn(|cx| {
        for one in &mut running {
            left -= usize::from(one.poll(cx));
        }
        if left == 0 { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
    running.into_iter().filter_map(|one| one.result).collect()
}

/// One future of [`all`].
struct One<F: Future> {
    future: Pin<Box<F>>,
    bell: Arc<Bell>,
    result: Option<F::Output>,
}

impl<F: Future> One<F> {
    fn new(future: F) -> Self {
        Self { future: Box::pin(future), bell: Arc::default(), result: None }
    }

    /// Polls it if it was woken: whether it has ended by that.
    fn poll(&mut self, cx: &Context<'_>) -> bool {
        if self.result.is_some() || !self.bell.is_due(cx) {
            return false;
        }
        let waker = Waker::from(Arc::clone(&self.bell));
        if let Poll::Ready(output) = self.future.as_mut().poll(&mut Context::from_waker(&waker)) {
            self.result = Some(output);
        }
        self.result.is_some()
    }
}

/// Notes that one of several was woken, and wakes the task that they share.
#[derive(Default)]
struct Bell(Mutex<Rung>);

#[derive(Default)]
struct Rung {
    /// Since its last poll. A new one has not been polled.
    woken: bool,
    task: Option<Waker>,
}

impl Bell {
    /// Whether it is to be polled; if not, whom to wake once it is.
    fn is_due(&self, cx: &Context<'_>) -> bool {
        let mut rung = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let new = rung.task.is_none();
        match &mut rung.task {
            Some(task) => task.clone_from(cx.waker()),
            task => *task = Some(cx.waker().clone()),
        }
        mem::take(&mut rung.woken) || new
    }
}

impl Wake for Bell {
    fn wake(self: Arc<Self>) {
        let task = {
            let mut rung = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            rung.woken = true;
            rung.task.clone()
        };
        if let Some(task) = task {
            task.wake();
        }
    }
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
pub(crate) async fn sleep<R: Runtime + Default>(duration: Duration) {
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
pub(crate) async fn join<A: Future, B: Future>(one: A, two: B) -> (A::Output, B::Output) {
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

//! A task's one timer.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use redis_client_core::Time;

use crate::runtime::Runtime;

/// A timer that is set anew only where its deadline comes closer. One that goes off too early
/// costs a turn, and is set again then.
pub(crate) struct Alarm<R: Runtime> {
    timer: Option<(Time, Pin<Box<R::Sleep>>)>,
}

impl<R: Runtime> Alarm<R> {
    /// Ready when it has gone off, perhaps before the deadline.
    pub(crate) fn poll(
        &mut self,
        runtime: &R,
        now: Time,
        deadline: Option<Time>,
        cx: &mut Context<'_>,
    ) -> Poll<()> {
        // Deadlines a little apart share a timer.
        if let Some(at) = deadline.map(|deadline| deadline.max(now + GRAIN))
            && self.timer.as_ref().is_none_or(|(earlier, _)| at < *earlier)
        {
            self.timer = Some((at, Box::pin(runtime.sleep_until(at))));
        }
        let Some((_, sleep)) = &mut self.timer else { return Poll::Pending };
        let gone_off = sleep.as_mut().poll(cx);
        if gone_off.is_ready() {
            self.timer = None;
        }
        gone_off
    }
}

impl<R: Runtime> Default for Alarm<R> {
    fn default() -> Self {
        Self { timer: None }
    }
}

/// Deadlines are kept to this much.
const GRAIN: Duration = Duration::from_millis(1);

//! Tasks that run one after the other, in the order in which they were woken.

use std::collections::VecDeque;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::SeqCst};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Wake, Waker};

use super::Outcome;

/// A little executor. A task that was not woken is not polled, so that a lost wakeup shows as a
/// task that never ends.
#[derive(Default)]
pub struct Tasks {
    tasks: Vec<Task>,
    queue: Arc<Queue>,
}

#[derive(Default)]
struct Queue(Mutex<Order>);

#[derive(Default)]
struct Order {
    queue: VecDeque<usize>,
    /// Who goes before all others.
    next: Option<usize>,
    eager: bool,
    running: Option<usize>,
}

struct Task {
    future: Option<Pin<Box<dyn Future<Output = ()>>>>,
    woken: Arc<InQueue>,
    waker: Waker,
    polls: u64,
}

/// A task's place in the queue: at most one.
struct InQueue {
    queue: Arc<Queue>,
    id: usize,
    queued: AtomicBool,
}

impl Wake for InQueue {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        if self.queued.swap(true, SeqCst) {
            return;
        }
        let mut order = self.queue.order();
        let displaced = match order.running {
            Some(running) if order.eager && running != self.id => order.next.replace(self.id),
            _ => Some(self.id),
        };
        order.queue.extend(displaced);
    }
}

impl Queue {
    fn order(&self) -> MutexGuard<'_, Order> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Tasks {
    /// Has a task that another one wakes run next, before those that were woken earlier, as on
    /// tokio's threads. One that wakes itself waits behind all others.
    pub fn eager(&mut self) {
        self.queue.order().eager = true;
    }

    /// Adds a task, to be polled first when its turn comes; its number.
    pub fn spawn(&mut self, future: impl Future<Output = ()> + 'static) -> usize {
        let id = self.tasks.len();
        let queue = Arc::clone(&self.queue);
        let woken = Arc::new(InQueue { queue, id, queued: AtomicBool::new(false) });
        let waker = Waker::from(Arc::clone(&woken));
        waker.wake_by_ref();
        self.tasks.push(Task { future: Some(Box::pin(future)), woken, waker, polls: 0 });
        id
    }

    /// The same for a task with a result; its number, and where the result will be.
    pub fn spawn_for<T: 'static>(
        &mut self,
        future: impl Future<Output = T> + 'static,
    ) -> (usize, Outcome<T>) {
        let outcome = Outcome::default();
        let slot = Rc::clone(&outcome);
        let task = self.spawn(async move {
            let result = future.await;
            *slot.borrow_mut() = Some(result);
        });
        (task, outcome)
    }

    /// Polls the task that was woken first; false if none was.
    ///
    /// # Panics
    ///
    /// Whatever the tasks panic with.
    pub fn step(&mut self) -> bool {
        let mut order = self.queue.order();
        let next = order.next.take().or_else(|| order.queue.pop_front());
        order.running = next;
        drop(order);
        let Some(task) = next.and_then(|id| self.tasks.get_mut(id)) else { return false };
        task.woken.queued.store(false, SeqCst);
        if let Some(future) = &mut task.future {
            task.polls += 1;
            if future.as_mut().poll(&mut Context::from_waker(&task.waker)).is_ready() {
                task.future = None;
            }
        }
        self.queue.order().running = None;
        true
    }

    /// Polls tasks until none is woken any more.
    pub fn run(&mut self) {
        while self.step() {}
    }

    /// Drops a task before its end.
    pub fn cancel(&mut self, id: usize) {
        // Dropped last: it may wake others.
        let future = self.tasks.get_mut(id).and_then(|task| task.future.take());
        drop(future);
    }

    /// How often a task was polled.
    pub fn polls(&self, id: usize) -> u64 {
        self.tasks.get(id).map_or(0, |task| task.polls)
    }

    /// How many tasks have not ended.
    pub fn left(&self) -> usize {
        self.tasks.iter().filter(|task| task.future.is_some()).count()
    }
}

impl fmt::Debug for Tasks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tasks")
            .field("tasks", &self.tasks.len())
            .field("left", &self.left())
            .finish_non_exhaustive()
    }
}

/// A waker that counts, for futures that a test polls by hand.
#[derive(Clone, Debug, Default)]
pub struct Woken(Arc<Count>);

#[derive(Debug, Default)]
struct Count(AtomicU64);

impl Wake for Count {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, SeqCst);
    }
}

impl Woken {
    /// The waker.
    pub fn waker(&self) -> Waker {
        Waker::from(Arc::clone(&self.0))
    }

    /// How often it was called.
    pub fn times(&self) -> u64 {
        self.0.0.load(SeqCst)
    }

    /// Polls a future once.
    pub fn poll<F: Future + Unpin>(&self, future: &mut F) -> Poll<F::Output> {
        Pin::new(future).poll(&mut Context::from_waker(&self.waker()))
    }

    /// Polls a future until it ends or waits for others: one that lets others go first wakes itself.
    pub fn poll_to_rest<F: Future + Unpin>(&self, future: &mut F) -> Poll<F::Output> {
        for _ in 0..1000 {
            let before = self.times();
            let poll = self.poll(future);
            if poll.is_ready() || self.times() == before {
                return poll;
            }
        }
        panic!("it finds no rest")
    }
}

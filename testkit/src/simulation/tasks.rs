//! An executor that polls woken tasks in any order.

use std::cell::RefCell;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Wake, Waker};

/// Tasks, and which of them are woken.
///
/// A task that nobody woke is polled only if it is picked for it, and a waker counts only until
/// the task is polled with another one, as the contract of `Future` has it: so a wakeup lost, or
/// sent to a stale waker, shows as a task that never ends.
#[derive(Default)]
pub(crate) struct Tasks {
    tasks: RefCell<Vec<Task>>,
    woken: Arc<Woken>,
}

#[derive(Default)]
struct Woken(Mutex<Vec<usize>>);

struct Task {
    name: &'static str,
    /// Taken out while it is polled, and at its end.
    future: Option<Pin<Box<dyn Future<Output = ()>>>>,
    ended: bool,
    bell: Arc<Bell>,
    waker: Waker,
}

/// What wakes a task.
struct Bell {
    id: usize,
    woken: Arc<Woken>,
    rung: AtomicBool,
    /// The task was polled with another waker since.
    stale: AtomicBool,
}

impl Wake for Bell {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        if !self.stale.load(Relaxed) && !self.rung.swap(true, Relaxed) {
            self.woken.ids().push(self.id);
        }
    }
}

impl Woken {
    fn ids(&self) -> MutexGuard<'_, Vec<usize>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Tasks {
    pub(crate) fn spawn(
        &self,
        name: &'static str,
        future: impl Future<Output = ()> + 'static,
    ) -> usize {
        let mut tasks = self.tasks.borrow_mut();
        let id = tasks.len();
        let bell = self.bell(id);
        let waker = Waker::from(Arc::clone(&bell));
        waker.wake_by_ref();
        tasks.push(Task { name, future: Some(Box::pin(future)), ended: false, bell, waker });
        id
    }

    /// How many tasks are woken.
    pub(crate) fn woken(&self) -> usize {
        self.woken.ids().len()
    }

    /// How many tasks were ever spawned.
    pub(crate) fn spawned(&self) -> usize {
        self.tasks.borrow().len()
    }

    /// Takes one of those woken.
    pub(crate) fn take(&self, index: usize) -> Option<usize> {
        let mut ids = self.woken.ids();
        (index < ids.len()).then(|| ids.swap_remove(index))
    }

    /// Polls a task, with a new waker if asked to: whether it ended, or none if it had before.
    pub(crate) fn poll(&self, id: usize, new_waker: bool) -> Option<bool> {
        let mut tasks = self.tasks.borrow_mut();
        let task = tasks.get_mut(id)?;
        let was_rung = task.bell.rung.swap(false, Relaxed);
        if new_waker && !task.ended {
            task.bell.stale.store(true, Relaxed);
            task.bell = self.bell(id);
            task.waker = Waker::from(Arc::clone(&task.bell));
        }
        if was_rung {
            // It may be polled out of turn.
            self.woken.ids().retain(|woken| *woken != id);
        }
        let (mut future, waker) = (task.future.take()?, task.waker.clone());
        drop(tasks);
        let ended = future.as_mut().poll(&mut Context::from_waker(&waker)).is_ready();
        if let Some(task) = self.tasks.borrow_mut().get_mut(id) {
            task.ended = ended;
            if !ended {
                task.future = Some(future);
                return Some(false);
            }
        }
        // Out of the borrow: what it owns may spawn, wake or write on its way out.
        drop(future);
        Some(true)
    }

    /// The names of those that have not ended.
    pub(crate) fn left(&self) -> Vec<(usize, &'static str)> {
        let tasks = self.tasks.borrow();
        let left = tasks.iter().enumerate().filter(|(_, task)| !task.ended);
        left.map(|(id, task)| (id, task.name)).collect()
    }

    /// Drops all tasks.
    pub(crate) fn clear(&self) {
        let tasks = std::mem::take(&mut *self.tasks.borrow_mut());
        drop(tasks);
    }

    fn bell(&self, id: usize) -> Arc<Bell> {
        Arc::new(Bell {
            id,
            woken: Arc::clone(&self.woken),
            rung: AtomicBool::new(false),
            stale: AtomicBool::new(false),
        })
    }
}

impl fmt::Debug for Tasks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.left()).finish()
    }
}

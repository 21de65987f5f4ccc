//! Counts the bytes that the parser looks at, for the tests that bound them.

#[cfg(not(test))]
#[inline(always)]
pub(super) fn count(_bytes: usize) {}

#[cfg(test)]
pub(super) use counting::{count, take};

#[cfg(test)]
mod counting {
    extern crate std;

    use core::cell::Cell;

    std::thread_local! {
        static INSPECTED: Cell<usize> = const { Cell::new(0) };
    }

    pub(in crate::request) fn count(bytes: usize) {
        INSPECTED.set(INSPECTED.get() + bytes);
    }

    /// What was counted on this thread since the last call.
    pub(in crate::request) fn take() -> usize {
        INSPECTED.take()
    }
}

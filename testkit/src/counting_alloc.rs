//! An allocator that counts, for promises about memory.
//!
//! ```
//! use testkit::counting_alloc::{CountingAlloc, measure};
//!
//! #[global_allocator]
//! static ALLOC: CountingAlloc = CountingAlloc;
//!
//! let (vec, allocations) = measure(|| vec![0_u8; 100]);
//! assert_eq!(allocations.number, 1);
//! assert_eq!(allocations.bytes, 100);
//! assert_eq!(allocations.peak, 100);
//! assert_eq!(allocations.kept, 100);
//! # drop(vec);
//! ```
#![expect(unsafe_code, reason = "a global allocator has no safe form; this one only counts")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

/// The system's allocator, with the books kept for each thread.
///
/// A test binary makes it its `#[global_allocator]` and asks [`measure`].
#[derive(Clone, Copy, Debug, Default)]
pub struct CountingAlloc;

/// What a piece of work allocated, on its thread.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Allocations {
    /// How often it asked for memory, growing included.
    pub number: u64,
    /// How many bytes that was, together: a block that grows counts anew with its whole length, as
    /// if it were copied.
    pub bytes: u64,
    /// The most bytes it held at once, beyond what was held before.
    pub peak: u64,
    /// Bytes it still holds, beyond what was held before; negative if it gave back more.
    pub kept: i64,
}

/// Does a piece of work and says what it allocated. Without [`CountingAlloc`] in place it would
/// say "nothing" of anything.
///
/// # Panics
///
/// When [`CountingAlloc`] isn't the global allocator.
pub fn measure<T>(work: impl FnOnce() -> T) -> (T, Allocations) {
    let probe = BOOKS.get().number;
    drop(std::hint::black_box(Box::new(0_u8)));
    assert_ne!(BOOKS.get().number, probe, "CountingAlloc is the global allocator");

    let before = BOOKS.get();
    BOOKS.set(Books { peak: before.held, ..before });
    let result = work();
    let after = BOOKS.get();
    BOOKS.set(Books { peak: after.peak.max(before.peak), ..after });
    let allocations = Allocations {
        number: after.number - before.number,
        bytes: after.bytes - before.bytes,
        peak: (after.peak - before.held).unsigned_abs(),
        kept: after.held - before.held,
    };
    (result, allocations)
}

/// What the calling thread has allocated since it started, for work that is not one call: the
/// difference of two of these says how much. Nothing, without [`CountingAlloc`] in place.
#[must_use]
pub fn so_far() -> Allocations {
    let Books { number, bytes, held, peak } = BOOKS.get();
    Allocations { number, bytes, peak: peak.unsigned_abs(), kept: held }
}

// SAFETY: each method hands its arguments on to `System`, which keeps the contract, and returns
// what that returned. Keeping the books neither allocates (the cell is initialized by a constant
// and needs no destructor) nor unwinds (wrapping arithmetic; a thread on its way out is left out).
unsafe impl GlobalAlloc for CountingAlloc {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        taken(layout.size());
        // SAFETY: the caller keeps the contract of `alloc`.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        taken(layout.size());
        // SAFETY: the caller keeps the contract of `alloc_zeroed`.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        given_back(layout.size());
        // SAFETY: the caller keeps the contract of `dealloc`.
        unsafe { System.dealloc(memory, layout) }
    }

    /// Counts as if it copied: for a moment, the old block and the new one are both held.
    unsafe fn realloc(&self, memory: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        taken(size);
        given_back(layout.size());
        // SAFETY: the caller keeps the contract of `realloc`.
        unsafe { System.realloc(memory, layout, size) }
    }
}

fn taken(bytes: usize) {
    keep_books(|books| {
        books.number = books.number.wrapping_add(1);
        books.bytes = books.bytes.wrapping_add(bytes as u64);
        books.held = books.held.wrapping_add_unsigned(bytes as u64);
        books.peak = books.peak.max(books.held);
    });
}

fn given_back(bytes: usize) {
    keep_books(|books| books.held = books.held.wrapping_sub_unsigned(bytes as u64));
}

fn keep_books(entry: impl FnOnce(&mut Books)) {
    // None is left on a thread whose locals are gone already.
    let _ = BOOKS.try_with(|cell| {
        let mut books = cell.get();
        entry(&mut books);
        cell.set(books);
    });
}

#[derive(Clone, Copy)]
struct Books {
    number: u64,
    bytes: u64,
    /// Negative on a thread that frees what others allocated.
    held: i64,
    peak: i64,
}

thread_local! {
    static BOOKS: Cell<Books> =
        const { Cell::new(Books { number: 0, bytes: 0, held: 0, peak: 0 }) };
}

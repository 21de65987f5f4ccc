//! Redis's sorting of a part.
//!
//! It is not stable: what is equal comes out as it does in Redis only if the steps are the same.
//! They are those of `pqsort.c`, the quicksort of Bentley and McIlroy.

use std::cmp::Ordering;
use std::ops::Range;

/// Sorts so that the elements in the range are those that belong there, in order.
pub(super) fn sort_range<T>(
    rows: &mut [T],
    order: &impl Fn(&T, &T) -> Ordering,
    wanted: &Range<usize>,
) {
    let mut left: Vec<_> = std::iter::once(0..rows.len()).collect();
    while let Some(part) = left.pop() {
        let Some(rows) = rows.get_mut(part.clone()) else { continue };
        let mut part_of = Part { rows, order };
        if part.len() < FEW {
            part_of.insertion_sort();
            continue;
        }
        let (less, greater) = part_of.partition();
        for (start, len) in [(part.start, less), (part.end - greater, greater)] {
            if len > 1 && start < wanted.end && wanted.start < start + len {
                left.push(start..start + len);
            }
        }
    }
}

struct Part<'a, T, F> {
    rows: &'a mut [T],
    order: &'a F,
}

impl<T, F: Fn(&T, &T) -> Ordering> Part<'_, T, F> {
    fn compare(&self, one: usize, other: usize) -> Ordering {
        match (self.rows.get(one), self.rows.get(other)) {
            (Some(one), Some(other)) => (self.order)(one, other),
            _ => Ordering::Equal,
        }
    }

    fn insertion_sort(&mut self) {
        for end in 1..self.rows.len() {
            let mut at = end;
            while at > 0 && self.compare(at - 1, at).is_gt() {
                self.rows.swap(at, at - 1);
                at -= 1;
            }
        }
    }

    /// Moves what is less than a pivot to the front, and what is greater to the end: how many each.
    fn partition(&mut self) -> (usize, usize) {
        let len = self.rows.len();
        self.rows.swap(0, self.pivot());
        // What equals the pivot gathers at both ends: up to `front`, and behind `back`.
        let (mut front, mut back) = (1, len);
        let (mut low, mut high) = (1, len);
        loop {
            while low < high && self.compare(low, 0).is_le() {
                if self.compare(low, 0).is_eq() {
                    self.rows.swap(front, low);
                    front += 1;
                }
                low += 1;
            }
            while low < high && self.compare(high - 1, 0).is_ge() {
                if self.compare(high - 1, 0).is_eq() {
                    self.rows.swap(high - 1, back - 1);
                    back -= 1;
                }
                high -= 1;
            }
            if low >= high {
                break;
            }
            self.rows.swap(low, high - 1);
            low += 1;
            high -= 1;
        }
        let (less, greater) = (low - front, back - high);
        self.swap_rows(0, low, front.min(less));
        self.swap_rows(low, len, greater.min(len - back));
        (less, greater)
    }

    /// Exchanges the first rows behind `start` with the last ones before `end`.
    fn swap_rows(&mut self, start: usize, end: usize, count: usize) {
        for step in 0..count {
            self.rows.swap(start + step, end - count + step);
        }
    }

    fn pivot(&self) -> usize {
        let len = self.rows.len();
        let middle = len / 2;
        if len == FEW {
            return middle;
        }
        let last = len - 1;
        if len <= MANY {
            return self.median(0, middle, last);
        }
        let step = len / 8;
        self.median(
            self.median(0, step, 2 * step),
            self.median(middle - step, middle, middle + step),
            self.median(last - 2 * step, last - step, last),
        )
    }

    fn median(&self, a: usize, b: usize, c: usize) -> usize {
        if self.compare(a, b).is_lt() {
            match (self.compare(b, c).is_lt(), self.compare(a, c).is_lt()) {
                (true, _) => b,
                (false, true) => c,
                (false, false) => a,
            }
        } else {
            match (self.compare(b, c).is_gt(), self.compare(a, c).is_lt()) {
                (true, _) => b,
                (false, true) => a,
                (false, false) => c,
            }
        }
    }
}

const FEW: usize = 7;
const MANY: usize = 40;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keyspace::Rng;

    #[test]
    fn the_part_is_as_if_all_was_sorted() {
        let mut rng = Rng::new(5);
        for round in 0..2_000 {
            let len = rng.below(200) + 1;
            let numbers: Vec<usize> = (0..len).map(|_| rng.below(1 + round % 150)).collect();
            let mut expected = numbers.clone();
            expected.sort_unstable();
            let start = rng.below(len);
            let wanted = start..start + rng.below(len - start) + 1;
            let mut sorted = numbers;
            sort_range(&mut sorted, &usize::cmp, &wanted);
            assert_eq!(sorted[wanted.clone()], expected[wanted]);
            sorted.sort_unstable();
            assert_eq!(sorted, expected, "nothing is lost");
        }
    }
}

//! Sorting only as much as is wanted.

use std::cmp::Ordering;

use super::search::Found;

/// Sorts what is found so far as to have the first `wanted` right.
///
/// Of members that are equally far away it has to take those that Redis takes, which sorts with
/// Bentley and McIlroy's quicksort ("Engineering a Sort Function", 1993; pqsort.c) and leaves alone
/// what is not wanted.
pub(super) fn partial_sort(found: &mut [Found], wanted: usize, descending: bool) {
    if found.len() <= wanted || found.len() > MOST {
        found.sort_by(|one, other| compare(one, other, descending));
    } else {
        quicksort(found, wanted, descending);
    }
}

/// With more, it matters more that the time of a quicksort may be their square.
const MOST: usize = 4_096;

fn compare(one: &Found, other: &Found, descending: bool) -> Ordering {
    let order = one.distance.total_cmp(&other.distance);
    if descending { order.reverse() } else { order }
}

fn quicksort(mut found: &mut [Found], mut wanted: usize, descending: bool) {
    loop {
        let len = found.len();
        if len < FEW {
            return insertion_sort(found, descending);
        }
        found.swap(0, pivot(found, descending));
        let Some((less, greater)) = partition(found, descending) else {
            return insertion_sort(found, descending);
        };
        if less > 1
            && let Some(part) = found.get_mut(..less)
        {
            quicksort(part, wanted, descending);
        }
        let start = len - greater;
        match found.get_mut(start..) {
            Some(part) if greater > 1 && start < wanted => found = part,
            _ => return,
        }
        wanted -= start;
    }
}

const FEW: usize = 7;
/// From so many on, the pivot is the median of nine.
const MANY: usize = 41;

fn pivot(found: &[Found], descending: bool) -> usize {
    let (len, middle) = (found.len(), found.len() / 2);
    let median = |a, b, c| median(found, [a, b, c], descending);
    if len == FEW {
        return middle;
    }
    if len < MANY {
        return median(0, middle, len - 1);
    }
    let step = len / 8;
    median(
        median(0, step, 2 * step),
        median(middle - step, middle, middle + step),
        median(len - 1 - 2 * step, len - 1 - step, len - 1),
    )
}

fn median(found: &[Found], [a, b, c]: [usize; 3], descending: bool) -> usize {
    let order = |one: usize, other: usize| order(found, one, other, descending);
    if order(a, b).is_lt() {
        if order(b, c).is_lt() {
            b
        } else if order(a, c).is_lt() {
            c
        } else {
            a
        }
    } else if order(b, c).is_gt() {
        b
    } else if order(a, c).is_lt() {
        a
    } else {
        c
    }
}

fn order(found: &[Found], one: usize, other: usize, descending: bool) -> Ordering {
    match (found.get(one), found.get(other)) {
        (Some(one), Some(other)) => compare(one, other, descending),
        _ => Ordering::Equal,
    }
}

/// Puts what is less than the first to the front, what is greater to the end and what is equal
/// between, and returns how many are less and greater. None if nothing had to be moved.
fn partition(found: &mut [Found], descending: bool) -> Option<(usize, usize)> {
    let len = found.len();
    // Equal ones are gathered at both ends: before `front`, and behind `back`.
    let (mut front, mut low, mut high, mut back) = (1, 1, len - 1, len - 1);
    let mut moved = false;
    loop {
        while low <= high {
            match order(found, low, 0, descending) {
                Ordering::Greater => break,
                Ordering::Equal => {
                    moved = true;
                    found.swap(front, low);
                    front += 1;
                }
                Ordering::Less => {}
            }
            low += 1;
        }
        while low <= high {
            match order(found, high, 0, descending) {
                Ordering::Less => break,
                Ordering::Equal => {
                    moved = true;
                    found.swap(high, back);
                    back -= 1;
                }
                Ordering::Greater => {}
            }
            high -= 1;
        }
        if low > high {
            break;
        }
        moved = true;
        found.swap(low, high);
        low += 1;
        high -= 1;
    }
    if !moved {
        return None;
    }
    let (less, greater) = (low - front, back - high);
    swap_ranges(found, 0, low - front.min(less), front.min(less));
    let equal = greater.min(len - back - 1);
    swap_ranges(found, low, len - equal, equal);
    Some((less, greater))
}

fn swap_ranges(found: &mut [Found], one: usize, other: usize, len: usize) {
    for at in 0..len {
        found.swap(one + at, other + at);
    }
}

fn insertion_sort(found: &mut [Found], descending: bool) {
    for end in 1..found.len() {
        let mut at = end;
        while at > 0 && order(found, at - 1, at, descending).is_gt() {
            found.swap(at - 1, at);
            at -= 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::geo::cell::Position;
    use crate::keyspace::{Compact, Rng};

    #[test]
    fn the_first_ones_are_right_and_none_is_lost() {
        let mut rng = Rng::new(5);
        for _ in 0..2_000 {
            let len = rng.below(120);
            let (wanted, descending) = (rng.below(len + 2), rng.below(2) == 0);
            let mut found: Vec<_> = (0..len)
                .map(|number| Found {
                    member: Compact::from(number.to_string().as_bytes()),
                    score: 0.0,
                    position: Position { longitude: 0.0, latitude: 0.0 },
                    distance: rng.below(20) as f64,
                })
                .collect();
            let mut distances: Vec<_> = found.iter().map(|it| it.distance as i64).collect();
            distances.sort_by_key(|it| if descending { -it } else { *it });
            partial_sort(&mut found, wanted, descending);
            let sorted = found.iter().map(|it| it.distance as i64);
            assert!(sorted.take(wanted).eq(distances.into_iter().take(wanted)));
            let mut members: Vec<_> = found.iter().map(|it| it.member.to_vec()).collect();
            members.sort();
            members.dedup();
            assert_eq!(members.len(), len);
        }
    }
}

//! Cutting a script down while it still fails.

/// Drops what isn't needed for `fails` to hold: halves first, then ever smaller pieces, down to
/// single units. Zeller and Hildebrandt's delta debugging (2002), complements only, with an end.
pub(super) fn minimize<T: Clone>(
    units: &[T],
    tries: usize,
    mut fails: impl FnMut(&[T]) -> bool,
) -> Vec<T> {
    let mut units = units.to_vec();
    let mut left = tries;
    let mut size = units.len().div_ceil(2);
    while size > 0 && left > 0 {
        let mut start = 0;
        let mut dropped = false;
        while start < units.len() && left > 0 {
            let end = (start + size).min(units.len());
            let mut shorter = units.clone();
            shorter.drain(start..end);
            left -= 1;
            if fails(&shorter) {
                units = shorter;
                dropped = true;
            } else {
                start = end;
            }
        }
        // Single units once more: some are needed only because of others that have gone.
        if size > 1 || !dropped {
            size = if size == 1 { 0 } else { size.div_ceil(2) };
        }
    }
    units
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_needed_stays() {
        let numbers: Vec<u32> = (0..1000).collect();
        let needed = [17, 18, 500, 999];
        let mut tries = 0;
        let minimal = minimize(&numbers, 10_000, |numbers| {
            tries += 1;
            needed.iter().all(|needed| numbers.contains(needed))
        });
        assert_eq!(minimal, needed);
        assert!(tries < 300, "{tries}");
    }

    #[test]
    fn it_ends() {
        let numbers: Vec<u32> = (0..100).collect();
        let mut tries = 0;
        let minimal = minimize(&numbers, 5, |_| {
            tries += 1;
            false
        });
        assert_eq!((minimal, tries), (numbers, 5));
        assert!(minimize(&[1, 2, 3], 100, |_| true).is_empty());
    }
}

//! What the benchmarks' figures have in common.

use std::fs;
use std::path::PathBuf;

use crate::exec::{Failure, root};

pub(super) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let at = |index: usize| values.get(index).copied().unwrap_or(f64::NAN);
    let middle = values.len() / 2;
    if values.len() % 2 == 1 {
        at(middle)
    } else {
        f64::midpoint(at(middle.saturating_sub(1)), at(middle))
    }
}

/// Where a benchmark's rows are, as a list of objects.
pub(super) fn path(bench: &str) -> PathBuf {
    root().join("target/bench").join(bench).with_extension("json")
}

/// Writes them there.
pub(super) fn write(bench: &str, json: &str) -> Result<PathBuf, Failure> {
    let path = path(bench);
    let written = path.parent().map_or(Ok(()), fs::create_dir_all);
    written
        .and_then(|()| fs::write(&path, json))
        .map_err(|error| Failure::new(format!("can't write {}: {error}", path.display())))?;
    Ok(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_in_the_middle_or_between_the_two_there() {
        assert_eq!(median(vec![3.0, 1.0, 2.0]), 2.0);
        assert_eq!(median(vec![4.0, 1.0, 2.0, 3.0]), 2.5);
        assert_eq!(median(vec![7.0]), 7.0);
        assert!(median(vec![]).is_nan());
    }
}

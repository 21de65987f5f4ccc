//! Adding up what the test binaries report.

use std::fmt;

/// How many tests passed and failed. Displays as the line that CI reads.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Totals {
    pub(super) passed: u64,
    pub(super) failed: u64,
}

impl Totals {
    /// Adds a line of libtest's output, if it is the summary of one test binary:
    /// `test result: ok. 3 passed; 0 failed; 0 ignored; ..`.
    pub(super) fn add_line(&mut self, line: &str) {
        if !line.starts_with("test result: ") {
            return;
        }
        self.passed += number_before("passed;", line);
        self.failed += number_before("failed;", line);
    }
}

impl fmt::Display for Totals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} passed, {} failed", self.passed, self.failed)
    }
}

fn number_before(label: &str, line: &str) -> u64 {
    let words = line.split_whitespace();
    let next = words.clone().skip(1);
    let labelled = words.zip(next).find(|(_, next)| *next == label);
    labelled.and_then(|(number, _)| number.parse().ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn totals(output: &str) -> Totals {
        let mut totals = Totals::default();
        output.lines().for_each(|line| totals.add_line(line));
        totals
    }

    #[test]
    fn summaries_are_added_up() {
        let output = "\
running 2 tests
test it_works ... ok
test it_fails ... FAILED

test result: FAILED. 1 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s

running 40 tests
test result: ok. 40 passed; 0 failed; 2 ignored; 0 measured; 0 filtered out; finished in 0.10s
all doctests ran in 0.16s; merged doctests compilation took 0.16s
";
        assert_eq!(totals(output), Totals { passed: 41, failed: 1 });
        assert_eq!(totals(output).to_string(), "41 passed, 1 failed");
    }

    #[test]
    fn colours_do_not_matter() {
        let line = "test result: \x1b[32mok\x1b[m. 7 passed; 0 failed; 0 ignored; 0 measured";
        assert_eq!(totals(line), Totals { passed: 7, failed: 0 });
    }

    #[test]
    fn what_a_test_prints_is_no_summary() {
        let output = "  test result: ok. 7 passed; 0 failed;\n7 passed; 0 failed;\ntest result: \n";
        assert_eq!(totals(output), Totals::default());
    }
}

//! The short end of `cargo xtask exhaustive`.

use testkit::exhaustive::{ALPHABETS, Report, run};

#[test]
fn all_sequences_of_three_tokens_come_out_alike() {
    let mut report = Report::default();
    for (_, alphabet) in ALPHABETS {
        for first in alphabet {
            report.add(run(alphabet, first, 3));
        }
    }
    assert_eq!(report.examples, [""; 0]);
    assert_eq!((report.panics, report.disagreements), (0, 0));
    assert_eq!(report.sequences, 3 * (19 + 19 * 19 + 19 * 19 * 19));
    assert!(report.frames > 1000, "{} frames", report.frames);
}

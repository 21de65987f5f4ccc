//! Whatever happens to a server's session, it is as a naive model says: see
//! `testkit::session_script`, which reads anything as a script.

#![no_main]

use fuzz::peak_of;
use libfuzzer_sys::fuzz_target;
use testkit::session_script;

fuzz_target!(|script: &[u8]| {
    let ((), peak) = peak_of(|| session_script::run(script));
    // A step makes at most one large request, which the stream, the session and those who keep its
    // argument hold at most a few times.
    assert!(peak <= PER_STEP * script.len() + ALLOWANCE, "{peak} bytes for {}", script.len());
});

const PER_STEP: usize = 256 * 1024;
const ALLOWANCE: usize = 1024 * 1024;

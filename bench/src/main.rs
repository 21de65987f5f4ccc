//! Measures this project side by side with others of its kind.
//!
//! `cargo run --release -p bench -- codec`

mod codec;

use std::process::ExitCode;

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let name = arguments.next();
    let Some(bench) = name.as_deref().and_then(find) else {
        eprint!("{}", usage(name.as_deref()));
        return ExitCode::from(EXIT_USAGE);
    };
    if let Some(unexpected) = arguments.next() {
        eprintln!("bench {}: unexpected argument {unexpected:?}", bench.name);
        return ExitCode::from(EXIT_USAGE);
    }
    match (bench.run)() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bench {}: {error}", bench.name);
            ExitCode::FAILURE
        }
    }
}

/// One subcommand.
struct Bench {
    name: &'static str,
    about: &'static str,
    run: fn() -> std::io::Result<()>,
}

fn find(name: &str) -> Option<&'static Bench> {
    BENCHES.iter().find(|bench| bench.name == name)
}

fn usage(asked_for: Option<&str>) -> String {
    let mut text = match asked_for {
        Some(name) => format!("there is no benchmark {name:?}\n"),
        None => String::new(),
    };
    text.push_str("usage: bench BENCHMARK, one of\n");
    for Bench { name, about, .. } in BENCHES {
        text.push_str(&format!("  {name:<8} {about}\n"));
    }
    text
}

const BENCHES: &[Bench] = &[Bench {
    name: "codec",
    about: "decoding and encoding, against redis-protocol and redis-rs",
    run: codec::run,
}];

/// What shells and their users know as a usage error.
const EXIT_USAGE: u8 = 2;

//! What can be asked for.

use crate::exec::Failure;

/// What `cargo xtask --help` prints.
pub(crate) const HELP: &str = "\
Usage: cargo xtask <command>

  test                            everything CI does, in CI's order
  generate [--check]              write the commands' source from their facts, or only compare
  coverage                        list all commands and how each is tested, against redis-server
  compile-time                    build a program of one command from nothing, beside redis-rs
  fuzz [--seconds N] [TARGET]     run one fuzz target or all, 60 seconds each unless told
  bench [--quick]                 all that follow, and a page of what they say; twenty minutes, or
                                  four
  bench codec                     the codec side by side with others
  bench client [--quick] [NAME..] raw sockets, redis-rs, fred, rustis and each adapter's client under
                                  the same loads, or those clients and loads that are named; ten
                                  minutes, or two. All of it, unhurried, also writes the README's
                                  table and plots
  bench server [--quick] [NAME..] each adapter's `memory_kv` and redis-server under redis-benchmark,
                                  or those named and redis-server; four minutes, or half of one
  exhaustive [TOKENS]             check all inputs of up to so many tokens (6), in release mode
  simulate [--seeds N] [--from S] run simulated worlds, 5,000 unless told, in release mode
  simulate --seed S               run one of them and print everything that happens
  faults [WORD..]                 real sockets and servers that fail, in release mode: all
                                  sections on all runtimes, or those with a word in their name
                                  (cuts cancel ledger hygiene storm pubsub bulk secrets, server,
                                  tokio smol glommio); ten minutes, and a table of all figures
  differential [--commands N]     random commands to redis-server and embedded-redis, a million
               [--seed S]         unless told, whose replies must be the same bytes; `--seed S
               [--group NAME]..   --commands 1` plays one session again. Of all groups or some,
               [--without NAME].. without some commands, with another server than embedded-redis,
               [--against ADDR]   until so many sessions differ (1); the shortest script that does
               [--failures N]     is printed
  help                            print this
";

/// One command with its arguments.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Command {
    Help,
    Test,
    Generate {
        /// Whether to compare only.
        check: bool,
    },
    Coverage,
    CompileTime,
    Fuzz(FuzzOptions),
    Bench(Bench),
    /// The arguments are the example's.
    Exhaustive(Vec<String>),
    /// The arguments are the example's.
    Simulate(Vec<String>),
    /// The arguments are the example's.
    Faults(Vec<String>),
    /// The arguments are read by the build that has it.
    Differential(Vec<String>),
}

/// What to measure.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Bench {
    /// Everything.
    All(BenchOptions),
    Codec,
    Client(BenchOptions),
    Server(BenchOptions),
}

/// Whom to measure, and how thoroughly.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct BenchOptions {
    /// Whether a short time must do.
    pub(crate) quick: bool,
    /// Everyone, if none is named.
    pub(crate) names: Vec<String>,
}

/// What to fuzz, and for how long.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct FuzzOptions {
    /// Per target.
    pub(crate) seconds: u32,
    /// All targets, if none is named.
    pub(crate) target: Option<String>,
}

/// Reads the command line, without the name of the program.
pub(crate) fn parse(args: Vec<String>) -> Result<Command, Failure> {
    let mut args = args.into_iter();
    let Some(command) = args.next() else { return Ok(Command::Help) };
    let rest: Vec<String> = args.collect();
    match command.as_str() {
        "help" | "-h" | "--help" => Ok(Command::Help),
        "test" => alone(&command, &rest, Command::Test),
        "generate" if rest == ["--check"] => Ok(Command::Generate { check: true }),
        "generate" => alone(&command, &rest, Command::Generate { check: false }),
        "coverage" => alone(&command, &rest, Command::Coverage),
        "compile-time" => alone(&command, &rest, Command::CompileTime),
        "fuzz" => parse_fuzz(rest).map(Command::Fuzz),
        "bench" => parse_bench(&rest).map(Command::Bench),
        "exhaustive" => Ok(Command::Exhaustive(rest)),
        "simulate" => Ok(Command::Simulate(rest)),
        "faults" => Ok(Command::Faults(rest)),
        "differential" => Ok(Command::Differential(rest)),
        unknown => Err(usage(&format!("there is no command `{unknown}`"))),
    }
}

/// A command without arguments.
fn alone(name: &str, rest: &[String], command: Command) -> Result<Command, Failure> {
    match rest.first() {
        None => Ok(command),
        Some(arg) => Err(usage(&format!("`{name}` takes no arguments, so not `{arg}`"))),
    }
}

fn parse_bench(args: &[String]) -> Result<Bench, Failure> {
    match args {
        [bench, rest @ ..] if bench == "client" => bench_options(bench, rest).map(Bench::Client),
        [bench, rest @ ..] if bench == "server" => bench_options(bench, rest).map(Bench::Server),
        [bench] if bench == "codec" => Ok(Bench::Codec),
        [bench, arg, ..] if bench == "codec" => {
            Err(usage(&format!("`bench codec` takes no arguments, so not `{arg}`")))
        }
        [bench, ..] if !bench.starts_with('-') => {
            Err(usage(&format!("there is no benchmark `{bench}`")))
        }
        all => bench_options("all", all).map(Bench::All),
    }
}

fn bench_options(bench: &str, args: &[String]) -> Result<BenchOptions, Failure> {
    let mut options = BenchOptions { quick: false, names: Vec::new() };
    for arg in args {
        match arg.as_str() {
            "--quick" => options.quick = true,
            flag if flag.starts_with('-') => {
                return Err(usage(&format!("the benchmark `{bench}` has no option `{flag}`")));
            }
            name if bench == "all" => {
                return Err(usage(&format!("there is no benchmark `{name}`")));
            }
            name => options.names.push(name.to_owned()),
        }
    }
    Ok(options)
}

fn parse_fuzz(args: Vec<String>) -> Result<FuzzOptions, Failure> {
    let mut options = FuzzOptions { seconds: DEFAULT_FUZZ_SECONDS, target: None };
    let mut args = args.into_iter();
    while let Some(arg) = args.next() {
        if arg == "--seconds" {
            options.seconds = parse_seconds(args.next())?;
        } else if let Some(seconds) = arg.strip_prefix("--seconds=") {
            options.seconds = parse_seconds(Some(seconds.to_owned()))?;
        } else if arg.starts_with('-') {
            return Err(usage(&format!("`fuzz` has no option `{arg}`")));
        } else if options.target.is_some() {
            return Err(usage(&format!("`fuzz` takes one target or none, so not also `{arg}`")));
        } else {
            options.target = Some(arg);
        }
    }
    Ok(options)
}

/// Reads a time to fuzz. 0 is refused because it means "for ever" to libFuzzer.
fn parse_seconds(value: Option<String>) -> Result<u32, Failure> {
    let seconds = value.as_deref().and_then(|value| value.parse().ok());
    seconds.filter(|&seconds| seconds > 0).ok_or_else(|| {
        let found = value.map_or_else(|| "nothing".to_owned(), |value| format!("`{value}`"));
        usage(&format!("`--seconds` needs a whole number above 0, not {found}"))
    })
}

pub(crate) fn usage(problem: &str) -> Failure {
    Failure::Usage(format!("{problem}\n\n{HELP}"))
}

/// Long enough to leave the corpus behind, short enough to wait for.
const DEFAULT_FUZZ_SECONDS: u32 = 60;

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(line: &str) -> Result<Command, Failure> {
        parse(line.split_whitespace().map(str::to_owned).collect())
    }

    fn fuzz(seconds: u32, target: Option<&str>) -> Command {
        Command::Fuzz(FuzzOptions { seconds, target: target.map(str::to_owned) })
    }

    fn bench(bench: impl Fn(BenchOptions) -> Bench, quick: bool, names: &[&str]) -> Command {
        let names = names.iter().map(|&name| name.to_owned()).collect();
        Command::Bench(bench(BenchOptions { quick, names }))
    }

    #[test]
    fn commands_are_read() {
        for (line, command) in [
            ("", Command::Help),
            ("--help", Command::Help),
            ("test", Command::Test),
            ("generate", Command::Generate { check: false }),
            ("generate --check", Command::Generate { check: true }),
            ("coverage", Command::Coverage),
            ("fuzz", fuzz(60, None)),
            ("fuzz decode", fuzz(60, Some("decode"))),
            ("fuzz --seconds 5 decode", fuzz(5, Some("decode"))),
            ("fuzz decode --seconds=5", fuzz(5, Some("decode"))),
            ("bench", bench(Bench::All, false, &[])),
            ("bench --quick", bench(Bench::All, true, &[])),
            ("bench codec", Command::Bench(Bench::Codec)),
            ("bench server", bench(Bench::Server, false, &[])),
            ("bench server adapter-smol --quick", bench(Bench::Server, true, &["adapter-smol"])),
            ("bench client fred get-64", bench(Bench::Client, false, &["fred", "get-64"])),
            ("differential --seed", Command::Differential(vec!["--seed".to_owned()])),
            ("faults cuts", Command::Faults(vec!["cuts".to_owned()])),
            ("exhaustive 7", Command::Exhaustive(vec!["7".to_owned()])),
            ("simulate --seed", Command::Simulate(vec!["--seed".to_owned()])),
        ] {
            assert_eq!(parsed(line).unwrap(), command, "{line}");
        }
    }

    #[test]
    fn what_is_not_understood_is_named_next_to_what_exists() {
        for (line, named) in [
            ("tset", "`tset`"),
            ("test --fast", "`--fast`"),
            ("generate --cheque", "`--cheque`"),
            ("bench server --fast", "`--fast`"),
            ("bench client --fast", "`--fast`"),
            ("bench clint", "`clint`"),
            ("bench --quick codec", "`codec`"),
            ("bench codec --quick", "`--quick`"),
            ("fuzz --minutes 1", "`--minutes`"),
            ("fuzz one two", "`two`"),
            ("fuzz --seconds", "nothing"),
            ("fuzz --seconds soon", "`soon`"),
            ("fuzz --seconds 0", "`0`"),
        ] {
            let Err(Failure::Usage(text)) = parsed(line) else { panic!("{line} was accepted") };
            assert!(text.contains(named), "{line}: {text}");
            assert!(text.contains(HELP), "{line}: {text}");
        }
    }
}

//! How long a program's first build takes, beside the same program with another client.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use crate::exec::{Exec, Failure, root, target_dir};

/// A program of one command, and what it needs.
struct Program {
    name: &'static str,
    dependency: String,
    main: &'static str,
}

/// Builds both programs from nothing, several times in turns, and compares the shortest times.
pub(crate) fn run() -> Result<(), Failure> {
    let programs = [
        Program {
            name: "adapter-tokio",
            dependency: format!("adapter-tokio = {{ path = {:?} }}", root().join("adapter-tokio")),
            main: OURS,
        },
        Program {
            name: "redis",
            dependency: r#"redis = { version = "1.8", features = ["tokio-comp"] }"#.to_owned(),
            main: THEIRS,
        },
    ];
    let directory = target_dir().join("compile-time");
    let mut shortest = [Duration::MAX; 2];
    for program in &programs {
        program.write(&directory)?;
    }
    for round in 1..=ROUNDS {
        for (program, shortest) in programs.iter().zip(&mut shortest) {
            let time = program.build(&directory)?;
            println!(
                "round {round} of {ROUNDS}, {:<13} {:5.1} s",
                program.name,
                time.as_secs_f64()
            );
            *shortest = (*shortest).min(time);
        }
    }
    let [ours, theirs] = shortest.map(|time| time.as_secs_f64());
    println!("\na clean release build of a program of one command, the shortest of {ROUNDS}:");
    println!(
        "  adapter-tokio, all commands  {ours:5.1} s  {:3} crates",
        crates(&directory, OUR_NAME)?
    );
    println!(
        "  redis, tokio-comp            {theirs:5.1} s  {:3} crates",
        crates(&directory, "redis")?
    );
    println!("  ratio                        {:5.2}, 1.00 at most", ours / theirs);
    if ours <= theirs { Ok(()) } else { Err(Failure::new("it takes longer than with redis")) }
}

impl Program {
    /// Writes the program and gets what it needs, which is not timed.
    fn write(&self, directory: &Path) -> Result<(), Failure> {
        let crate_dir = directory.join(self.name);
        let manifest = format!(
            "[package]\nname = \"one-command\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n\
             [workspace]\n\n[dependencies]\n{}\n\
             tokio = {{ version = \"1\", features = [\"macros\", \"rt\"] }}\n",
            self.dependency
        );
        let write = || {
            fs::create_dir_all(crate_dir.join("src"))?;
            fs::write(crate_dir.join("Cargo.toml"), manifest)?;
            fs::write(crate_dir.join("src/main.rs"), self.main)
        };
        write().map_err(|error| Failure::new(format!("{}: {error}", crate_dir.display())))?;
        self.cargo(directory, "fetch").run()
    }

    /// Builds it from nothing.
    fn build(&self, directory: &Path) -> Result<Duration, Failure> {
        let target = directory.join(self.name).join("target");
        if target.exists() {
            fs::remove_dir_all(&target)
                .map_err(|error| Failure::new(format!("{}: {error}", target.display())))?;
        }
        let started = Instant::now();
        let target = target.to_string_lossy().into_owned();
        self.cargo(directory, "build")
            .args(["--release", "--quiet", "--offline", "--target-dir"])
            .args([target])
            .run()?;
        Ok(started.elapsed())
    }

    fn cargo(&self, directory: &Path, command: &str) -> Exec {
        let manifest = directory.join(self.name).join("Cargo.toml");
        let manifest = manifest.to_string_lossy().into_owned();
        Exec::new("cargo").args([command, "--manifest-path"]).args([manifest])
    }
}

/// How many crates there are to build, besides the program.
fn crates(directory: &Path, name: &str) -> Result<usize, Failure> {
    let manifest = directory.join(name).join("Cargo.toml");
    let manifest = manifest.to_string_lossy().into_owned();
    let tree = Exec::cargo(["tree", "--offline", "--prefix", "none", "--no-dedupe"])
        .args(["--edges", "normal,build", "--manifest-path"])
        .args([manifest])
        .stdout()?;
    let mut lines: Vec<&str> = tree
        .lines()
        .map(|line| line.trim_end_matches(" (*)"))
        .filter(|line| !line.is_empty())
        .collect();
    lines.sort_unstable();
    lines.dedup();
    Ok(lines.len().saturating_sub(1))
}

const OUR_NAME: &str = "adapter-tokio";

const ROUNDS: u32 = 3;

const OURS: &str = r#"#[tokio::main(flavor = "current_thread")]
async fn main() {
    use adapter_tokio::{Client, Commands};
    Client::connect("redis://127.0.0.1").await.unwrap().set("k", "v").await.unwrap();
}
"#;

const THEIRS: &str = r#"#[tokio::main(flavor = "current_thread")]
async fn main() {
    use redis::{AsyncCommands, Client};
    let client = Client::open("redis://127.0.0.1").unwrap();
    let mut connection = client.get_multiplexed_async_connection().await.unwrap();
    let () = connection.set("k", "v").await.unwrap();
}
"#;

//! The programs that the steps need and cargo doesn't bring.

use std::env;
use std::path::Path;

use crate::exec::{Exec, Failure};

/// Checks that all of them are here; installs those that can be installed without asking.
pub(crate) fn ensure() -> Result<(), Failure> {
    ensure_redis_server()?;
    ensure_fuzz_tools()
}

/// What fuzzing alone needs.
pub(crate) fn ensure_fuzz_tools() -> Result<(), Failure> {
    if !Exec::cargo(["+nightly", "--version"]).succeeds() {
        return Err(Failure::new(
            "fuzzing needs a nightly toolchain, type:\n  \
             rustup toolchain install nightly --profile minimal",
        ));
    }
    println!("nightly toolchain: here");
    if !Exec::cargo(["fuzz", "--version"]).succeeds() {
        Exec::cargo(["install", "cargo-fuzz", "--locked"]).run()?;
    }
    println!("cargo-fuzz: here");
    Ok(())
}

/// What the servers' benchmark needs besides a server.
pub(crate) fn ensure_redis_benchmark() -> Result<(), Failure> {
    if !has("redis-benchmark") {
        install("the benchmark needs redis-benchmark", &["redis-tools"])?;
    }
    if !has("redis-benchmark") {
        return Err(Failure::new(
            "redis-tools was installed and redis-benchmark still isn't on PATH",
        ));
    }
    println!("redis-benchmark: here");
    Ok(())
}

/// What the tests need, and everything that compares itself with the real one.
pub(crate) fn ensure_redis_server() -> Result<(), Failure> {
    if let Some(chosen) = env::var_os("REDIS_SERVER_BIN") {
        if Path::new(&chosen).is_file() {
            println!("redis-server: REDIS_SERVER_BIN");
            return Ok(());
        }
        return Err(Failure::new(format!(
            "REDIS_SERVER_BIN is set to {chosen:?}, where no redis-server is"
        )));
    }
    if !has("redis-server") {
        install("the tests need redis-server", &["redis-server", "redis-tools"])?;
        // The tests start servers of their own; the system's service, which Debian starts unasked,
        // wasn't there before. Where no service manager runs there is nothing to stop.
        if let Some(as_root) = way_to_be_root() {
            as_root.args(["service", "redis-server", "stop"]).succeeds();
        }
    }
    if !has("redis-server") {
        return Err(Failure::new(
            "redis-server was installed and still isn't on PATH; set REDIS_SERVER_BIN",
        ));
    }
    println!("redis-server: here");
    Ok(())
}

fn has(program: &str) -> bool {
    Exec::new(program).args(["--version"]).succeeds()
}

/// Installs packages of Debian and Ubuntu.
fn install(why: &str, packages: &[&str]) -> Result<(), Failure> {
    let Some(as_root) = way_to_be_root() else {
        return Err(Failure::new(format!(
            "{why}, and installing it needs root; type:\n  \
             sudo apt-get update && sudo apt-get install -y {}",
            packages.join(" ")
        )));
    };
    as_root.clone().args(["apt-get", "update"]).run()?;
    as_root.args(["apt-get", "install", "-y"]).args(packages.iter().copied()).run()
}

/// The beginning of a command that runs as root, asking no questions.
fn way_to_be_root() -> Option<Exec> {
    let user = Exec::new("id").args(["-u"]).stdout().unwrap_or_default();
    let apt = ["env", "DEBIAN_FRONTEND=noninteractive"];
    if user.trim() == "0" {
        return Some(Exec::new("env").args(apt.into_iter().skip(1)));
    }
    let sudo = Exec::new("sudo").args(["-n"]);
    sudo.clone().args(["true"]).succeeds().then(|| sudo.args(apt))
}

//! Debian's `redis-benchmark`, and what it writes.

use std::time::Duration;

use super::super::process::{output_within, pinned};
use super::plan::Load;
use crate::exec::{Exec, Failure};

/// Runs `commands` of each of the load's commands against a port of this machine, and returns how
/// many of each were served a second.
pub(super) fn run(
    load: &Load,
    port: u16,
    commands: u64,
    core: u32,
    patience: Duration,
) -> Result<Vec<f64>, Failure> {
    let exec = line(load, port, commands, core);
    let Some(output) = output_within(&exec, patience)? else {
        return Err(Failure::new(format!(
            "redis-benchmark got no answers within {patience:?}; to run it alone, with the server \
             beside it:\n  {exec}"
        )));
    };
    let csv = String::from_utf8_lossy(&output.stdout);
    let errors = String::from_utf8_lossy(&output.stderr);
    exec.check(output.status).map_err(|failure| Failure::new(format!("{errors}{failure}")))?;
    load.commands
        .iter()
        .map(|command| {
            per_s(&csv, command).ok_or_else(|| {
                Failure::new(format!("{exec}\nwrites no rate of {command}, but:\n{csv}{errors}"))
            })
        })
        .collect()
}

fn line(load: &Load, port: u16, commands: u64, core: u32) -> Exec {
    pinned(core, "redis-benchmark").args(["--csv", "-h", "127.0.0.1", "-p"]).args([
        port.to_string(),
        "-t".to_owned(),
        load.commands.join(","),
        "-c".to_owned(),
        load.clients.to_string(),
        "-P".to_owned(),
        load.pipeline.to_string(),
        "-n".to_owned(),
        commands.to_string(),
    ])
}

/// The rate of a command in lines such as `"SET","704225.31",..`, where the rates are positive.
fn per_s(csv: &str, command: &str) -> Option<f64> {
    let of_command = |line: &str| {
        let mut fields = line.split(',').map(|field| field.trim().trim_matches('"'));
        let name = fields.next()?;
        let rate: f64 = fields.next()?.parse().ok()?;
        (name.eq_ignore_ascii_case(command) && rate.is_finite() && rate > 0.0).then_some(rate)
    };
    csv.lines().find_map(of_command)
}

#[cfg(test)]
mod tests {
    use super::super::plan::LOADS;
    use super::*;

    /// Of redis-benchmark 7.0.15.
    const CSV: &str = r#""test","rps","avg_latency_ms","min_latency_ms","p50_latency_ms"
"SET","704225.31","0.916","0.352","0.823"
"GET","793650.75","0.807","0.344","0.751"
"#;

    #[test]
    fn rates_are_read() {
        assert_eq!(per_s(CSV, "set"), Some(704_225.31));
        assert_eq!(per_s(CSV, "get"), Some(793_650.75));
    }

    #[test]
    fn what_is_no_rate_is_not_taken_for_one() {
        for csv in ["", "\"GET\",\"inf\"", "\"GET\",\"0.00\"", "\"GET\",\"fast\"", "\"GET\""] {
            assert_eq!(per_s(csv, "get"), None, "{csv}");
        }
        // The name of the first column, and the beginning of another command's.
        assert_eq!(per_s(CSV, "test"), None);
        assert_eq!(per_s("\"GETRANGE\",\"1.0\"", "get"), None);
    }

    #[test]
    fn the_line_is_redhubs_own() {
        let redhub = LOADS.iter().find(|load| load.pipeline == 1024).unwrap();
        let line = line(redhub, 6380, 2048, 0).to_string();
        assert!(line.ends_with("-p 6380 -t set,get -c 512 -P 1024 -n 2048"), "{line}");
    }
}

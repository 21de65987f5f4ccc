//! What more cores are good for, and several connections for one handle.

use std::fmt::Write as _;

use super::super::cores::Cores;
use super::plan::{Role, Threads};
use super::row::Row;

/// A table of our client on one thread and of its pools on every core, with what comes of it.
/// Nothing, unless both were measured.
pub(super) fn text(rows: &[Row], cores: Cores) -> String {
    let ours = |row: &&Row| row.contender.role == Role::Ours;
    let alone = rows.iter().filter(ours).find(|row| row.workload.name == ALONE);
    let pools: Vec<&Row> =
        rows.iter().filter(ours).filter(|row| row.workload.threads == Threads::EveryCore).collect();
    let Some((alone, conclusion)) = alone.and_then(|one| Some((one, conclusion(one, &pools)?)))
    else {
        return String::new();
    };
    let mut text = format!(
        "GETs of 16 bytes by 1,000 tasks: of {} on one thread, and awaited on a pool on {} of tokio's \
         workers, one for each core, the server's too:\n\n\
         | | k/s | user CPU | system CPU | p50 | p99 |\n|---|--:|--:|--:|--:|--:|\n",
        alone.contender.name, cores.number
    );
    line(&mut text, "one thread, one connection", alone);
    for pool in pools {
        line(&mut text, &format!("pool of {}", pool.workload.connections), pool);
    }
    let _ = writeln!(text, "\n{conclusion}");
    text
}

fn line(text: &mut String, name: &str, row: &Row) {
    let figures = &row.figures;
    let _ = write!(text, "| {name}");
    for (value, scale, unit) in [
        (figures.ops_per_s, 1e-3, ""),
        (figures.user_ns, 1.0, " ns"),
        (figures.sys_ns, 1.0, " ns"),
        (figures.p50_us, 1.0, " us"),
        (figures.p99_us, 1.0, " us"),
    ] {
        let cell = value.map_or_else(String::new, |value| format!("{:.0}{unit}", value * scale));
        let _ = write!(text, " | {cell}");
    }
    text.push_str(" |\n");
}

/// Of the pool that serves the most, in one sentence.
fn conclusion(alone: &Row, pools: &[&Row]) -> Option<String> {
    let rate = |row: &Row| row.figures.ops_per_s;
    let rated = pools.iter().filter_map(|pool| Some((pool, rate(pool)?)));
    let (best, most) = rated.max_by(|(_, one), (_, other)| one.total_cmp(other))?;
    let times = most / rate(alone)?;
    let cpu = best.figures.cpu_ns()? / alone.figures.cpu_ns()?;
    let verdict = if times > 1.0 + NOISE {
        "A pool on every core gains something here"
    } else if times < 1.0 - NOISE {
        "A pool on every core loses something here"
    } else {
        "A pool on every core gains nothing here"
    };
    Some(format!(
        "{verdict}: that of {}, which serves most, serves {times:.2} times as many commands a \
         second as one connection on one thread, for {cpu:.2} times the CPU time of each.",
        best.workload.connections
    ))
}

/// The load that they are held against.
const ALONE: &str = "get-1000";

/// Medians of the same are that far apart in one run and the next.
const NOISE: f64 = 0.05;

#[cfg(test)]
mod tests {
    use super::super::plan::{CONTENDERS, WORKLOADS};
    use super::super::row::Figures;
    use super::*;

    const CORES: Cores = Cores { server: 1, client: 0, number: 2 };

    fn row(workload: &str, contender: &str, per_s: f64, user_ns: f64) -> Row {
        Row {
            workload: WORKLOADS.iter().find(|one| one.name == workload).unwrap(),
            contender: CONTENDERS.iter().find(|one| one.name == contender).unwrap(),
            figures: Figures {
                ops_per_s: Some(per_s),
                user_ns: Some(user_ns),
                sys_ns: Some(50.0),
                p50_us: Some(600.4),
                p99_us: None,
                ..Figures::default()
            },
        }
    }

    /// Our client, a peer that is not to be taken for it, and pools with such rates.
    fn rows(pools: &[(&str, f64)]) -> Vec<Row> {
        let mut rows = vec![
            row("get-1000", "redis-rs", 1.0, 1.0),
            row("get-1000", "adapter-tokio", 1e6, 350.0),
        ];
        rows.extend(pools.iter().map(|(name, per_s)| row(name, "adapter-tokio", *per_s, 750.0)));
        rows
    }

    #[test]
    fn pools_stand_below_one_connection() {
        let text = text(&rows(&[("pool-1", 8e5), ("pool-4", 12e5)]), CORES);
        assert!(text.contains("on 2 of tokio's workers"), "{text}");
        let table: Vec<&str> = text.lines().filter(|line| line.starts_with('|')).skip(2).collect();
        assert_eq!(
            table,
            [
                "| one thread, one connection | 1000 | 350 ns | 50 ns | 600 us |  |",
                "| pool of 1 | 800 | 750 ns | 50 ns | 600 us |  |",
                "| pool of 4 | 1200 | 750 ns | 50 ns | 600 us |  |",
            ]
        );
    }

    #[test]
    fn the_figures_say_what_comes_of_it() {
        for (one, two, said) in [
            (8e5, 12e5, "gains something here: that of 2, which serves most, serves 1.20 times"),
            (9e5, 8e5, "loses something here: that of 1, which serves most, serves 0.90 times"),
            (9e5, 104e4, "gains nothing here: that of 2, which serves most, serves 1.04 times"),
        ] {
            let text = text(&rows(&[("pool-1", one), ("pool-2", two)]), CORES);
            assert!(text.contains(said), "{text}");
            assert!(text.ends_with("for 2.00 times the CPU time of each.\n"), "{text}");
        }
    }

    #[test]
    fn nothing_is_said_of_what_was_not_measured() {
        assert_eq!(text(&rows(&[]), CORES), "");
        assert_eq!(text(&[row("pool-1", "adapter-tokio", 1e6, 1.0)], CORES), "");
    }
}

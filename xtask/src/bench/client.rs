//! `cargo xtask bench client`: clients under the same loads, each in a process of its own.
//!
//! A fresh redis-server has one core, the client another. What a client takes of CPU and memory is
//! asked of its process, so it is that client's alone; what the server takes is nobody's. Pools that
//! are to show what more cores are good for have all of them, the server's too.

mod bars;
mod machine;
mod plan;
mod plots;
mod pools;
mod readme;
mod report;
mod row;
mod turn;

use super::build::build;
use super::cores::Cores;
use super::launch;
use super::server::plan::REFERENCE;
use crate::cli::BenchOptions;
use crate::exec::Failure;
use crate::tools;
use plan::{Chosen, Pace};
use row::{Figures, Row};
use turn::Programs;

/// Builds the clients, measures them in turns, prints the tables and the bars, writes the rows; and
/// the plots and the README's table, if it was everything and took its time.
pub(super) fn run(options: &BenchOptions) -> Result<(), Failure> {
    let chosen = plan::chosen(&options.names)?;
    let cores = Cores::allowed()?;
    tools::ensure_redis_server()?;
    let programs = Programs {
        server: launch::prepare(REFERENCE)?,
        client: build("client", &["-p", "bench", "--bin", "client"])?,
        cores,
    };
    let pace = if options.quick { plan::QUICK } else { plan::THOROUGH };
    let rows = measure(&chosen, &pace, &programs)?;
    let machine = machine::describe();
    println!("\n{machine}\n{cores}; {pace}\n\n{}", report::text(&rows));
    print!("{}", pools::text(&rows, cores));
    println!("rows in {}", report::write(&rows)?.display());
    if !options.quick && options.names.is_empty() {
        let how = format!("{machine}; {cores}; {pace}");
        for path in
            plots::write(&rows, &machine)?.into_iter().chain([readme::write(&rows, &how, cores)?])
        {
            println!("written: {}", path.display());
        }
    }
    Ok(())
}

/// Measures every client under every load that it is put under, several times.
///
/// In rounds, so that a slow spell of the machine hits everyone alike.
fn measure(chosen: &Chosen, pace: &Pace, programs: &Programs) -> Result<Vec<Row>, Failure> {
    let pairs = chosen.pairs();
    let mut samples: Vec<Vec<Figures>> = vec![Vec::new(); pairs.len()];
    for round in 1..=pace.rounds {
        for ((workload, contender), samples) in pairs.iter().zip(&mut samples) {
            let figures = turn::take(programs, contender, workload, pace)?;
            eprintln!(
                "round {round} of {}, {}, {}: {}",
                pace.rounds,
                workload.name,
                contender.name,
                figures.describe()
            );
            samples.push(figures);
        }
    }
    let row = |((workload, contender), samples): ((_, _), Vec<Figures>)| Row {
        workload,
        contender,
        figures: Figures::median(&samples),
    };
    Ok(pairs.into_iter().zip(samples).map(row).collect())
}

//! A thousand clients lose their server at once, and find it again.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use adapter_core::{Client, Commands, ConnectionEvent, Options, Protocol, Reconnect};

use super::{Figures, Outcome, Size};
use crate::conformance::{Adapter, Over, Setup, all, eventually, sleep};

/// When what happened to the connections.
#[derive(Clone, Debug, Default)]
struct Log(Arc<Mutex<Events>>);

#[derive(Debug, Default)]
struct Events {
    /// Whose connection was lost. (Some find the dying server's port still open, and lose another.)
    lost: HashSet<usize>,
    /// When those were connected again.
    connected: Vec<Instant>,
    failed: usize,
}

/// Kills a server with a thousand clients and starts it again on the same port, after outages of
/// different lengths. They must come back soon, and not all at once.
///
/// # Errors
///
/// Any that should not be.
pub async fn storm<R: Adapter>(size: Size) -> Outcome {
    let started = Instant::now();
    let reconnect = Reconnect::default();
    // Redis's own 511 overflow where a thousand come within 100 ms while it is busy, and the system
    // sends what it dropped once more after a second: that would be measured, not the clients.
    let mut setup = Setup::start_with(Over::Tcp, Protocol::Auto, &[("tcp-backlog", "4096")])?;
    let log = Log::default();
    let mut clients = Vec::new();
    let number = size.pick(1000, 100);
    while clients.len() < number {
        let first = clients.len();
        let some = all((first..first + 50).map(|id| {
            let log = log.clone();
            Client::<R>::connect(
                Options::new(setup.endpoint())
                    .config(setup.config())
                    .reconnect(reconnect)
                    .on_event(move |event| log.note(id, event)),
            )
        }));
        for client in some.await {
            clients.push(client?);
        }
    }
    let mut figures = Figures::default();
    for outage in size.pick(&[100, 1000, 4000][..], &[100]) {
        let outage = Duration::from_millis(*outage);
        // A connection that hasn't held for as long is not taken for one.
        sleep::<R>(reconnect.max_delay).await;
        log.clear();
        setup.server.kill()?;
        eventually::<R>("all clients notice", async || Ok(log.lost() == number)).await?;
        sleep::<R>(outage).await;
        let before = log.failed();
        // It takes its time, and on this thread it would hold up the clients.
        let starter = thread::spawn(move || (setup.server.start_again(), setup, Instant::now()));
        eventually::<R>("the server starts", async || Ok(starter.is_finished())).await?;
        let (again, same, ready) = starter.join().map_err(|_| "the starter panicked")?;
        setup = same;
        again?;
        eventually::<R>("all clients come back", async || Ok(log.connected() >= number)).await?;
        let pings = all(clients.iter().map(|client| async { client.ping().await }));
        let deaf = pings.await.iter().filter(|ping| ping.is_err()).count();
        judge(&mut figures, &log, number, outage, ready, reconnect);
        let what = format!("outage of {outage:?}: clients deaf afterwards");
        figures.bar(deaf == 0, &what, 0, deaf);
        figures.line(format!("{before} attempts in vain meanwhile"));
    }
    figures.title = format!("storm: {number} clients ({:.1?})", started.elapsed());
    Ok(figures)
}

fn judge(
    figures: &mut Figures,
    log: &Log,
    number: usize,
    outage: Duration,
    ready: Instant,
    Reconnect { min_delay, max_delay, .. }: Reconnect,
) {
    let mut times = std::mem::take(&mut log.lock().connected);
    times.sort_unstable();
    let (Some(first), Some(last)) = (times.first(), times.last()) else { return };
    // Some come before the one who started it has seen it.
    let recovery = last.saturating_duration_since(ready.min(*first));
    let windows = (recovery.as_secs_f64() / WINDOW.as_secs_f64()).max(1.0);
    let mean = times.len() as f64 / windows;
    let within =
        |from: &Instant| times.iter().filter(|at| (*from..*from + WINDOW).contains(*at)).count();
    let peak = times.iter().map(within).max().unwrap_or_default();
    figures.line(format!("outage of {outage:.1?}: all back within {recovery:.2?} of the server"));
    let name = |what: &str| format!("outage of {outage:?}: {what}");
    figures.bar(times.len() == number, &name("clients that come back"), number, times.len());
    figures.bar(
        peak as f64 <= 3.0 * mean,
        &name("peak in 100 ms, times the mean"),
        "<= 3",
        format_args!("{:.1}", peak as f64 / mean),
    );
    // As `Reconnect` states it.
    let limit = outage.max(min_delay).min(max_delay) + CONNECT;
    figures.bar(
        recovery <= limit,
        &name("seconds until all are back"),
        format_args!("<= {:.1}", limit.as_secs_f64()),
        format_args!("{:.2}", recovery.as_secs_f64()),
    );
}

impl Log {
    fn lock(&self) -> std::sync::MutexGuard<'_, Events> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn note(&self, client: usize, event: &ConnectionEvent) {
        let mut events = self.lock();
        match event {
            ConnectionEvent::Connected if events.lost.contains(&client) => {
                events.connected.push(Instant::now());
            }
            ConnectionEvent::Lost(_) => {
                events.lost.insert(client);
            }
            ConnectionEvent::Failed(_) => events.failed += 1,
            _ => {}
        }
    }

    fn clear(&self) {
        *self.lock() = Events::default();
    }

    fn lost(&self) -> usize {
        self.lock().lost.len()
    }

    fn failed(&self) -> usize {
        self.lock().failed
    }

    fn connected(&self) -> usize {
        self.lock().connected.len()
    }
}

const WINDOW: Duration = Duration::from_millis(100);

/// A thousand handshakes at once, on a machine that is busy.
const CONNECT: Duration = Duration::from_millis(500);

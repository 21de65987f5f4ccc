//! What a client costs that has nothing to do.

use std::time::Duration;

use testkit::counting_alloc::so_far;

use super::Outcome;
use super::contender::{Client as _, Contender};
use super::figures::Figures;
use super::fixture::{self, KEY, SMALL};
use super::process::memory_kib;

/// The memory that has come with a client, which has connected and sent one command.
#[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
pub(super) async fn run<C: Contender>(contender: &C, port: u16) -> Outcome<Figures> {
    // The runtime sets up its timers, which are not the client's.
    contender.sleep(QUIET).await;
    let before = (memory_kib("RssAnon")?, so_far().kept);
    let mut clients = contender.connect(port, 1).await?;
    for client in &mut clients {
        if client.get(KEY).await?.as_ref() != fixture::value(SMALL) {
            return Err("a wrong value".into());
        }
    }
    contender.sleep(QUIET).await;
    let after = (memory_kib("RssAnon")?, so_far().kept);
    drop(clients);
    Ok(Figures {
        rss_kib: Some(after.0.saturating_sub(before.0) as f64),
        heap_bytes: Some((after.1 - before.1) as f64),
        ..Figures::default()
    })
}

/// For what is still going on.
const QUIET: Duration = Duration::from_millis(100);

//! Keys of an example's own.

use adapter_core::{Commands, Cursors, Pool, Runtime};

use crate::shown::Outcome;

/// A key of this run, so that it meets nobody else's.
pub(crate) fn key(name: &str) -> String {
    format!("{}{name}", prefix())
}

/// Deletes the keys of this run: nothing stays behind.
pub(crate) async fn sweep<R: Runtime>(pool: &Pool<R>) -> Outcome {
    let mut keys = pool.scan_all().matching(format!("{}*", prefix())).count(1000);
    while let Some(key) = keys.next().await {
        pool.del([key?]).await?;
    }
    Ok(())
}

fn prefix() -> String {
    format!("example:{}:", std::process::id())
}

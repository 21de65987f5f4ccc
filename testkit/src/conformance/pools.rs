//! Connections lent out, shared and cleaned up after.

mod closing;
mod hygiene;
mod leases;
mod raw;

use adapter_core::{Commands, Config, Options, Pool};

use super::{Adapter, Outcome, Setup, eventually};

/// Leases, blocking commands, what leases leave behind, waiting in line, closing, the raw level.
///
/// # Errors
///
/// Any that should not be.
pub async fn pools<R: Adapter>(setup: &Setup) -> Outcome {
    sizes_and_keys::<R>(setup).await?;
    leases::leases::<R>(setup).await?;
    hygiene::hygiene::<R>(setup).await?;
    raw::raw::<R>(setup).await?;
    closing::closing::<R>(setup).await
}

/// A pool of so many, with all connections made.
async fn pool<R: Adapter>(
    setup: &Setup,
    options: Options,
    size: usize,
) -> Result<Pool<R>, Box<dyn std::error::Error>> {
    let config = Config::clone(options.session_config()).client_name(NAME);
    // Those of the pool before may not have gone yet.
    eventually::<R>("the last pool is gone", async || Ok(connections(setup)? == 0)).await?;
    let pool = Pool::connect(options.config(config).pool_size(size)).await?;
    complete::<R>(setup, size).await?;
    Ok(pool)
}

/// Waits until the server has so many of the pool's connections.
async fn complete<R: Adapter>(setup: &Setup, size: usize) -> Outcome {
    eventually::<R>("the pool is complete", async || Ok(connections(setup)? == size)).await
}

fn connections(setup: &Setup) -> std::io::Result<usize> {
    Ok(setup.ask(&["CLIENT", "LIST"])?.matches(&format!(" name={NAME} ")).count())
}

async fn sizes_and_keys<R: Adapter>(setup: &Setup) -> Outcome {
    for size in [1, 5] {
        let pool = pool::<R>(setup, setup.options(), size).await?;
        assert_eq!(pool.size(), size);
        pool.ping().await?;
    }
    let key = setup.options().key();
    assert_eq!(setup.options().key(), key, "made twice, and the same");
    let others = [
        setup.options().database(1),
        setup.options().client_name("another"),
        setup.options().user("another"),
        setup.options().password("another"),
        setup.secured(Options::unix("/elsewhere").config(setup.config())),
    ];
    for (id, other) in others.into_iter().enumerate() {
        assert!(other.key() != key, "another identity, {id}");
    }
    #[cfg(feature = "certificates")]
    assert!(setup.options().tls(adapter_core::TlsConfig::new()).key() != key, "another trust");
    Ok(())
}

const NAME: &str = "pooled";

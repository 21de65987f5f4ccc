//! Pools in virtual time: who gets which connection, and when.

mod closing;
mod fresh;
mod sharing;
mod waiting;

use std::time::Duration;

use adapter_core::{Config, Lease, Options, Pool};
use testkit::memory::{Memory, Service};

/// Without signs of life that nobody asked for.
fn options(size: usize) -> Options {
    let config = Config::default().library_info(false).liveness(None);
    Options::unix("/redis").config(config).pool_size(size)
}

fn pool(service: &mut Service, options: Options) -> Pool<Memory> {
    let runtime = service.runtime.clone();
    let pool = service.finish(Pool::connect_on(runtime, options));
    pool.unwrap_or_else(|error| panic!("{error}"))
}

fn lease(service: &mut Service, pool: &Pool<Memory>) -> Lease<Memory> {
    let pool = pool.clone();
    let lease = service.finish(async move { pool.lease().await });
    lease.unwrap_or_else(|error| panic!("{error}"))
}

/// How many commands each connection has brought.
fn commands(service: &Service) -> Vec<u64> {
    service.connections.iter().map(|connection| connection.peer.commands).collect()
}

const fn millis(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// The test runs itself with the variable set.
#[test]
fn the_size_is_the_options_or_the_environments_or_20() {
    const VARIABLE: &str = "REDIS_CLIENT_POOL_SIZE";
    let mut service = Service::new();
    let unset = Options::unix("/redis");
    let size = pool(&mut service, unset.clone()).size();
    assert_eq!(service.connections.len(), size);
    assert_eq!(pool(&mut service, unset.pool_size(2)).size(), 2);
    if let Ok(wanted) = std::env::var(VARIABLE) {
        return assert_eq!(size, wanted.parse::<usize>().unwrap());
    }
    assert_eq!(size, 20);
    let this = std::env::current_exe().unwrap();
    let name = "the_size_is_the_options_or_the_environments_or_20";
    let status = std::process::Command::new(this)
        .args(["--exact", name])
        .env(VARIABLE, "7")
        .stdout(std::process::Stdio::null())
        .status();
    assert!(status.unwrap().success());
}

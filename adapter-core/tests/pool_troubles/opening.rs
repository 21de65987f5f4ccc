//! Pools that can't be opened.

use std::time::Duration;

use adapter_core::{ConnectError, OptionsError, Pool};

use super::{options, silent_to};

#[test]
fn options_are_checked_before_anything_is_connected() {
    let mut world = silent_to(&[]);
    let net = world.runtime.clone();
    let wrong = options(1).lease_timeout(Duration::ZERO);
    let pool = world.spawn(async move { Pool::connect_on(net, wrong).await });
    world.run();
    let end = pool.take().expect("it fails at once");
    assert_eq!(end.err(), Some(ConnectError::Options(OptionsError::LeaseTimeout)));
    assert_eq!(world.connections.len(), 0);
}

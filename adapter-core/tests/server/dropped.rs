//! Servers whose future is dropped.

use std::time::Duration;

use adapter_core::server::{Config, ServerOptions};

use super::House;

/// As an executor of one thread does with a panic: it drops what it has.
#[test]
fn a_server_that_is_dropped_lets_its_connections_finish() {
    let mut options = ServerOptions::default();
    options.shutdown_grace = Duration::from_secs(3);
    let mut house = House::new(Config::default(), options);
    let (idle, waits) = (house.dial(), house.dial());
    assert_eq!(house.ask(&waits, "hold\r\n"), "");
    house.world.tasks.cancel(house.server);
    house.world.run();
    assert_eq!(house.handle.shutting_down(), Some(Duration::from_secs(3)));
    assert!(idle.is_closed() && !waits.is_closed());
    house.pass(Duration::from_secs(3));
    assert!(waits.is_closed());
    assert_eq!(house.handle.connection_count(), 0);
}

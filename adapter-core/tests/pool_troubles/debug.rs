//! `Debug` written to something that uses what is written.

use std::fmt::{self, Write};

use adapter_core::{Client, Pool};
use testkit::memory::Memory;

use super::{options, pool, silent_to};

/// Writes nowhere, and looks at both: a lock that is held would be taken twice.
struct Nosy<'a>(&'a Client<Memory>, &'a Pool<Memory>);

impl Write for Nosy<'_> {
    fn write_str(&mut self, _: &str) -> fmt::Result {
        drop(self.0.clone());
        assert!(!self.1.is_closed());
        Ok(())
    }
}

#[test]
fn nothing_is_locked_while_it_is_written() {
    let mut world = silent_to(&[]);
    let pool = pool(&mut world, options(1));
    let net = world.runtime.clone();
    let client = world.spawn(async move { Client::connect_on(net, options(1)).await });
    world.run();
    let client = client.take().unwrap().unwrap();
    let mut nosy = Nosy(&client, &pool);
    write!(nosy, "{client:?} {pool:?} {client:#?} {pool:#?}").unwrap();
    assert_eq!(format!("{pool:?}"), "Pool { size: 1, usable: 1, closed: false }");
    assert!(format!("{client:?}").starts_with("Client(Session { state: Ready"), "{client:?}");
    assert!(format!("{client:#?}").starts_with("Client(\n    Session {\n        state: Ready"));
}

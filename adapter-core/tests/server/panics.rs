//! Services that panic, here and there.

use adapter_core::server::{Config, ServerOptions};

use super::House;

/// What an async handler does that has a defect.
pub(super) async fn later() {
    panic!("as tested")
}

#[test]
fn an_async_handler_that_panics_costs_its_command() {
    let mut house = House::new(Config::default(), ServerOptions::default());
    let wire = house.dial();
    let answers = house.ask(&wire, "panic-later\r\nrun\r\n");
    assert_eq!(answers, "-ERR the command was given up|+RAN|");
}

#[test]
fn a_promise_whose_keeping_panics_is_given_up() {
    let mut house = House::new(Config::default(), ServerOptions::default());
    let (waits, keeps) = (house.dial(), house.dial());
    assert_eq!(house.ask(&waits, "hold\r\nrun\r\n"), "");
    let _ = house.ask(&keeps, "keep\r\n");
    assert_eq!(super::heard(&waits), "-ERR the command was given up|+RAN|");
}

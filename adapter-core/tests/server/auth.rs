//! Who is let in.

use adapter_core::server::{Config, ServerOptions};

use super::House;

/// An application that wants a password and forgets to say how it is checked.
#[test]
fn nobody_gets_in_by_a_password_that_nobody_checks() {
    let session = Config::default().with_password_required(true);
    let mut house = House::new(session, ServerOptions::default());
    let wire = house.dial();
    for attempt in ["AUTH default x\r\n", "HELLO 3 AUTH default x\r\n", "AUTH x y\r\n"] {
        let answer = house.ask(&wire, attempt);
        assert!(answer.starts_with("-WRONGPASS"), "{attempt}: {answer}");
    }
    assert!(house.ask(&wire, "AUTH x\r\n").starts_with("-ERR AUTH <password> called without"));
    assert!(house.ask(&wire, "PING\r\n").starts_with("-NOAUTH"));
}

#[test]
fn without_passwords_the_one_user_may_come_with_any() {
    let mut house = House::new(Config::default(), ServerOptions::default());
    let wire = house.dial();
    assert_eq!(house.ask(&wire, "AUTH default x\r\n"), "+OK|");
}

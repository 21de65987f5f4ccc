//! Idle connections, and who is none.

use std::time::Duration;

use redis_server_core::{Closed, Config};

use super::{Desk, Stop};

const IDLE: Stop = Stop::Closed(Closed::Idle);

fn desk() -> Desk {
    Desk::new(&Config::default().with_idle_timeout(Some(Duration::from_secs(60))))
}

#[test]
fn silence_is_measured_from_the_last_byte() {
    let mut desk = desk();
    assert_eq!(desk.session.poll_timeout(), Some(desk.now + Duration::from_secs(60)));
    desk.pass(59_999);
    desk.session.handle_timeout(desk.now);
    desk.receive("PING\r\nPI");
    desk.pass(59_999);
    assert_eq!(desk.run(), Stop::NeedInput);
    desk.pass(1);
    assert_eq!(desk.run(), IDLE);
    assert_eq!(desk.take(), "+PONG|", "replies are written all the same");
    assert_eq!(desk.session.poll_timeout(), None);
}

#[test]
fn subscribers_are_never_idle() {
    let mut desk = desk();
    desk.receive("SUBSCRIBE news\r\n");
    desk.take();
    assert_eq!(desk.session.poll_timeout(), None);
    desk.pass(1_000_000);
    assert_eq!(desk.run(), Stop::NeedInput);
}

#[test]
fn who_waits_for_a_promise_is_not_idle() {
    for name in ["LATER", "HOLD", "BLOCK"] {
        let mut desk = desk();
        desk.receive(format!("{name}\r\n"));
        assert_eq!(desk.session.poll_timeout(), None);
        desk.pass(1_000_000);
        desk.complete(0, "1");
        assert_eq!(desk.take(), "+1|");
        // That it has waited for so long is not its fault.
        desk.session.handle_timeout(desk.now);
        assert_eq!(desk.run(), Stop::NeedInput, "{name}");
        desk.pass(60_000);
        assert_eq!(desk.run(), IDLE);
    }
}

/// As in Redis, where what is written counts as well (`writeToClient`).
#[test]
fn who_reads_a_long_reply_is_not_idle() {
    let mut desk = desk();
    desk.receive("BIG 1000\r\n");
    for _ in 0..10 {
        desk.pass(30_000);
        assert_eq!(desk.write(50), 50);
        assert_eq!(desk.run(), Stop::NeedInput);
    }
    desk.pass(60_000);
    assert_eq!(desk.run(), IDLE);
}

#[test]
fn who_has_sent_the_last_byte_and_reads_nothing_is_idle() {
    let config = Config::default().with_output_marks(10, 5);
    let mut desk = Desk::new(&config.with_idle_timeout(Some(Duration::from_secs(60))));
    desk.receive("BIG 100\r\nPING\r\n");
    desk.session.handle_end();
    assert_eq!(desk.run(), Stop::Paused);
    desk.pass(60_000);
    assert_eq!(desk.run(), IDLE);
}

#[test]
fn without_a_timeout_nothing_is_to_be_waited_for() {
    let mut desk = Desk::new(&Config::default());
    desk.receive("PING\r\n");
    assert_eq!(desk.session.poll_timeout(), None);
    desk.session.handle_timeout(desk.now + Duration::from_secs(1 << 40));
    assert_eq!(desk.run(), Stop::NeedInput);
}

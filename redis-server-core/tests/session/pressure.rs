//! Clients that don't read: commands wait, and at some point it is enough.

use std::time::Duration;

use redis_server_core::{Closed, Config, OutputLimit};

use super::{Desk, Stop};

#[test]
fn commands_wait_at_the_high_mark_and_go_on_at_the_low_one() {
    let mut desk = Desk::new(&Config::default().with_output_marks(100, 20));
    let stop = desk.receive("BIG 43\r\n".repeat(10));
    // 50 bytes a reply.
    assert_eq!((stop, desk.service.ran.len(), desk.session.queued()), (Stop::Paused, 2, 100));
    desk.write(79);
    assert_eq!((desk.run(), desk.service.ran.len()), (Stop::Paused, 2));
    desk.write(1);
    assert_eq!((desk.run(), desk.service.ran.len()), (Stop::Paused, 4), "20 + 50 is below 100");
    while desk.write(usize::MAX) > 0 {
        desk.run();
    }
    assert_eq!((desk.run(), desk.service.ran.len()), (Stop::NeedInput, 10));
}

#[test]
fn marks_of_nothing_let_commands_through_one_by_one() {
    for marks in [(0, 0), (1, 0), (1, 7)] {
        let mut desk = Desk::new(&Config::default().with_output_marks(marks.0, marks.1));
        desk.receive("PING\r\nPING\r\nPING\r\n");
        for _ in 0..4 {
            desk.write(usize::MAX);
            desk.run();
        }
        assert_eq!(desk.take(), "+PONG|+PONG|+PONG|", "{marks:?}");
        assert_eq!(desk.run(), Stop::NeedInput);
    }
}

#[test]
fn before_auth_the_marks_are_lower() {
    let ran = |config: &Config| {
        let mut desk = Desk::new(config);
        assert_eq!(desk.receive("PING\r\n".repeat(20_000)), Stop::Paused);
        assert!(desk.session.queued() < desk.service.ran.len() * 7 + 1);
        desk.service.ran.len()
    };
    let config = Config::default();
    assert_eq!(ran(&config), 65_536 / 7 + 1);
    assert_eq!(ran(&config.clone().with_password_required(true)), 4096 / 7 + 1);
    let low = config.with_output_marks(70, 7);
    assert_eq!(ran(&low.clone().with_password_required(true)), 10);
    assert_eq!(ran(&low), 10);
}

#[test]
fn what_stands_behind_a_promise_counts() {
    let mut desk = Desk::new(&Config::default().with_output_marks(100, 20));
    let stop = desk.receive("LATER\r\n".to_owned() + &"BIG 43\r\n".repeat(5));
    assert_eq!((stop, desk.service.ran.len()), (Stop::Paused, 3));
    assert_eq!(desk.write(usize::MAX), 0);
    desk.complete(0, "1");
    desk.write(usize::MAX);
    assert_eq!((desk.run(), desk.service.ran.len()), (Stop::Paused, 5));
}

#[test]
fn only_so_many_replies_are_promised_at_once() {
    let mut desk = Desk::new(&Config::default().with_max_promised(3));
    assert_eq!(desk.receive("LATER\r\n".repeat(5)), Stop::Paused);
    assert_eq!(desk.session.promised(), 3);
    desk.complete(2, "3");
    assert_eq!(desk.run(), Stop::Paused, "its place is taken until those in front are there");
    desk.complete(0, "1");
    assert_eq!((desk.run(), desk.session.promised()), (Stop::Paused, 3));
    let mut desk = Desk::new(&Config::default().with_max_promised(0));
    assert_eq!((desk.receive("LATER\r\nPING\r\n"), desk.session.promised()), (Stop::Paused, 1));
}

fn limit(hard: usize, soft: usize) -> OutputLimit {
    OutputLimit { hard, soft, soft_for: Duration::from_secs(10) }
}

#[test]
fn above_the_hard_limit_it_is_over_at_once() {
    let mut desk = Desk::new(&Config::default().with_output_limit(Some(limit(100, 100))));
    desk.receive("BIG 93\r\n");
    desk.write(0);
    assert_eq!((desk.session.queued(), desk.run()), (100, Stop::NeedInput));
    assert!(desk.session.handle_written(desk.now));
    desk.receive("PING\r\n");
    assert!(!desk.session.handle_written(desk.now), "nobody else has the driver come back");
    assert_eq!(desk.run(), Stop::Closed(Closed::OutputLimit { bytes: 107 }));
    assert_eq!(desk.take(), "");
}

#[test]
fn above_the_soft_limit_it_is_over_in_time() {
    let config = Config::default().with_output_limit(Some(limit(1000, 100)));
    let mut desk = Desk::new(&config);
    assert_eq!(desk.session.poll_timeout(), None);
    desk.receive("BIG 100\r\n");
    desk.write(1);
    assert_eq!(desk.session.poll_timeout(), Some(desk.now + Duration::from_secs(10)));
    desk.pass(9_999);
    desk.write(1);
    assert_eq!(desk.run(), Stop::NeedInput);
    desk.pass(1);
    assert_eq!(desk.run(), Stop::Closed(Closed::OutputLimit { bytes: 106 }));
    assert_eq!(desk.session.poll_timeout(), None);
}

#[test]
fn below_the_soft_limit_the_time_starts_anew() {
    let mut desk = Desk::new(&Config::default().with_output_limit(Some(limit(1000, 100))));
    desk.receive("BIG 100\r\n");
    desk.write(1);
    desk.pass(9_000);
    desk.write(8);
    assert_eq!(desk.session.poll_timeout(), None, "100 left");
    desk.receive("PING\r\n");
    desk.write(0);
    desk.pass(9_999);
    assert_eq!(desk.run(), Stop::NeedInput);
    desk.pass(1);
    assert!(matches!(desk.run(), Stop::Closed(Closed::OutputLimit { .. })));
}

#[test]
fn subscribers_have_a_limit_of_their_own() {
    let config = Config::default()
        .with_output_limit(Some(limit(50, 50)))
        .with_subscriber_output_limit(Some(limit(1000, 100)));
    let mut desk = Desk::new(&config);
    desk.receive("SUBSCRIBE news\r\n");
    desk.take();
    desk.session.push(1).add("x".repeat(900));
    desk.write(0);
    assert_eq!(desk.run(), Stop::NeedInput);
    assert!(desk.session.poll_timeout().is_some());
    desk.session.push(1).add("x".repeat(900));
    desk.write(0);
    assert!(matches!(desk.run(), Stop::Closed(Closed::OutputLimit { .. })));
    assert_eq!(Config::default().subscriber_output_limit(), Some(OutputLimit::SUBSCRIBER));
}

#[test]
fn a_client_that_never_reads_costs_little() {
    let mut desk = Desk::new(&Config::default());
    for _ in 0..100 {
        // The driver reads nothing while it is paused; this one does all the same.
        desk.receive("BIG 1000\r\n".repeat(100));
        desk.write(0);
        assert!(desk.session.queued() < 64 * 1024 + 1100);
    }
}

//! How a connection ends.

use redis_server_core::{Closed, Config, OutputLimit};

use super::{Desk, Stop};

#[test]
fn what_has_come_before_the_end_is_run() {
    let mut desk = Desk::new(&Config::default());
    desk.input.extend_from_slice(b"PING\r\nPING\r\nPIN");
    desk.session.handle_end();
    assert_eq!(desk.run(), Stop::Closed(Closed::ByPeer));
    assert_eq!(desk.take(), "+PONG|+PONG|");
}

#[test]
fn the_end_waits_for_what_is_promised() {
    let mut desk = Desk::new(&Config::default());
    desk.receive("LATER\r\nPING\r\n");
    desk.session.handle_end();
    assert_eq!(desk.run(), Stop::Paused);
    desk.complete(0, "1");
    assert_eq!(desk.run(), Stop::Closed(Closed::ByPeer));
    assert_eq!(desk.take(), "+1|+PONG|");
}

#[test]
fn the_end_waits_for_what_is_held_and_runs_what_follows() {
    let mut desk = Desk::new(&Config::default());
    desk.receive("HOLD\r\nPING\r\n");
    desk.session.handle_end();
    assert_eq!((desk.run(), desk.service.ran.len()), (Stop::Paused, 1));
    desk.complete(0, "1");
    assert_eq!(desk.run(), Stop::Closed(Closed::ByPeer));
    assert_eq!(desk.take(), "+1|+PONG|");
}

#[test]
fn who_hangs_up_while_blocked_is_gone() {
    let mut desk = Desk::new(&Config::default());
    desk.receive("PING\r\nBLOCK\r\nPING\r\n");
    desk.session.handle_end();
    assert_eq!((desk.run(), desk.service.ran.len()), (Stop::Closed(Closed::ByPeer), 2));
    assert!(!desk.complete(0, "too late"));
    assert_eq!(desk.take(), "");
}

/// It would take an element that nobody hears of.
#[test]
fn who_has_hung_up_blocks_for_nothing() {
    let mut desk = Desk::new(&Config::default());
    desk.receive("HOLD\r\nBLOCK\r\nPING\r\n");
    desk.session.handle_end();
    assert_eq!((desk.run(), desk.service.ran.len()), (Stop::Paused, 1));
    desk.complete(0, "1");
    assert_eq!((desk.run(), desk.service.ran.len()), (Stop::Closed(Closed::ByPeer), 2));
    assert!(!desk.complete(0, "too late"));
}

/// It might be for ever.
#[test]
fn who_blocks_while_the_server_drains_is_not_waited_for() {
    for earlier in [true, false] {
        let mut desk = Desk::new(&Config::default());
        desk.input.extend_from_slice(b"PING\r\nBLOCK\r\nPING\r\n");
        if earlier {
            assert_eq!(desk.run(), Stop::Paused);
        }
        desk.session.drain(Closed::Shutdown);
        assert_eq!(desk.run(), Stop::Closed(Closed::Shutdown));
        assert!(!desk.complete(0, "too late"));
        assert_eq!(desk.service.ran, ["ping", "block"]);
        assert_eq!(desk.take(), "+PONG|");
    }
}

/// Only what might be waited for without end is not.
#[test]
fn a_server_that_drains_waits_for_work_in_front_of_what_blocks() {
    for work in ["LATER", "HOLD"] {
        let mut desk = Desk::new(&Config::default());
        desk.receive(format!("{work}\r\nBLOCK\r\n"));
        desk.session.drain(Closed::Shutdown);
        assert_eq!(desk.run(), Stop::Paused, "{work}");
        assert!(desk.complete(0, "1"));
        assert_eq!(desk.run(), Stop::Closed(Closed::Shutdown), "{work}");
        assert_eq!(desk.take(), "+1|");
    }
}

/// What blocked has been answered, and only waits for the reply in front of it.
#[test]
fn a_blocked_command_that_is_answered_is_not_lost_at_the_end() {
    let mut desk = Desk::new(&Config::default());
    desk.receive("LATER\r\nBLOCK\r\n");
    desk.complete(1, "2");
    desk.session.handle_end();
    assert_eq!(desk.run(), Stop::Paused);
    desk.complete(0, "1");
    assert_eq!(desk.run(), Stop::Closed(Closed::ByPeer));
    assert_eq!(desk.take(), "+1|+2|");
}

#[test]
fn close_runs_nothing_more_and_writes_everything() {
    let mut desk = Desk::new(&Config::default());
    let stop = desk.receive("PING\r\nLATER\r\nQUIT\r\nPING\r\n");
    assert_eq!((stop, desk.service.ran.len()), (Stop::Paused, 3));
    desk.complete(0, "1");
    assert_eq!(desk.run(), Stop::Closed(Closed::ByServer));
    assert_eq!(desk.take(), "+PONG|+1|+OK|");
}

#[test]
fn drain_runs_what_has_come() {
    let mut desk = Desk::new(&Config::default());
    desk.input.extend_from_slice(b"PING\r\nPI");
    desk.session.drain(Closed::Shutdown);
    desk.session.drain(Closed::ByServer);
    assert_eq!(desk.run(), Stop::Closed(Closed::Shutdown), "the first reason counts");
    assert_eq!(desk.take(), "+PONG|");
}

#[test]
fn after_abort_there_is_silence() {
    let mut desk = Desk::new(&Config::default());
    desk.receive("PING\r\nLATER\r\nPING\r\n");
    assert_eq!(desk.write(3), 3);
    desk.session.abort(Closed::Lost("reset".to_owned()));
    // Anything now would continue a reply that was cut off in its middle.
    desk.session.push(1).add("a");
    let _ = desk.session.greet().ok();
    assert!(!desk.complete(0, "1"));
    assert_eq!(desk.session.queued(), 0);
    assert_eq!(desk.run(), Stop::Closed(Closed::Lost("reset".to_owned())));
    assert_eq!(desk.take(), "+PO");
}

#[test]
fn after_giving_up_there_is_silence() {
    let limit = OutputLimit { hard: 10, soft: 10, soft_for: std::time::Duration::ZERO };
    let mut desk = Desk::new(&Config::default().with_output_limit(Some(limit)));
    desk.receive("BIG 100\r\n");
    assert_eq!(desk.write(20), 20);
    desk.session.push(1).add("a");
    assert_eq!(desk.session.queued(), 0);
    assert!(matches!(desk.run(), Stop::Closed(Closed::OutputLimit { bytes: 88 })));
}

#[test]
fn a_handler_that_panics_leaves_a_well_formed_reply() {
    use redis_server_core::Next;
    let mut desk = Desk::new(&Config::default());
    desk.input.extend_from_slice(b"PING\r\nPING\r\n");
    let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        let Next::Request(_, reply, _) = desk.session.poll_request(&mut desk.input) else { return };
        let mut items = reply.array(2);
        items.add(1);
        panic!("as tested");
    }));
    assert!(panicked.is_err());
    desk.session.close(Closed::Panicked);
    assert_eq!(desk.run(), Stop::Closed(Closed::Panicked));
    assert_eq!(desk.take(), "*2|:1|$-1|");
}

//! Commands that go back in line.

use redis_server_core::{Closed, Config};

use super::{Desk, Stop};

fn postponing() -> Desk {
    let mut desk = Desk::new(&Config::default());
    desk.service.postpones = true;
    desk
}

/// Lets the session go on, with a service that runs everything.
fn resume(desk: &mut Desk) -> Stop {
    desk.service.postpones = false;
    desk.session.resume();
    desk.run()
}

#[test]
fn what_is_postponed_is_run_in_its_place() {
    for line in ["SET abc\r\n", "\r\nSET \"abc\"\r\n", "*2\r\n$3\r\nSET\r\n$3\r\nabc\r\n"] {
        let mut desk = postponing();
        assert_eq!(desk.receive(format!("PING\r\n{line}ECHO 1\r\nPI")), Stop::Paused);
        assert_eq!(desk.take(), "+PONG|");
        assert_eq!(desk.receive("NG\r\n"), Stop::Paused);
        assert!(desk.session.is_held());
        assert_eq!(desk.take(), "");
        assert_eq!(resume(&mut desk), Stop::NeedInput);
        assert_eq!(desk.take(), ":3|$1|1|+PONG|");
        assert_eq!(desk.service.ran, ["ping", "set", "set", "echo", "ping"]);
        assert_eq!(desk.session.postponed(), 0);
    }
}

/// It is postponed as often as it takes.
#[test]
fn what_is_postponed_again_stays_in_its_place() {
    let mut desk = postponing();
    desk.receive("SET a\r\nPING\r\n");
    for _ in 0..3 {
        desk.session.resume();
        assert_eq!(desk.run(), Stop::Paused);
    }
    assert_eq!(resume(&mut desk), Stop::NeedInput);
    assert_eq!(desk.take(), ":1|+PONG|");
}

/// Such a request is taken out of the input before it is run.
#[test]
fn a_large_request_goes_back_whole() {
    const LENGTH: usize = 100_000;
    let mut desk = postponing();
    let large = format!("*2\r\n$3\r\nSET\r\n${LENGTH}\r\n{}\r\n", "x".repeat(LENGTH));
    desk.receive(format!("PING\r\n{large}"));
    assert_eq!(desk.session.postponed(), large.len());
    assert_eq!(desk.receive("ECHO 1\r\n"), Stop::Paused);
    assert_eq!(resume(&mut desk), Stop::NeedInput);
    assert_eq!(desk.take(), "+PONG|:100000|$1|1|");
    // A small one behind it is not taken for it.
    desk.service.postpones = true;
    assert_eq!(desk.receive(format!("{}SET ab\r\n", large.replace("SET", "GET"))), Stop::Paused);
    assert_eq!(desk.session.postponed(), 8);
    assert_eq!(resume(&mut desk), Stop::NeedInput);
    assert_eq!(desk.take(), "-ERR unknown command|:2|");
}

#[test]
fn what_is_postponed_is_not_run_for_who_has_hung_up() {
    for earlier in [true, false] {
        let mut desk = postponing();
        desk.input.extend_from_slice(b"SET a\r\nPING\r\n");
        if earlier {
            assert_eq!(desk.run(), Stop::Paused);
        }
        desk.session.handle_end();
        assert_eq!(desk.run(), Stop::Closed(Closed::ByPeer));
        assert_eq!(resume(&mut desk), Stop::Closed(Closed::ByPeer));
        assert_eq!(desk.service.ran, ["set"]);
    }
}

#[test]
fn who_shuts_down_does_not_wait_for_what_is_postponed() {
    let mut desk = postponing();
    desk.receive("PING\r\nSET a\r\n");
    desk.session.drain(Closed::Shutdown);
    assert_eq!(desk.run(), Stop::Closed(Closed::Shutdown));
    assert_eq!(desk.take(), "+PONG|");
}

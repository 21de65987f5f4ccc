//! Replies come in the order of the commands, whatever order they are given in.

use bytes::Bytes;
use proptest::prelude::*;
use redis_server_core::{Config, Draft, Protocol};
use testkit::{chunking, session_script};

use super::{Desk, Stop, draft};

#[test]
fn promised_replies_keep_their_places() {
    let orders = [[0, 0, 0], [2, 1, 0], [1, 0, 0], [0, 1, 0], [2, 0, 0], [1, 1, 0]];
    for order in orders {
        let mut desk = Desk::new(&Config::default());
        desk.receive("PING\r\nLATER\r\nECHO a\r\nLATER\r\nLATER\r\nECHO b\r\n");
        assert_eq!((desk.take().as_str(), desk.session.promised()), ("+PONG|", 3));
        let mut names = vec!["1", "2", "3"];
        for index in order {
            assert!(desk.complete(index, names.remove(index)));
        }
        assert_eq!(desk.take(), "+1|$1|a|+2|+3|$1|b|");
        assert_eq!((desk.session.promised(), desk.session.queued()), (0, 0));
    }
}

#[test]
fn a_promise_may_be_kept_in_silence() {
    let mut desk = Desk::new(&Config::default());
    desk.receive("LATER\r\nPING\r\nLATER\r\n");
    let (first, second) = (desk.service.tickets[0], desk.service.tickets[1]);
    assert!(desk.session.complete(first, Draft::silent()));
    assert_eq!(desk.take(), "+PONG|");
    assert!(desk.session.complete(second, Draft::new(Protocol::Resp2)));
    assert_eq!(desk.take(), "-ERR the command was not answered|");
}

#[test]
fn a_ticket_is_good_for_once() {
    let mut desk = Desk::new(&Config::default());
    desk.receive("LATER\r\nLATER\r\n");
    let (first, second) = (desk.service.tickets[0], desk.service.tickets[1]);
    assert!(desk.session.complete(second, draft("2")));
    assert!(!desk.session.complete(second, draft("again")), "given, and not yet written");
    assert!(desk.session.complete(first, draft("1")));
    assert!(!desk.session.complete(first, draft("again")), "given, and written");
    assert_eq!(desk.take(), "+1|+2|");
}

#[test]
fn pushes_overtake_only_what_is_promised_and_not_written() {
    let mut desk = Desk::new(&Config::default());
    let push = |desk: &mut Desk, text: &str| {
        desk.session.push(1).add(text);
    };
    desk.receive("PING\r\nLATER\r\n");
    push(&mut desk, "a");
    desk.receive("LATER\r\nPING\r\nLATER\r\n");
    push(&mut desk, "b");
    assert_eq!(desk.take(), "+PONG|*1|$1|a|");
    desk.complete(0, "1");
    assert_eq!(desk.take(), "+1|", "what stands behind the second waits for it");
    desk.complete(1, "3");
    push(&mut desk, "c");
    desk.complete(0, "2");
    assert_eq!(desk.take(), "+2|+PONG|*1|$1|b|+3|*1|$1|c|");
}

#[test]
fn held_commands_wait_and_blocked_ones_too() {
    for name in ["HOLD", "BLOCK"] {
        let mut desk = Desk::new(&Config::default());
        let stop = desk.receive(format!("LATER\r\n{name}\r\nPING\r\n"));
        assert_eq!((stop, desk.service.ran.len()), (Stop::Paused, 2));
        assert!(desk.session.is_held());
        desk.complete(0, "1");
        assert_eq!((desk.run(), desk.service.ran.len()), (Stop::Paused, 2));
        desk.complete(0, "2");
        assert_eq!((desk.run(), desk.service.ran.len()), (Stop::NeedInput, 3));
        assert_eq!(desk.take(), "+1|+2|+PONG|");
        assert!(!desk.session.is_held());
    }
}

#[test]
fn once_answered_nothing_is_held_by_it_whatever_is_in_front() {
    let mut desk = Desk::new(&Config::default());
    desk.receive("LATER\r\nHOLD\r\nPING\r\n");
    desk.complete(1, "2");
    assert_eq!((desk.run(), desk.service.ran.len()), (Stop::NeedInput, 3));
    desk.complete(0, "1");
    assert_eq!(desk.take(), "+1|+2|+PONG|");
}

#[test]
fn a_draft_that_was_never_written_is_an_error() {
    let mut desk = Desk::new(&Config::default());
    desk.receive("LATER\r\nPING\r\n");
    assert!(desk.session.complete(desk.service.tickets[0], Draft::new(Protocol::Resp2)));
    assert_eq!(desk.take(), "-ERR the command was not answered|+PONG|");
}

#[test]
fn a_draft_is_written_in_its_own_protocol() {
    let mut desk = Desk::new(&Config::default());
    desk.receive("LATER\r\nHELLO\r\nLATER\r\n");
    for (protocol, ticket) in
        [Protocol::Resp2, Protocol::Resp3].into_iter().zip(desk.service.tickets.clone())
    {
        let mut draft = Draft::new(protocol);
        let _ = draft.reply().boolean(true);
        assert!(desk.session.complete(ticket, draft));
    }
    assert_eq!(desk.take(), ":1|%1|$5|proto|:3|#t|");
}

#[test]
fn a_draft_may_be_written_again() {
    let mut draft = Draft::new(Protocol::Resp2);
    let _ = draft.reply().array(2);
    let _ = draft.reply().bulk(Bytes::from_static(b"x"));
    let mut desk = Desk::new(&Config::default());
    desk.receive("LATER\r\n");
    assert!(desk.session.complete(desk.service.tickets[0], draft));
    assert_eq!(desk.take(), "$1|x|");
}

#[test]
fn the_same_bytes_in_any_chunking_give_the_same() {
    let stream = b"PING\r\n*2\r\n$4\r\nECHO\r\n$2\r\nhi\r\n\r\nLATER\r\nhold 'a b'\r\n*1\r\n$4\r\nping\r\nQUIT\r\nPING\r\n";
    let run = |chunking: chunking::Chunking| {
        let mut desk = Desk::new(&Config::default());
        let mut stop = Stop::NeedInput;
        for piece in chunking.pieces(stream) {
            stop = desk.receive(piece);
            while let Some(index) = desk.service.tickets.len().checked_sub(1) {
                desk.complete(index, "kept");
                stop = desk.run();
            }
        }
        (desk.service.ran.clone(), desk.take(), stop)
    };
    let whole = run(chunking::Chunking::at([]));
    assert_eq!(whole.1, "+PONG|$2|hi|+kept|+kept|+PONG|+OK|");
    let two = chunking::every_two_cuts(stream.len());
    for chunking in two.chain([chunking::byte_by_byte(stream.len())]) {
        assert_eq!(run(chunking), whole);
    }
}

#[test]
fn a_greeting_may_stay_away() {
    let mut desk = Desk::new(&Config::default());
    drop(desk.session.greet());
    assert_eq!(desk.session.queued(), 0);
    let _ = desk.session.greet().simple("welcome");
    desk.receive("PING\r\n");
    assert_eq!(desk.take(), "+welcome|+PONG|");
}

/// Those that the fuzzer starts with.
#[test]
fn scripts_by_hand_go_as_a_naive_model_says() {
    let corpus = concat!(env!("CARGO_MANIFEST_DIR"), "/../fuzz/corpus/server_session");
    let mut scripts = 0;
    for file in std::fs::read_dir(corpus).unwrap() {
        session_script::run(&std::fs::read(file.unwrap().path()).unwrap());
        scripts += 1;
    }
    assert!(scripts > 10);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, ..ProptestConfig::default() })]

    #[test]
    fn any_script_goes_as_a_naive_model_says(
        script in proptest::collection::vec(any::<u8>(), 0..300)
    ) {
        session_script::run(&script);
    }
}

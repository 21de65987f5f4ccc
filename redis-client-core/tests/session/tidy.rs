//! Connections that go from one user to the next.

use bytes::Bytes;
use redis_client_core::{Config, ConnectionError, Event, Session, Tidy, Time, cmd};
use resp_core::{Frame, OutBuf};

use crate::{echo, plain, words};

/// A session that is ready, in RESP2, with nothing between it and the test.
struct Bare {
    session: Session<u32>,
    output: OutBuf,
}

impl Bare {
    fn new(config: Config) -> Self {
        let config = config.protocol(redis_client_core::Protocol::Resp2);
        let session = Session::new(Time::ZERO, config);
        let mut bare = Self { session, output: OutBuf::new() };
        bare.events();
        bare
    }

    fn submit(&mut self, text: &str) {
        self.session.submit(Time::ZERO, words(text), 0).unwrap();
    }

    fn reply(&mut self, wire: &'static str) {
        let frame = Frame::parse(Bytes::from_static(wire.as_bytes())).unwrap();
        self.session.handle_frame(Time::ZERO, frame);
    }

    fn events(&mut self) -> Vec<Event<u32>> {
        std::iter::from_fn(|| self.session.poll_event()).collect()
    }

    /// The commands that left since the last time, without their lengths.
    fn sent(&mut self) -> String {
        use bytes::Buf;
        while self.session.poll_transmit(&mut self.output) {}
        let sent = self.output.copy_to_bytes(self.output.remaining());
        let text = String::from_utf8(sent.to_vec()).unwrap();
        let words = text.lines().filter(|line| !line.starts_with(['*', '$']));
        words.collect::<Vec<_>>().join(" ")
    }

    fn tidy(&mut self) -> Tidy {
        self.events();
        let _ = self.sent();
        self.session.tidy(Time::ZERO)
    }
}

#[test]
fn what_left_no_trace_is_clean() {
    let mut bare = Bare::new(plain());
    assert_eq!(bare.tidy(), Tidy::Clean);
    for (command, reply) in [
        ("SET k v", "+OK\r\n"),
        ("MULTI", "+OK\r\n"),
        ("EXEC", "*0\r\n"),
        ("WATCH k", "+OK\r\n"),
        ("UNWATCH", "+OK\r\n"),
        ("WATCH k", "+OK\r\n"),
        ("MULTI", "+OK\r\n"),
        ("DISCARD", "+OK\r\n"),
        ("BLPOP k 1", "*-1\r\n"),
    ] {
        bare.submit(command);
        bare.reply(reply);
    }
    assert_eq!(bare.tidy(), Tidy::Clean);
    assert_eq!(bare.sent(), "");
}

#[test]
fn a_transaction_a_watch_and_a_database_are_undone() {
    for (commands, undone) in [
        (&["MULTI"][..], "DISCARD PING"),
        (&["WATCH k"], "UNWATCH PING"),
        (&["WATCH k", "MULTI", "SELECT 3"], "DISCARD UNWATCH SELECT 5 PING"),
        (&["SELECT 3"], "SELECT 5 PING"),
        (&["GET k"], "PING"),
    ] {
        let mut bare = Bare::new(plain().database(5));
        bare.reply("+OK\r\n");
        for command in commands {
            bare.submit(command);
            if *command != "GET k" {
                bare.reply("+OK\r\n");
            }
        }
        assert_eq!(bare.tidy(), Tidy::Pending, "{commands:?}");
        assert_eq!(bare.sent(), undone);
        let answers = undone.split(' ').filter(|word| *word != "5").count();
        let answers = answers + usize::from(commands == ["GET k"]);
        for answer in 0..answers {
            assert!(!bare.events().contains(&Event::Tidied), "{commands:?} {answer}");
            bare.reply("+OK\r\n");
        }
        assert!(bare.events().contains(&Event::Tidied), "{commands:?}");
        assert_eq!(bare.tidy(), Tidy::Clean, "{commands:?}");
    }
}

#[test]
fn a_batch_leaves_its_traces_too() {
    let mut bare = Bare::new(plain());
    let mut batch = redis_client_core::Batch::new();
    batch.push(words("WATCH k")).push(words("SELECT 2")).push(cmd::get("k"));
    bare.session.submit_batch(Time::ZERO, &mut batch, 0).unwrap();
    (0..3).for_each(|_| bare.reply("+OK\r\n"));
    assert_eq!(bare.tidy(), Tidy::Pending);
    assert_eq!(bare.sent(), "UNWATCH SELECT 0 PING");

    let mut bare = Bare::new(plain());
    bare.submit("WATCH k");
    bare.reply("+OK\r\n");
    let mut batch = redis_client_core::Batch::transaction();
    batch.push(cmd::get("k"));
    bare.session.submit_batch(Time::ZERO, &mut batch, 0).unwrap();
    (0..3).for_each(|_| bare.reply("*0\r\n"));
    assert_eq!(bare.tidy(), Tidy::Clean, "EXEC has ended the WATCH");
}

#[test]
fn what_is_not_worth_undoing_is_hopeless() {
    for command in [
        "SUBSCRIBE c",
        "CLIENT TRACKING ON",
        "CLIENT SETNAME x",
        "AUTH p",
        "RESET",
        "HELLO 3",
        "READONLY",
        "script debug yes",
        "BLPOP k 0",
    ] {
        let mut bare = Bare::new(plain());
        bare.submit(command);
        assert_eq!(bare.tidy(), Tidy::Hopeless, "{command}");
        if !command.starts_with("BLPOP") && !command.starts_with("SUB") {
            bare.reply("+OK\r\n");
            assert_eq!(bare.tidy(), Tidy::Hopeless, "{command}");
        }
    }
    let mut bare = Bare::new(plain());
    bare.session.close(Time::ZERO);
    assert_eq!(bare.tidy(), Tidy::Hopeless);
}

/// Its next user would work in the wrong database.
#[test]
fn a_server_that_refuses_ends_the_session() {
    for (command, refusal) in [
        ("SELECT 3", "-BUSY Redis is busy\r\n"),
        ("WATCH k", "-BUSY Redis is busy\r\n"),
        ("MULTI", "-NOPERM no\r\n"),
    ] {
        let mut bare = Bare::new(plain());
        bare.submit(command);
        bare.reply("+OK\r\n");
        assert_eq!(bare.tidy(), Tidy::Pending);
        bare.reply(refusal);
        assert!(matches!(bare.session.closed(), Some(ConnectionError::Untidy(_))), "{command}");
    }
}

#[test]
fn a_multi_that_was_refused_need_not_be_discarded() {
    let mut bare = Bare::new(plain());
    bare.submit("MULTI");
    bare.reply("-NOPERM no MULTI for you\r\n");
    assert_eq!(bare.tidy(), Tidy::Pending);
    bare.reply("-ERR DISCARD without MULTI\r\n");
    bare.reply("-NOPERM no PING either\r\n");
    assert!(bare.events().contains(&Event::Tidied));
}

#[test]
fn commands_of_the_application_are_part_of_the_handshake() {
    let config = plain()
        .database(2)
        .on_connect(cmd::command("CLIENT NO-EVICT").arg("ON"))
        .on_connect(cmd::command("READONLY"));
    let mut bare = Bare::new(config.clone());
    bare.session.submit(Time::ZERO, echo("x"), 1).unwrap();
    assert_eq!(bare.sent(), "SELECT 2 CLIENT NO-EVICT ON READONLY");
    (0..3).for_each(|_| bare.reply("+OK\r\n"));
    assert!(bare.session.is_ready());
    assert_eq!(bare.sent(), "ECHO x");
    assert_eq!(bare.tidy(), Tidy::Pending, "what the handshake did is no trace");

    let mut bare = Bare::new(config);
    bare.reply("+OK\r\n");
    bare.reply("-ERR no\r\n");
    bare.reply("+OK\r\n");
    let step = match bare.session.closed() {
        Some(ConnectionError::Handshake { step, .. }) => *step,
        other => panic!("{other:?}"),
    };
    assert_eq!(step, "CLIENT NO-EVICT");
}

#[test]
fn what_the_handshake_can_not_do_is_refused() {
    for command in ["SUBSCRIBE c", "MULTI", "HELLO 3", "BLPOP k 0", "MONITOR", "RESET"] {
        let bare = Bare::new(plain().on_connect(words(command)));
        let refused = matches!(bare.session.closed(), Some(ConnectionError::Unsuitable { .. }));
        assert!(refused, "{command}");
    }
}

#[test]
fn what_the_server_did_not_end_is_not_over() {
    for (commands, undone) in [
        (&[("MULTI", "+OK\r\n"), ("DISCARD oops", "-ERR wrong number\r\n")][..], "DISCARD PING"),
        (&[("WATCH k", "+OK\r\n"), ("UNWATCH oops", "-ERR wrong number\r\n")], "UNWATCH PING"),
        (&[("MULTI", "+OK\r\n"), ("EXEC", "-NOPERM no EXEC\r\n")], "DISCARD PING"),
        (&[("MULTI", "+OK\r\n"), ("EXEC", "-EXECABORT discarded\r\n")], ""),
        (&[("WATCH k", "+OK\r\n"), ("MULTI", "+OK\r\n"), ("EXEC", "*-1\r\n")], ""),
    ] {
        let mut bare = Bare::new(plain());
        for (command, reply) in commands {
            bare.submit(command);
            bare.reply(reply);
        }
        let tidy = bare.tidy();
        assert_eq!(bare.sent(), undone, "{commands:?}");
        assert_eq!(tidy, if undone.is_empty() { Tidy::Clean } else { Tidy::Pending });
    }
}

#[test]
fn a_late_answer_ends_only_what_came_before_it() {
    let mut bare = Bare::new(plain());
    for command in ["WATCH k", "UNWATCH", "WATCH k", "DISCARD", "MULTI"] {
        bare.submit(command);
    }
    for reply in ["+OK\r\n", "+OK\r\n", "+OK\r\n", "-ERR DISCARD without MULTI\r\n", "+OK\r\n"] {
        bare.reply(reply);
    }
    assert_eq!(bare.tidy(), Tidy::Pending);
    assert_eq!(bare.sent(), "DISCARD UNWATCH PING");
}

#[test]
fn a_batch_whose_exec_is_refused_leaves_a_transaction() {
    for (exec, expected) in [("*1\r\n+OK\r\n", ""), ("-NOPERM no EXEC\r\n", "DISCARD PING")] {
        let mut bare = Bare::new(plain());
        let mut batch = redis_client_core::Batch::transaction();
        batch.push(cmd::set("k", "v"));
        bare.session.submit_batch(Time::ZERO, &mut batch, 0).unwrap();
        for reply in ["+OK\r\n", "+QUEUED\r\n", exec] {
            bare.reply(reply);
        }
        let _ = bare.tidy();
        assert_eq!(bare.sent(), expected);
    }
}

//! Tile38's native form: one line each way.

use redis_server_core::resp_core::request::Dialect;
use redis_server_core::{Action, Config, Next, Reply};

use super::Desk;

fn answered(answer: impl FnOnce(Reply<'_>) -> Action) -> String {
    let mut desk = Desk::new(&Config::default().with_dialect(Dialect::Tile38));
    desk.input.extend_from_slice(b"$1 x\r\n");
    let Next::Request(_, reply, _) = desk.session.poll_request(&mut desk.input) else {
        panic!("there is a request")
    };
    let _ = answer(reply);
    desk.take()
}

#[test]
fn text_is_sent_as_it_is_and_anything_else_as_resp() {
    assert_eq!(answered(|reply| reply.ok()), "$2 OK|");
    assert_eq!(answered(|reply| reply.bulk("{\"ok\":true}")), "$11 {\\\"ok\\\":true}|");
    assert_eq!(answered(|reply| reply.bulk("")), "$0 |");
    assert_eq!(answered(|reply| reply.bulk("a\r\nb")), "$4 a|b|");
    assert_eq!(answered(|reply| reply.int(5)), "$4 :5||");
    assert_eq!(answered(|reply| reply.null()), "$5 $-1||");
    assert_eq!(answered(|reply| reply.error("ERR no")), "$9 -ERR no||");
    assert_eq!(answered(|reply| reply.any(["a"])), "$11 *1|$1|a||");
    assert_eq!(answered(|reply| reply.none()), "");
    assert_eq!(answered(|_| Action::Continue), "$35 -ERR the command was not answered||");
}

#[test]
fn promised_replies_are_wrapped_and_the_forms_may_be_mixed() {
    let mut desk = Desk::new(&Config::default().with_dialect(Dialect::Tile38));
    desk.receive("$5 LATER\r\nPING\r\n$4 PING\r\n*1\r\n$5\r\nLATER\r\n$6 ECHO a\r\n");
    desk.complete(1, "2");
    desk.complete(0, "1");
    assert_eq!(desk.take(), "$1 1|+PONG|$4 PONG|+2|$1 a|");
}

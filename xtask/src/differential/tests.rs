//! Scripted servers, of which one answers wrongly: the difference is found and cut down.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::thread;

use super::grammar::Via;
use super::judge::Judge;
use super::play::play;
use super::tree::Tree;
use super::{Command, Script, Unit, minimize, print};

/// Answers `INCR` by a count per connection, `SMEMBERS` in its own order, `HANG` by hanging up,
/// anything else by `+OK`. Ends with the test.
fn server(order: [u8; 2], wrong_at: Option<u64>) -> SocketAddr {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let addr = listener.local_addr().unwrap();
    thread::spawn(move || {
        for stream in listener.incoming() {
            thread::spawn(move || serve(stream.unwrap(), order, wrong_at));
        }
    });
    addr
}

fn serve(mut stream: TcpStream, [first, second]: [u8; 2], wrong_at: Option<u64>) {
    let mut input = Vec::new();
    let mut count = 0;
    let mut piece = [0; 4096];
    while let Ok(read @ 1..) = stream.read(&mut piece) {
        input.extend_from_slice(&piece[..read]);
        let commands = Tree::read_all(&input);
        let length: usize = commands.iter().map(|command| command.to_bytes().len()).sum();
        for command in &commands {
            let reply = match command.items()[0].string() {
                Some(b"INCR") => {
                    count += 1;
                    let told = if Some(count) == wrong_at { 1000 } else { count };
                    format!(":{told}\r\n")
                }
                Some(b"SMEMBERS") => {
                    format!("*2\r\n+{}\r\n+{}\r\n", char::from(first), char::from(second))
                }
                Some(b"PING") if command.items().len() == 2 => {
                    String::from_utf8(command.items()[1].to_bytes()).unwrap()
                }
                Some(b"HANG") if wrong_at.is_some() => return,
                _ => "+OK\r\n".to_owned(),
            };
            stream.write_all(reply.as_bytes()).unwrap();
        }
        input.drain(..length);
    }
}

fn unit(via: Via, line: &str) -> Unit {
    let args = line.split(' ').map(|arg| arg.as_bytes().to_vec()).collect();
    Unit { group: "test", commands: vec![Command { via, args }] }
}

fn script(lines: impl IntoIterator<Item = Unit>) -> Script {
    Script { resp3: false, notified: false, units: lines.into_iter().collect() }
}

#[test]
fn a_wrong_reply_is_found_and_cut_down_to() {
    let servers = [server(*b"ab", None), server(*b"ba", Some(3))];
    let noise = (0..900).map(|number| match number {
        100 | 450 | 700 | 850 => unit(Via::Main, "INCR k"),
        _ if number % 50 == 0 => unit(Via::Other, "SET a 1"),
        _ if number % 7 == 0 => unit(Via::Main, "SMEMBERS s"),
        _ => unit(Via::Main, "SET k v"),
    });
    let script = script(noise);
    let mut judge = Judge::default();
    let found = play(&script, servers, &mut judge, None).unwrap().unwrap();
    assert_eq!(
        (found.unit, &found.redis[..], &found.ours[..]),
        (700, &b":3\r\n"[..], &b":1000\r\n"[..])
    );
    assert!(judge.unpromised["sets have no order"] > 50, "{judge:?}");

    let minimal = minimize::minimize(&script.units, 1000, |units| {
        play(&script.with(units), servers, &mut judge, None).unwrap().is_some()
    });
    assert_eq!(minimal, vec![unit(Via::Main, "INCR k"); 3]);
    let mut answers = Vec::new();
    let minimal = script.with(&minimal);
    play(&minimal, servers, &mut judge, Some(&mut answers)).unwrap().unwrap();
    let text = print::script(&minimal, &answers);
    assert!(text.contains("main> INCR k\n      redis  :3⏎\n      ours   :1000⏎"), "{text}");
}

#[test]
fn a_server_that_hangs_up_is_a_difference() {
    let servers = [server(*b"ab", None), server(*b"ab", Some(9))];
    let script = script(["SET k v", "HANG", "SET k v"].map(|line| unit(Via::Main, line)));
    let found = play(&script, servers, &mut Judge::default(), None).unwrap().unwrap();
    assert_eq!(found.unit, 1);
    assert!(found.ours.starts_with(b"-(no reply: "), "{found:?}");
}

#[test]
fn servers_that_answer_alike_don_t_differ() {
    let servers = [server(*b"ab", None), server(*b"ab", None)];
    let lines = ["INCR k", "SMEMBERS s", "INCR k"].map(|line| unit(Via::Main, line));
    let blocked = unit(Via::Blocked, "BLPOP k 1");
    let script = script(lines.into_iter().chain([blocked, unit(Via::Subscriber, "SUBSCRIBE c")]));
    assert_eq!(play(&script, servers, &mut Judge::default(), None).unwrap(), None);
}

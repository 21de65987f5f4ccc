//! Random sequences to a real redis-server and to the hub: every client is sent the same bytes.

use std::io::{BufReader, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use proptest::prelude::Rng;
use proptest::test_runner::{RngAlgorithm, TestRng};
use redis_server_core::resp_core::encode;
use redis_server_core::{Hub, Notice, Topic};
use testkit::redis_server::RedisServer;

const NAMES: [&[u8]; 8] = [b"", b"a", b"b", b"ab", b"*", b"a*", b"[ab]", b"\r\n_"];

/// A connection to Redis, and what the hub would have sent on it.
struct Client {
    stream: BufReader<TcpStream>,
    resp3: bool,
    due: Vec<u8>,
}

impl Client {
    fn new(server: &RedisServer, resp3: bool) -> Self {
        let stream = TcpStream::connect(server.addr().unwrap()).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        stream.set_nodelay(true).unwrap();
        let mut client = Self { stream: BufReader::new(stream), resp3, due: vec![] };
        if resp3 {
            client.send(&[b"HELLO", b"3"]);
            let mut hello = vec![];
            while !hello.ends_with(b"$7\r\nmodules\r\n*0\r\n") {
                let mut byte = [0];
                client.stream.read_exact(&mut byte).unwrap();
                hello.extend(byte);
            }
        }
        client
    }

    fn send(&mut self, request: &[&[u8]]) {
        let mut bytes = vec![];
        encode::command(&mut bytes, request);
        self.stream.get_mut().write_all(&bytes).unwrap();
    }

    fn expect(&mut self, notice: &Notice) {
        if self.resp3 {
            notice.write_resp3(&mut self.due);
        } else {
            notice.write_resp2(&mut self.due);
        }
    }

    /// Reads as much as is due, and compares.
    fn check(&mut self) {
        let mut came = vec![0; self.due.len()];
        self.stream.read_exact(&mut came).unwrap();
        assert_eq!(came.escape_ascii().to_string(), self.due.escape_ascii().to_string());
        self.due.clear();
    }
}

#[test]
fn redis_sends_the_same() {
    let server = RedisServer::start().unwrap();
    let mut publisher = Client::new(&server, true);
    let mut clients = [false, true, false, true].map(|resp3| Client::new(&server, resp3));
    let mut hub = Hub::new();
    let mut random = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let (mut delivered, mut ended) = (0, 0);
    for _ in 0..3_000 {
        let mut below = |bound: usize| random.next_u32() as usize % bound;
        let (id, name, other) = (below(4), NAMES[below(8)], NAMES[below(8)]);
        let topic = [Topic::Channel, Topic::Pattern, Topic::ShardChannel][below(3)];
        let (subscribe, unsubscribe): (&[u8], &[u8]) = match topic {
            Topic::Channel => (b"SUBSCRIBE", b"unsubscribe"),
            Topic::Pattern => (b"PSUBSCRIBE", b"punsubscribe"),
            Topic::ShardChannel => (b"SSUBSCRIBE", b"sunsubscribe"),
        };
        match below(12) {
            0..4 => {
                clients[id].send(&[subscribe, name, other]);
                for name in [name, other] {
                    let count = hub.subscribe(id, topic, name);
                    clients[id].expect(&Notice::subscribed(topic, name, count));
                }
            }
            4..6 => {
                clients[id].send(&[unsubscribe, name, other]);
                for name in [name, other] {
                    let count = hub.unsubscribe(id, topic, name);
                    clients[id].expect(&Notice::unsubscribed(topic, Some(name), count));
                }
            }
            // The order of several is Redis's own; down to one it is the same.
            6 => {
                let names: Vec<_> = hub.names(topic, None).cloned().collect();
                for extra in names {
                    if hub.count(id, topic) > 1 {
                        clients[id].send(&[unsubscribe, &extra]);
                        let count = hub.unsubscribe(id, topic, &extra);
                        clients[id].expect(&Notice::unsubscribed(topic, Some(&extra), count));
                    }
                }
                clients[id].send(&[unsubscribe]);
                for (name, count) in hub.unsubscribe_all(id, topic) {
                    clients[id].expect(&Notice::unsubscribed(topic, name.as_deref(), count));
                    ended += 1;
                }
            }
            7 => {
                clients[id] = Client::new(&server, !clients[id].resp3);
                hub.remove(id);
                // Redis notices before it answers a later connection's first request, most often.
                while hub_differs(&mut publisher, &hub) {}
            }
            8 => {
                publisher.send(&[b"SPUBLISH", name, b"payload"]);
                let count = hub.publish_shard(name, b"payload", |id, notice| {
                    clients[id].expect(notice);
                });
                encode::integer(&mut publisher.due, count as i64);
            }
            _ => {
                publisher.send(&[b"PUBLISH", name, b"payload"]);
                // Redis asks the patterns in an order of its own, so each client's share is the same
                // only as a whole.
                let mut shares = [const { vec![] }; 4];
                let count = hub.publish(name, b"payload", |id, notice| {
                    shares[id].push(notice.clone());
                });
                encode::integer(&mut publisher.due, count as i64);
                publisher.check();
                for (client, share) in clients.iter_mut().zip(shares) {
                    delivered += share.len();
                    check_in_any_order(client, &share);
                }
            }
        }
        clients.iter_mut().for_each(Client::check);
        publisher.check();
        assert!(!hub_differs(&mut publisher, &hub));
    }
    assert!(delivered > 500 && ended > 100, "{delivered} delivered, {ended} ended");
}

/// Reads each message of the client's share once.
fn check_in_any_order(client: &mut Client, share: &[Notice]) {
    let mut left: Vec<Vec<u8>> = share
        .iter()
        .map(|notice| {
            client.expect(notice);
            std::mem::take(&mut client.due)
        })
        .collect();
    while !left.is_empty() {
        // No message is the beginning of another one.
        let mut came = vec![];
        let found = loop {
            let mut byte = [0];
            client.stream.read_exact(&mut byte).unwrap();
            came.extend(byte);
            if let Some(found) = left.iter().position(|message| *message == came) {
                break found;
            }
            let started = left.iter().any(|message| message.starts_with(&came));
            assert!(started, "unexpected {}", came.escape_ascii());
        };
        left.remove(found);
    }
}

/// Whether `PUBSUB NUMSUB`, `NUMPAT` and `SHARDNUMSUB` tell otherwise.
fn hub_differs(publisher: &mut Client, hub: &Hub<usize>) -> bool {
    let mut due = vec![];
    for (query, topic) in [(&b"NUMSUB"[..], Topic::Channel), (b"SHARDNUMSUB", Topic::ShardChannel)]
    {
        let mut request = vec![&b"PUBSUB"[..], query];
        request.extend(NAMES);
        publisher.send(&request);
        encode::array(&mut due, 2 * NAMES.len());
        for name in NAMES {
            encode::bulk_string(&mut due, name);
            encode::integer(&mut due, hub.subscribers(topic, name) as i64);
        }
    }
    publisher.send(&[b"PUBSUB", b"NUMPAT"]);
    encode::integer(&mut due, hub.len(Topic::Pattern) as i64);
    let mut came = vec![0; due.len()];
    publisher.stream.read_exact(&mut came).unwrap();
    came != due
}

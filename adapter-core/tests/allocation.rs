//! What a command costs in memory, by count.

use std::task::Poll;
use std::time::Duration;

use adapter_core::resp_core::{Frame, encode};
use adapter_core::{Client, Commands, Config, Driver, FromReply, cmd};
use bytes::Bytes;
use testkit::counting_alloc::{Allocations, CountingAlloc, measure};
use testkit::memory::{Memory, Woken, World};
use testkit::pair::{Model, Server};

#[global_allocator]
static ALLOC: CountingAlloc = CountingAlloc;

/// A value of so many bytes to each `GET`, 7 to each `INCR`.
fn server(value: usize) -> impl Server {
    let value = Bytes::from(vec![b'v'; value]);
    let mut model = Model::default();
    move |command: &[Bytes], out: &mut Vec<u8>| match command {
        [name, ..] if name == "GET" => encode::bulk_string(out, &value),
        [name, ..] if name == "INCR" => encode::integer(out, 7),
        [name, ..] if name == "SET" => encode::simple_string(out, b"OK"),
        _ => model.execute(command, out),
    }
}

/// A client whose driver is polled by hand, so that the server's allocations are not counted.
struct Bench<S> {
    world: World<S>,
    client: Client<Memory>,
    driver: Driver<Memory>,
    woken: Woken,
}

impl<S: Server> Bench<S> {
    fn new(server: S) -> Self {
        let world = World::with_server(server);
        let (client, driver) = world.client_and_driver(Config::default());
        let mut bench = Self { world, client, driver, woken: Woken::default() };
        bench.settle();
        bench
    }

    fn settle(&mut self) {
        while self.woken.poll_to_rest(&mut self.driver).is_pending() && self.world.peer.turn() {}
    }
}

/// Runs rounds of as many calls at once, and counts the client's and the driver's allocations.
fn rounds<S: Server, F: Future<Output = Result<T, adapter_core::Error>> + Unpin, T>(
    world: &mut World<S>,
    driver: &mut Driver<Memory>,
    mut call: impl FnMut() -> F,
    at_once: usize,
    number: usize,
) -> u64 {
    let woken = Woken::default();
    let waker = woken.waker();
    let mut cx = std::task::Context::from_waker(&waker);
    let mut calls = Vec::with_capacity(at_once);
    let mut total = 0;
    for _ in 0..number {
        let ((), sent) = measure(|| {
            calls.extend((0..at_once).map(|_| Some(call())));
            for call in calls.iter_mut().flatten() {
                assert!(std::pin::Pin::new(call).poll(&mut cx).is_pending());
            }
            assert!(woken.poll_to_rest(driver).is_pending());
        });
        while world.peer.turn() {}
        let ((), received) = measure(|| {
            assert!(woken.poll_to_rest(driver).is_pending());
            for call in &mut calls {
                let Some(mut waiting) = call.take() else { continue };
                match std::pin::Pin::new(&mut waiting).poll(&mut cx) {
                    Poll::Ready(reply) => drop(reply.unwrap_or_else(|error| panic!("{error}"))),
                    Poll::Pending => panic!("no reply"),
                }
            }
            calls.clear();
        });
        total += sent.number + received.number;
    }
    total
}

/// Allocations per command in the steady state, one at a time and 100 at once.
fn per_command<T: FromReply>(name: &str, command: &str, value: usize) -> [f64; 2] {
    [1, 100].map(|at_once| {
        let mut bench = Bench::new(server(value));
        let Bench { world, client, driver, .. } = &mut bench;
        let call = || match command {
            "GET" => client.get("key").parse::<T>().into_future(),
            "INCR" => client.incr("key").parse::<T>().into_future(),
            _ => client.set("key", "0123456789abcdef").parse::<T>().into_future(),
        };
        // What grows once is not counted.
        rounds(world, driver, call, at_once, 100);
        let commands = 10_000 / at_once;
        let total = rounds(world, driver, call, at_once, commands);
        let each = total as f64 / 10_000.0;
        println!("{name}, {at_once} at once: {each:.4} allocations a command");
        each
    })
}

#[test]
fn allocations_per_command() {
    for each in per_command::<i64>("INCR as i64", "INCR", 0) {
        assert!(each < 0.01, "{each} for an INCR as i64");
    }
    for each in per_command::<()>("SET of 16 bytes", "SET", 0) {
        assert!(each < 0.01, "{each} for a SET");
    }
    for each in per_command::<Option<Bytes>>("GET of 16 bytes as Bytes", "GET", 16) {
        assert!(each < 1.01, "{each} for a GET of 16 bytes");
    }
    for each in per_command::<Option<Bytes>>("GET of 100 bytes as Bytes", "GET", 100) {
        assert!(each < 1.1, "{each} for a GET of 100 bytes");
    }
}

/// Bytes that client and driver hold beyond those they held before, right after a burst and once
/// the timer has gone off.
fn kept<F: Future + Unpin>(
    value: usize,
    burst: impl FnOnce(&'static Client<Memory>) -> Vec<F>,
) -> [i64; 2] {
    let mut bench = Bench::new(server(value));
    // Leaked, so that the futures may be named.
    let client = Box::leak(Box::new(bench.client.clone()));
    bench.world.wire.rules(|rules| {
        (rules.upward_window, rules.downward_window) = (64 * 1024, 64 * 1024);
    });
    let woken = Woken::default();
    let (mut calls, allocations) = measure(|| burst(client));
    let mut held = allocations.kept;
    let mut left = calls.len();
    let mut ended = vec![false; left];
    for (call, ended) in calls.iter_mut().zip(&mut ended) {
        let (poll, allocations) = measure(|| woken.poll(call).is_ready());
        held += allocations.kept;
        (*ended, left) = (poll, left - usize::from(poll));
    }
    while left > 0 {
        let (_, allocations) = measure(|| bench.woken.poll(&mut bench.driver).is_pending());
        held += allocations.kept;
        if bench.world.peer.turn() {
            continue;
        }
        for (call, ended) in calls.iter_mut().zip(&mut ended).filter(|(_, ended)| !**ended) {
            let (poll, allocations) = measure(|| woken.poll(call).is_ready());
            held += allocations.kept;
            (*ended, left) = (poll, left - usize::from(poll));
        }
    }
    let ((), allocations) = measure(|| drop(calls));
    held += allocations.kept;
    let after_burst = held;
    bench.world.runtime.advance(TIMEOUT);
    for _ in 0..2 {
        let (_, allocations) = measure(|| bench.woken.poll(&mut bench.driver).is_pending());
        held += allocations.kept;
    }
    [after_burst, held]
}

#[test]
fn memory_is_given_back_after_a_burst() {
    let large = vec![b'x'; 1 << 20];
    let [burst, later] = kept(0, |client| {
        vec![client.pipeline((0..64).map(|_| cmd::set("key", &large)).collect::<Vec<_>>())]
    });
    println!("64 MB of copied SETs: {burst} bytes kept, {later} after the timer");
    assert!(later < 1 << 20, "{later} bytes after SETs");

    let [burst, later] = kept(LARGE, |client| vec![client.get("key").into_future()]);
    println!("a GET of 64 MB: {burst} bytes kept, {later} after the timer");
    assert!(later < 1 << 20, "{later} bytes after a large GET");

    let [burst, later] =
        kept(1000, |client| (0..60_000).map(|_| client.get("key").into_future()).collect());
    println!("60,000 GETs at once: {burst} bytes kept, {later} after the timer");

    let [burst, later] = kept(0, |client| {
        let large = (0..64).map(|_| cmd::set("key", &large)).collect::<Vec<_>>();
        let small = vec![cmd::set("key", "v")];
        vec![client.pipeline(large), client.pipeline(small)]
    });
    // The session has got the large buffer back by then.
    println!("64 MB of copied SETs and one more: {burst} bytes kept, {later} after the timer");
    assert!(later < 1 << 20, "{later} bytes in the session");
}

#[test]
fn calls_given_up_leave_nothing_behind() {
    let mut bench = Bench::new(server(100));
    let mut held = 0;
    for round in 0..20_000 {
        if round == 100 {
            // What grows once is not counted.
            held = 0;
        }
        let ((), sent) = measure(|| {
            let mut given_up = bench.client.get("key").into_future();
            assert!(bench.woken.poll(&mut given_up).is_pending());
            let mut pipeline = bench.client.pipeline((cmd::incr("key"), cmd::get("key")));
            assert!(bench.woken.poll(&mut pipeline).is_pending());
            assert!(bench.woken.poll(&mut bench.driver).is_pending());
        });
        while bench.world.peer.turn() {}
        let ((), received) = measure(|| {
            assert!(bench.woken.poll(&mut bench.driver).is_pending());
            assert!(bench.woken.poll(&mut bench.driver).is_pending());
        });
        held += sent.kept + received.kept;
    }
    println!("20,000 calls and pipelines given up: {held} bytes kept");
    assert!(held < 256 * 1024, "{held} bytes kept");
}

#[test]
fn a_large_value_is_not_copied() {
    let value = Bytes::from(vec![b'x'; LARGE]);
    let mut bench = Bench::new(server(0));
    bench.world.wire.rules(|rules| rules.upward_window = 0);
    let woken = Woken::default();
    let (mut call, sent) = measure(|| {
        let mut call = bench.client.set("key", &value).into_future();
        assert!(woken.poll(&mut call).is_pending());
        assert!(bench.woken.poll(&mut bench.driver).is_pending());
        call
    });
    println!("SET of 64 MB: at most {} bytes held beyond the value", sent.peak);
    assert!(sent.peak < 64 * 1024, "{} bytes held", sent.peak);
    bench.world.wire.rules(|rules| rules.upward_window = usize::MAX);
    while woken.poll(&mut call).is_pending() {
        assert!(bench.woken.poll(&mut bench.driver).is_pending());
        bench.world.peer.turn();
    }
}

#[test]
fn a_large_reply_that_comes_in_small_pieces_is_moved_seldom() {
    let element = "$10\r\n0123456789\r\n";
    let array = format!("*{ELEMENTS}\r\n{}", element.repeat(ELEMENTS));
    let bulk = format!("${}\r\n{}\r\n", array.len(), "v".repeat(array.len()));
    for reply in [array, bulk] {
        let mut model = Model::default();
        let bytes = Bytes::from(reply.clone());
        let mut bench = Bench::new(move |command: &[Bytes], out: &mut Vec<u8>| match command {
            [name, ..] if name == "GET" => out.extend_from_slice(&bytes),
            _ => model.execute(command, out),
        });
        let woken = Woken::default();
        let mut call = bench.client.get("key").parse::<Frame>().into_future();
        assert!(woken.poll(&mut call).is_pending());
        bench.world.wire.rules(|rules| rules.downward_window = 1024);
        let mut allocated = 0;
        let frame = loop {
            let (poll, allocations) = measure(|| {
                assert!(bench.woken.poll_to_rest(&mut bench.driver).is_pending());
                woken.poll(&mut call)
            });
            allocated += allocations.bytes;
            match poll {
                Poll::Ready(frame) => break frame.unwrap(),
                Poll::Pending => assert!(bench.world.peer.turn()),
            }
        };
        assert_eq!(frame.as_bytes(), reply.as_bytes());
        println!("{} bytes in pieces of 1 KiB: {allocated} bytes allocated", reply.len());
        // Doubling makes it four times as much at most.
        assert!(allocated < 4 * reply.len() as u64, "{allocated} for {}", reply.len());
    }
}

#[test]
fn a_large_reply_is_held_once() {
    let mut bench = Bench::new(server(LARGE));
    let woken = Woken::default();
    let mut call = bench.client.get("key").into_future();
    assert!(woken.poll(&mut call).is_pending());
    // As a kernel has it: some at a time.
    bench.world.wire.rules(|rules| rules.downward_window = 256 * 1024);
    let (mut peak, mut held) = (0, 0);
    let value = loop {
        let (poll, allocations): (_, Allocations) = measure(|| {
            assert!(bench.woken.poll_to_rest(&mut bench.driver).is_pending());
            woken.poll(&mut call)
        });
        peak = peak.max(held + allocations.peak as i64);
        held += allocations.kept;
        match poll {
            Poll::Ready(value) => break value.unwrap().unwrap(),
            Poll::Pending => assert!(bench.world.peer.turn()),
        }
    };
    assert_eq!(value.len(), LARGE);
    println!("GET of 64 MB: at most {peak} bytes held, {held} at the end");
    // Growing holds the old memory and the new for a moment; the reply holds little but itself.
    assert!(peak < 2 * LARGE as i64 + (1 << 20), "{peak} bytes at the most");
    assert!(held < LARGE as i64 + (1 << 20), "{held} bytes held");
}

/// Of an array of several megabytes.
const ELEMENTS: usize = 250_000;

const LARGE: usize = 64 << 20;
const TIMEOUT: Duration = Duration::from_secs(11);

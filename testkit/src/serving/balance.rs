//! A server on two threads.

use std::io;
use std::net::Ipv4Addr;
use std::time::{Duration, Instant};

use adapter_core::server::{
    Balance, Cores, Listen, RunningServer, ServerOptions, Serving, Threads,
};
use adapter_core::{Address, Spawn};

use super::Where;
use super::raw::{PATIENCE, Path, Raw};
use crate::conformance::Outcome;

/// Connections come to the threads by each [`Balance`], over ports and over a path, and end when
/// the server does.
///
/// # Errors
///
/// What should not have failed.
pub fn two_threads<T: Threads>() -> Outcome
where
    T::Local: Spawn<Serving<T::Local, Where>>,
{
    use Balance::{LeastConnections, ReusePort, RoundRobin, SourceAddress};
    for (balance, pin) in
        [(ReusePort, false), (RoundRobin, true), (LeastConnections, false), (SourceAddress, false)]
    {
        let path = Path::new();
        let ports = || Listen::new(Address::Tcp((Ipv4Addr::LOCALHOST, 0).into()));
        let mut cores = Cores::default();
        (cores.threads, cores.balance, cores.pin) = (2, balance, pin);
        let server = RunningServer::start::<T, _>(
            [ports(), Listen::new(path.address()), ports()],
            &ServerOptions::default(),
            &cores,
            |shard, _| Where(shard),
        )?;
        let addresses: Vec<_> = server.addresses().cloned().collect();
        let handle = server.handle();
        let mut all = Vec::new();
        for address in &addresses {
            let (mut connections, counts) = connect(address, MANY)?;
            let named = format!("{balance:?} at {address}: {counts:?}");
            match (balance, address) {
                // All on one side has a chance of 1 in 2^63.
                (ReusePort, Address::Tcp(_)) => assert!(counts.iter().all(|&n| n > 0), "{named}"),
                (SourceAddress, Address::Tcp(_)) => assert!(counts.contains(&0), "{named}"),
                _ => assert_eq!(counts, [MANY / 2; 2], "{named}"),
            }
            if balance == LeastConnections {
                connections.retain(|(thread, _)| *thread == 0);
                until(|| handle.connection_count() == all.len() + MANY / 2);
                let (more, counts) = connect(address, MANY / 2)?;
                assert_eq!(counts, [0, MANY / 2], "who has fewer gets all, at {address}");
                connections.extend(more);
            }
            all.extend(connections);
        }
        handle.shutdown(Duration::from_secs(5));
        server.join()?;
        for (_, mut raw) in all {
            assert_eq!(raw.line()?, "", "the stream has ended");
        }
        assert!(addresses.iter().all(|address| Raw::connect(address).is_err()));
    }
    Ok(())
}

/// Connections with the threads that they are at, and how many are at each.
fn connect(address: &Address, number: usize) -> io::Result<(Vec<Connected>, [usize; 2])> {
    let (mut connections, mut counts) = (Vec::new(), [0; 2]);
    for _ in 0..number {
        let mut raw = Raw::connect(address)?;
        let thread = usize::from(raw.ask("WHERE")? == ":1");
        if let Some(count) = counts.get_mut(thread) {
            *count += 1;
        }
        connections.push((thread, raw));
    }
    Ok((connections, counts))
}

fn until(is_so: impl Fn() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !is_so() {
        assert!(Instant::now() < deadline, "it takes too long");
        std::thread::sleep(Duration::from_millis(1));
    }
}

/// A connection, and at which thread it is.
type Connected = (usize, Raw);

const MANY: usize = 64;

//! Servers on several threads, one of which fails.

use std::net::Ipv4Addr;
use std::time::Duration;

use adapter_tokio::server::{
    Action, Balance, Cores, Listen, Peer, Refusal, Reply, RunningServer, ServerHandle,
    ServerOptions, Service,
};
use adapter_tokio::{Address, Tokio};

/// What the thread of that number panics in.
struct Fails(usize);

impl Service for Fails {
    type Context = ();

    fn on_open(&mut self, _: &Peer, _: Reply<'_>) -> Result<(), Refusal> {
        Ok(())
    }

    fn on_tick(&mut self, _: &ServerHandle) -> Action {
        assert!(self.0 == 0, "as tested");
        Action::Continue
    }
}

fn start(make: impl Fn(usize) -> Fails + Send + Sync + 'static) -> std::io::Result<RunningServer> {
    let listen = Listen::new(Address::Tcp((Ipv4Addr::LOCALHOST, 0).into()));
    let mut options = ServerOptions::default();
    options.tick = Some(Duration::from_millis(5));
    let mut cores = Cores::default();
    (cores.threads, cores.balance) = (2, Balance::RoundRobin);
    RunningServer::start::<Tokio, Fails>([listen], &options, &cores, move |shard, _| make(shard))
}

/// Half a server would take connections that nobody serves, and never end.
#[test]
fn a_thread_that_panics_takes_the_server_with_it() {
    let server = start(Fails).unwrap();
    assert_eq!(server.join().unwrap_err().to_string(), "a shard panicked");
}

#[test]
fn a_service_that_can_not_be_made_is_no_start() {
    let failed = start(|thread| if thread == 1 { panic!("as tested") } else { Fails(0) });
    assert_eq!(failed.unwrap_err().to_string(), "a thread of the server panicked at its start");
}

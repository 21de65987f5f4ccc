//! Who asks, and what becomes of it.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use adapter_core::server::ServerHandle;
use adapter_core::{Commands, Config, Error, Options, Pool, Protocol, Reconnect};

use super::World;
use super::net::Net;
use super::service::PANICS;

/// What a caller was told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    Answered,
    NotSent,
    Unknown,
}

/// Somebody who asks for one thing after the other, or for several at once.
#[derive(Debug, Default)]
pub(super) struct Caller {
    pub(super) outcomes: Vec<(u64, Outcome)>,
}

/// Spawns the callers. When all have gone, the pool closes and the server ends.
pub(super) fn spawn(world: &Rc<World>, handle: ServerHandle) -> Rc<RefCell<Vec<Caller>>> {
    let callers: Rc<RefCell<Vec<Caller>>> = Rc::default();
    let (world, told) = (Rc::clone(world), Rc::clone(&callers));
    let net = world.net.clone();
    net.clone().spawn_named("host", async move {
        let number = 1 + net.below(4);
        let config = Config::default().protocol(Protocol::Resp2).library_info(false);
        let config = if world.calm { config.liveness(None) } else { config };
        let options = Options::unix("/simulated")
            .config(config)
            .command_timeout((!world.calm).then_some(Duration::from_secs(20)))
            .pool_size(1 + net.below(3))
            .reconnect(Reconnect::default().attempts(Some(3)));
        let left = Rc::new(RefCell::new(number));
        match Pool::connect_on(net.clone(), options).await {
            Err(_) => *left.borrow_mut() = 0,
            Ok(pool) => {
                let pool = Rc::new(pool);
                for index in 0..number {
                    told.borrow_mut().push(Caller::default());
                    let call = call(Rc::clone(&world), Rc::clone(&pool), index, Rc::clone(&told));
                    let left = Rc::clone(&left);
                    net.spawn_named("caller", async move {
                        call.await;
                        *left.borrow_mut() -= 1;
                    });
                }
                while *left.borrow() > 0 {
                    net.pause(Duration::from_millis(100)).await;
                }
                pool.close(net.one_in(2)).await;
            }
        }
        net.pause(Duration::from_millis(100)).await;
        world.shut_down(&handle);
    });
    callers
}

async fn call(
    world: Rc<World>,
    pool: Rc<Pool<Net>>,
    index: usize,
    callers: Rc<RefCell<Vec<Caller>>>,
) {
    let net = &world.net;
    for round in 0..=net.below(12) {
        net.pause(Duration::from_millis(60)).await;
        let first = ((index + 1) * 1_000 + round) as u64 * PIPELINE;
        let several = if net.one_in(3) { net.below(40) as u64 + 1 } else { 1 };
        let calm = !net.one_in(10);
        let batch: Vec<_> = (1..=several)
            .map(|number| {
                let way = if calm { net.below(5) as u64 } else { net.below(10) as u64 };
                let size = if net.one_in(20) { net.below(9_000) } else { net.below(40) };
                let way = if way == PANICS && world.calm { 0 } else { way };
                (first + number, way, size)
            })
            .collect();
        let commands = batch.iter().map(|(number, way, size)| {
            adapter_core::cmd::command("DO").arg(*number).arg(*way).arg(*size as u64)
        });
        let results: Vec<Result<_, Error>> = if several == 1 {
            let (number, way, size) = batch.first().copied().unwrap_or_default();
            let call = pool.command("DO").arg(number).arg(way).arg(size as u64);
            vec![call.await]
        } else {
            match pool.pipeline(commands.collect::<Vec<_>>()).await {
                Ok(results) => results,
                Err(error) => batch.iter().map(|_| Err(error.clone())).collect(),
            }
        };
        for ((number, ..), result) in batch.iter().zip(results) {
            let outcome = match result {
                Ok(frame) => {
                    let own = format!("\"{number}:");
                    if !frame.to_string().starts_with(&own) {
                        world.violated(format!("command {number} got another's reply"));
                    }
                    Outcome::Answered
                }
                Err(Error::NotSent(_)) => Outcome::NotSent,
                Err(_) => Outcome::Unknown,
            };
            if let Some(caller) = callers.borrow_mut().get_mut(index) {
                caller.outcomes.push((*number, outcome));
            }
        }
    }
}

/// Commands of one pipeline have numbers from a multiple of this on.
pub(super) const PIPELINE: u64 = 1_000;

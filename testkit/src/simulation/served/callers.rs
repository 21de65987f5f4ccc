//! Who asks, and what becomes of it.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use adapter_core::server::ServerHandle;
use adapter_core::{Commands, Config, Error, Options, Pool, Protocol, Reconnect};

use super::House;
use super::service::PANICS;
use crate::simulation::Simulated;

/// What a caller was told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    Answered,
    NotSent,
    Unknown,
}

/// Spawns those who ask for one thing after the other, or for several at once. When all have gone,
/// the pool closes and the server ends.
pub(super) fn spawn(house: &Rc<House>, handle: ServerHandle) {
    house.world().spawn("host", host(Rc::clone(house), handle));
}

async fn host(house: Rc<House>, handle: ServerHandle) {
    let (net, world) = (&house.net, house.world());
    let number = 1 + world.below(4);
    let config = Config::default().protocol(Protocol::Resp2).library_info(false);
    let config = if house.is_calm() { config.liveness(None) } else { config };
    let options = Options::unix("/simulated")
        .config(config)
        .command_timeout((!house.is_calm()).then_some(Duration::from_secs(20)))
        .pool_size(1 + world.below(3))
        .reconnect(Reconnect::default().attempts(Some(3)));
    let Ok(pool) = Pool::connect_on(net.clone(), options).await else {
        return house.shut_down(&handle);
    };
    let left = Rc::new(Cell::new(number));
    for index in 0..number {
        let (house, pool) = (Rc::clone(&house), pool.clone());
        let (handle, left) = (handle.clone(), Rc::clone(&left));
        world.spawn("caller", async move {
            call(&house, &pool, index).await;
            left.set(left.get() - 1);
            if left.get() == 0 {
                pool.close(house.world().one_in(2)).await;
                house.net.pause(Duration::from_millis(100)).await;
                house.shut_down(&handle);
            }
        });
    }
}

async fn call(house: &House, pool: &Pool<Simulated>, index: usize) {
    let world = house.world();
    for round in 0..=world.below(12) {
        house.net.pause(Duration::from_millis(60)).await;
        let first = ((index + 1) * 1_000 + round) as u64 * PIPELINE;
        let several = if world.one_in(3) { world.below(40) as u64 + 1 } else { 1 };
        let calm = !world.one_in(10);
        let batch: Vec<_> = (1..=several)
            .map(|number| {
                let way = if calm { world.below(5) as u64 } else { world.below(10) as u64 };
                let size = if world.one_in(20) { world.below(9_000) } else { world.below(40) };
                let way = if way == PANICS && house.is_calm() { 0 } else { way };
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
            house.outcomes.borrow_mut().push((*number, outcome));
        }
    }
}

/// Commands of one pipeline have numbers from a multiple of this on.
pub(super) const PIPELINE: u64 = 1_000;

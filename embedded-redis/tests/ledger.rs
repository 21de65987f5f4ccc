//! 64 clients move money between accounts at the same time: none is lost, and none is made.
#![expect(clippy::indexing_slicing, reason = "an index out of bounds fails the test, as it should")]

use std::error::Error;

use adapter_glommio::Glommio;
use adapter_smol::Smol;
use adapter_tokio::Tokio;
use embedded_redis::adapter_core::server::{Serving, Threads};
use embedded_redis::adapter_core::{Commands, Options, Pool, Runtime, Spawn, cmd};
use embedded_redis::{Embedded, EmbeddedRedis};
use testkit::conformance::{Adapter, all};

type Outcome<T = ()> = Result<T, Box<dyn Error>>;

#[test]
fn on_tokio() -> Outcome {
    let redis = serve::<Tokio>(1)?;
    Tokio::run(|_| move_money::<Tokio>(&redis))?
}

#[test]
fn on_smol() -> Outcome {
    let redis = serve::<Smol>(1)?;
    Tokio::run(|_| move_money::<Tokio>(&redis))?
}

#[test]
fn on_glommio() -> Outcome {
    let redis = serve::<Glommio>(1)?;
    Tokio::run(|_| move_money::<Tokio>(&redis))?
}

/// The data behind a lock, which two threads take by turns.
#[test]
fn on_two_threads() -> Outcome {
    let redis = serve::<Tokio>(2)?;
    Tokio::run(|_| move_money::<Tokio>(&redis))?
}

fn serve<T: Threads>(threads: usize) -> Outcome<EmbeddedRedis>
where
    T::Local: Spawn<Serving<T::Local, Embedded>>,
{
    Ok(EmbeddedRedis::builder().threads(threads).start_on::<T>()?)
}

async fn move_money<R: Adapter>(redis: &EmbeddedRedis) -> Outcome {
    let options = redis.url().parse::<Options>()?.pool_size(CLIENTS);
    let pool = Pool::<R>::connect(options).await?;
    for account in 0..ACCOUNTS {
        pool.set(name(account), EACH).await?;
    }
    let clients = all((0..CLIENTS).map(|client| spend(&pool, client))).await;
    let mut moved = 0;
    for client in clients {
        moved += client?;
    }
    assert_eq!(moved, CLIENTS * TRANSFERS);
    // What the journal says is what the accounts have.
    let mut balances = [EACH; ACCOUNTS];
    let journal: Vec<String> = pool.lrange("journal", 0, -1).parse().await?;
    assert_eq!(journal.len(), moved, "each transfer is written down once");
    for line in &journal {
        let fields: Vec<usize> = line.split(' ').map(str::parse).collect::<Result<_, _>>()?;
        let [from, to, amount] = fields[..] else { panic!("{line}") };
        balances[from] -= amount as i64;
        balances[to] += amount as i64;
    }
    for (account, balance) in balances.iter().enumerate() {
        assert_eq!(pool.get(name(account)).parse::<i64>().await?, *balance);
    }
    assert_eq!(balances.iter().sum::<i64>(), ACCOUNTS as i64 * EACH);
    Ok(())
}

/// Moves money so many times, each time until nobody else was in between.
async fn spend<R: Runtime>(pool: &Pool<R>, client: usize) -> Outcome<usize> {
    let mut moved = 0;
    while moved < TRANSFERS {
        let (from, to) = ((client + moved) % ACCOUNTS, (client * 3 + moved * 5 + 1) % ACCOUNTS);
        let to = if from == to { (to + 1) % ACCOUNTS } else { to };
        let amount = (client + moved) as i64 % 7 + 1;
        let (payer, payee) = (name(from), name(to));
        let done = pool
            .optimistic([&payer, &payee])
            .attempts(1_000)
            .run(async |lease| {
                let (has, gets): (i64, i64) = lease.mget([&payer, &payee]).parse().await?;
                Ok(Some((
                    cmd::set(&payer, has - amount),
                    cmd::set(&payee, gets + amount),
                    cmd::rpush("journal", [format!("{from} {to} {amount}")]),
                )))
            })
            .await?;
        moved += usize::from(done.is_some());
    }
    Ok(moved)
}

fn name(account: usize) -> String {
    format!("account:{account}")
}

const CLIENTS: usize = 64;
const TRANSFERS: usize = 20;
const ACCOUNTS: usize = 8;
const EACH: i64 = 1_000;

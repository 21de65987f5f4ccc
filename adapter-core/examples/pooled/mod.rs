//! What each adapter's `pool` example shows, but for spawning: that is the runtime's.

use adapter_core::{Commands, Lease, Pool, Runtime, cmd};

use crate::shown::Outcome;

/// Shows a pool; `worker` waits for a job in the background, and says what it was.
pub(crate) async fn run<R: Runtime>(
    runtime: &str,
    pool: &Pool<R>,
    worker: impl AsyncFn(&Pool<R>, &Keys) -> Outcome<String>,
) -> Outcome {
    println!("a pool of {} on {runtime}", pool.size());
    let keys = Keys(format!("pool:{}", std::process::id()));
    let shown = async {
        shortcuts(pool, &keys).await?;
        optimistic(pool, &keys).await?;
        blocking(pool, &keys, worker).await?;
        left_behind(pool, &keys).await?;
        raw(pool, &keys).await
    };
    let shown = shown.await;
    // Whatever happened, nothing stays behind.
    pool.del(["n", "balance", "jobs", "left"].map(|name| keys.named(name))).await?;
    pool.close(false).await;
    println!("\nclosed            {:?}", pool.ping().await.err().map(|error| error.to_string()));
    shown
}

/// Any command may be awaited on the pool: it goes over whatever connection nobody has leased.
async fn shortcuts<R: Runtime>(pool: &Pool<R>, keys: &Keys) -> Outcome {
    let n = keys.named("n");
    pool.set(&n, 41).await?;
    let (incr, get) = pool.pipeline((cmd::incr(&n), cmd::get(&n).parse::<u64>())).await?;
    println!("\non the pool       incr {}, get {}", incr?, get?);
    Ok(())
}

/// A lease has its connection to itself, as `WATCH` needs it.
async fn optimistic<R: Runtime>(pool: &Pool<R>, keys: &Keys) -> Outcome {
    let balance = keys.named("balance");
    pool.set(&balance, 100).await?;
    let lease = pool.lease().await?;
    for attempt in 1.. {
        lease.command("WATCH").arg(&balance).await?;
        let held: i64 = lease.get(&balance).parse().await?;
        if attempt == 1 {
            // Somebody else is quicker.
            pool.set(&balance, 90).await?;
        }
        match lease.transaction((cmd::set(&balance, held - 30),)).await {
            Ok(_) => {
                println!("\nwatched           {held} - 30, at attempt {attempt}");
                break;
            }
            Err(adapter_core::Error::Aborted) => println!("\nwatched           changed, again"),
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

/// A blocking command takes a lease by itself, and holds up nobody.
async fn blocking<R: Runtime>(
    pool: &Pool<R>,
    keys: &Keys,
    worker: impl AsyncFn(&Pool<R>, &Keys) -> Outcome<String>,
) -> Outcome {
    let job = worker(pool, keys).await?;
    println!("\nblocking          the worker got {job:?}");
    Ok(())
}

/// What a lease leaves behind is undone before the connection is anybody else's.
async fn left_behind<R: Runtime>(pool: &Pool<R>, keys: &Keys) -> Outcome {
    let leases = [pool.lease().await?, pool.lease().await?, pool.lease().await?];
    for lease in &leases {
        lease.command("SELECT").arg(1).await?;
        lease.command("MULTI").await?;
    }
    drop(leases);
    let mut databases = Vec::new();
    for _ in 0..pool.size() {
        let lease: Lease<R> = pool.lease().await?;
        lease.incr(keys.named("left")).await?;
        let info: String = lease.command("CLIENT INFO").parse().await?;
        databases.extend(info.split(' ').find(|field| field.starts_with("db=")).map(str::to_owned));
    }
    println!("\nleft behind       {}", databases.join(", "));
    Ok(())
}

/// Sending without waiting, and reading one reply at a time.
async fn raw<R: Runtime>(pool: &Pool<R>, keys: &Keys) -> Outcome {
    let mut lease = pool.lease().await?;
    let mut raw = lease.raw();
    raw.send(cmd::command("TYPE").arg(keys.named("n")))?;
    raw.send(cmd::command("STRLEN").arg(keys.named("n")))?;
    for _ in 0..2 {
        let incoming = raw.next().await.ok_or("the connection is gone")??;
        println!("\nraw               {incoming:?}");
    }
    Ok(())
}

/// The keys of this run, so that they meet nobody else's.
pub(crate) struct Keys(String);

impl Keys {
    pub(crate) fn named(&self, name: &str) -> String {
        format!("{}:{name}", self.0)
    }
}

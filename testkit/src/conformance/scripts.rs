//! Scripts: by hash, whole where the server does not know them, and run once either way.

use adapter_core::resp_core::Frame;
use adapter_core::{Client, Commands, Error, Invocations, Pool, Script, ServerError, cmd};

use super::{Adapter, Outcome, Setup};

/// Scripts over clients, pools and leases, by themselves and in pipelines.
///
/// # Errors
///
/// Any that should not be.
pub async fn scripts<R: Adapter>(setup: &Setup) -> Outcome {
    let client = setup.client::<R>().await?;
    once(&client).await?;
    batches(&client).await?;
    errors(&client).await?;
    let options = setup.options().pool_size(2);
    let pool: Pool<R> = Pool::connect(options).await?;
    let add = Script::new(ADD);
    forget(&client).await?;
    assert_eq!(add.keys(["pooled"]).arg(2).on(&pool).parse::<i64>().await?, 2);
    forget(&client).await?;
    let lease = pool.lease().await?;
    assert_eq!(add.keys(["pooled"]).arg(2).on(&lease).parse::<i64>().await?, 4);
    Ok(())
}

async fn once<R: Adapter>(client: &Client<R>) -> Outcome {
    let add = Script::new(ADD);
    for (known, sum) in [(false, 5), (true, 10), (true, 15), (false, 20)] {
        if !known {
            forget(client).await?;
        }
        let before = calls(client).await?;
        assert_eq!(add.keys(["n"]).arg(5).on(client).parse::<i64>().await?, sum);
        let after = calls(client).await?;
        let whole = u64::from(!known);
        assert_eq!((after.0 - before.0, after.1 - before.1), (1, whole), "EVALSHA, EVAL");
    }
    let hash: String = client.command("SCRIPT LOAD").arg(ADD).parse().await?;
    assert_eq!(add.hash(), hash);

    let large = "x".repeat(100_000);
    let echo = Script::new("return {KEYS[1], #ARGV[1], ARGV[2]}");
    for _ in 0..2 {
        let (key, length, last): (String, usize, String) =
            echo.keys(["k"]).args([large.as_str(), "é"]).on(client).parse().await?;
        assert_eq!((key.as_str(), length, last.as_str()), ("k", large.len(), "é"));
    }

    let reads = Script::read_only("return redis.call('GET', KEYS[1])");
    forget(client).await?;
    assert_eq!(reads.keys(["n"]).on(client).parse::<i64>().await?, 20);
    let writes = Script::read_only(ADD);
    match writes.keys(["n"]).arg(1).on(client).await {
        Err(Error::Server(error)) => assert!(error.to_string().contains("Write"), "{error}"),
        other => panic!("{other:?}"),
    }
    assert_eq!(client.get("n").parse::<i64>().await?, 20);
    Ok(())
}

async fn batches<R: Adapter>(client: &Client<R>) -> Outcome {
    let (add, get) = (Script::new(ADD), Script::new("return redis.call('GET', KEYS[1])"));
    for atomic in [false, true] {
        forget(client).await?;
        client.del(["b"]).await?;
        let calls: Invocations<'_, i64> = (1..=20)
            .map(|id| match id % 4 {
                0 => get.keys(["b"]).parse(),
                _ => add.keys(["b"]).arg(1).parse(),
            })
            .collect();
        let before = self::calls(client).await?;
        let sums = match atomic {
            false => client.pipeline(calls).await?,
            true => client.transaction(calls).await?,
        };
        let after = self::calls(client).await?;
        assert_eq!((after.0 - before.0, after.1 - before.1), (18, 2), "EVALSHA, EVAL");
        let sums: Result<Vec<_>, _> = sums.into_iter().collect();
        let due = (1..=20).map(|id| id - id / 4);
        assert!(sums?.into_iter().eq(due), "each once, in order");
    }
    forget(client).await?;
    let (loaded, one, set, two) = client
        .pipeline((
            add.load(),
            add.keys(["b"]).arg(1).parse::<i64>().by_hash(),
            cmd::set("b", 1),
            add.keys(["b"]).arg(1).parse::<i64>().whole(),
        ))
        .await?;
    assert_eq!((loaded?.as_str(), one?, set?, two?), (add.hash(), 16, (), 2));
    Ok(())
}

/// Errors of the script are its caller's, and nothing is run again for them.
async fn errors<R: Adapter>(client: &Client<R>) -> Outcome {
    client.del(["tries"]).await?;
    let text = "NOSCRIPT says the script itself";
    let pretends =
        Script::new(format!("redis.call('INCR', KEYS[1]) return redis.error_reply('{text}')"));
    for tries in 1..=3 {
        match pretends.keys(["tries"]).on(client).await {
            Err(Error::Server(error)) => assert_eq!(error.to_string(), text),
            other => panic!("{other:?}"),
        }
        assert_eq!(client.get("tries").parse::<u64>().await?, tries, "run once each");
    }
    let taken: Result<Frame, ServerError> = pretends.keys(["tries"]).on(client).parse().await?;
    assert_eq!(taken.err().map(|error| error.to_string()).as_deref(), Some(text));
    let wrong = Script::new("this is no Lua");
    for _ in 0..2 {
        assert!(matches!(wrong.keys([""; 0]).on(client).await, Err(Error::Server(_))));
    }
    // Unknown to the server, and nobody there to send the whole: an error of its own only.
    forget(client).await?;
    let add = Script::new(ADD);
    let (one, two) =
        client.pipeline((add.keys(["n"]).arg(1).by_hash(), cmd::echo("in step"))).await?;
    assert!(matches!(one, Err(Error::Server(error)) if error.code() == "NOSCRIPT"));
    assert_eq!(two?, "in step");
    Ok(())
}

async fn forget<R: Adapter>(client: &Client<R>) -> Outcome {
    client.command("SCRIPT FLUSH").parse::<()>().await?;
    Ok(())
}

/// How often `EVALSHA` and `EVAL` were called.
async fn calls<R: Adapter>(client: &Client<R>) -> Result<(u64, u64), Error> {
    let info: String = client.command("INFO").arg("commandstats").parse().await?;
    let count = |name: &str| {
        let line = info.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(":calls="));
        line.and_then(|rest| rest.split(',').next()?.parse().ok()).unwrap_or(0)
    };
    Ok((count("cmdstat_evalsha"), count("cmdstat_eval")))
}

const ADD: &str = "return redis.call('INCRBY', KEYS[1], ARGV[1])";

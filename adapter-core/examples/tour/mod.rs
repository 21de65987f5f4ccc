//! The tour that each adapter's quickstart makes, but for spawning and timers: those are the
//! runtime's.

use std::collections::BTreeMap;
use std::time::Instant;

use adapter_core::resp_core::Frame;
use adapter_core::{Client, Commands, Runtime, ServerError, cmd};

use crate::shown::Outcome;

/// Shows everything. `many_tasks` has [`TASKS`] tasks increment a key [`COMMANDS`] times each, and
/// tells how often a timer of a millisecond has gone off meanwhile.
pub(crate) async fn run<R: Runtime>(
    runtime: &str,
    client: &Client<R>,
    many_tasks: impl AsyncFn(&Client<R>, String) -> Outcome<u64>,
) -> Outcome {
    println!("redis on {runtime}");
    let keys = Keys { prefix: format!("quickstart:{}", std::process::id()) };
    let toured = tour(client, &keys, many_tasks).await;
    // Whatever happened, nothing stays behind.
    let swept = client.del(keys.all()).await;
    toured.and(swept.map(drop).map_err(Box::from))
}

async fn tour<R: Runtime>(
    client: &Client<R>,
    keys: &Keys,
    many_tasks: impl AsyncFn(&Client<R>, String) -> Outcome<u64>,
) -> Outcome {
    any_command(client).await?;
    typed_commands(client, keys).await?;
    pipeline(client, keys).await?;
    transaction(client, keys).await?;
    at_once(client, keys, many_tasks).await?;
    replies_that_are_no_values(client, keys).await?;
    nested_array(client).await?;
    Ok(())
}

/// Any command by its name: the reply is a `Frame`, which prints as in redis-cli.
async fn any_command<R: Runtime>(client: &Client<R>) -> Outcome {
    println!("\nany command");
    println!("  PING              {}", client.command("PING").await?);
    let text: String = client.command("ECHO").arg("hello").parse().await?;
    println!("  ECHO hello        {text}");
    Ok(())
}

/// Typed commands: options are methods, and the reply's type is known, or asked for by `parse`.
async fn typed_commands<R: Runtime>(client: &Client<R>, keys: &Keys) -> Outcome {
    println!("\ntyped commands");
    let (greeting, user) = (keys.named("greeting"), keys.named("user"));
    client.set(&greeting, "hello").px(60_000).await?;
    println!("  set, get          {:?}", client.get(&greeting).await?);
    println!("  set nx            {:?}", client.set(&greeting, "bye").nx().await?);
    let count: u64 = client.incr(keys.named("visits")).parse().await?;
    println!("  incr as u64       {count}");
    client.hset(&user, [("name", "Ada"), ("born", "1815")]).await?;
    let fields: BTreeMap<String, String> = client.hgetall(&user).parse().await?;
    println!("  hgetall as a map  {fields:?}");
    Ok(())
}

/// A pipeline: one write, one read, a result for each command.
async fn pipeline<R: Runtime>(client: &Client<R>, keys: &Keys) -> Outcome {
    println!("\npipeline");
    let k = keys.named("k");
    let (ok, n, v) =
        client.pipeline((cmd::set(&k, "10"), cmd::incr(&k), cmd::get(&k).parse::<u64>())).await?;
    println!("  set, incr, get    {:?}, {}, {}", ok?, n?, v?);

    let started = Instant::now();
    for _ in 0..COMMANDS {
        client.incr(&k).await?;
    }
    let one_at_a_time = started.elapsed();
    let started = Instant::now();
    let sums = client.pipeline(vec![cmd::incr(&k); COMMANDS]).await?;
    let pipelined = started.elapsed();
    let last = sums.into_iter().next_back().ok_or("no reply")??;
    let speedup = one_at_a_time.as_secs_f64() / pipelined.as_secs_f64();
    println!("  {COMMANDS} incr         {last}");
    println!("  one at a time     {one_at_a_time:.1?}");
    println!("  in a pipeline     {pipelined:.1?}, {speedup:.0} times as fast");
    Ok(())
}

/// A transaction: nobody else's commands in between.
async fn transaction<R: Runtime>(client: &Client<R>, keys: &Keys) -> Outcome {
    println!("\ntransaction");
    let (a, b) =
        client.transaction((cmd::incr(keys.named("a")), cmd::incr(keys.named("b")))).await?;
    println!("  incr, incr        {}, {}", a?, b?);
    Ok(())
}

/// Many tasks over one connection: they share writes by themselves, and hold nobody up.
async fn at_once<R: Runtime>(
    client: &Client<R>,
    keys: &Keys,
    many_tasks: impl AsyncFn(&Client<R>, String) -> Outcome<u64>,
) -> Outcome {
    println!("\n{TASKS} tasks, one connection, and a timer");
    let started = Instant::now();
    let ticks = many_tasks(client, keys.named("counter")).await?;
    let elapsed = started.elapsed();
    let total: u64 = client.get(keys.named("counter")).parse().await?;
    let rate = total as f64 / elapsed.as_secs_f64();
    println!("  counter           {total}");
    println!("  commands          {rate:.0} a second");
    println!("  the timer ticked  {ticks} times");
    Ok(())
}

/// An error is told as such, and nothing else on the connection is disturbed; a null is `None`.
async fn replies_that_are_no_values<R: Runtime>(client: &Client<R>, keys: &Keys) -> Outcome {
    println!("\nerrors and nulls");
    match client.hgetall(keys.named("greeting")).await {
        Err(error) => println!("  hgetall of text   {error}"),
        Ok(fields) => println!("  hgetall of text   {fields:?}?"),
    }
    println!("  get of nothing    {:?}", client.get(keys.named("nothing")).await?);
    match client.get(keys.named("nothing")).parse::<u64>().await {
        Err(error) => println!("  the same as u64   {error}"),
        Ok(value) => println!("  the same as u64   {value}?"),
    }
    Ok(())
}

/// A nested array, here as Lua makes one: read as tuples, or looked at as it is.
async fn nested_array<R: Runtime>(client: &Client<R>) -> Outcome {
    type Nested = (u64, (String, (i64, Result<Frame, ServerError>)));

    println!("\nnested array");
    let script = "return {1, {'two', {3, redis.error_reply('ERR four')}}}";
    let frame = client.command("EVAL").arg(script).arg(0).await?;
    for line in frame.to_string().lines() {
        println!("  {line}");
    }
    let nested: Nested = client.command("EVAL").arg(script).arg(0).parse().await?;
    println!("  as tuples         {nested:?}");
    Ok(())
}

/// The keys of this run, so that they meet nobody else's.
struct Keys {
    prefix: String,
}

impl Keys {
    fn named(&self, name: &str) -> String {
        format!("{}:{name}", self.prefix)
    }

    fn all(&self) -> [String; 8] {
        ["greeting", "user", "visits", "k", "a", "b", "counter", "nothing"]
            .map(|name| self.named(name))
    }
}

/// Commands to send in a row.
pub(crate) const COMMANDS: usize = 1_000;

/// Tasks to spawn.
pub(crate) const TASKS: usize = 100;

//! A tour of the client: `cargo run --release -p adapter-tokio --example quickstart`
//!
//! Connects to REDIS_URL, or to redis://127.0.0.1:6379.

use std::collections::BTreeMap;
use std::error::Error;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

use adapter_tokio::resp_core::Frame;
use adapter_tokio::{Client, Commands, ServerError, cmd};

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let url = std::env::var("REDIS_URL").unwrap_or_else(|_| "redis://127.0.0.1:6379".into());
    let client = match Client::connect(&url).await {
        Ok(client) => client,
        Err(error) => {
            eprintln!("{error} (set REDIS_URL to where your Redis is, or start redis-server)");
            return ExitCode::FAILURE;
        }
    };
    let keys = Keys { prefix: format!("quickstart:{}", std::process::id()) };
    let toured = tour(&client, &keys).await;
    // Whatever happened, nothing stays behind.
    let swept = client.del(keys.all()).await;
    match toured.and(swept.map_err(Box::from)) {
        Ok(_) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

async fn tour(client: &Client, keys: &Keys) -> Result<(), Box<dyn Error>> {
    println!("redis on tokio");
    any_command(client).await?;
    typed_commands(client, keys).await?;
    pipeline(client, keys).await?;
    transaction(client, keys).await?;
    many_tasks(client, keys).await?;
    replies_that_are_no_values(client, keys).await?;
    nested_array(client).await?;
    Ok(())
}

/// Any command by its name: the reply is a `Frame`, which prints as in redis-cli.
async fn any_command(client: &Client) -> Result<(), Box<dyn Error>> {
    println!("\nany command");
    println!("  PING              {}", client.command("PING").await?);
    let text: String = client.command("ECHO").arg("hello").parse().await?;
    println!("  ECHO hello        {text}");
    Ok(())
}

/// Typed commands: options are methods, and the reply's type is known, or asked for by `parse`.
async fn typed_commands(client: &Client, keys: &Keys) -> Result<(), Box<dyn Error>> {
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
async fn pipeline(client: &Client, keys: &Keys) -> Result<(), Box<dyn Error>> {
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
async fn transaction(client: &Client, keys: &Keys) -> Result<(), Box<dyn Error>> {
    println!("\ntransaction");
    let (a, b) =
        client.transaction((cmd::incr(keys.named("a")), cmd::incr(keys.named("b")))).await?;
    println!("  incr, incr        {}, {}", a?, b?);
    Ok(())
}

/// Many tasks over one connection: they share writes by themselves, and hold nobody up.
async fn many_tasks(client: &Client, keys: &Keys) -> Result<(), Box<dyn Error>> {
    println!("\n{TASKS} tasks, one connection, and a timer");
    let ticks = Arc::new(AtomicU64::new(0));
    let ticker = tokio::spawn({
        let ticks = Arc::clone(&ticks);
        async move {
            loop {
                tokio::time::sleep(Duration::from_millis(1)).await;
                ticks.fetch_add(1, Relaxed);
            }
        }
    });
    let started = Instant::now();
    let tasks: Vec<_> = (0..TASKS)
        .map(|_| {
            let (client, counter) = (client.clone(), keys.named("counter"));
            tokio::spawn(async move {
                for _ in 0..COMMANDS {
                    client.incr(&counter).await?;
                }
                Ok::<_, adapter_tokio::Error>(())
            })
        })
        .collect();
    for task in tasks {
        task.await??;
    }
    let elapsed = started.elapsed();
    ticker.abort();
    let total: u64 = client.get(keys.named("counter")).parse().await?;
    let rate = total as f64 / elapsed.as_secs_f64();
    println!("  counter           {total}");
    println!("  commands          {rate:.0} a second");
    println!("  the timer ticked  {} times", ticks.load(Relaxed));
    Ok(())
}

/// An error is told as such, and nothing else on the connection is disturbed; a null is `None`.
async fn replies_that_are_no_values(client: &Client, keys: &Keys) -> Result<(), Box<dyn Error>> {
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
async fn nested_array(client: &Client) -> Result<(), Box<dyn Error>> {
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

const COMMANDS: usize = 1_000;
const TASKS: usize = 100;

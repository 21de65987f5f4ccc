//! Pipelines: `cargo run --release -p adapter-tokio --example pipeline`
//!
//! Connects to REDIS_URL, or to a server of its own.

#[path = "../../adapter-core/examples/keys/mod.rs"]
mod keys;
#[path = "../../adapter-core/examples/shown/mod.rs"]
mod shown;

use std::process::ExitCode;
use std::time::Instant;

use adapter_tokio::{Commands, Pool, Request, cmd};
use keys::key;
use shown::Outcome;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    shown::report(show().await)
}

async fn show() -> Outcome {
    let pool = Pool::connect(shown::options()?).await?;
    let (n, text) = (key("n"), key("text"));

    println!("a tuple: each command has a result of its own type");
    let (set, sum, value) =
        pool.pipeline((cmd::set(&n, 41), cmd::incr(&n), cmd::get(&n).parse::<u64>())).await?;
    println!("  set {:?}, incr {}, get {}", set?, sum?, value?);

    println!("\nan error is its command's alone");
    let (set, wrong, read) =
        pool.pipeline((cmd::set(&text, "hello"), cmd::incr(&text), cmd::get(&text))).await?;
    println!("  set  {:?}\n  incr {wrong:?}\n  get  {:?}", set?, read?);

    println!("\nany number of one kind");
    let names: Vec<_> = (0..1000).map(|id| key(&format!("user:{id}"))).collect();
    let started = Instant::now();
    for name in &names {
        pool.set(name, 1).await?;
    }
    println!("  1000 sets one at a time  {:.1?}", started.elapsed());
    let started = Instant::now();
    pool.pipeline(names.iter().map(|name| cmd::set(name, 1)).collect::<Vec<_>>()).await?;
    println!("  1000 sets in a pipeline  {:.1?}", started.elapsed());

    println!("\ndifferent ones, known only at run time: the replies are any value");
    let mixed: Vec<Request> = vec![
        cmd::hset(key("user"), [("name", "Ada"), ("born", "1815")]).into(),
        cmd::hgetall(key("user")).into(),
        cmd::command("STRLEN").arg(&text).into(),
    ];
    for reply in pool.pipeline(mixed).await? {
        println!("  {:?}", reply?);
    }

    println!("\nsent without waiting: nobody hears what came of it");
    pool.pipeline(vec![cmd::incr(&n); 8]).send().await?;
    println!("  sent");

    keys::sweep(&pool).await
}

//! Scripts: `cargo run --release -p adapter-tokio --example script`
//!
//! Connects to REDIS_URL, or to a server of its own.

#[path = "../../adapter-core/examples/keys/mod.rs"]
mod keys;
#[path = "../../adapter-core/examples/shown/mod.rs"]
mod shown;

use std::process::ExitCode;
use std::sync::LazyLock;

use adapter_tokio::{Commands, Invocations, Pool, Script};
use keys::key;
use shown::Outcome;

/// Takes from a stock what there is, up to so much.
static TAKE: LazyLock<Script> = LazyLock::new(|| {
    Script::new(
        "local left = tonumber(redis.call('GET', KEYS[1]) or 0)
         local taken = math.min(left, tonumber(ARGV[1]))
         redis.call('SET', KEYS[1], left - taken)
         return taken",
    )
});

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    shown::report(show().await)
}

async fn show() -> Outcome {
    let pool = Pool::connect(shown::options()?).await?;
    let stock = key("apples");
    pool.set(&stock, 10).await?;

    println!("10 apples; the script is sent by its hash, {}", TAKE.hash());
    println!("(the first time, whole: the server has not seen it)");
    for wanted in [4, 4, 4] {
        let taken: u64 = TAKE.keys([&stock]).arg(wanted).on(&pool).parse().await?;
        println!("  wanted {wanted}, got {taken}");
    }

    println!("\nin a pipeline the first goes whole, the others by hash");
    pool.set(&stock, 10).await?;
    let calls: Invocations<'_, u64> =
        (1..=5).map(|wanted| TAKE.keys([&stock]).arg(wanted).parse()).collect();
    for (wanted, taken) in (1..).zip(pool.pipeline(calls).await?) {
        println!("  wanted {wanted}, got {}", taken?);
    }
    keys::sweep(&pool).await
}

//! What a shared connection doesn't do.

use adapter_core::{Commands, Error, cmd};

use super::{Adapter, Outcome, Setup};

/// Commands that would change or hold up the connection are refused, nothing of them is sent, and
/// the connection goes on.
///
/// # Errors
///
/// Any that should not be.
pub async fn refused<R: Adapter>(setup: &Setup) -> Outcome {
    let client = setup.client::<R>().await?;
    for words in REFUSED.iter().chain(BLOCKING) {
        let [name, arguments @ ..] = words else { continue };
        let command = || cmd::command(name).args(arguments);
        let alone = client.command(name).args(arguments).await.map(drop);
        let behind = client.pipeline((cmd::echo("x"), command())).await.map(drop);
        let in_front = client.pipeline(vec![command(), cmd::command("PING")]).await.map(drop);
        let mut attempts = vec![("alone", alone), ("behind", behind), ("in front", in_front)];
        if !BLOCKING.contains(words) {
            let inside = client.transaction((cmd::echo("x"), command())).await.map(drop);
            attempts.push(("inside", inside));
        }
        for (place, end) in attempts {
            match end {
                Err(Error::Refused { command, .. }) => {
                    let asked = words.join(" ").to_ascii_uppercase();
                    assert!(asked.starts_with(command), "{asked} is told to be {command}");
                }
                other => panic!("{words:?} {place}: {other:?}"),
            }
        }
        assert_eq!(client.echo("in step").await?, "in step");
    }
    let stats = setup.ask(&["INFO", "commandstats"])?.to_ascii_lowercase();
    assert!(stats.contains("cmdstat_echo:calls="), "{stats}");
    for words in REFUSED.iter().chain(BLOCKING) {
        let [name, ..] = words else { continue };
        let name = name.to_ascii_lowercase();
        // The handshake has these.
        if !["auth", "hello", "client"].contains(&name.as_str()) {
            assert!(!stats.contains(&format!("cmdstat_{name}:")), "{name} was sent: {stats}");
        }
    }
    for name in ["client|reply", "client|tracking"] {
        assert!(!stats.contains(name), "{name} was sent: {stats}");
    }

    // Inside a transaction they don't block, and are let through.
    for words in BLOCKING {
        let [name, arguments @ ..] = words else { continue };
        let commands = (cmd::command(name).args(arguments), cmd::echo("behind"));
        let (_, echoed) = client.transaction(commands).await?;
        assert_eq!(echoed?, "behind", "{words:?}");
    }
    Ok(())
}

const BLOCKING: &[&[&str]] = &[
    &["BLPOP", "list", "0"],
    &["BRPOP", "list", "1"],
    &["BLMOVE", "a", "b", "LEFT", "RIGHT", "0"],
    &["BZPOPMIN", "zset", "0"],
    &["WAIT", "1", "0"],
    &["XREAD", "BLOCK", "0", "STREAMS", "s", "0"],
];

const REFUSED: &[&[&str]] = &[
    &["SELECT", "1"],
    &["select", "1"],
    &["SUBSCRIBE", "channel"],
    &["PSUBSCRIBE", "*"],
    &["SSUBSCRIBE", "channel"],
    &["UNSUBSCRIBE"],
    &["PUNSUBSCRIBE"],
    &["MULTI"],
    &["EXEC"],
    &["DISCARD"],
    &["WATCH", "key"],
    &["MONITOR"],
    &["SYNC"],
    &["CLIENT", "REPLY", "OFF"],
    &["client", "reply", "skip"],
    &["CLIENT", "TRACKING", "ON"],
    &["HELLO", "3"],
    &["AUTH", "password"],
    &["RESET"],
    &["QUIT"],
];

//! Pipelines and transactions: an error in one place moves nothing in another.

use adapter_core::{Client, Command, Commands, Error, cmd};

use super::{Adapter, Outcome, Setup, all};

/// Pipelines and transactions, with an error at each position.
///
/// # Errors
///
/// Any that should not be.
pub async fn batches<R: Adapter>(setup: &Setup) -> Outcome {
    let client = setup.client::<R>().await?;
    pipelines(&client).await?;
    error_at_each_position(&client).await?;
    transactions(&client).await?;
    nobody_in_between(&client).await
}

async fn pipelines<R: Adapter>(client: &Client<R>) -> Outcome {
    let (a, b) = client.pipeline((cmd::echo("a"), cmd::echo("b").parse::<String>())).await?;
    assert_eq!((a?, b?), ("a".into(), "b".into()));
    let twelve = client
        .pipeline((
            cmd::echo(0).parse::<u64>(),
            cmd::echo(1).parse::<u64>(),
            cmd::echo(2).parse::<u64>(),
            cmd::echo(3).parse::<u64>(),
            cmd::echo(4).parse::<u64>(),
            cmd::echo(5).parse::<u64>(),
            cmd::echo(6).parse::<u64>(),
            cmd::echo(7).parse::<u64>(),
            cmd::echo(8).parse::<u64>(),
            cmd::echo(9).parse::<u64>(),
            cmd::echo(10).parse::<u64>(),
            cmd::echo(11).parse::<u64>(),
        ))
        .await?;
    assert_eq!((twelve.0?, twelve.5?, twelve.11?), (0, 5, 11));
    assert!(client.pipeline(Vec::<Command<cmd::Ping>>::new()).await?.is_empty());
    let (one,) = client.pipeline((cmd::ping(),)).await?;
    assert_eq!(one?, "PONG");
    let many =
        client.pipeline((0..1000).map(|id| cmd::echo(id).parse()).collect::<Vec<_>>()).await?;
    let many: Result<Vec<u64>, _> = many.into_iter().collect();
    assert!(many?.into_iter().eq(0..1000));
    Ok(())
}

/// redis-rs #698, go-redis #3900: an error moves the replies behind it.
async fn error_at_each_position<R: Adapter>(client: &Client<R>) -> Outcome {
    client.set("text", "x").await?;
    for position in 0..LENGTH {
        let commands = |prefix: &str| -> Vec<_> {
            (0..LENGTH)
                .map(|id| match id == position {
                    true => cmd::command("INCR").arg("text").parse::<String>(),
                    false => cmd::command("ECHO").arg(format!("{prefix}{id}")).parse(),
                })
                .collect()
        };
        for prefix in ["pipeline", "transaction"] {
            let replies = match prefix {
                "pipeline" => client.pipeline(commands(prefix)).await?,
                _ => client.transaction(commands(prefix)).await?,
            };
            assert_eq!(replies.len(), LENGTH);
            for (id, reply) in replies.into_iter().enumerate() {
                match reply {
                    Ok(text) => {
                        assert_eq!((text, id == position), (format!("{prefix}{id}"), false));
                    }
                    Err(Error::Server(error)) => assert_eq!((error.code(), id), ("ERR", position)),
                    Err(other) => return Err(other.into()),
                }
            }
            assert_eq!(client.echo("in step").await?, "in step");
        }
    }
    Ok(())
}

async fn transactions<R: Adapter>(client: &Client<R>) -> Outcome {
    let (set, sum, value) = client
        .transaction((cmd::set("t", 41), cmd::incr("t"), cmd::get("t").parse::<u64>()))
        .await?;
    assert_eq!((set?, sum?, value?), ((), 42, 42));

    // EXECABORT: one command can't be queued, so none is run, and the error says which.
    for position in 0..3 {
        let commands = (0..3).map(|id| match id == position {
            true => cmd::command("NONSENSE"),
            false => cmd::command("INCR").arg("aborted"),
        });
        match client.transaction(commands.collect::<Vec<_>>()).await {
            Err(Error::Discarded { index, error, .. }) => {
                assert_eq!(index, position);
                assert!(error.to_string().contains("unknown command 'NONSENSE'"), "{error}");
            }
            other => panic!("{other:?}"),
        }
        assert_eq!(client.get("aborted").await?, None);
        assert_eq!(client.echo("in step").await?, "in step");
    }

    // Nested replies, and a null.
    let (list, nothing) =
        client.transaction((cmd::command("TIME").parse::<Vec<u64>>(), cmd::get("nothing"))).await?;
    assert_eq!((list?.len(), nothing?), (2, None));
    Ok(())
}

async fn nobody_in_between<R: Adapter>(client: &Client<R>) -> Outcome {
    let ends = all((0..100).map(|id| async move {
        if id % 2 == 0 {
            client.incr("shared").await?;
            return Ok::<_, Error>(true);
        }
        let (one, two) = client.transaction((cmd::incr("shared"), cmd::incr("shared"))).await?;
        Ok(two? == one? + 1)
    }));
    for end in ends.await {
        assert!(end?, "somebody came in between");
    }
    assert_eq!(client.get("shared").parse::<u64>().await?, 150);
    Ok(())
}

const LENGTH: usize = 6;

//! Timeouts and lost connections: every call ends, and says what may have become of it.

use std::future::Future;
use std::pin::{Pin, pin};
use std::task::{Context, Waker};
use std::time::{Duration, Instant};

use adapter_core::{Cause, Commands, ConnectionError, Error, cmd};

use super::slow::{Pace, slowed};
use super::waiting::{join, sleep, within};
use super::{Adapter, Outcome, SENDER, Setup, all, eventually};

/// A reply that comes too late is nobody's, and those behind it reach their callers.
///
/// # Errors
///
/// Any that should not be.
pub async fn timeouts<R: Adapter>(setup: &Setup) -> Outcome {
    let client = setup.mortal_client::<R>(setup.config()).await?;
    for _ in 0..2 {
        let paused = Instant::now();
        assert_eq!(setup.ask(&["CLIENT", "PAUSE", "300", "ALL"])?, "+OK\r\n");
        let late = async {
            let end = client.echo("late").timeout(50 * MILLISECOND).await;
            (end.map(drop), paused.elapsed())
        };
        let late_pipeline = async {
            let echoes = vec![cmd::echo("late").timeout(50 * MILLISECOND); 3];
            let end = client
                .pipeline(echoes)
                .await
                .and_then(|replies| replies.into_iter().try_for_each(|reply| reply.map(drop)));
            (end, paused.elapsed())
        };
        let late_transaction = async {
            let echoes = vec![cmd::echo("late").timeout(50 * MILLISECOND); 3];
            (client.transaction(echoes).await.map(drop), paused.elapsed())
        };
        let patient = async {
            let end = client.echo("patient").await;
            (end.map(|reply| assert_eq!(reply, "patient")), paused.elapsed())
        };
        type Ends<'a> = Pin<Box<dyn Future<Output = (Result<(), Error>, Duration)> + 'a>>;
        let calls: [Ends<'_>; 4] = [
            Box::pin(late),
            Box::pin(late_pipeline),
            Box::pin(patient),
            Box::pin(late_transaction),
        ];
        let ends = all(calls).await;
        for (call, (end, after)) in ends.into_iter().enumerate() {
            match (call, end) {
                (2, Ok(())) => {}
                (0 | 1 | 3, Err(Error::MaybeApplied(Cause::TimedOut))) => {
                    assert!(after >= 50 * MILLISECOND, "call {call} after {after:?}");
                    assert!(after < 290 * MILLISECOND, "call {call} after {after:?}");
                }
                (call, other) => panic!("call {call}: {other:?}"),
            }
        }
        for id in 0..20 {
            assert_eq!(client.echo(id).parse::<u64>().await?, id);
        }
    }
    Ok(())
}

/// The server is killed, closes the connection, or is left by the client; the driver is dropped.
///
/// # Errors
///
/// Any that should not be.
pub async fn loss<R: Adapter>(setup: &Setup) -> Outcome {
    killed_while_it_waits::<R>(setup).await?;
    killed_under_load::<R>(setup).await?;
    closed_while_idle::<R>(setup).await?;
    left_by_all_clients::<R>(setup).await?;
    left_with_a_command_under_way::<R>(setup).await?;
    driver_dropped::<R>(setup).await
}

async fn killed_while_it_waits<R: Adapter>(setup: &Setup) -> Outcome {
    let mut setup = setup.another()?;
    let client = setup.mortal_client::<R>(setup.config().client_name(SENDER)).await?;
    assert_eq!(setup.ask(&["CLIENT", "PAUSE", "100000", "WRITE"])?, "+OK\r\n");
    let calls = all((0..100).map(|id| {
        let client = client.clone();
        async move {
            match id % 3 {
                0 => client.incr("k").await.map(drop),
                1 => client.transaction((cmd::incr("k"), cmd::incr("k"))).await.map(drop),
                _ => {
                    let (one, two) = client.pipeline((cmd::incr("k"), cmd::incr("k"))).await?;
                    one.and(two).map(drop)
                }
            }
        }
    }));
    let killer = async {
        // All have left: the first is in hand, the others are behind it.
        let [incr, multi_exec] =
            ["*2\r\n$4\r\nINCR\r\n$1\r\nk\r\n", "*1\r\n$5\r\nMULTI\r\n*1\r\n$4\r\nEXEC\r\n"];
        let behind =
            33 * incr.len() + 33 * (multi_exec.len() + 2 * incr.len()) + 33 * 2 * incr.len();
        setup.has_received::<R>(behind).await?;
        setup.server.kill()?;
        Ok::<_, Box<dyn std::error::Error>>(Instant::now())
    };
    let (ends, killed) = within::<R, _>(10 * SECOND, join(calls, killer)).await?;
    let took = killed?.elapsed();
    assert!(took < 2 * SECOND, "the last call ended {took:?} after the server");
    assert_eq!(ends.len(), 100);
    for end in ends {
        assert!(matches!(end, Err(Error::MaybeApplied(Cause::Connection(_)))), "{end:?}");
    }
    let late = within::<R, _>(SECOND, async { client.ping().await }).await?;
    assert!(matches!(late, Err(Error::NotSent(Cause::Connection(_)))), "{late:?}");
    Ok(())
}

async fn killed_under_load<R: Adapter>(setup: &Setup) -> Outcome {
    let mut setup = setup.another()?;
    let client = setup.mortal_client::<R>(setup.config()).await?;
    let callers = all((0..50).map(|caller| {
        let client = client.clone();
        async move {
            let mut echoes = 0_usize;
            loop {
                let tag = format!("{caller} {echoes}");
                match client.echo(&tag).await {
                    Ok(reply) => assert_eq!(reply, tag),
                    Err(error) => return (echoes, error),
                }
                echoes += 1;
            }
        }
    }));
    let killer = async {
        sleep::<R>(50 * MILLISECOND).await;
        setup.server.kill()
    };
    let (ends, killed) = within::<R, _>(10 * SECOND, join(callers, killer)).await?;
    killed?;
    let echoes: usize = ends.iter().map(|(echoes, _)| echoes).sum();
    assert!(echoes > 0, "there was some load");
    for (_, error) in ends {
        let expected = matches!(
            error,
            Error::MaybeApplied(Cause::Connection(_)) | Error::NotSent(Cause::Connection(_))
        );
        assert!(expected, "{error:?}");
    }
    Ok(())
}

/// A client that doesn't connect again says that it is over.
async fn closed_while_idle<R: Adapter>(setup: &Setup) -> Outcome {
    let client = setup.mortal_client::<R>(setup.config()).await?;
    let id: String = client.command("CLIENT ID").parse().await?;
    assert_eq!(setup.ask(&["CLIENT", "KILL", "ID", &id])?, ":1\r\n");
    eventually::<R>("the client notices", async || Ok(client.ready().await.is_err())).await?;
    assert_eq!(client.ready().await, Err(ConnectionError::ClosedByServer));
    let gone = Error::NotSent(Cause::Connection(ConnectionError::ClosedByServer));
    let late = within::<R, _>(SECOND, async { client.ping().await }).await?;
    assert_eq!(late, Err(gone.clone()));
    let late = within::<R, _>(SECOND, client.pipeline((cmd::ping(), cmd::ping()))).await?;
    assert_eq!(late.err(), Some(gone.clone()));
    let late = within::<R, _>(SECOND, client.transaction((cmd::ping(),))).await?;
    assert_eq!(late.err(), Some(gone));
    Ok(())
}

async fn left_by_all_clients<R: Adapter>(setup: &Setup) -> Outcome {
    let client = setup.mortal_client::<R>(setup.config().client_name("leaver")).await?;
    let others: Vec<_> = (0..10).map(|_| client.clone()).collect();
    assert!(setup.ask(&["CLIENT", "LIST"])?.contains("name=leaver"));
    drop(client);
    for other in &others {
        other.ping().await?;
    }
    drop(others);
    eventually::<R>("the connection is closed", async || {
        Ok(!setup.ask(&["CLIENT", "LIST"])?.contains("name=leaver"))
    })
    .await
}

async fn left_with_a_command_under_way<R: Adapter>(setup: &Setup) -> Outcome {
    let client = setup.mortal_client::<R>(setup.config().client_name("hurried")).await?;
    let mut call = Box::pin(client.set("farewell", "applied").into_future());
    assert!(call.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    drop(call);
    drop(client.set("never", "polled").into_future());
    drop(client);
    let other = setup.mortal_client::<R>(setup.config()).await?;
    eventually::<R>("the command is run", async || {
        Ok(other.get("farewell").await?.is_some_and(|value| value == "applied"))
    })
    .await?;
    assert_eq!(other.get("never").await?, None, "not polled, not sent");
    Ok(())
}

async fn driver_dropped<R: Adapter>(setup: &Setup) -> Outcome {
    let (client, mut driver) = slowed::<R>(setup, Pace::default()).await?;
    assert_eq!(setup.ask(&["CLIENT", "PAUSE", "200", "WRITE"])?, "+OK\r\n");
    let mut sent = pin!(client.set("k", "v").into_future());
    let limit = R::default().now() + 20 * MILLISECOND;
    let mut alarm = pin!(R::default().sleep_until(limit));
    std::future::poll_fn(|cx| {
        assert!(sent.as_mut().poll(cx).is_pending(), "the server is paused");
        assert!(Pin::new(&mut driver).poll(cx).is_pending(), "the connection is alive");
        alarm.as_mut().poll(cx)
    })
    .await;
    let mut not_sent = pin!(client.set("k", "v").into_future());
    assert!(not_sent.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    drop(driver);
    let end = within::<R, _>(SECOND, sent).await?;
    let closed = Cause::Connection(ConnectionError::Abandoned);
    assert_eq!(end, Err(Error::MaybeApplied(closed.clone())));
    let end = within::<R, _>(SECOND, not_sent).await?;
    assert_eq!(end, Err(Error::NotSent(closed.clone())));
    let late = within::<R, _>(SECOND, async { client.ping().await }).await?;
    assert_eq!(late, Err(Error::NotSent(closed)));
    Ok(())
}

const SECOND: Duration = Duration::from_secs(1);
const MILLISECOND: Duration = Duration::from_millis(1);

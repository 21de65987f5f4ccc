//! A client outlives its connections: the session is as before, and every command is told the
//! truth.

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use adapter_core::{
    Cause, Client, Commands, ConnectionError, ConnectionEvent, Error, Offline, Options, cmd,
};

use super::journal::Journal;
use super::waiting::{join, within};
use super::{Adapter, BRISK, Outcome, PATIENCE, SENDER, Setup, all, eventually, flags};

/// A server that is killed and started again, one that throws an idle client out, one that stays
/// away.
///
/// # Errors
///
/// Any that should not be.
pub async fn reconnecting<R: Adapter>(setup: &Setup) -> Outcome {
    session_is_replayed::<R>(setup).await?;
    waiting_commands_leave_in_order::<R>(setup).await?;
    waiting_ends_in_time::<R>(setup).await?;
    failing_at_once::<R>(setup).await?;
    what_has_left::<R>(setup).await?;
    thrown_out_while_idle::<R>(setup).await?;
    attempts_are_bounded::<R>(setup).await?;
    never_connected::<R>(setup).await
}

/// Comes back quickly, however often it is thrown out.
fn options(setup: &Setup) -> Options {
    setup.options().reconnect(BRISK)
}

/// A client whose server is gone, and which knows it.
async fn bereft<R: Adapter>(
    options: Options,
    setup: &mut Setup,
) -> Result<(Client<R>, Journal), Box<dyn std::error::Error>> {
    let journal = Journal::default();
    let client = Client::connect(journal.of(options)).await?;
    setup.server.kill()?;
    journal.losses::<R>(1).await?;
    Ok((client, journal))
}

/// Database, name and the application's own commands precede everything else, in this order.
async fn session_is_replayed<R: Adapter>(setup: &Setup) -> Outcome {
    let mut setup = setup.another()?;
    let config = setup
        .config()
        .database(3)
        .client_name("configured")
        .on_connect(cmd::command("RPUSH").arg("order").arg("first"))
        .on_connect(cmd::command("CLIENT NO-EVICT").arg("ON"))
        .on_connect(cmd::command("CLIENT SETNAME").arg("own"))
        .on_connect(cmd::command("RPUSH").arg("order").arg("second"));
    let (client, journal) = bereft::<R>(options(&setup).config(config), &mut setup).await?;
    for restart in 1..=3 {
        let callers = all((0..10).map(|_| async {
            client.command("RPUSH").arg("order").arg("waiting").parse::<u64>().await
        }));
        let again = async { setup.server.start_again() };
        let (ends, started) = within::<R, _>(PATIENCE, join(callers, again)).await?;
        started?;
        assert_eq!(ends.into_iter().collect::<Result<Vec<_>, _>>()?.len(), 10);
        // The server has forgotten everything: so all that is there was said on this connection,
        // and the list would not be in this database if it had been selected later.
        let order: Vec<String> = client.lrange("order", 0, -1).parse().await?;
        assert_eq!(order.len(), 12, "{order:?}");
        assert!(order.starts_with(&["first", "second", "waiting"].map(String::from)), "{order:?}");
        let info: String = client.command("CLIENT INFO").parse().await?;
        assert!(info.contains(" db=3 ") && info.contains(" name=own "), "{info}");
        assert!(flags(&info).contains('e'), "{info}");
        let resp = if setup.protocol == adapter_core::Protocol::Resp2 { 2 } else { 3 };
        assert!(info.contains(&format!(" resp={resp}")), "{info}");
        assert_eq!(setup.ask(&["DBSIZE"])?, ":0\r\n", "nothing was said in another database");
        journal.connections::<R>(restart + 1).await?;
        journal.check();
        if restart < 3 {
            let before = journal.lost();
            setup.server.kill()?;
            journal.losses::<R>(before + 1).await?;
        }
    }
    Ok(())
}

async fn waiting_commands_leave_in_order<R: Adapter>(setup: &Setup) -> Outcome {
    let mut setup = setup.another()?;
    let (client, _) = bereft::<R>(options(&setup), &mut setup).await?;
    let callers = all((0..100).map(|id| {
        let client = &client;
        async move { client.command("RPUSH").arg("order").arg(id).parse::<usize>().await }
    }));
    let pipeline = async {
        let (one, two) = client.pipeline((cmd::incr("p"), cmd::incr("p"))).await?;
        Ok::<_, Error>((one?, two?))
    };
    let transaction = async {
        let (one, two) = client.transaction((cmd::incr("t"), cmd::incr("t"))).await?;
        Ok::<_, Error>((one?, two?))
    };
    let again = async { setup.server.start_again() };
    let everything = join(join(callers, join(pipeline, transaction)), again);
    let ((ends, batches), started) = within::<R, _>(PATIENCE, everything).await?;
    started?;
    for (id, end) in ends.into_iter().enumerate() {
        assert_eq!(end?, id + 1, "the first to wait is the first to leave, and leaves once");
    }
    assert_eq!((batches.0?, batches.1?), ((1, 2), (1, 2)));
    Ok(())
}

async fn waiting_ends_in_time<R: Adapter>(setup: &Setup) -> Outcome {
    let mut setup = setup.another()?;
    let config = setup.config().command_timeout(Some(SHORT));
    let (client, _) = bereft::<R>(options(&setup).config(config), &mut setup).await?;
    let since = Instant::now();
    let end = within::<R, _>(PATIENCE, async { client.incr("k").await }).await?;
    assert!(matches!(end, Err(Error::NotSent(Cause::Connection(_)))), "{end:?}");
    let took = since.elapsed();
    assert!((SHORT..SHORT + SLACK).contains(&took), "{took:?}");
    Ok(())
}

async fn failing_at_once<R: Adapter>(setup: &Setup) -> Outcome {
    let mut setup = setup.another()?;
    let (client, _) = bereft::<R>(options(&setup).offline(Offline::Fail), &mut setup).await?;
    for _ in 0..10 {
        let mut call = pin!(client.incr("k").into_future());
        match call.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(Err(Error::NotSent(Cause::Connection(_)))) => {}
            other => panic!("{other:?}"),
        }
    }
    let end = client.pipeline((cmd::incr("k"), cmd::incr("k"))).await;
    assert!(matches!(end, Err(Error::NotSent(Cause::Connection(_)))), "{end:?}");
    setup.server.start_again()?;
    within::<R, _>(PATIENCE, client.ready()).await??;
    assert_eq!(client.incr("k").await?, 1);
    Ok(())
}

/// Of what had left, only what reads or is marked is sent again; and that as often as configured.
async fn what_has_left<R: Adapter>(setup: &Setup) -> Outcome {
    for resends in [2, 0] {
        let mut setup = setup.another()?;
        let journal = Journal::default();
        let config = setup.config().client_name(SENDER);
        let options = options(&setup).config(config).resends(resends);
        let client = Client::<R>::connect(journal.of(options)).await?;
        // Writing commands wait at the server, and what is behind them in its buffer.
        assert_eq!(setup.ask(&["CLIENT", "PAUSE", "100000", "WRITE"])?, "+OK\r\n");
        let writes = async { client.incr("written").await };
        let reads = async { client.get("read").await };
        let marked = async { client.set("marked", "again").resend().await };
        let restart = async {
            // The `INCR` is in hand, the others are behind it.
            setup.has_received::<R>(BEHIND.len()).await?;
            setup.server.kill()?;
            journal.losses::<R>(1).await?;
            setup.server.start_again()?;
            Ok::<_, Box<dyn std::error::Error>>(())
        };
        let calls = join(writes, join(reads, marked));
        let ((writes, (reads, marked)), restarted) =
            within::<R, _>(PATIENCE, join(calls, restart)).await?;
        restarted?;
        let unknown =
            |error: Error| matches!(error, Error::MaybeApplied(Cause::Connection(_))).then_some(());
        assert_eq!(writes.map_err(unknown), Err(Some(())));
        if resends == 0 {
            assert_eq!(reads.map_err(unknown), Err(Some(())));
            assert_eq!(marked.map_err(unknown), Err(Some(())));
        } else {
            assert_eq!((reads, marked), (Ok(None), Ok(())));
        }
        client.ready().await?;
        assert_eq!(client.get("written").await?, None, "nobody has sent it again");
        let marked = client.get("marked").parse::<Option<String>>().await?;
        assert_eq!(marked.as_deref(), (resends > 0).then_some("again"));
        journal.check();
    }
    Ok(())
}

/// It is noticed before the next command, which pays nothing for it.
async fn thrown_out_while_idle<R: Adapter>(setup: &Setup) -> Outcome {
    let journal = Journal::default();
    // Nothing here would be sent again.
    let options = options(setup).resends(0);
    let client = Client::<R>::connect(journal.of(options)).await?;
    for round in 1..=20 {
        let id: String = client.command("CLIENT ID").parse().await?;
        let thrown_out = Instant::now();
        assert_eq!(setup.ask(&["CLIENT", "KILL", "ID", &id])?, ":1\r\n");
        journal.losses::<R>(round).await?;
        let noticed = thrown_out.elapsed();
        assert!(noticed < SLACK, "noticed after {noticed:?}");
        let count = within::<R, _>(PATIENCE, async { client.incr("idle").await }).await??;
        assert_eq!(count, i64::try_from(round)?, "once, and at the first go");
    }
    assert_eq!(journal.count(|event| matches!(event, ConnectionEvent::Failed(_))), 0);
    journal.check();
    Ok(())
}

async fn attempts_are_bounded<R: Adapter>(setup: &Setup) -> Outcome {
    let mut setup = setup.another()?;
    // Slow enough for the last ones to find nobody.
    let unhurried = BRISK.delays(SHORT / 4, SHORT / 2);
    let options = options(&setup).reconnect(unhurried.attempts(Some(3)));
    let (client, journal) = bereft::<R>(options, &mut setup).await?;
    let waiting = within::<R, _>(PATIENCE, async { client.incr("k").await }).await?;
    eventually::<R>("it is given up", async || {
        Ok(journal.events().last() == Some(&ConnectionEvent::GivenUp))
    })
    .await?;
    journal.check();
    // A server that is dying may still let the first one in, and that is lost, not failed.
    let attempts = journal.count(|event| matches!(event, ConnectionEvent::Reconnecting { .. }));
    assert_eq!((attempts, journal.connected()), (3, 1), "{:?}", journal.events());
    let late = within::<R, _>(PATIENCE, async { client.incr("k").await }).await?;
    for end in [waiting, late] {
        let Err(error) = end else { panic!("{end:?}") };
        assert!(matches!(error, Error::NotSent(Cause::Connection(_))), "{error:?}");
        let expected = format!(
            "not sent: not connected: cannot connect to {}: connection refused",
            setup.endpoint()
        );
        assert_eq!(error.to_string(), expected);
    }
    let ready = client.ready().await;
    assert!(matches!(ready, Err(ConnectionError::NotConnected(_))), "{ready:?}");
    // Nobody looks for the server any more.
    setup.server.start_again()?;
    assert!(client.incr("k").await.is_err());
    Ok(())
}

/// A service that starts before its server does.
async fn never_connected<R: Adapter>(setup: &Setup) -> Outcome {
    let mut setup = setup.another()?;
    setup.server.kill()?;
    let client = Client::<R>::connect_lazily(options(&setup))?;
    let again = async { setup.server.start_again() };
    let (end, started) =
        within::<R, _>(PATIENCE, join(async { client.incr("k").await }, again)).await?;
    started?;
    assert_eq!(end?, 1);
    Ok(())
}

const BEHIND: &str =
    "*2\r\n$3\r\nGET\r\n$4\r\nread\r\n*3\r\n$3\r\nSET\r\n$6\r\nmarked\r\n$5\r\nagain\r\n";

const SHORT: Duration = Duration::from_millis(100);

/// What a loaded machine may add.
const SLACK: Duration = Duration::from_secs(1);

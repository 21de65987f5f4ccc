//! What one lessee leaves behind is nobody else's.

use std::future::Future;
use std::pin::{Pin, pin};
use std::task::{Context, Waker};

use adapter_core::{Commands, Error, Lease, Protocol, Reconnect, cmd};

use super::super::waiting::within;
use super::super::{Adapter, Outcome, PATIENCE, Setup};
use super::pool;

/// How a lease is left, and whether its connection can be cleaned.
const STATES: [(State, bool); 10] = [
    (State::Clean, true),
    (State::Multi, true),
    (State::BrokenMulti, true),
    (State::Watch, true),
    (State::Select, true),
    (State::Everything, true),
    (State::Name, false),
    (State::Tracking, false),
    (State::Subscribed, false),
    (State::Blocked, false),
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Clean,
    Multi,
    /// With a command that could not be queued.
    BrokenMulti,
    Watch,
    Select,
    Everything,
    Name,
    Tracking,
    Subscribed,
    /// In a blocking command that nobody waits for any more.
    Blocked,
}

pub(super) async fn hygiene<R: Adapter>(setup: &Setup) -> Outcome {
    setup.ask(&["FLUSHALL"])?;
    // One connection, so that the next lessee gets the same or its successor. That it is replaced
    // is not the server's fault, and doesn't count as an attempt in vain.
    let options = setup.options().reconnect(Reconnect::default().attempts(Some(1)));
    let pool = pool::<R>(setup, options, 1).await?;
    for (state, cleaned) in STATES {
        if state == State::Tracking && setup.protocol == Protocol::Resp2 {
            // It would need a second connection.
            continue;
        }
        for unanswered in [false, true] {
            pool.set("dirty", "before").await?;
            let mut lease = pool.lease().await?;
            let id: u64 = lease.command("CLIENT ID").parse().await?;
            leave_behind(&mut lease, state).await?;
            if unanswered {
                // Somebody in a hurry: what is under way is not waited for.
                let mut call = pin!(lease.incr("hurried").into_future());
                let poll = call.as_mut().poll(&mut Context::from_waker(Waker::noop()));
                assert!(poll.is_pending());
            }
            drop(lease);

            let at = format!("{state:?}, unanswered: {unanswered}");
            let next = within::<R, _>(PATIENCE, pool.lease()).await??;
            let same = next.command("CLIENT ID").parse::<u64>().await? == id;
            assert_eq!(same, cleaned, "{at}");
            is_clean(&next).await.map_err(|error| format!("after {at}: {error}"))?;
            drop(next);
            // As what is shared, too.
            assert_eq!(pool.echo("clean").await?, "clean", "{at}");
        }
    }
    assert_eq!(pool.command("DBSIZE").parse::<u64>().await?, 2, "dirty and hurried, nothing else");
    Ok(())
}

async fn leave_behind<R: Adapter>(lease: &mut Lease<R>, state: State) -> Result<(), Error> {
    let multi = async |lease: &Lease<R>| {
        lease.command("MULTI").await?;
        lease.command("SET").arg("dirty").arg("by a transaction").await.map(drop)
    };
    match state {
        State::Clean => {}
        State::Multi => multi(lease).await?,
        State::BrokenMulti => {
            multi(lease).await?;
            assert!(lease.command("NONSENSE").await.is_err());
        }
        State::Watch => drop(lease.command("WATCH").arg("dirty").await?),
        State::Select => drop(lease.command("SELECT").arg(7).await?),
        State::Everything => {
            lease.command("WATCH").arg("dirty").await?;
            lease.command("SELECT").arg(7).await?;
            multi(lease).await?;
        }
        State::Name => drop(lease.command("CLIENT SETNAME").arg("pooled").await?),
        State::Tracking => drop(lease.command("CLIENT TRACKING").arg("ON").await?),
        State::Subscribed => {
            let mut raw = lease.raw();
            raw.send(cmd::command("SUBSCRIBE").arg("news"))?;
            raw.next().await.transpose()?;
        }
        State::Blocked => {
            let command = lease.command("BLPOP").arg("nothing").arg(0);
            let mut call: Pin<Box<_>> = Box::pin(command.into_future());
            let poll = call.as_mut().poll(&mut Context::from_waker(Waker::noop()));
            assert!(poll.is_pending());
        }
    }
    Ok(())
}

async fn is_clean<R: Adapter>(lease: &Lease<R>) -> Outcome {
    let info: String = lease.command("CLIENT INFO").parse().await?;
    for said in [" db=0 ", " multi=-1 ", " sub=0 ", " name=pooled ", " redir=-1 "] {
        assert!(info.contains(said), "no {said:?} in {info:?}");
    }
    // Nothing is watched: somebody's change aborts nothing.
    assert_eq!(lease.get("dirty").parse::<String>().await?, "before");
    lease.set("dirty", "meanwhile").await?;
    let (one,) = lease.transaction((cmd::get("dirty").parse::<String>(),)).await?;
    assert_eq!(one?, "meanwhile");
    Ok(())
}

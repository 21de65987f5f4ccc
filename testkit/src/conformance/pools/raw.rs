//! Replies and pushes one at a time.

use adapter_core::resp_core::Frame;
use adapter_core::{Cause, Commands, Error, FromReply, Incoming, Pool, Protocol, Raw, cmd};

use super::super::waiting::within;
use super::super::{Adapter, Outcome, PATIENCE, Setup};
use super::pool;

type Next = Result<Frame, Box<dyn std::error::Error>>;

pub(super) async fn raw<R: Adapter>(setup: &Setup) -> Outcome {
    let pool = pool::<R>(setup, setup.options(), 2).await?;
    let mut lease = pool.lease().await?;
    let mut raw = lease.raw();
    for id in 0..100 {
        raw.send(cmd::echo(id))?;
    }
    raw.send(cmd::command("NONSENSE"))?;
    raw.send(cmd::command("CONFIG GET").arg("port"))?;
    for id in 0..100 {
        assert_eq!(reply(&mut raw).await?.to_string(), format!("\"{id}\""));
    }
    let error = reply(&mut raw).await?;
    assert!(error.as_bytes().starts_with(b"-ERR unknown command"), "{error}");
    let kind = if setup.protocol == Protocol::Resp2 { b'*' } else { b'%' };
    assert_eq!(reply(&mut raw).await?.as_bytes().first(), Some(&kind));

    raw.send(cmd::command("SUBSCRIBE").arg("news"))?;
    let confirmed = within::<R, _>(PATIENCE, raw.next()).await?.ok_or("it is over")??;
    assert!(matches!(confirmed, Incoming::Reply(_) | Incoming::Push(_)), "{confirmed:?}");
    for id in 0..100 {
        assert_eq!(pool.publish("news", id).await?, 1);
        let message = push(&mut raw).await?;
        let [kind, channel, payload] = <[String; 3]>::from_reply(message.as_frame())?;
        assert_eq!((kind.as_str(), channel.as_str()), ("message", "news"));
        assert_eq!(payload, id.to_string());
    }
    drop(raw);
    drop(lease);

    over_with_the_connection::<R>(setup, &pool).await
}

async fn over_with_the_connection<R: Adapter>(setup: &Setup, pool: &Pool<R>) -> Outcome {
    let mut lease = pool.lease().await?;
    let id: String = lease.command("CLIENT ID").parse().await?;
    let mut raw = lease.raw();
    raw.send(cmd::command("BLPOP").arg("nothing").arg(0))?;
    assert_eq!(setup.ask(&["CLIENT", "KILL", "ID", &id])?, ":1\r\n");
    match within::<R, _>(PATIENCE, raw.next()).await? {
        Some(Err(Error::MaybeApplied(Cause::Connection(_)))) => {}
        // The kill was faster than the command.
        Some(Err(Error::NotSent(Cause::Connection(_)))) => {}
        other => panic!("{other:?}"),
    }
    assert_eq!(within::<R, _>(PATIENCE, raw.next()).await?, None);
    let late = raw.send(cmd::ping());
    assert!(matches!(late, Err(Error::NotSent(_))), "{late:?}");
    Ok(())
}

async fn reply<R: Adapter>(raw: &mut Raw<'_, R>) -> Next {
    match within::<R, _>(PATIENCE, raw.next()).await?.ok_or("it is over")?? {
        Incoming::Reply(frame) => Ok(frame),
        other => Err(format!("{other:?}").into()),
    }
}

async fn push<R: Adapter>(raw: &mut Raw<'_, R>) -> Next {
    match within::<R, _>(PATIENCE, raw.next()).await?.ok_or("it is over")?? {
        Incoming::Push(frame) => Ok(frame),
        other => Err(format!("{other:?}").into()),
    }
}

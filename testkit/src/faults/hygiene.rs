//! What a lease leaves behind must not reach the next.

mod replace;

use std::future::{Future, IntoFuture, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use adapter_core::{Cause, Commands, Error, Lease, Options, Pool, Protocol, Reconnect, cmd};

use super::{Figures, Outcome, Size, at_least};
use crate::conformance::{Adapter, Over, Setup, all};

type Problem = Box<dyn std::error::Error>;

/// What is done to a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Dirt {
    Nothing,
    Multi,
    Watch,
    WatchAndMulti,
    Select,
    SelectInMulti,
    Subscribe,
    Psubscribe,
    Tracking,
    SetName,
    NoEvict,
    OtherProtocol,
    OtherUser,
    Reset,
    Quit,
    Blocking,
    Pipeline,
    Unread,
    RawPushes,
    RawFlood,
    ReplyOff,
}

/// How the lease ends behind it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    Ok,
    ErrorReply,
    Cancel,
    Panic,
}

/// Leaves a pool's only connection in every state, by every way, and looks at what the next lease
/// finds.
///
/// # Errors
///
/// Any that should not be.
pub async fn hygiene<R: Adapter>(size: Size) -> Outcome {
    let started = Instant::now();
    let (mut cells, mut wrong) = (0, Vec::new());
    let (mut replaced, mut waited) = (Duration::ZERO, Duration::ZERO);
    let (mut dials, mut vain) = (0, 0);
    for protocol in [Protocol::Resp3, Protocol::Resp2].into_iter().take(size.pick(2, 1)) {
        let setup = Setup::start(Over::Tcp, protocol)?;
        let options = Options::new(setup.endpoint())
            .config(setup.config().database(DATABASE).client_name("clean"))
            .reconnect(Reconnect::default().delays(Duration::ZERO, Duration::from_millis(10)))
            .lease_timeout(Duration::from_secs(10))
            .pool_size(1);
        let pool = Pool::<R>::connect(options).await?;
        setup.ask(&["ACL", "SETUSER", "other", "on", "nopass", "~*", "&*", "+@all"])?;
        for dirt in ALL {
            for end in [End::Ok, End::ErrorReply, End::Cancel, End::Panic] {
                cells += 1;
                let cell = format!("{protocol:?}, {dirt:?}, {end:?}");
                if let Err(error) = soil(&pool, dirt, end).await {
                    wrong.push(format!("{cell}: soiling: {error}"));
                }
                match look(&pool, &setup).await {
                    Ok(found) => wrong.extend(found.iter().map(|what| format!("{cell}: {what}"))),
                    Err(error) => wrong.push(format!("{cell}: the next lease: {error}")),
                }
            }
        }
        replaced = replaced.max(replace::longest_wait::<R>(&setup).await?);
        waited = waited.max(replace::wait_in_vain::<R>(&setup).await?);
        dials = dials.max(replace::dials_for_dirty_leases::<R>(&setup).await?);
        vain = vain.max(replace::dials_in_vain::<R>(&setup).await?);
    }
    let mut figures = Figures::new(format!(
        "pool hygiene: {} states x 4 ends, a pool of one ({:.1?})",
        ALL.len(),
        started.elapsed()
    ));
    let all = 4 * ALL.len();
    figures.bar(cells >= all, "leases left dirty", at_least(all), cells);
    figures.none_wrong("surprises for the next lease", &wrong);
    let millis = |time: Duration| format!("{:.1}", time.as_secs_f64() * 1000.0);
    figures.bar(
        replaced <= REPLACED,
        "ms until a lost connection is replaced",
        format_args!("<= {}", REPLACED.as_millis()),
        millis(replaced),
    );
    figures.bar(
        waited <= WAITED,
        "ms that 3 commands of 50 ms wait for a dead server",
        format_args!("<= {}", WAITED.as_millis()),
        millis(waited),
    );
    figures.bar(
        dials == replace::DIALS,
        "connections made for 20 leases left dirty",
        replace::DIALS,
        dials,
    );
    figures.bar(
        vain <= replace::DIALS_IN_VAIN,
        "connections tried in 500 ms with the server gone",
        format_args!("<= {}", replace::DIALS_IN_VAIN),
        vain,
    );
    Ok(figures)
}

/// Leases, leaves a mess, and ends.
async fn soil<R: Adapter>(pool: &Pool<R>, dirt: Dirt, end: End) -> Result<(), Problem> {
    let work = async {
        let mut lease = pool.lease().await?;
        mess(&mut lease, dirt).await?;
        match end {
            End::Ok => {}
            End::ErrorReply => {
                // Whatever it is: refused, queued, or never answered in this state.
                let nonsense = cmd::command("NONSENSE").timeout(Duration::from_millis(20));
                let _ = lease.pipeline((nonsense,)).await;
            }
            End::Cancel => {
                let mut echo = pin!(lease.echo("stranger").into_future());
                let _ = echo.as_mut().poll(&mut Context::from_waker(Waker::noop()));
                let mut batch = pin!(lease.pipeline((cmd::echo("stranger"), cmd::get("k"))));
                let _ = batch.as_mut().poll(&mut Context::from_waker(Waker::noop()));
            }
            // Not through the hook, which would print it.
            End::Panic => resume_unwind(Box::new("held a lease")),
        }
        Ok(())
    };
    let mut work = pin!(work);
    let ended = poll_fn(|cx| match catch_unwind(AssertUnwindSafe(|| work.as_mut().poll(cx))) {
        Ok(poll) => poll.map(Some),
        Err(_) => Poll::Ready(None),
    })
    .await;
    match ended {
        Some(ended) => ended,
        None if end == End::Panic => Ok(()),
        None => Err("it panicked".into()),
    }
}

async fn mess<R: Adapter>(lease: &mut Lease<R>, dirt: Dirt) -> Result<(), Problem> {
    let commands: &[&str] = match dirt {
        Dirt::Nothing => &["PING"],
        Dirt::Multi => &["MULTI", "INCR queued"],
        Dirt::Watch => &["WATCH watched"],
        Dirt::WatchAndMulti => &["WATCH watched", "MULTI", "INCR queued"],
        Dirt::Select => &["SELECT 5"],
        Dirt::SelectInMulti => &["MULTI", "SELECT 5"],
        Dirt::Subscribe => &["SUBSCRIBE one two"],
        Dirt::Psubscribe => &["PSUBSCRIBE n*"],
        Dirt::Tracking => &["CLIENT TRACKING ON"],
        Dirt::SetName => &["CLIENT SETNAME dirty"],
        Dirt::NoEvict => &["CLIENT NO-EVICT on"],
        Dirt::OtherProtocol => &["HELLO 2"],
        Dirt::OtherUser => &["AUTH other x"],
        Dirt::Reset => &["RESET"],
        Dirt::Quit => &["QUIT"],
        Dirt::Blocking => {
            // On its way when the lease ends.
            poll_once(lease.command("BLPOP").arg("nothing").arg(0).into_future());
            return Ok(());
        }
        Dirt::Pipeline => {
            poll_once(lease.pipeline(vec![cmd::echo("stranger"); 100]));
            poll_once(lease.transaction(vec![cmd::echo("stranger"); 100]));
            return Ok(());
        }
        Dirt::Unread => {
            for _ in 0..100 {
                poll_once(lease.echo("stranger").into_future());
            }
            return Ok(());
        }
        Dirt::RawPushes => return raw_pushes(lease, 10).await,
        Dirt::RawFlood => return raw_pushes(lease, 20_000).await,
        Dirt::ReplyOff => {
            let refused = lease.command("CLIENT REPLY").arg("OFF").await;
            return match refused {
                Err(Error::Refused { .. }) => Ok(()),
                other => Err(format!("CLIENT REPLY OFF: {other:?}").into()),
            };
        }
    };
    for command in commands {
        let mut words = command.split(' ');
        let name = words.next().unwrap_or_default();
        match lease.command(name).args(words).await {
            Ok(_) => {}
            // RESP2 has no tracking without a second connection.
            Err(Error::Server(_)) if dirt == Dirt::Tracking => {}
            // It may hang up before it says so.
            Err(Error::MaybeApplied(Cause::Connection(_))) if dirt == Dirt::Quit => {}
            Err(error) => return Err(format!("{command}: {error}").into()),
        }
    }
    Ok(())
}

/// Subscribes in raw mode, and leaves unread what comes, with replies among it.
async fn raw_pushes<R: Adapter>(lease: &mut Lease<R>, messages: usize) -> Result<(), Problem> {
    let mut raw = lease.raw();
    raw.send(cmd::command("SUBSCRIBE").arg("news"))?;
    raw.next().await.ok_or("the connection is over")??;
    for message in 0..messages {
        // To itself, where it may say anything at all; refused in RESP2.
        raw.send(cmd::publish("news", message))?;
        raw.send(cmd::command("PING").arg("x".repeat(100)))?;
    }
    raw.next().await.ok_or("the connection is over")??;
    Ok(())
}

/// Starts something, and loses interest.
fn poll_once(future: impl Future) {
    let _ = pin!(future).poll(&mut Context::from_waker(Waker::noop()));
}

/// What isn't as it should be on the next lease.
async fn look<R: Adapter>(pool: &Pool<R>, setup: &Setup) -> Result<Vec<String>, Problem> {
    let lease = pool.lease().await?;
    let mut wrong = Vec::new();
    let info: String = lease.command("CLIENT INFO").parse().await?;
    for fact in EXPECTED {
        if !info.split([' ', '\n']).any(|field| field == fact) {
            wrong.push(format!("no {fact} in {}", info.trim_end()));
        }
    }
    let resp = if setup.protocol == Protocol::Resp2 { "resp=2" } else { "resp=3" };
    if !info.contains(resp) {
        wrong.push(format!("not {resp}"));
    }
    let by_this = break_watch(setup)?;
    match lease.transaction((cmd::set("k", &by_this), cmd::get("k"))).await {
        Ok((Ok(()), Ok(Some(value)))) if value == by_this => {}
        other => wrong.push(format!("a transaction gave {other:?}")),
    }
    let echoes = all((0..20).map(|id| {
        let lease = &lease;
        async move { (id, lease.echo(id).parse::<u32>().await) }
    }));
    for (id, echo) in echoes.await {
        if echo.as_ref() != Ok(&id) {
            wrong.push(format!("echo {id} gave {echo:?}"));
        }
    }
    if lease.get("queued").await?.is_some() {
        wrong.push("what was queued has run".into());
    }
    drop(lease);
    // And for those who share it.
    let shared: Result<String, Error> = pool.echo("shared").parse().await;
    if shared.as_deref() != Ok("shared") {
        wrong.push(format!("shared: {shared:?}"));
    }
    Ok(wrong)
}

/// Writes what may still be watched: how often it was.
fn break_watch(setup: &Setup) -> Result<String, Problem> {
    let script = "redis.call('SELECT', ARGV[1]) return redis.call('INCR', 'watched')";
    let database = DATABASE.to_string();
    let count = setup.ask(&["EVAL", script, "0", &database])?;
    Ok(count.trim().trim_start_matches(':').to_owned())
}

/// What `CLIENT INFO` says of a connection that nobody has used.
const EXPECTED: [&str; 9] = [
    "db=3",
    "name=clean",
    "sub=0",
    "psub=0",
    "multi=-1",
    "flags=N",
    "user=default",
    "redir=-1",
    "cmd=client|info",
];

const DATABASE: u32 = 3;

/// With some for the machine.
const WAITED: Duration = Duration::from_millis(300);

/// A handshake on a machine that is busy.
const REPLACED: Duration = Duration::from_millis(100);

const ALL: [Dirt; 21] = [
    Dirt::Nothing,
    Dirt::Multi,
    Dirt::Watch,
    Dirt::WatchAndMulti,
    Dirt::Select,
    Dirt::SelectInMulti,
    Dirt::Subscribe,
    Dirt::Psubscribe,
    Dirt::Tracking,
    Dirt::SetName,
    Dirt::NoEvict,
    Dirt::OtherProtocol,
    Dirt::OtherUser,
    Dirt::Reset,
    Dirt::Quit,
    Dirt::Blocking,
    Dirt::Pipeline,
    Dirt::Unread,
    Dirt::RawPushes,
    Dirt::RawFlood,
    Dirt::ReplyOff,
];

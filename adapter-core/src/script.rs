//! Scripts that run in the server.

use std::collections::BTreeSet;
use std::fmt;
use std::future::{Future, IntoFuture};
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::{Buf, Bytes};
use redis_client_core::resp_core::{Frame, OutBuf, encode};
use redis_client_core::{
    Any, Batch, Command, Detached, Error, Execute, Facts, FromReply, IntoBatch, Request, Results,
    ServerError, Timeout, ToArg, cmd, read_reply,
};

/// A Lua script, and the hash by which servers know it.
///
/// It is sent by its hash (`EVALSHA`); a server that does not know it yet says so without having run
/// anything, and is sent the whole (`EVAL`), after which it knows it.
///
/// ```no_run
/// # async fn example<R: adapter_core::Runtime>(client: &adapter_core::Client<R>)
/// # -> Result<(), adapter_core::Error> {
/// use std::sync::LazyLock;
///
/// use adapter_core::Script;
///
/// static ADD: LazyLock<Script> =
///     LazyLock::new(|| Script::new("return redis.call('INCRBY', KEYS[1], ARGV[1])"));
///
/// let sum: i64 = ADD.keys(["hits"]).arg(5).on(client).parse().await?;
/// # let _ = sum;
/// # Ok(())
/// # }
/// ```
///
/// In a pipeline nobody can wait for the answer of one before the next is sent, so there the first
/// one goes whole and the others by hash: collect [`Invocations`]. In a tuple with other commands say
/// so yourself: [`Invocation::whole`] for the first, [`Invocation::by_hash`] for those
/// behind it. Either way everything is run once and in order.
#[derive(Clone)]
pub struct Script {
    source: Bytes,
    hash: String,
    read_only: bool,
}

/// A call of a [`Script`]: its keys and arguments, what the reply is read as (`T`), and who will
/// send it (`X`).
#[must_use = "a script does nothing until it is awaited or put in a pipeline"]
pub struct Invocation<'s, T = Frame, X = Detached> {
    script: &'s Script,
    by_hash: Command<Any>,
    executor: X,
    reply: PhantomData<fn() -> T>,
}

/// Calls of scripts for a pipeline or a transaction: the first of each script goes whole, the others
/// by hash, so that none is unknown to the server.
///
/// ```no_run
/// # async fn example<R: adapter_core::Runtime>(client: &adapter_core::Client<R>)
/// # -> Result<(), adapter_core::Error> {
/// use adapter_core::{Invocations, Script};
///
/// let add = Script::new("return redis.call('INCRBY', KEYS[1], ARGV[1])");
/// let calls: Invocations<'_, i64> =
///     ["a", "b", "c"].into_iter().map(|key| add.keys([key]).arg(1).parse()).collect();
/// for sum in client.pipeline(calls).await? {
///     println!("{}", sum?);
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Invocations<'s, T>(Vec<Invocation<'s, T>>);

/// A [`Script`] on its way.
#[must_use = "a script does nothing until it is awaited"]
pub struct Running<'s, T, X: Execute> {
    call: X::Call<Frame>,
    facts: &'static Facts,
    /// What to send where the server does not know the script.
    whole: Option<(&'s Script, Request, X)>,
    reply: PhantomData<fn() -> T>,
}

impl Script {
    /// A script of this source.
    pub fn new(source: impl Into<String>) -> Self {
        let source = source.into();
        let hash = sha1_smol::Sha1::from(&source).digest().to_string();
        Self { source: source.into(), hash, read_only: false }
    }

    /// A script that only reads, so that it may run on replicas, and is sent again where the
    /// connection is lost before its reply (`EVALSHA_RO`, since Redis 7.0). The server sees to it
    /// that it writes nothing.
    pub fn read_only(source: impl Into<String>) -> Self {
        Self { read_only: true, ..Self::new(source) }
    }

    /// The SHA-1 of the source in hexadecimal digits.
    pub fn hash(&self) -> &str {
        &self.hash
    }

    /// Starts a call with these keys (`KEYS` in the script), or none: `[""; 0]`.
    pub fn keys<K: ToArg>(
        &self,
        keys: impl IntoIterator<Item = K, IntoIter: ExactSizeIterator>,
    ) -> Invocation<'_> {
        let keys = keys.into_iter();
        let name = if self.read_only { "EVALSHA_RO" } else { "EVALSHA" };
        let by_hash = cmd::command(name).arg(&self.hash).arg(keys.len()).args(keys);
        Invocation { script: self, by_hash, executor: Detached, reply: PhantomData }
    }

    /// `SCRIPT LOAD`, which has the server know the script without running it.
    pub fn load(&self) -> Command<Any, String> {
        cmd::command("SCRIPT LOAD").arg(&self.source).parse()
    }
}

impl<'s, T, X> Invocation<'s, T, X> {
    /// Appends an argument (`ARGV` in the script).
    pub fn arg(mut self, argument: impl ToArg) -> Self {
        self.by_hash = self.by_hash.arg(argument);
        self
    }

    /// Appends each of the arguments.
    pub fn args<A: ToArg>(mut self, arguments: impl IntoIterator<Item = A>) -> Self {
        self.by_hash = self.by_hash.args(arguments);
        self
    }

    /// Has the reply read as another type.
    pub fn parse<U: FromReply>(self) -> Invocation<'s, U, X> {
        let Self { script, by_hash, executor, .. } = self;
        Invocation { script, by_hash, executor, reply: PhantomData }
    }

    /// Waits this long for a reply, instead of as long as configured.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.by_hash = self.by_hash.timeout(timeout);
        self
    }
}

impl<'s, T: FromReply> Invocation<'s, T> {
    /// Binds it to a client, a pool or a lease, to be awaited.
    pub fn on<X: Execute + Copy>(self, executor: X) -> Invocation<'s, T, X> {
        let Self { script, by_hash, .. } = self;
        Invocation { script, by_hash, executor, reply: PhantomData }
    }

    /// The command that sends the hash, for a server that knows the script: behind
    /// [`whole`](Self::whole) or [`Script::load`]. Others answer `NOSCRIPT`.
    pub fn by_hash(self) -> Command<Any, T> {
        self.by_hash.parse()
    }

    /// The command that sends the whole script. The server knows it from then on.
    pub fn whole(self) -> Command<Any, T> {
        whole(self.script, self.by_hash.as_ref()).parse()
    }
}

impl<'s, T: FromReply, X: Execute + Copy> IntoFuture for Invocation<'s, T, X>
where
    X::Call<Frame>: Unpin,
{
    type Output = Result<T, Error>;
    type IntoFuture = Running<'s, T, X>;

    fn into_future(self) -> Running<'s, T, X> {
        let request = self.by_hash.into_request();
        let (facts, script, executor) = (request.facts(), self.script, self.executor);
        let whole = Some((script, request.clone(), executor));
        Running { call: executor.execute(request), facts, whole, reply: PhantomData }
    }
}

impl<T: FromReply, X: Execute + Copy> Future for Running<'_, T, X>
where
    X::Call<Frame>: Unpin,
{
    type Output = Result<T, Error>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.get_mut();
        loop {
            match ready!(Pin::new(&mut this.call).poll(cx)) {
                Ok(frame) => return Poll::Ready(read_reply(this.facts, frame.as_frame())),
                Err(Error::Server(error)) => match this.again(&error) {
                    Some(call) => this.call = call,
                    None => return Poll::Ready(read_error(this.facts, error)),
                },
                Err(error) => return Poll::Ready(Err(error)),
            }
        }
    }
}

impl<T, X: Execute> Running<'_, T, X> {
    /// The same with the whole script, where the server does not know it.
    #[cold]
    fn again(&mut self, error: &ServerError) -> Option<X::Call<Frame>> {
        // A script's own errors may have any code, and it is not to be run twice.
        if !error.text().starts_with(UNKNOWN_SCRIPT) {
            return None;
        }
        let (script, request, executor) = self.whole.take()?;
        Some(executor.execute(whole(script, &request).into_request()))
    }
}

impl<'s, T> FromIterator<Invocation<'s, T>> for Invocations<'s, T> {
    fn from_iter<I: IntoIterator<Item = Invocation<'s, T>>>(calls: I) -> Self {
        Self(calls.into_iter().collect())
    }
}

impl<T: FromReply> IntoBatch for Invocations<'_, T> {
    type Replies = Vec<Result<T, Error>>;

    fn into_batch(self, batch: &mut Batch) {
        let mut sent = BTreeSet::new();
        for invocation in self.0 {
            match sent.insert(&invocation.script.hash) {
                true => batch.push(invocation.whole()),
                false => batch.push(invocation.by_hash()),
            };
        }
    }

    fn read(mut results: Results<'_>) -> Self::Replies {
        (0..results.len()).map(|_| results.take()).collect()
    }
}

/// `EVAL` in the place of `EVALSHA`.
fn whole(script: &Script, by_hash: &Request) -> Command<Any> {
    let name = if script.read_only { "EVAL_RO" } else { "EVAL" };
    let behind_hash = by_hash.arguments().skip(2);
    let command = cmd::command(name).arg(&script.source).args(behind_hash);
    match by_hash.timeout() {
        Timeout::After(timeout) => command.timeout(timeout),
        _ => command,
    }
}

/// Reads an error as a type that may take errors for values.
fn read_error<T: FromReply>(facts: &'static Facts, error: ServerError) -> Result<T, Error> {
    if !T::TAKES_ERRORS {
        return Err(Error::Server(error));
    }
    let mut out = OutBuf::new();
    encode::bulk_error(&mut out, error.text());
    match Frame::parse(out.copy_to_bytes(out.remaining())) {
        Ok(frame) => read_reply(facts, frame.as_frame()),
        Err(_) => Err(Error::Server(error)),
    }
}

impl fmt::Debug for Script {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Script").field(&self.hash).finish()
    }
}

impl<T, X> fmt::Debug for Invocation<'_, T, X> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Invocation").field(&self.script.hash).field(&self.by_hash).finish()
    }
}

// Nothing of it is pinned but the call, which may be moved.
impl<T, X: Execute> Unpin for Running<'_, T, X> where X::Call<Frame>: Unpin {}

impl<T, X: Execute> fmt::Debug for Running<'_, T, X> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Running({})", self.facts.name)
    }
}

/// What servers say to the hash of a script that they do not have.
const UNKNOWN_SCRIPT: &[u8] = b"NOSCRIPT No matching script";

#[cfg(test)]
mod tests {
    use super::*;

    fn words(request: impl AsRef<Request>) -> Vec<String> {
        let words = request.as_ref().arguments();
        words.map(|word| String::from_utf8_lossy(word).into_owned()).collect()
    }

    #[test]
    fn by_hash_and_whole() {
        let script = Script::new("return 1");
        let hash = "e0e1f9fabfc9d4800c877a703b823ac0578ff8db";
        assert_eq!(script.hash(), hash);
        let call = || script.keys(["a", "b"]).arg(1).args(["x", ""]);
        assert_eq!(words(call().by_hash()), ["EVALSHA", hash, "2", "a", "b", "1", "x", ""]);
        assert_eq!(words(call().whole()), ["EVAL", "return 1", "2", "a", "b", "1", "x", ""]);
        assert_eq!(words(script.load()), ["SCRIPT", "LOAD", "return 1"]);
        let script = Script::read_only("return 1");
        assert_eq!(words(script.keys([""; 0]).by_hash()), ["EVALSHA_RO", hash, "0"]);
        let whole = script.keys([""; 0]).timeout(Duration::from_secs(1)).whole();
        assert_eq!(words(&whole), ["EVAL_RO", "return 1", "0"]);
        assert_eq!(whole.as_ref().timeout(), Timeout::After(Duration::from_secs(1)));
        assert!(whole.as_ref().may_resend());
    }

    #[test]
    fn large_arguments_survive() {
        let large = Bytes::from(vec![b'x'; 100_000]);
        let whole = Script::new("return 1").keys(["k"]).arg(&large).arg("y").whole();
        let words = words(whole);
        assert_eq!(words[4].len(), 100_000);
        assert_eq!(words[5], "y");
    }

    #[test]
    fn an_error_is_a_value_of_who_takes_errors() {
        let frame = Frame::parse("-ERR x\r\n").map(|frame| ServerError::of(frame.as_frame()));
        let Ok(Some(error)) = frame else { panic!() };
        let read = read_error::<Result<i64, ServerError>>(&Facts::UNKNOWN, error.clone());
        assert_eq!(read, Ok(Err(error.clone())));
        assert_eq!(read_error::<i64>(&Facts::UNKNOWN, error.clone()), Err(Error::Server(error)));
    }
}

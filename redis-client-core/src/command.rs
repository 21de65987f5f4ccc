//! Commands as values: what to send, and what the reply is read as.

use alloc::vec::Vec;
use core::fmt;
use core::future::{Future, IntoFuture};
use core::marker::PhantomData;
use core::time::Duration;

use crate::arg::ToArg;
use crate::args::Words;
use crate::error::Error;
use crate::facts::Facts;
use crate::reply::FromReply;
use crate::request::{Request, Timeout};

/// A kind of command, such as [`Get`](crate::cmd::Get): its facts and its usual reply.
pub trait Kind {
    /// What is known about it.
    const FACTS: &'static Facts;
    /// What its reply is read as, unless the caller wants something else.
    type Reply: FromReply;
}

/// A command: its arguments, what its reply is read as (`T`), and who will send it (`X`).
///
/// Made by the functions of [`cmd`](crate::cmd) it is a plain value, for pipelines, transactions
/// and bare sessions, and is no future. Made by the methods of [`Commands`](crate::Commands) it
/// belongs to a client and can be awaited; where a `Future` is asked for, `into_future` makes it one.
/// Its options are methods, the same for both.
///
/// ```
/// use redis_client_core::cmd;
///
/// let set = cmd::set("k", "v").px(500).nx();
/// let get = cmd::get("counter").parse::<u64>();
/// # let _ = (set, get);
/// ```
#[must_use = "a command does nothing until it is awaited, submitted or put in a pipeline"]
pub struct Command<K: Kind, T = <K as Kind>::Reply, X = Detached> {
    request: Request,
    /// Where options go that must stand before arguments already there, in bytes.
    mark: usize,
    executor: X,
    kind: PhantomData<fn() -> (K, T)>,
}

/// Who would send a command made by [`cmd`](crate::cmd): nobody yet.
#[derive(Clone, Copy, Debug, Default)]
pub struct Detached;

/// Something that sends commands and hands back their replies: a client, a lease, a pool.
pub trait Execute: Sized {
    /// The future of a reply read as `T`.
    type Call<T: FromReply>: Future<Output = Result<T, Error>>;

    /// Sends the command once the future is polled.
    fn execute<T: FromReply>(self, request: Request) -> Self::Call<T>;
}

impl<K: Kind> Command<K> {
    #[inline]
    const fn detached(request: Request) -> Self {
        Self { request, mark: 0, executor: Detached, kind: PhantomData }
    }

    /// Starts the command, without arguments.
    #[inline]
    pub(crate) fn new() -> Self {
        Self::detached(Request::known(K::FACTS))
    }
}

impl<T, X> Command<Any, T, X> {
    /// Appends an argument.
    ///
    /// ```
    /// # use redis_client_core::cmd;
    /// let command = cmd::command("OBJECT").arg("ENCODING").arg("key");
    /// assert_eq!(command.as_ref().count(), 3);
    /// ```
    pub fn arg(mut self, argument: impl ToArg) -> Self {
        self.request.arg(argument);
        self
    }

    /// Appends each of the arguments.
    pub fn args<A: ToArg>(mut self, arguments: impl IntoIterator<Item = A>) -> Self {
        for argument in arguments {
            self.request.arg(argument);
        }
        self
    }
}

impl<K: Kind, T, X> Command<K, T, X> {
    /// Has the reply read as another type.
    ///
    /// ```
    /// # use redis_client_core::cmd;
    /// let n = cmd::get("counter").parse::<u64>();
    /// # let _ = n;
    /// ```
    pub fn parse<U: FromReply>(self) -> Command<K, U, X> {
        self.typed()
    }

    /// Waits this long for the reply, instead of as long as configured.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.request.set_timeout(Timeout::After(timeout));
        self
    }

    /// Has the command sent again where the connection is lost before its reply, as is done by
    /// itself with those that only read. The server may run it twice: mark what may be repeated
    /// without harm.
    pub fn resend(mut self) -> Self {
        self.request.set_resend(true);
        self
    }

    /// Forgets which command it is, so that commands with different options, or different ones
    /// whose replies are read alike, go into one variable or `Vec`. More arguments may follow.
    ///
    /// ```
    /// # use redis_client_core::cmd;
    /// let mut set = cmd::set("k", "v").into_any();
    /// # let urgent = true;
    /// if urgent {
    ///     set = cmd::set("k", "v").ex(1).into_any();
    /// }
    /// # let _ = set;
    /// ```
    pub fn into_any(self) -> Command<Any, T, X> {
        self.typed()
    }

    /// The command as it will be sent.
    pub fn into_request(self) -> Request {
        self.request
    }

    pub(crate) fn bind<Y>(self, executor: Y) -> Command<K, T, Y> {
        Command { request: self.request, mark: self.mark, executor, kind: PhantomData }
    }

    /// The same command of another kind, or with another reply.
    #[inline]
    pub(crate) fn typed<L: Kind, U>(self) -> Command<L, U, X> {
        let Self { request, mark, executor, .. } = self;
        Command { request, mark, executor, kind: PhantomData }
    }

    /// Appends a required argument or an option's word.
    #[inline]
    pub(crate) fn with(mut self, argument: impl ToArg) -> Self {
        argument.write_arg(&mut self.request);
        self
    }

    /// Appends an argument that may be several words.
    pub(crate) fn with_words(mut self, argument: impl Words) -> Self {
        argument.write(&mut self.request);
        self
    }

    /// Appends each of several arguments.
    pub(crate) fn with_all<A: ToArg>(mut self, arguments: impl IntoIterator<Item = A>) -> Self {
        for argument in arguments {
            argument.write_arg(&mut self.request);
        }
        self
    }

    /// Appends pairs of arguments.
    pub(crate) fn with_pairs<A: ToArg, B: ToArg>(
        mut self,
        pairs: impl IntoIterator<Item = (A, B)>,
    ) -> Self {
        for (first, second) in pairs {
            first.write_arg(&mut self.request);
            second.write_arg(&mut self.request);
        }
        self
    }

    /// Appends the first of each pair, then the second of each.
    pub(crate) fn with_columns<A: ToArg, B: ToArg>(
        mut self,
        pairs: impl IntoIterator<Item = (A, B)>,
    ) -> Self {
        let mut column = Vec::new();
        for (first, second) in pairs {
            first.write_arg(&mut self.request);
            column.push(second);
        }
        self.with_all(column)
    }

    /// Appends triples of arguments.
    pub(crate) fn with_triples<A: ToArg, B: ToArg, C: ToArg>(
        mut self,
        triples: impl IntoIterator<Item = (A, B, C)>,
    ) -> Self {
        for (first, second, third) in triples {
            first.write_arg(&mut self.request);
            second.write_arg(&mut self.request);
            third.write_arg(&mut self.request);
        }
        self
    }

    /// Appends arguments that may be several words each.
    pub(crate) fn with_all_words<A: Words>(
        mut self,
        arguments: impl IntoIterator<Item = A>,
    ) -> Self {
        for argument in arguments {
            argument.write(&mut self.request);
        }
        self
    }

    /// Appends what `rest` does, and before it how many items it was, each of so many arguments.
    pub(crate) fn counted(mut self, each: usize, rest: impl FnOnce(Self) -> Self) -> Self {
        let (start, before) = (self.request.len(), self.request.count());
        self = rest(self);
        let count = (self.request.count() - before) / each;
        self.request.count_from(start, count);
        self
    }

    /// Notes that options go here, before what follows.
    #[inline]
    pub(crate) fn options_here(mut self) -> Self {
        self.mark = self.request.len();
        self
    }

    /// Puts an option where options go.
    pub(crate) fn early(mut self, option: impl FnOnce(Self) -> Self) -> Self {
        let start = self.request.len();
        self = option(self);
        self.mark = self.request.move_back(self.mark, start);
        self
    }
}

/// Mark of an option of which there is none yet: see the kind of the command, such as
/// [`Set`](crate::cmd::Set).
#[derive(Debug)]
pub enum Open {}

/// Mark of an option that is given, so that none that contradicts it can follow.
#[derive(Debug)]
pub enum Taken {}

/// A command of whatever kind: given by its name, or [made so](Command::into_any).
#[derive(Debug)]
pub enum Any {}

impl Kind for Any {
    const FACTS: &'static Facts = &Facts::UNKNOWN;
    type Reply = resp_core::Frame;
}

impl Command<Any> {
    pub(crate) fn named(name: &str) -> Self {
        Self::detached(Request::new(name))
    }
}

impl<K: Kind, T: FromReply, X: Execute> IntoFuture for Command<K, T, X> {
    type Output = Result<T, Error>;
    type IntoFuture = X::Call<T>;

    #[inline]
    fn into_future(self) -> X::Call<T> {
        self.executor.execute(self.request)
    }
}

impl<K: Kind, T, X> AsRef<Request> for Command<K, T, X> {
    fn as_ref(&self) -> &Request {
        &self.request
    }
}

impl<K: Kind, T, X> From<Command<K, T, X>> for Request {
    fn from(command: Command<K, T, X>) -> Self {
        command.request
    }
}

impl<K: Kind, T, X: Clone> Clone for Command<K, T, X> {
    fn clone(&self) -> Self {
        let (request, executor) = (self.request.clone(), self.executor.clone());
        Self { request, mark: self.mark, executor, kind: PhantomData }
    }
}

impl<K: Kind, T, X> fmt::Debug for Command<K, T, X> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Command({:?})", self.request)
    }
}

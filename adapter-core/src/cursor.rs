//! `SCAN` and its kin as streams.

use std::fmt;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::vec;

use bytes::Bytes;
use futures_core::Stream;
use redis_client_core::{Error, Execute, FromReply, Request, ToArg};

/// The cursors of a client, a pool or a lease: everything there is, a page at a time.
///
/// Implemented for whatever sends commands and is no more than a reference: `&Client`, `&Pool`,
/// `&Lease`.
///
/// ```no_run
/// # async fn example<R: adapter_core::Runtime>(client: &adapter_core::Client<R>)
/// # -> Result<(), adapter_core::Error> {
/// use adapter_core::Cursors;
///
/// let mut users = client.scan_all().matching("user:*").count(1000).parse::<String>();
/// while let Some(key) = users.next().await {
///     println!("{}", key?);
/// }
/// # Ok(())
/// # }
/// ```
pub trait Cursors: Execute + Copy {
    /// The keys of the database ([`SCAN`](https://redis.io/docs/latest/commands/scan/)).
    fn scan_all(self) -> Scan<Self, Bytes> {
        Scan::new(self, Request::new("SCAN"))
    }

    /// The fields of a hash and their values
    /// ([`HSCAN`](https://redis.io/docs/latest/commands/hscan/)).
    fn hscan_all(self, key: impl ToArg) -> Scan<Self, (Bytes, Bytes)> {
        Scan::of("HSCAN", key, self)
    }

    /// The members of a set ([`SSCAN`](https://redis.io/docs/latest/commands/sscan/)).
    fn sscan_all(self, key: impl ToArg) -> Scan<Self, Bytes> {
        Scan::of("SSCAN", key, self)
    }

    /// The members of a sorted set and their scores
    /// ([`ZSCAN`](https://redis.io/docs/latest/commands/zscan/)).
    fn zscan_all(self, key: impl ToArg) -> Scan<Self, (Bytes, f64)> {
        Scan::of("ZSCAN", key, self)
    }
}

impl<X: Execute + Copy> Cursors for X {}

/// A walk over all elements: a [`Stream`], or call [`next`](Self::next).
///
/// What is there from the beginning to the end comes at least once, and may come more than once;
/// what is added or deleted meanwhile may or may not come. So collect into a set, or do nothing that
/// can't be done twice. It asks for a page when the last one is used up; no page is asked for before
/// it is polled.
///
/// An error ends it: the server holds no state of a walk, but this page is missing. A page that is
/// lost with the connection is asked for again by itself, as what only reads is.
#[must_use = "nothing is scanned until it is polled"]
pub struct Scan<X: Execute, T: FromReply> {
    executor: X,
    /// The command up to the cursor.
    head: Request,
    pattern: Option<Vec<u8>>,
    count: Option<u64>,
    kind: Option<String>,
    page: vec::IntoIter<T>,
    stage: Stage<X::Call<Page<T>>>,
}

/// What one call gives: where to go on, and elements.
type Page<T> = (u64, Vec<T>);

/// ```text
///   Next(0) --> Fetching --cursor--> Next(cursor) --> Fetching ..
///                  |
///                  +--cursor 0, or an error--> Done
/// ```
enum Stage<C> {
    Next(u64),
    Fetching(C),
    Done,
}

impl<X: Execute + Copy, T: FromReply> Scan<X, T> {
    fn new(executor: X, head: Request) -> Self {
        Self {
            executor,
            head,
            pattern: None,
            count: None,
            kind: None,
            page: Vec::new().into_iter(),
            stage: Stage::Next(0),
        }
    }

    fn of(name: &str, key: impl ToArg, executor: X) -> Self {
        let mut head = Request::new(name);
        head.arg(key);
        Self::new(executor, head)
    }

    /// Only what matches the glob-style pattern (`MATCH`): keys, fields or members. The server
    /// looks at everything all the same.
    pub fn matching(mut self, pattern: impl AsRef<[u8]>) -> Self {
        self.pattern = Some(pattern.as_ref().to_vec());
        self
    }

    /// How much the server should look at in one go (`COUNT`), 10 unless set: more is faster, and
    /// holds up others for longer.
    pub const fn count(mut self, count: u64) -> Self {
        self.count = Some(count);
        self
    }

    /// Has the elements read as another type: `String`, `(String, u64)`. To be said before the
    /// first is asked for.
    pub fn parse<U: FromReply>(self) -> Scan<X, U> {
        let Self { executor, head, pattern, count, kind, .. } = self;
        Scan { pattern, count, kind, ..Scan::new(executor, head) }
    }

    fn request(&self, cursor: u64) -> Request {
        let mut request = self.head.clone();
        request.arg(cursor);
        if let Some(pattern) = &self.pattern {
            request.arg("MATCH").arg(pattern);
        }
        if let Some(count) = self.count {
            request.arg("COUNT").arg(count);
        }
        if let Some(kind) = &self.kind {
            request.arg("TYPE").arg(kind);
        }
        request
    }
}

impl<X: Execute + Copy> Scan<X, Bytes> {
    /// Only keys of this type, as `TYPE` names it: `string`, `list`, `hash`. Of
    /// [`scan_all`](Cursors::scan_all) only; since Redis 6.0.
    pub fn of_type(mut self, kind: impl Into<String>) -> Self {
        self.kind = Some(kind.into());
        self
    }
}

impl<X: Execute + Copy, T: FromReply> Scan<X, T>
where
    X::Call<Page<T>>: Unpin,
{
    /// The next element; none behind the last one, or behind an error.
    ///
    /// # Errors
    ///
    /// Those of the command.
    pub async fn next(&mut self) -> Option<Result<T, Error>> {
        poll_fn(|cx| Pin::new(&mut *self).poll_next(cx)).await
    }
}

impl<X: Execute + Copy, T: FromReply> Stream for Scan<X, T>
where
    X::Call<Page<T>>: Unpin,
{
    type Item = Result<T, Error>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        loop {
            if let Some(element) = this.page.next() {
                return Poll::Ready(Some(Ok(element)));
            }
            this.stage = match &mut this.stage {
                &mut Stage::Next(cursor) => {
                    Stage::Fetching(this.executor.execute(this.request(cursor)))
                }
                Stage::Fetching(call) => match ready!(Pin::new(call).poll(cx)) {
                    Ok((cursor, page)) => {
                        this.page = page.into_iter();
                        if cursor == 0 { Stage::Done } else { Stage::Next(cursor) }
                    }
                    Err(error) => {
                        this.stage = Stage::Done;
                        return Poll::Ready(Some(Err(error)));
                    }
                },
                Stage::Done => return Poll::Ready(None),
            };
        }
    }
}

// Elements are moved out, never pinned.
impl<X: Execute, T: FromReply> Unpin for Scan<X, T> where X::Call<Page<T>>: Unpin {}

impl<X: Execute, T: FromReply> fmt::Debug for Scan<X, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let stage = match self.stage {
            Stage::Next(_) => "next",
            Stage::Fetching(_) => "fetching",
            Stage::Done => "done",
        };
        f.debug_tuple("Scan").field(&self.head).field(&stage).finish()
    }
}

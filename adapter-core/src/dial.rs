//! From an endpoint to a connected stream.

use std::collections::VecDeque;
use std::fmt;
use std::future::Future;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::task::{Context, Poll};

use redis_client_core::{Config, Credentials, Time};

use crate::client::ConnectError;
use crate::credentials::CredentialFuture;
use crate::endpoint::{Address, Endpoint, SocketOptions};
use crate::options::Options;
use crate::runtime::Runtime;

/// Asks for credentials where somebody provides them, looks up an endpoint's name, and connects to
/// the first of its addresses that answers.
///
/// ```text
///   Asking --credentials--> Resolving --addresses--> Connecting --connected--> done
///     |                       |                      |      ^
///     |                       |                      +------+  failed, or its share of the time is
///     |                       |                      |         over: the next address
///     +-- none ---------------+-- no such host ------+-------> the last one's error
/// ```
///
/// The addresses are tried in the order in which the system gives them. Each has an equal share of
/// the time that is left, so that one that swallows everything doesn't use up the others' time.
#[must_use = "nobody connects until it is awaited"]
pub struct Dial<R: Runtime> {
    runtime: R,
    endpoint: Endpoint,
    socket: SocketOptions,
    state: State<R>,
    untried: VecDeque<SocketAddr>,
    /// The present attempt's end, and everything's.
    alarm: Pin<Box<R::Sleep>>,
    deadline: Time,
    failed: Option<io::Error>,
    credentials: Option<Credentials>,
}

enum State<R: Runtime> {
    Asking(CredentialFuture),
    Resolving(Pin<Box<R::Resolve>>),
    Connecting(Pin<Box<R::Connect>>),
}

impl<R: Runtime> Dial<R> {
    /// Starts out for the endpoint of the options.
    pub fn new(runtime: R, options: &Options) -> Self {
        let (endpoint, socket) = (options.endpoint(), options.socket_options());
        let deadline = runtime.now() + options.dial_timeout();
        let provider = options.provider.as_ref();
        let state = match provider {
            Some(provider) => State::Asking(provider.credentials()),
            None => Self::start(&runtime, endpoint, socket),
        };
        Self {
            alarm: Box::pin(runtime.sleep_until(deadline)),
            endpoint: endpoint.clone(),
            socket: *socket,
            state,
            untried: VecDeque::new(),
            deadline,
            failed: None,
            credentials: None,
            runtime,
        }
    }

    /// The configuration with the credentials that were provided.
    pub(crate) fn configure(&mut self, config: Config) -> Config {
        match self.credentials.take() {
            Some(credentials) => config.credentials(credentials),
            None => config,
        }
    }

    /// The first step to an address.
    fn start(runtime: &R, endpoint: &Endpoint, socket: &SocketOptions) -> State<R> {
        let connecting = |address| State::Connecting(Box::pin(runtime.connect(&address, socket)));
        match endpoint {
            Endpoint::Tcp { host, port } => match host.parse::<IpAddr>() {
                Ok(ip) => connecting(Address::Tcp(SocketAddr::new(ip, *port))),
                Err(_) => State::Resolving(Box::pin(runtime.resolve(host, *port))),
            },
            Endpoint::Unix(path) => connecting(Address::Unix(path.clone())),
        }
    }

    /// Goes on to the next address.
    fn next(&mut self) -> Result<(), ConnectError> {
        let share = u32::try_from(self.untried.len()).unwrap_or(u32::MAX).max(1);
        let Some(address) = self.untried.pop_front() else { return Err(self.error()) };
        let now = self.runtime.now();
        let until = now + self.deadline.since(now) / share;
        self.alarm = Box::pin(self.runtime.sleep_until(until));
        let connect = self.runtime.connect(&Address::Tcp(address), &self.socket);
        self.state = State::Connecting(Box::pin(connect));
        Ok(())
    }

    /// What the last failure was; none was the end of the time.
    fn error(&mut self) -> ConnectError {
        let endpoint = self.endpoint.clone();
        match self.failed.take() {
            Some(error) => ConnectError::Unreachable { endpoint, reason: reason(&error) },
            None => ConnectError::TimedOut { endpoint },
        }
    }
}

impl<R: Runtime> Future for Dial<R> {
    type Output = Result<R::Stream, ConnectError>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.get_mut();
        loop {
            let tried = match &mut this.state {
                State::Asking(asking) => match asking.as_mut().poll(cx) {
                    Poll::Ready(Ok(credentials)) => {
                        this.credentials = Some(credentials);
                        this.state = Self::start(&this.runtime, &this.endpoint, &this.socket);
                        continue;
                    }
                    Poll::Ready(Err(error)) => {
                        let endpoint = this.endpoint.clone();
                        return Poll::Ready(Err(ConnectError::Credentials { endpoint, error }));
                    }
                    Poll::Pending => Poll::Pending,
                },
                State::Resolving(resolve) => resolve.as_mut().poll(cx).map_ok(|addresses| {
                    this.untried = addresses.into();
                    None
                }),
                State::Connecting(connect) => connect.as_mut().poll(cx).map_ok(Some),
            };
            match tried {
                Poll::Ready(Ok(Some(stream))) => return Poll::Ready(Ok(stream)),
                Poll::Ready(Ok(None)) if this.untried.is_empty() => {
                    this.failed = Some(io::Error::other("the name has no addresses"));
                }
                Poll::Ready(Ok(None)) => {}
                Poll::Ready(Err(error)) => this.failed = Some(error),
                Poll::Pending => {
                    std::task::ready!(this.alarm.as_mut().poll(cx));
                    this.failed = None;
                    if !matches!(this.state, State::Connecting(_)) {
                        return Poll::Ready(Err(this.error()));
                    }
                }
            }
            if let Err(error) = this.next() {
                return Poll::Ready(Err(error));
            }
        }
    }
}

impl<R: Runtime> fmt::Debug for Dial<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Dial").field(&self.endpoint).finish()
    }
}

/// The error's text, without the number behind it.
fn reason(error: &io::Error) -> String {
    let text = error.to_string();
    let text = text.split(" (os error").next().unwrap_or(&text);
    let mut chars = text.chars();
    chars.next().map(|first| first.to_lowercase().chain(chars).collect()).unwrap_or_default()
}

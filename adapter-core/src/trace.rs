//! Spans and events for `tracing`, with the feature of that name; without it, nothing at all.
//!
//! | span | fields | level |
//! |---|---|---|
//! | `redis.command` | `db.system.name`, `db.operation.name`, `error` | debug |
//! | `redis.pipeline` | the same, `db.operation.batch.size` | debug |
//! | `redis.connection` | `db.system.name`, `server` | info |
//!
//! The fields have the names of OpenTelemetry's conventions. A span begins where the command is
//! made and is entered whenever it is polled, so that it belongs to whoever sent the command.
//! Arguments are in none of them: they may be secrets.

#[cfg(not(feature = "tracing"))]
pub(crate) use off::Span;
#[cfg(feature = "tracing")]
pub(crate) use on::Span;

#[cfg(feature = "tracing")]
mod on {
    use redis_client_core::{Batch, Error, Request};
    use tracing::field::{Empty, display};

    use crate::endpoint::Endpoint;
    use crate::event::ConnectionEvent;

    /// A span that may be entered many times.
    #[derive(Debug)]
    pub(crate) struct Span(tracing::Span);

    impl Span {
        pub(crate) fn of_command(request: &Request) -> Self {
            Self(tracing::debug_span!(
                "redis.command",
                db.system.name = SYSTEM,
                db.operation.name = request.facts().name,
                error = Empty,
            ))
        }

        pub(crate) fn of_batch(batch: &Batch) -> Self {
            let name = if batch.is_transaction() { "MULTI" } else { "PIPELINE" };
            Self(tracing::debug_span!(
                "redis.pipeline",
                db.system.name = SYSTEM,
                db.operation.name = name,
                db.operation.batch.size = batch.facts().len(),
                error = Empty,
            ))
        }

        pub(crate) fn of_connection(endpoint: &Endpoint) -> Self {
            Self(tracing::info_span!(
                parent: None,
                "redis.connection",
                db.system.name = SYSTEM,
                server = display(endpoint),
            ))
        }

        pub(crate) fn none() -> Self {
            Self(tracing::Span::none())
        }

        pub(crate) fn enter(&self) -> tracing::span::Entered<'_> {
            self.0.enter()
        }

        pub(crate) fn failed(&self, error: &Error) {
            match error {
                // Of the text, servers make what was sent a part.
                Error::Server(error) => self.0.record("error", error.code()),
                error => self.0.record("error", display(error)),
            };
        }

        pub(crate) fn tell(&self, event: &ConnectionEvent) {
            let _entered = self.0.enter();
            match event {
                ConnectionEvent::Connected => tracing::info!("{event}"),
                ConnectionEvent::Reconnecting { .. } => tracing::debug!("{event}"),
                ConnectionEvent::Lost(_) | ConnectionEvent::Failed(_) => tracing::warn!("{event}"),
                ConnectionEvent::GivenUp => tracing::error!("{event}"),
            }
        }
    }

    const SYSTEM: &str = "redis";
}

#[cfg(not(feature = "tracing"))]
mod off {
    use redis_client_core::{Batch, Error, Request};

    use crate::endpoint::Endpoint;
    use crate::event::ConnectionEvent;

    /// Nothing.
    #[derive(Debug)]
    pub(crate) struct Span;

    pub(crate) struct Entered;

    impl Span {
        #[inline]
        pub(crate) const fn of_command(_: &Request) -> Self {
            Self
        }

        pub(crate) const fn of_batch(_: &Batch) -> Self {
            Self
        }

        pub(crate) const fn of_connection(_: &Endpoint) -> Self {
            Self
        }

        pub(crate) const fn none() -> Self {
            Self
        }

        #[inline]
        pub(crate) const fn enter(&self) -> Entered {
            Entered
        }

        #[inline]
        pub(crate) const fn failed(&self, _: &Error) {}

        pub(crate) const fn tell(&self, _: &ConnectionEvent) {}
    }
}

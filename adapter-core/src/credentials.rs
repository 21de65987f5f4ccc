//! Credentials that are asked for anew for each connection.

use std::fmt;
use std::future::Future;
use std::pin::Pin;

use redis_client_core::Credentials;

/// Where a connection gets its credentials from, when they are not the same for ever: tokens that
/// expire, passwords that are rotated.
///
/// It is asked on each connect, so after a lost connection too. Asking counts as connecting:
/// [`Options::connect_timeout`] bounds it. What it answers should be valid for the moment; caching
/// is up to it.
///
/// Closures that return a future are providers:
///
/// ```
/// use adapter_core::{CredentialError, Credentials, Options};
///
/// async fn token() -> Result<String, CredentialError> {
///     std::fs::read_to_string("/run/secrets/token")
///         .map_err(|error| CredentialError::new(format!("cannot read the token: {error}")))
/// }
///
/// let options = Options::tcp("db.example", 6379)
///     .credential_provider(|| async { Ok(Credentials::user("billing", token().await?)) });
/// # options.check()?;
/// # Ok::<(), adapter_core::OptionsError>(())
/// ```
///
/// [`Options::connect_timeout`]: crate::Options::connect_timeout
pub trait CredentialProvider: Send + Sync {
    /// Begins to ask.
    fn credentials(&self) -> CredentialFuture;
}

/// What [`CredentialProvider::credentials`] answers, later.
pub type CredentialFuture =
    Pin<Box<dyn Future<Output = Result<Credentials, CredentialError>> + Send>>;

impl<F, A> CredentialProvider for F
where
    F: Fn() -> A + Send + Sync,
    A: Future<Output = Result<Credentials, CredentialError>> + Send + 'static,
{
    fn credentials(&self) -> CredentialFuture {
        Box::pin(self())
    }
}

/// Why there are no credentials, in the application's words.
///
/// The text is shown: it becomes part of the error of connecting, and so of logs. Nothing secret
/// belongs in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CredentialError {
    text: String,
}

impl CredentialError {
    /// An error with this text, which is going to be shown.
    pub fn new(text: impl Into<String>) -> Self {
        Self { text: text.into() }
    }
}

impl fmt::Display for CredentialError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl std::error::Error for CredentialError {}

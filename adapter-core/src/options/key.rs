//! What tells one pool's connections from another's.

#[cfg(feature = "tls")]
use std::any::Any;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::ptr;
use std::sync::Arc;

use bytes::{Buf, Bytes};
use redis_client_core::resp_core::OutBuf;
use redis_client_core::{Credentials, Protocol};

use super::{Options, Security};
use crate::credentials::CredentialProvider;
use crate::endpoint::Endpoint;

impl Options {
    /// What connections have in common that may be used in each other's place.
    pub fn key(&self) -> PoolKey {
        let mut on_connect = OutBuf::new();
        for command in self.config.opening() {
            command.encode(&mut on_connect);
        }
        PoolKey {
            endpoint: self.endpoint.clone(),
            security: self.security,
            #[cfg(feature = "tls")]
            tls: self.tls.as_ref().map(|tls| Same(tls.identity())),
            protocol: self.config.protocol_version(),
            database: self.config.selected_database(),
            client_name: self.config.connection_name().map(str::to_owned),
            user: self.user.clone(),
            credentials: self.config.login().cloned(),
            provider: self.provider.clone().map(Same),
            on_connect: on_connect.copy_to_bytes(on_connect.remaining()),
        }
    }
}

/// What connections have in common that may be used in each other's place: the endpoint, TLS, who
/// they are for the server, the database, the protocol and the client's name.
///
/// A pool that finds connections by their key never hands out one that is authenticated as
/// somebody else. It holds the password; `Debug` shows neither that nor the user.
///
/// Provided credentials are the same if the provider is, which clones of [`Options`] share.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct PoolKey {
    endpoint: Endpoint,
    security: Security,
    /// A client's certificate is an identity, too.
    #[cfg(feature = "tls")]
    tls: Option<Same<dyn Any + Send + Sync>>,
    protocol: Protocol,
    database: u32,
    client_name: Option<String>,
    user: Option<String>,
    credentials: Option<Credentials>,
    provider: Option<Same<dyn CredentialProvider>>,
    /// What else is said on each connection.
    on_connect: Bytes,
}

impl fmt::Debug for PoolKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PoolKey")
            .field("endpoint", &self.endpoint)
            .field("security", &self.security)
            .field("protocol", &self.protocol)
            .field("database", &self.database)
            .field("client_name", &self.client_name)
            .finish_non_exhaustive()
    }
}

/// One thing and no other. Keeping it alive keeps its address from being somebody else's.
struct Same<T: ?Sized>(Arc<T>);

impl<T: ?Sized> Same<T> {
    /// Without the vtable, of which one type may have several.
    fn address(&self) -> *const () {
        Arc::as_ptr(&self.0).cast()
    }
}

impl<T: ?Sized> Clone for Same<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T: ?Sized> PartialEq for Same<T> {
    fn eq(&self, other: &Self) -> bool {
        ptr::eq(self.address(), other.address())
    }
}

impl<T: ?Sized> Eq for Same<T> {}

impl<T: ?Sized> Hash for Same<T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.address().hash(state);
    }
}

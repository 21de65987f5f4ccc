//! What calls are made by.

use std::future::Future;

use adapter_core::{Error, Execute, IntoBatch};

use super::link::{SimulatedClient, SimulatedLease, SimulatedPool};

/// A client, a pool or a lease.
pub(super) trait Way: Execute + Copy {
    fn pipeline<B: IntoBatch>(self, commands: B)
    -> impl Future<Output = Result<B::Replies, Error>>;

    fn transaction<B: IntoBatch>(
        self,
        commands: B,
    ) -> impl Future<Output = Result<B::Replies, Error>>;
}

impl Way for &SimulatedClient {
    fn pipeline<B: IntoBatch>(
        self,
        commands: B,
    ) -> impl Future<Output = Result<B::Replies, Error>> {
        SimulatedClient::pipeline(self, commands)
    }

    fn transaction<B: IntoBatch>(
        self,
        commands: B,
    ) -> impl Future<Output = Result<B::Replies, Error>> {
        SimulatedClient::transaction(self, commands)
    }
}

impl Way for &SimulatedPool {
    fn pipeline<B: IntoBatch>(
        self,
        commands: B,
    ) -> impl Future<Output = Result<B::Replies, Error>> {
        SimulatedPool::pipeline(self, commands)
    }

    fn transaction<B: IntoBatch>(
        self,
        commands: B,
    ) -> impl Future<Output = Result<B::Replies, Error>> {
        SimulatedPool::transaction(self, commands)
    }
}

impl Way for &SimulatedLease {
    fn pipeline<B: IntoBatch>(
        self,
        commands: B,
    ) -> impl Future<Output = Result<B::Replies, Error>> {
        SimulatedLease::pipeline(self, commands)
    }

    fn transaction<B: IntoBatch>(
        self,
        commands: B,
    ) -> impl Future<Output = Result<B::Replies, Error>> {
        SimulatedLease::transaction(self, commands)
    }
}

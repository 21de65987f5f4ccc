//! What the application asks for.

use redis_client_core::{Batch, Request, SubmitError};
use resp_core::OutBuf;

use super::Pair;

impl<S> Pair<S> {
    /// Submits a command and returns its tag.
    ///
    /// # Panics
    ///
    /// If it is not taken.
    #[track_caller]
    pub fn submit(&mut self, command: impl AsRef<Request>) -> u64 {
        let submitted = self.try_submit(command);
        self.taken(submitted)
    }

    /// Submits a command.
    ///
    /// # Errors
    ///
    /// As [`Session::submit`](redis_client_core::Session::submit) has them. The tag is used up.
    pub fn try_submit(&mut self, command: impl AsRef<Request>) -> Result<u64, SubmitError<u64>> {
        let request = command.as_ref();
        let length = encoded_length(request);
        let tag = self.record.next_tag();
        self.session.submit(self.now, request, tag)?;
        self.record.submitted(tag, length, length);
        Ok(tag)
    }

    /// Submits commands as a pipeline.
    ///
    /// # Panics
    ///
    /// If it is not taken.
    #[track_caller]
    pub fn pipeline<R: AsRef<Request>>(&mut self, commands: &[R]) -> u64 {
        let submitted = self.try_batch(false, commands);
        self.taken(submitted)
    }

    /// Submits commands as a transaction.
    ///
    /// # Panics
    ///
    /// If it is not taken.
    #[track_caller]
    pub fn transaction<R: AsRef<Request>>(&mut self, commands: &[R]) -> u64 {
        let submitted = self.try_batch(true, commands);
        self.taken(submitted)
    }

    /// Submits commands as a transaction, or as a pipeline where it is not to be `atomic`.
    ///
    /// # Errors
    ///
    /// As [`Session::submit_batch`](redis_client_core::Session::submit_batch) has them. The tag is used up.
    pub fn try_batch<R: AsRef<Request>>(
        &mut self,
        atomic: bool,
        commands: &[R],
    ) -> Result<u64, SubmitError<u64>> {
        let mut batch = if atomic { Batch::transaction() } else { Batch::new() };
        for command in commands {
            batch.push(command);
        }
        let lengths = commands.iter().map(|command| encoded_length(command.as_ref()));
        let (length, boundary) = match (atomic, lengths.clone().next()) {
            (_, None) => (0, 0),
            (false, Some(first)) => (lengths.sum(), first),
            // `MULTI` may be refused, and then the first command runs by itself.
            (true, Some(first)) => (AROUND_TRANSACTION + lengths.sum::<u64>(), MULTI + first),
        };
        let tag = self.record.next_tag();
        self.session.submit_batch(self.now, &mut batch, tag)?;
        self.record.submitted(tag, length, boundary);
        Ok(tag)
    }

    #[track_caller]
    fn taken(&self, submitted: Result<u64, SubmitError<u64>>) -> u64 {
        match submitted {
            Ok(tag) => tag,
            Err(error) => panic!("seed {}: {error}", self.seed),
        }
    }
}

fn encoded_length(request: &Request) -> u64 {
    let mut out = OutBuf::new();
    request.encode(&mut out);
    out.len() as u64
}

/// Bytes of `MULTI`.
const MULTI: u64 = 15;

/// Bytes of `MULTI` and `EXEC`.
const AROUND_TRANSACTION: u64 = MULTI + 14;

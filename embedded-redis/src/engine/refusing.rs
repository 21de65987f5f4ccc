//! Commands that are not run.

use redis_server_core::{Entry, Refused};

use super::answer::Outcome;
use super::context::Context;
use super::error::Error;
use super::table::{Runs, TABLE};

impl Context<'_> {
    /// Refuses what is no command, or has not as many arguments as it should.
    #[cold]
    pub(super) fn refuse(&mut self, refused: Refused<'_>) -> Outcome {
        let error = Error::new(refused.text());
        if let Refused::WrongArity { command } = refused
            && let Some(entry) = TABLE.get(command.as_bytes())
        {
            return self.reject(entry, error);
        }
        self.spoil_transaction();
        Err(error)
    }

    /// Refuses a command. If it was to be part of a transaction, that is refused too; if it was to
    /// end one, that is over.
    #[cold]
    pub(super) fn reject(&mut self, entry: &Entry<Runs>, error: Error) -> Outcome {
        self.engine.shared.stats.calls_of(entry.index()).rejected += 1;
        if entry.spec.name() != "exec" {
            self.spoil_transaction();
            return Err(error);
        }
        self.discard_transaction();
        self.unwatch_all();
        let reason = error.as_ref();
        let reason = reason.strip_prefix(b"ERR ").unwrap_or(reason);
        Err(Error::new([b"EXECABORT Transaction discarded because of: ", reason].concat()))
    }

    /// Whether `EXEC` would run something that may need more memory.
    pub(super) fn queue_needs_memory(&self, entry: &Entry<Runs>) -> bool {
        let transaction = self.client().and_then(|client| client.transaction.as_ref());
        entry.spec.name() == "exec" && transaction.is_some_and(|it| it.needs_memory)
    }

    /// A client sends its first command: what the default user may may have been set after the
    /// listener was told whether clients need a password.
    #[cold]
    pub(super) fn greet(&mut self) {
        let was_let_in = self.client().is_some_and(|client| client.was_let_in);
        self.terms().set_authenticated(was_let_in);
    }
}

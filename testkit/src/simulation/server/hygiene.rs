//! In what state a connection goes from one user to the next.

use bytes::Bytes;

use super::Served;
use crate::simulation::journal::Issued;
use crate::simulation::ledger::numbered;
use crate::simulation::plan::{CLIENT_NAME, GREETING};
use crate::simulation::world::World;

impl World {
    /// Looks whether a connection is as the one may expect it whose command it is about to run.
    pub(super) fn look_over(&self, served: &mut Served, connection: usize, command: &[Bytes]) {
        if let [name, key, ..] = command
            && name == "SET"
            && GREETING.get(served.greeted).is_some_and(|due| key == due.as_bytes())
        {
            served.greeted += 1;
        }
        // What a GET has in it is another command's number.
        let Some(number) = numbered(command) else { return };
        if command.first().is_some_and(|name| name == "GET") {
            return;
        }
        let issued = self.of(number, Issued::clone);
        let lease = issued.via.lease();
        if served.user == Some(lease) {
            return;
        }
        let former = served.user.replace(lease).flatten();
        if let Some(wrong) = self.tenants.borrow_mut().pass_on(connection, former, lease) {
            self.violated(format!("lease {lease:?} of command {number} {wrong}"));
        }
        if let Some(dirt) = self.dirt(served, &issued) {
            let what = format!("command {number} found connection {connection} {dirt}");
            self.violated(what);
        }
    }

    /// What is not as the handshake has left it, or the new user has made it.
    fn dirt(&self, served: &Served, issued: &Issued) -> Option<&'static str> {
        let (model, bounds) = (&served.model, &self.plan.bounds);
        let configured = if bounds.named { CLIENT_NAME } else { "" };
        let is_named = model.client_name == configured
            || issued.via.lease().is_some_and(|lease| model.client_name == name_of(lease));
        match () {
            () if model.in_transaction() && !issued.atomic => Some("in a transaction"),
            () if model.is_watching() => Some("watching keys"),
            () if model.is_subscribed() => Some("subscribed"),
            () if model.database != issued.database.unwrap_or(bounds.database) => {
                Some("in another database")
            }
            () if !is_named => Some("under another name"),
            () if bounds.greets && served.greeted < GREETING.len() => Some("without its greeting"),
            () => None,
        }
    }
}

/// What a lessee may call his connection.
pub(in crate::simulation) fn name_of(lease: usize) -> String {
    format!("lease{lease}")
}

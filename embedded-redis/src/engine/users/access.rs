//! Who a client is, and what it may do.

use std::sync::Arc;

use redis_server_core::resp_core::request::Request;
use redis_server_core::{Entry, Topic};

use super::{Denial, Place, Reason, Unfit, User};
use crate::commands;
use crate::engine::table::Runs;
use crate::engine::{Client, ClientKey, Context, Engine, Error};

impl Client {
    /// From now on it may do what that user may.
    pub(crate) fn act_as(&mut self, user: &Arc<User>) {
        self.restricted = !user.may_do_everything();
        self.user = Arc::clone(user);
    }
}

impl Engine {
    /// Changes a user, or makes one, and closes the connections that hear what it may not any more.
    ///
    /// # Errors
    ///
    /// What is wrong with the rules, of which then none acts.
    pub(crate) fn set_user<'a>(
        &mut self,
        name: &[u8],
        rules: impl Iterator<Item = &'a [u8]>,
    ) -> Result<(), Unfit<'a>> {
        let all_channels = self.shared.settings.all_channels_by_default();
        let user = self.shared.users.changed(name, rules, all_channels)?;
        self.replace_user(user);
        Ok(())
    }

    /// The password of the default user was set by `CONFIG SET requirepass`.
    pub(crate) fn password_was_set(&mut self) {
        let mut user = User::clone(self.shared.users.default());
        user.set_password(self.shared.settings.password.as_ref().map(AsRef::as_ref));
        self.replace_user(user);
    }

    fn replace_user(&mut self, user: User) {
        let old = self.shared.users.get(user.name()).cloned();
        let user = self.shared.users.insert(user);
        let Some(old) = old else { return };
        for key in self.who_is(&old) {
            let Some(client) = self.clients.get_mut(key) else { continue };
            client.act_as(&user);
            let id = client.id;
            if self.hears_too_much(id, &user) {
                self.kill(key);
            }
        }
    }

    /// Whether a client is subscribed to something that a user may not hear.
    fn hears_too_much(&self, client: u64, user: &User) -> bool {
        let heard = |topic, is_pattern| {
            let mut names = self.shared.hub.held_names(client, topic);
            names.any(|name| !user.may_hear(name, is_pattern))
        };
        heard(Topic::Channel, false)
            || heard(Topic::Pattern, true)
            || heard(Topic::ShardChannel, false)
    }

    /// Deletes a user and closes its connections but for that one: whether it is the user's, too, if
    /// there was such a user.
    pub(crate) fn delete_user(&mut self, name: &[u8], own: ClientKey) -> Option<bool> {
        let user = self.shared.users.remove(name)?;
        let mut own_is_closed = false;
        for key in self.who_is(&user) {
            if let Some(client) = self.clients.get_mut(key) {
                client.act_as(&User::nobody());
            }
            if key == own {
                own_is_closed = true;
            } else {
                self.kill(key);
            }
        }
        Some(own_is_closed)
    }

    /// The clients that are logged in as a user.
    fn who_is(&self, user: &Arc<User>) -> Vec<ClientKey> {
        let theirs = self.clients.iter().filter(|(_, client)| Arc::ptr_eq(&client.user, user));
        theirs.map(|(key, _)| key).collect()
    }
}

impl Context<'_> {
    /// Whether the client has still to say who it is.
    #[cold]
    pub(crate) fn needs_password(&self) -> bool {
        self.engine.shared.users.default_is_closed()
    }

    /// Lets the client act as a user, if the password is right. `place` is where it was said.
    pub(crate) fn log_in(
        &mut self,
        (user, password): (&[u8], &[u8]),
        command: &[u8],
        place: Place,
    ) -> bool {
        let Some(admitted) = self.engine.shared.users.admit(user, password).cloned() else {
            self.write_down(Reason::Auth, place, command, user);
            return false;
        };
        if let Some(client) = self.client_mut() {
            client.act_as(&admitted);
        }
        self.terms().set_authenticated(true);
        true
    }

    /// Has the client be whom it was when it came.
    pub(crate) fn log_out(&mut self) {
        let default = Arc::clone(self.engine.shared.users.default());
        self.terms().set_authenticated(default.is_open());
        if let Some(client) = self.client_mut() {
            client.act_as(&default);
        }
    }

    /// Why the client's user may not run a command, if it may not; that is written down.
    #[inline(never)]
    pub(crate) fn bar(
        &mut self,
        entry: &Entry<Runs>,
        request: Request<'_>,
        place: Place,
    ) -> Option<Reason> {
        let user = Arc::clone(&self.client()?.user);
        let (reason, object) = user.objection(entry, request.iter())?;
        self.write_down(reason, place, object, user.name());
        Some(reason)
    }

    /// The same, of a command that is to run or to be queued: what it is answered.
    #[inline(never)]
    pub(crate) fn no_permission(
        &mut self,
        entry: &Entry<Runs>,
        request: Request<'_>,
        place: Place,
    ) -> Option<Error> {
        Some(match self.bar(entry, request, place)? {
            Reason::Key => Error::NO_PERMISSION_FOR_KEY,
            Reason::Channel => Error::NO_PERMISSION_FOR_CHANNEL,
            Reason::Command | Reason::Auth => Error::no_permission(entry.spec.name()),
        })
    }

    fn write_down(&mut self, reason: Reason, place: Place, object: &[u8], user: &[u8]) {
        let shared = &self.engine.shared;
        let client = self.client().map(|client| commands::client_line(client, shared));
        let denial = Denial {
            count: 1,
            reason,
            place,
            object: object.into(),
            user: user.into(),
            at: shared.now,
            client: client.unwrap_or_default(),
        };
        let most = shared.settings.most_denials();
        self.engine.shared.users.denials.add(denial, most);
    }
}

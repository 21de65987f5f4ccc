//! `CLIENT KILL`.

use std::sync::Arc;

use redis_server_core::resp_core::request::Request;

use super::list::Type;
use crate::commands::arguments::{Options, arg, is};
use crate::engine::{
    Answer, Client, ClientKey, Context, Done, Error, Outcome, Shared, User, Users,
};
use crate::keyspace::parse_integer;

/// Which clients to kill: those that are all of this.
#[derive(Default)]
struct Filters<'a> {
    id: Option<u64>,
    kind: Option<Type>,
    address: Option<&'a [u8]>,
    local_address: Option<&'a [u8]>,
    user: Option<Arc<User>>,
    skip_me: bool,
}

/// `CLIENT KILL address`, or pairs of filters.
pub(super) fn kill(
    context: &mut Context<'_>,
    request: Request<'_>,
    answer: &mut Answer<'_>,
) -> Outcome {
    let old_form = request.len() == 3;
    let filters = if old_form {
        Filters { address: Some(arg(&request, 2)), ..Filters::default() }
    } else {
        Filters::parse(Options::behind(&request, 2), &context.engine.shared.users)?
    };
    let own = context.key();
    let engine = &mut *context.engine;
    let passes = |(key, client): &(ClientKey, &Client)| {
        !client.killed && filters.pass(client, &engine.shared) && !(filters.skip_me && *key == own)
    };
    let found: Vec<_> = engine.clients.iter().filter(passes).map(|(key, _)| key).collect();
    let own_is_killed = found.contains(&own);
    // Who kills itself hears how many there were before it goes.
    found.iter().filter(|key| **key != own).for_each(|key| engine.kill(*key));
    let killed = found.len() as i64;
    let done = match (old_form, killed) {
        (true, 0) => return Err(Error::of("ERR No such client")),
        (true, _) => answer.ok()?,
        (false, _) => answer.int(killed)?,
    };
    Ok(if own_is_killed { Done::Close } else { done })
}

impl<'a> Filters<'a> {
    fn parse(mut options: Options<'a>, users: &Users) -> Result<Self, Error> {
        let mut filters = Self { skip_me: true, ..Self::default() };
        while let Some(option) = options.next() {
            let value = options.value()?;
            match option {
                it if is(it, "id") => match parse_integer(value).map(u64::try_from) {
                    Some(Ok(id @ 1..)) => filters.id = Some(id),
                    _ => return Err(Error::of("ERR client-id should be greater than 0")),
                },
                it if is(it, "type") => filters.kind = Some(Type::parse(value)?),
                it if is(it, "addr") => filters.address = Some(value),
                it if is(it, "laddr") => filters.local_address = Some(value),
                it if is(it, "user") => {
                    let no_such_user = || Error::new([b"ERR No such user '", value, b"'"].concat());
                    filters.user = Some(users.get(value).cloned().ok_or_else(no_such_user)?);
                }
                it if is(it, "skipme") && is(value, "yes") => filters.skip_me = true,
                it if is(it, "skipme") && is(value, "no") => filters.skip_me = false,
                _ => return Err(Error::SYNTAX),
            }
        }
        Ok(filters)
    }

    fn pass(&self, client: &Client, shared: &Shared) -> bool {
        self.id.is_none_or(|id| id == client.id)
            && self.address.is_none_or(|address| address == client.address.as_bytes())
            && self.local_address.is_none_or(|local| local == client.local_address.as_bytes())
            && self.user.as_ref().is_none_or(|user| Arc::ptr_eq(user, &client.user))
            && self.kind.is_none_or(|kind| kind == Type::of(client, shared))
    }
}

//! `HELLO` and `AUTH`.

use bytes::Bytes;
use redis_server_core::Protocol;
use redis_server_core::resp_core::request::Request;

use super::client::{BAD_NAME, is_name};
use crate::commands::arguments::{Options, arg, is};
use crate::engine::{Answer, Context, Done, Error, Outcome, Place};
use crate::keyspace::parse_integer;

/// `HELLO [version [AUTH user password] [SETNAME name]]`
pub(super) fn hello(
    context: &mut Context<'_>,
    request: Request<'_>,
    answer: &mut Answer<'_>,
) -> Outcome {
    let terms = context.terms();
    let protocol = match request.arg(1) {
        Some(version) => version_of(version)?,
        None => terms.protocol(),
    };
    follow_options(context, request, answer)?;
    if !terms.is_authenticated() && context.needs_password() {
        return Err(HELLO_WITHOUT_AUTH);
    }
    terms.set_protocol(protocol);
    if let Some(client) = context.client_mut() {
        client.protocol = protocol;
    }
    let id = context.client().map_or(0, |client| client.id);
    if let Some(mut pairs) = answer.map(7) {
        pairs
            .pair("server", "redis")
            .pair("version", VERSION)
            .pair("proto", u32::from(protocol.version()))
            .pair("id", id)
            .pair("mode", "standalone")
            .pair("role", "master")
            .pair("modules", [(); 0]);
    }
    Ok(Done::Answered)
}

/// Each option acts before the next is looked at.
fn follow_options(
    context: &mut Context<'_>,
    request: Request<'_>,
    answer: &Answer<'_>,
) -> Result<(), Error> {
    let mut options = Options::behind(&request, 2);
    while let Some(option) = options.next() {
        if is(option, "auth") && options.left() >= 2 {
            let account = (options.value()?, options.value()?);
            if !context.log_in(account, request.name(), place(answer)) {
                return Err(WRONG_PASSWORD);
            }
        } else if is(option, "setname") && options.left() >= 1 {
            let name = options.value()?;
            if !is_name(name) {
                return Err(BAD_NAME);
            }
            context.set_name(name);
        } else {
            return Err(Error::new([b"ERR Syntax error in HELLO option '", option, b"'"].concat()));
        }
    }
    Ok(())
}

fn version_of(text: &[u8]) -> Result<Protocol, Error> {
    match parse_integer(text) {
        Some(2) => Ok(Protocol::Resp2),
        Some(3) => Ok(Protocol::Resp3),
        Some(_) => Err(Error::of("NOPROTO unsupported protocol version")),
        None => Err(Error::of("ERR Protocol version is not an integer or out of range")),
    }
}

/// `AUTH [user] password`
pub(super) fn auth(
    context: &mut Context<'_>,
    request: Request<'_>,
    answer: &mut Answer<'_>,
) -> Outcome {
    let (user, password) = match request.len() {
        2 => (None, arg(&request, 1)),
        3 => (Some(arg(&request, 1)), arg(&request, 2)),
        _ => return Err(Error::SYNTAX),
    };
    if user.is_none() && context.engine.shared.users.default().has_no_password() {
        return Err(NO_PASSWORD);
    }
    let user = user.unwrap_or(b"default");
    if context.log_in((user, password), request.name(), place(answer)) {
        answer.ok()
    } else {
        Err(WRONG_PASSWORD)
    }
}

impl Context<'_> {
    pub(super) fn set_name(&mut self, name: &[u8]) {
        if let Some(client) = self.client_mut() {
            client.name = Bytes::copy_from_slice(name);
        }
    }
}

/// Where somebody logs in who is answered there.
fn place(answer: &Answer<'_>) -> Place {
    if answer.is_whole() { Place::TopLevel } else { Place::Multi }
}

/// What the texts and replies are those of.
pub(in crate::commands) const VERSION: &str = "7.0.15";
const WRONG_PASSWORD: Error =
    Error::of("WRONGPASS invalid username-password pair or user is disabled.");
const NO_PASSWORD: Error = Error::of(
    "ERR AUTH <password> called without any password configured for the default user. Are you \
     sure your configuration is correct?",
);
const HELLO_WITHOUT_AUTH: Error = Error::of(
    "NOAUTH HELLO must be called with the client already authenticated, otherwise the HELLO AUTH \
     <user> <pass> option can be used to authenticate the client and select the RESP protocol \
     version at the same time",
);

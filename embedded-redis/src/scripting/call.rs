//! Commands that scripts call.

use std::cell::{Cell, RefCell};

use mlua::{IntoLua, Lua, Value, Variadic};
use redis_server_core::resp_core::request::{Dialect, Request, RequestLimits, RequestParser};
use redis_server_core::resp_core::{Decoder, Limits, View, encode};
use redis_server_core::{Draft, Entry, Flags, Refused};

use super::arguments::Argument;
use super::number;
use super::raised::{Raised, still_running, table};
use super::replies::Told;
use super::running::Running;
use super::sandbox::bounded;
use crate::engine::{Answer, Context, Error, Place, Reason, Runs, TABLE, User};

/// Runs commands for a script, in the context that the script runs in.
pub(super) struct Caller<'c, 'e> {
    context: RefCell<&'c mut Context<'e>>,
    running: &'c Running,
    read_only: bool,
    /// There is something that the user may not do.
    restricted: bool,
    /// There was too little memory when the script began.
    out_of_memory: bool,
    /// It has written: from now on it may go on to, or it would stop halfway.
    has_written: Cell<bool>,
}

/// The text of an error, its code first.
type Failed = Vec<u8>;

impl<'c, 'e> Caller<'c, 'e> {
    pub(super) fn new(
        context: &'c mut Context<'e>,
        running: &'c Running,
        read_only: bool,
        out_of_memory: bool,
    ) -> Self {
        let restricted = context.client().is_none_or(|client| client.restricted);
        let (context, has_written) = (RefCell::new(context), Cell::new(false));
        Self { context, running, read_only, restricted, out_of_memory, has_written }
    }

    /// `redis.call`
    pub(super) fn call(&self, lua: &Lua, arguments: &Variadic<Argument>) -> mlua::Result<Value> {
        match self.ask(lua, arguments)? {
            Ok(value) => Ok(value),
            Err(error) => Err(mlua::Error::external(Raised::Reply(error))),
        }
    }

    /// `redis.pcall`
    pub(super) fn pcall(&self, lua: &Lua, arguments: &Variadic<Argument>) -> mlua::Result<Value> {
        match self.ask(lua, arguments)? {
            Ok(value) => Ok(value),
            Err(error) => Ok(Value::Table(table(lua, &error)?)),
        }
    }

    fn ask(&self, lua: &Lua, arguments: &[Argument]) -> mlua::Result<Result<Value, Failed>> {
        still_running(self.running)?;
        let request = match written(arguments) {
            Ok(request) => request,
            Err(error) => return Ok(Err(error.as_bytes().to_vec())),
        };
        let protocol = self.running.protocol();
        let mut draft = Draft::new(protocol);
        if let Err(error) = self.run(&request, &mut draft) {
            return Ok(Err(error));
        }
        drop(request);
        let reply = draft.into_bytes();
        let mut decoder = Decoder::new(Limits { line: u32::MAX, ..Limits::default() });
        let Ok(Some(frame)) = decoder.decode_ref(&reply) else {
            return Ok(Err(b"ERR the command's reply is too large for a script".to_vec()));
        };
        if let View::SimpleError(text) = frame.view() {
            let code: &[u8] = if text.contains(&b' ') { b"" } else { b"ERR " };
            return Ok(Err([code, text].concat()));
        }
        bounded(lua, false, || Told { frame, protocol }.into_lua(lua))?.map(Ok)
    }

    /// Runs a command if it may run, and has it answered. What may not run fails.
    fn run(&self, text: &[u8], draft: &mut Draft) -> Result<(), Failed> {
        let mut parser = RequestParser::new(Dialect::Resp, RequestLimits::default());
        let parsed = parser.parse(text).ok().and_then(|parsed| parsed.request);
        let request = parsed.ok_or_else(|| Failed::from(b"ERR Protocol error"))?;
        let entry = find(request).map_err(|why| Failed::from(why.as_bytes()))?;
        let Ok(mut context) = self.context.try_borrow_mut() else {
            return Err(Failed::from(b"ERR a command is running already"));
        };
        not_barred_from_scripts(entry)?;
        self.has_permission(&mut context, entry, request)?;
        self.may_run(entry)?;
        let mut answer = Answer::part(draft.reply());
        if let Err(error) = context.call(entry, request, &mut answer) {
            answer.error(&error);
        }
        Ok(())
    }

    /// Sees whether the user may run the command.
    fn has_permission(
        &self,
        context: &mut Context<'_>,
        entry: &Entry<Runs>,
        request: Request<'_>,
    ) -> Result<(), Failed> {
        if !self.restricted {
            return Ok(());
        }
        let Some(reason) = context.bar(entry, request, Place::Lua) else { return Ok(()) };
        Err(Failed::from(match reason {
            Reason::Key => {
                "ERR The user executing the script can't access at least one of the keys mentioned \
                 in the command arguments"
            }
            Reason::Channel => {
                "ERR The user executing the script can't publish to the channel mentioned in the \
                 command"
            }
            Reason::Command | Reason::Auth => {
                "ERR The user executing the script can't run this command or subcommand"
            }
        }))
    }

    fn may_run(&self, entry: &Entry<Runs>) -> Result<(), Failed> {
        let flags = entry.spec.flags();
        let writes = flags.contains(Flags::WRITE);
        if self.read_only && (writes || REPLICATED.contains(&entry.spec.name())) {
            return Err(Failed::from(
                b"ERR Write commands are not allowed from read-only scripts.",
            ));
        }
        if self.out_of_memory && !self.has_written.get() && flags.contains(Flags::DENYOOM) {
            return Err(Error::OUT_OF_MEMORY.as_ref().to_vec());
        }
        if writes {
            self.has_written.set(true);
        }
        Ok(())
    }
}

fn not_barred_from_scripts(entry: &Entry<Runs>) -> Result<(), Failed> {
    if entry.spec.flags().contains(Flags::NOSCRIPT) {
        return Err(Failed::from(b"ERR This Redis command is not allowed from script"));
    }
    Ok(())
}

/// Finds a command.
fn find(request: Request<'_>) -> Result<&Entry<Runs>, &'static str> {
    TABLE.lookup(request).map_err(|refused| match refused {
        Refused::WrongArity { .. } => "ERR Wrong number of args calling Redis command from script",
        _ => "ERR Unknown Redis command called from script",
    })
}

/// The request that asks for what a script has called for.
fn written(arguments: &[Argument]) -> Result<Vec<u8>, &'static str> {
    if arguments.is_empty() {
        return Err("ERR Please specify at least one argument for this redis lib call");
    }
    let mut text = Vec::with_capacity(16 * arguments.len());
    encode::array(&mut text, arguments.len());
    for argument in arguments {
        match argument {
            Argument::Text(bytes) => encode::bulk_string(&mut text, bytes),
            Argument::Number(value) => {
                encode::bulk_string(&mut text, number::general(*value, 17).as_bytes());
            }
            _ => return Err("ERR Lua redis lib command arguments must be strings or integers"),
        }
    }
    Ok(text)
}

/// Whether the user may run a command, for `redis.acl_check_cmd`; none, if there is no such command.
pub(super) fn is_allowed(
    arguments: &[Argument],
    user: Option<&User>,
) -> Result<Option<bool>, &'static str> {
    let text = written(arguments)?;
    let mut parser = RequestParser::new(Dialect::Resp, RequestLimits::default());
    let request = parser.parse(&text).ok().and_then(|parsed| parsed.request);
    Ok(request.and_then(|request| {
        let entry = match TABLE.lookup(request) {
            Ok(entry) => entry,
            Err(Refused::WrongArity { command }) => TABLE.get(command.as_bytes())?,
            Err(_) => return None,
        };
        Some(user.is_none_or(|user| user.objection(entry, request.iter()).is_none()))
    }))
}

/// Commands that are none that write, but that replicas would have to hear of.
const REPLICATED: [&str; 3] = ["publish", "spublish", "pfcount"];

//! Scripts in Lua.
//!
//! One interpreter runs them all, one after the other. A script sees only what the
//! [sandbox] lets it, can change nothing that outlives it, and calls the server's commands
//! through the [`Context`] that it runs in.

mod arguments;
mod call;
mod libraries;
mod number;
mod raised;
mod redis;
mod replies;
mod running;
mod sandbox;
mod shebang;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use mlua::{ChunkMode, Function, Lua, Table, Value};

use crate::engine::{Answer, Context, Error, Outcome};
use call::Caller;
use raised::Failure;
use replies::{Fields, Returned};
use running::Running;
use sandbox::Sandbox;
pub(crate) use shebang::Flags;

/// The interpreter, and the scripts that it knows.
pub(crate) struct Scripts {
    /// With what the scripts have said of themselves.
    known: HashMap<Sha, Flags>,
    /// By their SHA: a function that Rust holds takes a place on a stack that has few.
    bodies: Table,
    lua: Lua,
    sandbox: Sandbox,
    running: Arc<Running>,
    fields: Fields,
}

/// The SHA-1 of a script's text, in hexadecimal digits of lower case.
pub(crate) type Sha = [u8; 40];

/// What a script is run with.
pub(crate) struct Run<'r> {
    pub(crate) keys: Vec<&'r [u8]>,
    pub(crate) arguments: Vec<&'r [u8]>,
    /// It must not write.
    pub(crate) read_only: bool,
}

impl Scripts {
    /// # Errors
    ///
    /// If there is no memory for an interpreter.
    pub(crate) fn new() -> Result<Self, Error> {
        Self::try_new().map_err(|error| Error::new(format!("ERR {error}")))
    }

    fn try_new() -> mlua::Result<Self> {
        let running = Arc::new(Running::new());
        let (lua, sandbox) = sandbox::make(&running)?;
        let fields = Fields::new(&lua)?;
        let bodies = lua.create_table()?;
        Ok(Self { known: HashMap::new(), bodies, lua, sandbox, running, fields })
    }

    pub(crate) fn knows(&self, sha: &[u8]) -> bool {
        lower_case(sha).is_some_and(|sha| self.known.contains_key(&sha))
    }

    /// Whether a known script says of itself that it writes nothing.
    pub(crate) fn only_reads(&self, sha: &Sha) -> bool {
        self.known.get(sha).is_some_and(|flags| flags.no_writes())
    }

    /// Compiles a script, unless it is known already.
    ///
    /// # Errors
    ///
    /// What Redis says of one that is none.
    pub(crate) fn load(&mut self, text: &[u8]) -> Result<Sha, Error> {
        let sha = sha_of(text);
        if !self.known.contains_key(&sha) {
            let (flags, body) = match self.compile(text) {
                Err(Uncompiled::NoMemory) => {
                    self.forget()?;
                    self.compile(text)
                }
                outcome => outcome,
            }
            .map_err(Uncompiled::into_error)?;
            self.bodies.raw_set(mlua::String::wrap(sha), body).map_err(no_memory)?;
            self.known.insert(sha, flags);
        }
        Ok(sha)
    }

    fn compile(&self, text: &[u8]) -> Result<(Flags, Function), Uncompiled> {
        let (flags, text) = shebang::split(text).map_err(Uncompiled::Refused)?;
        let chunk = self.lua.load(text).set_name("@user_script").set_mode(ChunkMode::Text);
        let body = chunk.into_function().map_err(|error| {
            let message = match &error {
                mlua::Error::MemoryError(_) => return Uncompiled::NoMemory,
                mlua::Error::SyntaxError { message, .. } => message.clone(),
                other => other.to_string(),
            };
            let text = format!("ERR Error compiling script (new function): {message}");
            Uncompiled::Refused(Error::new(text))
        })?;
        Ok((flags, body))
    }

    /// Makes room: whoever asks for a script by its SHA is told that it is not known, and sends it.
    fn forget(&mut self) -> Result<(), Error> {
        self.known.clear();
        self.bodies = self.lua.create_table().map_err(no_memory)?;
        let _ = self.lua.gc_collect();
        Ok(())
    }

    /// Runs a known script.
    pub(crate) fn run(
        &self,
        sha: &Sha,
        run: &Run<'_>,
        context: &mut Context<'_>,
        answer: &mut Answer<'_>,
    ) -> Outcome {
        let Some(flags) = self.known.get(sha) else { return Err(NO_SCRIPT) };
        let body: Function = self.bodies.raw_get(mlua::String::wrap(sha)).map_err(no_memory)?;
        let oom = context.out_of_memory();
        flags.allow(run.read_only, oom)?;
        let read_only = run.read_only || flags.no_writes();
        let db = context.db();
        let limit = context.engine.shared.settings.busy_reply_threshold;
        let user = context.client().filter(|client| client.restricted);
        let user = user.map(|client| Arc::clone(&client.user));
        self.running.begin(Duration::from_millis(limit), user);
        context.engine.shared.in_script = true;
        let keeps_out = oom && !flags.allow_oom();
        let caller = Caller::new(context, &self.running, read_only, keeps_out);
        let ended = self.execute(&body, run, &caller);
        let resp3 = self.running.end();
        context.engine.shared.in_script = false;
        context.engine.shared.is_late = true;
        if let Some(client) = context.client_mut() {
            client.db = db;
        }
        let outcome = match ended {
            Ok(Ok(value)) => answer.any(Returned::new(value, &self.fields, resp3)),
            Ok(Err(failure)) => Err(failure.into_error(sha)),
            Err(error) => Err(Failure::Bare(raised::text_of(&error)).into_error(sha)),
        };
        self.sweep();
        outcome
    }

    fn execute(
        &self,
        body: &Function,
        run: &Run<'_>,
        caller: &Caller<'_, '_>,
    ) -> mlua::Result<Result<Value, Failure>> {
        let lua = &self.lua;
        let texts = |texts: &[&[u8]]| {
            lua.create_sequence_from(texts.iter().map(|text| mlua::String::wrap(*text)))
        };
        self.sandbox.globals.raw_set("KEYS", texts(&run.keys)?)?;
        self.sandbox.globals.raw_set("ARGV", texts(&run.arguments)?)?;
        let (succeeded, value) = lua.scope(|scope| {
            let redis = &self.sandbox.redis;
            redis.raw_set("call", scope.create_function(|lua, it| caller.call(lua, &it))?)?;
            redis.raw_set("pcall", scope.create_function(|lua, it| caller.pcall(lua, &it))?)?;
            sandbox::bounded(lua, true, || self.sandbox.run.call::<(bool, Value)>(body))?
        })?;
        if succeeded {
            return Ok(Ok(value));
        }
        Ok(Err(Failure::of(&value)))
    }

    /// Sees to it that the next script finds memory: Lua 5.1 fails where there is none rather than
    /// look for what nobody needs any more.
    fn sweep(&self) {
        if self.lua.used_memory() > sandbox::MEMORY / 2 {
            let _ = self.lua.gc_collect();
        }
    }
}

/// Why there is no script.
enum Uncompiled {
    Refused(Error),
    NoMemory,
}

impl Uncompiled {
    fn into_error(self) -> Error {
        match self {
            Self::Refused(error) => error,
            Self::NoMemory => {
                Error::of("ERR Error compiling script (new function): not enough memory")
            }
        }
    }
}

#[expect(clippy::needless_pass_by_value, reason = "what map_err calls")]
fn no_memory(error: mlua::Error) -> Error {
    Error::new(format!("ERR {error}"))
}

impl fmt::Debug for Scripts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scripts").field("known", &self.known.len()).finish_non_exhaustive()
    }
}

/// What `EVALSHA` says of a script that is not known.
pub(crate) const NO_SCRIPT: Error = Error::of("NOSCRIPT No matching script. Please use EVAL.");

/// The SHA of a text.
pub(crate) fn sha_of(text: &[u8]) -> Sha {
    let mut sha = [0; 40];
    let bytes = sha1_smol::Sha1::from(text).digest().bytes();
    for (pair, byte) in sha.as_chunks_mut::<2>().0.iter_mut().zip(bytes) {
        *pair = [byte >> 4, byte & 0xf]
            .map(|half| if half < 10 { b'0' + half } else { b'a' - 10 + half });
    }
    sha
}

/// A SHA as a client has written it.
pub(crate) fn lower_case(sha: &[u8]) -> Option<Sha> {
    let mut sha: Sha = sha.try_into().ok()?;
    sha.make_ascii_lowercase();
    Some(sha)
}

/// Sets functions of a library, each under its name.
fn fill<const N: usize>(table: &Table, functions: [(&str, Function); N]) -> mlua::Result<()> {
    functions.into_iter().try_for_each(|(name, function)| table.raw_set(name, function))
}

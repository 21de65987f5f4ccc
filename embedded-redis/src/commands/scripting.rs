//! Scripting.

mod functions;
#[cfg(feature = "lua")]
mod scripts;
#[cfg(not(feature = "lua"))]
#[path = "scripting/absent.rs"]
mod scripts;

use super::{Commands, help};
use crate::engine::Runs;

pub(super) const COMMANDS: Commands = &[
    ("eval", Runs::Client(scripts::eval)),
    ("eval_ro", Runs::Client(scripts::eval_ro)),
    ("evalsha", Runs::Client(scripts::evalsha)),
    ("evalsha_ro", Runs::Client(scripts::evalsha_ro)),
    ("fcall", Runs::Client(functions::fcall)),
    ("fcall_ro", Runs::Client(functions::fcall)),
    ("function", Runs::Client(help::alone)),
    ("function|delete", Runs::Client(functions::delete)),
    ("function|dump", Runs::Client(functions::absent)),
    ("function|flush", Runs::Client(functions::flush)),
    ("function|help", Runs::Client(help::function)),
    ("function|kill", Runs::Client(functions::kill)),
    ("function|list", Runs::Client(functions::list)),
    ("function|load", Runs::Client(functions::absent)),
    ("function|restore", Runs::Client(functions::absent)),
    ("function|stats", Runs::Client(functions::stats)),
    ("script", Runs::Client(help::alone)),
    ("script|debug", Runs::Client(scripts::debug)),
    ("script|exists", Runs::Client(scripts::exists)),
    ("script|flush", Runs::Client(scripts::flush)),
    ("script|help", Runs::Client(help::script)),
    ("script|kill", Runs::Client(scripts::kill)),
    ("script|load", Runs::Client(scripts::load)),
];

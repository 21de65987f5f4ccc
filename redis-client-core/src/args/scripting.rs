//! Arguments of commands for scripts and functions.

use super::Words;
use crate::request::Request;

/// How scripts are run, for [`script_debug`](crate::cmd::script_debug).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ScriptDebug {
    /// By the debugger, in a copy of the server, so that nothing is changed.
    Yes,
    /// By the debugger, in the server itself, which serves nobody else meanwhile.
    Sync,
    /// As usual.
    No,
}

impl Words for ScriptDebug {
    fn write(self, request: &mut Request) {
        request.arg(match self {
            Self::Yes => "YES",
            Self::Sync => "SYNC",
            Self::No => "NO",
        });
    }
}

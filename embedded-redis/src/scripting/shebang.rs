//! The first line of a script, which says how it may be run.

use crate::engine::Error;

/// What a script says of itself. One without a first line of that kind says nothing, and may write
/// but in the commands that are for reading.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Flags {
    declared: bool,
    no_writes: bool,
    allow_oom: bool,
}

impl Flags {
    pub(super) fn no_writes(self) -> bool {
        self.no_writes
    }

    pub(super) fn allow_oom(self) -> bool {
        self.allow_oom
    }

    /// Whether it may run so.
    pub(super) fn allow(self, read_only: bool, out_of_memory: bool) -> Result<(), Error> {
        if !self.declared {
            return Ok(());
        }
        if out_of_memory && !self.allow_oom {
            return Err(Error::of(
                "OOM allow-oom flag is not set on the script, can not run it when used memory > \
                 'maxmemory'",
            ));
        }
        if read_only && !self.no_writes {
            return Err(Error::of(
                "ERR Can not execute a script with write flag using *_ro command.",
            ));
        }
        Ok(())
    }
}

/// The flags, and the script from the end of its first line on, so that its lines keep their numbers.
pub(super) fn split(text: &[u8]) -> Result<(Flags, &[u8]), Error> {
    if !text.starts_with(b"#!") {
        return Ok((Flags::default(), text));
    }
    let end = text.iter().position(|byte| *byte == b'\n');
    let end = end.ok_or(Error::of("ERR Invalid script shebang"))?;
    let (line, body) = text.split_at_checked(end).unwrap_or((text, b""));
    let mut words = line.split(|byte| *byte == b' ');
    let engine = words.next().unwrap_or_default();
    if engine != b"#!lua" {
        return Err(refused("Unexpected engine in script shebang: ", engine));
    }
    let mut flags = Flags { declared: true, ..Flags::default() };
    for word in words.filter(|word| !word.is_empty()) {
        let Some(names) = word.strip_prefix(b"flags=") else {
            return Err(refused("Unknown lua shebang option: ", word));
        };
        for name in names.split(|byte| *byte == b',').filter(|_| !names.is_empty()) {
            match name {
                b"no-writes" => flags.no_writes = true,
                b"allow-oom" => flags.allow_oom = true,
                b"allow-stale" | b"no-cluster" | b"allow-cross-slot-keys" => {}
                _ => return Err(refused("Unexpected flag in script shebang: ", name)),
            }
        }
    }
    Ok((flags, body))
}

fn refused(what: &str, word: &[u8]) -> Error {
    Error::new([b"ERR ", what.as_bytes(), word].concat())
}

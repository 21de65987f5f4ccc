//! Programs to be measured, built by cargo.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::exec::{Exec, Failure, target_dir};

/// Builds what `cargo build --release` makes of these arguments, and says where it is: a copy, which
/// another build leaves alone.
pub(super) fn build(name: &str, arguments: &[&str]) -> Result<String, Failure> {
    eprintln!("building {name}");
    let cargo = Exec::cargo(["build", "--release", "--message-format=json-render-diagnostics"])
        .args(arguments.iter().copied());
    let built = cargo
        .stdout()
        .map_err(|failure| Failure::new(format!("{name} can't be built: {failure}")))?;
    let executable = executable(&built)
        .ok_or_else(|| Failure::new(format!("cargo built no executable:\n  {cargo}")))?;
    // Examples of one name share one path, whatever their packages.
    let copy = target_dir().join("bench/programs").join(name);
    keep(&executable, &copy)
        .map_err(|error| Failure::new(format!("can't write {}: {error}", copy.display())))?;
    Ok(copy.to_string_lossy().into_owned())
}

/// The path of the last executable in cargo's messages, a JSON object a line.
fn executable(messages: &str) -> Option<PathBuf> {
    let of_message = |line: &str| {
        let message: serde_json::Value = serde_json::from_str(line).ok()?;
        message.get("executable")?.as_str().map(PathBuf::from)
    };
    messages.lines().rev().find_map(of_message)
}

fn keep(executable: &Path, copy: &Path) -> io::Result<()> {
    if let Some(directory) = copy.parent() {
        fs::create_dir_all(directory)?;
    }
    // What another run has started from here goes on with the file it has.
    match fs::remove_file(copy) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    fs::copy(executable, copy).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_executable_is_found_in_cargos_messages() {
        let messages = r#"{"reason":"compiler-artifact","executable":"/t/release/needed-first"}
{"reason":"compiler-artifact","executable":null}
{"reason":"compiler-artifact","executable":"/t/release/examples/memory_kv","fresh":false}
{"reason":"build-finished","success":true}
"#;
        assert_eq!(executable(messages), Some("/t/release/examples/memory_kv".into()));
        assert_eq!(executable("{\"reason\":\"build-finished\",\"success\":true}\n"), None);
    }
}

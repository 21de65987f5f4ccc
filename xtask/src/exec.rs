//! Running other programs, so that what went wrong can be repeated by hand.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, ExitStatus, Stdio};

/// Why `cargo xtask` ends without success.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The command line makes no sense.
    Usage(String),
    /// Something that was asked for failed.
    Failed(String),
    /// Something failed, and has been reported already because other output had to come last.
    Reported,
}

impl Failure {
    pub(crate) fn new(text: impl Into<String>) -> Self {
        Self::Failed(text.into())
    }

    /// Tells the user, and marks that as done.
    pub(crate) fn report(self) -> Self {
        eprintln!("\nerror: {self}");
        Self::Reported
    }

    pub(crate) fn exit_code(&self) -> ExitCode {
        match self {
            Self::Usage(_) => ExitCode::from(2),
            Self::Failed(_) | Self::Reported => ExitCode::FAILURE,
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Usage(text) | Self::Failed(text) => f.write_str(text),
            Self::Reported => f.write_str("see above"),
        }
    }
}

/// A program to run in the repository's root. Displays as the line to type there.
#[derive(Clone, Debug)]
pub(crate) struct Exec {
    program: String,
    args: Vec<String>,
    envs: Vec<(&'static str, &'static str)>,
}

impl Exec {
    pub(crate) fn new(program: &str) -> Self {
        Self { program: program.to_owned(), args: Vec::new(), envs: Vec::new() }
    }

    pub(crate) fn cargo<const N: usize>(args: [&str; N]) -> Self {
        Self::new("cargo").args(args)
    }

    pub(crate) fn args(mut self, args: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.args.extend(args.into_iter().map(Into::into));
        self
    }

    pub(crate) fn env(mut self, name: &'static str, value: &'static str) -> Self {
        self.envs.push((name, value));
        self
    }

    /// Runs it with this process's own input and output.
    pub(crate) fn run(&self) -> Result<(), Failure> {
        let status = self.command().status().map_err(|error| self.not_started(&error))?;
        self.check(status)
    }

    /// Runs it and returns what it writes to standard output; its errors are shown.
    pub(crate) fn stdout(&self) -> Result<String, Failure> {
        let output = self.command().stderr(Stdio::inherit()).output();
        let output = output.map_err(|error| self.not_started(&error))?;
        self.check(output.status)?;
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }

    /// Tries it, quietly: whether it can be run and succeeds.
    pub(crate) fn succeeds(&self) -> bool {
        let mut command = self.command();
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        command.status().is_ok_and(|status| status.success())
    }

    /// The command to spawn, for who wants to redirect its output.
    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        command.args(&self.args).envs(self.envs.iter().copied()).current_dir(root());
        // `cargo run` sets it for us to the toolchain that built us, and a cargo of another
        // toolchain, `cargo +nightly`, would hand it on as its own.
        command.env_remove("CARGO");
        command
    }

    pub(crate) fn check(&self, status: ExitStatus) -> Result<(), Failure> {
        if status.success() {
            return Ok(());
        }
        Err(Failure::new(format!("command failed ({status}); to run it alone:\n  {self}")))
    }

    pub(crate) fn not_started(&self, error: &io::Error) -> Failure {
        Failure::new(format!("can't run `{}`: {error}; the whole command:\n  {self}", self.program))
    }
}

impl fmt::Display for Exec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, value) in &self.envs {
            write!(f, "{name}={} ", quoted(value))?;
        }
        write!(f, "{}", self.program)?;
        self.args.iter().try_for_each(|arg| write!(f, " {}", quoted(arg)))
    }
}

/// The repository's root.
pub(crate) fn root() -> &'static Path {
    let xtask = Path::new(env!("CARGO_MANIFEST_DIR"));
    xtask.parent().unwrap_or(xtask)
}

/// The directory that cargo builds in.
pub(crate) fn target_dir() -> PathBuf {
    root().join(std::env::var_os("CARGO_TARGET_DIR").unwrap_or_else(|| "target".into()))
}

/// `path` as it is typed in the repository's root.
pub(crate) fn relative(path: &Path) -> std::path::Display<'_> {
    path.strip_prefix(root()).unwrap_or(path).display()
}

/// Quotes a word for a shell, if it needs it.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_=+./:,".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn displays_as_the_line_to_type() {
        let doc = Exec::cargo(["doc", "--no-deps"]).env("RUSTDOCFLAGS", "-D warnings");
        assert_eq!(doc.to_string(), "RUSTDOCFLAGS='-D warnings' cargo doc --no-deps");
        let odd = Exec::new("echo").args(["", "it's", "+nightly"]);
        assert_eq!(odd.to_string(), r"echo '' 'it'\''s' +nightly");
    }

    #[test]
    fn a_failure_says_what_failed() {
        let missing = Exec::new("no-such-program").run().unwrap_err().to_string();
        assert!(missing.contains("can't run `no-such-program`"), "{missing}");
        let failing = Exec::new("sh").args(["-c", "exit 3"]).run().unwrap_err().to_string();
        assert!(failing.ends_with("sh -c 'exit 3'"), "{failing}");
        assert!(!Exec::new("no-such-program").succeeds());
    }

    #[test]
    fn the_root_holds_the_workspace() {
        assert!(root().join("xtask/Cargo.toml").is_file());
        assert_eq!(relative(&root().join("fuzz/x")).to_string(), "fuzz/x");
    }
}

//! Promises about the code's shape, checked by machine.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::Path;

use crate::exec::{Exec, Failure, root};

/// The cores build without their default features and depend on no more than they may.
pub(crate) fn cores() -> Result<(), Failure> {
    for (core, _) in CORES {
        Exec::cargo(["build", "-p", core, "--no-default-features"]).run()?;
    }
    for (core, allowed) in CORES {
        let tree = Exec::cargo(["tree", "-p", core, "-e", "normal", "--prefix", "none"]);
        let listing = tree.stdout()?;
        let found = packages(&listing);
        let unwanted: Vec<_> = found.iter().filter(|name| !allowed.contains(name)).collect();
        if !unwanted.is_empty() {
            return Err(Failure::new(format!(
                "{core} may not depend on {unwanted:?}, only on {allowed:?}; to see why it does:\n  \
                 {tree}"
            )));
        }
        println!("{core}: {}", found.into_iter().collect::<Vec<_>>().join(", "));
    }
    Ok(())
}

/// Each adapter is small: what grows belongs to adapter-core, once for all of them.
pub(crate) fn adapter_sizes() -> Result<(), Failure> {
    let adapters = adapters().map_err(|error| unreadable(root(), &error))?;
    let mut too_large = Vec::new();
    for adapter in adapters {
        let src = root().join(&adapter).join("src");
        let lines = code_lines_below(&src).map_err(|error| unreadable(&src, &error))?;
        println!("{adapter}: {lines} lines of code");
        if lines >= ADAPTER_LINES {
            too_large.push(adapter);
        }
    }
    if too_large.is_empty() {
        return Ok(());
    }
    Err(Failure::new(format!(
        "{too_large:?} must stay below {ADAPTER_LINES} lines of code: move what isn't connecting, \
         listening, reading, writing, sleeping or spawning into adapter-core"
    )))
}

/// The adapters of other runtimes bring nothing of tokio along.
pub(crate) fn without_tokio() -> Result<(), Failure> {
    for adapter in adapters().map_err(|error| unreadable(root(), &error))? {
        if adapter == TOKIO_ADAPTER {
            continue;
        }
        let package =
            ["tree", "-p", &adapter, "--all-features", "-e", "normal", "--prefix", "none"];
        let tree = Exec::cargo(package);
        let listing = tree.stdout()?;
        let unwanted = of_tokio(&listing);
        if !unwanted.is_empty() {
            return Err(Failure::new(format!(
                "{adapter} may not depend on {unwanted:?}; to see why it does:\n  {tree}"
            )));
        }
        println!("{adapter}: {} packages, none of tokio's", packages(&listing).len());
    }
    Ok(())
}

/// The keyspace of embedded-redis knows data and is told the time: it has no clock, no input and
/// output, no threads, and nothing of the engine around it.
pub(crate) fn pure_keyspace() -> Result<(), Failure> {
    let (mut files, mut impure) = (0, Vec::new());
    let dir = root().join(KEYSPACE);
    each_source(&dir, &mut |path, source| {
        files += 1;
        impure.extend(impurities(source).map(|word| format!("`{word}` in {}", path.display())));
    })
    .map_err(|error| unreadable(&dir, &error))?;
    println!("{KEYSPACE}: {files} files");
    if impure.is_empty() && files > 0 {
        return Ok(());
    }
    Err(Failure::new(format!(
        "the keyspace must stay pure, with time as an argument, but there is {impure:?}"
    )))
}

fn impurities(source: &str) -> impl Iterator<Item = &'static str> {
    IMPURE.into_iter().filter(|word| code(source).any(|line| line.contains(word)))
}

/// The packages of tokio's in the output of `cargo tree --prefix none`.
fn of_tokio(tree: &str) -> Vec<&str> {
    let found = packages(tree).into_iter();
    found.filter(|name| *name == "tokio" || name.starts_with("tokio-")).collect()
}

/// The names in the output of `cargo tree --prefix none`, each once.
fn packages(tree: &str) -> BTreeSet<&str> {
    tree.lines().filter_map(|line| line.split_whitespace().next()).collect()
}

/// `adapter-core` is what the adapters share, and none of them.
fn adapters() -> io::Result<Vec<String>> {
    let mut adapters = Vec::new();
    for entry in fs::read_dir(root())? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if name.starts_with("adapter-") && name != "adapter-core" {
            adapters.push(name);
        }
    }
    adapters.sort();
    Ok(adapters)
}

fn code_lines_below(dir: &Path) -> io::Result<usize> {
    let mut lines = 0;
    each_source(dir, &mut |_, source| lines += code(source).count())?;
    Ok(lines)
}

/// Hands over each file of Rust below a directory, but for those that are all tests.
fn each_source(dir: &Path, take: &mut impl FnMut(&Path, &str)) -> io::Result<()> {
    for entry in fs::read_dir(dir)? {
        let path = entry?.path();
        if path.file_stem().is_some_and(|name| name == "tests") {
            continue;
        }
        if path.is_dir() {
            each_source(&path, take)?;
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            take(&path, &fs::read_to_string(&path)?);
        }
    }
    Ok(())
}

/// The lines that are neither blank nor all comment, up to the unit tests, which stand last.
///
/// A block comment counts as one only where it begins a line, which is where rustfmt puts it; so
/// this needs no idea of strings.
fn code(source: &str) -> impl Iterator<Item = &str> {
    let mut in_block_comment = false;
    let lines = source.lines().take_while(|line| *line != "#[cfg(test)]").map(str::trim);
    lines.filter(move |line| {
        let comment = in_block_comment || line.starts_with("/*");
        in_block_comment = comment && !line.ends_with("*/");
        !comment && !line.is_empty() && !line.starts_with("//")
    })
}

fn unreadable(path: &Path, error: &io::Error) -> Failure {
    Failure::new(format!("can't read {}: {error}", path.display()))
}

/// The cores, each with the packages that it may consist of. hashbrown brings the last three.
const CORES: [(&str, &[&str]); 3] = [
    ("resp-core", &["resp-core", "bytes", "memchr", "itoa"]),
    (
        "redis-client-core",
        &[
            "redis-client-core",
            "resp-core",
            "bytes",
            "memchr",
            "itoa",
            "hashbrown",
            "foldhash",
            "allocator-api2",
            "equivalent",
        ],
    ),
    ("redis-server-core", &["redis-server-core", "resp-core", "bytes", "memchr", "itoa"]),
];

/// Where embedded-redis keeps its data.
const KEYSPACE: &str = "embedded-redis/src/keyspace";

/// What pure code doesn't mention.
const IMPURE: [&str; 13] = [
    "std::time",
    "Instant",
    "SystemTime",
    "std::io",
    "std::net",
    "std::fs",
    "std::env",
    "std::thread",
    "std::process",
    "std::sync",
    "crate::engine",
    "crate::commands",
    "adapter_core",
];

/// The one adapter that may depend on tokio.
const TOKIO_ADAPTER: &str = "adapter-tokio";

/// "At most about 300" says the design; smol's has a runtime for its global executor and one for a
/// thread's own.
const ADAPTER_LINES: usize = 350;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_code_is_counted() {
        let source = "\
//! Doc.

/// Doc.
fn main() { // one
    /* block */
    /*
       still block
    */
    let comment = \"/* not a comment\";
}

#[cfg(test)]
mod tests {}
";
        assert_eq!(code(source).count(), 3);
    }

    #[test]
    fn files_of_tests_are_no_source() {
        let mut files = Vec::new();
        each_source(&root().join("resp-core/src/request"), &mut |path, source| {
            assert!(!source.is_empty());
            files.push(path.file_name().unwrap().to_string_lossy().into_owned());
        })
        .unwrap();
        assert!(files.contains(&"multibulk.rs".to_owned()), "{files:?}");
        assert!(!files.contains(&"tests.rs".to_owned()), "{files:?}");
    }

    #[test]
    fn what_is_impure_is_named() {
        let word = |source: &'static str| impurities(source).collect::<Vec<_>>();
        assert_eq!(word("use std::time::Instant;\n"), ["std::time", "Instant"]);
        assert!(word("// Instant\nuse core::time::Duration;\n").is_empty());
    }

    #[test]
    fn every_package_is_found_once() {
        let tree = "core v0.1.0 (/somewhere)\nbytes v1.12.1\nmemchr v2.8.3\nbytes v1.12.1 (*)\n";
        assert_eq!(packages(tree), BTreeSet::from(["bytes", "core", "memchr"]));
    }

    #[test]
    fn tokio_is_found_and_only_tokio() {
        let tree = "adapter-tokio v0.1.0\ntokio v1.54.0\ntokio-util v0.7.0\nbytes v1.12.1\n";
        assert_eq!(of_tokio(tree), ["tokio", "tokio-util"]);
        assert!(of_tokio("async-io v2.6.0\nnot-tokio v1.0.0\n").is_empty());
    }

    #[test]
    fn the_shared_core_is_no_adapter() {
        let adapters = adapters().unwrap();
        for adapter in [TOKIO_ADAPTER, "adapter-smol", "adapter-glommio"] {
            assert!(adapters.contains(&adapter.to_owned()), "{adapters:?}");
        }
        assert!(!adapters.contains(&"adapter-core".to_owned()), "{adapters:?}");
    }
}

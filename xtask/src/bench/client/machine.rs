//! What the figures were measured on.

use std::fs;

use crate::exec::Exec;

/// The processor, the system, and the versions that matter; without what can't be found out.
pub(super) fn describe() -> String {
    let cpus = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    let version = |program: &str| {
        let version = Exec::new(program).args(["--version"]).stdout().unwrap_or_default();
        version.split_whitespace().find_map(version_number).unwrap_or_default()
    };
    let parts = [
        processor(&cpus),
        kernel.split(['-', '\n']).next().map(|release| format!("Linux {release}")),
        Some(format!("redis-server {}", version("redis-server"))),
        Some(format!("Rust {}", version("rustc"))),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// How many cores there are, and of what.
fn processor(cpus: &str) -> Option<String> {
    let mut names = cpus.lines().filter_map(|line| line.strip_prefix("model name"));
    let count = names.clone().count();
    let name = names.next_back()?.trim_start_matches([' ', '\t', ':']).trim();
    let virtual_machine = cpus.lines().any(|line| {
        line.starts_with("flags") && line.split_whitespace().any(|flag| flag == "hypervisor")
    });
    let of = if virtual_machine { " of a virtual machine" } else { "" };
    Some(format!("{count} cores of {name}{of}"))
}

/// `v=7.0.15` and `1.95.0` are versions; other words are not.
fn version_number(word: &str) -> Option<String> {
    let number = word.strip_prefix("v=").unwrap_or(word);
    number.starts_with(|first: char| first.is_ascii_digit()).then(|| number.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn processors_are_counted_and_named() {
        let cpu = "processor\t: 0\nmodel name\t: AMD EPYC\nflags\t\t: fpu hypervisor lm\n";
        let two = cpu.repeat(2);
        assert_eq!(processor(&two).unwrap(), "2 cores of AMD EPYC of a virtual machine");
        assert_eq!(processor(&cpu.replace("hypervisor", "")).unwrap(), "1 cores of AMD EPYC");
        assert_eq!(processor(""), None);
    }

    #[test]
    fn versions_are_found_among_words() {
        let find = |text: &str| text.split_whitespace().find_map(version_number);
        assert_eq!(find("Redis server v=7.0.15 sha=0:0 bits=64").unwrap(), "7.0.15");
        assert_eq!(find("rustc 1.95.0 (59807616e 2026-04-14)").unwrap(), "1.95.0");
        assert_eq!(find("no such"), None);
    }
}

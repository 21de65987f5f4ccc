//! Tables for people, JSON for programs.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{fs, io};

use super::decode::{
    REDIS_PROTOCOL_BORROWED, REDIS_PROTOCOL_BYTES_MUT, REDIS_PROTOCOL_RESP2_BORROWED,
    REDIS_PROTOCOL_RESP2_BYTES_MUT, RESP_CORE_BORROWED, RESP_CORE_OWNED,
};
use super::encode::ENCODE_SET;

/// One figure.
pub(super) struct Row {
    pub(super) workload: &'static str,
    pub(super) codec: &'static str,
    pub(super) ns_per_frame: f64,
    pub(super) gb_per_s: f64,
}

/// Everything as text.
pub(super) fn tables(rows: &[Row]) -> String {
    let (encoding, decoding): (Vec<_>, Vec<_>) =
        rows.iter().partition(|row| row.workload == ENCODE_SET);
    format!(
        "decoding and reading, ns a frame (array100: an element)\n{}\nencoding, ns a command\n{}\n{}",
        table(&decoding),
        table(&encoding),
        bars(rows),
    )
}

fn table(rows: &[&Row]) -> String {
    let workloads = distinct(rows.iter().map(|row| row.workload));
    let mut text = format!("{:<31}", "");
    for workload in &workloads {
        let _ = write!(text, "{workload:>11}");
    }
    text.push('\n');
    for codec in distinct(rows.iter().map(|row| row.codec)) {
        let _ = write!(text, "{codec:<31}");
        for row in rows.iter().filter(|row| row.codec == codec) {
            let _ = write!(text, "{:>11.1}", row.ns_per_frame);
        }
        text.push('\n');
    }
    text
}

fn bars(rows: &[Row]) -> String {
    let mut text = String::new();
    for (title, borrowed, bytes_mut) in PEERS {
        let _ = writeln!(text, "the bars, against {title}");
        for Bar { ours, workloads, at_most } in BARS {
            let theirs = if *ours == RESP_CORE_OWNED { bytes_mut } else { borrowed };
            for workload in *workloads {
                let time = |codec: &str| {
                    let row =
                        rows.iter().find(|row| (row.workload, row.codec) == (workload, codec));
                    row.map_or(f64::NAN, |row| row.ns_per_frame)
                };
                let ratio = time(ours) / time(theirs);
                let met = if ratio <= *at_most { "met" } else { "SHORT" };
                let _ = writeln!(
                    text,
                    "  {workload:<9} {ours} / {theirs:<31} {ratio:>6.3}, at most {at_most:<4} {met}"
                );
            }
        }
    }
    text
}

/// Writes the rows beside the build, as a list of objects, and says where.
pub(super) fn write(rows: &[Row]) -> io::Result<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).with_file_name("target/bench/codec.json");
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(&path, json(rows))?;
    Ok(path)
}

/// Names hold nothing that JSON would have escaped.
fn json(rows: &[Row]) -> String {
    let objects: Vec<String> = rows
        .iter()
        .map(|Row { workload, codec, ns_per_frame, gb_per_s }| {
            format!(
                r#"  {{"workload": "{workload}", "codec": "{codec}", "ns_per_frame": {ns_per_frame:.3}, "gb_per_s": {gb_per_s:.3}}}"#
            )
        })
        .collect();
    format!("[\n{}\n]\n", objects.join(",\n"))
}

/// Each name once, in the order of their first showing.
fn distinct<'a>(names: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let mut seen = Vec::new();
    for name in names {
        if !seen.contains(&name) {
            seen.push(name);
        }
    }
    seen
}

/// How much of a peer's time a codec of ours may take.
struct Bar {
    ours: &'static str,
    workloads: &'static [&'static str],
    at_most: f64,
}

const BARS: &[Bar] = &[
    Bar { ours: RESP_CORE_BORROWED, workloads: &["ok", "int", "bulk16", "cmd"], at_most: 0.2 },
    Bar {
        ours: RESP_CORE_OWNED,
        workloads: &["ok", "int", "bulk16", "cmd", "array100"],
        at_most: 0.3,
    },
    Bar { ours: RESP_CORE_BORROWED, workloads: &["bulk4k"], at_most: 1.1 },
];

/// Whom the bars are held against: a title, and the codecs for borrowed and for owned frames.
const PEERS: [(&str, &str, &str); 2] = [
    ("redis-protocol (RESP3, as resp-core)", REDIS_PROTOCOL_BORROWED, REDIS_PROTOCOL_BYTES_MUT),
    (
        "redis-protocol's decoder for RESP2 alone",
        REDIS_PROTOCOL_RESP2_BORROWED,
        REDIS_PROTOCOL_RESP2_BYTES_MUT,
    ),
];

//! `INFO`: what is counted; what isn't is left out.

mod sections;

use redis_server_core::resp_core::request::Request;

use crate::commands::arguments::is;
use crate::engine::{Answer, Context, Engine, Outcome};
use sections::SECTIONS;

/// `INFO [section ...]`
pub(super) fn info(
    context: &mut Context<'_>,
    request: Request<'_>,
    answer: &mut Answer<'_>,
) -> Outcome {
    let engine = &mut *context.engine;
    let memory = engine.used_memory();
    engine.shared.stats.peak_memory = engine.shared.stats.peak_memory.max(memory);
    answer.verbatim(*b"txt", &text(engine, &request))
}

fn text(engine: &Engine, request: &Request<'_>) -> String {
    let mut text = String::new();
    let wanted = |section: &Section| {
        let mut names = request.iter().skip(1);
        names.len() == 0 && section.by_default
            || names.any(|name| match name {
                all if is(all, "all") || is(all, "everything") => true,
                default if is(default, "default") => section.by_default,
                name => is(name, section.name),
            })
    };
    for section in SECTIONS.iter().filter(|section| wanted(section)) {
        if !text.is_empty() {
            text.push_str("\r\n");
        }
        let mut name = section.name.to_owned();
        if let Some(first) = name.get_mut(..section.capitals) {
            first.make_ascii_uppercase();
        }
        text.push_str(&format!("# {name}\r\n"));
        (section.write)(engine, &mut Lines(&mut text));
    }
    text
}

struct Section {
    name: &'static str,
    /// How many of its letters its title has in upper case.
    capitals: usize,
    by_default: bool,
    write: fn(&Engine, &mut Lines<'_>),
}

/// Where a section writes its fields.
struct Lines<'a>(&'a mut String);

impl Lines<'_> {
    fn add(&mut self, name: &str, value: impl std::fmt::Display) -> &mut Self {
        self.0.push_str(&format!("{name}:{value}\r\n"));
        self
    }

    /// Bytes, and the same for people to read.
    fn add_bytes(&mut self, name: &str, bytes: u64) -> &mut Self {
        self.add(name, bytes).add(&format!("{name}_human"), human(bytes))
    }
}

/// `bytesToHuman` in Redis's util.c.
fn human(bytes: u64) -> String {
    let units =
        [(1_u64 << 50, 'P'), (1 << 40, 'T'), (1 << 30, 'G'), (1 << 20, 'M'), (1 << 10, 'K')];
    match units.into_iter().find(|(unit, _)| bytes >= *unit) {
        Some((unit, letter)) => format!("{:.2}{letter}", bytes as f64 / unit as f64),
        None => format!("{bytes}B"),
    }
}

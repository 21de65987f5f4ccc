//! What a subscriber of `tracing` sees of commands.

#![expect(clippy::unwrap_used, reason = "a panic fails the test")]

use std::fmt::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use adapter_core::{Commands, Config, cmd};
use testkit::memory::World;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

/// Writes down what happens, a line each.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<String>>>, Arc<AtomicU64>);

struct Text(String);

impl Visit for Text {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        write!(self.0, " {field}={value:?}").unwrap();
    }
}

impl Log {
    fn note(&self, line: String) {
        self.0.lock().unwrap().push(line);
    }
}

impl Subscriber for Log {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with("adapter_core")
    }

    fn new_span(&self, attributes: &Attributes<'_>) -> Id {
        let id = self.1.fetch_add(1, Ordering::Relaxed) + 1;
        let mut text = Text(format!("{id} {}", attributes.metadata().name()));
        attributes.record(&mut text);
        self.note(text.0);
        Id::from_u64(id)
    }

    fn record(&self, span: &Id, values: &Record<'_>) {
        let mut text = Text(format!("{}", span.into_u64()));
        values.record(&mut text);
        self.note(text.0);
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, _: &Event<'_>) {}

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}

    fn try_close(&self, span: Id) -> bool {
        self.note(format!("{} closed", span.into_u64()));
        true
    }
}

#[test]
fn a_command_is_a_span_with_its_name_and_its_error_and_without_arguments() {
    let log = Log::default();
    tracing::subscriber::with_default(log.clone(), || {
        let mut world = World::new();
        let client = world.connect(Config::default());
        let outcome = world.spawn(async move {
            client.set("canary", "canary").await?;
            assert!(client.incr("canary").await.is_err());
            client.pipeline((cmd::get("canary"), cmd::del(["canary"]))).await.map(drop)
        });
        world.run();
        world.take(&outcome).expect("all is answered").expect("by a server that works");
    });
    let lines = log.0.lock().unwrap().clone();
    let all = lines.join("\n");
    let place = |text: &str| {
        let found = lines.iter().position(|line| line == text);
        found.unwrap_or_else(|| panic!("no line {text:?} in:\n{all}"))
    };
    let set = r#"1 redis.command db.system.name="redis" db.operation.name="SET""#;
    assert!(place(set) < place("1 closed"));
    let incr = r#"2 redis.command db.system.name="redis" db.operation.name="INCR""#;
    assert!(place("1 closed") < place(incr) && place(incr) < place("2 closed"));
    let batch = r#"3 redis.pipeline db.system.name="redis" db.operation.name="PIPELINE" db.operation.batch.size=2"#;
    assert!(place("2 closed") < place(batch));
    let error = lines.iter().find(|line| line.starts_with("2 error=")).expect("INCR has failed");
    assert!(error.ends_with("error=\"ERR\""), "{error}");
    assert!(!all.contains("canary"), "{all}");
}

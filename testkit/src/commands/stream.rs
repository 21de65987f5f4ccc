//! Streams.

use bytes::Bytes;
use redis_client_core::args::{GroupRead, GroupStart, IdBound, NewId, ReadFrom, StreamId, Trim};
use redis_client_core::{Command, cmd};

use super::{Case, case, gives};

pub(super) fn cases() -> Vec<Case> {
    [
        added(),
        trimmed(),
        deleted(),
        ranges(),
        read(),
        groups(),
        read_by_group(),
        pending(),
        claimed(),
        auto_claimed(),
        info(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn added() -> Vec<Case> {
    let at = |ms| cmd::xadd("k", StreamId::new(ms, 1), [("f", "v")]);
    vec![
        case(cmd::xadd("k", NewId::Auto, [("f", "v")])),
        gives(at(5), StreamId::new(5, 1)),
        gives(cmd::xadd("k", NewId::AutoAt(2), [("f", "v")]), StreamId::new(2, 2)).two(),
        case(at(1)).two().fails("ERR The ID specified in XADD is equal or smaller"),
        gives(at(5).nomkstream(), None),
        gives(at(5).nomkstream(), Some(StreamId::new(5, 1))).two(),
        gives(at(5).trim(Trim::maxlen(1)), StreamId::new(5, 1)).two(),
        gives(at(5).trim(Trim::maxlen(1).limit(10)), StreamId::new(5, 1)).two(),
        gives(at(5).trim(Trim::minid(ID2)).nomkstream(), Some(StreamId::new(5, 1))).two(),
        case(at(5).keepref()).not_run("redis 8.2"),
        case(at(5).delref()).not_run("redis 8.2"),
        case(at(5).acked().trim(Trim::maxlen(1).approximately())).not_run("redis 8.2"),
    ]
}

fn trimmed() -> Vec<Case> {
    vec![
        gives(cmd::xtrim("k", Trim::maxlen(1)), 1).two(),
        gives(cmd::xtrim("k", Trim::maxlen(1).approximately()), 0).two(),
        gives(cmd::xtrim("k", Trim::minid(ID2)), 1).two(),
        gives(cmd::xtrim("k", Trim::minid(ID2).limit(10)), 0).two(),
        gives(cmd::xtrim("k", Trim::maxlen(1)), 0),
        case(cmd::xtrim("k", Trim::maxlen(1)).keepref()).not_run("redis 8.2"),
        case(cmd::xtrim("k", Trim::maxlen(1)).delref()).not_run("redis 8.2"),
        case(cmd::xtrim("k", Trim::maxlen(1)).acked()).not_run("redis 8.2"),
    ]
}

fn deleted() -> Vec<Case> {
    vec![
        gives(cmd::xlen("k"), 0),
        gives(cmd::xlen("k"), 2).two(),
        gives(cmd::xdel("k", [ID1, StreamId::new(9, 9)]), 1).two(),
        gives(cmd::xdel("k", ["1-1"]), 1).two(),
        case(cmd::xdelex("k", [ID1])).not_run("redis 8.2"),
        case(cmd::xdelex("k", [ID1]).keepref()).not_run("redis 8.2"),
        case(cmd::xdelex("k", [ID1]).delref()).not_run("redis 8.2"),
        case(cmd::xdelex("k", [ID1, ID2]).acked()).not_run("redis 8.2"),
        case(cmd::xackdel("k", "g", [ID1])).not_run("redis 8.2"),
        case(cmd::xackdel("k", "g", [ID1]).keepref()).not_run("redis 8.2"),
        case(cmd::xackdel("k", "g", [ID1]).delref()).not_run("redis 8.2"),
        case(cmd::xackdel("k", "g", [ID1, ID2]).acked()).not_run("redis 8.2"),
        gives(cmd::xsetid("k", StreamId::new(9, 9)), ()).two(),
        gives(cmd::xsetid("k", StreamId::new(9, 9)).entriesadded(5).maxdeletedid(ID1), ()).two(),
        case(cmd::xsetid("k", ID1)).two().fails("ERR The ID specified in XSETID is smaller"),
    ]
}

fn ranges() -> Vec<Case> {
    let ids = |command: Command<cmd::Xrange>| command.parse::<Vec<(StreamId, Fields)>>();
    let all = || cmd::xrange("k", IdBound::Lowest, IdBound::Highest);
    let first = || (ID1, fields(&["f"]));
    let second = || (ID2, fields(&["f", "g"]));
    vec![
        case(all()).two().shows(BOTH),
        gives(all().parse::<Vec<(StreamId, Fields)>>(), vec![first(), second()]).two(),
        gives(ids(all()), Vec::new()),
        gives(ids(all().count(1)), vec![first()]).two(),
        case(all().count(0)).two().shows("[]"),
        case(cmd::xrevrange("k", IdBound::Highest, ID1).count(0)).two().shows("[]"),
        gives(ids(cmd::xrange("k", IdBound::Excluded(ID1), ID2)), vec![second()]).two(),
        gives(ids(cmd::xrange("k", IdBound::Time(1), IdBound::Time(1))), vec![first()]).two(),
        case(cmd::xrevrange("k", IdBound::Highest, ID1)).two(),
        gives(
            cmd::xrevrange("k", IdBound::Highest, IdBound::Lowest).count(1).parse(),
            vec![second()],
        )
        .two(),
    ]
}

fn read() -> Vec<Case> {
    let after = |id| cmd::xread([("x", ReadFrom::New), ("k", ReadFrom::After(id))]);
    let second = || Some(vec![(text("k"), vec![(ID2, fields(&["f", "g"]))])]);
    vec![
        case(after(StreamId::MIN)).two(),
        gives(after(ID2), None).two(),
        gives(after(ID1).parse(), second()).two(),
        case(after(StreamId::MIN).count(1)).two(),
        gives(after(ID1).block(20).count(5).parse(), second()).two(),
        gives(after(ID2).block(20), None).two(),
        gives(cmd::xread([("k", ReadFrom::New)]).block(20), None).two(),
        case(cmd::xread([("k", ReadFrom::Last)])).not_run("redis 7.4"),
    ]
}

fn groups() -> Vec<Case> {
    vec![
        gives(cmd::xgroup_create("k", "h", GroupStart::End), ()).two(),
        gives(cmd::xgroup_create("k", "h", ID1).entriesread(1), ()).two(),
        gives(cmd::xgroup_create("k", "h", GroupStart::End).mkstream(), ()),
        case(cmd::xgroup_create("k", "h", GroupStart::End))
            .fails("ERR The XGROUP subcommand requires the key to exist"),
        case(cmd::xgroup_create("k", "g", GroupStart::End)).group().fails("BUSYGROUP"),
        gives(cmd::xgroup_createconsumer("k", "g", "bob"), true).group(),
        gives(cmd::xgroup_createconsumer("k", "g", "alice"), false).group(),
        gives(cmd::xgroup_delconsumer("k", "g", "alice"), 2).group(),
        gives(cmd::xgroup_setid("k", "g", GroupStart::End), ()).group(),
        gives(cmd::xgroup_setid("k", "g", StreamId::MIN).entriesread(0), ()).group(),
        gives(cmd::xgroup_destroy("k", "g"), true).group(),
        gives(cmd::xgroup_destroy("k", "x"), false).group(),
        case(cmd::xgroup_help()),
        gives(cmd::xack("k", "g", [ID1, ID2]), 2).group(),
        gives(cmd::xack("k", "g", ["9-9"]), 0).group(),
    ]
}

fn read_by_group() -> Vec<Case> {
    let new = || cmd::xreadgroup("g", "bob", [("k", GroupRead::New)]);
    let third = || Some(vec![(text("k"), vec![(StreamId::new(3, 1), fields(&["f"]))])]);
    let after = |id| cmd::xreadgroup("g", "alice", [("k", GroupRead::PendingAfter(id))]);
    vec![
        gives(new(), None).group(),
        gives(new().parse(), third()).group().given("XADD k 3-1 f f"),
        gives(new().count(1).noack().parse(), third()).group().given("XADD k 3-1 f f"),
        gives(new().block(20).count(1).parse(), third()).group().given("XADD k 3-1 f f"),
        gives(new().block(20), None).group(),
        case(new().claim(5)).not_run("redis 8.4"),
        case(after(StreamId::MIN)).group(),
        // What was deleted while it was pending has no fields.
        case(after(ID1)).group().given("XDEL k 2-1").shows(
            "Some([(b\"k\", [StreamEntry { id: StreamId { ms: 2, seq: 1 }, fields: [], \
             idle: None, deliveries: None }])])",
        ),
        gives(after(ID1).parse(), Some(vec![(text("k"), vec![(ID2, None::<Fields>)])]))
            .group()
            .given("XDEL k 2-1"),
        case(new()).two().fails("NOGROUP"),
    ]
}

fn pending() -> Vec<Case> {
    let all = || cmd::xpending("k", "g").range(IdBound::Lowest, IdBound::Highest, 10);
    type Entries = Vec<(StreamId, Bytes, u64, u64)>;
    vec![
        case(cmd::xpending("k", "g")).group().shows(
            "PendingSummary { count: 2, first: Some(StreamId { ms: 1, seq: 1 }), \
             last: Some(StreamId { ms: 2, seq: 1 }), consumers: [(b\"alice\", 2)] }",
        ),
        case(cmd::xpending("k", "g"))
            .group()
            .given("XACK k g 1-1 2-1")
            .shows("PendingSummary { count: 0, first: None, last: None, consumers: [] }"),
        gives(cmd::xpending("k", "g").parse(), (2, ID1, ID2, vec![(text("alice"), 2)])).group(),
        case(all()).group(),
        case(all().idle(0).consumer("alice")).group(),
        gives(all().idle(60_000).parse::<Entries>(), Vec::new()).group(),
        gives(all().consumer("bob").parse::<Entries>(), Vec::new()).group(),
    ]
}

fn claimed() -> Vec<Case> {
    let claim = || cmd::xclaim("k", "g", "bob", 0, [ID1, ID2]);
    vec![
        case(claim()).group().shows(BOTH),
        gives(claim().justid(), vec![ID1, ID2]).group(),
        gives(claim().idle(5).retrycount(3).justid(), vec![ID1, ID2]).group(),
        gives(claim().time(5).lastid(ID2).justid(), vec![ID1, ID2]).group(),
        gives(claim().justid(), vec![ID2]).group().given("XDEL k 1-1"),
        gives(claim().force().justid(), vec![ID1, ID2]).group().given("XACK k g 1-1"),
        gives(cmd::xclaim("k", "g", "bob", 60_000, [ID1]).justid(), Vec::new()).group(),
    ]
}

fn auto_claimed() -> Vec<Case> {
    type Reply<T> = (StreamId, Vec<T>, Vec<StreamId>);
    let claim = || cmd::xautoclaim("k", "g", "bob", 0, StreamId::MIN);
    let ids = |ids: &[StreamId]| -> Reply<StreamId> { (StreamId::MIN, ids.to_vec(), Vec::new()) };
    vec![
        case(claim()).group(),
        case(cmd::xautoclaim("k", "g", "bob", 0, IdBound::Excluded(ID1))).group(),
        case(claim().justid()).group().given("XDEL k 1-1").shows(
            "AutoClaimed { next: StreamId { ms: 0, seq: 0 }, \
             entries: [StreamId { ms: 2, seq: 1 }], deleted: [StreamId { ms: 1, seq: 1 }] }",
        ),
        gives(claim().justid().parse(), ids(&[ID1, ID2])).group(),
        gives(claim().count(1).justid().parse(), (ID2, vec![ID1], Vec::<StreamId>::new())).group(),
        gives(claim().justid().parse(), (StreamId::MIN, vec![ID2], vec![ID1]))
            .group()
            .given("XDEL k 1-1"),
        gives(cmd::xautoclaim("k", "g", "bob", 60_000, ID1).justid().parse(), ids(&[])).group(),
    ]
}

fn info() -> Vec<Case> {
    let full = || cmd::xinfo_stream("k").full();
    vec![
        case(cmd::xinfo_stream("k")).two(),
        case(cmd::xinfo_stream("k")).group().given("XTRIM k MAXLEN 0").shows(
            "StreamInfo { summary: StreamSummary { length: 0, radix_tree_keys: 0, \
             radix_tree_nodes: 1, last_generated_id: StreamId { ms: 2, seq: 1 }, \
             max_deleted_entry_id: Some(StreamId { ms: 0, seq: 0 }), entries_added: Some(2), \
             recorded_first_entry_id: Some(StreamId { ms: 0, seq: 0 }) }, groups: 1, \
             first_entry: None, last_entry: None }",
        ),
        case(cmd::xinfo_stream("k")).fails("ERR no such key"),
        case(full()).group(),
        case(full().count(1)).group(),
        case(full()).two(),
        case(cmd::xinfo_groups("k")).group().shows(
            "[GroupInfo { name: b\"g\", consumers: 1, pending: 2, \
             last_delivered_id: StreamId { ms: 2, seq: 1 }, entries_read: Some(2), \
             lag: Some(0) }]",
        ),
        case(cmd::xinfo_groups("k")).two(),
        // How far it has come can't be said then.
        case(cmd::xinfo_groups("k")).two().given("XGROUP CREATE k h 1-5").shows(
            "[GroupInfo { name: b\"h\", consumers: 0, pending: 0, \
             last_delivered_id: StreamId { ms: 1, seq: 5 }, entries_read: None, lag: None }]",
        ),
        case(cmd::xinfo_groups("k")).two().given("XGROUP CREATE k h 1-1 ENTRIESREAD 100").shows(
            "[GroupInfo { name: b\"h\", consumers: 0, pending: 0, \
             last_delivered_id: StreamId { ms: 1, seq: 1 }, entries_read: Some(100), \
             lag: Some(-98) }]",
        ),
        case(full()).two().given("XGROUP CREATE k h 1-1 ENTRIESREAD 100"),
        case(cmd::xinfo_consumers("k", "g")).group(),
        case(cmd::xinfo_consumers("k", "g")).two().fails("NOGROUP"),
        case(cmd::xinfo_help()),
    ]
}

impl Case {
    /// With two entries.
    fn two(self) -> Self {
        self.given("XADD k 1-1 f f").given("XADD k 2-1 f f g g")
    }

    /// With two entries that are pending with `alice`.
    fn group(self) -> Self {
        self.two().given("XGROUP CREATE k g 0").given("XREADGROUP GROUP g alice STREAMS k >")
    }
}

type Fields = Vec<(Bytes, Bytes)>;

/// Fields whose values are their names.
fn fields(names: &[&'static str]) -> Fields {
    names.iter().map(|name| (text(name), text(name))).collect()
}

fn text(text: &'static str) -> Bytes {
    Bytes::from(text)
}

const ID1: StreamId = StreamId::new(1, 1);
const ID2: StreamId = StreamId::new(2, 1);
/// Both entries.
const BOTH: &str = "[StreamEntry { id: StreamId { ms: 1, seq: 1 }, \
    fields: [(b\"f\", b\"f\")], idle: None, deliveries: None }, \
    StreamEntry { id: StreamId { ms: 2, seq: 1 }, \
    fields: [(b\"f\", b\"f\"), (b\"g\", b\"g\")], idle: None, deliveries: None }]";

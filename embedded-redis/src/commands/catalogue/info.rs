//! `COMMAND` and `COMMAND INFO`.

use redis_client_core::{Begin, Facts, Find, KeyFlags, KeySpec};
use redis_server_core::resp_core::request::Request;
use redis_server_core::{Action, Answering, Entry, Pairs, Reply, Simple, ToReply};

use super::about::About;
use crate::engine::{Answer, Context, Done, Outcome, Runs, TABLE};

/// `COMMAND`
pub(super) fn all(_: &mut Context<'_>, _: Request<'_>, answer: &mut Answer<'_>) -> Outcome {
    if let Some(mut items) = answer.array(TABLE.commands().count()) {
        for entry in TABLE.commands() {
            items.add(Info(entry));
        }
    }
    Ok(Done::Answered)
}

/// `COMMAND INFO [name ...]`
pub(super) fn info(
    context: &mut Context<'_>,
    request: Request<'_>,
    answer: &mut Answer<'_>,
) -> Outcome {
    let names = request.iter().skip(2);
    if names.len() == 0 {
        return all(context, request, answer);
    }
    if let Some(mut items) = answer.array(names.len()) {
        for name in names {
            match TABLE.get(name) {
                Some(entry) => {
                    items.add(Info(entry));
                }
                None => {
                    let _ = items.item().null();
                }
            }
        }
    }
    Ok(Done::Answered)
}

/// The ten elements of a command.
struct Info<'a>(&'a Entry<Runs>);

impl ToReply for Info<'_> {
    fn to_reply<'a, P: Answering<'a>>(&self, reply: Reply<'a, P>) -> Action {
        let spec = &self.0.spec;
        let about = About::of(spec.name());
        let keys = key_specs(spec.name());
        let range = LegacyRange::of(keys);
        let mut info = reply.array(10);
        info.add(spec.name()).add(spec.arity().to_integer());
        let movable = range.movable.then_some("movablekeys");
        let flags: Vec<_> = spec.flags().names().chain(movable).map(Simple).collect();
        set(info.item(), flags.iter());
        info.add(range.first).add(range.last).add(range.step);
        let categories: Vec<_> = about.categories.iter().map(|it| format!("@{it}")).collect();
        set(info.item(), categories.iter().map(|it| Simple(it)));
        set(info.item(), about.tips.iter());
        set(info.item(), keys.iter().map(Keys));
        let subcommands: Vec<_> = TABLE.subcommands(spec.name()).map(Info).collect();
        set(info.item(), subcommands.iter());
        Action::Continue
    }
}

fn set<'a, P: Answering<'a>>(reply: Reply<'a, P>, elements: impl ExactSizeIterator<Item: ToReply>) {
    let mut items = reply.set(elements.len());
    for element in elements {
        items.add(element);
    }
}

/// Where the keys of a command are, by its full name.
pub(crate) fn key_specs(name: &str) -> &'static [KeySpec] {
    Facts::of(&name.to_ascii_uppercase().replace('|', " ")).map_or(&[], |facts| facts.keys)
}

/// Where the keys are in the words of older versions, as far as those have words for it.
struct LegacyRange {
    first: i64,
    last: i64,
    step: i64,
    /// There may be others.
    movable: bool,
}

impl LegacyRange {
    /// `populateCommandLegacyRangeSpec` in Redis's server.c.
    fn of(specs: &[KeySpec]) -> Self {
        let mut range = Self { first: 0, last: 0, step: 0, movable: false };
        for spec in specs {
            let (Begin::Index(index), Find::Range { last, step, .. }) = (spec.begin, spec.find)
            else {
                range.movable = true;
                continue;
            };
            let (index, last, step) = (i64::from(index), i64::from(last), i64::from(step));
            let alone = specs.len() == 1;
            let follows = range.last == 0 || range.last == index - 1;
            if !alone && (step != 1 || !follows) {
                range.movable = true;
                continue;
            }
            range.movable |= spec.flags.contains(KeyFlags::INCOMPLETE);
            range.first = if range.first == 0 { index } else { range.first };
            range.last = if last >= 0 { index + last } else { last };
            range.step = step;
        }
        range
    }
}

/// A key specification.
struct Keys<'s>(&'s KeySpec);

impl ToReply for Keys<'_> {
    fn to_reply<'a, P: Answering<'a>>(&self, reply: Reply<'a, P>) -> Action {
        let mut pairs = reply.map(3);
        let _ = key_flags(self.0.flags, pairs.value("flags"));
        begin(self.0.begin, &mut pairs);
        find(self.0.find, &mut pairs);
        Action::Continue
    }
}

/// Redis has some of them in upper case.
pub(super) fn key_flags<'a, P: Answering<'a>>(flags: KeyFlags, reply: Reply<'a, P>) -> Action {
    let names: Vec<_> = flags.names().collect();
    let mut items = reply.set(names.len());
    for name in names {
        let upper = name.to_ascii_uppercase();
        items.add(Simple(if name.len() == 2 { &upper } else { name }));
    }
    Action::Continue
}

fn begin(begin: Begin, pairs: &mut Pairs<'_>) {
    let mut parts = pairs.value("begin_search").map(2);
    match begin {
        Begin::Index(index) => {
            parts.pair("type", "index").value("spec").map(1).pair("index", u32::from(index));
        }
        Begin::Keyword { word, from } => {
            let mut spec = parts.pair("type", "keyword").value("spec").map(2);
            spec.pair("keyword", word).pair("startfrom", from);
        }
        _ => drop(parts.pair("type", "unknown").value("spec").map(0)),
    }
}

fn find(find: Find, pairs: &mut Pairs<'_>) {
    let mut parts = pairs.value("find_keys").map(2);
    match find {
        Find::Range { last, step, limit } => {
            let mut spec = parts.pair("type", "range").value("spec").map(3);
            spec.pair("lastkey", last).pair("keystep", step).pair("limit", limit);
        }
        Find::Count { at, first, step } => {
            let mut spec = parts.pair("type", "keynum").value("spec").map(3);
            spec.pair("keynumidx", at).pair("firstkey", first).pair("keystep", step);
        }
        _ => drop(parts.pair("type", "unknown").value("spec").map(0)),
    }
}

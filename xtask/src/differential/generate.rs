//! From a seed to the script of one session.

use super::expand::expand;
use super::grammar::{self, Damage, Node, Template, Via};
use super::random::Random;
use super::slots::Draw;
use super::{Command, Script, Unit, pools};

/// A group of commands with its templates.
#[derive(Debug)]
pub(super) struct Group {
    pub(super) name: &'static str,
    templates: Vec<Template>,
    weight: usize,
}

/// What sessions are made of.
#[derive(Debug)]
pub(super) struct Generator {
    pub(super) groups: Vec<Group>,
}

impl Generator {
    /// Takes the groups chosen, or all, without the commands that the server doesn't have.
    pub(super) fn new(chosen: &[String], without: &[String]) -> Result<Self, String> {
        if let Some(name) = chosen.iter().find(|name| GROUPS.iter().all(|(known, _)| known != name))
        {
            let known: Vec<_> = GROUPS.iter().map(|(known, _)| *known).collect();
            return Err(format!("there is no group `{name}`, but: {}", known.join(", ")));
        }
        let mut groups = Vec::new();
        for (name, text) in GROUPS {
            if !chosen.is_empty() && !chosen.iter().any(|chosen| chosen == name) {
                continue;
            }
            let mut templates = grammar::parse(text)?;
            templates.retain(|template| !lacks(template, without));
            let weight = templates.iter().map(|template| template.weight).sum();
            groups.push(Group { name, templates, weight });
        }
        groups.retain(|group| group.weight > 0);
        if groups.is_empty() {
            return Err("nothing is left to send".to_owned());
        }
        Ok(Self { groups })
    }

    /// The session of a seed: always the same one, whatever ran before it.
    pub(super) fn session(&self, seed: u64) -> Script {
        let mut random = Random::new(seed);
        let length = random.between(SHORTEST, LONGEST);
        let main = random.below(self.groups.len());
        let named = |name| self.groups.get(main).is_some_and(|group| group.name == name);
        let resp3 = random.one_in(2);
        let mut script = Script { resp3, notified: named("notifications"), units: Vec::new() };
        let chances = if named("transactions") { 8 } else { 60 };
        let transactions = self.groups.iter().any(|group| group.name == "transactions");
        // What follows a group that has few commands of its own comes from all.
        let share = if named("notifications") || named("transactions") { 4 } else { 8 };
        let mut draw = Draw::new(random);
        while script.units.len() < length {
            let own = draw.random.below(10) < share;
            let group = if own { main } else { draw.random.below(self.groups.len()) };
            if transactions && draw.random.one_in(chances) {
                self.transaction(group, &mut draw, &mut script.units);
            } else if let Some(unit) = self.unit(group, &mut draw) {
                script.units.push(unit);
            }
        }
        script
    }

    fn unit(&self, index: usize, draw: &mut Draw) -> Option<Unit> {
        let group = self.groups.get(index)?;
        let template = group.template(&mut draw.random)?;
        let bare = template.damage != Damage::Never && draw.random.one_in(BARE);
        let commands =
            if bare { vec![bare_command(template, draw)] } else { expand(template, draw) };
        Some(Unit { group: group.name, commands })
    }

    /// Commands between `MULTI` and `EXEC`.
    fn transaction(&self, index: usize, draw: &mut Draw, units: &mut Vec<Unit>) {
        let alone = |name: &str| {
            let args = vec![name.as_bytes().to_vec()];
            Unit { group: "transactions", commands: vec![Command { via: Via::Main, args }] }
        };
        units.push(alone("MULTI"));
        for _ in 0..draw.random.between(1, 7) {
            let unit = self.unit(index, draw);
            units.extend(unit.filter(|unit| unit.commands.iter().all(|c| c.via == Via::Main)));
        }
        units.push(alone(if draw.random.one_in(8) { "DISCARD" } else { "EXEC" }));
    }
}

impl Group {
    fn template(&self, random: &mut Random) -> Option<&Template> {
        let mut left = random.below(self.weight);
        self.templates.iter().find(|template| {
            let found = left < template.weight;
            left = left.saturating_sub(template.weight);
            found
        })
    }
}

fn lacks(template: &Template, without: &[String]) -> bool {
    template.commands.iter().any(|(_, nodes)| {
        let words = nodes.iter().map_while(|node| match node {
            Node::Word(word) => Some(word.as_str()),
            _ => None,
        });
        let name = words.take(2).collect::<Vec<_>>().join(" ");
        without.iter().any(|missing| {
            let first = name.get(..missing.len());
            let ends = name.as_bytes().get(missing.len()).is_none_or(|&byte| byte == b' ');
            ends && first.is_some_and(|first| first.eq_ignore_ascii_case(missing))
        })
    })
}

/// A command's name and at most one word more: most want more arguments than that.
fn bare_command(template: &Template, draw: &mut Draw) -> Command {
    let name = template.name();
    let mut args: Vec<_> = name.split(' ').map(|word| word.as_bytes().to_vec()).collect();
    args.truncate(draw.random.between(1, 3));
    if draw.random.one_in(2) && args.len() == 1 {
        args.push(draw.random.pick(pools::TOKENS).to_vec());
    }
    let via = template.commands.first().map_or(Via::Main, |(via, _)| *via);
    Command { via, args }
}

/// Sessions are long enough for what is stored to grow, and short enough to be played again a
/// hundred times while one that fails is cut down.
const SHORTEST: usize = 300;
const LONGEST: usize = 2000;

/// One command in so many is bare.
const BARE: usize = 100;

const GROUPS: &[(&str, &str)] = &[
    ("strings", include_str!("groups/strings.txt")),
    ("bitmaps", include_str!("groups/bitmaps.txt")),
    ("keys", include_str!("groups/keys.txt")),
    ("expire", include_str!("groups/expire.txt")),
    ("hashes", include_str!("groups/hashes.txt")),
    ("lists", include_str!("groups/lists.txt")),
    ("sets", include_str!("groups/sets.txt")),
    ("sorted_sets", include_str!("groups/sorted_sets.txt")),
    ("hyperloglog", include_str!("groups/hyperloglog.txt")),
    ("geo", include_str!("groups/geo.txt")),
    ("streams", include_str!("groups/streams.txt")),
    ("sort", include_str!("groups/sort.txt")),
    ("transactions", include_str!("groups/transactions.txt")),
    ("users", include_str!("groups/users.txt")),
    ("scripting", include_str!("groups/scripting.txt")),
    ("server", include_str!("groups/server.txt")),
    ("pubsub", include_str!("groups/pubsub.txt")),
    ("notifications", include_str!("groups/notifications.txt")),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exec::root;

    #[test]
    fn a_seed_is_one_session() {
        let generator = Generator::new(&[], &[]).unwrap();
        for seed in 0..40 {
            assert_eq!(generator.session(seed), generator.session(seed));
        }
        assert_ne!(generator.session(1).units, generator.session(2).units);
    }

    #[test]
    fn every_template_can_be_drawn() {
        for (name, text) in GROUPS {
            let mut draw = Draw::new(Random::new(7));
            for template in grammar::parse(text).unwrap() {
                for _ in 0..50 {
                    let commands = expand(&template, &mut draw);
                    assert_eq!(commands.len(), template.commands.len());
                    assert!(commands.iter().all(|command| !command.args.is_empty()), "{name}");
                }
            }
        }
    }

    /// Every command that Redis 7.0 has in these files, unless it is known why not.
    #[test]
    fn no_command_is_forgotten() {
        let templates = GROUPS.iter().flat_map(|(_, text)| grammar::parse(text).unwrap());
        let mut draw = Draw::new(Random::new(3));
        let mut sent = std::collections::BTreeSet::new();
        for template in templates {
            for command in (0..60).flat_map(|_| expand(&template, &mut draw)) {
                let words = command.args.iter().take(2).map(|arg| String::from_utf8_lossy(arg));
                let words: Vec<_> = words.map(|word| word.to_uppercase()).collect();
                sent.insert(words.join(" "));
                sent.extend(words.into_iter().next());
            }
        }
        for file in FILES {
            let path = root().join(format!("commands/{file}.json"));
            let json = std::fs::read_to_string(path).unwrap();
            let commands: serde_json::Map<_, _> = serde_json::from_str(&json).unwrap();
            for (name, facts) in commands {
                let old = facts["since"].as_str().unwrap() <= "7.0.15" && facts["server"].is_null();
                let known = sent.contains(&name) || LEFT_OUT.contains(&name.as_str());
                assert!(!old || known, "{name} is never sent");
            }
        }
    }

    const FILES: &[&str] = &[
        "bitmap",
        "geo",
        "hash",
        "hyperloglog",
        "keys",
        "list",
        "pubsub",
        "set",
        "sorted_set",
        "stream",
        "string",
        "transactions",
    ];

    /// The format of a dump is Redis's own business, and so is what its developers call.
    const LEFT_OUT: &[&str] = &["DUMP", "RESTORE", "MIGRATE", "PFDEBUG", "PFSELFTEST"];

    #[test]
    fn what_is_lacking_is_not_sent() {
        let without = ["client id".to_owned(), "XADD".to_owned()];
        let generator = Generator::new(&[], &without).unwrap();
        let names = generator.groups.iter().flat_map(|group| &group.templates).map(Template::name);
        let names: Vec<_> = names.collect();
        assert!(names.iter().any(|name| name == "CLIENT HELP"));
        assert!(!names.iter().any(|name| name == "CLIENT ID" || name.starts_with("XADD")));
        assert!(Generator::new(&["nosuch".to_owned()], &[]).unwrap_err().contains("`nosuch`"));
    }
}

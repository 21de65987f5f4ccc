//! The modules of `cmd`, and the trait `Commands`.

use super::docs::{self, comment};
use super::function::{Choice, Function};
use super::metadata::{Command, Gives, Group, Metadata};
use super::types::Imports;
use super::{HEAD, names};
use crate::exec::Failure;

/// `cmd/<group>.rs`.
pub(super) fn module(group: &Group) -> Result<String, Failure> {
    let mut imports = Imports::default();
    let mut body = String::new();
    let mut has_choices = false;
    for (name, command) in group.built() {
        let failure = |problem: String| Failure::new(format!("{name}: {problem}"));
        let function = Function::of(command).map_err(failure)?;
        has_choices |= !function.choices.is_empty();
        body += &write_command(name, command, &function, &mut imports).map_err(failure)?;
    }
    let title = TITLES.iter().find(|(name, _)| *name == group.name).map_or("", |(_, title)| title);
    if has_choices {
        imports.add("PhantomData");
    }
    let marks = if has_choices { ", Open, Taken" } else { "" };
    Ok(format!(
        "{HEAD}//! {title}.\n\n{}use crate::command::{{Command, Kind{marks}}};\n\
         use crate::facts::{{Facts, table}};\n{body}",
        imports.lines()
    ))
}

/// `commands.rs`.
pub(super) fn commands(metadata: &Metadata) -> Result<String, Failure> {
    let mut imports = Imports::default();
    imports.add("ToArg");
    let mut methods = String::new();
    for group in metadata.groups.iter().filter(|group| group.is_begun()) {
        for (at, (name, command)) in group.built().filter(|(_, c)| c.detached.is_none()).enumerate()
        {
            let failure = |problem: String| Failure::new(format!("{name}: {problem}"));
            if at == 0 {
                let title = TITLES.iter().find(|(name, _)| *name == group.name);
                methods += &format!("\n// {}.\n", title.map_or("", |(_, title)| title));
            }
            let function = Function::of(command).map_err(failure)?;
            function.parameters.iter().for_each(|(_, rust)| imports.add(rust));
            methods += &method(name, command, &function);
        }
    }
    Ok(format!(
        "{HEAD}//! The typed commands as methods of whatever can send them.\n\n\
         {}use crate::cmd;\nuse crate::command::{{Any, Command, Execute, Kind}};\n\n{TRAIT}{methods}\n}}\n\n\
         impl<X: Execute> Commands for X {{}}\n\n{BOUND}",
        imports.lines()
    ))
}

fn method(name: &str, command: &Command, function: &Function) -> String {
    let called = names::function(name, command);
    let text = format!(
        "[`{name}`](cmd::{called}): {}.",
        command.summary.as_deref().map(plain).unwrap_or_default()
    );
    let arguments: Vec<_> = function.parameters.iter().map(|(name, _)| name.as_str()).collect();
    format!(
        "\n{}fn {called}(self{}) -> Bound<cmd::{}, Self> {{ cmd::{called}({}).bind(self) }}\n",
        comment(&text),
        function.parameters.iter().map(|(n, rust)| format!(", {n}: {rust}")).collect::<String>(),
        names::kind(name, command),
        arguments.join(", "),
    )
}

/// Links to functions of `cmd` are written without it; here it is needed.
fn plain(summary: &str) -> String {
    let mut text = String::new();
    let mut rest = summary;
    while let Some((before, behind)) = rest.split_once("[`") {
        let Some((name, after)) = behind.split_once("`]") else { break };
        let linked = if after.starts_with('(') { String::new() } else { format!("(cmd::{name})") };
        text += &format!("{before}[`{name}`]{linked}");
        rest = after;
    }
    text + rest
}

fn write_command(
    name: &str,
    command: &Command,
    function: &Function,
    imports: &mut Imports,
) -> Result<String, String> {
    let kind = names::kind(name, command);
    let called = names::function(name, command);
    let reply = command.reply.as_deref().unwrap_or_default();
    imports.add(reply);
    let mut source = write_kind(&kind, &called, name, reply, function);
    if command.hand.is_some() {
        return Ok(source);
    }
    function.parameters.iter().for_each(|(_, rust)| imports.add(rust));
    source += &format!(
        "\n{}pub fn {called}({}) -> Command<{kind}> {{ Command::new(){} }}\n",
        docs::function(name, command)?,
        list(&function.parameters),
        function.calls,
    );
    source += &write_options(&kind, function, imports);
    Ok(source)
}

fn write_kind(kind: &str, called: &str, name: &str, reply: &str, function: &Function) -> String {
    let facts = names::facts(name);
    let choices = &function.choices;
    let body =
        format!("const FACTS: &'static Facts = &table::{facts};\ntype Reply = {reply};\n}}\n");
    if choices.is_empty() {
        return format!(
            "\n/// `{name}`, as [`{called}`] makes it.\n#[derive(Debug)]\npub enum {kind} {{}}\n\n\
             impl Kind for {kind} {{\n{body}"
        );
    }
    let defaults: Vec<_> = choices.iter().map(|choice| format!("{choice} = Open")).collect();
    let text = format!(
        "`{name}`, as [`{called}`] makes it. {} [`Open`] until one of the options is given that \
         exclude each other, then [`Taken`].",
        match choices.as_slice() {
            [one] => format!("`{one}` is"),
            _ => "Each parameter is".to_owned(),
        }
    );
    format!(
        "\n{}#[derive(Debug)]\npub struct {kind}<{}>(PhantomData<({},)>);\n\n\
         impl<{}> Kind for {kind}<{}> {{\n{body}",
        comment(&text),
        defaults.join(", "),
        choices.join(", "),
        choices.join(", "),
        choices.join(", "),
    )
    .replace(&format!("PhantomData<({},)>", choices.join(", ")), &phantom(choices))
}

fn phantom(choices: &[String]) -> String {
    match choices {
        [one] => format!("PhantomData<{one}>"),
        _ => format!("PhantomData<({})>", choices.join(", ")),
    }
}

/// The methods of the options, those of one type together.
fn write_options(kind: &str, function: &Function, imports: &mut Imports) -> String {
    let mut blocks: Vec<(String, String)> = Vec::new();
    for option in &function.options {
        option.parameters.iter().for_each(|(_, rust)| imports.add(rust));
        let replies = match &option.gives {
            None => vec![(None, None)],
            Some(Gives::Always(to)) => vec![(None, Some(to.as_str()))],
            Some(Gives::Each(map)) => {
                map.iter().map(|(from, to)| (Some(from.as_str()), Some(to.as_str()))).collect()
            }
        };
        for (from, to) in replies {
            from.into_iter().chain(to).for_each(|reply| imports.add(reply));
            let (head, method) = write_option(kind, function, option, from, to);
            match blocks.iter_mut().find(|(other, _)| *other == head) {
                Some((_, methods)) => *methods += &format!("\n{method}"),
                None => blocks.push((head, method)),
            }
        }
    }
    blocks.into_iter().map(|(head, methods)| format!("\n{head} {{\n{methods}}}\n")).collect()
}

fn write_option(
    kind: &str,
    function: &Function,
    option: &Choice,
    from: Option<&str>,
    to: Option<&str>,
) -> (String, String) {
    let state = |taken: &str| {
        let marks = function.choices.iter().enumerate();
        let marks = marks.map(|(at, choice)| match option.takes {
            Some(takes) if takes == at => taken.to_owned(),
            _ if option.follows == Some(at) => "Taken".to_owned(),
            _ => choice.clone(),
        });
        let marks: Vec<_> = marks.collect();
        if marks.is_empty() { kind.to_owned() } else { format!("{kind}<{}>", marks.join(", ")) }
    };
    let fixed = [option.takes, option.follows];
    let free = function.choices.iter().enumerate().filter(|(at, _)| !fixed.contains(&Some(*at)));
    let mut generics: Vec<_> = free.map(|(_, choice)| choice.as_str()).collect();
    if from.is_none() {
        generics.push("T");
    }
    generics.push("X");
    let reply = from.unwrap_or("T");
    let head = format!("impl<{}> Command<{}, {reply}, X>", generics.join(", "), state("Open"));
    let same = option.takes.is_none() && to.is_none_or(|to| to == reply);
    let (result, typed) = if same {
        ("Self".to_owned(), "")
    } else {
        (format!("Command<{}, {}, X>", state("Taken"), to.unwrap_or(reply)), ".typed()")
    };
    let calls = match option.early {
        true => format!(".early(|command| command{})", option.calls),
        false => option.calls.clone(),
    };
    let comma = if option.parameters.is_empty() { "" } else { ", " };
    let method = format!(
        "{}pub fn {}(self{comma}{}) -> {result} {{ self{calls}{typed} }}\n",
        docs::option(&option.doc, &option.since, option.server.as_deref()),
        option.method,
        list(&option.parameters),
    );
    (head, method)
}

fn list(parameters: &[(String, String)]) -> String {
    let list: Vec<_> = parameters.iter().map(|(name, rust)| format!("{name}: {rust}")).collect();
    list.join(", ")
}

const TRAIT: &str = "\
/// The commands of [`cmd`], bound to the client, lease or pool they are called on, to be awaited.
///
/// Implemented for everything that implements [`Execute`].
pub trait Commands: Execute {
    /// Any command by its name: see [`cmd::command`].
    fn command(self, name: &str) -> Bound<Any, Self> {
        cmd::command(name).bind(self)
    }
";

const BOUND: &str = "\
/// A command that belongs to `X`, before any option.
type Bound<K, X> = Command<K, <K as Kind>::Reply, X>;
";

const TITLES: [(&str, &str); 17] = [
    ("string", "Strings"),
    ("keys", "Keys of any type"),
    ("hash", "Hashes"),
    ("list", "Lists"),
    ("set", "Sets"),
    ("sorted_set", "Sorted sets"),
    ("stream", "Streams"),
    ("pubsub", "Pub/sub"),
    ("geo", "Places on the globe, in sorted sets"),
    ("bitmap", "Bits, in strings"),
    ("hyperloglog", "HyperLogLog: counting what is different, about"),
    ("transactions", "Transactions"),
    ("scripting", "Scripts and functions"),
    ("connection", "The connection itself"),
    ("server", "The server"),
    ("cluster", "Redis Cluster"),
    ("sentinel", "Redis Sentinel"),
];

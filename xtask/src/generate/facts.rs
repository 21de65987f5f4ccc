//! The table of facts.

use super::metadata::{Begin, Command, Find, KeySpec, Metadata};
use super::{HEAD, names};
use crate::exec::Failure;

/// `facts/table.rs`.
pub(super) fn table(metadata: &Metadata) -> Result<String, Failure> {
    let mut statics = String::new();
    let mut entries = Vec::new();
    for (_, name, command) in metadata.commands() {
        let container = metadata.commands().any(|(_, other, _)| {
            other.strip_prefix(name.as_str()).is_some_and(|rest| rest.starts_with(' '))
        });
        let failure = |problem: String| Failure::new(format!("{name}: {problem}"));
        statics += &write_facts(name, command, container).map_err(failure)?;
        entries.push(format!("&{}", names::facts(name)));
    }
    Ok(format!(
        "{HEAD}//! The facts about all commands.\n\n\
         use super::{{Begin, BlockTime, Effect, Facts, Find, Flags, KeyFlags, KeySpec, RequestPolicy, \
         ResponsePolicy, Subscription}};\n\n\
         /// All of them, in the order of their names.\n\
         pub(super) static TABLE: [&Facts; {}] = [{}];\n{statics}",
        entries.len(),
        entries.join(", "),
    ))
}

fn write_facts(name: &str, command: &Command, container: bool) -> Result<String, String> {
    let words: Vec<_> = name.split(' ').collect();
    let encoded: String = words.iter().map(|w| format!("${}\\r\\n{w}\\r\\n", w.len())).collect();
    let mut fields = format!(
        "name: {name:?}, encoded: b\"{encoded}\", words: {}, arity: {},",
        words.len(),
        command.arity
    );
    if !command.flags.is_empty() {
        fields += &format!("flags: {},", all("Flags", &command.flags));
    }
    if !command.keys.is_empty() {
        let keys: Vec<_> = command.keys.iter().map(key_spec).collect();
        fields += &format!("keys: &[{}],", keys.join(", "));
    }
    if let Some(effect) = &command.effect {
        fields += &format!("effect: Effect::{},", qualified(effect));
    }
    if command.resend {
        fields += "harmless: true,";
    }
    if container {
        fields += "container: true,";
    }
    for tip in &command.tips {
        if let Some(policy) = tip.strip_prefix("REQUEST_POLICY:") {
            fields += &format!("request_policy: RequestPolicy::{},", pascal(policy));
        }
        if let Some(policy) = tip.strip_prefix("RESPONSE_POLICY:") {
            fields += &format!("response_policy: ResponsePolicy::{},", pascal(policy));
        }
    }
    Ok(format!(
        "\npub(crate) static {}: Facts = Facts {{ {fields} ..Facts::UNKNOWN }};\n",
        names::facts(name)
    ))
}

fn key_spec(spec: &KeySpec) -> String {
    let begin = match &spec.begin {
        Begin::Index { index } => format!("Index({index})"),
        Begin::Keyword { keyword, from } => {
            format!("Keyword {{ word: {keyword:?}, from: {from} }}")
        }
        Begin::Unknown(_) => "Unknown".to_owned(),
    };
    let find = match &spec.find {
        Find::Range { last, step, limit } => {
            format!("Range {{ last: {last}, step: {step}, limit: {limit} }}")
        }
        Find::Count { count, first, step } => {
            format!("Count {{ at: {count}, first: {first}, step: {step} }}")
        }
        Find::Unknown(_) => "Unknown".to_owned(),
    };
    format!(
        "KeySpec {{ begin: Begin::{begin}, find: Find::{find}, flags: {} }}",
        all("KeyFlags", &spec.flags)
    )
}

fn all(of: &str, flags: &[String]) -> String {
    match flags {
        [flag] => format!("{of}::{flag}"),
        _ => {
            let flags: Vec<_> = flags.iter().map(|flag| format!("{of}::{flag}")).collect();
            format!("{of}::all([{}])", flags.join(", "))
        }
    }
}

/// `Blocks(LastSeconds)` with the types of what is in parentheses.
fn qualified(effect: &str) -> String {
    effect
        .replace("Blocks(", "Blocks(BlockTime::")
        .replace("ubscribes(", "ubscribes(Subscription::")
}

/// `ALL_SHARDS` is `AllShards`.
fn pascal(policy: &str) -> String {
    let words = policy.split('_');
    words
        .map(|word| {
            let (head, tail) = word.split_at(word.len().min(1));
            format!("{head}{}", tail.to_lowercase())
        })
        .collect()
}

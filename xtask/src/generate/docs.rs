//! Doc comments.

use super::metadata::{Argument, Class, Command};

/// The doc comment of a command's function.
pub(super) fn function(name: &str, command: &Command) -> Result<String, String> {
    let summary = command.summary.as_ref().ok_or("a command with a reply needs a summary")?;
    let complexity = command.complexity.as_ref().ok_or("its complexity is missing")?;
    if !complexity.starts_with(char::is_uppercase) {
        return Err("its complexity is a sentence of its own: `O(1)`".to_owned());
    }
    let page = name.to_lowercase().replace(' ', "-");
    let site = match &command.server {
        Some(server) if server.starts_with("valkey") => "https://valkey.io/commands",
        _ => "https://redis.io/docs/latest/commands",
    };
    let mut text = format!(
        "[`{}`]({site}/{page}/): {summary}. {complexity}. {}.",
        syntax(name, command),
        since(&command.since, command.server.as_deref()),
    );
    if let Some(version) = &command.deprecated {
        text += &format!(" Deprecated since {version}.");
    }
    if let Some(details) = &command.details {
        text += &format!("\n\n{details}");
    }
    let mut doc = comment(&text);
    if !command.example.is_empty() {
        let names = match command.example.iter().any(|line| line.contains("args::")) {
            true => "{args, cmd}",
            false => "cmd",
        };
        doc += &format!("///\n/// ```\n/// # use redis_client_core::{names};\n");
        for line in &command.example {
            doc += &format!("/// {line}\n");
        }
        let names: Vec<_> = command.example.iter().filter_map(|line| variable(line)).collect();
        match names.as_slice() {
            [] => {}
            [name] => doc += &format!("/// # let _ = {name};\n"),
            names => doc += &format!("/// # let _ = ({});\n", names.join(", ")),
        }
        doc += "/// ```\n";
    }
    Ok(doc)
}

/// The doc comment of an option's method.
pub(super) fn option(doc: &str, version: &str, server: Option<&str>) -> String {
    comment(&format!("{doc}. {}.", since(version, server)))
}

/// A comment of several paragraphs, in lines that fit wherever it stands.
pub(super) fn comment(text: &str) -> String {
    let mut comment = String::new();
    for (index, paragraph) in text.split("\n\n").enumerate() {
        if index > 0 {
            comment += "///\n";
        }
        let mut line = String::new();
        for word in paragraph.split_whitespace() {
            if !line.is_empty() && line.chars().count() + 1 + word.chars().count() > WIDTH {
                comment += &format!("/// {line}\n");
                line.clear();
            }
            if !line.is_empty() {
                line.push(' ');
            }
            line += word;
        }
        comment += &format!("/// {line}\n");
    }
    comment
}

fn since(version: &str, server: Option<&str>) -> String {
    match server.and_then(|server| server.split(' ').next()) {
        Some("valkey") => format!("Since Valkey {version}"),
        Some("redis") => format!("Since Redis {version}"),
        _ => format!("Since {version}"),
    }
}

/// The command with what has to be given.
fn syntax(name: &str, command: &Command) -> String {
    let mut words = vec![name.to_owned()];
    words.extend(command.arguments.iter().filter(|a| a.is_required()).map(required));
    words.join(" ")
}

fn required(argument: &Argument) -> String {
    let token = argument.token.as_ref().filter(|token| !token.is_empty());
    let parts = || argument.arguments.iter().filter(|a| a.is_required()).map(required);
    let one = match argument.class {
        _ if argument.constant.is_some() => "\"\"".to_owned(),
        Class::PureToken => return argument.token.clone().unwrap_or_default(),
        Class::Oneof => format!("<{}>", parts().collect::<Vec<_>>().join(" | ")),
        Class::Block => parts().collect::<Vec<_>>().join(" "),
        _ => argument.name.clone(),
    };
    let all = if argument.multiple { format!("{one} [{one} ...]") } else { one };
    token.map_or(all.clone(), |token| format!("{token} {all}"))
}

/// The variable that a line of an example binds.
fn variable(line: &str) -> Option<&str> {
    let name = line.strip_prefix("let ")?.split([' ', ':', '=']).next()?;
    Some(name)
}

/// So that a comment fits into 100 columns at the depth of a method.
const WIDTH: usize = 92;

//! From the arguments of a command to its function and the methods of its options.

use super::metadata::{Argument, Class, Command, Gives};
use super::{names, types};

/// What a command's function does, and what may be added to it.
pub(super) struct Function {
    /// Name and type of each parameter.
    pub(super) parameters: Vec<(String, String)>,
    /// The calls that append them.
    pub(super) calls: String,
    pub(super) options: Vec<Choice>,
    /// The type parameters of the kind, one for each group of options that exclude each other.
    pub(super) choices: Vec<String>,
}

/// A method for an option.
pub(super) struct Choice {
    pub(super) method: String,
    pub(super) parameters: Vec<(String, String)>,
    pub(super) calls: String,
    pub(super) doc: String,
    pub(super) since: String,
    pub(super) server: Option<String>,
    /// It has to stand before arguments that are there already.
    pub(super) early: bool,
    pub(super) gives: Option<Gives>,
    /// Which of the type parameters it takes.
    pub(super) takes: Option<usize>,
    /// Which of them has to be taken before.
    pub(super) follows: Option<usize>,
}

impl Function {
    pub(super) fn of(command: &Command) -> Result<Self, String> {
        if let Some(hand) = &command.hand {
            let parameters = hand.parameters.clone();
            let (options, choices) = (Vec::new(), Vec::new());
            return Ok(Self { parameters, calls: String::new(), options, choices });
        }
        let mut function = Self {
            parameters: Vec::new(),
            calls: String::new(),
            options: Vec::new(),
            choices: Vec::new(),
        };
        // How many of the options were before the required arguments that followed so far.
        let mut marked = None;
        let arguments = command.arguments.as_slice();
        let mut rest = arguments;
        while let Some((argument, behind)) = rest.split_first() {
            if argument.is_required() {
                if function.options.len() > marked.unwrap_or(0) {
                    if marked.is_some() {
                        return Err("options at two places before required arguments".to_owned());
                    }
                    function.calls += ".options_here()";
                    marked = Some(function.options.len());
                }
                let (calls, used) = append(rest, &mut function.parameters)?;
                function.calls += &calls;
                rest = rest.get(used..).unwrap_or_default();
                continue;
            }
            function.add_option(argument, command)?;
            rest = behind;
        }
        for option in function.options.iter_mut().take(marked.unwrap_or(0)) {
            option.early = true;
        }
        Ok(function)
    }

    fn add_option(&mut self, argument: &Argument, command: &Command) -> Result<(), String> {
        let since = argument.since.as_ref().unwrap_or(&command.since);
        if argument.has_options_inside() {
            let server = argument.server.as_ref().or(command.server.as_ref());
            return self.add_block(argument, since, server);
        }
        if !argument.is_choice() {
            let server = argument.server.as_ref().or(command.server.as_ref());
            self.options.push(option(argument, since, server, None)?);
            return Ok(());
        }
        let takes = (argument.arguments.len() > 1).then_some(self.choices.len());
        if takes.is_some() {
            self.choices.push(names::choice(argument));
        }
        for alternative in &argument.arguments {
            let since = alternative.since.as_ref().unwrap_or(since);
            let server = [&alternative.server, &argument.server, &command.server];
            let server = server.into_iter().find_map(Option::as_ref);
            self.options.push(option(alternative, since, server, takes)?);
        }
        Ok(())
    }

    /// A method for the block, and one for each option inside, which can follow only it.
    fn add_block(
        &mut self,
        block: &Argument,
        since: &str,
        server: Option<&String>,
    ) -> Result<(), String> {
        let taken = self.choices.len();
        self.choices.push(names::choice(block));
        let parts = block.arguments.iter();
        let before = parts.clone().position(Argument::is_required).unwrap_or(0);
        let needed = parts.clone().filter(|part| part.is_required()).cloned().collect();
        let whole = Argument { arguments: needed, ..block.clone() };
        let mut method = option(&whole, since, server, Some(taken))?;
        if let (None, None, Some(first)) = (&block.method, &block.token, whole.arguments.first()) {
            method.method = names::method(first);
        }
        if before > 0 {
            method.calls.insert_str(0, ".options_here()");
        }
        self.options.push(method);
        for (at, part) in parts.enumerate().filter(|(_, part)| !part.is_required()) {
            let since = part.since.as_deref().unwrap_or(since);
            let server = part.server.as_ref().or(server);
            let early = at < before;
            let inside = option(part, since, server, None)?;
            self.options.push(Choice { early, follows: Some(taken), ..inside });
        }
        Ok(())
    }
}

fn option(
    argument: &Argument,
    since: &str,
    server: Option<&String>,
    takes: Option<usize>,
) -> Result<Choice, String> {
    let mut parameters = Vec::new();
    let (calls, _) = append(std::slice::from_ref(argument), &mut parameters)?;
    let doc = argument.doc.clone().ok_or_else(|| format!("`{}` needs a `doc`", argument.name))?;
    Ok(Choice {
        method: names::method(argument),
        parameters,
        calls,
        doc,
        since: since.to_owned(),
        server: server.cloned(),
        early: false,
        gives: argument.gives.clone(),
        takes,
        follows: None,
    })
}

/// The calls that append the first of the arguments, and how many arguments that was: a count goes
/// together with what it counts.
fn append(
    arguments: &[Argument],
    parameters: &mut Vec<(String, String)>,
) -> Result<(String, usize), String> {
    let Some((argument, behind)) = arguments.split_first() else { return Ok(Default::default()) };
    if let Some(counted) = behind.first().filter(|_| is_count(argument)).filter(|a| a.multiple) {
        let each = match counted.class {
            Class::Block if counted.rust.is_none() => counted.arguments.len(),
            _ => 1,
        };
        let (calls, _) = append(std::slice::from_ref(counted), parameters)?;
        let token = argument.token.as_ref().map_or(String::new(), |token| with(token));
        return Ok((format!("{token}.counted({each}, |command| command{calls})"), 2));
    }
    if let Some(constant) = &argument.constant {
        return Ok((with(constant), 1));
    }
    let token = argument.token.as_ref().map_or(String::new(), |token| with(token));
    if argument.class == Class::PureToken {
        return Ok((token, 1));
    }
    let block = argument.class == Class::Block && argument.rust.is_none();
    if block && argument.arguments.len() == 2 && argument.arguments.iter().all(|a| a.multiple) {
        let name = names::parameter(argument);
        parameters.push((name.clone(), types::columns(argument)?));
        return Ok((format!("{token}.with_columns({name})"), 1));
    }
    let repeated = argument.multiple && !argument.multiple_token;
    if block && !repeated {
        let mut calls = token;
        let mut rest = argument.arguments.as_slice();
        while let Some(part) = rest.first() {
            if !part.is_required() {
                return Err(format!(
                    "`{}` has options in a block: give it a `rust` type",
                    part.name
                ));
            }
            let (more, used) = append(rest, parameters)?;
            calls += &more;
            rest = rest.get(used..).unwrap_or_default();
        }
        return Ok((calls, 1));
    }
    let name = names::parameter(argument);
    let rust = types::parameter(argument)?;
    let into = rust.strip_prefix("impl Into<").and_then(|rust| rust.strip_suffix('>'));
    let value = into.map_or_else(|| name.clone(), |rust| format!("Into::<{rust}>::into({name})"));
    parameters.push((name, rust));
    let words = matches!(argument.class, Class::Oneof | Class::Block) && argument.rust.is_some();
    let call = match (argument.class, words, repeated) {
        (_, true, true) => "with_all_words",
        (_, true, false) => "with_words",
        (Class::Block, ..) => match argument.arguments.len() {
            2 => "with_pairs",
            3 => "with_triples",
            parts => return Err(format!("a block of {parts} repeated needs a `rust` type")),
        },
        (_, false, true) => "with_all",
        (_, false, false) => "with",
    };
    Ok((format!("{token}.{call}({value})"), 1))
}

/// Whether it only says how many of the next argument there are.
fn is_count(argument: &Argument) -> bool {
    argument.class == Class::Integer && argument.name.starts_with("num")
}

fn with(token: &str) -> String {
    format!(".with({token:?})")
}

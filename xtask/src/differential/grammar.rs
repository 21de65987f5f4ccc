//! The compact grammar that the groups are written in, one template a line.
//!
//! ```text
//! SET str value [NX|XX] [GET] [EX seconds|KEEPTTL]    words, slots, options, choices
//! MSET <str value>...                                 one or more
//! ZUNION #zset [weights]                              how many keys, then the keys
//! 3* GET str                                          three times as likely
//! ~ BLPOP list 0.01                                   rare
//! ! GETEX str EX seconds                              damaged by being cut short only
//! = COMMAND GETKEYS GET key                           never damaged
//! SPOP set ; DEL ^                                    kept together, never damaged; the same key
//! @other SET str value                                over the second connection
//! ```
//!
//! What is all lower case is a [`Slot`]; anything else, and what stands in `'`, is sent as it is.

use std::iter::Peekable;
use std::str::CharIndices;

use super::slots::Slot;

/// One line: what is sent together.
#[derive(Clone, Debug)]
pub(super) struct Template {
    pub(super) commands: Vec<(Via, Vec<Node>)>,
    pub(super) weight: usize,
    pub(super) damage: Damage,
}

impl Template {
    /// The words that name the command: its subcommand too, if that is always the same.
    pub(super) fn name(&self) -> String {
        let nodes = self.commands.first().map_or(&[][..], |(_, nodes)| nodes);
        let words = nodes.iter().take(2).map_while(|node| match node {
            Node::Word(word) => Some(word.as_str()),
            _ => None,
        });
        words.collect::<Vec<_>>().join(" ")
    }
}

/// Which connection a command takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Via {
    Main,
    /// The second one.
    Other,
    /// The main one, whose reply may take what comes next over the second one.
    Blocked,
    /// The one that receives messages.
    Subscriber,
}

/// What may be spoiled in a command before it is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Damage {
    Any,
    /// Arguments may be missing at the end. Other damage could make a command block for ever, or
    /// have a key expire while the session runs.
    Cut,
    Never,
}

/// A part of a template.
#[derive(Clone, Debug)]
pub(super) enum Node {
    /// Sent in any case.
    Word(String),
    /// Sent as it is.
    Exact(String),
    Slot(Slot),
    /// How many there are, then so many.
    Counted(Slot),
    /// None or one of them.
    Optional(Vec<Vec<Node>>),
    /// One of them.
    Choice(Vec<Vec<Node>>),
    /// Once or more.
    Many(Box<Node>),
}

/// Reads a group's templates; lines that are empty or begin with `#` are none.
pub(super) fn parse(text: &str) -> Result<Vec<Template>, String> {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let lines = lines.filter(|line| !line.starts_with("# ") && *line != "#");
    lines.map(|line| template(line).map_err(|problem| format!("{problem}: {line}"))).collect()
}

fn template(line: &str) -> Result<Template, String> {
    let (weight, rest) = match line.split_once("* ") {
        Some((weight, rest)) if weight.bytes().all(|byte| byte.is_ascii_digit()) => {
            (COMMON * weight.parse::<usize>().map_err(|_| "no weight")?, rest)
        }
        _ => line.strip_prefix("~ ").map_or((COMMON, line), |rest| (1, rest)),
    };
    let (cut, rest) = rest.strip_prefix("! ").map_or((false, rest), |rest| (true, rest));
    let (never, rest) = rest.strip_prefix("= ").map_or((false, rest), |rest| (true, rest));
    let commands = rest.split(" ; ").map(command).collect::<Result<Vec<_>, _>>()?;
    let damage = match commands.len() {
        1 if cut => Damage::Cut,
        1 if !never => Damage::Any,
        _ => Damage::Never,
    };
    Ok(Template { commands, weight, damage })
}

fn command(text: &str) -> Result<(Via, Vec<Node>), String> {
    let (via, text) = match text.trim().strip_prefix('@').and_then(|text| text.split_once(' ')) {
        Some(("other", text)) => (Via::Other, text),
        Some(("block", text)) => (Via::Blocked, text),
        Some(("sub", text)) => (Via::Subscriber, text),
        Some((name, _)) => return Err(format!("there is no connection `{name}`")),
        None => (Via::Main, text),
    };
    let mut parser = Parser { text, chars: text.char_indices().peekable() };
    let nodes = parser.sequence()?;
    match parser.chars.next() {
        Some((_, c)) => Err(format!("`{c}` closes nothing")),
        None => Ok((via, nodes)),
    }
}

struct Parser<'a> {
    text: &'a str,
    chars: Peekable<CharIndices<'a>>,
}

impl Parser<'_> {
    /// Up to the end, or to what ends an alternative.
    fn sequence(&mut self) -> Result<Vec<Node>, String> {
        let mut nodes = Vec::new();
        loop {
            while self.chars.next_if(|(_, c)| c.is_whitespace()).is_some() {}
            let node = match self.chars.peek() {
                None | Some((_, '|' | ']' | '>')) => return Ok(nodes),
                Some((_, '[')) => Node::Optional(self.alternatives(']')?),
                Some((_, '<')) => Node::Choice(self.alternatives('>')?),
                Some(_) => self.word()?,
            };
            nodes.push(if self.dots() { Node::Many(Box::new(node)) } else { node });
        }
    }

    fn alternatives(&mut self, close: char) -> Result<Vec<Vec<Node>>, String> {
        self.chars.next();
        let mut alternatives = vec![self.sequence()?];
        while self.chars.next_if(|(_, c)| *c == '|').is_some() {
            alternatives.push(self.sequence()?);
        }
        match self.chars.next() {
            Some((_, c)) if c == close => Ok(alternatives),
            _ => Err(format!("`{close}` is missing")),
        }
    }

    fn dots(&mut self) -> bool {
        let before = self.chars.clone();
        let dotted = (0..3).all(|_| self.chars.next_if(|(_, c)| *c == '.').is_some());
        if !dotted {
            self.chars = before;
        }
        dotted
    }

    fn word(&mut self) -> Result<Node, String> {
        if self.chars.next_if(|(_, c)| *c == '\'').is_some() {
            let exact = self.chars.by_ref().map(|(_, c)| c).take_while(|c| *c != '\'');
            return Ok(Node::Exact(exact.collect()));
        }
        let start = self.chars.peek().map_or(self.text.len(), |&(at, _)| at);
        let mut end = start;
        while let Some((at, c)) = self.chars.next_if(|(_, c)| !c.is_whitespace() && !ends_word(*c))
        {
            end = at + c.len_utf8();
            if self.text.get(end..).is_some_and(|rest| rest.starts_with("...")) {
                break;
            }
        }
        let word = self.text.get(start..end).unwrap_or_default();
        if let Some(counted) = word.strip_prefix('#') {
            return Slot::named(counted).map(Node::Counted);
        }
        let slot = word == "^" || word.bytes().all(|byte| byte.is_ascii_lowercase());
        if slot { Slot::named(word).map(Node::Slot) } else { Ok(Node::Word(word.to_owned())) }
    }
}

/// The weight of a line that says nothing of it, beside that of a rare one.
const COMMON: usize = 30;

const fn ends_word(c: char) -> bool {
    matches!(c, '[' | ']' | '<' | '>' | '|')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn templates_are_read() {
        let templates = parse("# strings\n\n3* SET str value [NX|XX] [EX seconds]\n").unwrap();
        let [set] = &templates[..] else { panic!("{templates:?}") };
        assert_eq!((set.weight, set.damage, set.name().as_str()), (90, Damage::Any, "SET"));
        let [(Via::Main, nodes)] = &set.commands[..] else { panic!("{set:?}") };
        let [_, _, _, Node::Optional(conditions), Node::Optional(_)] = &nodes[..] else {
            panic!("{nodes:?}")
        };
        assert_eq!(conditions.len(), 2);
        let pop = &parse("SPOP set ; @other DEL ^").unwrap()[0];
        assert_eq!((pop.damage, pop.commands[1].0), (Damage::Never, Via::Other));
        let get = &parse("! CONFIG GET <'lfu'|str>...").unwrap()[0];
        assert_eq!((get.damage, get.name().as_str()), (Damage::Cut, "CONFIG GET"));
        assert!(matches!(&get.commands[0].1[2], Node::Many(_)));
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (line, named) in [
            ("GET nosuchslot", "nosuchslot"),
            ("GET [str", "`]`"),
            ("GET str]", "`]`"),
            ("@nowhere GET str", "nowhere"),
        ] {
            let problem = parse(line).unwrap_err();
            assert!(problem.contains(named) && problem.contains(line), "{problem}");
        }
    }
}

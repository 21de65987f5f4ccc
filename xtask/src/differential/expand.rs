//! From templates to commands.

use super::grammar::{Damage, Node, Template};
use super::slots::Draw;
use super::{Command, pools};

/// One way to say what the template says, now and then spoiled.
pub(super) fn expand(template: &Template, draw: &mut Draw) -> Vec<Command> {
    let spoilt = template.damage != Damage::Never && draw.random.one_in(DAMAGED);
    draw.careful = template.damage == Damage::Never;
    let commands = template.commands.iter().map(|(via, nodes)| {
        let mut args = Vec::new();
        sequence(nodes, draw, &mut args);
        Command { via: *via, args }
    });
    let mut commands: Vec<Command> = commands.collect();
    if let (true, Some(command)) = (spoilt, commands.first_mut()) {
        spoil(&mut command.args, template.damage, draw);
    }
    commands
}

/// Options in a row come in any order now and then, or twice.
fn sequence(nodes: &[Node], draw: &mut Draw, out: &mut Vec<Vec<u8>>) {
    let mut rest = nodes;
    while let [first, behind @ ..] = rest {
        let options = rest.iter().take_while(|node| matches!(node, Node::Optional(_))).count();
        if options < 2 {
            one(first, draw, out);
            rest = behind;
            continue;
        }
        let (row, behind) = rest.split_at_checked(options).unwrap_or((rest, &[]));
        let mut row: Vec<&Node> = row.iter().collect();
        if !draw.careful && draw.random.one_in(SHUFFLED) {
            draw.random.shuffle(&mut row);
        }
        if !draw.careful && draw.random.one_in(DOUBLED) {
            row.extend(row.first().copied());
        }
        row.into_iter().for_each(|node| one(node, draw, out));
        rest = behind;
    }
}

fn one(node: &Node, draw: &mut Draw, out: &mut Vec<Vec<u8>>) {
    match node {
        Node::Word(word) => out.push(in_any_case(word, draw)),
        Node::Exact(word) => out.push(word.clone().into_bytes()),
        Node::Slot(slot) => slot.draw(draw, out),
        Node::Counted(slot) => {
            let count = if draw.random.one_in(8) { 3 } else { draw.random.between(1, 3) };
            draw.count = count;
            let wrong = !draw.careful && draw.random.one_in(MISCOUNTED);
            let said = if wrong { draw.random.pick(&["0", "-1", "1", "9", "x"]) } else { "" };
            out.push(if wrong { said.as_bytes().to_vec() } else { count.to_string().into_bytes() });
            (0..count).for_each(|_| slot.draw(draw, out));
        }
        Node::Optional(alternatives) => {
            if draw.random.one_in(OPTED) {
                chosen(alternatives, draw, out);
            }
        }
        Node::Choice(alternatives) => chosen(alternatives, draw, out),
        Node::Many(node) => {
            let times = match draw.random.below(100) {
                0 => draw.random.between(100, 160),
                1..10 => draw.random.between(5, 20),
                _ => draw.random.between(1, 5),
            };
            (0..times).for_each(|_| one(node, draw, out));
        }
    }
}

fn chosen(alternatives: &[Vec<Node>], draw: &mut Draw, out: &mut Vec<Vec<u8>>) {
    if let Some(nodes) = alternatives.get(draw.random.below(alternatives.len())) {
        sequence(nodes, draw, out);
    }
}

fn in_any_case(word: &str, draw: &mut Draw) -> Vec<u8> {
    let mut bytes = word.as_bytes().to_vec();
    match draw.random.below(8) {
        0 | 1 => bytes.make_ascii_lowercase(),
        2 => bytes.iter_mut().step_by(2).for_each(u8::make_ascii_lowercase),
        _ => {}
    }
    bytes
}

fn spoil(args: &mut Vec<Vec<u8>>, damage: Damage, draw: &mut Draw) {
    let ways = if damage == Damage::Cut { 2 } else { 7 };
    // The name stays: a command that nobody knows has a template of its own.
    let at = draw.random.between(1, args.len().max(2)).min(args.len());
    match draw.random.below(ways) {
        0 => args.truncate(at),
        1 => args.truncate(args.len().saturating_sub(1).max(1)),
        2 if at < args.len() => drop(args.remove(at)),
        3 => args.insert(at, draw.random.pick(pools::TOKENS).to_vec()),
        4 => args.push(draw.random.pick(pools::TOKENS).to_vec()),
        5 if at + 1 < args.len() => args.swap(at, at + 1),
        _ => {
            let token = draw.random.pick(pools::TOKENS).to_vec();
            if let Some(arg) = args.get_mut(at) {
                *arg = token;
            }
        }
    }
}

/// One command in so many is spoiled: enough of each error, and most commands still do something.
const DAMAGED: usize = 25;

/// One row of options in so many comes in another order.
const SHUFFLED: usize = 4;

/// One row of options in so many has its first one twice.
const DOUBLED: usize = 25;

/// One number of keys in so many is wrong.
const MISCOUNTED: usize = 30;

/// One option in so many is used.
const OPTED: usize = 2;

//! Trees of arguments, and whether arguments fit one.

/// A node of a command's arguments.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) name: &'static str,
    pub(super) class: Class,
    pub(super) token: Option<&'static str>,
    pub(super) optional: bool,
    pub(super) multiple: bool,
    pub(super) multiple_token: bool,
    pub(super) children: &'static [Self],
}

/// What an argument's words look like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    Text,
    Integer,
    Double,
    Token,
    Oneof,
    Block,
}

impl Class {
    /// By the type that `commands/` and the servers say.
    pub(super) fn of(kind: &str) -> Self {
        match kind {
            "integer" | "unix-time" => Self::Integer,
            "double" => Self::Double,
            "pure-token" => Self::Token,
            "oneof" => Self::Oneof,
            "block" => Self::Block,
            _ => Self::Text,
        }
    }
}

impl Node {
    pub(super) const fn of(class: Class) -> Self {
        Self {
            name: "",
            class,
            token: None,
            optional: false,
            multiple: false,
            multiple_token: false,
            children: &[],
        }
    }
}

type Words<'a> = &'a [&'a [u8]];
type Used = Vec<&'static Node>;
/// What has to fit behind.
type Rest<'r> = &'r mut dyn FnMut(Words<'_>, &mut Used) -> bool;

/// The nodes that the arguments use, if they fit all together.
pub(super) fn fit(nodes: &'static [Node], arguments: Words<'_>) -> Option<Used> {
    let mut used = Used::new();
    sequence(nodes, arguments, &mut used, &mut |rest, _| rest.is_empty()).then_some(used)
}

/// All nodes below, these included.
pub(super) fn all(nodes: &'static [Node]) -> Used {
    nodes.iter().flat_map(|node| [node].into_iter().chain(all(node.children))).collect()
}

/// One behind the other; optional ones next to each other in any order.
fn sequence(nodes: &'static [Node], words: Words<'_>, used: &mut Used, rest: Rest<'_>) -> bool {
    let Some((node, behind)) = nodes.split_first() else { return rest(words, used) };
    if let Some((counted, behind)) = behind.split_first().filter(|(next, _)| counts(node, next)) {
        let count = words.first().and_then(|count| str::from_utf8(count).ok()?.parse().ok());
        let (Some(count), Some(words)) = (count, words.get(1..)) else { return false };
        let before = used.len();
        used.push(node);
        let fits = times(counted, count, words, used, &mut |words, used| {
            sequence(behind, words, used, rest)
        });
        if !fits {
            used.truncate(before);
        }
        return fits;
    }
    if !node.optional {
        return repeated(node, true, words, used, &mut |words, used| {
            sequence(behind, words, used, rest)
        });
    }
    let optional: Vec<_> = nodes.iter().take_while(|node| node.optional).collect();
    let behind = nodes.get(optional.len()..).unwrap_or_default();
    any_order(&optional, words, used, &mut |words, used| sequence(behind, words, used, rest))
}

/// Whether a node says how often the next one comes. Without a look at it, nobody could tell where
/// the keys of `EVAL` end.
fn counts(node: &Node, next: &Node) -> bool {
    let count = node.class == Class::Integer && node.name.starts_with("num");
    count && node.token.is_none() && next.token.is_none() && next.multiple
}

/// A node so many times.
fn times(
    node: &'static Node,
    count: usize,
    words: Words<'_>,
    used: &mut Used,
    rest: Rest<'_>,
) -> bool {
    let Some(left) = count.checked_sub(1) else { return rest(words, used) };
    let before = used.len();
    used.push(node);
    let fits =
        once(node, true, words, used, &mut |words, used| times(node, left, words, used, rest));
    if !fits {
        used.truncate(before);
    }
    fits
}

fn any_order(nodes: &[&'static Node], words: Words<'_>, used: &mut Used, rest: Rest<'_>) -> bool {
    for (at, node) in nodes.iter().enumerate() {
        let mut others = nodes.to_vec();
        others.remove(at);
        let mut behind = |words: Words<'_>, used: &mut Used| any_order(&others, words, used, rest);
        if repeated(node, true, words, used, &mut behind) {
            return true;
        }
    }
    rest(words, used)
}

/// A node once, or as often as there are arguments that fit.
fn repeated(
    node: &'static Node,
    first: bool,
    words: Words<'_>,
    used: &mut Used,
    rest: Rest<'_>,
) -> bool {
    let before = used.len();
    used.push(node);
    let fits = once(node, first || node.multiple_token, words, used, &mut |behind, used| {
        let again = node.multiple && behind.len() < words.len();
        // As few as possible: behind keys there may be words that could be keys too.
        rest(behind, used) || again && repeated(node, false, behind, used, rest)
    });
    if !fits {
        used.truncate(before);
    }
    fits
}

fn once(
    node: &'static Node,
    with_token: bool,
    mut words: Words<'_>,
    used: &mut Used,
    rest: Rest<'_>,
) -> bool {
    if let Some(token) = node.token.filter(|_| with_token) {
        let Some((word, behind)) = words.split_first() else { return false };
        if !word.eq_ignore_ascii_case(token.as_bytes()) {
            return false;
        }
        words = behind;
    }
    let text = || str::from_utf8(words.first()?).ok();
    let fits = match node.class {
        Class::Token => return rest(words, used),
        Class::Oneof => {
            // What has a word of its own comes first: text may be any word.
            let mut alternatives: Vec<_> = node.children.iter().collect();
            alternatives.sort_by_key(|child| child.token.is_none());
            return alternatives.into_iter().any(|child| repeated(child, true, words, used, rest));
        }
        Class::Block => return sequence(node.children, words, used, rest),
        Class::Text => !words.is_empty(),
        // Weights and increments of scores are integers, say the servers, and are doubles.
        Class::Integer => text()
            .is_some_and(|text| text.strip_suffix(".0").unwrap_or(text).parse::<i128>().is_ok()),
        // A parenthesis leaves out the end of a range of scores.
        Class::Double => {
            text().is_some_and(|text| text.strip_prefix('(').unwrap_or(text).parse::<f64>().is_ok())
        }
    };
    fits && rest(words.get(1..).unwrap_or_default(), used)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn used(words: &str) -> Option<Vec<&'static str>> {
        static NODES: [Node; 4] = [
            Node { name: "key", ..Node::of(Class::Text) },
            Node { name: "nx", token: Some("NX"), optional: true, ..Node::of(Class::Token) },
            Node { name: "get", token: Some("GET"), optional: true, ..Node::of(Class::Integer) },
            Node { name: "more", multiple: true, ..Node::of(Class::Double) },
        ];
        let words: Vec<_> = words.split(' ').map(str::as_bytes).collect();
        Some(fit(&NODES, &words)?.iter().map(|node| node.name).collect())
    }

    #[test]
    fn a_count_says_where_the_counted_end() {
        static NODES: [Node; 3] = [
            Node { name: "numkeys", ..Node::of(Class::Integer) },
            Node { name: "key", multiple: true, optional: true, ..Node::of(Class::Text) },
            Node { name: "arg", multiple: true, optional: true, ..Node::of(Class::Text) },
        ];
        let used = |words: &[&[u8]]| -> Option<Vec<_>> {
            Some(fit(&NODES, words)?.iter().map(|node| node.name).collect())
        };
        assert_eq!(used(&[b"0", b"a"]), Some(vec!["numkeys", "arg"]));
        assert_eq!(used(&[b"1", b"a", b"b"]), Some(vec!["numkeys", "key", "arg"]));
        assert_eq!(used(&[b"2", b"a"]), None);
    }

    #[test]
    fn options_in_any_order_and_what_repeats() {
        assert_eq!(used("k 1"), Some(vec!["key", "more"]));
        assert_eq!(used("k GET 1 nx 2 3"), Some(vec!["key", "get", "nx", "more", "more"]));
        assert_eq!(used("k"), None);
        assert_eq!(used("k NX"), None);
        assert_eq!(used("k NX NX 1"), None);
        assert_eq!(used("k GET x 1"), None);
    }
}

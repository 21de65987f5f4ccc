//! Replies taken apart, for those that may differ.

use resp_core::{Decoder, FrameRef, Limits, View};

/// A reply or a part of one. Leaves are the bytes they came as.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Tree<'a> {
    Leaf(&'a [u8]),
    /// An aggregate by its type byte. The items of a map are its keys and values in turn.
    Node(u8, Vec<Tree<'a>>),
}

impl<'a> Tree<'a> {
    /// Takes the first frame of some bytes apart.
    pub(super) fn read(bytes: &'a [u8]) -> Option<Self> {
        Self::read_all(bytes).into_iter().next()
    }

    /// Takes all frames of some bytes apart.
    pub(super) fn read_all(bytes: &'a [u8]) -> Vec<Self> {
        let mut decoder = Decoder::new(Limits::default());
        let mut rest = bytes;
        let mut trees = Vec::new();
        while let Ok(Some(frame)) = decoder.decode_ref(rest) {
            rest = rest.get(frame.len()..).unwrap_or_default();
            trees.push(Self::of(frame));
        }
        trees
    }

    // Recursive: replies nest less than ten deep, and the decoder refuses more than 128.
    fn of(frame: FrameRef<'a>) -> Self {
        let (kind, items) = match frame.view() {
            View::Array(items) => (b'*', items),
            View::Set(items) => (b'~', items),
            View::Push(items) => (b'>', items),
            View::Map(pairs) => (b'%', pairs.flatten_pairs()),
            _ => return Self::Leaf(frame.as_bytes()),
        };
        Self::Node(kind, items.map(Self::of).collect())
    }

    pub(super) fn items(&self) -> &[Self] {
        match self {
            Self::Leaf(_) => &[],
            Self::Node(_, items) => items,
        }
    }

    /// The value of an integer.
    pub(super) fn integer(&self) -> Option<i64> {
        let Self::Leaf([b':', digits @ .., b'\r', b'\n']) = self else { return None };
        std::str::from_utf8(digits).ok()?.parse().ok()
    }

    /// The bytes of a bulk string.
    pub(super) fn string(&self) -> Option<&'a [u8]> {
        let Self::Leaf([b'$', rest @ .., b'\r', b'\n']) = self else { return None };
        let head = rest.iter().position(|&byte| byte == b'\n')?;
        rest.get(head + 1..)
    }

    /// The type byte.
    pub(super) const fn kind(&self) -> u8 {
        match self {
            Self::Leaf([kind, ..]) => *kind,
            Self::Leaf([]) => 0,
            Self::Node(kind, _) => *kind,
        }
    }

    /// Whether both have the same types in the same places, whatever the leaves hold.
    pub(super) fn same_shape(&self, other: &Self) -> bool {
        let null = |tree: &Self| matches!(tree, Self::Leaf([b'$' | b'*', b'-', ..]));
        self.kind() == other.kind()
            && null(self) == null(other)
            && self.items().len() == other.items().len()
            && self.items().iter().zip(other.items()).all(|(a, b)| a.same_shape(b))
    }

    /// The reply as it came.
    pub(super) fn to_bytes(&self) -> Vec<u8> {
        let mut out = Vec::new();
        self.write(&mut out);
        out
    }

    fn write(&self, out: &mut Vec<u8>) {
        match self {
            Self::Leaf(bytes) => out.extend_from_slice(bytes),
            Self::Node(kind, items) => {
                let length = if *kind == b'%' { items.len() / 2 } else { items.len() };
                out.push(*kind);
                out.extend_from_slice(format!("{length}\r\n").as_bytes());
                items.iter().for_each(|item| item.write(out));
            }
        }
    }

    /// All leaves, in order.
    pub(super) fn leaves(&self, out: &mut Vec<&'a [u8]>) {
        match self {
            Self::Leaf(bytes) => out.push(bytes),
            Self::Node(_, items) => items.iter().for_each(|item| item.leaves(out)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replies_are_taken_apart() {
        let tree = Tree::read(b"%1\r\n$1\r\na\r\n*2\r\n:7\r\n$-1\r\n").unwrap();
        let [key, value] = tree.items() else { panic!("{tree:?}") };
        assert_eq!(key.string(), Some(&b"a"[..]));
        assert_eq!(value.items()[0].integer(), Some(7));
        assert_eq!(value.items()[1].string(), None);
        assert_eq!(tree.to_bytes(), b"%1\r\n$1\r\na\r\n*2\r\n:7\r\n$-1\r\n");
        assert_eq!(Tree::read_all(b"+a\r\n+b\r\n").len(), 2);
        let other = Tree::read(b"%1\r\n$2\r\nab\r\n*2\r\n:9\r\n$1\r\nx\r\n").unwrap();
        assert!(!tree.same_shape(&other) && tree.same_shape(&tree));
    }
}

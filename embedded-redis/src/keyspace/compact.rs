//! Bytes that don't change, of which few lie in place.

use std::borrow::Borrow;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::Deref;

/// A name or an element: up to 22 bytes take no memory of their own.
#[derive(Clone)]
pub(crate) enum Compact {
    Inline(u8, [u8; INLINE]),
    Heap(Box<[u8]>),
}

/// As much as fits beside the length into three words.
const INLINE: usize = 22;

impl Compact {
    /// Bytes that it has allocated.
    pub(crate) fn heap_bytes(&self) -> usize {
        match self {
            Self::Inline(..) => 0,
            Self::Heap(bytes) => bytes.len(),
        }
    }
}

impl Deref for Compact {
    type Target = [u8];

    #[inline]
    fn deref(&self) -> &[u8] {
        match self {
            Self::Inline(len, bytes) => bytes.get(..usize::from(*len)).unwrap_or_default(),
            Self::Heap(bytes) => bytes,
        }
    }
}

impl From<&[u8]> for Compact {
    #[inline]
    fn from(bytes: &[u8]) -> Self {
        let mut inline = [0; INLINE];
        match (inline.get_mut(..bytes.len()), u8::try_from(bytes.len())) {
            (Some(place), Ok(len)) => {
                place.copy_from_slice(bytes);
                Self::Inline(len, inline)
            }
            _ => Self::Heap(bytes.into()),
        }
    }
}

impl From<&Self> for Compact {
    fn from(other: &Self) -> Self {
        other.clone()
    }
}

impl Borrow<[u8]> for Compact {
    fn borrow(&self) -> &[u8] {
        self
    }
}

impl AsRef<[u8]> for Compact {
    fn as_ref(&self) -> &[u8] {
        self
    }
}

impl PartialEq for Compact {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl Eq for Compact {}

impl PartialOrd for Compact {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Compact {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (**self).cmp(&**other)
    }
}

impl Hash for Compact {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (**self).hash(state);
    }
}

impl fmt::Debug for Compact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "b\"{}\"", self.escape_ascii())
    }
}

//! Passwords, of which only the hash is kept.

use std::fmt::{self, Write};

use sha2::{Digest, Sha256};

/// The SHA-256 of a password.
#[derive(Clone)]
pub(super) struct PasswordHash([u8; 32]);

impl PasswordHash {
    pub(super) fn of(password: &[u8]) -> Self {
        Self(Sha256::digest(password).into())
    }

    /// Reads the 64 digits that [`Display`](fmt::Display) writes; only in lower case, as Redis does.
    pub(super) fn parse(digits: &[u8]) -> Option<Self> {
        let (pairs, rest) = digits.as_chunks::<2>();
        let mut hash = [0; 32];
        if pairs.len() != hash.len() || !rest.is_empty() {
            return None;
        }
        for (byte, [high, low]) in hash.iter_mut().zip(pairs) {
            *byte = value(*high)? << 4 | value(*low)?;
        }
        Some(Self(hash))
    }

    /// Compares in a time that does not tell how much of it was right.
    pub(super) fn is(&self, other: &Self) -> bool {
        self.0.iter().zip(&other.0).fold(0, |sum, (a, b)| sum | (a ^ b)) == 0
    }
}

fn value(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    }
}

impl fmt::Display for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasswordHash")
    }
}

/// Makes up passwords: hashes of a seed and a count, from which neither is to be guessed.
pub(crate) struct Passwords {
    seed: u64,
    made: u64,
}

impl Passwords {
    pub(super) fn new(seed: u64) -> Self {
        Self { seed, made: 0 }
    }

    /// So many hexadecimal digits.
    pub(crate) fn make(&mut self, digits: usize) -> String {
        let mut password = String::new();
        while password.len() < digits {
            self.made += 1;
            let mut hasher = Sha256::new_with_prefix(b"password");
            hasher.update(self.seed.to_le_bytes());
            hasher.update(self.made.to_le_bytes());
            let _ = write!(password, "{}", PasswordHash(hasher.finalize().into()));
        }
        password.truncate(digits);
        password
    }
}

impl fmt::Debug for Passwords {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Passwords").field("made", &self.made).finish_non_exhaustive()
    }
}

//! What is not shown to those who look at settings.

use std::fmt;

/// A password.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Secret(String);

impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl AsRef<[u8]> for Secret {
    fn as_ref(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

impl Secret {
    pub(crate) fn into_text(self) -> String {
        self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}

/// A user with its rules, among which are passwords.
#[derive(Clone)]
pub(crate) struct ConfiguredUser {
    pub(crate) name: Vec<u8>,
    pub(crate) rules: Vec<Vec<u8>>,
}

impl ConfiguredUser {
    pub(crate) fn rules(&self) -> impl Iterator<Item = &[u8]> {
        self.rules.iter().map(Vec::as_slice)
    }
}

impl fmt::Debug for ConfiguredUser {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = String::from_utf8_lossy(&self.name);
        f.debug_struct("ConfiguredUser").field("name", &name).finish_non_exhaustive()
    }
}

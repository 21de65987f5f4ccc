//! One user.

use std::sync::{Arc, LazyLock};

use super::asked::Asked;
use super::password::PasswordHash;
use super::selector::{Lack, Selector};

/// A user: how one logs in as it, and what it may do.
#[derive(Clone, Debug)]
pub(crate) struct User {
    pub(super) name: Box<[u8]>,
    pub(super) enabled: bool,
    /// Any password is right.
    pub(super) no_password: bool,
    /// Remembered only: `RESTORE` looks at everything.
    pub(super) sanitizes: Option<bool>,
    pub(super) passwords: Vec<PasswordHash>,
    pub(super) root: Selector,
    /// What it may do besides: whatever one of them allows.
    pub(super) selectors: Vec<Selector>,
}

/// Who has a client that is no user's any more.
static NOBODY: LazyLock<Arc<User>> = LazyLock::new(|| Arc::new(User::new(DEFAULT, false)));

/// The user that clients are from the beginning.
pub(super) const DEFAULT: &[u8] = b"default";

impl User {
    /// One that may do nothing yet.
    pub(super) fn new(name: &[u8], all_channels: bool) -> Self {
        Self {
            name: name.into(),
            enabled: false,
            no_password: false,
            sanitizes: None,
            passwords: Vec::new(),
            root: Selector::new(all_channels),
            selectors: Vec::new(),
        }
    }

    /// The one that is there from the beginning.
    pub(super) fn first() -> Self {
        Self {
            enabled: true,
            no_password: true,
            root: Selector::everything(),
            ..Self::new(DEFAULT, true)
        }
    }

    /// One that may do nothing, for clients whose user was deleted.
    pub(crate) fn nobody() -> Arc<Self> {
        Arc::clone(&NOBODY)
    }

    pub(crate) fn name(&self) -> &[u8] {
        &self.name
    }

    /// Whether any password is right.
    pub(crate) fn has_no_password(&self) -> bool {
        self.no_password
    }

    /// Whether one is this user without having said so.
    pub(crate) fn is_open(&self) -> bool {
        self.no_password && self.enabled
    }

    /// Whether nothing need be looked at.
    pub(crate) fn may_do_everything(&self) -> bool {
        self.all_selectors().any(Selector::allows_everything)
    }

    /// Whether one may log in with that password.
    pub(super) fn admits(&self, password: &[u8]) -> bool {
        if !self.enabled {
            return false;
        }
        if self.no_password {
            return true;
        }
        let given = PasswordHash::of(password);
        self.passwords.iter().any(|right| right.is(&given))
    }

    /// What keeps it from running a command, if no selector allows that; of several reasons the
    /// gravest.
    pub(super) fn check(&self, asked: &Asked<'_>) -> Result<(), Lack> {
        let mut gravest = Lack::Command;
        for selector in self.all_selectors() {
            match selector.check(asked) {
                Ok(()) => return Ok(()),
                Err(lack) => gravest = gravest.max(lack),
            }
        }
        Err(gravest)
    }

    /// Whether it may run a command, and the same with any other keys to read.
    pub(super) fn may_read_all(&self, asked: &Asked<'_>) -> bool {
        let allows = |it: &Selector| it.reads_all_keys() && it.check(asked).is_ok();
        self.all_selectors().any(allows)
    }

    pub(super) fn all_selectors(&self) -> impl Iterator<Item = &Selector> {
        std::iter::once(&self.root).chain(&self.selectors)
    }

    /// Sets the only password, or that none is needed.
    pub(super) fn set_password(&mut self, password: Option<&[u8]>) {
        self.no_password = password.is_none();
        self.passwords = password.map(PasswordHash::of).into_iter().collect();
    }

    pub(super) fn add_password(&mut self, hash: PasswordHash) {
        self.no_password = false;
        if !self.passwords.iter().any(|other| other.is(&hash)) {
            self.passwords.push(hash);
        }
    }
}

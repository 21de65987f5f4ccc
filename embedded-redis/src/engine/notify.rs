//! Keyspace notifications: what happens to keys, told through pub/sub.

use std::ops::BitOr;

use super::context::Shared;
use super::event::Event;

/// Classes of events, as `notify-keyspace-events` names them by letters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Class(u16);

impl Class {
    pub(crate) const KEYSPACE: Self = Self(1);
    pub(crate) const KEYEVENT: Self = Self(1 << 1);
    pub(crate) const GENERIC: Self = Self(1 << 2);
    pub(crate) const STRING: Self = Self(1 << 3);
    pub(crate) const LIST: Self = Self(1 << 4);
    pub(crate) const SET: Self = Self(1 << 5);
    pub(crate) const HASH: Self = Self(1 << 6);
    pub(crate) const SORTED_SET: Self = Self(1 << 7);
    pub(crate) const EXPIRED: Self = Self(1 << 8);
    pub(crate) const EVICTED: Self = Self(1 << 9);
    pub(crate) const STREAM: Self = Self(1 << 10);
    pub(crate) const KEY_MISS: Self = Self(1 << 11);
    pub(crate) const MODULE: Self = Self(1 << 12);
    pub(crate) const NEW: Self = Self(1 << 13);
    /// What `A` stands for.
    const ALL: Self = Self(0b1_0111_1111_1100);

    const LETTERS: [(u8, Self); 14] = [
        (b'g', Self::GENERIC),
        (b'$', Self::STRING),
        (b'l', Self::LIST),
        (b's', Self::SET),
        (b'h', Self::HASH),
        (b'z', Self::SORTED_SET),
        (b'x', Self::EXPIRED),
        (b'e', Self::EVICTED),
        (b't', Self::STREAM),
        (b'd', Self::MODULE),
        (b'n', Self::NEW),
        (b'K', Self::KEYSPACE),
        (b'E', Self::KEYEVENT),
        (b'm', Self::KEY_MISS),
    ];

    /// What the letters stand for; none if one of them is unknown.
    pub(crate) fn parse(letters: &[u8]) -> Option<Self> {
        let mut classes = Self::default();
        for letter in letters {
            let known = Self::LETTERS.iter().find(|(known, _)| known == letter);
            classes = classes
                | match known {
                    Some((_, class)) => *class,
                    None if *letter == b'A' => Self::ALL,
                    None => return None,
                };
        }
        Some(classes)
    }

    /// The letters, as `CONFIG GET` says them.
    pub(crate) fn letters(self) -> String {
        let mut rest = self;
        let mut letters = String::new();
        if self.contains(Self::ALL) {
            letters.push('A');
            // `A` stands for `n` here as well, though it doesn't switch it on.
            rest = Self(self.0 & !(Self::ALL | Self::NEW).0);
        }
        let known = Self::LETTERS.iter().filter(|(_, class)| rest.contains(*class));
        letters.extend(known.map(|(letter, _)| char::from(*letter)));
        letters
    }

    /// What is left when the letters are read again.
    pub(super) fn as_written(self) -> Self {
        Self::parse(self.letters().as_bytes()).unwrap_or_default()
    }

    fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    fn is_empty(self) -> bool {
        self.0 == 0
    }
}

impl BitOr for Class {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl Shared {
    /// Tells who wants to know what has happened to a key.
    #[inline]
    pub(crate) fn notify(&mut self, class: Class, event: &str, db: usize, key: &[u8]) {
        if !self.settings.notify.is_empty() {
            self.notify_subscribers(class, event, db, key);
        }
    }

    #[cold]
    fn notify_subscribers(&mut self, class: Class, event: &str, db: usize, key: &[u8]) {
        if !self.settings.notify.contains(class) {
            return;
        }
        if self.settings.notify.contains(Class::KEYSPACE) {
            let channel = [format!("__keyspace@{db}__:").as_bytes(), key].concat();
            self.publish(&channel, event.as_bytes());
        }
        if self.settings.notify.contains(Class::KEYEVENT) {
            self.publish(format!("__keyevent@{db}__:{event}").as_bytes(), key);
        }
    }

    /// Publishes a message, and returns how many receive it.
    pub(crate) fn publish(&mut self, channel: &[u8], message: &[u8]) -> usize {
        let events = &mut self.events;
        let tell = |id, notice: &_| events.push_back(Event::Tell(id, Clone::clone(notice)).into());
        self.hub.publish(channel, message, tell)
    }
}

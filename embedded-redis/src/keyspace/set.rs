//! A set of strings.

use std::ops::Deref;

use super::text::parse_integer;
use super::{Compact, Dict, Place, Rng};

/// Members, each once.
#[derive(Clone, Debug)]
pub(crate) struct Set {
    members: Members,
    seed: u64,
}

#[derive(Clone, Debug)]
enum Members {
    /// In order: as long as all are integers and few, which is Redis's `intset`.
    Integers(Vec<i64>),
    Any(Dict<()>),
}

/// A member, or the text of one that is a number.
#[derive(Clone, Debug)]
pub(crate) enum Member<'a> {
    Stored(&'a Compact),
    Made(Compact),
}

impl Set {
    pub(crate) fn new(seed: u64) -> Self {
        Self { members: Members::Integers(Vec::new()), seed }
    }

    pub(crate) fn of_members<'a>(
        seed: u64,
        members: impl Iterator<Item = Member<'a>>,
        limit: usize,
    ) -> Self {
        let mut set = Self::new(seed);
        for member in members {
            set.insert(&member, limit);
        }
        set
    }

    pub(crate) fn len(&self) -> usize {
        match &self.members {
            Members::Integers(integers) => integers.len(),
            Members::Any(members) => members.len(),
        }
    }

    #[inline]
    pub(crate) fn contains(&self, member: &[u8]) -> bool {
        match &self.members {
            Members::Integers(integers) => {
                parse_integer(member).is_some_and(|it| integers.binary_search(&it).is_ok())
            }
            Members::Any(members) => members.contains(member),
        }
    }

    /// Whether the member is a new one. More integers than the limit are an intset no longer.
    #[inline]
    pub(crate) fn insert(&mut self, member: &[u8], limit: usize) -> bool {
        loop {
            match &mut self.members {
                Members::Any(members) => return members.insert(member, ()).is_none(),
                Members::Integers(integers) => {
                    if let Some(integer) = parse_integer(member) {
                        let new = insert_in_order(integers, integer);
                        if new && integers.len() > limit {
                            self.convert();
                        }
                        return new;
                    }
                }
            }
            self.convert();
        }
    }

    pub(crate) fn remove(&mut self, member: &[u8]) -> bool {
        match &mut self.members {
            Members::Integers(integers) => {
                let at = parse_integer(member).and_then(|it| integers.binary_search(&it).ok());
                at.map(|at| integers.remove(at)).is_some()
            }
            Members::Any(members) => members.remove(member).is_some(),
        }
    }

    /// Integers come in order as long as there are no others and few of them.
    pub(crate) fn iter(&self) -> impl Iterator<Item = Member<'_>> {
        let (integers, members) = match &self.members {
            Members::Integers(integers) => (integers.as_slice(), None),
            Members::Any(members) => (&[][..], Some(members)),
        };
        let members = members.into_iter().flat_map(Dict::iter);
        integers.iter().map(Member::of).chain(members.map(|(member, ())| Member::Stored(member)))
    }

    pub(crate) fn random(&self, rng: &mut Rng) -> Option<Member<'_>> {
        match &self.members {
            Members::Integers(integers) => integers.get(rng.below(integers.len())).map(Member::of),
            Members::Any(members) => stored(members, members.random(rng)?),
        }
    }

    /// So many different ones, or all if there are not as many.
    pub(crate) fn sample(&self, count: usize, rng: &mut Rng) -> Vec<Member<'_>> {
        match &self.members {
            Members::Integers(_) => {
                let mut members: Vec<_> = self.iter().collect();
                rng.choose(&mut members, count);
                members
            }
            Members::Any(members) => {
                let places = members.sample(count, rng);
                places.into_iter().filter_map(|place| stored(members, place)).collect()
            }
        }
    }

    /// Removes any.
    pub(crate) fn pop(&mut self, rng: &mut Rng) -> Option<Compact> {
        match &mut self.members {
            Members::Integers(integers) if integers.is_empty() => None,
            Members::Integers(integers) => {
                Some(decimal(integers.remove(rng.below(integers.len()))))
            }
            Members::Any(members) => {
                members.remove_at(members.random(rng)?).map(|(member, ())| member)
            }
        }
    }

    /// Removes and returns all.
    pub(crate) fn take(&mut self) -> Self {
        let seed = self.seed;
        std::mem::replace(self, Self::new(seed))
    }

    /// See [`Dict::scan`]. What Redis would store as an intset is seen at once.
    pub(crate) fn scan<'a>(
        &'a self,
        cursor: u64,
        count: usize,
        mut see: impl FnMut(Member<'a>),
    ) -> u64 {
        match &self.members {
            Members::Integers(integers) => {
                integers.iter().map(Member::of).for_each(see);
                0
            }
            Members::Any(members) => {
                let mut found = Vec::new();
                let cursor = members.scan(cursor, count, &mut found);
                found.into_iter().filter_map(|it| stored(members, it)).for_each(&mut see);
                cursor
            }
        }
    }

    pub(crate) fn encoding(&self) -> &'static str {
        match self.members {
            Members::Integers(_) => "intset",
            Members::Any(_) => "hashtable",
        }
    }

    pub(crate) fn heap_bytes(&self) -> usize {
        let members = match &self.members {
            Members::Integers(integers) => integers.capacity() * size_of::<i64>(),
            Members::Any(members) => members.heap_bytes(),
        };
        size_of::<Self>() + members
    }

    #[cold]
    fn convert(&mut self) {
        if let Members::Integers(integers) = &self.members {
            let mut members = Dict::new(self.seed);
            for integer in integers {
                members.insert(&decimal(*integer), ());
            }
            self.members = Members::Any(members);
        }
    }
}

impl Member<'_> {
    fn of(integer: &i64) -> Self {
        Self::Made(decimal(*integer))
    }
}

impl Deref for Member<'_> {
    type Target = [u8];

    #[inline]
    fn deref(&self) -> &[u8] {
        match self {
            Self::Stored(member) => member,
            Self::Made(member) => member,
        }
    }
}

impl AsRef<[u8]> for Member<'_> {
    fn as_ref(&self) -> &[u8] {
        self
    }
}

fn stored(members: &Dict<()>, place: Place) -> Option<Member<'_>> {
    members.entry_at(place).map(|(member, ())| Member::Stored(member))
}

fn decimal(integer: i64) -> Compact {
    itoa::Buffer::new().format(integer).as_bytes().into()
}

/// Whether it was not there.
fn insert_in_order(integers: &mut Vec<i64>, integer: i64) -> bool {
    match integers.binary_search(&integer) {
        Ok(_) => false,
        Err(at) => {
            integers.insert(at, integer);
            true
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn it_has_what_a_set_has_whatever_it_is_stored_as() {
        for (names, encoding) in [(400, "intset"), (700, "hashtable")] {
            let mut rng = Rng::new(7);
            let (mut set, mut model) = (Set::new(1), BTreeSet::new());
            for _ in 0..20_000 {
                let number = (rng.below(names) as i64 - 200).to_string();
                if rng.below(100) < 95 {
                    assert_eq!(set.insert(number.as_bytes(), 512), model.insert(number));
                } else {
                    assert_eq!(set.remove(number.as_bytes()), model.remove(&number));
                }
                assert_eq!(set.len(), model.len());
            }
            assert_eq!(set.encoding(), encoding);
            let all = set.iter().map(|it| String::from_utf8(it.to_vec()).unwrap());
            assert_eq!(all.collect::<BTreeSet<_>>(), model);
            assert!(model.iter().all(|it| set.contains(it.as_bytes())));
            let sample = set.sample(50, &mut rng);
            assert_eq!(sample.iter().map(|it| it.to_vec()).collect::<BTreeSet<_>>().len(), 50);
            let mut popped = BTreeSet::new();
            while let Some(member) = set.pop(&mut rng) {
                popped.insert(String::from_utf8(member.to_vec()).unwrap());
            }
            assert_eq!(popped, model);
        }
    }

    #[test]
    fn only_integers_as_redis_writes_them_are_an_intset() {
        for odd in ["01", "+1", "-0", "", "9223372036854775808", "a"] {
            let mut set = Set::new(1);
            set.insert(b"1", 512);
            assert!(!set.contains(odd.as_bytes()));
            assert!(set.insert(odd.as_bytes(), 512), "{odd}");
            assert_eq!((set.len(), set.encoding()), (2, "hashtable"));
            set.remove(odd.as_bytes());
            assert_eq!(set.encoding(), "hashtable", "it does not go back");
        }
    }
}

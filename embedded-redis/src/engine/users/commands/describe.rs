//! The rules that make a set of commands.

use super::{CATEGORIES, CommandSet, KNOWN};

impl CommandSet {
    /// Rules that lead to this set, in the words that Redis 7.0 chooses: as it keeps no more than the
    /// set itself, it looks for the categories that come nearest, and then puts right what is still
    /// different command by command (`ACLDescribeSelectorCommandRules` in its acl.c).
    pub(in crate::engine::users) fn describe(&self) -> Vec<u8> {
        let additive = !self.subtractive;
        let mut rules = Vec::from(if additive { "-@all" } else { "+@all" });
        let mut reached = if additive { Self::default() } else { Self::all() };
        let (mut left, mut applied) = (self.clone(), 0);
        while let Some(best) = left.nearest(additive, applied) {
            applied |= 1 << best;
            reached.set_category(1 << best, additive);
            left.set_category(1 << best, !additive);
            rules.extend_from_slice(if additive { b" +@" } else { b" -@" });
            rules.extend_from_slice(CATEGORIES.get(best).copied().unwrap_or_default().as_bytes());
        }
        self.single_commands(&mut reached, &mut rules);
        rules
    }

    /// The category with more commands that are to be told than others; of several, the one with the
    /// fewest others.
    fn nearest(&self, additive: bool, applied: u32) -> Option<usize> {
        let mut best = None;
        let (mut fewest, mut most) = (usize::MAX, 0_usize);
        for category in (0..CATEGORIES.len()).filter(|category| applied & (1 << category) == 0) {
            let members = KNOWN.iter().enumerate();
            let members = members.filter(|(_, known)| known.categories & (1 << category) != 0);
            let (mut same, mut others) = (0, 0);
            for (command, _) in members {
                let to_be_told = self.contains(command) == additive;
                *if to_be_told { &mut same } else { &mut others } += 1;
            }
            if same > others && (others < fewest || others == fewest && same > most) {
                (best, fewest, most) = (Some(category), others, same);
            }
        }
        best
    }

    fn single_commands(&self, reached: &mut Self, rules: &mut Vec<u8>) {
        for (command, known) in KNOWN.iter().enumerate() {
            let allowed = self.contains(command);
            if allowed != reached.contains(command) {
                rules.extend_from_slice(if allowed { b" +" } else { b" -" });
                rules.extend_from_slice(known.name.as_bytes());
                reached.set(command, allowed);
            }
            if allowed {
                continue;
            }
            for argument in self.first_arguments.get(&command).into_iter().flatten() {
                let rule = [b" +", known.name.as_bytes(), b"|", argument].concat();
                rules.extend_from_slice(&rule);
            }
        }
    }
}

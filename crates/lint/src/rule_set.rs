//! A set of rules.

use crate::{RULES, Rule};

/// How many words of bits hold every rule.
const WORDS: usize = 6;
const _: () = assert!(RULES.len() <= WORDS * 64, "a set has too few bits for all rules");

/// A set of rules: a bit for each, by its place in [`RULES`]. It is asked for each rule and file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RuleSet([u64; WORDS]);

impl RuleSet {
    /// Those rules for which `holds`.
    pub fn of(holds: impl Fn(&Rule) -> bool) -> Self {
        let mut set = Self::default();
        for (place, _) in RULES.iter().enumerate().filter(|(_, it)| holds(it)) {
            set.0[place / 64] |= 1 << (place % 64);
        }
        set
    }

    /// The rules of these names; unknown ones are left out.
    pub fn named<'n>(names: impl IntoIterator<Item = &'n str>) -> Self {
        let mut set = Self::default();
        for place in names.into_iter().filter_map(place) {
            set.0[place / 64] |= 1 << (place % 64);
        }
        set
    }

    /// Whether the rule at a place of [`RULES`] is in the set.
    pub const fn has(&self, place: usize) -> bool {
        self.0[place / 64] & (1 << (place % 64)) != 0
    }

    /// Whether a rule is in the set, by its name.
    pub fn contains(&self, name: &str) -> bool {
        place(name).is_some_and(|it| self.has(it))
    }

    /// The rules, by name.
    pub fn iter(self) -> impl Iterator<Item = &'static Rule> {
        RULES.iter().enumerate().filter(move |(place, _)| self.has(*place)).map(|(_, it)| *it)
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0 == [0; WORDS]
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.iter().map(|it| it.count_ones() as usize).sum()
    }

    /// These and those.
    #[must_use]
    pub fn with(self, other: Self) -> Self {
        Self(std::array::from_fn(|it| self.0[it] | other.0[it]))
    }

    /// These without those.
    #[must_use]
    pub fn without(self, other: Self) -> Self {
        Self(std::array::from_fn(|it| self.0[it] & !other.0[it]))
    }
}

/// The place of a rule in [`RULES`].
fn place(name: &str) -> Option<usize> {
    RULES.binary_search_by(|it| it.name.cmp(name)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_has_a_place_of_its_own() {
        let all = RuleSet::of(|_| true);
        assert_eq!(all.len(), RULES.len());
        for rule in RULES {
            let one = RuleSet::named([rule.name]);
            assert_eq!(one.iter().map(|it| it.name).collect::<Vec<_>>(), [rule.name]);
            assert!(all.contains(rule.name) && !all.without(one).contains(rule.name));
            assert_eq!(all.without(one).with(one), all);
        }
        assert!(RuleSet::named(["xyzzy"]).is_empty() && !all.contains("xyzzy"));
    }
}

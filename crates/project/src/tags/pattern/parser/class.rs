//! `[…]`.

use super::super::set::{Class, Set};
use super::Parser;

/// What stands between `[` and `]`.
enum Member {
    Unit(u32),
    Class(Class),
}

impl Parser {
    /// Reads a set, after its `[`.
    pub(super) fn class(&mut self) -> Result<Set, String> {
        let mut set = Set { is_negated: self.skip("^"), ..Set::default() };
        loop {
            if self.skip("]") {
                return Ok(set);
            }
            let first = self.member()?;
            let is_range = self.looks_at("-") && !self.looks_at("-]");
            let second = if is_range {
                self.at += 1;
                Some(self.member()?)
            } else {
                None
            };
            match (first, second) {
                (Member::Unit(low), Some(Member::Unit(high))) if low > high => {
                    return Err("has a range out of order in `[]`".to_owned());
                }
                (Member::Unit(low), Some(Member::Unit(high))) => set.ranges.push((low, high)),
                (_, Some(_)) if self.is_unicode => {
                    return Err("has a class at an end of a range in `[]`".to_owned());
                }
                (first, second) => {
                    // `[\d-x]` is a class, a hyphen and a letter.
                    let hyphen = second.is_some().then_some(Member::Unit(u32::from('-')));
                    for member in [Some(first), hyphen, second].into_iter().flatten() {
                        match member {
                            Member::Unit(unit) => set.ranges.push((unit, unit)),
                            Member::Class(class) => set.classes.push(class),
                        }
                    }
                }
            }
        }
    }

    fn member(&mut self) -> Result<Member, String> {
        match self.next() {
            None => Err("has a `[` without a `]`".to_owned()),
            Some('\\') => {
                if let Some(class) = self.class_escape()? {
                    return Ok(Member::Class(class));
                }
                if self.skip("b") {
                    return Ok(Member::Unit(8));
                }
                if self.is_unicode && self.skip("-") {
                    return Ok(Member::Unit(u32::from('-')));
                }
                self.character_escape(true).map(Member::Unit)
            }
            // Beyond the basic plane only the flag `u` takes a character for one.
            Some(it) => Ok(Member::Unit(u32::from(it))),
        }
    }
}

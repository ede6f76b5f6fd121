//! Which items the `main` of a program leads to, by names alone.
//!
//! Whatever has a name that is mentioned counts, so this says too much rather than too little.

use std::collections::HashMap;

use super::sources::CrateCode;

/// Numbers for names.
#[derive(Debug, Default)]
pub(super) struct Names {
    numbers: HashMap<Box<str>, u32>,
}

impl Names {
    /// The number of a name.
    pub(super) fn number(&mut self, name: &str) -> u32 {
        if let Some(number) = self.numbers.get(name) {
            return *number;
        }
        let number = u32::try_from(self.numbers.len()).unwrap_or(u32::MAX);
        self.numbers.insert(name.into(), number);
        number
    }

    fn count(&self) -> usize {
        self.numbers.len()
    }
}

/// Of each item of some crates, whether it is reached from `main`. The first crate is the program's.
pub(super) fn reached(names: &mut Names, crates: &[&CrateCode]) -> Vec<Vec<bool>> {
    let starts = [names.number("main"), names.number("rocket")];
    let mut mentioned = vec![false; names.count()];
    let mut found: Vec<Vec<bool>> = crates.iter().map(|it| vec![false; it.items.len()]).collect();
    // The items that wait for a name to be mentioned.
    let mut waiting: Vec<Vec<(usize, usize)>> = vec![Vec::new(); names.count()];
    let mut open: Vec<(usize, usize)> = Vec::new();
    let has_main = crates
        .first()
        .is_some_and(|it| it.items.iter().any(|it| it.name.is_some_and(|it| starts.contains(&it))));
    for (index, code) in crates.iter().enumerate() {
        for (number, item) in code.items.iter().enumerate() {
            let is_start =
                index == 0 && (!has_main || item.name.is_some_and(|it| starts.contains(&it)));
            if is_start || item.name.is_none() {
                open.push((index, number));
            }
            for name in item.name.iter().chain(&item.owner) {
                if let Some(list) = waiting.get_mut(*name as usize) {
                    list.push((index, number));
                }
            }
        }
    }
    while let Some((index, number)) = open.pop() {
        let Some(is_reached) = found.get_mut(index).and_then(|it| it.get_mut(number)) else {
            continue;
        };
        if std::mem::replace(is_reached, true) {
            continue;
        }
        let item = crates.get(index).and_then(|it| it.items.get(number));
        for word in item.into_iter().flat_map(|it| &it.words) {
            let Some(known) = mentioned.get_mut(*word as usize) else { continue };
            if std::mem::replace(known, true) {
                continue;
            }
            for (index, number) in waiting.get(*word as usize).into_iter().flatten() {
                let item = crates.get(*index).and_then(|it| it.items.get(*number));
                let is_mentioned = |it: &u32| mentioned.get(*it as usize) == Some(&true);
                if item.is_some_and(|it| it.name.iter().chain(&it.owner).all(is_mentioned)) {
                    open.push((*index, *number));
                }
            }
        }
    }
    found
}

//! What the code of one program says.

use std::{collections::BTreeSet, sync::Arc};

use super::{Fact, Sources, What, reach, sources::CrateCode};

/// How near code is to the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::init::survey) enum Near {
    /// Its own modules.
    Own,
    /// The library of its package.
    Library,
    /// Another package of the workspace.
    Other,
}

/// What the code of a program says.
#[derive(Debug)]
pub(in crate::init::survey) struct ProgramCode {
    facts: Vec<(Near, Fact)>,
}

impl ProgramCode {
    /// Reads the crates of a program, its own first, each by its root with its features.
    pub(in crate::init::survey) fn read(
        sources: &mut Sources<'_>,
        crates: &[(Near, String, BTreeSet<String>)],
    ) -> Self {
        let read: Vec<(Near, Arc<CrateCode>)> = crates
            .iter()
            .map(|(near, root, features)| (*near, sources.read(root, features)))
            .collect();
        let codes: Vec<&CrateCode> = read.iter().map(|it| &*it.1).collect();
        let reached = reach::reached(&mut sources.names, &codes);
        let mut facts = Vec::new();
        for ((near, code), reached) in read.iter().zip(&reached) {
            let of_it = code.facts.iter().filter(|it| reached.get(it.item) == Some(&true));
            facts.extend(of_it.map(|it| (*near, it.clone())));
        }
        Self { facts }
    }

    /// All facts, the nearest first.
    pub(in crate::init::survey) fn facts(&self) -> impl Iterator<Item = (Near, &Fact)> {
        self.facts.iter().map(|(near, it)| (*near, it))
    }

    /// What all facts say.
    pub(in crate::init::survey) fn all(&self) -> impl Iterator<Item = &What> {
        self.facts.iter().map(|(_, it)| &it.what)
    }
}

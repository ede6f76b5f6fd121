//! Reading the crates of a workspace, each once.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use plimsoll_project::{
    cargo_files::{Code, Item, sources_from},
    files::Files,
};

use super::{Fact, What, commands, health, listen, reach::Names, serving, signals, variables};

/// The crates that were read.
#[derive(Debug)]
pub(in crate::init::survey) struct Sources<'f> {
    files: &'f dyn Files,
    pub(super) names: Names,
    known: BTreeMap<(String, Vec<String>), Arc<CrateCode>>,
}

/// What a crate says.
#[derive(Debug, Default)]
pub(super) struct CrateCode {
    pub(super) items: Vec<ItemWords>,
    pub(super) facts: Vec<Fact>,
}

/// An item, with the numbers of its names.
#[derive(Debug)]
pub(super) struct ItemWords {
    pub(super) name: Option<u32>,
    pub(super) owner: Option<u32>,
    /// All words in it, each once.
    pub(super) words: Vec<u32>,
}

impl<'f> Sources<'f> {
    pub(in crate::init::survey) fn new(files: &'f dyn Files) -> Self {
        Self { files, names: Names::default(), known: BTreeMap::new() }
    }

    /// The crate whose root is at a path, compiled with some features.
    pub(super) fn read(&mut self, root: &str, features: &BTreeSet<String>) -> Arc<CrateCode> {
        let key = (root.to_owned(), features.iter().cloned().collect());
        if let Some(known) = self.known.get(&key) {
            return Arc::clone(known);
        }
        let mut found = CrateCode::default();
        let (files, names) = (self.files, &mut self.names);
        sources_from(files, root, features, &mut |source, code| {
            read_file(names, &files.name(&source.path), code, &mut found);
        });
        let found = Arc::new(found);
        self.known.insert(key, Arc::clone(&found));
        found
    }
}

fn read_file(names: &mut Names, path: &str, code: &Code<'_>, found: &mut CrateCode) {
    let constants = variables::constants(code);
    for Item { name, owner, tokens } in code.items() {
        let item = found.items.len();
        let mut words: Vec<u32> = Vec::new();
        for at in tokens {
            if let Some(word) = code.word(at) {
                words.push(names.number(word));
            } else if let Some(path) = code.literal(at).filter(|it| is_path(it)) {
                // `#[serde(default = "module::function")]`
                words.push(names.number(path.rsplit(':').next().unwrap_or(path)));
            }
            let mut say = |what: What| {
                let evidence = format!("{path}:{}", code.line(at));
                found.facts.push(Fact { item, evidence, what });
            };
            listen::at(code, at).map(What::Listens).into_iter().for_each(&mut say);
            serving::at(code, at).into_iter().for_each(&mut say);
            signals::at(code, at).into_iter().for_each(&mut say);
            health::at(code, at).into_iter().for_each(&mut say);
            variables::at(code, at, &constants).into_iter().for_each(&mut say);
            commands::at(code, at).into_iter().for_each(&mut say);
        }
        words.sort_unstable();
        words.dedup();
        found.items.push(ItemWords {
            name: name.map(|it| names.number(it)),
            owner: owner.map(|it| names.number(it)),
            words,
        });
    }
}

fn is_path(text: &str) -> bool {
    text.len() < 100
        && text.starts_with(|it: char| it.is_ascii_alphabetic() || it == '_')
        && text.bytes().all(|it| it.is_ascii_alphanumeric() || matches!(it, b'_' | b':'))
}

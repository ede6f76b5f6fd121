//! Walks from a program to all libraries that its loader would load, and compares symbol versions.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs::File,
    path::Path,
};

use plimsoll_image::Platform;

use super::{
    BaseFacts, BaseLibc, BaseProofError, Missing, OldLibrary, Shipped,
    collect::loader_kind,
    search::{Asker, Search, View, default_directories},
};
use crate::elf::{
    self, ElfFacts, Libc, Library, Linkage, compare_versions, newest, split_version,
    symbols_in_versions,
};

/// No program was seen to load a quarter of it.
const MAX_LOADED: usize = 1024;
/// How many symbols a message names.
const SYMBOLS: usize = 3;

/// A program that shall run on a base.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    /// What is known of it.
    pub facts: &'a ElfFacts,
    /// Its absolute path in the image.
    pub path: &'a str,
    /// Its file on this machine, which is asked for names of symbols if there is something wrong.
    pub file: Option<&'a Path>,
}

/// What a proof has shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BaseProof {
    /// The C library that runs the program; `None` for static programs.
    pub libc: Option<BaseLibc>,
    /// All libraries that are loaded: the name by which each is asked for, and its path in the image.
    pub libraries: Vec<(String, String)>,
    /// What could not be proved, in words.
    pub notes: Vec<String>,
}

/// Proves that a program runs on a base: its processor, its loader, its libraries and theirs, and all symbol versions.
///
/// `shipped` are the user's own files that lie over the base, by their paths without a leading `/`; `environment` is the
/// image's, as `NAME=value`.
///
/// # Errors
/// The first thing that keeps it from starting. Missing libraries are named together, and so are old ones.
pub fn prove(
    program: Subject<'_>,
    platform: &Platform,
    base: &BaseFacts,
    shipped: &BTreeMap<String, Shipped>,
    environment: &[String],
) -> Result<BaseProof, BaseProofError> {
    let facts = program.facts;
    elf::prove(facts, platform, false)?;
    if facts.linkage != Linkage::Dynamic {
        return Ok(BaseProof::default());
    }
    let view = View { base, shipped };
    let mut proof = BaseProof::default();
    let (loader_path, loader, libc) = find_loader(facts, view, &mut proof.notes)?;
    let variable = |it: &String| it.strip_prefix("LD_LIBRARY_PATH=").map(str::to_owned);
    let paths = environment.iter().rev().find_map(variable).unwrap_or_default();
    let search = Search {
        view,
        kind: libc.kind,
        machine: facts.machine,
        environment: paths.split([':', ';']).map(str::to_owned).collect(),
        defaults: default_directories(base, libc.kind, &loader_path, facts.machine),
    };
    let loaded = load(program, &search, (&loader_path, loader), &libc)?;
    // musl binds symbols by their names alone.
    if libc.kind != Libc::Musl {
        compare(program, &loaded, &libc, base)?;
    }
    proof.libc = Some(libc);
    proof.libraries = loaded.into_iter().skip(1).map(|it| (it.name, it.real)).collect();
    Ok(proof)
}

/// The loader of a program: its path without links, what it is, and the C library that it belongs to.
fn find_loader<'a>(
    facts: &ElfFacts,
    view: View<'a>,
    notes: &mut Vec<String>,
) -> Result<(String, &'a Library, BaseLibc), BaseProofError> {
    let interpreter = facts.interpreter.clone().unwrap_or_default();
    let (base, machine) = (view.base, facts.machine);
    let Some((path, loader)) = view.library(&interpreter) else {
        return Err(match (facts.libc(), &base.libc) {
            (libc, None) => BaseProofError::NoLibc { interpreter, libc, machine },
            (Some(program), Some(found)) if program != found.kind => BaseProofError::OtherLibc {
                program,
                found: found.clone(),
                base: base.describe(),
                interpreter,
                machine,
            },
            _ => {
                let loaders = base.loaders.keys().map(|it| format!("/{it}")).collect();
                BaseProofError::NoLoader { interpreter, base: base.describe(), loaders }
            }
        });
    };
    if loader.machine != machine {
        let (found, wanted) = (loader.machine, machine);
        return Err(BaseProofError::LoaderMachine { interpreter, found, wanted });
    }
    let known = |kind| {
        let of_base = base.libc.clone().filter(|it| it.kind == kind);
        of_base.unwrap_or(BaseLibc { kind, version: None })
    };
    let libc = match loader_kind(&path, loader) {
        Some(kind) => known(kind),
        // Alpine's gcompat puts a loader of its own there, which starts musl's.
        None if base.libc.as_ref().is_some_and(|it| it.kind == Libc::Musl) => {
            notes.push(format!(
                "{interpreter} of the base is not glibc's own, but a layer over musl, which has a part of glibc: whether \
                 the program runs there can't be proved"
            ));
            known(Libc::Musl)
        }
        None => known(facts.libc().unwrap_or(Libc::Glibc)),
    };
    Ok((path, loader, libc))
}

/// Something that is loaded into the process.
struct Loaded<'a> {
    /// The name by which it was asked for first; empty for the program.
    name: String,
    soname: Option<&'a str>,
    /// Its path without links.
    real: String,
    /// The directory that `$ORIGIN` stands for.
    origin: String,
    needed: &'a [String],
    rpath: &'a [String],
    runpath: &'a [String],
    requires: &'a BTreeMap<String, BTreeSet<String>>,
    defines: Option<&'a BTreeSet<String>>,
    /// Who asked for it: a place in the list.
    by: usize,
}

impl Loaded<'_> {
    fn answers_to(&self, name: &str) -> bool {
        self.name == name || self.soname == Some(name)
    }
}

/// All that is loaded, the program first, in the order in which loaders do: level by level.
fn load<'a>(
    program: Subject<'a>,
    search: &Search<'a>,
    loader: (&str, &'a Library),
    libc: &BaseLibc,
) -> Result<Vec<Loaded<'a>>, BaseProofError> {
    let facts = program.facts;
    let mut loaded = vec![Loaded {
        name: String::new(),
        soname: None,
        real: program.path.trim_start_matches('/').to_owned(),
        origin: directory(program.path),
        needed: &facts.needed,
        rpath: &facts.rpath,
        runpath: &facts.runpath,
        requires: &facts.requires,
        defines: None,
        by: 0,
    }];
    let mut known: BTreeSet<&str> = BTreeSet::new();
    let mut missing = Vec::new();
    let mut next = 0;
    while let Some(asker) = loaded.get(next) {
        let needed = asker.needed;
        for name in needed {
            if !known.insert(name) || loaded.iter().any(|it| it.answers_to(name)) {
                continue;
            }
            // The loader is loaded already, and with musl it is the C library, by all of its names.
            let is_loader = loader.1.soname.as_deref() == Some(name.as_str())
                || (libc.kind == Libc::Musl && is_part_of_musl(name));
            let found = if is_loader {
                Some((format!("/{}", loader.0), loader.0.to_owned(), loader.1))
            } else {
                search.find(name, &askers(&loaded, next))
            };
            let Some((path, real, library)) = found else {
                missing.push(missing_library(name, loaded.get(next), search));
                continue;
            };
            // A second name of what is there.
            if loaded.iter().any(|it| it.real == real) {
                continue;
            }
            loaded.push(Loaded {
                name: name.clone(),
                soname: library.soname.as_deref(),
                real,
                origin: directory(&path),
                needed: &library.needed,
                rpath: &library.rpath,
                runpath: &library.runpath,
                requires: &library.requires,
                defines: Some(&library.defines),
                by: next,
            });
        }
        next += 1;
        if next > MAX_LOADED {
            break;
        }
    }
    if missing.is_empty() {
        Ok(loaded)
    } else {
        let base = search.view.base.describe();
        Err(BaseProofError::MissingLibraries { missing, base, libc: libc.clone() })
    }
}

/// Whoever asks, and those that asked for it.
fn askers<'a>(loaded: &'a [Loaded<'_>], from: usize) -> Vec<Asker<'a>> {
    let mut askers = Vec::new();
    let mut next = from;
    while let Some(it) = loaded.get(next) {
        askers.push(Asker { origin: &it.origin, rpath: it.rpath, runpath: it.runpath });
        if next == 0 {
            break;
        }
        next = it.by;
    }
    askers
}

fn missing_library(name: &str, asker: Option<&Loaded<'_>>, search: &Search<'_>) -> Missing {
    let is_it = |path: &&String| path.rsplit('/').next() == Some(name);
    let shipped = search.view.shipped.keys();
    let elsewhere = search.view.base.libraries.iter();
    let elsewhere = elsewhere.filter(|(_, it)| it.machine == search.machine).map(|(path, _)| path);
    Missing {
        name: name.to_owned(),
        needed_by: asker.map(|it| it.name.clone()).filter(|it| !it.is_empty()),
        elsewhere: shipped.chain(elsewhere).find(is_it).cloned(),
    }
}

/// musl is one library, and answers to the names of all that glibc consists of.
fn is_part_of_musl(name: &str) -> bool {
    name.strip_prefix("lib").is_some_and(|it| {
        ["c.", "pthread.", "rt.", "m.", "dl.", "util.", "xnet."]
            .iter()
            .any(|part| it.starts_with(part))
    })
}

/// Every version that something loaded must have is there.
fn compare(
    program: Subject<'_>,
    loaded: &[Loaded<'_>],
    libc: &BaseLibc,
    base: &BaseFacts,
) -> Result<(), BaseProofError> {
    let mut old = Vec::new();
    for (index, asker) in loaded.iter().enumerate() {
        for (name, versions) in asker.requires {
            let Some(library) = loaded.iter().find(|it| it.answers_to(name)) else { continue };
            // Without any versions a library counts as fit; the loader says so and goes on.
            let Some(defines) = library.defines.filter(|it| !it.is_empty()) else { continue };
            let lacking: BTreeSet<_> = versions.difference(defines).cloned().collect();
            if lacking.is_empty() {
                continue;
            }
            let file = program.file.filter(|_| index == 0).and_then(|it| File::open(it).ok());
            let symbols = file.and_then(|mut file| {
                let first = newest_first(&lacking).into_iter().take(1).collect();
                symbols_in_versions(&mut file, name, &first, SYMBOLS).ok()
            });
            let versions = newest_first(&lacking);
            let newest = versions.first().and_then(|first| {
                newest(defines.iter().map(String::as_str), split_version(first).0)
            });
            old.push(OldLibrary {
                name: name.clone(),
                path: format!("/{}", library.real),
                newest: newest.map(str::to_owned),
                versions,
                symbols: symbols.unwrap_or_default(),
                needed_by: Some(asker.name.clone()).filter(|it| !it.is_empty()),
            });
        }
    }
    if old.is_empty() {
        return Ok(());
    }
    Err(BaseProofError::OldLibraries {
        libraries: old,
        base: base.describe(),
        libc: libc.clone(),
        machine: program.facts.machine,
    })
}

fn newest_first(versions: &BTreeSet<String>) -> Vec<String> {
    let mut sorted: Vec<_> = versions.iter().cloned().collect();
    sorted.sort_by(|a, b| {
        let ((prefix_a, a), (prefix_b, b)) = (split_version(a), split_version(b));
        // Those without a number, such as GLIBC_ABI_DT_RELR, say less.
        (a.is_empty().cmp(&b.is_empty())).then(prefix_a.cmp(prefix_b)).then(compare_versions(b, a))
    });
    sorted
}

fn directory(path: &str) -> String {
    path.rsplit_once('/').map_or("", |(directory, _)| directory).to_owned()
}

//! The names of a package's binaries, by Cargo's rules of "Target auto-discovery".

use std::{collections::BTreeSet, fs, path::Path};

use super::raw::{Inheritable, RawManifest, RawPackage};

/// Returns the names, sorted: those of `[[bin]]`, and those that Cargo finds in `src`.
pub(super) fn names(path: &Path, manifest: &RawManifest, package: &RawPackage) -> Vec<String> {
    let mut names: BTreeSet<String> =
        manifest.bin.iter().filter_map(|it| it.name.clone()).collect();
    if finds_binaries(manifest, package) {
        let directory = path.parent().unwrap_or(path);
        // A file that `[[bin]]` gives another name is not a second binary.
        let claimed: BTreeSet<_> =
            manifest.bin.iter().filter_map(|it| Some(directory.join(it.path.as_ref()?))).collect();
        let main = directory.join("src/main.rs");
        if main.is_file() && !claimed.contains(&main) {
            names.insert(package.name.clone());
        }
        for entry in fs::read_dir(directory.join("src/bin")).into_iter().flatten().flatten() {
            let path = entry.path();
            let (name, source) = match path.extension() {
                Some(extension) if extension == "rs" => (path.file_stem(), path.clone()),
                _ => (path.file_name(), path.join("main.rs")),
            };
            if let Some(name) = name.and_then(|it| it.to_str())
                && !name.starts_with('.')
                && source.is_file()
                && !claimed.contains(&source)
            {
                names.insert(name.to_owned());
            }
        }
    }
    names.into_iter().collect()
}

fn finds_binaries(manifest: &RawManifest, package: &RawPackage) -> bool {
    // The edition of 2015 found nothing beside what was declared; it is what no edition means.
    let is_2015 = match &package.edition {
        None => true,
        Some(Inheritable::Given(edition)) => edition == "2015",
        Some(Inheritable::Inherited { .. }) => false,
    };
    package.autobins.unwrap_or(!is_2015 || manifest.bin.is_empty())
}

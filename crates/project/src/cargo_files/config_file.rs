//! `.cargo/config.toml` and `.cargo/config` of one directory.
//!
//! Unlike [`crate::cargo_config`], which joins the files that hold on this machine, this keeps one
//! file as it stands: whether it reaches a build elsewhere is the very question.

use std::{collections::BTreeMap, ops::Range};

use super::{
    place::SourceText,
    tree::{self, Table, parse},
};
use crate::files::{Files, join};

/// A configuration file of Cargo.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigFile {
    /// The file.
    pub source: SourceText,
    /// The directory that `.cargo` is in.
    pub directory: String,
    /// `build.target`, where it is one.
    pub build_target: Option<(String, Range<usize>)>,
    /// `build.target-dir`, as it stands; it is relative to the directory.
    pub target_dir: Option<(String, Range<usize>)>,
    /// Every `rustflags`: of `build` and of targets, joined by spaces.
    pub rustflags: Vec<(String, Range<usize>)>,
    /// Linkers by target.
    pub linkers: BTreeMap<String, (String, Range<usize>)>,
    /// Variables of `[env]`.
    pub env: BTreeMap<String, (String, Range<usize>)>,
    /// Registries by name, with where they are.
    pub registries: BTreeMap<String, (String, Range<usize>)>,
    /// What `[source.X] replace-with` says: X and what takes its place.
    pub replacements: Vec<(String, String, Range<usize>)>,
    /// `[source.X] directory`, absolute: where vendored crates lie.
    pub vendored: Vec<(String, Range<usize>)>,
    /// Whether `net.git-fetch-with-cli` is on.
    pub git_by_cli: bool,
    /// Paths of `[patch]`, absolute, with the names of their packages.
    pub patches: Vec<(String, String, Range<usize>)>,
    /// `build.rustc-wrapper`.
    pub rustc_wrapper: Option<(String, Range<usize>)>,
    /// Names of `[alias]`.
    pub aliases: Vec<String>,
}

impl ConfigFile {
    /// Reads the file of a directory. `.cargo/config` goes before `.cargo/config.toml`, as with
    /// Cargo.
    pub fn in_directory(files: &dyn Files, directory: &str) -> Option<Self> {
        let names = [".cargo/config", ".cargo/config.toml"].into_iter();
        let source =
            names.map(|it| join(directory, it)).find_map(|it| SourceText::read(files, it))?;
        let text = source.text.clone();
        let (root, _) = parse(&text);
        Some(read(source, directory, &root))
    }
}

fn read(source: SourceText, directory: &str, root: &Table<'_>) -> ConfigFile {
    let at = |keys: &[&str], key: &str| {
        let value = tree::table_at(root, keys)?.get(key)?;
        Some((tree::as_text(value)?.to_owned(), value.span()))
    };
    let mut found = ConfigFile {
        source,
        directory: directory.to_owned(),
        build_target: at(&["build"], "target"),
        target_dir: at(&["build"], "target-dir"),
        rustflags: flags(tree::table_at(root, &["build"])).into_iter().collect(),
        linkers: BTreeMap::new(),
        env: BTreeMap::new(),
        registries: BTreeMap::new(),
        replacements: Vec::new(),
        vendored: Vec::new(),
        git_by_cli: tree::table_at(root, &["net"])
            .and_then(|it| tree::flag(it, "git-fetch-with-cli"))
            .unwrap_or(false),
        patches: Vec::new(),
        rustc_wrapper: at(&["build"], "rustc-wrapper"),
        aliases: tables(root, "alias").map(|(name, _)| name).collect(),
    };
    for (name, value) in tables(root, "target") {
        let Some(table) = tree::as_table(value) else { continue };
        found.rustflags.extend(flags(Some(table)));
        if let Some(linker) = table.get("linker")
            && let Some(text) = tree::as_text(linker)
        {
            found.linkers.insert(name, (text.to_owned(), linker.span()));
        }
    }
    for (name, value) in tables(root, "env") {
        let text = tree::as_table(value).map_or(Some(value), |it| it.get("value"));
        if let Some(text) = text.and_then(tree::as_text) {
            found.env.insert(name, (text.to_owned(), value.span()));
        }
    }
    for (name, value) in tables(root, "registries") {
        if let Some(index) = tree::as_table(value).and_then(|it| tree::text(it, "index")) {
            found.registries.insert(name, (index.to_owned(), value.span()));
        }
    }
    for (name, value) in tables(root, "source") {
        let Some(table) = tree::as_table(value) else { continue };
        if let Some(by) = table.get("replace-with")
            && let Some(text) = tree::as_text(by)
        {
            found.replacements.push((name, text.to_owned(), by.span()));
        }
        if let Some(place) = table.get("directory")
            && let Some(text) = tree::as_text(place)
        {
            found.vendored.push((join(directory, text), place.span()));
        }
    }
    for (_, value) in tables(root, "patch") {
        for (name, value) in tree::as_table(value).into_iter().flatten() {
            if let Some(path) = tree::as_table(value).and_then(|it| tree::text(it, "path")) {
                let name = name.get_ref().to_string();
                found.patches.push((name, join(directory, path), value.span()));
            }
        }
    }
    found
}

fn tables<'a, 't>(
    root: &'a Table<'t>,
    key: &str,
) -> impl Iterator<Item = (String, &'a tree::Value<'t>)> {
    let table = tree::table_at(root, &[key]);
    table.into_iter().flatten().map(|(name, value)| (name.get_ref().to_string(), value))
}

/// `rustflags`, which may be a list or one text.
fn flags(table: Option<&Table<'_>>) -> Option<(String, Range<usize>)> {
    let table = table?;
    let value = table.get("rustflags")?;
    let text = match tree::as_text(value) {
        Some(text) => text.to_owned(),
        None => tree::texts(table, "rustflags").join(" "),
    };
    Some((text, value.span()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::MemoryFiles;

    #[test]
    fn a_file_is_read_as_it_stands() {
        let text = r#"
[build]
target = "x86_64-unknown-linux-musl"
target-dir = "out"
rustflags = ["-C", "target-cpu=native"]
[target.x86_64-unknown-linux-gnu]
linker = "clang"
rustflags = "-C link-arg=-fuse-ld=mold"
[env]
SQLX_OFFLINE = "true"
ROOT = { value = "", relative = true }
[registries.ours]
index = "sparse+https://crates.example.com/"
[source.crates-io]
replace-with = "vendored-sources"
[source.vendored-sources]
directory = "vendor"
[net]
git-fetch-with-cli = true
[patch.crates-io]
a = { path = "../a" }
"#;
        let files = MemoryFiles::new([("/w/.cargo/config.toml", text)]);
        let found = ConfigFile::in_directory(&files, "/w").unwrap();
        let target = found.build_target.unwrap();
        assert_eq!(&text[target.1], "\"x86_64-unknown-linux-musl\"");
        assert_eq!(found.target_dir.unwrap().0, "out");
        assert_eq!(found.rustflags[0].0, "-C target-cpu=native");
        assert_eq!(found.rustflags[1].0, "-C link-arg=-fuse-ld=mold");
        assert_eq!(found.linkers["x86_64-unknown-linux-gnu"].0, "clang");
        assert_eq!(found.env["SQLX_OFFLINE"].0, "true");
        assert_eq!(found.env["ROOT"].0, "");
        assert!(found.registries.contains_key("ours") && found.git_by_cli);
        assert_eq!(found.replacements[0].1, "vendored-sources");
        assert_eq!(found.vendored[0].0, "/w/vendor");
        assert_eq!(found.patches[0].1, "/a");
    }

    #[test]
    fn what_is_broken_gives_what_can_be_read() {
        let files = MemoryFiles::new([("/w/.cargo/config", "[build]\ntarget = \"t\"\n[oh")]);
        let found = ConfigFile::in_directory(&files, "/w").unwrap();
        assert_eq!(found.build_target.unwrap().0, "t");
        assert_eq!(ConfigFile::in_directory(&files, "/v"), None);
    }
}

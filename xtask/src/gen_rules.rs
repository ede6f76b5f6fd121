//! Makes docs/rules: a page for each rule, and the list of all.

use std::{
    collections::BTreeMap,
    error::Error,
    ffi::OsStr,
    fs,
    path::{Path, PathBuf},
};

use plimsoll_lint::{RULES, pages};

/// Writes the pages, and removes those of rules that are no more.
pub(crate) fn write() -> Result<(), Box<dyn Error>> {
    let directory = directory();
    let pages = pages();
    fs::create_dir_all(&directory)?;
    for name in present(&directory)? {
        if !pages.contains_key(&name) {
            fs::remove_file(directory.join(name))?;
        }
    }
    for (name, text) in pages {
        fs::write(directory.join(name), text)?;
    }
    Ok(())
}

/// Every page by the name of its file.
fn pages() -> BTreeMap<String, String> {
    let page = |source: &str, text: String| {
        format!("<!-- Made from {source} by `cargo xtask gen`. -->\n\n{}\n", text.trim_end())
    };
    let mut pages = BTreeMap::new();
    pages.insert("README.md".to_owned(), page("crates/lint/src/rules", pages::index()));
    for rule in RULES {
        let source = format!("crates/lint/src/rules/{}.rs", rule.name.replace('-', "_"));
        pages.insert(format!("{}.md", rule.name), page(&source, pages::page(rule)));
    }
    pages
}

/// The pages that are there.
fn present(directory: &Path) -> Result<Vec<String>, Box<dyn Error>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(directory)? {
        let path = entry?.path();
        if let (Some(name), Some("md")) =
            (path.file_name(), path.extension().and_then(OsStr::to_str))
        {
            names.push(name.to_string_lossy().into_owned());
        }
    }
    names.sort();
    Ok(names)
}

fn directory() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/rules")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pages_of_rules_are_current() {
        let directory = directory();
        let pages = pages();
        for (name, text) in &pages {
            let there = fs::read_to_string(directory.join(name)).unwrap_or_default();
            assert!(there == *text, "docs/rules/{name} is not current: run `cargo xtask gen`");
        }
        let more: Vec<_> = present(&directory).unwrap();
        let more: Vec<_> = more.iter().filter(|it| !pages.contains_key(*it)).collect();
        assert!(more.is_empty(), "of rules that are no more: {more:?}; run `cargo xtask gen`");
    }
}

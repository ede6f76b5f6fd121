//! Which Rust builds the workspace.

use plimsoll_project::cargo_files::CargoWorkspace;

use super::{Rust, Wanted};

/// The newest stable Rust that this program knows of.
const NEWEST: &str = "1.95";
/// Cargo's lock files by version, with the first Rust that reads them.
const LOCK_FILES: [(u32, &str); 2] = [(4, "1.78"), (3, "1.53")];
/// Editions with the first Rust that has them.
const EDITIONS: [(&str, &str); 3] = [("2024", "1.85"), ("2021", "1.56"), ("2018", "1.31")];

/// Chooses the Rust to build with.
pub(super) fn of(workspace: &CargoWorkspace, wanted: &Wanted, notes: &mut Vec<String>) -> Rust {
    let file = workspace.toolchain();
    let has_toolchain_file = file.is_some();
    let (least, why) = least(workspace);
    let channel = file.and_then(|it| it.channel.as_ref()).map(|it| channel(&it.0));
    let file_name = file.map_or("", |it| it.source.path.rsplit('/').next().unwrap_or_default());
    if file.is_some_and(|it| it.path.is_some()) {
        notes.push(format!("{file_name} names a toolchain of this machine, which no builder has"));
    }
    match channel {
        Some(channel) if is_version(channel) && is_before(channel, &least) => {
            notes.push(format!(
                "{file_name} asks for Rust {channel}, and {why} for {least} at least"
            ));
            return Rust { version: least, reason: why, has_toolchain_file };
        }
        Some(channel) if channel != "stable" => {
            let (version, reason) = (channel.to_owned(), file_name.to_owned());
            return Rust { version, reason, has_toolchain_file };
        }
        _ => {}
    }
    let own = wanted.rustc.as_deref().filter(|it| is_version(it) && !is_before(it, &least));
    let (version, reason) = match own {
        Some(own) => (own.to_owned(), format!("rustc {own} of this machine")),
        None if is_before(NEWEST, &least) => (least, why),
        None => (NEWEST.to_owned(), "newest known release".to_owned()),
    };
    Rust { version, reason, has_toolchain_file }
}

/// `1.85.0` of `1.85.0-x86_64-unknown-linux-gnu`; `nightly-2025-01-01` of the same with a triple.
fn channel(text: &str) -> &str {
    let at = ["-x86_64-", "-aarch64-", "-i686-", "-arm"].iter().find_map(|it| text.find(it));
    at.and_then(|it| text.get(..it)).unwrap_or(text)
}

/// The oldest Rust that the workspace may be built with, and what says so.
fn least(workspace: &CargoWorkspace) -> (String, String) {
    let mut found = ("1.0".to_owned(), String::new());
    let mut raise = |version: &str, why: &dyn Fn() -> String| {
        if is_version(version) && is_before(&found.0, version) {
            found = (version.to_owned(), why());
        }
    };
    for member in &workspace.members {
        if let Some(stated) = &member.rust_version {
            raise(&stated.value, &|| format!("rust-version of `{}`", member.name));
        }
        let edition = member.edition.as_ref().map_or("2015", |it| &it.value);
        if let Some((_, first)) = EDITIONS.iter().find(|(it, _)| *it == edition) {
            raise(first, &|| format!("edition {edition} of `{}`", member.name));
        }
    }
    let lock = workspace.lock.as_ref().and_then(|it| it.version.as_ref());
    if let Some((_, first)) =
        LOCK_FILES.iter().find(|(it, _)| lock.is_some_and(|lock| lock.0 == *it))
    {
        raise(first, &|| "Cargo.lock".to_owned());
    }
    found
}

fn is_version(text: &str) -> bool {
    let mut parts = text.split('.');
    let count = text.split('.').count();
    (2..=3).contains(&count)
        && parts.all(|it| !it.is_empty() && it.bytes().all(|it| it.is_ascii_digit()))
}

fn is_before(version: &str, other: &str) -> bool {
    let parts =
        |it: &str| -> Vec<u32> { it.split('.').map(|it| it.parse().unwrap_or(0)).collect() };
    let (mut a, mut b) = (parts(version), parts(other));
    // `1.85` is a row of releases, of which the newest is taken.
    if a.len() == 2 {
        a.push(u32::MAX);
    }
    b.resize(3, 0);
    a < b
}

#[cfg(test)]
mod tests {
    use plimsoll_project::files::MemoryFiles;

    use super::*;

    fn rust(toolchain: &str, package: &str, rustc: Option<&str>) -> (String, String, usize) {
        let manifest = format!("[package]\nname = \"a\"\n{package}");
        let mut files = MemoryFiles::new([("/w/Cargo.toml", &*manifest), ("/w/src/main.rs", "")]);
        if !toolchain.is_empty() {
            files.insert("/w/rust-toolchain", toolchain);
        }
        let workspace = CargoWorkspace::find(&files, "/w").unwrap();
        let wanted = Wanted { rustc: rustc.map(str::to_owned), ..Wanted::default() };
        let mut notes = Vec::new();
        let found = of(&workspace, &wanted, &mut notes);
        assert_eq!(found.has_toolchain_file, !toolchain.is_empty());
        (found.version, found.reason, notes.len())
    }

    #[test]
    fn the_toolchain_file_says_which() {
        let file = "rust-toolchain".to_owned();
        for (toolchain, version) in [
            ("1.85.1", "1.85.1"),
            ("1.90", "1.90"),
            ("1.85.0-x86_64-unknown-linux-gnu", "1.85.0"),
            ("nightly-2025-01-01", "nightly-2025-01-01"),
            ("nightly-2025-01-01-aarch64-unknown-linux-gnu", "nightly-2025-01-01"),
            ("nightly", "nightly"),
            ("beta", "beta"),
        ] {
            let found = rust(toolchain, "edition = \"2024\"\n", Some("1.94.0"));
            assert_eq!(found, (version.to_owned(), file.clone(), 0), "{toolchain}");
        }
        let old = rust("1.70.0", "edition = \"2024\"\n", None);
        assert_eq!((&*old.0, &*old.1, old.2), ("1.85", "edition 2024 of `a`", 1));
    }

    #[test]
    fn else_this_machines_rust_or_the_newest_is_taken() {
        assert_eq!(rust("", "", Some("1.93.1")).0, "1.93.1");
        assert_eq!(rust("stable", "", Some("1.93.1")).1, "rustc 1.93.1 of this machine");
        assert_eq!(rust("", "rust-version = \"1.94\"\n", Some("1.93.1")).0, NEWEST);
        assert_eq!(rust("", "rust-version = \"1.96.1\"\n", Some("1.93.1")).0, "1.96.1");
        assert_eq!(rust("", "", Some("1.97.0-nightly")).0, NEWEST);
    }
}

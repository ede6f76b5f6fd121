//! What Cargo, rustc and rustup refuse.

use super::{Cause, between, word_after};

pub(super) fn of(line: &str) -> Option<Cause> {
    lock(line).or_else(|| rust(line)).or_else(|| target(line)).or_else(|| others(line))
}

fn lock(line: &str) -> Option<Cause> {
    let is_about_lock = line.contains("lock file") || line.contains("Cargo.lock");
    if !is_about_lock {
        return None;
    }
    let forbidden = line.contains("--locked was passed") || line.contains("--frozen was passed");
    if forbidden && (line.contains("cannot create") || line.contains("does not exist")) {
        return Some(Cause::LockMissing);
    }
    if forbidden && (line.contains("needs to be updated") || line.contains("cannot update")) {
        return Some(Cause::LockOutdated);
    }
    // Both forms: `lock file version 4 requires …` and `lock file version `4` was found, but …`.
    let unknown = line.contains("-Znext-lockfile-bump")
        || line.contains("but this version of Cargo does not understand this lock file");
    unknown.then_some(Cause::LockTooNew)
}

fn rust(line: &str) -> Option<Cause> {
    // `package `a v1.0.0` cannot be built because it requires rustc 1.90 or newer`.
    if let Some(needed) = word_after(line, "because it requires rustc ") {
        let who = between(line, "package `", "`").unwrap_or("a package");
        return Some(Cause::RustTooOld {
            who: format!("the package {who}"),
            needed: Some(needed.to_owned()),
        });
    }
    // `rustc 1.70.0 is not supported by the following packages:`, then `a@1.0.0 requires rustc 1.90`.
    if let Some((who, needed)) = line.trim().split_once(" requires rustc ") {
        let is_package = who.contains('@') && !who.contains(' ');
        return is_package.then(|| Cause::RustTooOld {
            who: format!("the package {}", who.replace('@', " ")),
            needed: needed.split_whitespace().next().map(str::to_owned),
        });
    }
    let edition = between(line, "feature `edition", "` is required")
        .or_else(|| between(line, "this version of Cargo is older than the `", "` edition"));
    if let Some(edition) = edition {
        let needed = match edition {
            "2024" => Some("1.85"),
            "2021" => Some("1.56"),
            _ => None,
        };
        return Some(Cause::RustTooOld {
            who: format!("edition {edition}"),
            needed: needed.map(str::to_owned),
        });
    }
    // rustup: `error: toolchain '1.70-…' is not installed`.
    if let Some(name) = between(line, "toolchain '", "' is not installed") {
        return Some(Cause::Toolchain { name: name.to_owned() });
    }
    None
}

/// A target whose standard library is missing, by its name.
pub(super) fn named_target(line: &str) -> Option<Cause> {
    let triple = between(line, "the `", "` target may not be installed")?;
    Some(Cause::Target { triple: triple.to_owned() })
}

fn target(line: &str) -> Option<Cause> {
    if let Some(named) = named_target(line) {
        return Some(named);
    }
    // Older compilers name the target in a line that may be lost.
    ["std", "core"]
        .iter()
        .any(|it| line.contains("E0463") && line.ends_with(&format!("can't find crate for `{it}`")))
        .then(|| Cause::Target { triple: String::new() })
}

fn others(line: &str) -> Option<Cause> {
    const NO_SUCH: [&str; 8] = [
        "no bin target named",
        "no example target named",
        "package ID specification `",
        "can't find ",
        "failed to load manifest for workspace member",
        "could not find `Cargo.toml`",
        "couldn't read ",
        "failed to parse manifest at",
    ];
    if line.contains("`-C embed-bitcode=no` and `-C lto` are incompatible") {
        return Some(Cause::EmbedBitcode);
    }
    if line.contains("set `DATABASE_URL` to use query macros online")
        || line.contains("`SQLX_OFFLINE=true` but there is no cached data for this query")
    {
        return Some(Cause::SqlxOffline);
    }
    let error = line.strip_prefix("error: ")?;
    let is_one = NO_SUCH.iter().any(|it| error.starts_with(it))
        && (!error.starts_with("package ID") || error.contains("did not match any packages"));
    is_one.then(|| Cause::NoSuchTarget { message: error.trim_end_matches('.').to_owned() })
}

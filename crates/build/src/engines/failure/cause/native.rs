//! Libraries, headers and programs that a crate needs of the builder.

use super::{Cause, Missing, between, word_after};

pub(super) fn of(line: &str, before: &[String]) -> Option<Cause> {
    let what = program(line).or_else(|| library(line)).or_else(|| header(line))?;
    Some(Cause::Missing { what, crate_name: crate_of(line, before) })
}

fn program(line: &str) -> Option<Missing> {
    let named = |name: &str| Some(Missing::Program(name.to_owned()));
    if let Some(name) = between(line, "linker `", "` not found") {
        return named(name);
    }
    if line.contains("failed to find tool") {
        return named(word_after(line, "failed to find tool")?);
    }
    if let Some(name) = between(line, "is `", "` not installed?") {
        return named(name);
    }
    if line.contains("Could not find `protoc`") || line.contains("protoc failed: program not found")
    {
        return named("protoc");
    }
    if line.contains("Unable to find libclang")
        || line.contains("couldn't find any valid shared libraries matching: ['libclang")
    {
        return named("clang");
    }
    if line.contains("Could not run `PKG_CONFIG")
        || line.contains("pkg-config command could not be found")
    {
        return named("pkg-config");
    }
    // A shell: `/bin/sh: 1: cmake: not found`, `sh: cmake: command not found`.
    let rest =
        line.strip_suffix(": not found").or_else(|| line.strip_suffix(": command not found"))?;
    let is_shell =
        |it: &str| ["/bin/sh", "sh", "bash", "/bin/bash", "/bin/ash", "ash"].contains(&it);
    let (shell, name) = rest.split_once(": ")?;
    let name = name.rsplit(": ").next()?;
    (is_shell(shell) && !name.contains(' ')).then(|| Missing::Program(name.to_owned()))
}

fn library(line: &str) -> Option<Missing> {
    if let Some(name) = between(line, "The system library `", "` required by crate") {
        return Some(Missing::Package(name.to_owned()));
    }
    if line.contains("Could not find directory of OpenSSL installation")
        || line.contains("Could not find openssl via pkg-config")
    {
        return Some(Missing::Package("openssl".to_owned()));
    }
    if let Some(name) = between(line, "No package '", "' found") {
        return Some(Missing::Package(name.to_owned()));
    }
    if let Some(name) = between(line, "Package ", " was not found in the pkg-config search path") {
        return Some(Missing::Package(name.trim_matches(['\'', '`']).to_owned()));
    }
    // GNU ld, gold, lld and mold.
    for before in [
        "cannot find -l",
        "unable to find library -l",
        "library not found: ",
        "could not find native static library `",
    ] {
        if let Some(name) = word_after(line, before) {
            return Some(Missing::Library(name.to_owned()));
        }
    }
    None
}

fn header(line: &str) -> Option<Missing> {
    let rest = line.split_once("fatal error: ")?.1;
    let name = rest
        .strip_suffix(": No such file or directory")
        .or_else(|| between(rest, "'", "' file not found"))?;
    Some(Missing::Header(name.to_owned()))
}

/// The crate: named in the line, or by Cargo before it.
fn crate_of(line: &str, before: &[String]) -> Option<String> {
    if let Some(name) = between(line, "required by crate `", "`") {
        return Some(name.to_owned());
    }
    // Cargo shows the output of a build script below this; nearer than any other crate's.
    let near = before.iter().rev().take(400);
    let mut named = near.filter_map(|it| {
        let command = between(it, "failed to run custom build command for `", "`");
        let name = command.or_else(|| between(it, "could not compile `", "`"))?;
        name.split_whitespace().next()
    });
    named.next().map(str::to_owned)
}

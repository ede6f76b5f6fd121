//! What crates of others need of the system.

use plimsoll_lint::{
    bases::PackageManager,
    libraries::{
        Library,
        compiled::Compiled,
        native::{Needed, needs, program_named},
    },
};
use plimsoll_project::cargo_files::LockedPackage;

use super::Native;

/// Crates of which code in C++ is compiled, beside those that `cxx` shows.
const CPP: [&str; 16] = [
    "boring-sys",
    "boring-sys2",
    "esaxx-rs",
    "faiss-sys",
    "geos-src",
    "grpcio-sys",
    "libduckdb-sys",
    "link-cplusplus",
    "llama-cpp-sys-2",
    "onnxruntime-sys",
    "protobuf-src",
    "sentencepiece-sys",
    "snmalloc-sys",
    "whisper-rs-sys",
    "z3-sys",
    "zeromq-src",
];
/// Crates that run protoc for others, and need none themselves.
const GENERATORS: [&str; 9] = [
    "prost-build",
    "tonic-build",
    "tonic-prost-build",
    "prost-reflect-build",
    "prost-wkt-build",
    "pbjson-build",
    "tonic-buf-build",
    "protox",
    "grpcio-compiler",
];
/// Crates that bring protoc, or do without it.
pub(super) const PROTOC_AT_HAND: [&str; 6] = [
    "protobuf-src",
    "protoc-bin-vendored",
    "protox",
    "protobuf-parse-pure",
    "protoc-prebuilt",
    "dlprotoc",
];

/// What the crates of a build need.
pub(super) fn of_crates(compiled: &Compiled<'_>) -> Vec<Native> {
    let mut found = Vec::new();
    for need in needs() {
        let gone = |it: &plimsoll_lint::libraries::compiled::Asked<'_>| {
            it.features.iter().any(|feature| need.goes_with(&it.dependency.package, feature))
        };
        if compiled.asked.iter().any(gone) {
            continue;
        }
        let locked = compiled.packages().filter(|it| it.name == need.crate_name);
        let holds = locked.map(|it| need.holds(|on| compiled.depends(it, on)));
        let is_needed = holds.reduce(|a, b| a || b).unwrap_or_else(|| {
            // Without a lock file, what the crate depends on is not known.
            compiled.has(need.crate_name) && need.holds(|on| compiled.has(on))
        });
        if is_needed {
            found.push(match need.what {
                Needed::Library(it) => library(need.crate_name, it),
                Needed::Program(it) => program(need.crate_name, it.name),
            });
        }
    }
    for package in compiled.packages() {
        found.extend(compiler(compiled, package));
    }
    // What bindgen needs was found under its own name, or under that of who asks for it.
    found
}

/// What a crate compiles that is not written in Rust, and what it generates code with.
fn compiler(compiled: &Compiled<'_>, package: &LockedPackage) -> Vec<Native> {
    let name = &*package.name;
    let on = |it: &str| compiled.depends(package, it);
    let mut found = Vec::new();
    // Two are how others compile, and one compiles something on Android alone.
    if matches!(name, "cmake" | "cxx-build" | "backtrace") {
        return found;
    }
    if CPP.contains(&name) || on("cxx-build") || on("link-cplusplus") {
        found.push(program(name, "c++"));
    } else if on("cc") || on("cmake") {
        found.push(program(name, "c"));
    }
    // It brings what cmake would make, since 0.15.
    let has_own_list = name == "aws-lc-sys" && !is_before(&package.version, (0, 15));
    if on("cmake") && !has_own_list {
        found.push(program(name, "cmake"));
    }
    let generates = on("prost-build") || on("tonic-build") || on("tonic-prost-build");
    let has_protoc = PROTOC_AT_HAND.iter().any(|it| on(it));
    if generates && !has_protoc && !GENERATORS.contains(&name) && !compiled_member(compiled, name) {
        found.push(program(name, "protoc"));
    }
    found
}

fn compiled_member(compiled: &Compiled<'_>, name: &str) -> bool {
    compiled.members.iter().any(|it| it.name == name)
}

fn is_before(version: &str, limit: (u32, u32)) -> bool {
    let mut parts = version.split('.').map(|it| it.parse::<u32>().unwrap_or(u32::MAX));
    (parts.next().unwrap_or(0), parts.next().unwrap_or(0)) < limit
}

/// A need for a library, which programs load when they run.
pub(super) fn library(crate_name: &str, library: &Library) -> Native {
    let one = |it: Option<&str>| it.map(str::to_owned).into_iter().collect();
    let is_linked = library.is_linked();
    Native {
        crate_name: crate_name.to_owned(),
        what: library.name.to_owned(),
        apt_build: one(library.build_package(PackageManager::Apt)),
        apt_run: run_packages(library),
        apk_build: one(library.build_package(PackageManager::Apk)),
        apk_run: one(library.run_package(PackageManager::Apk).filter(|_| is_linked)),
        linked: is_linked,
        tool: !is_linked,
    }
}

fn run_packages(library: &Library) -> Vec<String> {
    let package = library.run_package(PackageManager::Apt).filter(|_| library.is_linked());
    package.map(str::to_owned).into_iter().collect()
}

/// A need for a program of the builder; `c` and `c++` are those that compile for the target.
pub(super) fn program(crate_name: &str, name: &str) -> Native {
    let package = |manager| {
        let found = program_named(name).and_then(|it| it.package(manager));
        found.map(str::to_owned).into_iter().collect::<Vec<_>>()
    };
    let is_compiler = matches!(name, "c" | "c++");
    let mut apk_build = package(PackageManager::Apk);
    let mut apt_build = package(PackageManager::Apt);
    if name == "c" {
        // Headers of the C library come with none of the compilers.
        apt_build.push("libc6-dev".to_owned());
        apk_build.push("musl-dev".to_owned());
    }
    if name == "protoc" {
        // The types that protocols import, such as `google/protobuf/timestamp.proto`.
        apt_build.push("libprotobuf-dev".to_owned());
        apk_build.push("protobuf-dev".to_owned());
    }
    Native {
        crate_name: crate_name.to_owned(),
        what: name.to_owned(),
        apt_build,
        apt_run: Vec::new(),
        apk_build,
        apk_run: Vec::new(),
        linked: false,
        tool: !is_compiler,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn protoc_comes_with_the_types_that_protocols_import() {
        let protoc = program("prost-build", "protoc");
        assert_eq!(protoc.apt_build, ["protobuf-compiler", "libprotobuf-dev"]);
        assert_eq!(protoc.apk_build, ["protoc", "protobuf-dev"]);
    }
}

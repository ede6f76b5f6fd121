//! What the build scripts of the workspace's own packages need of the system.

use plimsoll_lint::libraries::{self, compiled::Compiled};
use plimsoll_project::{
    cargo_files::{Code, DependencyKind, Member},
    files::Files,
};

use super::{
    Native,
    table::{PROTOC_AT_HAND, library, program},
};

/// What members' build scripts need.
pub(super) fn of_members(files: &dyn Files, compiled: &Compiled<'_>) -> Vec<Native> {
    let mut found = Vec::new();
    for member in &compiled.members {
        let script = member.build_script.as_ref().and_then(|it| files.text(it));
        if let Some(script) = script {
            of_script(compiled, member, &script, &mut found);
        }
    }
    found
}

fn of_script(compiled: &Compiled<'_>, member: &Member, script: &str, found: &mut Vec<Native>) {
    let asked: Vec<&str> = compiled
        .asked
        .iter()
        .filter(|it| it.member.name == member.name && it.dependency.kind == DependencyKind::Build)
        .map(|it| &*it.dependency.package)
        .collect();
    let on = |it: &str| asked.contains(&it);
    let code = Code::new(script, &member.features.keys().cloned().collect());
    let says = |word: &str| code.places_of(word).next().is_some();
    let mut need = |name: &str| found.push(program(&member.name, name));
    let texts = || (0..code.tokens().len()).filter_map(|it| code.literal(it));
    let is_cpp = on("cxx-build")
        || code.places_of("cpp").any(|it| code.is_row(it, "cpp ( true"))
        || texts().any(|it| [".cpp", ".cc", ".cxx"].iter().any(|end| it.ends_with(end)));
    if (on("cc") && says("cc") || on("cxx-build") || on("cmake") || on("autotools")) && is_cpp {
        need("c++");
    } else if on("cc") && says("cc") || on("cmake") || on("autotools") {
        need("c");
    }
    if on("cmake") {
        need("cmake");
    }
    if on("autotools") {
        need("make");
    }
    if on("bindgen") && says("bindgen") {
        need("clang");
    }
    let generates =
        ["prost-build", "tonic-build", "tonic-prost-build", "protobuf-codegen", "pbjson-build"];
    let runs_protoc = generates.iter().any(|it| on(it) && says(&it.replace('-', "_")))
        && !says("compile_fds")
        && !says("skip_protoc_run")
        && !says("pure")
        && !PROTOC_AT_HAND.iter().any(|it| on(it));
    if runs_protoc {
        need("protoc");
    }
    links(&code, member, found);
}

/// Libraries that the script looks for, or has the linker take.
fn links(code: &Code<'_>, member: &Member, found: &mut Vec<Native>) {
    for at in 0..code.tokens().len() {
        let Some(text) = code.literal(at) else { continue };
        let is_probe = at >= 2
            && code.is_sign(at - 1, b'(')
            && matches!(code.word(at - 2), Some("probe" | "probe_library"));
        let line = text.trim_start_matches("cargo:").trim_start_matches(':');
        let linked = line.strip_prefix("rustc-link-lib=").filter(|it| !it.starts_with("static"));
        let linked = linked.map(|it| it.trim_start_matches("dylib="));
        let named = if is_probe { Some(text) } else { linked };
        let Some(name) = named else { continue };
        let name = match name {
            "openssl" | "libssl" | "libcrypto" | "crypto" => "ssl",
            "zlib" => "z",
            it => it,
        };
        let known = libraries::all().iter().filter(|it| it.is_linked());
        let known = known.filter(|it| it.name == name || name.strip_prefix("lib") == Some(it.name));
        for it in known.take(1) {
            found.push(library(&member.name, it));
            if is_probe {
                found.push(program(&member.name, "pkg-config"));
            }
        }
    }
}

//! The packages that a base needs for a program.

use std::collections::BTreeSet;

use plimsoll_lint::bases;

use super::{
    Linking,
    foundation::{CPP, is_held, is_loaded},
};
use crate::{
    args::init::Base,
    init::{images::Images, survey::Program},
};

/// What has to be installed for a program, sorted.
pub(super) fn of(program: &Program, base: Base, linking: Linking, images: &Images) -> Vec<String> {
    let Some(image) = &images.base else { return Vec::new() };
    let (name, tag) = image.name.rsplit_once(':').unwrap_or((&image.name, "latest"));
    let described = bases::describe(name, Some(tag), None);
    let mut packages = BTreeSet::new();
    let missing = program
        .native
        .iter()
        .filter(|it| is_loaded(it) && !described.as_ref().is_some_and(|base| is_held(it, base)));
    for native in missing {
        match base {
            Base::Debian => {
                let named = native.apt_run.iter().map(|it| on_debian(it, &images.release));
                packages.extend(named.map(str::to_owned));
            }
            Base::Alpine if native.what == CPP => {
                packages.insert("libstdc++".to_owned());
            }
            Base::Alpine => packages.extend(native.apk_run.iter().cloned()),
            Base::Scratch | Base::Distroless => {}
        }
    }
    // Rust unwinds by it in what isn't static; a builder has it by its compiler.
    if linking == Linking::Alpine {
        packages.insert("libgcc".to_owned());
    }
    if base == Base::Debian && program.needs_certificates {
        packages.insert("ca-certificates".to_owned());
    }
    packages.into_iter().collect()
}

/// The package with the library alone, where the table recommends one with programs, too.
fn on_debian<'p>(package: &'p str, release: &str) -> &'p str {
    match (package, release) {
        ("openssl", "bookworm") => "libssl3",
        ("openssl", _) => "libssl3t64",
        _ => package,
    }
}

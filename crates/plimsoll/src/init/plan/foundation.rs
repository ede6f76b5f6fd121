//! What the programs stand on, and how they are linked: by what their crates need of the system.

use plimsoll_lint::{
    bases::{self, Description},
    libraries::{self, Library},
};

use super::{Linking, PlanError};
use crate::{
    args::init::Base,
    init::{
        images::{DEBIAN, Debian, Standing},
        survey::{Native, Survey},
    },
};

/// The foundation of an image.
#[derive(Clone, Debug)]
pub(super) struct Foundation {
    pub(super) base: Base,
    pub(super) reason: String,
    pub(super) linking: Linking,
    pub(super) standing: Standing,
    /// The releases of Debian that have what is needed.
    pub(super) releases: Vec<Debian>,
}

/// Chooses the foundation, or looks whether the one that is asked for can hold.
pub(super) fn choose(survey: &Survey, asked: Option<Base>) -> Result<Foundation, PlanError> {
    let needs = Needs::of(survey);
    let distroless = needs.releases_of_distroless();
    let is_static = needs.loads.is_empty();
    let foundation = |base, reason: String, linking, standing| Foundation {
        base,
        reason,
        linking,
        standing,
        releases: DEBIAN.to_vec(),
    };
    let on_distroless = |reason| {
        let found =
            foundation(Base::Distroless, reason, Linking::Debian, Standing::Distroless("cc"));
        Foundation { releases: distroless.clone(), ..found }
    };
    let asked_for = || "it was asked for".to_owned();
    let lacks = |base, instead| PlanError::BaseLacks { base, lacks: needs.in_words(), instead };
    Ok(match asked {
        None if is_static => {
            let reason = needs.why_static(survey);
            foundation(Base::Scratch, reason, Linking::Static, Standing::Scratch)
        }
        None if !distroless.is_empty() => {
            on_distroless(format!("{}, which distroless has", needs.briefly()))
        }
        None => {
            let reason = format!("{}, which Debian has as packages", needs.briefly());
            foundation(Base::Debian, reason, Linking::Debian, Standing::Debian)
        }
        Some(Base::Scratch) if is_static => {
            foundation(Base::Scratch, asked_for(), Linking::Static, Standing::Scratch)
        }
        Some(Base::Scratch) if distroless.is_empty() => {
            return Err(lacks(Base::Scratch, Base::Debian));
        }
        Some(Base::Scratch) => return Err(lacks(Base::Scratch, Base::Distroless)),
        Some(Base::Distroless) if is_static => {
            let standing = Standing::Distroless("static");
            foundation(Base::Distroless, asked_for(), Linking::Static, standing)
        }
        Some(Base::Distroless) if distroless.is_empty() => {
            return Err(lacks(Base::Distroless, Base::Debian));
        }
        Some(Base::Distroless) => on_distroless(asked_for()),
        Some(Base::Alpine) if is_static => {
            foundation(Base::Alpine, asked_for(), Linking::Static, Standing::Alpine)
        }
        Some(Base::Alpine) => {
            foundation(Base::Alpine, asked_for(), Linking::Alpine, Standing::Alpine)
        }
        Some(Base::Debian) => {
            foundation(Base::Debian, asked_for(), Linking::Debian, Standing::Debian)
        }
    })
}

/// What programs load when they run.
#[derive(Debug)]
struct Needs<'s> {
    loads: Vec<&'s Native>,
}

impl<'s> Needs<'s> {
    fn of(survey: &'s Survey) -> Self {
        let mut loads: Vec<&Native> =
            survey.programs.iter().flat_map(|it| &it.native).filter(|it| is_loaded(it)).collect();
        loads.sort_by(|a, b| (&a.what, &a.crate_name).cmp(&(&b.what, &b.crate_name)));
        loads.dedup();
        Self { loads }
    }

    /// The releases of distroless that have all of it.
    fn releases_of_distroless(&self) -> Vec<Debian> {
        let has_all = |release: &Debian| {
            let name = release.distroless_name("cc");
            let Some(base) = bases::describe(&name, Some("nonroot"), None) else { return false };
            self.loads.iter().all(|it| is_held(it, &base))
        };
        DEBIAN.into_iter().filter(has_all).collect()
    }

    /// `openssl-sys links libssl, which the program loads when it runs`, for each.
    fn in_words(&self) -> Vec<String> {
        let words = |it: &&Native| {
            if it.what == CPP {
                return format!("{} compiles C++, whose library is loaded", it.crate_name);
            }
            format!("{} links {}, which is loaded when it runs", it.crate_name, library_name(it))
        };
        let mut found: Vec<String> = self.loads.iter().map(words).collect();
        found.dedup();
        found
    }

    /// `openssl-sys needs libssl`.
    fn briefly(&self) -> String {
        let words = |it: &&Native| format!("{} needs {}", it.crate_name, library_name(it));
        let mut found: Vec<String> = self.loads.iter().map(words).collect();
        found.dedup();
        found.join(", ")
    }

    fn why_static(&self, survey: &Survey) -> String {
        let compiled = |it: &&Native| !it.tool && !it.linked && !self.loads.contains(it);
        let natives = survey.programs.iter().flat_map(|it| &it.native);
        let mut crates: Vec<&str> =
            natives.filter(compiled).map(|it| it.crate_name.as_str()).collect();
        crates.sort_unstable();
        crates.dedup();
        match &*crates {
            [] => "all of it is Rust, which can be linked statically".to_owned(),
            [only] => format!("all of it can be linked statically, the C code of {only} as well"),
            _ => {
                let crates = crates.join(", ");
                format!("all of it can be linked statically, the C code of {crates} as well")
            }
        }
    }
}

/// The compiler of C++, the library of which programs load.
pub(super) const CPP: &str = "c++";

/// Whether programs load a library because of it.
pub(super) fn is_loaded(native: &Native) -> bool {
    !native.tool && (native.linked || native.what == CPP)
}

/// Whether a base has what is loaded.
pub(super) fn is_held(native: &Native, base: &Description<'_>) -> bool {
    // It comes with the image `cc`, and with apt. Alpine has it as a package.
    if native.what == CPP {
        return base.family != bases::Family::Alpine;
    }
    library(native).and_then(|it| it.is_held_by(base)) == Some(true)
}

fn library(native: &Native) -> Option<&'static Library> {
    libraries::all().iter().find(|it| it.name == native.what)
}

fn library_name(native: &Native) -> String {
    if native.what == CPP { "libstdc++".to_owned() } else { format!("lib{}", native.what) }
}

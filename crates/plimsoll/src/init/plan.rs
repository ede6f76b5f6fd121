//! What will be written, decided: everything that templates see.

mod error;
mod foundation;
mod packages;
mod repository;
#[cfg(test)]
pub(crate) mod sample;
mod targets;
#[cfg(test)]
mod tests;

pub(crate) use error::{PlanError, base_name};

use plimsoll_image::{Platform, Reference};
use serde::Serialize;

use self::foundation::Foundation;
use super::{
    images::{Finder, Images, WantedImages},
    survey::{Program, Survey},
};
use crate::args::init::{Base, CiSystem};

/// The decisions. Serialised as it is, it is what templates see.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Plan {
    /// The workspace.
    pub(crate) survey: Survey,
    /// What the image stands on, and why, a sentence without its full stop.
    pub(crate) base: Base,
    pub(crate) base_reason: String,
    /// What was typed, as keys and values of `[init]` in the settings.
    pub(crate) kept: Vec<(&'static str, String)>,
    /// How programs are linked.
    pub(crate) linking: Linking,
    /// The images that are named.
    pub(crate) images: Images,
    /// The targets of the Dockerfile, one for each program, the default one first.
    pub(crate) targets: Vec<Target>,
    /// `linux/amd64`, `linux/arm64`.
    pub(crate) platforms: Vec<String>,
    /// Where CI pushes to, without a tag.
    pub(crate) repository: String,
    pub(crate) ci: CiSystem,
    /// What the user should know, for the summary.
    pub(crate) notes: Vec<String>,
}

/// How programs are linked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Linking {
    /// Statically: with musl, or with glibc where the builder has no musl target to offer.
    Static,
    /// To Debian's glibc and libraries.
    Debian,
    /// To Alpine's musl and libraries, in a builder of the target's own platform.
    Alpine,
}

/// One program of the Dockerfile.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Target {
    /// The name of the stage: that of the program.
    pub(crate) stage: String,
    /// The program.
    pub(crate) program: Program,
    /// Where the program lies in the image: `/usr/local/bin/NAME`.
    pub(crate) path: String,
    /// Whether tini is process 1.
    pub(crate) tini: bool,
    /// How its health is asked.
    pub(crate) probe: Probe,
    /// Packages of the base's package manager to install.
    pub(crate) packages: Vec<String>,
}

/// How `HEALTHCHECK` asks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "by")]
pub(crate) enum Probe {
    /// By the program itself.
    Itself {
        /// Its arguments.
        arguments: Vec<String>,
    },
    /// By the static probe that the builder compiles of a file which `init` writes.
    Static {
        /// `["/usr/local/bin/healthcheck", "http://127.0.0.1:3000/healthz"]`.
        command: Vec<String>,
    },
    /// Not at all, and why.
    None {
        /// A sentence without its full stop.
        reason: String,
    },
}

/// What the user asks for, beside what the survey was asked.
#[derive(Clone, Debug, Default)]
pub(crate) struct Options {
    /// `--base`; the survey decides without.
    pub(crate) base: Option<Base>,
    /// `--builder`.
    pub(crate) builder: Option<Reference>,
    /// `--platform`; none for linux/amd64 and linux/arm64.
    pub(crate) platforms: Vec<Platform>,
    /// `--image`; the git remote decides without.
    pub(crate) image: Option<Reference>,
    /// `--ci`; the git remote decides without.
    pub(crate) ci: Option<CiSystem>,
    /// What was typed of all that, as keys and values of `[init]`.
    pub(crate) kept: Vec<(&'static str, String)>,
}

impl Plan {
    /// Decides, and finds the images.
    ///
    /// Digests that are new stand in `finder.lock()` afterwards, and nowhere else: whoever writes the
    /// files writes them to plimsoll.lock. The notes are the plan's own; the survey has others.
    pub(crate) fn decide(
        survey: Survey,
        options: &Options,
        finder: &mut Finder,
    ) -> Result<Self, PlanError> {
        if survey.programs.is_empty() {
            return Err(PlanError::NoProgram(survey.name));
        }
        let platforms = platforms(&options.platforms)?;
        let Foundation { base, reason, linking, standing, releases } =
            foundation::choose(&survey, options.base)?;
        let services = survey.programs.iter().flat_map(|it| &it.services);
        let wanted = WantedImages {
            rust: &survey.rust,
            builder: options.builder.as_ref(),
            standing,
            builds_on_alpine: linking == Linking::Alpine,
            releases: &releases,
            services: services.map(|it| it.kind).collect(),
        };
        let images = Images::find(&wanted, finder)?;
        let mut notes = finder.notes().to_vec();
        let ci = options.ci.unwrap_or_else(|| repository::ci(&survey));
        let repository = if let Some(image) = &options.image {
            let repository = image.repository.clone();
            Reference { repository, tag: None, digest: None }.to_string()
        } else {
            let (name, is_guess) = repository::of(&survey, ci);
            if is_guess {
                notes.push(format!("CI pushes to {name}, which is a guess; `--image` says better"));
            }
            name
        };
        let targets: Vec<Target> =
            survey.programs.iter().map(|it| targets::of(it, base, linking, &images)).collect();
        Ok(Self {
            base,
            base_reason: reason,
            kept: options.kept.clone(),
            linking,
            images,
            targets,
            platforms,
            repository,
            ci,
            notes,
            survey,
        })
    }
}

/// The platforms in words, each once, in the order in which they were named.
fn platforms(asked: &[Platform]) -> Result<Vec<String>, PlanError> {
    if asked.is_empty() {
        return Ok(vec!["linux/amd64".to_owned(), "linux/arm64".to_owned()]);
    }
    let mut platforms = Vec::new();
    for platform in asked {
        let platform = platform.normalized();
        if platform.os != "linux" {
            return Err(PlanError::Platform(platform.to_string()));
        }
        let name = platform.to_string();
        if !platforms.contains(&name) {
            platforms.push(name);
        }
    }
    Ok(platforms)
}

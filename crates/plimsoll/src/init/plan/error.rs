//! Why there is no plan.

use crate::{args::init::Base, init::images::ImagesError};

/// Why there is no plan.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PlanError {
    /// The survey found no program, which `Survey::of` never lets happen.
    #[error("{0} has no program to make an image of")]
    NoProgram(String),
    /// The base that the user names lacks what programs load.
    #[error("an image on {} can't run this: {}", base_name(*base), lacks.join("; "))]
    BaseLacks {
        /// `--base`.
        base: Base,
        /// `openssl-sys links libssl, which the program loads when it runs`.
        lacks: Vec<String>,
        /// A base that can.
        instead: Base,
    },
    /// A platform that is not one of Linux.
    #[error("no image can be built for {0}: programs are built for Linux alone")]
    Platform(String),
    /// The images.
    #[error(transparent)]
    Images(#[from] ImagesError),
}

/// A base, as `--base` has it.
pub(crate) const fn base_name(base: Base) -> &'static str {
    match base {
        Base::Scratch => "scratch",
        Base::Distroless => "distroless",
        Base::Alpine => "alpine",
        Base::Debian => "debian",
    }
}

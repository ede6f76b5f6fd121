//! What to do where `init` can't decide on a plan.

use crate::init::{
    images::ImagesError,
    plan::{PlanError, base_name},
};

pub(super) fn hint(error: &PlanError) -> Option<String> {
    match error {
        PlanError::BaseLacks { instead, .. } => Some(format!(
            "`--base {}` has it; or let those crates build their own copy: most have a feature \
             `vendored`, `bundled` or `static`",
            base_name(*instead)
        )),
        PlanError::Images(ImagesError::WrongBuilder { .. }) => Some(
            "take a builder like rust:1-slim-trixie, or leave `--builder` out: builder and base are \
             of one release, so that what is linked in one is found in the other"
                .to_owned(),
        ),
        PlanError::Images(ImagesError::NotUpdated { .. }) => {
            Some("without `--update-base`, what plimsoll.lock has is kept".to_owned())
        }
        PlanError::Platform(_) => {
            Some("platforms are named as in linux/amd64 or linux/arm64".to_owned())
        }
        PlanError::NoProgram(_) | PlanError::Images(ImagesError::NoRelease) => None,
    }
}

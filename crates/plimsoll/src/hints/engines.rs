//! What to do where an engine can't build.

use plimsoll_build::engines::{FindError, PlanError};

/// Of what an engine is asked for and can't do.
pub(super) fn plan(error: &PlanError) -> String {
    match error {
        PlanError::CacheNotTaken { instead, .. } => (*instead).to_owned(),
        PlanError::Spec(error) => error.write.clone(),
    }
}

/// Of an engine that is not there.
pub(super) fn find(error: &FindError) -> Option<String> {
    Some(match error {
        FindError::Start { program: "buildah", .. } => {
            "install buildah, or choose another engine: `--engine native` needs none".to_owned()
        }
        FindError::Start { .. } => "install Docker, or choose another engine: `--engine buildah` needs no \
             daemon, `--engine native` nothing at all"
            .to_owned(),
        FindError::Podman => "build with `--engine buildah`, or put Docker first on PATH".to_owned(),
        FindError::TooOld { .. } => "install a newer one, or build with `--engine native`".to_owned(),
        FindError::NoBuildx { .. } => {
            "install it (`docker-buildx-plugin` in Docker's own packages, `docker-buildx` in Debian)".to_owned()
        }
        FindError::BuilderNotTaken { .. } => {
            "leave --builder away, or build with `--engine buildkit` and buildx".to_owned()
        }
        FindError::NoSuchBuilder { .. } => {
            "`docker buildx ls` lists them; an address makes one: --builder tcp://HOST:PORT".to_owned()
        }
        FindError::NoVersion { .. } => return None,
    })
}

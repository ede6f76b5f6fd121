//! The names of stages.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::init::plan::Plan;

/// What the stages beside those of the programs and `dev` are called. A program may be called `build`.
#[derive(Debug, Serialize)]
pub(super) struct Stages {
    pub(super) rust: String,
    pub(super) manifests: String,
    pub(super) toolchain: String,
    pub(super) dependencies: String,
    pub(super) build: String,
    pub(super) probe: String,
    pub(super) tini: String,
    pub(super) files: String,
}

impl Stages {
    pub(super) fn of(plan: &Plan) -> Self {
        let taken: BTreeSet<&str> = plan.targets.iter().map(|it| it.stage.as_str()).collect();
        let free = |name: &str| {
            let mut name = name.to_owned();
            while taken.contains(name.as_str()) {
                name.push_str("-stage");
            }
            name
        };
        Self {
            rust: free("rust"),
            manifests: free("manifests"),
            toolchain: free("toolchain"),
            dependencies: free("dependencies"),
            build: free("build"),
            probe: free("probe"),
            tini: free("tini"),
            files: free("files"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{args::init::Base, init::plan::sample};

    #[test]
    fn a_program_keeps_its_name() {
        let mut plan = sample::html_to_markdown(Base::Scratch);
        "build".clone_into(&mut plan.targets[0].stage);
        let stages = Stages::of(&plan);
        assert_eq!((stages.build.as_str(), stages.rust.as_str()), ("build-stage", "rust"));
    }
}

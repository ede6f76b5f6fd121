//! The options of `plimsoll build` for those who build from a Dockerfile.

use std::{path::PathBuf, str::FromStr};

use clap::{Args, ValueEnum};

/// Which engine builds, and from what.
///
/// What holds secrets or can be written in many ways is text here: it is read with care later, as
/// messages about the command line repeat what was given.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct EngineArgs {
    /// Who builds [default: native] [env: `PLIMSOLL_ENGINE`].
    #[arg(long, value_enum, value_name = "NAME", help_heading = "Dockerfile")]
    pub(crate) engine: Option<EngineName>,
    /// The Dockerfile [default: DIR/Dockerfile].
    #[arg(short, long, value_name = "FILE", help_heading = "Dockerfile")]
    pub(crate) file: Option<PathBuf>,
    /// The stage to build [default: the last one].
    #[arg(long, value_name = "STAGE", help_heading = "Dockerfile")]
    pub(crate) target: Option<String>,
    /// The value of an ARG of the Dockerfile; repeatable. Without `=VALUE`, that of the variable.
    #[arg(long, value_name = "NAME=VALUE", help_heading = "Dockerfile")]
    pub(crate) build_arg: Vec<String>,
    /// Where steps are found and kept; repeatable: registry[:REF], gha[:SCOPE], inline[:REF], local[:DIR].
    #[arg(long, value_name = "KIND[:PLACE]", help_heading = "Dockerfile")]
    pub(crate) cache: Vec<String>,
    /// What a step may read and no layer holds; repeatable: id=NAME,src=FILE or id=NAME,env=VARIABLE.
    #[arg(long, value_name = "SPEC", help_heading = "Dockerfile")]
    pub(crate) secret: Vec<String>,
    /// An agent or keys for steps that speak SSH; repeatable: default, or ID=PATH.
    #[arg(long, value_name = "SPEC", help_heading = "Dockerfile")]
    pub(crate) ssh: Vec<String>,
    /// Where buildx builds: the name of a builder, tcp://HOST:PORT, ssh://[USER@]HOST or
    /// kubernetes://[NAMESPACE]. One that is not there is made.
    #[arg(long, value_name = "NAME|URL", help_heading = "Dockerfile")]
    pub(crate) builder: Option<String>,
}

impl EngineArgs {
    /// The given options that only engines with a Dockerfile take.
    pub(crate) fn given(&self) -> Vec<&'static str> {
        let given = [
            ("--file", self.file.is_some()),
            ("--target", self.target.is_some()),
            ("--build-arg", !self.build_arg.is_empty()),
            ("--cache", !self.cache.is_empty()),
            ("--secret", !self.secret.is_empty()),
            ("--ssh", !self.ssh.is_empty()),
            ("--builder", self.builder.is_some()),
        ];
        given.into_iter().filter_map(|(name, given)| given.then_some(name)).collect()
    }
}

/// Who builds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum EngineName {
    /// Plimsoll itself, with Cargo.
    #[default]
    Native,
    /// BuildKit by `docker buildx`; without it, that of the Docker Engine.
    Buildkit,
    /// `docker build`, with the BuildKit of the Docker Engine.
    Docker,
    /// buildah, without a daemon.
    Buildah,
}

impl FromStr for EngineName {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        <Self as ValueEnum>::from_str(text, false)
            .map_err(|_| "expected native, buildkit, docker or buildah".to_owned())
    }
}

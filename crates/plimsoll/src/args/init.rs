//! Arguments of `plimsoll init`.

use std::path::PathBuf;

use clap::ValueEnum;
use plimsoll_image::{Platform, Reference};

use super::Format;

/// Writes the files that a container of this workspace needs, and shows them first.
///
/// Studies the workspace and writes Dockerfile, .dockerignore, plimsoll.toml, compose.yaml,
/// compose.prod.yaml, docker-bake.hcl and a workflow. What is there is never replaced unseen.
#[derive(Debug, clap::Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
pub(crate) struct InitArgs {
    /// The project: a directory in a Cargo workspace.
    #[arg(default_value = ".", value_name = "DIR")]
    pub(crate) directory: PathBuf,

    /// The package that has the binary; repeatable [default: all with binaries].
    #[arg(short, long, value_name = "NAME", help_heading = "Project")]
    pub(crate) package: Vec<String>,
    /// The binary; repeatable: each gets a target of its own [default: all].
    #[arg(long, value_name = "NAME", help_heading = "Project")]
    pub(crate) bin: Vec<String>,

    /// What the image stands on [default: scratch where the programs can be static].
    #[arg(long, value_enum, value_name = "NAME", help_heading = "Image")]
    pub(crate) base: Option<Base>,
    /// The image of Rust to build in, such as registry.example/rust:1.95-slim-trixie [default: the
    /// official one of the workspace's Rust].
    #[arg(long, value_name = "REF", help_heading = "Image")]
    pub(crate) builder: Option<Reference>,
    /// What the program listens on [default: as its sources say].
    #[arg(long, value_name = "PORT", help_heading = "Image")]
    pub(crate) port: Option<u16>,
    /// Platforms of the workflow and of docker-bake.hcl [default: linux/amd64,linux/arm64]
    /// [env: `PLIMSOLL_PLATFORM`].
    #[arg(long, value_name = "OS/ARCH", value_delimiter = ',', help_heading = "Image")]
    pub(crate) platform: Vec<Platform>,
    /// The repository that CI pushes to [default: ghcr.io/OWNER/NAME by the git remote].
    #[arg(long, value_name = "REF", help_heading = "Image")]
    pub(crate) image: Option<Reference>,
    /// Look up the digests of base images anew, and write them to plimsoll.lock.
    #[arg(long, help_heading = "Image")]
    pub(crate) update_base: bool,
    /// Do without the network: base images keep the digests of plimsoll.lock
    /// [env: `PLIMSOLL_OFFLINE`].
    #[arg(long, help_heading = "Image", conflicts_with = "update_base")]
    pub(crate) offline: bool,

    /// The CI system to write a workflow for [default: as the git remote says, else github].
    #[arg(long, value_enum, value_name = "NAME", help_heading = "Files")]
    pub(crate) ci: Option<CiSystem>,
    /// Write these alone; separated by commas.
    #[arg(long, value_enum, value_name = "FILE", value_delimiter = ',', help_heading = "Files")]
    pub(crate) only: Vec<FileKind>,
    /// Don't write these; separated by commas.
    #[arg(long, value_enum, value_name = "FILE", value_delimiter = ',', help_heading = "Files")]
    pub(crate) skip: Vec<FileKind>,

    /// Write without asking; of a file that is there, what `init` wrote is replaced, and what stands
    /// below its marker is kept. A file that `init` did not write is left alone without --force.
    #[arg(short, long, help_heading = "Output")]
    pub(crate) yes: bool,
    /// Replace files that `init` did not write, too.
    #[arg(long, help_heading = "Output")]
    pub(crate) force: bool,
    /// Say what would be written, and write nothing.
    #[arg(long, help_heading = "Output")]
    pub(crate) dry_run: bool,
    /// Print what would change as a diff, and write nothing.
    #[arg(long, help_heading = "Output")]
    pub(crate) diff: bool,
    /// Print nothing but the result, and errors.
    #[arg(short, long, help_heading = "Output")]
    pub(crate) quiet: bool,
    /// The form of the result on stdout [default: human] [env: `PLIMSOLL_FORMAT`].
    #[arg(long, value_enum, help_heading = "Output")]
    pub(crate) format: Option<Format>,
    #[command(flatten)]
    pub(crate) registry: super::push::RegistryArgs,
}

/// What an image stands on.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    ValueEnum,
    serde::Deserialize,
    serde::Serialize,
)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Base {
    /// Nothing: the program, certificate authorities, users.
    Scratch,
    /// Google's distroless images: static, base or cc, as the program needs.
    Distroless,
    /// Alpine.
    Alpine,
    /// Debian slim.
    Debian,
}

/// A CI system.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    ValueEnum,
    serde::Deserialize,
    serde::Serialize,
)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub(crate) enum CiSystem {
    /// GitHub Actions.
    Github,
    /// GitLab CI.
    Gitlab,
    /// None: no workflow is written.
    None,
}

/// A file that `init` writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, ValueEnum, serde::Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub(crate) enum FileKind {
    /// Dockerfile, with what it needs beside it.
    Dockerfile,
    /// .dockerignore.
    Dockerignore,
    /// plimsoll.toml.
    Settings,
    /// compose.yaml, for development, with its file of variables.
    Compose,
    /// compose.prod.yaml.
    Production,
    /// The workflow of the CI system.
    Ci,
    /// docker-bake.hcl.
    Bake,
}

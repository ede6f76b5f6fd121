//! The command line.

use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueEnum};
use plimsoll_build::base::BaseName;
use plimsoll_image::{Compression, Platform, Reference};

use crate::commands::build::output::{self, Output};

pub(crate) mod check;
pub(crate) mod engine;
pub(crate) mod explain;
pub(crate) mod init;
pub(crate) mod push;
pub(crate) mod tags;

/// Containers of Rust programs, held against one standard: built, checked, proved.
///
/// Exit codes: 0, the work is done; 1, findings at or above the threshold; 2, the work could not be
/// done.
#[derive(Debug, Parser)]
#[command(name = "plimsoll", version, arg_required_else_help = true)]
pub(crate) struct Args {
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Init(Box<init::InitArgs>),
    Build(Box<BuildArgs>),
    Check(Box<check::CheckArgs>),
    Push(Box<push::PushArgs>),
    Explain(explain::ExplainArgs),
    Tags(Box<tags::TagsArgs>),
}

/// Turns a Cargo workspace into a minimal image, without a daemon; or builds its Dockerfile (--engine).
///
/// Compiles a binary with Cargo for a target that needs no system library, proves that it fits,
/// and packs it with what it needs to run: users, certificate authorities, /tmp. With `--engine`,
/// BuildKit, Docker or buildah build from the Dockerfile instead.
#[derive(Debug, clap::Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
pub(crate) struct BuildArgs {
    /// The project: a directory in a Cargo workspace.
    #[arg(default_value = ".", value_name = "DIR")]
    pub(crate) directory: PathBuf,

    /// The package that has the binary.
    #[arg(short, long, value_name = "SPEC", help_heading = "Project")]
    pub(crate) package: Option<String>,
    /// The binary; repeated, several go into one image and the first is its entry point.
    #[arg(long, value_name = "NAME", help_heading = "Project")]
    pub(crate) bin: Vec<String>,
    /// Pack this program, built elsewhere, instead of running Cargo.
    #[arg(
        long,
        value_name = "FILE",
        help_heading = "Project",
        conflicts_with_all = ["package", "bin", "features", "all_features", "no_default_features", "profile", "no_locked"]
    )]
    pub(crate) binary: Option<PathBuf>,
    /// Features to turn on, separated by commas.
    #[arg(short = 'F', long, value_name = "FEATURES", help_heading = "Project")]
    pub(crate) features: Vec<String>,
    /// Turn on all features.
    #[arg(long, help_heading = "Project")]
    pub(crate) all_features: bool,
    /// Turn off the default feature.
    #[arg(long, help_heading = "Project")]
    pub(crate) no_default_features: bool,
    /// The profile to build with [default: release] [env: `PLIMSOLL_PROFILE`].
    #[arg(long, value_name = "NAME", help_heading = "Project")]
    pub(crate) profile: Option<String>,
    /// Let Cargo write Cargo.lock; otherwise it must be there and up to date.
    #[arg(long, help_heading = "Project")]
    pub(crate) no_locked: bool,
    /// Do without the network [env: `PLIMSOLL_OFFLINE`].
    #[arg(long, help_heading = "Project")]
    pub(crate) offline: bool,

    /// Platforms to build for, such as linux/amd64,linux/arm64 [default: this machine's on Linux]
    /// [env: `PLIMSOLL_PLATFORM`].
    #[arg(long, value_name = "OS/ARCH", value_delimiter = ',', help_heading = "Image")]
    pub(crate) platform: Vec<Platform>,
    /// Allow `-C target-cpu=native`, whose programs may not run on other machines.
    #[arg(long, help_heading = "Image")]
    pub(crate) allow_native: bool,
    /// What the image stands on: scratch, alpine, distroless, any image of a registry, or oci:DIR
    /// [default: scratch] [env: `PLIMSOLL_BASE`].
    #[arg(long, value_name = "NAME", help_heading = "Image")]
    pub(crate) base: Option<BaseName>,
    /// Take the base as it is in its registry now, and write its digest to plimsoll.lock.
    #[arg(long, help_heading = "Image")]
    pub(crate) update_base: bool,
    /// Where the image goes; repeatable: oci:DIR, oci-archive:FILE, docker-archive:FILE,
    /// docker:[NAME[:TAG]] [default: oci:target/plimsoll/<BINARY>.oci] [env: `PLIMSOLL_OUTPUT`].
    #[arg(short, long, value_name = "KIND:PLACE", help_heading = "Image")]
    pub(crate) output: Vec<Output>,
    /// What the image is called; repeatable. Without a tag it is the program's version.
    #[arg(short, long, value_name = "REF", value_parser = output::name, help_heading = "Image")]
    pub(crate) tag: Vec<Reference>,
    /// Send the image to the registries of its names (-t); without -o it goes nowhere else.
    #[arg(long, help_heading = "Registry", conflicts_with = "offline")]
    pub(crate) push: bool,
    #[command(flatten)]
    pub(crate) registry: push::RegistryArgs,
    /// How layers are compressed: gzip, zstd or none [default: gzip] [env: `PLIMSOLL_COMPRESSION`].
    #[arg(long, value_name = "METHOD", help_heading = "Image")]
    pub(crate) compression: Option<Compression>,

    #[command(flatten)]
    pub(crate) engine: engine::EngineArgs,

    /// Say what would be built, and build nothing.
    #[arg(long, help_heading = "Output")]
    pub(crate) dry_run: bool,
    /// Print nothing but the image's reference, and errors.
    #[arg(short, long, help_heading = "Output")]
    pub(crate) quiet: bool,
    /// The form of the result on stdout [default: human] [env: `PLIMSOLL_FORMAT`].
    #[arg(long, value_enum, help_heading = "Output")]
    pub(crate) format: Option<Format>,

    /// The options that were typed and that Plimsoll's own engine alone takes.
    #[arg(skip)]
    pub(crate) typed: Vec<&'static str>,
}

impl BuildArgs {
    /// The given options that Plimsoll's own engine alone takes.
    pub(crate) fn native_options(&self) -> Vec<&'static str> {
        let given = [
            ("--package", self.package.is_some()),
            ("--bin", !self.bin.is_empty()),
            ("--binary", self.binary.is_some()),
            ("--features", !self.features.is_empty()),
            ("--all-features", self.all_features),
            ("--no-default-features", self.no_default_features),
            ("--profile", self.profile.is_some()),
            ("--no-locked", self.no_locked),
            ("--offline", self.offline),
            ("--allow-native", self.allow_native),
            ("--base", self.base.is_some()),
            ("--update-base", self.update_base),
            ("--compression", self.compression.is_some()),
        ];
        given.into_iter().filter_map(|(name, given)| given.then_some(name)).collect()
    }
}

/// The form of a result.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// A table.
    #[default]
    Human,
    /// JSON, whose schema is in docs/schemas.
    Json,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_command_line_is_well_formed() {
        Args::command().debug_assert();
    }

    #[test]
    fn help_says_what_there_is() {
        let mut command = Args::command().term_width(100);
        command.build();
        let build = command.find_subcommand_mut("build").unwrap();
        insta::assert_snapshot!(build.render_long_help().to_string());
        let init = command.find_subcommand_mut("init").unwrap();
        insta::assert_snapshot!("help_of_init", init.render_long_help().to_string());
    }
}

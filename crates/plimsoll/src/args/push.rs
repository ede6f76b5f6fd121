//! The command line of `plimsoll push`.

use clap::Args;
use plimsoll_image::{Platform, Reference};

use super::Format;

/// Sends an image to registries: only what is missing there, tags last.
///
/// A tag of a version (1.2.3) or of a commit never moves: where it names another image, nothing is sent.
#[derive(Debug, Args)]
pub(crate) struct PushArgs {
    /// The image: a path of an OCI layout or of an archive (told by content; `oci:DIR:TAG` chooses one of
    /// several), `docker:NAME` of an engine, `registry:NAME` or a plain name of a registry.
    #[arg(value_name = "IMAGE")]
    pub(crate) image: String,
    /// The names that it gets: HOST/PATH:TAG. Without a tag it is the version that the image's label says.
    #[arg(value_name = "REF", required = true)]
    pub(crate) references: Vec<Reference>,

    /// Send the image of this platform alone, as a plain manifest [default: all that are there].
    #[arg(long, value_name = "OS/ARCH")]
    pub(crate) platform: Option<Platform>,
    #[command(flatten)]
    pub(crate) registry: RegistryArgs,
    /// How many connections work at once [default: 4].
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(u8).range(1..=64))]
    pub(crate) jobs: Option<u8>,

    /// Print nothing but `NAME@DIGEST`, and errors.
    #[arg(short, long, help_heading = "Output")]
    pub(crate) quiet: bool,
    /// The form of the result on stdout [default: human] [env: `PLIMSOLL_FORMAT`].
    #[arg(long, value_enum, help_heading = "Output")]
    pub(crate) format: Option<Format>,
}

/// How images are written to registries.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct RegistryArgs {
    /// Let tags of versions and commits name another image.
    #[arg(long, help_heading = "Registry")]
    pub(crate) allow_retag: bool,
    /// Speak plain HTTP with this HOST:PORT; repeatable. This machine needs no leave.
    #[arg(long, value_name = "HOST", help_heading = "Registry")]
    pub(crate) insecure: Vec<String>,
}

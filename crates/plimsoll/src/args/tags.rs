//! The command line of `plimsoll tags`.

use std::path::PathBuf;

use clap::ValueEnum;

/// Computes the tags, labels and annotations of an image from git and from the CI system.
///
/// Entries are those of docker/metadata-action: `type=semver,pattern={{version}}`, `type=ref,event=branch`,
/// `type=sha`. Without any, the standard's set is taken: the version, `1.2`, `1` and `latest` for a
/// release; branch and commit for all else. `latest` is the highest release and nothing else.
#[derive(Debug, Default, clap::Args)]
pub(crate) struct TagsArgs {
    /// The project: a directory in a git repository.
    #[arg(default_value = ".", value_name = "DIR")]
    pub(crate) directory: PathBuf,

    /// The package of a workspace: its releases are `NAME-v1.2.3`, `NAME/v1.2.3` or `v1.2.3`.
    #[arg(short, long, value_name = "NAME", help_heading = "Project")]
    pub(crate) package: Option<String>,
    /// Where ref and commit come from [default: auto].
    #[arg(long, value_enum, value_name = "SOURCE", help_heading = "Project")]
    pub(crate) context: Option<Source>,
    /// Allow a release tag that names another version than Cargo.toml.
    #[arg(long, help_heading = "Project")]
    pub(crate) allow_version_mismatch: bool,

    /// The image's name, such as ghcr.io/user/app; repeatable [default: the one that the CI system
    /// gives to the repository].
    #[arg(long, value_name = "NAME", help_heading = "Tags")]
    pub(crate) image: Vec<String>,
    /// Which tags; repeatable.
    #[arg(long, value_name = "ENTRY", help_heading = "Tags")]
    pub(crate) tag: Vec<String>,
    /// What holds for all tags: `latest=auto|true|false`, `prefix=…`, `suffix=…`; repeatable.
    #[arg(long, value_name = "ENTRY", help_heading = "Tags")]
    pub(crate) flavor: Vec<String>,
    /// A label, beside those that are always there; repeatable.
    #[arg(long, value_name = "KEY=VALUE", help_heading = "Tags")]
    pub(crate) label: Vec<String>,
    /// An annotation, beside those that are always there; repeatable.
    #[arg(long, value_name = "KEY=VALUE", help_heading = "Tags")]
    pub(crate) annotation: Vec<String>,
    /// The target in bake files [default: docker-metadata-action].
    #[arg(long, value_name = "NAME", help_heading = "Tags")]
    pub(crate) bake_target: Option<String>,
    /// Take everything from a step of docker/metadata-action, and do as it does: a workflow, an
    /// action, or `-` for standard input, which may also be a `with:` block.
    #[arg(
        long,
        value_name = "FILE[:JOB[/STEP]]",
        help_heading = "Tags",
        conflicts_with_all = ["tag", "flavor", "label", "annotation", "bake_target"]
    )]
    pub(crate) from_action: Option<String>,

    /// The form of the result [default: human] [env: `PLIMSOLL_FORMAT`].
    #[arg(long, value_enum, help_heading = "Output")]
    pub(crate) format: Option<Form>,
}

/// Where ref and commit come from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Source {
    /// The CI system, else git.
    #[default]
    Auto,
    /// What is checked out, in CI too.
    Git,
}

/// The form of the result.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Form {
    /// One tag on each line.
    #[default]
    Human,
    /// JSON, whose schema is in docs/schemas.
    Json,
    /// A bake file with tags, labels and annotations.
    Bake,
    /// `--tag NAME` for each tag, for `docker buildx build $(plimsoll tags --format flags) .`.
    Flags,
    /// `--tag`, `--label` and `--annotation`, quoted for a shell's `eval`.
    Args,
    /// The outputs of a GitHub Actions step, in `$GITHUB_OUTPUT`.
    Github,
    /// Variables, as a dotenv report of GitLab CI has them.
    #[value(alias = "gitlab")]
    Dotenv,
}

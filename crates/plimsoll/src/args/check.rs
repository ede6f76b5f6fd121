//! The command line of `plimsoll check`.

use std::{path::PathBuf, str::FromStr};

use clap::ValueEnum;
use plimsoll_finding::Severity;

/// Holds Dockerfiles, Compose files, workflows and .dockerignore files against the standard.
///
/// Directories are searched for files by their usual names; what git ignores is left out. A file
/// that is named itself may have any name. Of a Markdown file, the code blocks are checked that are
/// such files.
///
/// Exit codes: 0, nothing found that weighs as much as --fail-on; 1, findings that do; 2, a file
/// could not be checked.
#[derive(Debug, clap::Args)]
#[command(group = clap::ArgGroup::new("fixing").args(["fix", "diff"]).multiple(true))]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
pub(crate) struct CheckArgs {
    /// Files and directories; `-` is standard input [default: .].
    #[arg(value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,
    /// Check standard input, as the path `-` does.
    #[arg(long, conflicts_with = "paths")]
    pub(crate) stdin: bool,
    /// What standard input is called in the report, what is in it, and where it lies.
    #[arg(long, value_name = "PATH")]
    pub(crate) stdin_filename: Option<PathBuf>,

    /// Run these rules and no others: rules, aliases such as DL3002, clauses, `default`, `all`,
    /// `hadolint`, `buildkit`; separated by commas [env: `PLIMSOLL_SELECT`].
    #[arg(long, value_name = "RULES", value_delimiter = ',', help_heading = "Rules")]
    pub(crate) select: Vec<String>,
    /// Run these rules as well [env: `PLIMSOLL_EXTEND_SELECT`].
    #[arg(long, value_name = "RULES", value_delimiter = ',', help_heading = "Rules")]
    pub(crate) extend_select: Vec<String>,
    /// Don't run these rules [env: `PLIMSOLL_IGNORE`].
    #[arg(long, value_name = "RULES", value_delimiter = ',', help_heading = "Rules")]
    pub(crate) ignore: Vec<String>,
    /// The least severity that makes the exit code 1: error, warning, note or never
    /// [default: error] [env: `PLIMSOLL_FAIL_ON`].
    #[arg(long, value_name = "SEVERITY", help_heading = "Rules")]
    pub(crate) fail_on: Option<FailOn>,

    /// Make the fixes that change nothing else, then report what is left.
    #[arg(long, help_heading = "Fixes")]
    pub(crate) fix: bool,
    /// With --fix or --diff, also make fixes that may change what the image does.
    #[arg(long, requires = "fixing", help_heading = "Fixes")]
    pub(crate) unsafe_fixes: bool,
    /// Write nothing and print what --fix would change; the exit code is then 1.
    #[arg(long, conflicts_with_all = ["format", "statistics", "output"], help_heading = "Fixes")]
    pub(crate) diff: bool,

    /// The form of the report [default: human] [env: `PLIMSOLL_FORMAT`].
    #[arg(long, value_enum, help_heading = "Output")]
    pub(crate) format: Option<Form>,
    /// Write the report to a file.
    #[arg(short, long, value_name = "FILE", help_heading = "Output")]
    pub(crate) output: Option<PathBuf>,
    /// Count findings by rule in place of listing them, and measure the build contexts.
    #[arg(long, help_heading = "Output")]
    pub(crate) statistics: bool,
    /// Print findings and errors only.
    #[arg(short, long, help_heading = "Output")]
    pub(crate) quiet: bool,
}

/// The form of a report.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Form {
    /// Findings with the source they are about, and the clauses.
    #[default]
    Human,
    /// A line for each finding.
    Concise,
    /// JSON, whose schema is in docs/schemas.
    Json,
    /// SARIF 2.1.0, for code scanning.
    Sarif,
    /// Annotations of GitHub Actions.
    Github,
    /// GitLab's code quality report.
    Gitlab,
    /// `JUnit`'s XML.
    Junit,
}

/// The least severity that counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct FailOn(pub(crate) Option<Severity>);

impl FromStr for FailOn {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text == "never" {
            return Ok(Self(None));
        }
        let severity = text.parse().map_err(|_| "expected error, warning, note or never")?;
        Ok(Self(Some(severity)))
    }
}

impl FromStr for Form {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        <Self as ValueEnum>::from_str(text, false).map_err(|_| {
            let known = Self::value_variants().iter().filter_map(ValueEnum::to_possible_value);
            let known: Vec<_> = known.map(|it| it.get_name().to_owned()).collect();
            format!("expected one of {}", known.join(", "))
        })
    }
}

//! The command line of `plimsoll explain`.

use super::Format;

/// Says what a rule or a clause of the standard is about.
///
/// Without a name, lists the clauses and their rules.
#[derive(Debug, clap::Args)]
pub(crate) struct ExplainArgs {
    /// A rule, a clause, or what another tool calls a rule, such as DL3002.
    #[arg(value_name = "NAME")]
    pub(crate) name: Option<String>,
    /// The form of the result [default: human] [env: `PLIMSOLL_FORMAT`].
    #[arg(long, value_enum)]
    pub(crate) format: Option<Format>,
}

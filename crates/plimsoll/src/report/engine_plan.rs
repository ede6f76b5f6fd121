//! `plimsoll/engine-plan/v1`: what `plimsoll build --engine … --dry-run` says.

use serde::Serialize;

use super::{build::EngineReport, table::Table};
use crate::failure::Failure;

/// What would be run.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct Report {
    /// Which form this is: `plimsoll/engine-plan/v1`.
    pub(crate) schema: &'static str,
    /// Who would build.
    pub(crate) engine: EngineReport,
    /// The Dockerfile.
    pub(crate) dockerfile: String,
    /// The build context.
    pub(crate) context: String,
    /// The stage, where it is not the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) target: Option<String>,
    /// The platforms; the engine's own where there are none.
    pub(crate) platforms: Vec<String>,
    /// The command lines, in order, as one would type them.
    pub(crate) commands: Vec<String>,
    /// The settings file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) settings: Option<String>,
    /// Where the image would go.
    pub(crate) outputs: Vec<String>,
}

impl Report {
    /// As JSON.
    pub(crate) fn json(&self) -> Result<String, Failure> {
        super::json(self)
    }

    /// For people.
    pub(crate) fn table(&self) -> String {
        let mut table = Table::default();
        table.row(["engine", &self.engine.words()]);
        table.row(["dockerfile", &self.dockerfile]);
        table.row(["context", &self.context]);
        if let Some(target) = &self.target {
            table.row(["target", target]);
        }
        for platform in &self.platforms {
            table.row(["platform", platform]);
        }
        for command in &self.commands {
            table.row(["command", command]);
        }
        table.row(["settings", self.settings.as_deref().unwrap_or("none")]);
        for output in &self.outputs {
            table.row(["output", output]);
        }
        table.render()
    }
}

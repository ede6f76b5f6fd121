//! `plimsoll/build-plan/v1`: what `plimsoll build --dry-run` says.

use serde::Serialize;

use super::table::Table;
use crate::failure::Failure;

/// What would be built.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct Report {
    /// Name and version of the package.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) package: Option<String>,
    /// The binaries, the entry point first.
    pub(crate) binaries: Vec<String>,
    /// The profile.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) profile: Option<String>,
    /// For each platform, what it is built for.
    pub(crate) targets: Vec<Target>,
    /// What the image stands on.
    pub(crate) base: String,
    /// The user in the image.
    pub(crate) user: String,
    /// Process 1, where it is not the program.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) init: Option<String>,
    /// Files of the project, as `from -> to`.
    pub(crate) files: Vec<String>,
    /// How layers are compressed.
    pub(crate) compression: String,
    /// The commit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) revision: Option<String>,
    /// The time of everything in the image, in RFC 3339.
    pub(crate) created: String,
    /// The settings file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) settings: Option<String>,
    /// Where the image would go.
    pub(crate) outputs: Vec<String>,
    /// What is not obvious in the choices.
    pub(crate) notes: Vec<String>,
}

/// One platform.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct Target {
    /// Such as `linux/amd64`.
    pub(crate) platform: String,
    /// Such as `x86_64-unknown-linux-musl`.
    #[serde(rename = "target")]
    pub(crate) triple: String,
    /// All flags for the compiler.
    pub(crate) rustflags: Vec<String>,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct Versioned<'a> {
    /// Which form this is: `plimsoll/build-plan/v1`.
    schema: &'static str,
    #[serde(flatten)]
    report: &'a Report,
}

impl Report {
    /// As JSON.
    pub(crate) fn json(&self) -> Result<String, Failure> {
        super::json(&Versioned { schema: "plimsoll/build-plan/v1", report: self })
    }

    /// For people.
    pub(crate) fn table(&self) -> String {
        let mut table = Table::default();
        let mut optional = |name: &str, value: Option<&str>| {
            if let Some(value) = value {
                table.row([name, value]);
            }
        };
        optional("package", self.package.as_deref());
        optional("binaries", Some(&self.binaries.join(", ")));
        optional("profile", self.profile.as_deref());
        for target in &self.targets {
            table.row(["platform", &format!("{}  {}", target.platform, target.triple)]);
        }
        table.row(["base", &self.base]);
        table.row(["user", &self.user]);
        if let Some(init) = &self.init {
            table.row(["init", init]);
        }
        for file in &self.files {
            table.row(["file", file]);
        }
        table.row(["compression", &self.compression]);
        table.row(["revision", self.revision.as_deref().unwrap_or("none")]);
        table.row(["created", &self.created]);
        table.row(["settings", self.settings.as_deref().unwrap_or("none")]);
        for output in &self.outputs {
            table.row(["output", output]);
        }
        for note in &self.notes {
            table.row(["note", note]);
        }
        table.render()
    }
}

//! `[image]`, as it is written.

use std::{collections::BTreeMap, path::PathBuf};

use serde::Deserialize;

use super::values::NumberOrText;

/// `[image]`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct ImageSettings {
    /// What the image stands on.
    pub(crate) base: Option<String>,
    /// User and group.
    pub(crate) user: Option<String>,
    /// The directory in which the program starts.
    pub(crate) workdir: Option<String>,
    /// Program and fixed arguments.
    pub(crate) entrypoint: Option<Vec<String>>,
    /// Arguments that may be replaced.
    #[serde(default)]
    pub(crate) cmd: Vec<String>,
    /// Environment.
    #[serde(default)]
    pub(crate) env: BTreeMap<String, String>,
    /// Ports.
    #[serde(default)]
    pub(super) ports: Vec<NumberOrText>,
    /// Directories that are volumes.
    #[serde(default)]
    pub(crate) volumes: Vec<String>,
    /// Labels.
    #[serde(default)]
    pub(crate) labels: BTreeMap<String, String>,
    /// The signal that asks the program to end.
    pub(crate) stop_signal: Option<String>,
    /// How the engine asks whether the service is well.
    pub(crate) healthcheck: Option<HealthcheckSettings>,
    /// Files of the project.
    #[serde(default)]
    pub(crate) files: Vec<FileSettings>,
    /// What is process 1: `pid1`, or the path of a static program.
    pub(crate) init: Option<String>,
    /// Whether the time zone database is in the image.
    #[serde(default)]
    pub(crate) tzdata: bool,
}

/// `[image.healthcheck]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct HealthcheckSettings {
    /// The program and its arguments.
    pub(crate) cmd: Vec<String>,
    /// Time between checks.
    pub(crate) interval: Option<String>,
    /// Time after which a check counts as failed.
    pub(crate) timeout: Option<String>,
    /// Time after the start in which failures don't count.
    pub(crate) start_period: Option<String>,
    /// Time between checks in the start period.
    pub(crate) start_interval: Option<String>,
    /// How many failures in a row make it unhealthy.
    pub(crate) retries: Option<u32>,
}

/// An entry of `files`.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct FileSettings {
    /// Relative to the settings file.
    pub(crate) from: PathBuf,
    /// Absolute, in the image.
    pub(crate) to: String,
    /// Permission bits of files in octal.
    pub(crate) mode: Option<String>,
    /// Owner as `uid` or `uid:gid`.
    pub(crate) owner: Option<String>,
}

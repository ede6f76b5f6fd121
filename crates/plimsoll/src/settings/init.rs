//! `[init]`: what `plimsoll init` was asked for. It writes that itself, so that the next run knows of it.

use plimsoll_image::{Platform, Reference};
use serde::Deserialize;

use super::values;
use crate::args::init::{Base, CiSystem};

/// `[init]`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct InitSettings {
    /// As `--package`.
    #[serde(default)]
    pub(crate) packages: Vec<String>,
    /// As `--bin`.
    #[serde(default)]
    pub(crate) bin: Vec<String>,
    /// As `--base`.
    pub(crate) base: Option<Base>,
    /// As `--builder`.
    #[serde(default, deserialize_with = "values::parsed")]
    pub(crate) builder: Option<Reference>,
    /// As `--port`.
    pub(crate) port: Option<u16>,
    /// As `--platform`.
    #[serde(default, deserialize_with = "values::parsed_list")]
    pub(crate) platforms: Vec<Platform>,
    /// As `--image`.
    #[serde(default, deserialize_with = "values::parsed")]
    pub(crate) image: Option<Reference>,
    /// As `--ci`.
    pub(crate) ci: Option<CiSystem>,
}

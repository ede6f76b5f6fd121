//! What a service may use.

use super::{Service, Text};
use crate::yaml::Value;

/// Upper and lower limits.
#[derive(Clone, Copy, Debug, Default)]
pub struct Resources<'y> {
    /// What it can't exceed: `deploy.resources.limits`, or `cpus`, `mem_limit` and `pids_limit`.
    pub limits: Limits<'y>,
    /// What is kept for it: `deploy.resources.reservations`, or `mem_reservation`.
    pub reservations: Limits<'y>,
}

/// Amounts.
#[derive(Clone, Copy, Debug, Default)]
pub struct Limits<'y> {
    /// Processors.
    pub cpus: Option<Text<'y>>,
    /// Bytes, with a unit.
    pub memory: Option<Text<'y>>,
    /// Processes.
    pub pids: Option<Text<'y>>,
}

impl<'y> Resources<'y> {
    pub(super) fn read(service: &Service<'y>) -> Self {
        let deploy = |kind: &str, key: &str| {
            let mut values = service.all("deploy");
            let found: Option<Value<'y>> = values.find_map(|it| it.at(&["resources", kind, key]));
            found.and_then(Text::of)
        };
        let limits = |kind: &str, cpus: &str, memory: &str, pids: &str| Limits {
            cpus: deploy(kind, "cpus").or_else(|| service.text(cpus)),
            memory: deploy(kind, "memory").or_else(|| service.text(memory)),
            pids: deploy(kind, "pids").or_else(|| service.text(pids)),
        };
        Self {
            limits: limits("limits", "cpus", "mem_limit", "pids_limit"),
            reservations: limits("reservations", "", "mem_reservation", ""),
        }
    }
}

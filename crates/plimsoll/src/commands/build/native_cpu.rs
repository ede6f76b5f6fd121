//! Refuses programs for the CPU of this very machine.

use plimsoll_project::{
    cargo_config::{self, CargoConfig, Flags, NativeCpu, native_cpu},
    workspace::Workspace,
};

use super::Context;
use crate::failure::Failure;

/// An error if a flag that applies makes programs for this machine's CPU alone.
pub(super) fn refuse(
    context: &Context<'_>,
    config: &CargoConfig,
    flags: &Flags,
    profile: &str,
    workspace: &Workspace,
) -> Result<(), Failure> {
    let manifest = workspace.root.join("Cargo.toml");
    let in_profile = cargo_config::native_cpu_in_profile(
        config,
        &context.environment,
        profile,
        Some(&manifest),
    )?;
    let Some(NativeCpu { origin, flag }) = native_cpu(&flags.flags).or(in_profile) else {
        return Ok(());
    };
    let problem = format!("`{flag}` ({origin}) makes a program for the CPU of this machine alone");
    if context.args.allow_native {
        context.ui.warning(format!("{problem}, as --allow-native allows"));
        return Ok(());
    }
    Err(Failure::new(problem).hint(
        "name the oldest CPU that must run it, such as `-C target-cpu=x86-64-v2`; or pass \
         --allow-native",
    ))
}

//! Mounting a cache over cargo's registry wherever a stage runs cargo.

use plimsoll_finding::{Edit, Fix};
use plimsoll_syntax::dockerfile::MountKind;

use crate::Facts;
use crate::facts::cargo::{CargoCommand, CargoKind};
use crate::facts::copies::Origin;
use crate::facts::paths;

/// The fix for a stage, and for the stages built on it.
pub(super) fn mount_registry(
    facts: &Facts<'_>,
    command: &CargoCommand,
    home: &str,
) -> Option<Fix> {
    let has_stage = |stage: usize| facts.stages.chain(stage).any(|it| it.index == command.stage);
    let registry = format!("{home}/registry");
    let uses = |it: &&CargoCommand| {
        has_stage(it.stage)
            && it.index >= command.index
            && !matches!(it.kind, CargoKind::New | CargoKind::Clean | CargoKind::Other)
    };
    let commands: Vec<_> = facts.cargo().iter().filter(uses).collect();
    // A command that may not download needs the registry of the layer.
    let needs_layer = commands.iter().any(|it| it.arguments.offline);
    // So does whoever copies cargo's home.
    let copied = (0..facts.file.instructions.len()).flat_map(|it| facts.copied(it)).any(|it| {
        matches!(it.origin, Origin::Stage(from) if has_stage(from))
            && (paths::is_in(&it.source, home) || paths::is_in(home, &it.source))
    });
    let covered = commands.iter().any(|it| {
        let covers = |mount: &str| paths::is_in(mount, home) || paths::is_in(home, mount);
        facts.mounts(it.index).iter().any(|it| it.kind != MountKind::Bind && covers(&it.path))
    });
    if needs_layer || copied || covered || home.contains(['$', '?', ' ']) {
        return None;
    }
    let mut indexes: Vec<usize> = commands.iter().map(|it| it.index).collect();
    indexes.dedup();
    let edits = indexes.into_iter().map(|index| {
        let instruction = &facts.file.instructions[index];
        // Before other flags, or before what is run.
        let first = instruction.flags.first().map(|it| it.span.start());
        let at = first.unwrap_or_else(|| instruction.arguments.whole_span().start());
        Edit::insert(at, format!("--mount=type=cache,target={registry} "))
    });
    Some(Fix::risky("Mount a cache over cargo's registry", edits.collect::<Vec<_>>()))
}

//! Where a cook stands: after its recipe, before the sources.

use plimsoll_finding::Severity;
use plimsoll_syntax::dockerfile::{Base, Command, MountKind};

use crate::facts::cargo::{CargoCommand, CargoKind, is_rust_image};
use crate::facts::copies::{Content, Origin};
use crate::facts::paths;
use crate::{Context, Facts};

pub(super) fn check(cx: &mut Context<'_, '_>, cooks: &[&CargoCommand]) {
    let facts = cx.facts;
    let mut reported = Vec::new();
    for cook in cooks {
        let copied = facts.source_copies(cook).into_iter().find(|it| {
            // A directory that the manifests need may come first.
            it.content == Content::Sources && !matches!(&*it.source, "src" | "./src" | "src/")
        });
        if let Some(copied) = copied {
            if !reported.contains(&copied.span) {
                reported.push(copied.span);
                let message = format!(
                    "`{}` is copied before `cargo chef cook`, so every change of the sources cooks again",
                    copied.source
                );
                let help = "Prepare the recipe in a stage of its own, copy only `recipe.json` from \
                    it, cook, and copy the sources afterwards.";
                cx.report(copied.span, message).help(help).related(cook.head, "cooked here").done();
            }
        } else if let Some(recipe) = missing_recipe(facts, cook) {
            let message =
                format!("`{recipe}` is not here: nothing copied or prepared it in this stage");
            let help = "Copy it from the stage that ran `cargo chef prepare`.";
            cx.report(cook.head, message).severity(Severity::Error).help(help).done();
        }
    }
}

/// The recipe that a cook reads, if it can't be there.
fn missing_recipe(facts: &Facts<'_>, cook: &CargoCommand) -> Option<String> {
    let recipe = cook.arguments.recipe.as_deref().unwrap_or("recipe.json");
    let root = facts.stages.root(cook.stage)?;
    let known = root.base == Base::Image && is_rust_image(&root.image);
    if !known || recipe.contains('$') || cook.conditional {
        return None;
    }
    let name = paths::file_name(recipe);
    let steps = facts.before(cook.stage, cook.index + 1);
    let brings = |it: &usize| {
        let brings_file = facts.copied(*it).iter().any(|it| {
            it.source.contains(name)
                || it.path.ends_with(name)
                || it.source.contains(['*', '?'])
                || it.origin != Origin::Context
                || matches!(it.content, Content::Sources | Content::Directory)
        });
        match &facts.file.instructions[*it].command {
            Command::Run(run) => {
                let mounts = run.mounts.iter().any(|it| it.kind == MountKind::Bind);
                mounts || *it != cook.index && facts.run_mentions(*it, &[name, ".json"])
            }
            Command::Broken => true,
            _ => brings_file,
        }
    };
    let prepared = facts.cargo_before(cook).iter().any(|it| it.kind == CargoKind::Prepare);
    let made = prepared || steps.iter().any(brings);
    (!made).then(|| recipe.to_owned())
}

//! What a cook compiles for, against what the builds after it compile for.

use plimsoll_finding::Severity;

use crate::facts::cargo::{CargoCommand, Choice};
use crate::facts::copies::Origin;
use crate::facts::paths::is_in;
use crate::{Context, Facts};

pub(super) fn check(cx: &mut Context<'_, '_>, cooks: &[&CargoCommand]) {
    let facts = cx.facts;
    let builds: Vec<_> = facts.cargo().iter().filter(|it| it.kind.builds()).collect();
    let mut lost = Vec::new();
    for build in &builds {
        let served: Vec<_> =
            cooks.iter().copied().filter(|it| serves(facts, it, build)).collect();
        // With several, one for each kind of build, it is enough that one fits.
        let Some(difference) = differences(facts, &served, build) else { continue };
        let Some(cook) = served.last() else { continue };
        match difference {
            Difference::Mount => {
                if lost.contains(&cook.span) {
                    continue;
                }
                lost.push(cook.span);
                let message = format!(
                    "`cargo chef cook` fills a cache mount that `{}` does not have",
                    build.name()
                );
                let help = "Give both the same cache mount over the target directory, or neither.";
                cx.report(cook.head, message).help(help).related(build.head, "built here").done();
            }
            Difference::Features => {
                // Builds with features of their own share what they have in common.
                let shared = builds.iter().filter(|it| serves(facts, cook, it)).count() > 1;
                if shared {
                    continue;
                }
                let message = format!(
                    "`{}` has other features than cargo-chef cooked, so dependencies are compiled again where they differ",
                    build.name()
                );
                cx.report(build.head, message)
                    .severity(Severity::Note)
                    .help("Give both commands the same features.")
                    .related(cook.head, "cooked here")
                    .done();
            }
            Difference::Other(what) => {
                let message =
                    format!("`{}` {what}, so dependencies are compiled again", build.name());
                cx.report(build.head, message)
                    .help("Give `cargo chef cook` the same settings as the build.")
                    .related(cook.head, "cooked here")
                    .done();
            }
        }
    }
}

/// Whether what a cook compiles is there when a build begins: it ran before it, or its target
/// directory was copied from its stage.
fn serves(facts: &Facts<'_>, cook: &CargoCommand, build: &CargoCommand) -> bool {
    let in_chain = facts.stages.chain(build.stage).any(|it| it.index == cook.stage);
    if in_chain {
        return (cook.index, cook.span.start()) < (build.index, build.span.start());
    }
    facts.copies_before(build.stage, build.index).iter().any(|it| {
        let Origin::Stage(from) = it.origin else { return false };
        let from_cook = facts.stages.chain(from).any(|it| it.index == cook.stage);
        from_cook && cook.writes_to(&it.source)
    })
}

enum Difference {
    Mount,
    Features,
    Other(String),
}

/// What keeps a build from using any of the cooks; `None` if one fits, or none serves it.
fn differences(
    facts: &Facts<'_>,
    cooks: &[&CargoCommand],
    build: &CargoCommand,
) -> Option<Difference> {
    let mut found = None;
    for cook in cooks {
        let difference = difference(facts, cook, build)?;
        found = Some(difference);
    }
    found
}

fn difference(
    facts: &Facts<'_>,
    cook: &CargoCommand,
    build: &CargoCommand,
) -> Option<Difference> {
    let other = |text: String| Some(Difference::Other(text));
    if let (Some(cooked), Some(built)) = (profile(cook), profile(build))
        && cooked != built
    {
        let text = format!("has the profile `{built}` but cargo-chef cooked for `{cooked}`");
        return other(text);
    }
    if let (Some(cooked), Some(built)) = (target(cook), target(build))
        && cooked != built
    {
        let name = |it: &str| if it.is_empty() { "the host".into() } else { format!("`{it}`") };
        let built = match built {
            "" => "no target".to_owned(),
            built => format!("the target `{built}`"),
        };
        return other(format!("has {built} but cargo-chef cooked for {}", name(cooked)));
    }
    if let Some(text) = driver(facts, cook, build) {
        return other(text);
    }
    if cook.stage == build.stage && into_elsewhere(cook, build) {
        return other("compiles into another directory than cargo-chef".to_owned());
    }
    let flags = |it: &CargoCommand| it.rustflags.clone().map(|it| it.trim().to_owned());
    let hidden = |it: &Option<String>| it.as_ref().is_some_and(|it| it.contains('$'));
    let (cooked, built) = (flags(cook), flags(build));
    if cooked.clone().unwrap_or_default() != built.clone().unwrap_or_default()
        && !hidden(&cooked)
        && !hidden(&built)
        && !build.conditional
        && !sets_flags(facts, cook.index)
        && !sets_flags(facts, build.index)
    {
        return other("has other `RUSTFLAGS` than cargo-chef had".to_owned());
    }
    let mounted = |it: &CargoCommand| facts.target_mount(it).is_some();
    if mounted(cook) && !mounted(build) {
        return Some(Difference::Mount);
    }
    let (cooked, built) = (&cook.arguments, &build.arguments);
    let clear = !cooked.hidden
        && !built.hidden
        && !cooked.features.names.iter().chain(&built.features.names).any(|it| it.contains('$'));
    let same = cooked.features == built.features || cooked.features.all && built.features.all;
    (clear && !same).then_some(Difference::Features)
}

fn profile(command: &CargoCommand) -> Option<&str> {
    match &command.arguments.profile {
        Choice::Default => Some("dev"),
        Choice::Is(name) => comparable(name),
        Choice::Hidden => None,
    }
}

/// The target, empty for the host.
fn target(command: &CargoCommand) -> Option<&str> {
    match &command.target {
        Choice::Default => Some(""),
        Choice::Is(name) => comparable(name),
        Choice::Hidden => None,
    }
}

/// A name that may hold variables. They mean the same in both commands, unless a script sets them.
fn comparable(name: &str) -> Option<&str> {
    (!name.contains('$')).then_some(name)
}

/// Whether a script sets flags of the compiler in a way that is not seen.
fn sets_flags(facts: &Facts<'_>, index: usize) -> bool {
    facts.run_mentions(index, &["export RUSTFLAGS", "cargo/config", "CARGO_ENCODED_RUSTFLAGS"])
}

fn driver(facts: &Facts<'_>, cook: &CargoCommand, build: &CargoCommand) -> Option<String> {
    if !matches!(build.through, "zigbuild" | "cross") || build.through == cook.through {
        return None;
    }
    let cooked = facts.run_mentions(cook.index, &["--zigbuild", "zig"]);
    if cooked || build.through == "cross" && cook.through == "cross" {
        return None;
    }
    let driver = build.through;
    Some(format!("compiles through `{driver}` but cargo-chef cooked without it"))
}

/// Whether two commands put their results into directories that can't be the same.
fn into_elsewhere(cook: &CargoCommand, build: &CargoCommand) -> bool {
    match (&cook.target_dir, &build.target_dir) {
        (Some(cooked), Some(built)) => cooked != built && !cooked.contains('$') && !built.contains('$'),
        (Some(cooked), None) => build.directory.is_some() && !build.writes_to(cooked),
        (None, Some(built)) => cook.directory.is_some() && !cook.writes_to(built),
        // The root of the workspace may be anywhere above, if one is above the other.
        (None, None) => match (&cook.directory, &build.directory) {
            (Some(cooked), Some(built)) => {
                !is_in(cooked, built) && !is_in(built, cooked)
            }
            _ => false,
        },
    }
}

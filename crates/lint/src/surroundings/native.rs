//! What the crates of a build need of the system, and whether the builder has it.

use std::collections::BTreeMap;

use plimsoll_project::cargo_files::{Choice, Dependency, LockFile, LockedPackage};

use super::{CargoBuild, Presence, Surroundings};
use crate::Facts;
use crate::bases::PackageManager;
use crate::facts::cargo::{CargoCommand, Choice as Chosen, is_rust_image};
use crate::facts::packages::{Manager, Operation};
use crate::libraries::native::{Need, Needed, leads, needs};

/// A need of a build.
#[derive(Debug)]
pub(crate) struct BuildNeed<'b> {
    /// What the table says.
    pub(crate) need: &'static Need,
    /// Names from the member to the crate.
    pub(crate) chain: Vec<String>,
    /// The dependency of the member that the chain begins with.
    pub(crate) dependency: &'b Dependency,
    /// The crate, in the lock file.
    pub(crate) locked: &'b LockedPackage,
}

/// Everything that a build surely needs of the system.
pub(crate) fn needs_of<'b>(around: &Surroundings, build: &'b CargoBuild) -> Vec<BuildNeed<'b>> {
    let mut found = Vec::new();
    let (Some(choice), Some(lock)) = (&build.choice, &build.workspace.lock) else { return found };
    // Of versions that are chosen anew nothing is known.
    if !matches!(build.presence(around, &lock.source.path), Presence::There(_)) {
        return found;
    }
    let surely = surely_built(build, choice, lock);
    for need in needs() {
        let mut packages = lock.locked(need.crate_name);
        let (Some(locked), None) = (packages.next(), packages.next()) else { continue };
        let Some((dependency, chain)) = surely.get(need.crate_name) else { continue };
        if !need.holds(|it| lock.depends(locked, it)) {
            continue;
        }
        let members = build.workspace.members.iter().flat_map(|it| &it.dependencies);
        let mut features =
            members.flat_map(|it| it.features.iter().map(|name| (&it.package, name)));
        if !features.any(|(package, feature)| need.goes_with(package, feature)) {
            found.push(BuildNeed { need, chain: chain.clone(), dependency, locked });
        }
    }
    found
}

type Reached<'b> = BTreeMap<String, (&'b Dependency, Vec<String>)>;

/// The crates of the table that a build surely compiles, each with the way that leads there.
fn surely_built<'b>(build: &'b CargoBuild, choice: &Choice, lock: &LockFile) -> Reached<'b> {
    let mut found: Reached<'b> = BTreeMap::new();
    for member in build.workspace.built_members(choice) {
        for (dependency, features) in build.workspace.active(member, choice) {
            if dependency.path().is_some() {
                continue;
            }
            let package = dependency.package.clone();
            let version = lock.locked(&package).next().map_or("", |it| &it.version);
            let default = dependency.default_features.then(|| "default".to_owned());
            let features: Vec<String> = features.into_iter().chain(default).collect();
            let first = leads(&package).filter(|lead| {
                lead.is_always() || features.iter().any(|it| lead.is_with(it, version))
            });
            let mut open: Vec<Vec<String>> = vec![vec![member.name.clone(), package.clone()]];
            open.extend(
                first.map(|it| vec![member.name.clone(), package.clone(), it.to.to_owned()]),
            );
            while let Some(chain) = open.pop() {
                let Some(last) = chain.last().cloned() else { continue };
                if !lock.has(&last) || found.contains_key(&last) {
                    continue;
                }
                // The way on from the package itself depends on its features.
                if chain.len() > 2 {
                    let on = leads(&last).filter(|it| it.is_always());
                    open.extend(on.map(|it| {
                        let mut next = chain.clone();
                        next.push(it.to.to_owned());
                        next
                    }));
                }
                found.insert(last, (dependency, chain));
            }
        }
    }
    found
}

/// The official image of Rust that a build for its own machine runs in: its package manager, and
/// whether it is the full one. `None` for all others, and where scripts may install anything.
pub(crate) fn builder(facts: &Facts<'_>, command: &CargoCommand) -> Option<(PackageManager, bool)> {
    let image = facts.base_image(command.stage)?;
    let tag = image.tag().unwrap_or("latest");
    let is_plain = command.target == Chosen::Default && command.through.is_empty();
    if !is_plain
        || !image.is_known
        || !is_rust_image(&image.text)
        || is_opaque(facts, command.stage)
    {
        return None;
    }
    // What another stage has compiled is not compiled again.
    if facts.has_foreign_results(command) {
        return None;
    }
    let is_slim = tag.contains("slim");
    let manager = if tag.contains("alpine") { PackageManager::Apk } else { PackageManager::Apt };
    Some((manager, !is_slim && manager == PackageManager::Apt))
}

/// Whether a builder has what is needed.
pub(crate) fn has(
    facts: &Facts<'_>,
    command: &CargoCommand,
    (manager, is_full): (PackageManager, bool),
    need: &Need,
) -> bool {
    let base = facts.base(command.stage);
    let is_held = match need.what {
        Needed::Library(library) => {
            is_full
                && base.is_none_or(|it| library.is_held_by(&it) != Some(false))
                && library.is_in_full_image()
        }
        Needed::Program(program) => is_full && program.in_full_image,
    };
    let mut installed = facts.packages().installed(&facts.stages, command.stage);
    is_held
        || installed.any(|(_, package)| match need.what {
            Needed::Library(library) => library.is_built_with(manager, package),
            Needed::Program(program) => program.comes_with(manager, package),
        })
        || need.elsewhere().any(|it| facts.chain_mentions(command.stage, &[it]))
}

/// Whether something may be installed that isn't seen.
fn is_opaque(facts: &Facts<'_>, stage: usize) -> bool {
    facts.stages.chain(stage).any(|stage| {
        let commands = facts.packages().of_stage(stage.index);
        let hidden = commands.iter().filter(|it| it.operation == Operation::Install);
        let hidden = hidden
            .flat_map(|it| &it.packages)
            .any(|it| !it.known || it.text.starts_with(['.', '/']) || it.text.contains(".deb"));
        let others = commands.iter().any(|it| {
            !matches!(
                it.manager,
                Manager::Apt | Manager::Apk | Manager::Npm | Manager::Yarn | Manager::Pip
            )
        });
        let scripts = facts.run_commands_of(stage).any(|it| {
            let program = it.command.program().unwrap_or_default();
            let word = it.command.words.first().map_or("", |it| &*it.value);
            // What cargo made is often put elsewhere, and brings nothing with it.
            let moves = matches!(program, "cp" | "mv" | "ln" | "install");
            let of_target = || it.command.args().iter().any(|it| it.value.contains("target"));
            word.contains('/')
                || moves && !of_target()
                || matches!(
                    program,
                    "sh" | "bash"
                        | "make"
                        | "dpkg"
                        | "curl"
                        | "wget"
                        | "tar"
                        | "unzip"
                        | "nix"
                        | "xx-apt"
                        | "xx-apt-get"
                        | "xx-apk"
                        | "eval"
                )
        });
        let copies = stage.body.iter().any(|it| {
            use plimsoll_syntax::dockerfile::Command;
            // Tools may come from other images.
            matches!(&it.command, Command::Copy(copy) if copy.from.is_some())
                && facts.copied_from_image(it)
        });
        hidden || others || scripts || copies
    })
}

impl Facts<'_> {
    /// Whether a `COPY` takes from another image rather than from a stage.
    fn copied_from_image(
        &self,
        instruction: &plimsoll_syntax::dockerfile::Instruction<'_>,
    ) -> bool {
        use crate::facts::copies::Origin;
        let index = self.file.instructions.iter().position(|it| it.span == instruction.span);
        index.is_some_and(|it| self.copied(it).iter().any(|it| it.origin == Origin::Elsewhere))
    }
}

/// What the table says of protoc.
pub(crate) fn protoc() -> Option<&'static crate::libraries::native::Program> {
    crate::libraries::native::program_named("protoc")
}

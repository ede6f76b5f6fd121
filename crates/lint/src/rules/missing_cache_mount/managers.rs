//! Package managers that have a cache mount in one `RUN` of a file and none in another.

use plimsoll_syntax::dockerfile::MountKind;

use crate::facts::packages::{Manager, Operation};
use crate::{Context, Facts};

pub(super) fn check(cx: &mut Context<'_, '_>) {
    let facts = cx.facts;
    let mounts = |it: &crate::facts::places::MountedAt<'_>| it.kind == MountKind::Cache;
    let any = (0..facts.file.instructions.len()).any(|it| facts.mounts(it).iter().any(mounts));
    if !any {
        return;
    }
    let installs: Vec<_> = facts
        .package_runs()
        .filter(|it| it.does.operation == Operation::Install && !it.does.elsewhere)
        .collect();
    let mut last = None;
    for install in &installs {
        let (index, manager) = (install.does.index, install.does.manager);
        // Nothing is downloaded, or nothing is kept on purpose.
        let packages = &install.does.packages;
        let local = !packages.is_empty()
            && packages.iter().all(|it| it.text.starts_with(['/', '.']) || it.text.contains(".whl"));
        if local || install.command().has_flag('\0', "no-cache-dir") {
            continue;
        }
        if last == Some((index, manager)) || is_mounted(facts, index, manager) {
            continue;
        }
        let elsewhere = installs
            .iter()
            .any(|it| it.does.manager == manager && is_mounted(facts, it.does.index, manager));
        if !elsewhere {
            continue;
        }
        last = Some((index, manager));
        let message = format!(
            "`{}` has no cache mount here, unlike in another RUN of this file",
            install.title()
        );
        let help = "Give it the mounts that the other RUN has.";
        cx.report(install.does.verb, message).help(help).done();
    }
}

/// Whether a `RUN` has a cache mount over what a manager keeps.
fn is_mounted(facts: &Facts<'_>, index: usize, manager: Manager) -> bool {
    let parts: &[&str] = match manager {
        Manager::Apt => &["/apt"],
        Manager::Apk => &["/apk"],
        Manager::Yum | Manager::Dnf => &["/dnf", "/yum"],
        Manager::Zypper => &["/zypp"],
        Manager::Pacman => &["/pacman"],
        Manager::Pip => &["pip", "/uv", "/.cache"],
        Manager::Npm => &["npm", "node_modules"],
        Manager::Yarn => &["yarn", "node_modules"],
        Manager::Pnpm => &["pnpm", "node_modules"],
        Manager::Gem => &["gem", "bundle"],
        Manager::Go => &["/go", "go-build"],
        Manager::Conda => &["conda", "mamba"],
        Manager::Composer => &["composer"],
    };
    facts.mounts(index).iter().any(|it| {
        it.kind == MountKind::Cache && parts.iter().any(|part| it.path.contains(part))
    })
}

//! What a cargo command builds, as its options and its directory say.

use plimsoll_project::cargo_files::{CargoWorkspace, Choice};

use crate::Facts;
use crate::facts::cargo::{CargoCommand, CargoKind};

/// The packages and features that a command builds; `None` where variables hide that.
/// `directory` is where the nearest manifest lies outside of the image.
pub(super) fn choice(
    facts: &Facts<'_>,
    command: &CargoCommand,
    workspace: &CargoWorkspace,
    directory: &str,
) -> Option<Choice> {
    let arguments = &command.arguments;
    let is_hidden = |it: &String| it.contains(['$', '`', '*', '?', '[']);
    if arguments.hidden
        || arguments.packages.iter().any(is_hidden)
        || arguments.binaries.iter().any(is_hidden)
        || arguments.features.names.iter().any(is_hidden)
        || !matches!(command.through, "" | "zigbuild" | "cross" | "xx" | "xwin")
    {
        return None;
    }
    let text = facts.file.text.get(command.span.range())?;
    let says = |words: &[&str]| text.split_whitespace().any(|it| words.contains(&it));
    let mut packages: Vec<String> = if says(&["--workspace", "--all"]) {
        if text.contains("--exclude") {
            return None;
        }
        workspace.members.iter().map(|it| it.name.clone()).collect()
    } else if !arguments.packages.is_empty() {
        // `name@1.2.3` and `path#name` name one, too.
        let plain = arguments.packages.iter().map(|it| {
            let name = it.rsplit(['#', '/']).next().unwrap_or(it);
            name.split(['@', ':']).next().unwrap_or(name).to_owned()
        });
        plain.collect()
    } else if directory == workspace.directory {
        let defaults = workspace.default_members.iter();
        defaults.filter_map(|it| Some(workspace.members.get(*it)?.name.clone())).collect()
    } else {
        let own = workspace.members.iter().filter(|it| it.directory == directory);
        own.map(|it| it.name.clone()).collect()
    };
    // Of several packages only those are built that have what is named.
    let named = &arguments.binaries;
    if !named.is_empty() && !text.contains("--example") && !text.contains("--lib") {
        packages.retain(|name| {
            let member = workspace.member(name);
            member.is_none_or(|it| it.binaries().any(|it| named.contains(&it.name)))
        });
    }
    Some(Choice {
        packages,
        features: arguments.features.names.iter().cloned().collect(),
        all_features: arguments.features.all,
        no_default_features: arguments.features.no_default,
        tests: command.kind == CargoKind::Test
            || says(&["--tests", "--all-targets", "--benches", "--examples"]),
    })
}

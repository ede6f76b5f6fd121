//! Copying a file out of the mount in the `RUN` that makes it.

use plimsoll_finding::{Edit, Fix};
use plimsoll_syntax::dockerfile::{Command, Form};
use plimsoll_syntax::shell::Joined;

use super::uses::{Lost, Taker};
use crate::Facts;
use crate::facts::paths;

/// The fix for a file that one `COPY` takes and that nothing else in the mount is taken beside.
pub(super) fn copy_out(facts: &Facts<'_>, lost: &Lost<'_>, all: &[Lost<'_>]) -> Option<Fix> {
    let mounted = |it: &&Lost<'_>| it.mount.id == lost.mount.id || it.mount.path == lost.mount.path;
    let alone = all.iter().filter(mounted).count() == 1;
    let plain = |it: char| it.is_ascii_alphanumeric() || matches!(it, '/' | '.' | '_' | '-');
    if !alone || !matches!(lost.by, Taker::Copy(_)) || !lost.path.chars().all(plain) {
        return None;
    }
    // One RUN builds into the mount, and nothing comes after the build.
    let mut builds = facts.cargo().iter().filter(|it| {
        it.stage == lost.stage && it.kind.makes_layer() && it.writes_to(&lost.mount.path)
    });
    let build = builds.next().filter(|it| it.index == lost.index && it.kind.builds())?;
    if builds.next().is_some() || build.conditional || build.tolerated {
        return None;
    }
    let script = facts.script(build.index)?;
    let all_joined = script
        .commands
        .iter()
        .all(|it| it.parent.is_none() && matches!(it.joined, Joined::First | Joined::And));
    let is_last = build.command.is_some_and(|it| it + 1 == script.commands.len());
    let instruction = &facts.file.instructions[build.index];
    let Command::Run(run) = &instruction.command else { return None };
    let text = run.line.script.text();
    let simple = run.line.form == Form::Shell
        && instruction.heredocs.is_empty()
        && !text.contains('#')
        && build.span.end() == run.line.script.whole_span().end();
    let name = paths::file_name(&lost.path);
    // A directory holds more than one file.
    let below = lost.path.strip_prefix(&*lost.mount.path)?.matches('/').count();
    if !(all_joined && is_last && simple) || below < 2 {
        return None;
    }
    let out = format!("/usr/local/bin/{name}");
    let quote = facts.file.text.as_bytes().get(lost.span.start()) == Some(&b'"');
    let source = if quote { format!("\"{out}\"") } else { out.clone() };
    Some(Fix::risky(
        format!("Copy `{name}` out of the cache mount"),
        [
            Edit::insert(build.span.end(), format!(" && cp {} {out}", lost.path)),
            Edit::replace(lost.span, source),
        ],
    ))
}

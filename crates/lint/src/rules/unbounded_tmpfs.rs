//! `unbounded-tmpfs`: a file system in memory has no limit.

use plimsoll_finding::{Clause, Severity};
use plimsoll_syntax::compose::{MountKind, Text};
use crate::rule::declare_rule;
use crate::{ComposeContext, FixAvailability};

declare_rule! {
    /// ## What it does
    /// Reports `tmpfs` without a size, in the short form, in the form of a mount, and in `tmpfs:`
    /// volumes.
    ///
    /// ## Why it matters
    /// A file system in memory without a size takes up to half of the machine's memory; with `size` a
    /// runaway file ends in an error for the one who writes it.
    ///
    /// ## Bad
    /// ```yaml
    /// services:
    ///   api:
    ///     build: .
    ///     read_only: true
    ///     tmpfs: [/tmp]
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// services:
    ///   api:
    ///     build: .
    ///     read_only: true
    ///     tmpfs: ["/tmp:size=16m,noexec"]
    /// ```
    pub(crate) static UNBOUNDED_TMPFS = {
        name: "unbounded-tmpfs",
        clause: Clause::Limits,
        summary: "a file system in memory has no limit",
        severity: Severity::Note,
        fix: FixAvailability::None,
        aliases: &[],
        default: false,
        compose: check,
    }
}

fn check(cx: &mut ComposeContext<'_, '_>) {
    for service in &cx.facts.compose.services {
        // A limit of memory holds for what lies in it too.
        if service.resources().limits.memory.is_some() {
            continue;
        }
        let help = "Give it a size: `/tmp:size=16m`, or `tmpfs: {size: 16m}` in a mount.";
        if service.get("tmpfs").is_some() {
            for text in service.texts("tmpfs") {
                let options = text.text.split_once(':').map_or("", |it| it.1);
                if options.split(',').any(|it| it.starts_with("size=")) || text.text.contains('$') {
                    continue;
                }
                let path = text.text.split(':').next().unwrap_or_default();
                let message = format!("`{path}` of `{}` may fill the memory", service.name);
                cx.report(text.span, message).help(help).done();
            }
        }
        if service.get("volumes").is_some() {
            for mount in service.volumes() {
                let is_tmpfs = mount.kind == MountKind::Tmpfs;
                if !is_tmpfs || mount.value.at(&["tmpfs", "size"]).is_some() {
                    continue;
                }
                let path = mount.target.map_or("", |it: Text<'_>| it.text);
                let message = format!("`{path}` of `{}` may fill the memory", service.name);
                cx.report(mount.span, message).help(help).done();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check;

    #[test]
    fn each_form_is_read() {
        check(
            "unbounded-tmpfs",
            "services:\n  a: {tmpfs: /tmp}\n  b: {tmpfs: ['/x:noexec', '/y:mode=700,size=1m']}\n  \
             c:\n    volumes:\n      - {type: tmpfs, target: /t}\n      - {type: tmpfs, target: /u, tmpfs: {size: 1m}}\n  \
             d: {tmpfs: /tmp, mem_limit: 1g}\n",
            "2:14 note: `/tmp` of `a` may fill the memory\n\
             3:15 note: `/x` of `b` may fill the memory\n\
             6:9 note: `/t` of `c` may fill the memory",
        );
    }
}

//! `extractable-archive`: an archive is copied, then unpacked.

use plimsoll_finding::{Clause, Severity};
use plimsoll_syntax::dockerfile::Command;
use plimsoll_syntax::shell::ShellCommand;

use crate::rule::declare_rule;
use crate::{Context, FixAvailability, Scope};
use crate::facts::sources::{is_archive, paths};

declare_rule! {
    /// ## What it does
    /// Reports `COPY` of a tar archive from the context that a later `RUN` of the same stage
    /// unpacks with `tar`.
    ///
    /// ## Why it matters
    /// The archive stays in its layer, even if the `RUN` deletes it. `ADD` unpacks it on the way
    /// and leaves no archive.
    ///
    /// ## Bad
    /// ```dockerfile
    /// FROM debian:trixie-slim
    /// COPY assets.tar.gz /tmp/
    /// RUN tar -xzf /tmp/assets.tar.gz -C /srv && rm /tmp/assets.tar.gz
    /// ```
    ///
    /// ## Good
    /// ```dockerfile
    /// FROM debian:trixie-slim
    /// ADD assets.tar.gz /srv
    /// ```
    pub(crate) static EXTRACTABLE_ARCHIVE = {
        name: "extractable-archive",
        clause: Clause::Size,
        summary: "an archive is copied and unpacked by a later `RUN`",
        severity: Severity::Note,
        fix: FixAvailability::None,
        aliases: &["DL3010"],
        default: false,
        scope: Scope::Image,
        check: check,
    }
}

fn check(cx: &mut Context<'_, '_>) {
    let facts = cx.facts;
    for stage in &facts.stages.all {
        for (offset, instruction) in stage.body.iter().enumerate() {
            let Command::Copy(copy) = &instruction.command else { continue };
            let index = stage.first + offset;
            if copy.from.is_some() {
                continue;
            }
            let destination = facts.expand(index, &copy.destination);
            for source in paths(copy).filter(|it| is_tar(&it.text)) {
                let path = facts.expand(index, source);
                // A file that is named anew is known by its new name.
                let name = if is_tar(&destination) { base(&destination) } else { base(&path) };
                let later = facts.run_commands_of(stage).filter(|it| it.index > index);
                let Some(unpacks) = later.into_iter().find(|it| unpacks(it.command, name)) else { continue };
                let place = unpacks.command.span;
                cx.report(source.span, format!("`{name}` is copied into a layer and unpacked into another"))
                    .help("`ADD` unpacks it without keeping the archive.")
                    .related(place, "it is unpacked here")
                    .done();
            }
        }
    }
}

fn is_tar(path: &str) -> bool {
    let name = base(path);
    is_archive(path) && (name.contains(".tar") || name.contains(".t"))
}

fn base(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or_default()
}

fn unpacks(command: &ShellCommand<'_>, archive: &str) -> bool {
    command.program() == Some("tar")
        && command.args().iter().any(|it| base(&it.value) == archive)
        && (command.has_flag('x', "extract")
            || command.has_flag('\0', "get")
            || command.args().first().is_some_and(|it| !it.value.starts_with('-') && it.value.contains('x')))
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check;

    const RULE: &str = "extractable-archive";

    #[test]
    fn by_its_old_or_new_name() {
        let text = "FROM a\nCOPY x/a.tgz b.txt /tmp/\nCOPY c.tar.gz /d.tar.gz\nRUN tar xf /tmp/a.tgz && tar --extract -f /d.tar.gz\n";
        let expected = "2:6 note: `a.tgz` is copied into a layer and unpacked into another\n\
                        3:6 note: `d.tar.gz` is copied into a layer and unpacked into another";
        check(RULE, text, expected);
    }

    #[test]
    fn other_stages_other_files_and_packing() {
        let text = "FROM a AS s\nCOPY a.tar /\nFROM b\nCOPY --from=s a.tar /\nRUN tar xf a.tar\nCOPY a.zip /\nRUN unzip a.zip\n\
                    COPY b.tar /\nRUN tar cf b.tar c && tar xf d.tar\n";
        check(RULE, text, "");
    }
}

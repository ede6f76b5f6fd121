//! `world-writable`: files that everybody may write.

use plimsoll_finding::{Clause, Severity};
use plimsoll_finding::Span;
use plimsoll_syntax::dockerfile::Command;

use crate::rule::declare_rule;
use crate::{Context, FixAvailability, Scope};
use crate::facts::sources::without_onbuild;

declare_rule! {
    /// ## What it does
    /// Reports modes that let everybody write: `chmod 777`, `666`, `a+w`, `o+rwx` and their like in
    /// a `RUN`, and `--chmod=777` of `COPY` and `ADD`. Directories with the sticky bit (`1777`) and
    /// `/tmp` are left alone.
    ///
    /// ## Why it matters
    /// Any process that gets into the container can then change the program or its data, whatever
    /// user it runs as. What is missing is an owner: the one user that has to write there.
    ///
    /// ## Bad
    /// ```dockerfile
    /// FROM debian:trixie-slim
    /// RUN mkdir -p /var/lib/app && chmod 777 /var/lib/app
    /// USER 65532:65532
    /// ```
    ///
    /// ## Good
    /// ```dockerfile
    /// FROM debian:trixie-slim
    /// RUN install -d -o 65532 -g 65532 -m 750 /var/lib/app
    /// USER 65532:65532
    /// ```
    pub(crate) static WORLD_WRITABLE = {
        name: "world-writable",
        clause: Clause::NonRoot,
        summary: "everybody may write a file",
        severity: Severity::Note,
        fix: FixAvailability::None,
        aliases: &["tally/world-writable-state-path-workaround"],
        default: false,
        scope: Scope::Image,
        check: check,
    }
}

fn check(cx: &mut Context<'_, '_>) {
    let facts = cx.facts;
    for (index, outer) in facts.file.instructions.iter().enumerate() {
        let (Command::Copy(copy) | Command::Add(copy)) = &without_onbuild(outer).command else { continue };
        let Some(mode) = &copy.chmod else { continue };
        if is_open(&facts.expand(index, mode)) && !is_temporary(&facts.expand(index, &copy.destination)) {
            report(cx, mode.span, mode.as_str());
        }
    }
    for it in facts.run_commands() {
        let mode = match it.command.program() {
            Some("chmod") => it.command.args().iter().find(|it| !is_option(&it.value)).map(|it| (&*it.value, it.span)),
            Some("mkdir" | "install") => it.command.option(&["-m", "--mode"]).map(|it| (it.value, it.span)),
            _ => continue,
        };
        let Some((mode, span)) = mode.filter(|(mode, _)| is_open(mode)) else { continue };
        let rest = it.command.args().iter().filter(|it| it.span.start() > span.end());
        let mut paths = rest.filter(|it| !it.value.starts_with('-')).peekable();
        if paths.peek().is_some() && paths.all(|it| is_temporary(&it.value)) {
            continue;
        }
        report(cx, span, mode);
    }
}

fn report(cx: &mut Context<'_, '_>, span: Span, mode: &str) {
    cx.report(span, format!("`{mode}` lets everybody write"))
        .help("Give the files to the user that writes them: `--chown=65532:65532`, or `chown` in the same `RUN`.")
        .done();
}

/// An option of chmod; `-x` and `-rwx` are modes.
fn is_option(word: &str) -> bool {
    word.starts_with("--") || matches!(word, "-R" | "-v" | "-c" | "-f") || (word.starts_with('-') && word.contains(['R', 'v', 'c', 'f']))
}

/// Whether a mode lets everybody write and is not kept to owners by the sticky bit.
fn is_open(mode: &str) -> bool {
    if mode.bytes().all(|it| matches!(it, b'0'..=b'7')) && !mode.is_empty() {
        let others = mode.bytes().last().unwrap_or(b'0') - b'0';
        let special = mode.len().checked_sub(4).and_then(|it| mode.as_bytes().get(it)).copied();
        return others & 2 != 0 && special.unwrap_or(b'0') & 1 == 0;
    }
    mode.split(',').any(|clause| {
        let Some(at) = clause.find(['+', '=']) else { return false };
        let (who, what) = clause.split_at(at);
        who.contains(['a', 'o']) && what.contains('w') && !what.contains('t')
    })
}

fn is_temporary(path: &str) -> bool {
    ["/tmp", "/var/tmp", "/dev", "/proc", "/run/lock"].iter().any(|it| {
        path.strip_prefix(it).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    })
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check;

    const RULE: &str = "world-writable";

    #[test]
    fn modes_in_every_spelling() {
        let text = "FROM a\nRUN chmod -R 0777 /x && chmod a+rwx /y && chmod u=rwx,o+w /z\n\
                    COPY --chmod=666 a /b\nRUN mkdir -m 777 /c\nRUN chmod -vR ugo+rw /d\n";
        let expected = "2:14 note: `0777` lets everybody write\n2:31 note: `a+rwx` lets everybody write\n\
                        2:49 note: `u=rwx,o+w` lets everybody write\n3:14 note: `666` lets everybody write\n\
                        4:14 note: `777` lets everybody write\n5:15 note: `ugo+rw` lets everybody write";
        check(RULE, text, expected);
    }

    #[test]
    fn narrow_modes_and_temporary_directories() {
        let text = "FROM a\nRUN chmod 1777 /x && chmod 777 /tmp && chmod 775 /y && chmod a+x /z && chmod -x /w\n\
                    RUN chmod g+w,o+r /x && chmod u+w /x && chmod --reference=/a /b && chmod $M /x && chmod o-w /x\n\
                    COPY --chmod=755 a /b\n";
        check(RULE, text, "");
    }
}

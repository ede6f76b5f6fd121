//! `copy-without-chown`: files for another user to write, copied as root's.

use plimsoll_finding::{Clause, Edit, Fix, Severity};
use plimsoll_syntax::dockerfile::{Command, Keyword, Stage};

use crate::bases::User;
use crate::facts::paths;
use crate::facts::users::RunsAs;
use crate::rule::declare_rule;
use crate::{Context, Facts, FixAvailability, Scope};

declare_rule! {
    /// ## What it does
    /// Notes a `COPY` without `--chown` into a place that is evidently for writing at run time (a
    /// volume, or a directory such as `data`, `logs` or `uploads`) in a final stage whose process
    /// is not root.
    ///
    /// ## Why it matters
    /// `COPY` makes root the owner whatever `USER` says. The process can read the files but neither
    /// change them nor put others beside them, which shows at run time alone.
    ///
    /// ## Bad
    /// ```dockerfile
    /// FROM gcr.io/distroless/static-debian13:nonroot
    /// COPY app /app
    /// COPY seed.db /data/
    /// VOLUME /data
    /// ENTRYPOINT ["/app"]
    /// ```
    ///
    /// ## Good
    /// ```dockerfile
    /// FROM gcr.io/distroless/static-debian13:nonroot
    /// COPY app /app
    /// COPY --chown=65532:65532 seed.db /data/
    /// VOLUME /data
    /// ENTRYPOINT ["/app"]
    /// ```
    ///
    /// ## Fix safety
    /// Unsafe: the process can then change files that may have been meant for reading alone.
    pub(crate) static COPY_WITHOUT_CHOWN = {
        name: "copy-without-chown",
        clause: Clause::NonRoot,
        summary: "files for writing are copied as root's",
        severity: Severity::Note,
        fix: FixAvailability::Always,
        aliases: &["tally/copy-after-user-without-chown"],
        default: true,
        scope: Scope::Image,
        check: check,
    }
}

/// Directories whose name says that programs write there.
const STATE: &[&str] = &["data", "db", "database", "logs", "log", "uploads", "upload", "storage"];

fn check(cx: &mut Context<'_, '_>) {
    let facts = cx.facts;
    let Some(last) = facts.stages.last() else { return };
    let owner = match facts.runs_as(last.index) {
        RunsAs::Named(user) if !user.is_root() && !user.is_hidden() => user.text.into_owned(),
        RunsAs::Base(User::Other(user)) => format!("{user}:{user}"),
        _ => return,
    };
    let mut volumes = None;
    for (offset, instruction) in last.body.iter().enumerate() {
        let Command::Copy(copy) = &instruction.command else { continue };
        let index = last.first + offset;
        if copy.chown.is_some() || copy.chmod.is_some() {
            continue;
        }
        let destination = facts.expand(index, &copy.destination);
        let path = paths::join(facts.directory(index), &destination);
        let volumes = volumes.get_or_insert_with(|| volumes_of(facts, last));
        let Some(place) = state(&path, volumes) else { continue };
        // What a program is told it reads alone.
        if path.starts_with("/etc") || path.contains("conf") {
            continue;
        }
        if is_given_away(facts, last, index) {
            continue;
        }
        let message = format!("`{place}` is for writing, but what is copied there is root's");
        let help = format!("Copy with `--chown={owner}`.");
        let at = instruction.keyword.span.end();
        let edit = Edit::insert(at, format!(" --chown={owner}"));
        let fix = Fix::risky(format!("Add `--chown={owner}`"), [edit]);
        cx.report(copy.destination.span, message).help(help).fix(fix).done();
    }
}

/// The part of a path that is evidently for writing.
fn state<'p>(path: &'p str, volumes: &[String]) -> Option<&'p str> {
    if let Some(volume) = volumes.iter().find(|it| *it != "/" && paths::is_in(path, it)) {
        return path.get(..volume.len());
    }
    // Web sites and programs have directories of data that nobody writes.
    let first = path.trim_start_matches('/').split('/').next()?;
    let end = 1 + first.len();
    (path.starts_with('/') && STATE.contains(&first)).then(|| path.get(..end)).flatten()
}

fn volumes_of(facts: &Facts<'_>, last: &Stage<'_>) -> Vec<String> {
    let mut volumes = Vec::new();
    for stage in facts.stages.chain(last.index) {
        for (offset, instruction) in stage.body.iter().enumerate() {
            if let Command::Volume(words) = &instruction.command {
                let index = stage.first + offset;
                volumes.extend(words.iter().map(|it| {
                    paths::join(facts.directory(index), &facts.expand(index, it))
                }));
            }
        }
    }
    volumes
}

/// Whether a later command changes owners or permissions, or any script might.
fn is_given_away(facts: &Facts<'_>, last: &Stage<'_>, index: usize) -> bool {
    let after = last.body.iter().enumerate().skip((index + 1).saturating_sub(last.first));
    let mut runs = after.filter(|it| it.1.kind == Keyword::Run);
    runs.any(|(offset, _)| {
        facts.script(last.first + offset).is_none_or(|script| {
            script.commands.iter().any(|it| {
                matches!(it.program(), Some("chown" | "chmod" | "chgrp" | "setfacl" | "install") | None)
            })
        })
    })
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::{check, check_fixed};

    #[track_caller]
    fn finds(text: &str, expected: &str) {
        check("copy-without-chown", text, expected);
    }

    #[test]
    fn volumes_and_directories_of_state() {
        finds(
            "FROM a:1\nWORKDIR /srv\nUSER 1000\nCOPY seed state/seed\nVOLUME [\"/srv/state\"]\n",
            "4:11 note: `/srv/state` is for writing, but what is copied there is root's",
        );
        finds(
            "FROM a:1\nCOPY seed.db /data/db/seed.db\nUSER app\n",
            "2:14 note: `/data` is for writing, but what is copied there is root's",
        );
    }

    #[test]
    fn owners_root_and_other_places_are_left_alone() {
        finds("FROM a:1\nCOPY --chown=app seed /data/\nUSER app\n", "");
        finds("FROM a:1\nCOPY --chmod=666 seed /data/\nUSER app\n", "");
        finds("FROM a:1\nCOPY seed /data/\nRUN chown -R app /data\nUSER app\n", "");
        finds("FROM a:1\nCOPY seed /data/\nUSER root\n", "");
        finds("FROM a:1\nCOPY seed /data/\n", "");
        finds("FROM a:1\nCOPY app /usr/bin/app\nCOPY static /app/data/\nUSER app\n", "");
        finds("FROM a:1\nVOLUME /srv\nCOPY a.cfg /srv/conf/a.cfg\nUSER app\n", "");
        finds("FROM a:1 AS b\nCOPY seed /data/\nUSER app\nFROM scratch\n", "");
    }

    #[test]
    fn the_owner_is_the_user() {
        check_fixed(
            "copy-without-chown",
            "FROM a:1\nCOPY --link \\\n  seed /data/\nUSER 5:6\n",
            "FROM a:1\nCOPY --chown=5:6 --link \\\n  seed /data/\nUSER 5:6\n",
        );
    }
}

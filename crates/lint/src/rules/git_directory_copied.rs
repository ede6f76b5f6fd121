//! `git-directory-copied`: the image holds the project's history.

use plimsoll_finding::{Clause, Severity};
use plimsoll_syntax::dockerfile::Command;

use crate::facts::{paths, sources};
use crate::rule::declare_rule;
use crate::{Context, FixAvailability, Scope};

declare_rule! {
    /// ## What it does
    /// Reports `COPY .git` in a stage that is shipped.
    ///
    /// ## Why it matters
    /// The image holds every version of every file that the project ever had, deleted secrets
    /// included, and each commit makes a new layer.
    ///
    /// ## Bad
    /// ```dockerfile
    /// FROM rust:1.90-slim-trixie
    /// WORKDIR /src
    /// COPY .git .git
    /// COPY src src
    /// COPY Cargo.toml Cargo.lock ./
    /// RUN cargo install --locked --path .
    /// ```
    ///
    /// ## Good
    /// ```dockerfile
    /// FROM rust:1.90-slim-trixie
    /// WORKDIR /src
    /// COPY src src
    /// COPY Cargo.toml Cargo.lock ./
    /// RUN --mount=type=bind,source=.git,target=.git cargo install --locked --path .
    /// ```
    pub(crate) static GIT_DIRECTORY_COPIED = {
        name: "git-directory-copied",
        clause: Clause::Context,
        summary: "the image holds the project's history",
        severity: Severity::Warning,
        fix: FixAvailability::None,
        aliases: &[],
        default: true,
        scope: Scope::Image,
        check: check,
    }
}

fn check(cx: &mut Context<'_, '_>) {
    let shipped = cx.facts.stages.all.iter().filter(|it| it.shipped);
    let mut found = Vec::new();
    for instruction in shipped.flat_map(|it| it.body) {
        let (Command::Copy(copy) | Command::Add(copy)) = &instruction.command else { continue };
        if copy.from.is_none() {
            found.extend(sources::paths(copy).filter(|it| paths::file_name(&it.text) == ".git"));
        }
    }
    for word in found {
        cx.report(word.span, format!("`{}` puts the project's history into the image", word.text))
            .help(
                "Mount it for the `RUN` that needs it (`RUN --mount=type=bind,source=.git,target=.git`), \
                 or give the build what it asks git for as an `ARG`.",
            )
            .done();
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check;

    #[test]
    fn only_shipped_history_is_reported() {
        check(
            "git-directory-copied",
            "FROM a AS b\nCOPY .git .git\nFROM b AS c\nFROM a\nADD ./.git/ .gitignore /x/\n",
            "5:5 warning: `./.git/` puts the project's history into the image",
        );
        check("git-directory-copied", "FROM a\nCOPY .github .gitmodules ./\n", "");
    }
}

//! `unpinned-npm`: packages are installed with npm, yarn or pnpm without a version.

use plimsoll_finding::{Clause, Severity};

use crate::facts::packages::{Manager, report};
use crate::rule::declare_rule;
use crate::{Context, FixAvailability, Scope};

declare_rule! {
    /// ## What it does
    /// Reports packages that are installed without a version. Files, addresses and variables whose
    /// value isn't known count as pinned.
    ///
    /// ## Why it matters
    /// What is installed depends on the day of the build: a new release can break the image or what
    /// runs in it, and nobody sees what changed.
    ///
    /// ## Bad
    /// ```dockerfile
    /// FROM node:24-alpine
    /// RUN npm install --global wasm-pack
    /// ```
    ///
    /// ## Good
    /// ```dockerfile
    /// FROM node:24-alpine
    /// RUN npm install --global wasm-pack@0.13.1
    /// ```
    pub(crate) static UNPINNED_NPM = {
        name: "unpinned-npm",
        clause: Clause::Pinned,
        summary: "packages are installed with npm, yarn or pnpm without a version",
        severity: Severity::Note,
        fix: FixAvailability::None,
        aliases: &["DL3016"],
        default: false,
        scope: Scope::Image,
        check: check,
    }
}

fn check(cx: &mut Context<'_, '_>) {
    let help = "Name a version, as in `wasm-pack@0.13.1`, or install what the lock file says with \
                `npm ci`.";
    report::unpinned(cx, &[Manager::Npm, Manager::Yarn, Manager::Pnpm], help);
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check;

    #[test]
    fn tags_that_move_are_no_versions() {
        check(
            "unpinned-npm",
            "FROM a\nRUN npm i -g a@latest @b/c@1 d#v1",
            "2:14 note: `a@latest` has no version",
        );
    }

    #[test]
    fn all_three_managers_count() {
        check(
            "unpinned-npm",
            "FROM a\nRUN yarn global add a && pnpm add -g @b/c",
            "2:21 note: `a` has no version\n2:38 note: `@b/c` has no version",
        );
    }

    #[test]
    fn lock_files_and_local_packages_decide() {
        check(
            "unpinned-npm",
            "FROM a\nRUN npm ci && npm install --omit dev && npm i ./a b.tgz && yarn && yarn build",
            "",
        );
    }
}

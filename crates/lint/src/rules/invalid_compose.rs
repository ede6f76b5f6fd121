//! `invalid-compose`: Compose refuses the file.

use plimsoll_finding::{Clause, Severity};
use plimsoll_syntax::compose::ComposeProblemKind;

use crate::rule::declare_rule;
use crate::{ComposeContext, FixAvailability};

declare_rule! {
    /// ## What it does
    /// Reports what `docker compose config` refuses: keys and forms that the specification does not
    /// know, variables that are written wrongly, values that can't be read, and parts that don't fit
    /// together, such as a volume that is used and not declared or services that wait for one another.
    /// Where services have neither `image` nor `build`, the file is made to be joined with another one:
    /// what is missing is a warning then.
    /// In a file that adds to another one, what is not there may be in that one.
    ///
    /// ## Why it matters
    /// Not one service of such a file starts.
    ///
    /// ## Bad
    /// ```yaml
    /// services:
    ///   app:
    ///     image: ghcr.io/example/app:1.4.2
    ///     enviroment:
    ///       RUST_LOG: info
    /// ```
    ///
    /// ```yaml
    /// services:
    ///   db:
    ///     image: postgres:17.6
    ///     volumes:
    ///       - data:/var/lib/postgresql/data
    /// ```
    ///
    /// ## Good
    /// ```yaml
    /// services:
    ///   db:
    ///     image: postgres:17.6
    ///     volumes:
    ///       - data:/var/lib/postgresql/data
    /// volumes:
    ///   data:
    /// ```
    pub(crate) static INVALID_COMPOSE = {
        name: "invalid-compose",
        clause: Clause::DevCompose,
        summary: "Compose refuses the file",
        severity: Severity::Error,
        fix: FixAvailability::None,
        aliases: &[],
        default: true,
        compose: check,
    }
}

fn check(cx: &mut ComposeContext<'_, '_>) {
    cx.report_problems(ComposeProblemKind::is_error);
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::{check, check_project};

    const OVERRIDE: &str = "services:\n  app:\n    restart: always\n";

    #[test]
    fn what_only_adds_to_another_file_may_leave_things_out() {
        let missing = "2:3 warning: service `app` has neither `image` nor `build`";
        check("invalid-compose", OVERRIDE, missing);
        let base = "services:\n  app:\n    image: a:1\n";
        for name in ["compose.override.yaml", "compose.prod.yaml"] {
            check_project("invalid-compose", &[(name, OVERRIDE), ("compose.yaml", base)], "");
        }
        check_project("invalid-compose", &[("compose.prod.yaml", OVERRIDE), ("x", "")], missing);
    }

    #[test]
    fn what_is_no_yaml_is_a_syntax_error() {
        check("invalid-compose", "a: [\n", "2:1 error: while parsing a node, did not find expected node content");
    }
}

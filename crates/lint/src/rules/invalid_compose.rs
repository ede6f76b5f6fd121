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
    /// what is missing is a note then, and nothing at all where more says so: no service has an image, the
    /// file or its directory is called an override, a comment at its head has `-f`, or there is a
    /// `compose.yaml` beside or above it. A file with neither services nor a key of Compose is taken for
    /// something else.
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

    const PART: &str = "services:\n  app:\n    restart: always\n  web:\n    image: x:1\n    networks: [n]\n";

    #[test]
    fn services_without_images_are_noted_once() {
        let rest = "neither `image` nor `build`: the file is made to be joined with another one";
        let undefined = "6:16 note: service `web` uses the network `n`, which is not defined";
        check("invalid-compose", PART, &format!("2:3 note: `app` has {rest}\n{undefined}"));
        let web = "  web: {image: x}\n";
        let bare = |names: &[&str]| {
            let services: String = names.iter().map(|it| format!("  {it}: {{init: true}}\n")).collect::<Vec<_>>().concat();
            format!("services:\n{web}{services}")
        };
        for (names, who) in [
            (&["a", "b"][..], "`a` and `b` have"),
            (&["a", "b", "c"], "`a`, `b` and another service have"),
            (&["a", "b", "c", "d", "e"], "`a`, `b` and 3 more services have"),
        ] {
            check("invalid-compose", &bare(names), &format!("3:3 note: {who} {rest}"));
        }
    }

    #[test]
    fn what_only_adds_to_another_file_may_leave_things_out() {
        check("invalid-compose", "services:\n  app:\n    restart: always\n", "");
        check("invalid-compose", &format!("# docker compose -f a.yaml -f b.yaml up\n\n{PART}"), "");
        let base = "services:\n  app:\n    image: a:1\n";
        for name in ["compose.override.yaml", "compose.prod.yaml", "x/y/compose.prod.yaml", "x/compose.yaml"] {
            check_project("invalid-compose", &[(name, PART), ("compose.yaml", base)], "");
        }
        check_project("invalid-compose", &[("overrides/compose.a.yaml", PART), ("x", "")], "");
    }

    #[test]
    fn whole_files_below_another_one_are_checked() {
        let text = PART.replace("restart: always", "image: y:1");
        check_project(
            "invalid-compose",
            &[("x/compose.dev.yaml", &text), ("compose.yaml", PART)],
            "6:16 error: service `web` uses the network `n`, which is not defined",
        );
    }

    #[test]
    fn files_of_other_kinds_are_left_alone() {
        check("invalid-compose", "package: {name: docker-compose}\nadvisories: [{id: x}]\n", "");
    }

    #[test]
    fn version_1_is_reported_once() {
        check(
            "invalid-compose",
            "a:\n  image: x\nb:\n  build: .\n",
            "1:1 error: the file has the form of version 1: put `a`, `b` under `services:`",
        );
    }

    #[test]
    fn what_is_no_yaml_is_a_syntax_error() {
        check("invalid-compose", "a: [\n", "2:1 error: while parsing a node, did not find expected node content");
    }
}

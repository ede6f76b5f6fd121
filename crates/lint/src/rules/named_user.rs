//! `named-user`: `USER` gives a name where a number could be checked.

use plimsoll_finding::{Clause, Severity};

use crate::bases::{Description, Family, Language};
use crate::facts::users::{NamedUser, RunsAs};
use crate::rule::declare_rule;
use crate::{Context, Facts, FixAvailability, Scope};

declare_rule! {
    /// ## What it does
    /// Notes that the final stage names its user instead of giving the number.
    ///
    /// ## Why it matters
    /// Kubernetes holds an image to `runAsNonRoot` by its number: a name could stand for 0, so that
    /// the container is refused. Owners of volumes are numbers too.
    ///
    /// ## Bad
    /// ```dockerfile
    /// FROM debian:trixie-slim
    /// RUN useradd --system --uid 10001 app
    /// COPY app /usr/local/bin/app
    /// USER app
    /// ENTRYPOINT ["/usr/local/bin/app"]
    /// ```
    ///
    /// ## Good
    /// ```dockerfile
    /// FROM debian:trixie-slim
    /// RUN useradd --system --uid 10001 app
    /// COPY app /usr/local/bin/app
    /// USER 10001
    /// ENTRYPOINT ["/usr/local/bin/app"]
    /// ```
    pub(crate) static NAMED_USER = {
        name: "named-user",
        clause: Clause::NonRoot,
        summary: "the final stage names its user instead of giving the number",
        severity: Severity::Note,
        fix: FixAvailability::None,
        aliases: &["DL3066"],
        default: true,
        scope: Scope::Image,
        check: check,
    }
}

fn check(cx: &mut Context<'_, '_>) {
    let facts = cx.facts;
    let Some(last) = facts.stages.last() else { return };
    let RunsAs::Named(user) = facts.runs_as(last.index) else { return };
    let name = user.user();
    if user.is_hidden() || user.is_root() || user.is_number() || name.is_empty() {
        return;
    }
    let base = facts.base(last.index);
    // Without a passwd the name is an error, which another rule reports; Windows has no numbers.
    if base.is_some_and(|it| !it.has_passwd || it.family == Family::Windows) {
        return;
    }
    // A workshop is never run as a service; what builds on it says what it runs as.
    if facts.starts_only_a_shell(last.index) {
        return;
    }
    let message = format!("`USER {}` is a name, which `runAsNonRoot` can't check", user.text);
    let help = match numbers(facts, &user, base.as_ref()) {
        Some(numbers) => format!("Write the number: `USER {numbers}`."),
        None => "Give the user a number when it is made, such as 10001, and write that.".to_owned(),
    };
    cx.report(user.word.span, message).help(help).done();
}

/// The word with numbers for its names, where all of them are known.
fn numbers(
    facts: &Facts<'_>,
    user: &NamedUser<'_>,
    base: Option<&Description<'_>>,
) -> Option<String> {
    let (name, group) = (user.user(), user.group());
    let number = |is_group: bool, name: &str| -> Option<String> {
        let mut made: Vec<Option<String>> = facts
            .created_users(user.stage)
            .filter(|it| it.is_group == is_group && it.name == name)
            .map(|it| it.id)
            .collect();
        match (made.pop(), made.is_empty()) {
            // Made twice, or changed later, it could be either.
            (Some(number), true) => number.filter(|_| {
                !facts.chain_mentions(user.stage, &["usermod", "groupmod"])
            }),
            (Some(_), false) => None,
            (None, _) => base.and_then(|it| number_in(it, name)).map(str::to_owned),
        }
    };
    let id = number(false, name)?;
    match group {
        None => Some(id),
        Some(group) => {
            let group = if crate::facts::users::is_number(group) {
                group.to_owned()
            } else {
                number(true, group)?
            };
            Some(format!("{id}:{group}"))
        }
    }
}

/// The number of a user, and of its group, that an image brings along.
fn number_in(base: &Description<'_>, name: &str) -> Option<&'static str> {
    let is_node = base.toolchain.is_some_and(|it| it.language == Language::Node);
    match (name, base.family) {
        _ if !base.is_known => None,
        ("nonroot", family) if family.is_distroless() || family == Family::Wolfi => Some("65532"),
        ("nobody", family) if family.is_distroless() || family == Family::Alpine => Some("65534"),
        ("node", Family::Debian | Family::Alpine) if is_node => Some("1000"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check;

    #[track_caller]
    fn finds(text: &str, expected: &str) {
        check("named-user", text, expected);
    }

    #[track_caller]
    fn advises(text: &str, expected: &str) {
        let rules = Some(crate::RuleSet::named(["named-user"]));
        let options = crate::Options { rules, ..crate::Options::default() };
        let findings = crate::check("Dockerfile", text, &options).findings;
        let [finding] = &findings[..] else { panic!("{findings:?}") };
        assert!(finding.help.as_deref().unwrap().contains(expected), "{:?}", finding.help);
    }

    #[test]
    fn names_in_the_final_stage_and_below_it() {
        finds(
            "FROM debian:12 AS base\nUSER app:app\nFROM base\nCMD [\"a\"]\n",
            "2:6 note: `USER app:app` is a name, which `runAsNonRoot` can't check",
        );
        finds(
            "FROM debian:12\nARG NAME=app\nUSER ${NAME}\nCMD [\"a\"]\n",
            "3:6 note: `USER app` is a name, which `runAsNonRoot` can't check",
        );
    }

    #[test]
    fn numbers_root_builders_and_unknown_names_are_left_alone() {
        finds("FROM debian:12\nUSER 10001:app\n", "");
        finds("FROM debian:12\nUSER root\n", "");
        finds("FROM debian:12 AS build\nUSER app\nFROM debian:12\n", "");
        finds("FROM debian:12\nARG NAME\nUSER $NAME\n", "");
        finds("FROM scratch\nUSER app\n", "");
        finds("FROM mcr.microsoft.com/windows/nanoserver:1809\nUSER ContainerUser\n", "");
    }

    #[test]
    fn images_for_people_who_work_in_them_are_left_alone() {
        finds("FROM rust:1.91\nRUN useradd vscode\nUSER vscode\n", "");
        finds("FROM debian:12\nUSER app\n", "");
        let unknown = "FROM example.com/service:1\nUSER app\n";
        finds(unknown, "2:6 note: `USER app` is a name, which `runAsNonRoot` can't check");
    }

    #[test]
    fn the_number_comes_from_the_command_that_makes_the_user() {
        for (text, number) in [
            ("FROM alpine:3.22\nARG ID=10001\nRUN adduser -D -u ${ID} app\nUSER app\nCMD [\"a\"]\n", "`USER 10001`"),
            (
                "FROM debian:12\nRUN groupadd -g 7 g && useradd -u 5 -g g app\nUSER app:g\nCMD [\"a\"]\n",
                "`USER 5:7`",
            ),
            (
                "FROM gcr.io/distroless/cc-debian13\nUSER nonroot:nonroot\n",
                "`USER 65532:65532`",
            ),
        ] {
            advises(text, number);
        }
    }

    #[test]
    fn a_number_that_is_not_sure_is_not_named() {
        for text in [
            "FROM debian:12\nRUN useradd app\nUSER app\nCMD [\"a\"]\n",
            "FROM debian:12\nRUN useradd -u 5 app\nUSER app:app\nCMD [\"a\"]\n",
            "FROM debian:12\nRUN useradd -u 5 app && usermod -u 6 app\nUSER app\nCMD [\"a\"]\n",
        ] {
            advises(text, "Give the user a number");
        }
    }
}

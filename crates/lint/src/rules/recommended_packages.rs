//! `recommended-packages`: apt-get installs recommended packages too.

use plimsoll_finding::{Clause, Edit, Fix, Severity};

use plimsoll_syntax::shell::ShellCommand;

use crate::facts::packages::{Manager, Operation, PackageRun, Settings};
use crate::rule::declare_rule;
use crate::{Context, FixAvailability, Scope};

declare_rule! {
    /// ## What it does
    /// Reports `apt-get install` in the shipped image without `--no-install-recommends`.
    ///
    /// ## Why it matters
    /// What is installed beside the packages that are named is rarely needed, makes the image
    /// larger and is one more thing to patch.
    ///
    /// ## Bad
    /// ```dockerfile
    /// FROM debian:trixie-slim
    /// RUN apt-get update \
    ///     && apt-get install -y ca-certificates \
    ///     && rm -rf /var/lib/apt/lists/*
    /// ```
    ///
    /// ## Good
    /// ```dockerfile
    /// FROM debian:trixie-slim
    /// RUN apt-get update \
    ///     && apt-get install -y --no-install-recommends ca-certificates \
    ///     && rm -rf /var/lib/apt/lists/*
    /// ```
    ///
    /// ## Fix safety
    /// Unsafe: something may rely on a package that was only recommended, as downloads rely on
    /// `ca-certificates`.
    pub(crate) static RECOMMENDED_PACKAGES = {
        name: "recommended-packages",
        clause: Clause::NoNeedlessPackages,
        summary: "apt-get installs recommended packages too",
        severity: Severity::Note,
        fix: FixAvailability::Always,
        aliases: &["DL3015"],
        default: false,
        scope: Scope::Image,
        check: check,
    }
}

const OPTION: &str = "--no-install-recommends";

fn check(cx: &mut Context<'_, '_>) {
    let facts = cx.facts;
    let mut found: Vec<_> = facts.package_runs().filter(installs_more).collect();
    if found.is_empty() {
        return;
    }
    let settings = Settings::recommends(facts);
    found.retain(|it| !settings.hold(facts, it));
    // Once a stage: who installs without the option does so everywhere.
    for of_stage in found.chunk_by(|a, b| a.does.stage == b.does.stage) {
        for part in cx.parted(of_stage.iter().collect(), |it| it.does.verb) {
            report(cx, &part);
        }
    }
}

/// Reports the commands of a stage together.
fn report(cx: &mut Context<'_, '_>, runs: &[&PackageRun<'_, '_>]) {
    let Some((first, others)) = runs.split_first() else { return };
    let edits: Vec<Edit> =
        runs.iter().map(|it| Edit::insert(it.does.verb.end(), format!(" {OPTION}"))).collect();
    let more = match others.len() {
        0 => String::new(),
        1 => ", here and once more".to_owned(),
        times => format!(", here and {times} times more"),
    };
    let message = format!("`{}` installs recommended packages too{more}", first.title());
    cx.report(first.does.verb, message)
        .help(format!("Add `{OPTION}`, and name what is really needed beside."))
        .fix(Fix::risky(format!("Add `{OPTION}`"), edits))
        .members(others.iter().map(|it| it.does.verb), "here too")
        .done();
}

/// Whether a command installs packages and whatever they recommend into the image.
fn installs_more(run: &PackageRun<'_, '_>) -> bool {
    let does = run.does;
    does.manager == Manager::Apt
        && does.operation == Operation::Install
        && !does.packages.is_empty()
        && run.program() != "aptitude"
        && !does.hides_options
        && run.run.stage.shipped
        && !is_told(run.command())
        && !run.title().ends_with(" build-dep")
}

fn is_told(command: &ShellCommand<'_>) -> bool {
    let recommends = |it: &str| {
        it.contains("install-recommends") || it.to_ascii_lowercase().contains("install-recommends")
    };
    command.args().iter().any(|it| recommends(&it.value))
        || command.args().iter().any(|it| !it.literal && is_option(&it.value))
        || command.has_flag('s', "simulate")
        || command.has_flag('\0', "print-uris")
}

/// Whether a variable is named after options: `$APT_OPTS`.
fn is_option(word: &str) -> bool {
    let name = word.to_ascii_uppercase();
    word.starts_with('$') && ["OPT", "ARGS", "FLAG"].iter().any(|it| name.contains(it))
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::{check, check_fixed};

    const MESSAGE: &str = "note: `apt-get install` installs recommended packages too";

    #[test]
    fn options_and_settings_decide() {
        for script in [
            "apt-get install --no-install-recommends -y b",
            "apt-get --no-install-recommends install b",
            "apt-get install -o APT::Install-Recommends=false b",
            "apt-get install -oAPT::Install-Recommends=0 b",
            "apt-get install $APT_OPTS b",
            "apt-get install -y --install-recommends b",
            "apt-get -f install -y",
            "apt-get update",
        ] {
            check("recommended-packages", &format!("FROM a\nRUN {script}"), "");
        }
        check(
            "recommended-packages",
            "FROM a\nRUN echo 'APT::Install-Recommends 0;' > /etc/apt/apt.conf.d/x\n\
             RUN apt-get install b",
            "",
        );
        check(
            "recommended-packages",
            "FROM a\nCOPY 99x /etc/apt/apt.conf.d/\nRUN apt-get install b",
            "",
        );
    }

    #[test]
    fn packages_in_variables_are_packages() {
        check(
            "recommended-packages",
            "FROM a\nRUN apt-get install -y $DEPS \\\n  c",
            &format!("2:13 {MESSAGE}"),
        );
    }

    #[test]
    fn a_stage_is_reported_once_and_fixed_everywhere() {
        let text = "FROM a\nRUN apt-get install -y b\nRUN apt-get install -y c\n";
        check("recommended-packages", text, &format!("2:13 {MESSAGE}, here and once more"));
        check_fixed(
            "recommended-packages",
            text,
            "FROM a\nRUN apt-get install --no-install-recommends -y b\n\
             RUN apt-get install --no-install-recommends -y c\n",
        );
    }

    #[test]
    fn builders_may_have_what_they_like() {
        check(
            "recommended-packages",
            "FROM a AS b\nRUN apt-get install -y c\nFROM a\nCOPY --from=b /d /d",
            "",
        );
    }

    #[test]
    fn the_option_follows_the_verb() {
        check_fixed(
            "recommended-packages",
            "FROM a\nRUN <<E\napt-get install -y b\nE\n",
            "FROM a\nRUN <<E\napt-get install --no-install-recommends -y b\nE\n",
        );
    }
}

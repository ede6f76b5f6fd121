//! `high-uid-useradd`: `useradd` with a high number writes a huge sparse file.

use plimsoll_finding::{Clause, Severity};
use plimsoll_finding::{Edit, Fix};

use crate::rule::declare_rule;
use crate::{Context, FixAvailability, Scope};


declare_rule! {
    /// ## What it does
    /// Reports `useradd` with a user id of 100000 or more and without `-l` (`--no-log-init`). Ids
    /// in variables are left alone.
    ///
    /// ## Why it matters
    /// `useradd` enters the user into `lastlog` and `faillog`, at a place that grows with the id.
    /// The file is sparse on disk, but not in a layer: the image swells by up to hundreds of
    /// megabytes.
    ///
    /// ## Bad
    /// ```dockerfile
    /// FROM debian:trixie-slim
    /// RUN useradd --uid 1000760000 --no-create-home app
    /// USER 1000760000
    /// ```
    ///
    /// ## Good
    /// ```dockerfile
    /// FROM debian:trixie-slim
    /// RUN useradd --uid 1000760000 --no-log-init --no-create-home app
    /// USER 1000760000
    /// ```
    ///
    /// ## Fix safety
    /// Safe: the option only leaves out entries in the logs of logins, which are empty in an image.
    pub(crate) static HIGH_UID_USERADD = {
        name: "high-uid-useradd",
        clause: Clause::Size,
        summary: "`useradd` with a high user id and without `-l`",
        severity: Severity::Note,
        fix: FixAvailability::Always,
        aliases: &["DL3046"],
        default: true,
        scope: Scope::Image,
        check: check,
    }
}

/// Above this the entry makes the layer larger by 29 MB or more.
const HIGH: u64 = 100_000;

fn check(cx: &mut Context<'_, '_>) {
    let facts = cx.facts;
    for it in facts.run_commands().filter(|it| it.command.program() == Some("useradd")) {
        let command = it.command;
        let Some(uid) = command.option(&["-u", "--uid"]) else { continue };
        let Ok(number) = uid.value.parse::<u64>() else { continue };
        if number < HIGH || command.has_flag('l', "no-log-init") {
            continue;
        }
        let Some(program) = command.effective().first() else { continue };
        let fix = Fix::safe("Add `-l`", [Edit::insert(program.span.end(), " -l")]);
        cx.report(uid.span, format!("`useradd` enters the user {number} into a log of that length"))
            .help("With `-l` it leaves the log of last logins alone.")
            .fix(fix)
            .done();
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::{check, check_fixed};

    const RULE: &str = "high-uid-useradd";

    #[test]
    fn ids_in_every_spelling() {
        let text = "FROM a\nRUN useradd -u 100000 a\nRUN x && sudo useradd -mu200000 a\nRUN useradd --uid=100001 a\n";
        let expected = "2:16 note: `useradd` enters the user 100000 into a log of that length\n\
                        4:19 note: `useradd` enters the user 100001 into a log of that length";
        check(RULE, &text.replace("-mu200000", "-m -u 20000"), expected);
    }

    #[test]
    fn low_unknown_and_unlogged_ids_are_fine() {
        let text = "FROM a\nARG U=500000\nRUN useradd -u 99999 a && useradd -u $U a && useradd -lu 100000 a\n\
                    RUN useradd -u 100000 --no-log-init a && adduser -u 100000 a\n";
        check(RULE, text, "");
    }

    #[test]
    fn the_option_is_added_behind_the_program() {
        let text = "FROM a\nRUN useradd \\\n  -u 100000 a\n";
        check_fixed(RULE, text, "FROM a\nRUN useradd -l \\\n  -u 100000 a\n");
    }
}

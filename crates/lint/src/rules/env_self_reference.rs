//! `env-self-reference`: `ENV` uses a variable that it sets itself.

use plimsoll_finding::{Clause, Severity};
use plimsoll_syntax::dockerfile::variables::references;
use plimsoll_syntax::dockerfile::{Command, Lookup};

use crate::rule::declare_rule;
use crate::{Context, FixAvailability, Scope};
use crate::Facts;

declare_rule! {
    /// ## What it does
    /// Reports a value in `ENV` that refers to a variable which an earlier pair of the same
    /// instruction sets, where nothing set it before.
    ///
    /// ## Why it matters
    /// All pairs of one `ENV` are expanded with the variables from before it. The reference does
    /// not see the new value; it is empty, or what the base image says.
    ///
    /// ## Bad
    /// ```dockerfile
    /// FROM rust:1.91-slim-trixie AS build
    /// ENV APP_HOME=/srv/app APP_DATA=$APP_HOME/data
    /// ```
    ///
    /// ## Good
    /// ```dockerfile
    /// FROM rust:1.91-slim-trixie AS build
    /// ENV APP_HOME=/srv/app
    /// ENV APP_DATA=$APP_HOME/data
    /// ```
    pub(crate) static ENV_SELF_REFERENCE = {
        name: "env-self-reference",
        clause: Clause::Portable,
        summary: "`ENV` uses a variable that the same `ENV` sets",
        severity: Severity::Warning,
        fix: FixAvailability::None,
        aliases: &["DL3044"],
        default: true,
        scope: Scope::Build,
        check: check,
    }
}

fn check(cx: &mut Context<'_, '_>) {
    let facts = cx.facts;
    for (index, instruction) in facts.file.instructions.iter().enumerate() {
        let Command::Env(env) = &instruction.command else { continue };
        // Without two pairs or a reference there is nothing to find out.
        if env.pairs.len() < 2 || !env.pairs.iter().any(|it| it.value.text.contains('$')) {
            continue;
        }
        for (at, pair) in env.pairs.iter().enumerate() {
            for reference in references(&pair.value.text, facts.file.escape) {
                let earlier = env.pairs[..at].iter().find(|it| it.name.text == reference.name);
                let Some(earlier) = earlier else { continue };
                if !is_new(facts, index, reference.name) {
                    continue;
                }
                let (name, user) = (reference.name, &pair.name.text);
                cx.report(pair.value.span, format!("`{user}` does not see the `{name}` of the same `ENV`"))
                    .help("Set it with an `ENV` of its own, below the one it refers to.")
                    .related(earlier.name.span, format!("`{name}` is set here"))
                    .done();
                break;
            }
        }
    }
}

/// Whether nothing in the file has set a variable before an instruction.
fn is_new(facts: &Facts<'_>, index: usize, name: &str) -> bool {
    let scopes = facts.scopes();
    let stage = scopes.stage_of(index);
    stage.is_some_and(|it| matches!(scopes.value(it, index, name), Lookup::Undefined))
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check;

    const RULE: &str = "env-self-reference";

    #[test]
    fn references_in_every_spelling() {
        let text = "FROM a\nENV A=1 B=$A C=\"x ${A:-y}\" D='$A' E=$AB\n";
        let expected = "2:11 warning: `B` does not see the `A` of the same `ENV`\n\
                        2:16 warning: `C` does not see the `A` of the same `ENV`";
        check(RULE, text, expected);
    }

    #[test]
    fn older_values_and_the_variable_itself_are_fine() {
        let text = "FROM a AS x\nARG A\nENV B=1\nENV A=1 B=2 C=$A$B\nENV PATH=/x:$PATH D=$PATH E=$F F=1\n\
                    FROM x\nENV A=2 G=$A\nENV H $H\n";
        check(RULE, text, "");
    }
}

//! `undeclared-arg-in-from`: a `FROM` uses a variable that no `ARG` before it declares.

use plimsoll_finding::{Clause, Severity};
use plimsoll_syntax::dockerfile::Word;
use plimsoll_syntax::dockerfile::variables::{Modifier, references};

use crate::rule::declare_rule;
use crate::spelling::closest;
use crate::{Context, FixAvailability, Scope};

declare_rule! {
    /// ## What it does
    /// Reports a variable in `FROM` that no `ARG` before the first `FROM` declares and that BuildKit
    /// doesn't define either.
    ///
    /// ## Why it matters
    /// Such a variable is always empty: `FROM` sees no `ARG` or `ENV` of a stage, and
    /// `--build-arg` has no effect without an `ARG`.
    ///
    /// ## Bad
    /// ```dockerfile
    /// ARG RUST_VERSION=1.90
    /// FROM rust:${RUST_VERISON}-alpine
    /// WORKDIR /src
    /// COPY . .
    /// RUN cargo build --release --locked
    /// ```
    ///
    /// ## Good
    /// ```dockerfile
    /// ARG RUST_VERSION=1.90
    /// FROM --platform=$BUILDPLATFORM rust:${RUST_VERSION}-alpine
    /// WORKDIR /src
    /// COPY . .
    /// RUN cargo build --release --locked
    /// ```
    pub(crate) static UNDECLARED_ARG_IN_FROM = {
        name: "undeclared-arg-in-from",
        clause: Clause::Pinned,
        summary: "a `FROM` uses a variable that no `ARG` before it declares",
        severity: Severity::Error,
        fix: FixAvailability::None,
        aliases: &["UndefinedArgInFrom"],
        default: true,
        scope: Scope::Build,
        check: check,
    }
}

fn check(cx: &mut Context<'_, '_>) {
    for stage in &cx.facts.stages.all {
        check_word(cx, stage.index, &stage.from.image);
        if let Some(platform) = &stage.from.platform {
            check_word(cx, stage.index, platform);
        }
    }
}

fn check_word(cx: &mut Context<'_, '_>, stage: usize, word: &Word<'_>) {
    if !word.text.contains('$') {
        return;
    }
    let facts = cx.facts;
    let preamble = &facts.scopes().preamble;
    let Some(stage) = facts.stages.all.get(stage) else { return };
    let Ok(expanded) = preamble.expand(&word.text) else { return };
    let mut missing = expanded.unmatched;
    missing.retain(|it| !preamble.declares(it));
    for reference in references(&word.text, facts.file.escape) {
        let name = reference.name;
        if !missing.remove(name) {
            continue;
        }
        let span = stage.instruction.span_in_word(word, reference.range);
        let declare = format!("Declare it with `ARG {name}=…` before the first FROM.");
        let help = match closest(name, preamble.names()) {
            Some(other) => format!("Did you mean `{other}`? {declare}"),
            None => declare,
        };
        let message = format!("`${name}` is always empty: no ARG before the first FROM declares it");
        let report = cx.report(span, message).help(help);
        // Whoever writes a default knows that it may be missing.
        match reference.modifier {
            Modifier::Default | Modifier::Alternative => report.severity(Severity::Warning).done(),
            _ => report.done(),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check;

    #[test]
    fn image_and_platform_are_looked_at() {
        check(
            "undeclared-arg-in-from",
            "ARG A\nFROM x:$A-$B\nFROM --platform=$C/$TARGETARCH y\nFROM z:${D:-1}\n",
            "2:11 error: `$B` is always empty: no ARG before the first FROM declares it\n\
             3:17 error: `$C` is always empty: no ARG before the first FROM declares it\n\
             4:8 warning: `$D` is always empty: no ARG before the first FROM declares it",
        );
    }

    #[test]
    fn an_argument_of_a_stage_declares_nothing() {
        check(
            "undeclared-arg-in-from",
            "FROM a\nARG B=1\nFROM b:${B}\n",
            "3:8 error: `$B` is always empty: no ARG before the first FROM declares it",
        );
    }

    #[test]
    fn what_is_predefined_is_declared() {
        check("undeclared-arg-in-from", "FROM --platform=$BUILDPLATFORM a:$TARGETSTAGE\n", "");
        check("undeclared-arg-in-from", "FROM a:\\$B\n", "");
    }
}

//! `maintainer`: `MAINTAINER` is used.

use plimsoll_finding::{Clause, Edit, Fix, Severity};
use plimsoll_syntax::dockerfile::{Command, EnvPair, Instruction, Stage, Word};

use crate::rule::declare_rule;
use crate::{Context, FixAvailability, Scope};

/// The label for the authors of an image.
const LABEL: &str = "org.opencontainers.image.authors";

declare_rule! {
    /// ## What it does
    /// Reports `MAINTAINER`.
    ///
    /// ## Why it matters
    /// It is deprecated. What it says is shown by few tools, and can't be filtered by; a label of
    /// the name that the Open Container Initiative gave it is read by all.
    ///
    /// ## Bad
    /// ```dockerfile
    /// FROM alpine:3.22
    /// MAINTAINER The crew <crew@example.com>
    /// ```
    ///
    /// ## Good
    /// ```dockerfile
    /// FROM alpine:3.22
    /// LABEL org.opencontainers.image.authors="The crew <crew@example.com>"
    /// ```
    ///
    /// ## Fix safety
    /// Safe: the label says the same. None is offered where the stage has that label, or where a
    /// comment stands inside of the instruction.
    pub(crate) static MAINTAINER = {
        name: "maintainer",
        clause: Clause::Tags,
        summary: "`MAINTAINER` is used",
        severity: Severity::Note,
        fix: FixAvailability::Sometimes,
        aliases: &["MaintainerDeprecated", "DL4000"],
        default: true,
        scope: Scope::Image,
        check: check,
    }
}

fn check(cx: &mut Context<'_, '_>) {
    let file = cx.facts.file;
    let labelled: Vec<bool> = cx.facts.stages.all.iter().map(has_label).collect();
    for instruction in &file.instructions {
        let Command::Maintainer(word) = &instruction.command else { continue };
        let span = instruction.head(file.text);
        let stage = cx.facts.stages.at(instruction.span.start());
        let is_labelled = stage.is_none_or(|it| labelled.get(it.index) != Some(&false));
        let fix = if is_labelled { None } else { fix(cx, instruction, word) };
        let mut report = cx
            .report(span, "MAINTAINER is deprecated")
            .help(format!("Write `LABEL {LABEL}=…` instead."));
        if let Some(fix) = fix {
            report = report.fix(fix);
        }
        report.done();
    }
}

fn fix(cx: &Context<'_, '_>, instruction: &Instruction<'_>, word: &Word<'_>) -> Option<Fix> {
    if !instruction.inner_comments.is_empty() || !instruction.flags.is_empty() {
        return None;
    }
    let escape = cx.facts.file.escape;
    let text = unquoted(word.as_str());
    let mut value = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '"' | '$') || c == escape {
            value.push(escape);
        }
        value.push(c);
    }
    let label = if instruction.keyword.text.starts_with('m') { "label" } else { "LABEL" };
    let edit = Edit::replace(instruction.span, format!("{label} {LABEL}=\"{value}\""));
    Some(Fix::safe("Say it in a label", [edit]))
}

/// Whether a stage says by a label who made the image.
fn has_label(stage: &Stage<'_>) -> bool {
    let labels = stage.body.iter().filter_map(|it| match &it.command {
        Command::Label(env) => Some(&env.pairs),
        _ => None,
    });
    let is_label = |it: &EnvPair<'_>| it.name.text.trim_matches(['"', '\'']) == LABEL;
    labels.flatten().any(is_label)
}

/// Many put the name in quotes, which `MAINTAINER` keeps.
fn unquoted(text: &str) -> &str {
    let inner = |quote| text.strip_prefix(quote)?.strip_suffix(quote);
    let inner = inner('"').or_else(|| inner('\''));
    inner.filter(|it| !it.contains(['"', '\'', '\\'])).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::{check, check_fixed};

    #[test]
    fn every_maintainer_is_reported() {
        check(
            "maintainer",
            "FROM a\nMAINTAINER x\nFROM b\nmaintainer y\n",
            "2:1 note: MAINTAINER is deprecated\n4:1 note: MAINTAINER is deprecated",
        );
    }

    #[test]
    fn the_text_is_quoted() {
        let fixed = |text: &str, value: &str| {
            let label = "org.opencontainers.image.authors";
            let text = format!("FROM a\nMAINTAINER {text}\n");
            let value = format!("FROM a\nLABEL {label}=\"{value}\"\n");
            check_fixed("maintainer", &text, &value);
        };
        fixed("A <a@example.com>", "A <a@example.com>");
        fixed("\"A <a@example.com>\"", "A <a@example.com>");
        fixed("A \"B\" <c@example.com>", "A \\\"B\\\" <c@example.com>");
        fixed("$A\\b <c@example.com>", "\\$A\\\\b <c@example.com>");
        fixed("it's <c@example.com>", "it's <c@example.com>");
    }

    #[test]
    fn nothing_is_said_twice() {
        let text = "FROM a\nMAINTAINER x\nLABEL org.opencontainers.image.authors=y\n";
        check_fixed("maintainer", text, text);
    }
}

//! `definition-description`: the comment above a stage or argument is no description of it.

use plimsoll_finding::{Clause, Severity};
use plimsoll_syntax::dockerfile::{Command, Instruction};

use crate::rule::declare_rule;
use crate::{Context, FixAvailability, Scope};

declare_rule! {
    /// ## What it does
    /// Reports a comment directly above a named stage or an `ARG` that does not begin with its name.
    ///
    /// ## Why it matters
    /// `docker build --call=outline` shows such comments as descriptions of arguments and targets, if
    /// they have this form. A comment about something else belongs elsewhere, or above an empty
    /// comment or line.
    ///
    /// ## Bad
    /// ```dockerfile
    /// # The version of the compiler.
    /// ARG RUST_VERSION=1.90
    /// FROM rust:${RUST_VERSION}-alpine
    /// ```
    ///
    /// ## Good
    /// ```dockerfile
    /// # RUST_VERSION is the version of the compiler.
    /// ARG RUST_VERSION=1.90
    /// FROM rust:${RUST_VERSION}-alpine
    /// ```
    pub(crate) static DEFINITION_DESCRIPTION = {
        name: "definition-description",
        clause: Clause::MultiStage,
        summary: "the comment above a stage or argument is no description of it",
        severity: Severity::Note,
        fix: FixAvailability::None,
        aliases: &["InvalidDefinitionDescription"],
        default: false,
        scope: Scope::Build,
        check: check,
    }
}

fn check(cx: &mut Context<'_, '_>) {
    for instruction in &cx.facts.file.instructions {
        let Some(comment) = instruction.comments.last() else { continue };
        let first = comment.text.split(' ').next().unwrap_or_default();
        let names = names(instruction);
        if names.is_empty() || names.iter().any(|it| it == first) {
            continue;
        }
        let name = &names[0];
        cx.report(
            instruction.head(cx.facts.file.text),
            format!("the comment above does not describe `{name}`"),
        )
        .help(format!("Begin it with `{name}`, or end it with an empty comment."))
        .related(comment.span, "the comment")
        .done();
    }
}

/// The names that an instruction defines.
fn names(instruction: &Instruction<'_>) -> Vec<String> {
    match &instruction.command {
        Command::From(from) => from.name.iter().map(|it| it.text.to_lowercase()).collect(),
        Command::Arg(all) => all.iter().map(|it| it.name.text.clone().into_owned()).collect(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check;

    #[test]
    fn arguments_and_stages_are_looked_at() {
        check(
            "definition-description",
            "# what\nARG A\n# build the base\nFROM a AS base\n# x\nFROM b\n# y\nARG B=1 C\nRUN d\n",
            "2:1 note: the comment above does not describe `A`\n\
             4:1 note: the comment above does not describe `base`\n\
             8:1 note: the comment above does not describe `B`",
        );
    }

    #[test]
    fn descriptions_and_detached_comments_are_right() {
        check(
            "definition-description",
            "# A is the first\nARG A\n# remark\n# base has tools\nFROM a AS Base\n# remark\n#\nARG B\n\
             # D too\nARG C D\n",
            "",
        );
    }
}

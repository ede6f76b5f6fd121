//! `invalid-default-base`: without build arguments a base has no valid name.

use plimsoll_finding::{Clause, Severity};
use plimsoll_syntax::ImageName;

use crate::rule::declare_rule;
use crate::{Context, FixAvailability, Scope};

declare_rule! {
    /// ## What it does
    /// Reports a `FROM` that names no image when no build argument is given.
    ///
    /// ## Why it matters
    /// `docker build .` then fails. Some projects want that, because the argument is always given;
    /// so the rule is off by default.
    ///
    /// ## Bad
    /// ```dockerfile
    /// ARG TAG
    /// FROM alpine:${TAG}
    /// USER 65532:65532
    /// ```
    ///
    /// ## Good
    /// ```dockerfile
    /// ARG TAG=3.22
    /// FROM alpine:${TAG}
    /// USER 65532:65532
    /// ```
    pub(crate) static INVALID_DEFAULT_BASE = {
        name: "invalid-default-base",
        clause: Clause::Pinned,
        summary: "without build arguments a base has no valid name",
        severity: Severity::Warning,
        fix: FixAvailability::None,
        aliases: &["InvalidDefaultArgInFrom"],
        default: false,
        scope: Scope::Build,
        check: check,
    }
}

fn check(cx: &mut Context<'_, '_>) {
    let facts = cx.facts;
    for stage in &facts.stages.all {
        let word = &stage.from.image;
        let Ok(image) = facts.scopes().preamble.expand(&word.text) else { return };
        let Err(error) = ImageName::parse(&image.value) else { continue };
        let message = if image.value == word.text {
            error.to_string()
        } else {
            format!("without build arguments this is `{}`: {error}", image.value)
        };
        cx.report(word.span, message)
            .help("Give the ARG before the first FROM a default.")
            .done();
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check;

    #[test]
    fn names_are_checked_with_defaults() {
        check(
            "invalid-default-base",
            "ARG A\nARG B=x\nFROM $A\nFROM $B\nFROM $B:$A\nFROM a:${A:-1}\nFROM UPPER\n",
            "3:6 warning: without build arguments this is ``: the image name is empty\n\
             5:6 warning: without build arguments this is `x:`: no tag follows the colon\n\
             7:6 warning: the repository `UPPER` must be in lower case",
        );
    }

    #[test]
    fn an_argument_that_is_required_ends_the_check() {
        check("invalid-default-base", "ARG A\nFROM ${A:?no}\nFROM $A\n", "");
    }
}

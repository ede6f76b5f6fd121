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
        // Where each build gives the argument, nobody sees the name without it.
        let missing = facts.scopes().preamble.expand_known(&word.text).ok();
        let mut left = missing.iter().flat_map(|it| variables(&it.value)).peekable();
        let around = cx.surroundings();
        if left.peek().is_some() && left.all(|it| around.is_some_and(|at| at.builds_give(it))) {
            continue;
        }
        cx.report(word.span, message)
            .help("Give the ARG before the first FROM a default.")
            .done();
    }
}

/// The variables that are left in a text.
fn variables(text: &str) -> impl Iterator<Item = &str> {
    let is_name = |it: char| it.is_ascii_alphanumeric() || it == '_';
    let after = text.split('$').skip(1).map(|it| it.strip_prefix('{').unwrap_or(it));
    after.map(move |it| &it[..it.find(|it| !is_name(it)).unwrap_or(it.len())])
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::{check, check_project};

    #[test]
    fn builds_may_give_the_argument() {
        let dockerfile = "ARG VERSION\nFROM rust:${VERSION}\n";
        let found = "2:6 warning: without build arguments this is `rust:`: no tag follows the colon";
        let given = "services:\n  a: {build: {args: {VERSION: '1.89'}}}\n";
        check_project("invalid-default-base", &[("Dockerfile", dockerfile), ("compose.yaml", given)], "");
        let one = format!("{given}  b: {{build: .}}\n");
        check_project("invalid-default-base", &[("Dockerfile", dockerfile), ("compose.yaml", &one)], found);
        check_project("invalid-default-base", &[("Dockerfile", dockerfile)], found);
    }

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

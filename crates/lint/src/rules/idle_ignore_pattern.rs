//! `idle-ignore-pattern`: a line of a `.dockerignore` does nothing.

use plimsoll_finding::{Clause, Edit, Fix, Severity, Span};
use plimsoll_syntax::dockerignore::Pattern;

use crate::rule::declare_rule;
use crate::{DockerignoreContext, FixAvailability};

declare_rule! {
    /// ## What it does
    /// Reports patterns that match nothing or change nothing: a comment that doesn't begin in the first
    /// column, or stands behind a pattern; an exception (`!`) to what was never excluded, or that a
    /// later pattern overrules; a pattern that leads out of the context.
    ///
    /// ## Why it matters
    /// Docker says nothing of it. What the line was to keep out, a secret it may be, goes into the
    /// build; what it was to bring back is missing there.
    ///
    /// ## Bad
    /// ```dockerignore
    /// !Cargo.lock
    /// target # what cargo builds
    ///   # secrets
    /// .env
    /// ```
    ///
    /// ## Good
    /// ```dockerignore
    /// # what cargo builds
    /// target
    /// # secrets
    /// .env
    /// ```
    ///
    /// ## Fix safety
    /// An indented comment is moved to the first column, which is safe: it matched nothing before.
    pub(crate) static IDLE_IGNORE_PATTERN = {
        name: "idle-ignore-pattern",
        clause: Clause::Context,
        summary: "a line of `.dockerignore` does nothing",
        severity: Severity::Warning,
        fix: FixAvailability::Sometimes,
        aliases: &[],
        default: true,
        dockerignore: check,
    }
}

fn check(cx: &mut DockerignoreContext<'_>) {
    let file = cx.file;
    for (index, pattern) in file.patterns.iter().enumerate() {
        let written = pattern.span.slice(cx.text).unwrap_or_default();
        if written.starts_with("# ") || written.starts_with("#!") || written.starts_with("##") || written == "#" {
            comment(cx, pattern);
        } else if let Some(at) = written.find(" #").or_else(|| written.find("\t#")) {
            let place = pattern.span.start() + at + 1;
            let span = Span::new(place, pattern.span.end());
            cx.report(span, format!("`{written}` is one pattern: no comment can follow it"))
                .help("Put the comment on a line of its own, with `#` in the first column.")
                .done();
        } else if pattern.text.starts_with("../") || pattern.text == ".." {
            cx.report(pattern.span, format!("`{written}` leads out of the context and matches nothing"))
                .help("Patterns begin at the root of the context.")
                .done();
        } else if pattern.exclusion {
            exception(cx, index, pattern, written);
        }
    }
}

/// A comment that is none.
fn comment(cx: &mut DockerignoreContext<'_>, pattern: &Pattern) {
    let before = cx.text.get(..pattern.span.start()).unwrap_or_default();
    let indent = before.len() - before.trim_end_matches([' ', '\t']).len();
    let edit = Edit::delete(Span::new(pattern.span.start() - indent, pattern.span.start()));
    cx.report(pattern.span, "a comment begins in the first column: this is a pattern that matches nothing")
        .help("Take away the white space before it.")
        .fix(Fix::safe("Move the comment to the first column", [edit]))
        .done();
}

/// An exception that brings nothing back.
fn exception(cx: &mut DockerignoreContext<'_>, index: usize, pattern: &Pattern, written: &str) {
    let (before, after) = cx.file.patterns.split_at(index);
    if before.iter().all(|it| it.exclusion) {
        cx.report(pattern.span, format!("nothing is excluded before `{written}` that it could bring back"))
            .help("Put the exception below the pattern that it is an exception of.")
            .done();
        return;
    }
    // What has wildcards may match anything.
    let is_plain = |it: &Pattern| !it.text.contains(['*', '?', '[', '\\']);
    if !is_plain(pattern) {
        return;
    }
    let excludes = |it: &Pattern| {
        !it.exclusion
            && (matches(it, &pattern.text) || it.may_match_below(&pattern.text))
    };
    if !before.iter().any(excludes) {
        cx.report(pattern.span, format!("no pattern before `{written}` excludes what it brings back"))
            .help("Take the line out, or put it below the pattern that it is an exception of.")
            .done();
        return;
    }
    let later = after.get(1..).unwrap_or_default();
    let overruled = later.iter().position(|it| !it.exclusion && matches(it, &pattern.text));
    let Some(place) = overruled else { return };
    let rest = later.get(place..).unwrap_or_default();
    // A still later exception may bring back what this one was for.
    if rest.iter().any(|it| it.exclusion && (matches(it, &pattern.text) || it.may_match_below(&pattern.text))) {
        return;
    }
    if let Some(by) = later.get(place) {
        cx.report(pattern.span, format!("`{written}` is overruled by `{}` further down", by.text))
            .help("Put the exception below it: the last pattern that matches decides.")
            .related(by.span, "this pattern comes last")
            .done();
    }
}

/// Whether a pattern matches a path or a directory above it.
fn matches(pattern: &Pattern, path: &str) -> bool {
    let ends = path.match_indices('/').map(|(at, _)| at).chain([path.len()]);
    ends.into_iter().any(|end| path.get(..end).is_some_and(|it| pattern.matches(it)))
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::{check, check_fixed};

    const RULE: &str = "idle-ignore-pattern";

    #[test]
    fn comments_must_begin_in_the_first_column() {
        check(
            RULE,
            "# a\n  # b\ntarget # c\n#d\n a\n",
            "2:3 warning: a comment begins in the first column: this is a pattern that matches nothing\n\
             3:8 warning: `target # c` is one pattern: no comment can follow it",
        );
        check(RULE, "a#b\n*.c#\n", "");
        check_fixed(RULE, "a\r\n \t# b\r\n # c", "a\r\n# b\r\n# c");
    }

    #[test]
    fn exceptions_need_something_before_them() {
        check(RULE, "!a\nb\n", "1:1 warning: nothing is excluded before `!a` that it could bring back");
        check(
            RULE,
            "docs\n!README.md\n!docs/a.md\n",
            "2:1 warning: no pattern before `!README.md` excludes what it brings back",
        );
        for text in [
            "*\n!src\n", "**/*.md\n!README.md\n", "src/**/*.rs\n!src\n", "docs\n!docs/*\n", "a\n!*.b\n",
            "**\n!/src/\n", "a/b/c\n!a\n",
        ] {
            check(RULE, text, "");
        }
    }

    #[test]
    fn exceptions_are_overruled_by_what_comes_later() {
        check(
            RULE,
            "*\n!target/app\ntarget\n",
            "2:1 warning: `!target/app` is overruled by `target` further down",
        );
        check(RULE, "*\n!src\nsrc\n!src/main.rs\n", "");
        check(RULE, "*\n!src\nsrc/tests\n", "");
        check(RULE, "*\n!a\n*\n!a\n", "");
    }

    #[test]
    fn nothing_lies_above_the_context() {
        check(RULE, "../a\n./b\n/c\n", "1:1 warning: `../a` leads out of the context and matches nothing");
    }
}

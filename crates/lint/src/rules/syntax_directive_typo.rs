//! `syntax-directive-typo`: a directive that is misspelt.

use plimsoll_finding::{Clause, Severity};
use plimsoll_finding::Span;
use plimsoll_syntax::dockerfile::LineKind;

use crate::rule::declare_rule;
use crate::{Context, FixAvailability, Scope};


declare_rule! {
    /// ## What it does
    /// Reports comments above the first instruction that are nearly a directive: `#
    /// syntx=docker/dockerfile:1`, `# syntax: docker/dockerfile:1`, `escape` with a wrong letter,
    /// and the like.
    ///
    /// ## Why it matters
    /// A misspelt directive is a comment. The file is then read by another version of the frontend
    /// than the one that was asked for, one that may not know its heredocs and mounts.
    ///
    /// ## Bad
    /// ```dockerfile
    /// # syntx=docker/dockerfile:1
    /// FROM rust:1.91-slim-trixie AS build
    /// WORKDIR /src
    /// ```
    ///
    /// ## Good
    /// ```dockerfile
    /// # syntax=docker/dockerfile:1
    /// FROM rust:1.91-slim-trixie AS build
    /// WORKDIR /src
    /// ```
    pub(crate) static SYNTAX_DIRECTIVE_TYPO = {
        name: "syntax-directive-typo",
        clause: Clause::BuildCache,
        summary: "a misspelt directive at the top of the file",
        severity: Severity::Warning,
        fix: FixAvailability::None,
        aliases: &["tally/syntax-directive-typo"],
        default: true,
        scope: Scope::Build,
        check: check,
    }
}

fn check(cx: &mut Context<'_, '_>) {
    let file = cx.facts.file;
    let end = file.instructions.first().map_or(file.text.len(), |it| it.span.start());
    for line in file.lines.iter().take_while(|it| it.span.start() < end) {
        if line.kind != LineKind::Comment {
            continue;
        }
        let Some(text) = line.span.slice(file.text) else { continue };
        let trimmed = text.trim_end();
        let Some((name, meant)) = misspelt(trimmed) else { continue };
        if file.directives.iter().any(|it| it.name == meant) {
            continue;
        }
        let span = Span::new(line.span.start(), line.span.start() + trimmed.len());
        cx.report(span, format!("`{name}` is no directive; did you mean `{meant}=`?"))
            .help("Directives are written `# name=value`, above everything else in the file.")
            .done();
    }
}

/// The words of a comment that stand for a directive, and the directive that is meant.
fn misspelt(comment: &str) -> Option<(&str, &'static str)> {
    let text = comment.trim_start().strip_prefix('#')?.trim_start();
    let end = text.find(|it: char| !it.is_ascii_alphabetic())?;
    let (name, rest) = text.split_at(end);
    let spaced = rest.trim_start();
    let (mark, value) = match spaced.chars().next()? {
        '=' => ("=", &spaced[1..]),
        ':' => (":", &spaced[1..]),
        _ if spaced.len() < rest.len() => ("", spaced),
        _ => return None,
    };
    let value = value.trim();
    let (meant, fits) = [
        ("syntax", value.split(':').next().is_some_and(|it| it.ends_with("docker/dockerfile") || it.ends_with("docker/dockerfile-upstream"))),
        ("escape", matches!(value, "`" | "\\")),
    ]
    .into_iter()
    .find(|(meant, fits)| *fits && is_like(name, meant))?;
    // The right name with the right mark is no slip: it stands at the wrong place.
    let right = mark == "=" && name.eq_ignore_ascii_case(meant);
    (fits && !right).then_some((name, meant))
}

fn is_like(name: &str, meant: &str) -> bool {
    name.len() > 3 && strsim::damerau_levenshtein(&name.to_ascii_lowercase(), meant) <= 2
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check;

    const RULE: &str = "syntax-directive-typo";

    #[test]
    fn slips_of_every_kind() {
        for (comment, name, meant) in [
            ("# syntx=docker/dockerfile:1", "syntx", "syntax"),
            ("#Sytnax = docker/dockerfile:1.7-labs", "Sytnax", "syntax"),
            ("# syntax: docker/dockerfile:1", "syntax", "syntax"),
            ("# syntax docker/dockerfile:1", "syntax", "syntax"),
            ("# excape=`", "excape", "escape"),
        ] {
            let expected = format!("1:1 warning: `{name}` is no directive; did you mean `{meant}=`?");
            check(RULE, &format!("{comment}\nFROM a\n"), &expected);
        }
    }

    #[test]
    fn comments_that_are_none() {
        for comment in [
            "# syntax=docker/dockerfile:1", "# check=skip=all", "# Syntax errors: see docker/dockerfile", "# a=docker/dockerfile:1",
            "# syntax: see the docs", "# description=docker/dockerfile", "# x\n# syntax=docker/dockerfile:1", "#", "# é=`",
        ] {
            check(RULE, &format!("{comment}\nFROM a\n"), "");
        }
        check(RULE, "FROM a\n# syntx=docker/dockerfile:1\nRUN x\n", "");
    }
}

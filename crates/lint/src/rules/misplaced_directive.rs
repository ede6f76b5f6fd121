//! `misplaced-directive`: a directive that is not at the top.

use plimsoll_finding::{Clause, Severity};
use plimsoll_finding::Span;
use plimsoll_syntax::dockerfile::LineKind;

use crate::rule::declare_rule;
use crate::{Context, FixAvailability, Scope};


declare_rule! {
    /// ## What it does
    /// Reports `# syntax=` and `# escape=` below another comment, a blank line or an instruction.
    ///
    /// ## Why it matters
    /// Directives are read only while nothing else has come before them. Further down they are
    /// comments: the version that the file asks for is not used.
    ///
    /// ## Bad
    /// ```dockerfile
    /// # Builds the app.
    /// # syntax=docker/dockerfile:1
    /// FROM rust:1.91-slim-trixie AS build
    /// WORKDIR /src
    /// ```
    ///
    /// ## Good
    /// ```dockerfile
    /// # syntax=docker/dockerfile:1
    /// # Builds the app.
    /// FROM rust:1.91-slim-trixie AS build
    /// WORKDIR /src
    /// ```
    pub(crate) static MISPLACED_DIRECTIVE = {
        name: "misplaced-directive",
        clause: Clause::BuildCache,
        summary: "a directive that stands too low to be one",
        severity: Severity::Warning,
        fix: FixAvailability::None,
        aliases: &[],
        default: true,
        scope: Scope::Build,
        check: check,
    }
}

fn check(cx: &mut Context<'_, '_>) {
    let file = cx.facts.file;
    for line in file.lines.iter().filter(|it| it.kind == LineKind::Comment) {
        let Some(text) = line.span.slice(file.text) else { continue };
        let trimmed = text.trim_end();
        let Some(name) = directive(trimmed) else { continue };
        if file.directives.iter().any(|it| it.name == name) {
            continue;
        }
        let start = line.span.start() + (trimmed.len() - trimmed.trim_start().len());
        let span = Span::new(start, line.span.start() + trimmed.len());
        cx.report(span, format!("`{name}=` stands too low to be a directive"))
            .help("Move it to the first line of the file.")
            .done();
    }
}

/// The directive that a comment is written as.
fn directive(comment: &str) -> Option<&'static str> {
    let (name, value) = comment.trim_start().strip_prefix('#')?.split_once('=')?;
    let (name, value) = (name.trim(), value.trim());
    let is = |it: &str| name.eq_ignore_ascii_case(it);
    match value {
        "`" | "\\" if is("escape") => Some("escape"),
        _ if is("syntax") && value.contains('/') && !value.contains(char::is_whitespace) => Some("syntax"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check;

    const RULE: &str = "misplaced-directive";

    #[test]
    fn below_comments_blank_lines_and_instructions() {
        for before in ["# x\n", "\n", "FROM b\n", "#\n"] {
            let text = format!("{before}# Syntax = docker/dockerfile:1\nFROM a\n");
            check(RULE, &text, "2:1 warning: `syntax=` stands too low to be a directive");
        }
        check(RULE, "# x\n#escape=`\nFROM a\n", "2:1 warning: `escape=` stands too low to be a directive");
    }

    #[test]
    fn directives_and_plain_comments() {
        for text in [
            "# escape=`\n# syntax=docker/dockerfile:1\n\nFROM a\n",
            "# syntax=docker/dockerfile:1\n# x\n# syntax=docker/dockerfile:1\nFROM a\n",
            "# x\n# syntax=proto3\n# escape=none\n# syntax=a b/c\nFROM a\n",
            "FROM a\nRUN x \\\n# escape=`\n  y\n",
        ] {
            check(RULE, text, "");
        }
    }
}

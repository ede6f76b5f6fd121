//! `empty-continuation`: a blank line stands inside of an instruction.

use plimsoll_finding::{Clause, Edit, Fix, Severity};
use plimsoll_syntax::dockerfile::{Instruction, Keyword, Line, LineKind};

use crate::rule::declare_rule;
use crate::{Context, FixAvailability, Scope};

declare_rule! {
    /// ## What it does
    /// Reports a blank line after a line that ends with the escape character.
    ///
    /// ## Why it matters
    /// The instruction goes on after the blank line, whatever it looks like: an instruction that
    /// follows becomes a part of it. BuildKit will refuse such files one day.
    ///
    /// ## Bad
    /// ```dockerfile
    /// FROM debian:13-slim
    /// RUN apt-get update && \
    ///
    ///     apt-get install -y --no-install-recommends ca-certificates
    /// ```
    ///
    /// ## Good
    /// ```dockerfile
    /// FROM debian:13-slim
    /// RUN apt-get update && \
    ///     # Certificates are needed to reach the registry.
    ///     apt-get install -y --no-install-recommends ca-certificates
    /// ```
    ///
    /// ## Fix safety
    /// Safe: BuildKit skips blank lines there. None is offered where the line after it looks like an
    /// instruction of its own: then the escape character is what is wrong.
    pub(crate) static EMPTY_CONTINUATION = {
        name: "empty-continuation",
        clause: Clause::Portable,
        summary: "a blank line stands inside of an instruction",
        severity: Severity::Warning,
        fix: FixAvailability::Sometimes,
        aliases: &["NoEmptyContinuation"],
        default: true,
        scope: Scope::Build,
        check: check,
    }
}

fn check(cx: &mut Context<'_, '_>) {
    let file = cx.facts.file;
    for instruction in file.instructions.iter().filter(|it| !it.blank_lines.is_empty()) {
        let Some(&first) = instruction.blank_lines.first() else { continue };
        let name = instruction.kind.name();
        if let Some(swallowed) = swallowed(cx, instruction) {
            let message =
                format!("a blank line does not end {name}: `{swallowed}` after it is a part of it");
            let escape = file.escape;
            let help = format!(
                "Remove the `{escape}` before the blank line, or the blank line if `{swallowed}` \
                 is no instruction here."
            );
            cx.report(first, message).help(help).severity(Severity::Error).done();
            continue;
        }
        let blank = lines(cx, instruction).iter().filter(|it| it.kind == LineKind::InnerBlank);
        let edits: Vec<Edit> = blank.map(|it| Edit::delete(it.span)).collect();
        let fix = Fix::safe("Remove the blank lines", edits);
        cx.report(first, format!("a blank line stands inside of {name}"))
            .help("Remove it, or write a comment there.")
            .fix(fix)
            .done();
    }
}

/// The lines that an instruction stands on.
fn lines<'d>(cx: &Context<'_, 'd>, instruction: &Instruction<'_>) -> &'d [Line] {
    let lines = &cx.facts.file.lines;
    let first = lines.partition_point(|it| it.span.end() <= instruction.span.start());
    let after = lines.partition_point(|it| it.span.start() < instruction.span.end());
    lines.get(first..after).unwrap_or_default()
}

/// The keyword at the start of a line after a blank one.
fn swallowed(cx: &Context<'_, '_>, instruction: &Instruction<'_>) -> Option<&'static str> {
    let file = cx.facts.file;
    let mut after_blank = false;
    for line in lines(cx, instruction) {
        match line.kind {
            LineKind::InnerBlank => after_blank = true,
            LineKind::InnerComment => {}
            LineKind::Continuation if after_blank => {
                let text = line.span.slice(file.text).unwrap_or_default();
                let word = text.split_whitespace().next().unwrap_or_default();
                let keyword = Keyword::of(word);
                // Indented words, and those in lower case, are commands as often as not.
                let meant = text.starts_with(keyword.name()) && keyword != Keyword::Unknown;
                if meant {
                    return Some(keyword.name());
                }
                after_blank = false;
            }
            _ => after_blank = false,
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::{check, check_fixed};

    #[test]
    fn one_finding_for_each_instruction() {
        check(
            "empty-continuation",
            "FROM a\nRUN b \\\n\n  c \\\n  \n  d\nRUN e\n\nRUN f \\\n# comment\n  g\n",
            "3:1 warning: a blank line stands inside of RUN",
        );
    }

    #[test]
    fn a_swallowed_instruction_is_an_error() {
        check(
            "empty-continuation",
            "FROM a\nRUN b \\\n\nCOPY c d\nRUN e \\\n\n  copy f\n",
            "3:1 error: a blank line does not end RUN: `COPY` after it is a part of it\n\
             6:1 warning: a blank line stands inside of RUN",
        );
    }

    #[test]
    fn blank_lines_go_and_comments_stay() {
        check_fixed(
            "empty-continuation",
            "FROM a\nRUN b \\\n\n  # why\n \t\n  c\n",
            "FROM a\nRUN b \\\n  # why\n  c\n",
        );
        check_fixed("empty-continuation", "FROM a\r\nRUN b \\\r\n\r\n  c\r\n", "FROM a\r\nRUN b \\\r\n  c\r\n");
    }

    #[test]
    fn blank_lines_of_heredocs_are_text() {
        check("empty-continuation", "FROM a\nRUN <<EOF\na \\\n\nb\nEOF\n", "");
    }
}

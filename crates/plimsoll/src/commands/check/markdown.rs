//! Dockerfiles in the fenced blocks of Markdown, each checked for itself.
//!
//! A block may stand in a list or a quotation, so that its lines begin with what is no part of them.
//! Places are mapped back to the Markdown; whatever is changed is read again and must be what was
//! meant.

use plimsoll_finding::{Applicability, Edit, Finding, Fix, LineIndex, Span, apply};
use plimsoll_lint::{Checked, DroppedFix, Options};
use plimsoll_syntax::{
    dockerfile::{self, Keyword},
    markdown::{Fence, Language, fences},
};

/// A text with its fixes.
#[derive(Debug)]
pub(super) struct Fixed {
    pub(super) text: String,
    /// How many were made.
    pub(super) applied: usize,
    /// The fixes that would have done harm.
    pub(super) dropped: Vec<DroppedFix>,
}

/// Checks every Dockerfile in a text. A block without a `FROM` is a part of some Dockerfile, of
/// which nothing can be said.
pub(super) fn check(name: &str, text: &str, options: &Options) -> Checked {
    let all = fences(text);
    let mut checked = Checked::default();
    for (index, fence) in all.iter().enumerate().filter(|(_, it)| is_dockerfile(it)) {
        let block = plimsoll_lint::check(name, fence.body.text(), options);
        let findings = block.findings.into_iter();
        checked.findings.extend(findings.map(|it| mapped(it, name, text, &all, index)));
        checked.suppressed.extend(block.suppressed);
    }
    checked
}

/// Makes the fixes of every Dockerfile in a text.
pub(super) fn fix(
    name: &str,
    text: &str,
    options: &Options,
    applicability: Applicability,
) -> Fixed {
    let all = fences(text);
    let mut fixed = Fixed { text: text.to_owned(), applied: 0, dropped: Vec::new() };
    // From the end on, so that the places of the others stay what they are.
    for (index, fence) in all.iter().enumerate().rev().filter(|(_, it)| is_dockerfile(it)) {
        let block = plimsoll_lint::fix(name, fence.body.text(), options, applicability);
        fixed.dropped.extend(block.dropped);
        if block.text == fence.body.text() {
            continue;
        }
        if let Some(text) = with_body(&fixed.text, index, &block.text) {
            fixed.text = text;
            fixed.applied += block.applied.len();
        }
    }
    fixed
}

fn is_dockerfile(fence: &Fence<'_>) -> bool {
    fence.language == Language::Dockerfile
        && dockerfile::parse(fence.body.text())
            .instructions
            .iter()
            .any(|it| it.kind == Keyword::From)
}

/// A finding of a block as one of the whole text.
fn mapped(
    mut finding: Finding,
    name: &str,
    text: &str,
    all: &[Fence<'_>],
    index: usize,
) -> Finding {
    let Some(fence) = all.get(index) else { return finding };
    let place = |span: Span| fence.body.span(span.range());
    finding.span = finding.span.map(place);
    for related in finding.related.iter_mut().filter(|it| it.path == name) {
        related.span = related.span.map(place);
    }
    finding.fix = finding.fix.and_then(|fix| mapped_fix(&fix, text, fence, index));
    finding
}

/// A fix of a block as one of the whole text, if it comes to the same.
fn mapped_fix(fix: &Fix, text: &str, fence: &Fence<'_>, index: usize) -> Option<Fix> {
    let edits = fix.edits.iter().map(|edit| Edit {
        span: fence.body.span(edit.span.range()),
        replacement: edit.replacement.replace('\n', &format!("\n{}", fence.prefix)),
    });
    let edits: Vec<_> = edits.collect();
    let meant = fix.apply(fence.body.text()).ok()?;
    let changed = apply(text, &edits).ok()?;
    let is = fences(&changed).get(index).map(|it| it.body.text() == meant)?;
    is.then(|| Fix { edits, ..fix.clone() })
}

/// The text with another body in one of its blocks, if all blocks then are what they should be.
fn with_body(text: &str, index: usize, body: &str) -> Option<String> {
    let all = fences(text);
    let fence = all.get(index)?;
    let lines = LineIndex::new(text);
    let start = lines.line_span(fence.lines.start)?.start();
    let end = lines.line_span(fence.lines.end).map_or(text.len(), Span::start);
    let mut new = String::with_capacity(text.len() + body.len());
    new.push_str(text.get(..start)?);
    for line in body.split_inclusive('\n') {
        // Blank lines end in no white space.
        new.push_str(if line.trim().is_empty() { fence.prefix.trim_end() } else { fence.prefix });
        new.push_str(line);
    }
    new.push_str(text.get(end..)?);
    let after = fences(&new);
    let same = after.len() == all.len()
        && after.iter().zip(&all).enumerate().all(|(at, (after, before))| {
            let expected = if at == index { body } else { before.body.text() };
            after.body.text() == expected && after.info.slice(&new) == before.info.slice(text)
        });
    same.then_some(new)
}

#[cfg(test)]
mod tests {
    use plimsoll_finding::{Clause, Severity};

    use super::*;

    const GUIDE: &str = "\
Text.

1. Write this:

   ```dockerfile
   FROM a

   USER root
   ```

> ~~~docker
> FROM b
> USER root
> ~~~

```dockerfile
USER root
```

```yaml
FROM: c
```
";

    fn finding(at: Span, fix: Fix) -> Finding {
        Finding::new("x", Clause::NonRoot, Severity::Note, "p", "m").at(at).fix(fix)
    }

    #[test]
    fn only_whole_dockerfiles_are_looked_at() {
        let all = fences(GUIDE);
        let which: Vec<_> = all.iter().map(is_dockerfile).collect();
        assert_eq!(which, [true, true, false, false]);
    }

    #[test]
    fn places_and_fixes_are_those_of_the_document() {
        let all = fences(GUIDE);
        for index in [0, 1] {
            let body = all[index].body.text();
            let at = body.find("USER root").unwrap();
            let edits =
                [Edit::insert(at, "RUN x\n"), Edit::replace(Span::new(at + 5, at + 9), "1\nCMD y")];
            let found = finding(Span::new(at, at + 9), Fix::safe("Fix", edits));
            let found = mapped(found, "p", GUIDE, &all, index);
            assert_eq!(found.span.unwrap().slice(GUIDE), Some("USER root"));
            let new = found.fix.unwrap().apply(GUIDE).unwrap();
            let meant = body.replace("USER root", "RUN x\nUSER 1\nCMD y");
            assert_eq!(fences(&new)[index].body.text(), meant);
        }
    }

    #[test]
    fn a_fix_that_would_end_the_block_is_left_out() {
        let all = fences(GUIDE);
        let at = all[0].body.text().find("USER").unwrap();
        let fix = Fix::safe("Fix", [Edit::insert(at, "```\n")]);
        let found = mapped(finding(Span::empty(at), fix), "p", GUIDE, &all, 0);
        assert_eq!(found.fix, None);
        assert_eq!(with_body(GUIDE, 0, "FROM a\n```\n"), None);
    }

    #[test]
    fn bodies_are_replaced_in_lists_and_quotations() {
        let new = with_body(GUIDE, 0, "FROM z\n\nUSER 1\nCMD c\n").unwrap();
        assert!(
            new.contains("   ```dockerfile\n   FROM z\n\n   USER 1\n   CMD c\n   ```\n"),
            "{new}"
        );
        let new = with_body(&new, 1, "FROM y\n").unwrap();
        assert!(new.contains("> ~~~docker\n> FROM y\n> ~~~\n"), "{new}");
    }
}

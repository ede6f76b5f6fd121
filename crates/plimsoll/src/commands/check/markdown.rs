//! Dockerfiles, Compose files and workflows in the fenced blocks of Markdown, each checked for itself.
//!
//! A block may stand in a list or a quotation, so that its lines begin with what is no part of them.
//! Places are mapped back to the Markdown; whatever is changed is read again and must be what was
//! meant.

use std::collections::BTreeSet;

use plimsoll_finding::{Applicability, Edit, Finding, Fix, LineIndex, Span, apply};
use plimsoll_lint::{Checked, DroppedFix, FileType, Options};
use plimsoll_syntax::{
    dockerfile::{self, Keyword},
    markdown::{Fence, Language, fences},
};

use super::kind::yaml_type;

/// A text with its fixes.
#[derive(Debug)]
pub(super) struct Fixed {
    pub(super) text: String,
    /// How many were made.
    pub(super) applied: usize,
    /// The fixes that would have done harm.
    pub(super) dropped: Vec<DroppedFix>,
}

/// Checks every file in a text. A block without a `FROM` is a part of some Dockerfile, and one
/// without `services` a part of some Compose file, of which nothing can be said.
pub(super) fn check(name: &str, text: &str, options: &Options) -> Checked {
    let all = fences(text);
    let mut checked = Checked::default();
    for (index, fence) in all.iter().enumerate() {
        let Some(kind) = file_type(fence) else { continue };
        let block = plimsoll_lint::check_as(kind, name, fence.body.text(), options);
        let findings = block.findings.into_iter();
        checked.findings.extend(findings.map(|it| mapped(it, name, text, &all, index)));
        checked.suppressed.extend(block.suppressed);
    }
    checked
}

/// Makes the fixes of every file in a text.
pub(super) fn fix(
    name: &str,
    text: &str,
    options: &Options,
    applicability: Applicability,
) -> Fixed {
    let all = fences(text);
    let mut fixed = Fixed { text: text.to_owned(), applied: 0, dropped: Vec::new() };
    let mut bodies = Vec::new();
    for (index, fence) in all.iter().enumerate() {
        let Some(kind) = file_type(fence) else { continue };
        let block = plimsoll_lint::fix_as(kind, name, fence.body.text(), options, applicability);
        fixed.dropped.extend(block.dropped);
        if block.text != fence.body.text() {
            bodies.push(Body { index, text: block.text, applied: block.applied.len() });
        }
    }
    put(&mut fixed, &bodies);
    fixed
}

/// A new body of a block.
#[derive(Debug)]
struct Body {
    index: usize,
    text: String,
    /// How many fixes are in it.
    applied: usize,
}

/// Puts bodies into a text, at once if they fit; otherwise halving finds those that don't.
fn put(fixed: &mut Fixed, bodies: &[Body]) {
    if bodies.is_empty() {
        return;
    }
    if let Some(text) = with_bodies(&fixed.text, bodies) {
        fixed.text = text;
        fixed.applied += bodies.iter().map(|it| it.applied).sum::<usize>();
    } else if bodies.len() > 1 {
        let (left, right) = bodies.split_at(bodies.len() / 2);
        put(fixed, left);
        put(fixed, right);
    }
}

/// The types of files in a text.
pub(super) fn file_types(text: &str) -> BTreeSet<FileType> {
    fences(text).iter().filter_map(file_type).collect()
}

/// What is in a block, if it is the whole of a file.
fn file_type(fence: &Fence<'_>) -> Option<FileType> {
    let text = fence.body.text();
    match fence.language {
        Language::Dockerfile => {
            let file = dockerfile::parse(text);
            let is_whole = file.instructions.iter().any(|it| it.kind == Keyword::From);
            is_whole.then_some(FileType::Dockerfile)
        }
        Language::Compose => yaml_type(text).filter(|it| *it == FileType::Compose),
        Language::Yaml => yaml_type(text),
        Language::Other => None,
    }
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
    let is = is_alone(text, fence, &edits, &meant).or_else(|| {
        let changed = apply(text, &edits).ok()?;
        fences(&changed).get(index).map(|it| it.body.text() == meant)
    })?;
    is.then(|| Fix { edits, ..fix.clone() })
}

/// Whether the lines of a block, with these edits, have the body that is meant. `None` where they are
/// another block without the document around them: to read all of it for every fix takes long.
fn is_alone(text: &str, fence: &Fence<'_>, edits: &[Edit], meant: &str) -> Option<bool> {
    let start = text.get(..fence.span.start())?.rfind('\n').map_or(0, |it| it + 1);
    let rest = text.get(fence.span.end()..)?;
    let end = rest.find('\n').map_or(text.len(), |it| fence.span.end() + it + 1);
    let lines = text.get(start..end)?;
    let [alone] = &*fences(lines) else { return None };
    if alone.body.text() != fence.body.text() || alone.span.end() + start != fence.span.end() {
        return None;
    }
    let shifted = edits.iter().map(|it| {
        let (from, to) = (it.span.start().checked_sub(start)?, it.span.end().checked_sub(start)?);
        Some(Edit { span: Span::new(from, to), replacement: it.replacement.clone() })
    });
    let shifted: Vec<_> = shifted.collect::<Option<_>>()?;
    let changed = apply(lines, &shifted).ok()?;
    // What follows is what it was where the block still ends with its last line.
    let ends = |it: &Fence<'_>| changed.len() - it.span.end() == lines.len() - alone.span.end();
    Some(matches!(&*fences(&changed), [it] if it.body.text() == meant && ends(it)))
}

/// The text with other bodies in some of its blocks, which are in order, if all blocks then are what
/// they should be.
fn with_bodies(text: &str, bodies: &[Body]) -> Option<String> {
    let all = fences(text);
    let lines = LineIndex::new(text);
    let mut new = String::with_capacity(text.len());
    let mut done = 0;
    for body in bodies {
        let fence = all.get(body.index)?;
        let start = lines.line_span(fence.lines.start)?.start();
        new.push_str(text.get(done..start)?);
        for line in body.text.split_inclusive('\n') {
            // Blank lines end in no white space.
            let is_blank = line.trim().is_empty();
            new.push_str(if is_blank { fence.prefix.trim_end() } else { fence.prefix });
            new.push_str(line);
        }
        done = lines.line_span(fence.lines.end).map_or(text.len(), Span::start);
    }
    new.push_str(text.get(done..)?);
    let after = fences(&new);
    let mut rest = bodies.iter().peekable();
    let same = after.len() == all.len()
        && after.iter().zip(&all).enumerate().all(|(at, (after, before))| {
            let body = rest.next_if(|it| it.index == at);
            let expected = body.map_or(before.body.text(), |it| &*it.text);
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
    fn only_whole_files_are_looked_at() {
        let dockerfile = Some(FileType::Dockerfile);
        let which = |text: &str| fences(text).iter().map(file_type).collect::<Vec<_>>();
        assert_eq!(which(GUIDE), [dockerfile, dockerfile, None, None]);
        let yaml = "\
```yaml
services:
  db: {}
```

```compose
on: push
jobs: {}
```

```yml title=ci.yml
on: push
jobs: {}
```

```yaml
db:
  image: postgres
```
";
        let expected = [Some(FileType::Compose), None, Some(FileType::Workflow), None];
        assert_eq!(which(yaml), expected);
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
        let at = all[0].body.text().len();
        let fix = Fix::safe("Fix", [Edit::insert(at, "```\n~~~\nx")]);
        let found = mapped(finding(Span::empty(at), fix), "p", GUIDE, &all, 0);
        assert_eq!(found.fix, None);
    }

    #[test]
    fn a_body_that_does_not_fit_leaves_the_others_alone() {
        let body = |index, text: &str| Body { index, text: text.to_owned(), applied: 1 };
        let mut fixed = Fixed { text: GUIDE.to_owned(), applied: 0, dropped: Vec::new() };
        put(&mut fixed, &[body(0, "FROM a\n```\n"), body(1, "FROM c\n"), body(2, "USER 1\n")]);
        let expected = GUIDE.replace("> FROM b\n> USER root", "> FROM c");
        assert_eq!(
            fixed.text,
            expected.replace("```dockerfile\nUSER root", "```dockerfile\nUSER 1")
        );
        assert_eq!(fixed.applied, 2);
    }

    #[test]
    fn a_block_deep_in_a_list_is_read_with_what_is_around_it() {
        let text = "1. a\n   - b\n\n     ```dockerfile\n     FROM a\n     USER root\n     ```\n";
        let all = fences(text);
        let at = all[0].body.text().find("root").unwrap();
        let fix = Fix::safe("Fix", [Edit::replace(Span::new(at, at + 4), "1\nCMD x")]);
        let found = mapped(finding(Span::empty(at), fix), "p", text, &all, 0);
        let new = found.fix.unwrap().apply(text).unwrap();
        assert_eq!(new, text.replace("USER root", "USER 1\n     CMD x"));
    }

    fn with_body(text: &str, index: usize, body: &str) -> Option<String> {
        with_bodies(text, &[Body { index, text: body.to_owned(), applied: 1 }])
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

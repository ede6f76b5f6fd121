//! Whether a Dockerfile is the same outside of its edits.

use plimsoll_finding::{Edit, Span};
use plimsoll_syntax::dockerfile::{Directive, Dockerfile, Instruction};

use super::Rejection;
use super::edits::{Edits, changed};

/// Every instruction and directive that no edit touches is found again where it must be, with the
/// same values, and whatever else is there stands where something was edited.
pub(super) fn is_equal(
    old: &Dockerfile<'_>,
    new: &Dockerfile<'_>,
    edits: &[Edit],
) -> Result<(), Rejection> {
    let edits = Edits::new(edits);
    let mut rest = new.instructions.iter();
    for instruction in &old.instructions {
        if edits.touch(instruction.span) {
            continue;
        }
        let start = edits.moved(instruction.span.start());
        // Those in between were edited or added.
        let found = loop {
            match rest.next() {
                Some(it) if it.span.start() == start => break Some(it),
                Some(it) if it.span.start() < start && edits.made(it.span) => {}
                _ => break None,
            }
        };
        if !found.is_some_and(|it| is_same(old.text, instruction, new.text, it)) {
            return Err(changed(instruction.span, old.text));
        }
    }
    if let Some(added) = rest.find(|it| !edits.made(it.span)) {
        return Err(changed(added.span, new.text));
    }
    let untouched = old.directives.iter().filter(|it| !edits.touch(it.span));
    for directive in untouched {
        if !new.directives.iter().any(|it| says(it) == says(directive)) {
            return Err(changed(directive.span, old.text));
        }
    }
    if old.escape == new.escape { Ok(()) } else { Err(changed(Span::empty(0), old.text)) }
}

fn says<'d>(directive: &'d Directive<'_>) -> (&'static str, &'d str) {
    (directive.name, directive.value.as_str())
}

fn is_same(old_text: &str, old: &Instruction<'_>, new_text: &str, new: &Instruction<'_>) -> bool {
    let flags = |it: &Instruction<'_>| -> Vec<(String, Option<String>)> {
        let value = |it: &plimsoll_syntax::dockerfile::Word<'_>| it.as_str().to_owned();
        it.flags.iter().map(|it| (it.name.to_string(), it.value.as_ref().map(value))).collect()
    };
    let heredocs = old.heredocs.len() == new.heredocs.len()
        && old.heredocs.iter().zip(&new.heredocs).all(|(a, b)| {
            (&a.name, a.descriptor, a.expand, a.chomp, a.body)
                == (&b.name, b.descriptor, b.expand, b.chomp, b.body)
        });
    old.kind == new.kind
        && old.span.slice(old_text) == new.span.slice(new_text)
        && old.keyword.text == new.keyword.text
        && old.arguments.text() == new.arguments.text()
        && flags(old) == flags(new)
        && heredocs
}

#[cfg(test)]
mod tests {
    use plimsoll_finding::apply;
    use plimsoll_syntax::dockerfile;
    use proptest::prelude::*;

    use super::*;

    fn edited(text: &str, edits: &[Edit]) -> Result<(), Rejection> {
        let new = apply(text, edits).unwrap();
        is_equal(&dockerfile::parse(text), &dockerfile::parse(&new), edits)
    }

    const TEXT: &str = "FROM a\nRUN b \\\n  c\nUSER d\n";

    #[test]
    fn instructions_may_be_added_changed_and_removed() {
        for edit in [
            Edit::insert(6, "\nUSER x"),
            Edit::insert(7, "USER x\n"),
            Edit::insert(0, "# syntax=docker/dockerfile:1\n"),
            Edit::replace(Span::new(11, 12), "z"),
            Edit::delete(Span::new(7, 19)),
            Edit::delete(Span::new(18, 25)),
            Edit::insert(18, " && z"),
            Edit::insert(25, "\nCMD z"),
        ] {
            assert_eq!(edited(TEXT, std::slice::from_ref(&edit)), Ok(()), "{edit:?}");
        }
    }

    #[test]
    fn several_edits_shift_what_follows() {
        let edits =
            [Edit::delete(Span::new(19, 26)), Edit::insert(7, "USER x\n"), Edit::insert(6, "bc")];
        assert_eq!(edited(TEXT, &edits), Ok(()));
    }

    #[test]
    fn an_instruction_beside_the_edit_must_not_change() {
        // The newline before `USER` goes, so that it becomes an argument.
        let edit = Edit::delete(Span::new(18, 19));
        let expected = Err(Rejection::ChangesOthers("RUN b \\".to_owned()));
        assert_eq!(edited(TEXT, &[edit]), expected);
        let expected = Err(Rejection::ChangesOthers("USER d".to_owned()));
        // The script runs on into the next line.
        assert_eq!(edited(TEXT, &[Edit::insert(18, " \\")]), expected);
        // A heredoc swallows it.
        let text = "FROM a\nRUN b\nUSER d\nE\n";
        assert_eq!(edited(text, &[Edit::replace(Span::new(11, 12), "<<E")]), expected);
    }

    #[test]
    fn directives_stay_in_force() {
        let text = "# escape=`\nFROM a\nRUN b `\n c\n";
        assert!(edited(text, &[Edit::insert(0, "# note\n")]).is_err());
        assert_eq!(edited(text, &[Edit::insert(11, "# note\n")]), Ok(()));
    }

    /// Lines of which some continue, open or end an instruction.
    fn text() -> impl Strategy<Value = String> {
        let line = prop::sample::select(vec![
            "FROM a",
            "RUN b \\",
            "  c",
            "# note",
            "",
            "RUN <<E",
            "E",
            "USER d",
            "COPY <<E f",
        ]);
        prop::collection::vec(line, 1..9).prop_map(|it| it.join("\n"))
    }

    proptest! {
        #[test]
        fn what_is_equal_still_has_every_other_instruction(
            (text, edits) in text().prop_flat_map(|text| {
                let piece = prop::sample::select(vec![
                    "", "\n", " \\", "x", "\nUSER x", "USER x\n", "<<E", "E\n", "# no\n",
                ]);
                let edit = (0..=text.len(), 0..=text.len(), piece)
                    .prop_map(|(a, b, it)| Edit::replace(Span::new(a.min(b), a.max(b)), it));
                (Just(text), prop::collection::vec(edit, 1..3))
            })
        ) {
            let Ok(new_text) = apply(&text, &edits) else { return Ok(()) };
            let (old, new) = (dockerfile::parse(&text), dockerfile::parse(&new_text));
            if is_equal(&old, &new, &edits).is_ok() {
                let mut rest = new.instructions.iter().map(|it| it.span.slice(&new_text));
                for span in old.instructions.iter().map(|it| it.span) {
                    let near = |it: &Edit| {
                        it.span.start() <= span.end() && span.start() <= it.span.end()
                    };
                    if !edits.iter().any(near) {
                        prop_assert!(rest.any(|it| it == span.slice(&text)), "{new_text}");
                    }
                }
            }
        }
    }
}

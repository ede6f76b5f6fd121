//! The instruction of a Dockerfile that a step was.

use plimsoll_build::engines::failure::{Explained, Step};
use plimsoll_syntax::dockerfile::{Base, Dockerfile, Instruction, Keyword, Stage, Stages};

/// Finds it: by its line, else by its words, else by its number in its stage.
pub(super) fn find<'d>(
    file: &'d Dockerfile<'d>,
    text: &str,
    explained: &Explained,
) -> Option<&'d Instruction<'d>> {
    if let Some(line) = explained.line {
        let at = |it: &&Instruction<'_>| (it.first_line..=it.last_line).contains(&line);
        if let Some(found) = file.instructions.iter().find(at) {
            return Some(found);
        }
    }
    let step = explained.step.as_ref()?;
    let stages = Stages::new(file);
    let stage = stages.all.iter().find(|it| is_called(it, step.stage.as_deref()));
    let same = |it: &&Instruction<'_>| is_written(it, file.escape, text, &step.instruction);
    let found = stage.and_then(|it| it.body.iter().find(same));
    let found = found.or_else(|| file.instructions.iter().find(same));
    found.or_else(|| by_number(step, file, stage)).filter(|it| is_kind(it, step))
}

/// Whether a stage is what a step calls it; those without a name are called `stage-1`.
fn is_called(stage: &Stage<'_>, name: Option<&str>) -> bool {
    let Some(name) = name else { return false };
    match &stage.name {
        Some(own) => own.eq_ignore_ascii_case(name),
        None => name == format!("stage-{}", stage.index),
    }
}

/// Whether an instruction is written so: engines leave out continuations, comments and some of the
/// white space.
fn is_written(instruction: &Instruction<'_>, escape: char, text: &str, words: &str) -> bool {
    let mut start = instruction.span.start();
    let mut own = String::new();
    let ends = instruction.inner_comments.iter().map(|it| (it.start(), it.end()));
    for (comment, end) in ends.chain([(instruction.span.end(), instruction.span.end())]) {
        own.push_str(text.get(start..comment).unwrap_or_default());
        start = end;
    }
    let squeeze = |it: &str| -> String {
        it.chars().filter(|it| !it.is_whitespace() && *it != escape).collect()
    };
    let (own, words) = (squeeze(&own), squeeze(words));
    !words.is_empty() && own.eq_ignore_ascii_case(&words)
}

/// BuildKit counts a stage's image and what makes layers; other engines count every instruction.
fn by_number<'d>(
    step: &Step,
    file: &'d Dockerfile<'d>,
    stage: Option<&Stage<'d>>,
) -> Option<&'d Instruction<'d>> {
    let number = step.position?.number;
    let Some(stage) = stage else { return file.instructions.get(number.checked_sub(1)?) };
    let counts = |it: &&Instruction<'_>| {
        matches!(it.kind, Keyword::Add | Keyword::Copy | Keyword::Run | Keyword::Workdir)
    };
    let image = (stage.base == Base::Image).then_some(stage.instruction);
    image.into_iter().chain(stage.body.iter().filter(counts)).nth(number.checked_sub(1)?)
}

/// A guess by number must at least be the same kind of instruction.
fn is_kind(instruction: &Instruction<'_>, step: &Step) -> bool {
    let keyword = step.instruction.split_whitespace().next().unwrap_or_default();
    instruction.keyword.as_str().eq_ignore_ascii_case(keyword)
}

#[cfg(test)]
mod tests {
    use plimsoll_build::engines::failure::explain;

    use super::*;

    const TEXT: &str =
        "FROM rust:1 AS one\nRUN a \\\n  # why\n  && b\nFROM one\nCOPY $X /x\nRUN c\nRUN c\n";

    fn line(log: &str) -> Option<usize> {
        let file = plimsoll_syntax::dockerfile::parse(TEXT);
        find(&file, TEXT, &explain(log)).map(|it| it.first_line)
    }

    #[test]
    fn steps_are_found_by_line_words_and_number() {
        for (name, expected) in [
            ("[one 2/2] RUN a    && b", Some(2)),
            ("[stage-1 1/3] COPY . /x", Some(6)),
            ("[stage-1 3/3] RUN c", Some(7)),
            ("[stage-1 9/9] RUN d", None),
            ("[stage-1 1/3] RUN d", None),
        ] {
            let log = format!("#1 {name}\n#1 ERROR: exit code: 1\n");
            assert_eq!(line(&log), expected, "{name}");
        }
        assert_eq!(line("Dockerfile:4\n--------\nERROR: failed to solve"), Some(2));
        assert_eq!(line("Step 4/6 : COPY y /x\nCOPY failed: stat y"), Some(6));
    }
}

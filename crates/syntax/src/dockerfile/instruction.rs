//! One instruction: its words as BuildKit's tree has them, and what it says.

use plimsoll_finding::Span;

use super::flags;
use super::json::{self, Array};
use super::tree::{Instruction, Keyword, SyntaxError, Word};
use super::words;
use super::{Command, typed};
use crate::Logical;

/// The deepest `ONBUILD ONBUILD …` that is read.
const ONBUILD_DEPTH: usize = 8;

/// Splits a line into keyword, flags and words. Its place in the file is for the caller.
pub(super) fn read<'t>(
    line: &Logical<'t>,
    escape: char,
    errors: &mut Vec<SyntaxError>,
) -> Instruction<'t> {
    read_nested(line, escape, errors, 0)
}

fn read_nested<'t>(
    line: &Logical<'t>,
    escape: char,
    errors: &mut Vec<SyntaxError>,
    depth: usize,
) -> Instruction<'t> {
    let flags::Split { keyword, flags, rest } = flags::split(line, escape);
    let kind = Keyword::of(&keyword.text);
    let mut instruction = Instruction {
        span: line.whole_span(),
        first_line: 0,
        last_line: 0,
        keyword,
        kind,
        flags,
        words: Vec::new(),
        json: false,
        command: Command::Broken,
        heredocs: Vec::new(),
        comments: Vec::new(),
        inner_comments: Vec::new(),
        blank_lines: Vec::new(),
        arguments: rest,
    };
    let rest = &instruction.arguments;
    let whole = || if rest.is_empty() { vec![] } else { vec![words::word(rest, 0..rest.len())] };
    match kind {
        Keyword::Onbuild => {
            if !rest.is_empty() && depth < ONBUILD_DEPTH {
                let inner = read_nested(rest, escape, errors, depth + 1);
                instruction.command = Command::Onbuild(Box::new(inner));
            }
        }
        Keyword::From | Keyword::Expose => instruction.words = words::blank_separated(rest),
        Keyword::Arg => instruction.words = words::quoted(rest, escape),
        Keyword::Maintainer | Keyword::Stopsignal | Keyword::User | Keyword::Workdir => {
            instruction.words = whole();
        }
        Keyword::Env | Keyword::Label => match name_values(rest, escape, kind) {
            Ok(words) => instruction.words = words,
            Err(error) => errors.push(error),
        },
        Keyword::Add | Keyword::Copy | Keyword::Volume => match json::array(rest) {
            Array::Strings(words) => (instruction.words, instruction.json) = (words, true),
            Array::NotStrings => errors.push(not_strings(rest)),
            Array::None => instruction.words = words::blank_separated(rest),
        },
        Keyword::Cmd | Keyword::Entrypoint | Keyword::Run | Keyword::Shell => {
            match json::array(rest) {
                Array::Strings(words) => (instruction.words, instruction.json) = (words, true),
                Array::NotStrings => errors.push(not_strings(rest)),
                Array::None => instruction.words = whole(),
            }
        }
        Keyword::Healthcheck => {
            let text = rest.text();
            let end = text.find(char::is_whitespace).unwrap_or(text.len());
            let after = rest.part(words::trimmed(text, end..text.len()));
            if end > 0 {
                instruction.words.push(words::word(rest, 0..end));
            }
            match json::array(&after) {
                Array::Strings(words) => {
                    instruction.words.extend(words);
                    instruction.json = true;
                }
                Array::NotStrings => errors.push(not_strings(&after)),
                Array::None if after.is_empty() => {}
                Array::None => instruction.words.push(words::word(&after, 0..after.len())),
            }
        }
        Keyword::Unknown => {}
    }
    instruction
}

/// Finds out what an instruction says; what BuildKit would refuse stays [`Command::Broken`].
pub(super) fn interpret(instruction: &mut Instruction<'_>, errors: &mut Vec<SyntaxError>) {
    if errors.is_empty() {
        match typed::command(instruction) {
            Ok(command) => instruction.command = command,
            Err(error) => {
                instruction.command = Command::Broken;
                errors.push(error);
            }
        }
    } else {
        instruction.command = Command::Broken;
    }
}

/// Whether a line of the file begins with an instruction in capitals.
pub(super) fn begins_with_keyword(line: &str) -> bool {
    let word = line.split(|c: char| c.is_whitespace()).next().unwrap_or_default();
    word.len() < line.trim_end().len() && Keyword::ALL.iter().any(|it| it.name() == word)
}

impl Instruction<'_> {
    /// Whether heredocs may follow.
    pub(super) fn takes_heredocs(&self) -> bool {
        match (&self.command, self.kind) {
            (Command::Onbuild(inner), _) => {
                matches!(inner.kind, Keyword::Add | Keyword::Copy | Keyword::Run) && !inner.json
            }
            (_, Keyword::Add | Keyword::Copy | Keyword::Run) => !self.json,
            _ => false,
        }
    }
}

/// Name, value and separator in turn.
fn name_values<'t>(
    rest: &Logical<'t>,
    escape: char,
    kind: Keyword,
) -> Result<Vec<Word<'t>>, SyntaxError> {
    let pairs = words::quoted(rest, escape);
    let Some(first) = pairs.first() else { return Ok(Vec::new()) };
    if !first.text.contains('=') {
        let text = rest.text();
        let Some(end) = text.find(words::is_blank) else {
            return Err(error(
                rest.whole_span(),
                format!("{} must have two arguments", kind.name()),
            ));
        };
        let value = text.len() - text[end..].trim_start_matches(words::is_blank).len();
        let nothing = Word { text: "".into(), span: Span::empty(rest.source_offset(value)) };
        return Ok(vec![words::word(rest, 0..end), words::word(rest, value..text.len()), nothing]);
    }
    let mut split = Vec::with_capacity(pairs.len() * 3);
    for pair in pairs {
        let Some(equals) = pair.text.find('=') else {
            return Err(error(
                pair.span,
                format!("`{}` has no `=`: each part must be name=value", pair.text),
            ));
        };
        split.extend(cut(rest, &pair, equals));
    }
    Ok(split)
}

/// A pair's name, value and `=`.
pub(super) fn cut<'t>(rest: &Logical<'t>, pair: &Word<'t>, equals: usize) -> [Word<'t>; 3] {
    let start = rest.offset_of(pair.span.start());
    let (at, end) = (start + equals, start + pair.text.len());
    [words::word(rest, start..at), words::word(rest, at + 1..end), words::word(rest, at..at + 1)]
}

fn not_strings(text: &Logical<'_>) -> SyntaxError {
    error(text.whole_span(), "an array must hold strings only")
}

pub(super) fn error(span: Span, message: impl Into<String>) -> SyntaxError {
    SyntaxError { span, message: message.into() }
}

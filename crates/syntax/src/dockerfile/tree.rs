//! The tree: lines, instructions, words.

use std::borrow::Cow;
use std::ops::Range;

use plimsoll_finding::Span;

use super::Command;
use crate::Logical;

/// A Dockerfile as it was read.
#[derive(Clone, Debug)]
pub struct Dockerfile<'t> {
    /// The whole text.
    pub text: &'t str,
    /// Every line, in order; together they are the text.
    pub lines: Vec<Line>,
    /// The parser directives at the top: `escape`, `syntax`, `check`.
    pub directives: Vec<Directive<'t>>,
    /// The escape character: a backslash, or a backtick where a directive says so.
    pub escape: char,
    /// The instructions, in order.
    pub instructions: Vec<Instruction<'t>>,
    /// What BuildKit would refuse, in order of place.
    pub errors: Vec<SyntaxError>,
}

/// One line, its end included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line {
    /// The line's bytes with its newline.
    pub span: Span,
    /// What it is.
    pub kind: LineKind,
}

/// What a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineKind {
    /// Nothing but white space between instructions.
    Blank,
    /// A comment between instructions.
    Comment,
    /// A parser directive.
    Directive,
    /// The first line of an instruction.
    Instruction,
    /// A further line of an instruction.
    Continuation,
    /// A comment inside of an instruction.
    InnerComment,
    /// A blank line inside of an instruction.
    InnerBlank,
    /// A line of a heredoc's body.
    HeredocBody,
    /// The line that ends a heredoc.
    HeredocEnd,
}

/// `# name=value` at the top of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Directive<'t> {
    /// The line without its newline.
    pub span: Span,
    /// The name in lower case: `escape`, `syntax` or `check`.
    pub name: &'static str,
    /// The value.
    pub value: Word<'t>,
}

/// A piece of the source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word<'t> {
    /// As written, but for line continuations; quotes and escapes are kept. In exec form: the
    /// decoded string.
    pub text: Cow<'t, str>,
    /// The bytes from the word's first to its last; in exec form with its quotation marks.
    pub span: Span,
}

impl Word<'_> {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

/// One instruction with all its lines.
#[derive(Clone, Debug)]
pub struct Instruction<'t> {
    /// From the keyword to the last byte before the last newline, heredocs included.
    pub span: Span,
    /// The line of the keyword, counted from 1.
    pub first_line: usize,
    /// The last line, counted from 1.
    pub last_line: usize,
    /// The keyword as written.
    pub keyword: Word<'t>,
    /// Which instruction it is.
    pub kind: Keyword,
    /// The flags between the keyword and the arguments.
    pub flags: Vec<Flag<'t>>,
    /// Everything after the flags, trimmed, continuations removed.
    pub arguments: Logical<'t>,
    /// The arguments as BuildKit's tree has them: words, or one word for all of a shell form; for
    /// `ENV` and `LABEL` name, value and the `=` (or nothing) between them, in turn.
    pub words: Vec<Word<'t>>,
    /// Whether the arguments are an array.
    pub json: bool,
    /// What the instruction says.
    pub command: Command<'t>,
    /// The heredocs that follow the line, in order.
    pub heredocs: Vec<Heredoc<'t>>,
    /// The comments directly above, without `#` and trimmed. An empty comment forgets those before.
    pub comments: Vec<Word<'t>>,
    /// The comments on lines of their own inside of the instruction.
    pub inner_comments: Vec<Span>,
    /// The blank lines inside of the instruction.
    pub blank_lines: Vec<Span>,
}

impl<'t> Instruction<'t> {
    /// The flag of a name (without its dashes), the last one where it is repeated.
    pub fn flag(&self, name: &str) -> Option<&Flag<'t>> {
        self.flags.iter().rev().find(|it| it.name == name)
    }

    /// The source of a range of the bytes of one of the instruction's words.
    pub fn span_in_word(&self, word: &Word<'_>, range: Range<usize>) -> Span {
        let start = word.span.start();
        if word.span.len() == word.text.len() {
            return Span::new(start + range.start, start + range.end);
        }
        if let Some(flag) = self.flags.iter().find(|it| it.value.as_ref() == Some(word)) {
            return flag.span_in_value(range);
        }
        // Joined over continuations, unless it is decoded in another way.
        let offset = self.arguments.offset_of(start);
        let joined = self.arguments.text().get(offset..offset + word.text.len());
        if joined == Some(&*word.text) {
            return self.arguments.span(offset + range.start..offset + range.end);
        }
        word.span
    }

    /// The first line's text from the keyword on, for pointing at an instruction that has many.
    pub fn head(&self, text: &str) -> Span {
        let rest = self.span.slice(text).unwrap_or_default();
        let first = rest.lines().next().unwrap_or_default().trim_end();
        Span::new(self.span.start(), self.span.start() + first.len())
    }
}

/// `--name=value`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flag<'t> {
    /// From the first dash to the end of the value.
    pub span: Span,
    /// Without the dashes.
    pub name: Cow<'t, str>,
    /// Without quotes and escapes; `None` where there is no `=`.
    pub value: Option<Word<'t>>,
    /// Where each byte of the value stands in the source, where the value is not just as written.
    pub(super) origins: Vec<usize>,
}

impl Flag<'_> {
    /// The source of a range of the value's bytes.
    pub fn span_in_value(&self, range: Range<usize>) -> Span {
        let Some(value) = &self.value else { return self.span };
        if self.origins.is_empty() {
            let start = value.span.start();
            return Span::new(start + range.start, start + range.end);
        }
        match (self.origins.get(range.start), self.origins.get(range.end.wrapping_sub(1))) {
            (Some(start), Some(last)) if range.start < range.end => Span::new(*start, last + 1),
            _ => Span::empty(value.span.end()),
        }
    }
}

/// A document in the lines after an instruction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heredoc<'t> {
    /// The word that ends it, without quotes.
    pub name: Cow<'t, str>,
    /// Where the instruction names it: `3<<-"EOF"`.
    pub start: Span,
    /// The number before `<<`, or 0.
    pub descriptor: usize,
    /// Whether variables in it are expanded: its name was not quoted.
    pub expand: bool,
    /// Whether leading tabs are stripped (`<<-`).
    pub chomp: bool,
    /// The body, newlines included.
    pub body: &'t str,
    /// The body's bytes.
    pub body_span: Span,
    /// The line that ends it, without its newline.
    pub end: Span,
}

/// Why BuildKit would refuse the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxError {
    /// Where.
    pub span: Span,
    /// What is wrong, as one line without a period.
    pub message: String,
}

macro_rules! keywords {
    ($($(#[$doc:meta])* $name:ident = $text:literal),+ $(,)?) => {
        /// The instructions.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Keyword {
            $($(#[$doc])* $name,)+
            /// A word that is no instruction.
            Unknown,
        }

        impl Keyword {
            /// Every instruction, in alphabetical order.
            pub const ALL: &[Self] = &[$(Self::$name),+];

            /// The instruction's name in capitals; a question mark for an unknown one.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$name => $text,)+
                    Self::Unknown => "?",
                }
            }
        }
    };
}

keywords! {
    /// Copies files, unpacks archives, downloads.
    Add = "ADD",
    /// Declares a build argument.
    Arg = "ARG",
    /// The default command.
    Cmd = "CMD",
    /// Copies files.
    Copy = "COPY",
    /// The program to start.
    Entrypoint = "ENTRYPOINT",
    /// Sets environment variables.
    Env = "ENV",
    /// Documents a port.
    Expose = "EXPOSE",
    /// Begins a stage.
    From = "FROM",
    /// How to test that the container works.
    Healthcheck = "HEALTHCHECK",
    /// Adds metadata.
    Label = "LABEL",
    /// Names the author; deprecated.
    Maintainer = "MAINTAINER",
    /// An instruction for images built on this one.
    Onbuild = "ONBUILD",
    /// Runs a command at build time.
    Run = "RUN",
    /// The shell of shell forms.
    Shell = "SHELL",
    /// The signal that stops the container.
    Stopsignal = "STOPSIGNAL",
    /// The user of what follows.
    User = "USER",
    /// Declares a volume.
    Volume = "VOLUME",
    /// The directory of what follows.
    Workdir = "WORKDIR",
}

impl Keyword {
    /// The instruction of a name in any case.
    pub fn of(name: &str) -> Self {
        Self::ALL
            .iter()
            .copied()
            .find(|it| it.name().eq_ignore_ascii_case(name))
            .unwrap_or(Self::Unknown)
    }
}

//! One pattern of a `.dockerignore`.

use plimsoll_finding::Span;

use super::path::clean;
use super::program::Program;
use super::syntax;

/// A pattern.
#[derive(Clone, Debug)]
pub struct Pattern {
    /// Without `!`, cleaned, without a leading slash.
    pub text: String,
    /// Whether it takes files back: it begins with `!`.
    pub exclusion: bool,
    /// Where it stands in the file, the `!` included.
    pub span: Span,
    matcher: Matcher,
}

/// How a pattern is matched.
#[derive(Clone, Debug)]
enum Matcher {
    /// The path is the text.
    Exact,
    /// The path begins so.
    Prefix(String),
    /// The path ends so, or is so without its leading slash.
    Suffix(String),
    /// By a regular expression.
    Program(Program),
}

/// Why Docker refuses a pattern, and where it stands.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{pattern}`: {kind}")]
pub struct PatternError {
    /// The pattern as written.
    pub pattern: String,
    /// Where it stands in the file.
    pub span: Span,
    /// What is wrong.
    pub kind: PatternErrorKind,
}

/// What is wrong with a pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PatternErrorKind {
    /// A `!` alone.
    #[error("no pattern follows the `!`")]
    Empty,
    /// A class of characters that is not closed, or is malformed, or a backslash at the end.
    #[error("the brackets or backslashes are malformed")]
    Malformed,
}

impl Pattern {
    /// Reads a pattern, which must not be empty or have white space around it.
    pub(super) fn new(written: &str, span: Span) -> Result<Self, PatternError> {
        let refuse = |kind| PatternError { pattern: written.to_owned(), span, kind };
        let (exclusion, rest) = match written.strip_prefix('!') {
            Some(rest) => (true, rest.trim()),
            None => (false, written),
        };
        if rest.is_empty() {
            return Err(refuse(PatternErrorKind::Empty));
        }
        let mut text = clean(rest);
        if text.len() > 1 && text.starts_with('/') {
            text.remove(0);
        }
        if exclusion && text == "/" {
            return Err(refuse(PatternErrorKind::Empty));
        }
        // What was cleaned may begin with another `!`, which means the same.
        let (exclusion, text) = match text.strip_prefix('!') {
            Some("") if !exclusion => return Err(refuse(PatternErrorKind::Empty)),
            Some(rest) if !exclusion => (true, rest.to_owned()),
            _ => (exclusion, text),
        };
        if !syntax::is_valid(&text) {
            return Err(refuse(PatternErrorKind::Malformed));
        }
        let matcher = Matcher::new(&text).ok_or_else(|| refuse(PatternErrorKind::Malformed))?;
        Ok(Self { text, exclusion, span, matcher })
    }

    /// Whether it may match something below a directory. Wildcards are taken to match any name.
    pub fn may_match_below(&self, directory: &str) -> bool {
        if matches!(directory, "" | ".") {
            return true;
        }
        let mut own = self.text.split('/');
        for part in directory.split('/') {
            match own.next() {
                Some(it) if it.contains("**") => return true,
                Some(it) if it == part || it.contains(['*', '?', '[', '\\']) => {}
                _ => return false,
            }
        }
        own.next().is_some()
    }

    /// Whether it matches a path itself, whatever directories are above it.
    pub fn matches(&self, path: &str) -> bool {
        match &self.matcher {
            Matcher::Exact => path == self.text,
            Matcher::Prefix(prefix) => path.starts_with(&**prefix),
            Matcher::Suffix(suffix) => {
                path.ends_with(&**suffix) || suffix.strip_prefix('/') == Some(path)
            }
            Matcher::Program(program) => program.matches(path),
        }
    }
}

impl Matcher {
    fn new(text: &str) -> Option<Self> {
        let (expression, kind) = syntax::translate(text);
        Some(match kind {
            syntax::Kind::Exact => Self::Exact,
            syntax::Kind::Prefix => Self::Prefix(text[..text.len() - 2].to_owned()),
            syntax::Kind::Suffix => Self::Suffix(text[2..].to_owned()),
            syntax::Kind::Expression => Self::Program(Program::compile(&expression)?),
        })
    }
}

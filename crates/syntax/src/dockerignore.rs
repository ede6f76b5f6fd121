//! `.dockerignore`: which files are kept out of the build context.
//!
//! Patterns are read and matched as Docker's own pattern matcher does, with its oddities:
//! - later patterns overrule earlier ones, and `!` takes files back;
//! - a file is ignored if a directory above it matches;
//! - a pattern begins at the context's root, with or without a leading slash; `**` stands for any
//!   number of directories, `*` and `?` stop at a slash;
//! - `[a-z]` is a class of characters, with what regular expressions add to it, and a pattern with a
//!   `*` or `?` between brackets means something else than it seems to;
//! - a comment begins in the first column, so ` # a` is a pattern.

mod path;
mod pattern;
mod program;
mod syntax;

use plimsoll_finding::Span;

pub use path::clean;
pub use pattern::{Pattern, PatternError, PatternErrorKind};

/// A `.dockerignore` as it was read.
#[derive(Clone, Debug, Default)]
pub struct Dockerignore {
    /// The patterns, in order.
    pub patterns: Vec<Pattern>,
    /// The patterns that Docker refuses; they are left out. A build fails while there is one.
    pub errors: Vec<PatternError>,
}

impl Dockerignore {
    /// Reads the patterns of a text.
    pub fn parse(text: &str) -> Self {
        let mut file = Self::default();
        let mut start = 0;
        for line in text.split_inclusive('\n') {
            let mark = if start == 0 && line.starts_with('\u{feff}') { 3 } else { 0 };
            let content = &line[mark..];
            let trimmed = content.trim();
            if !content.starts_with('#') && !trimmed.is_empty() {
                let at = start + mark + (content.len() - content.trim_start().len());
                let span = Span::new(at, at + trimmed.len());
                match Pattern::new(trimmed, span) {
                    Ok(pattern) => file.patterns.push(pattern),
                    Err(error) => file.errors.push(error),
                }
            }
            start += line.len();
        }
        file
    }

    /// Whether a path of the context is ignored: relative, its parts parted by slashes.
    pub fn ignores(&self, path: &str) -> bool {
        self.deciding(path).is_some_and(|it| !it.exclusion)
    }

    /// The pattern that decides about a path; `None` where none matches.
    pub fn deciding(&self, path: &str) -> Option<&Pattern> {
        let parent = path::parent(path);
        let mut deciding: Option<&Pattern> = None;
        for pattern in &self.patterns {
            // What is ignored can only be taken back, and the other way round.
            let ignored = deciding.is_some_and(|it| !it.exclusion);
            if pattern.exclusion != ignored {
                continue;
            }
            if pattern.matches(path) || matches_above(pattern, &parent) {
                deciding = Some(pattern);
            }
        }
        deciding
    }

    /// Whether a pattern with `!` may match something below a directory, by its text alone.
    pub fn may_take_back_below(&self, directory: &str) -> bool {
        self.patterns.iter().any(|it| it.exclusion && it.may_match_below(directory))
    }

    /// Whether any pattern takes files back.
    pub fn has_exclusions(&self) -> bool {
        self.patterns.iter().any(|it| it.exclusion)
    }
}

/// Whether a pattern matches a directory or one above it.
fn matches_above(pattern: &Pattern, directory: &str) -> bool {
    if directory == "." {
        return false;
    }
    let ends = directory.match_indices('/').map(|(at, _)| at).chain([directory.len()]);
    ends.into_iter().any(|end| pattern.matches(&directory[..end]))
}

#[cfg(test)]
mod tests;

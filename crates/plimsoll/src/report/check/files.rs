//! How many files were checked.

use plimsoll_lint::FileType;
use serde::Serialize;

/// Files of each type.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct FileCounts {
    pub(super) dockerfile: usize,
    pub(super) compose: usize,
    pub(super) workflow: usize,
    pub(super) dockerignore: usize,
    /// Markdown with such files in it.
    pub(super) markdown: usize,
}

impl FileCounts {
    /// All of them.
    pub(super) fn sum(self) -> usize {
        self.named().iter().map(|(count, ..)| count).sum()
    }

    /// Each type with what one and several files of it are called.
    fn named(self) -> [(usize, &'static str, &'static str); 5] {
        [
            (self.dockerfile, "Dockerfile", "Dockerfiles"),
            (self.compose, "Compose file", "Compose files"),
            (self.workflow, "workflow", "workflows"),
            (self.dockerignore, ".dockerignore", ".dockerignore files"),
            (self.markdown, "Markdown file", "Markdown files"),
        ]
    }

    /// In words: `1 Dockerfile, 2 workflows`.
    pub(super) fn text(self) -> String {
        let parts = self.named().into_iter().filter(|(count, ..)| *count > 0);
        let parts = parts.map(|(count, one, several)| super::human::many(count, one, several));
        match parts.collect::<Vec<_>>() {
            parts if parts.is_empty() => "no files".to_owned(),
            parts => parts.join(", "),
        }
    }
}

/// From the types of the files; `None` stands for Markdown.
impl FromIterator<Option<FileType>> for FileCounts {
    fn from_iter<I: IntoIterator<Item = Option<FileType>>>(types: I) -> Self {
        let mut counts = Self::default();
        for file in types {
            *match file {
                Some(FileType::Dockerfile) => &mut counts.dockerfile,
                Some(FileType::Compose) => &mut counts.compose,
                Some(FileType::Workflow) => &mut counts.workflow,
                Some(FileType::Dockerignore) => &mut counts.dockerignore,
                None => &mut counts.markdown,
            } += 1;
        }
        counts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_named_where_there_are_any() {
        assert_eq!(FileCounts::default().text(), "no files");
        let types = [Some(FileType::Workflow), None, Some(FileType::Workflow)];
        let counts: FileCounts = types.into_iter().collect();
        assert_eq!((counts.text().as_str(), counts.sum()), ("2 workflows, 1 Markdown file", 3));
    }
}

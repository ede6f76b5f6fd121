//! What is in build contexts.

use serde::Serialize;

use crate::report::table::{Table, size};

/// A build context without what its `.dockerignore` keeps out.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct ContextSize {
    /// Its root.
    pub(crate) path: String,
    /// The `.dockerignore`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) dockerignore: Option<String>,
    /// The Dockerfiles that are built from it.
    pub(crate) dockerfiles: Vec<String>,
    /// What all files have together.
    pub(crate) bytes: u64,
    /// How many files there are.
    pub(crate) files: usize,
    /// Whether all of it was looked at; otherwise there is more.
    pub(crate) complete: bool,
    /// The largest directories in its root, with all that is below them; five at most.
    pub(crate) directories: Vec<DirectorySize>,
}

/// A directory.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct DirectorySize {
    /// From the root of the context.
    pub(crate) path: String,
    /// What all files below it have together.
    pub(crate) bytes: u64,
}

/// A table of contexts; empty where there are none.
pub(super) fn render(contexts: &[ContextSize]) -> String {
    let mut table = Table::default();
    if !contexts.is_empty() {
        table.row(["context", ".dockerignore", "files", "size", "largest directories"]);
    }
    for context in contexts {
        let more = if context.complete { "" } else { "> " };
        let directories = context.directories.iter();
        let directories = directories.map(|it| format!("{} {}", it.path, size(it.bytes)));
        table.row([
            &context.path,
            context.dockerignore.as_deref().unwrap_or("none"),
            &format!("{more}{}", context.files),
            &format!("{more}{}", size(context.bytes)),
            &directories.collect::<Vec<_>>().join(", "),
        ]);
    }
    table.render()
}

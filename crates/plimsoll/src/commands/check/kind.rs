//! What is in a file that is checked.

use std::{ffi::OsStr, path::Path};

use plimsoll_lint::FileType;
use plimsoll_syntax::yaml::{self, Value};

use crate::{disk, read::ReadProblem};

/// What is in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// One file of a type.
    File(FileType),
    /// Markdown, which may have such files in it.
    Markdown,
    /// YAML whose name doesn't say what it is for.
    Yaml,
    /// Something else that is known by its ending.
    Other,
}

/// Endings of what is no Dockerfile, whatever stands before them: bake files, manifests, code.
const OTHERS: &[&str] = &["hcl", "json", "json5", "jsonc", "lock", "rs", "toml", "xml"];

impl Kind {
    /// What is in a file that somebody named, by its name: a Dockerfile may have any.
    pub(super) fn of(path: &Path) -> Self {
        let ending = path.extension().and_then(OsStr::to_str).unwrap_or_default();
        let ends = |it: &[&str]| it.iter().any(|it| ending.eq_ignore_ascii_case(it));
        if ends(&["md", "markdown"]) {
            return Self::Markdown;
        }
        // Workflows are known by the directories above them.
        let whole = disk::path_of(path);
        match FileType::of(whole.as_deref().unwrap_or_default()) {
            Some(it) => Self::File(it),
            None if ends(&["yml", "yaml"]) => Self::Yaml,
            None if ends(OTHERS) => Self::Other,
            None => Self::File(FileType::Dockerfile),
        }
    }

    /// The type of file; `None` for what has files in it.
    pub(super) const fn file_type(self) -> Option<FileType> {
        match self {
            Self::File(it) => Some(it),
            Self::Markdown | Self::Yaml | Self::Other => None,
        }
    }

    /// As it is once the text is known.
    ///
    /// # Errors
    /// It is YAML for something else, or nothing that is checked.
    pub(super) fn settled(self, text: &str) -> Result<Self, ReadProblem> {
        match self {
            Self::Yaml => yaml_type(text).map(Self::File).ok_or(ReadProblem::UnknownYaml),
            Self::Other => Err(ReadProblem::NotChecked),
            known => Ok(known),
        }
    }
}

/// What YAML is for, by what stands at its top; `None` for something else.
pub(super) fn yaml_type(text: &str) -> Option<FileType> {
    let may_be_compose = text.contains("services");
    if !may_be_compose && !text.contains("jobs") {
        return None;
    }
    let yaml = yaml::parse(text);
    let root = yaml.root()?;
    if may_be_compose && root.get("services").is_some_and(Value::is_mapping) {
        return Some(FileType::Compose);
    }
    let is_workflow = root.get("jobs").is_some_and(Value::is_mapping) && root.get("on").is_some();
    is_workflow.then_some(FileType::Workflow)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_decide_and_what_is_left_is_a_dockerfile() {
        for (path, expected) in [
            ("a/README.MD", Kind::Markdown),
            ("compose.yaml", Kind::File(FileType::Compose)),
            (".github/workflows/x.yml", Kind::File(FileType::Workflow)),
            (".dockerignore", Kind::File(FileType::Dockerignore)),
            ("recipe", Kind::File(FileType::Dockerfile)),
            ("stack.yml", Kind::Yaml),
            ("Dockerfile.dev", Kind::File(FileType::Dockerfile)),
            ("Dockerfile.tmpl", Kind::File(FileType::Dockerfile)),
            ("docker-bake.hcl", Kind::Other),
            ("docker-bake.JSON", Kind::Other),
            ("a/Cargo.toml", Kind::Other),
            ("json", Kind::File(FileType::Dockerfile)),
        ] {
            assert_eq!(Kind::of(Path::new(path)), expected, "{path}");
        }
    }

    #[test]
    fn yaml_is_told_by_what_stands_at_its_top() {
        let compose = "x-a: &a {}\nservices:\n  db:\n    image: postgres\n";
        assert_eq!(yaml_type(compose), Some(FileType::Compose));
        let workflow = "on: push\njobs:\n  a:\n    runs-on: x\n    services: {}\n";
        assert_eq!(yaml_type(workflow), Some(FileType::Workflow));
        let quoted = "'on': [push]\njobs: {a: {}}\n";
        assert_eq!(yaml_type(quoted), Some(FileType::Workflow));
        for other in ["jobs:\n  a: b\n", "a:\n  services: {}\n", "services\n", "services: [a]\n"] {
            assert_eq!(yaml_type(other), None, "{other}");
        }
        let problem = Kind::Yaml.settled("a: b\n").unwrap_err();
        assert!(problem.to_string().contains("neither"), "{problem}");
    }
}

//! What is in a file, by its name.

use crate::{Check, Rule};

/// What is in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FileType {
    /// A Dockerfile.
    Dockerfile,
    /// A Compose file.
    Compose,
    /// A GitHub workflow.
    Workflow,
    /// A `.dockerignore`.
    Dockerignore,
}

/// Endings of files that are about a Dockerfile, or become one.
const NO_DOCKERFILES: &[&str] = &[
    "bak",
    "containerignore",
    "dockerignore",
    "erb",
    "gotmpl",
    "html",
    "in",
    "j2",
    "jinja",
    "jinja2",
    "json",
    "lock",
    "markdown",
    "md",
    "mustache",
    "orig",
    "rej",
    "rst",
    "swp",
    "template",
    "tmpl",
    "toml",
    "tpl",
    "txt",
    "yaml",
    "yml",
];

impl FileType {
    /// What a file of a directory is taken for, by its path (`/` between its parts). Any other file
    /// may be a Dockerfile too, but only if somebody says so.
    pub fn of(path: &str) -> Option<Self> {
        let (directory, name) = path.rsplit_once('/').unwrap_or(("", path));
        if is_dockerfile(name) {
            Some(Self::Dockerfile)
        } else if is_dockerignore(name) {
            Some(Self::Dockerignore)
        } else if !is_yaml(name) {
            None
        } else if is_workflows(directory) {
            // Whatever it is called: a workflow about Compose often has its name.
            Some(Self::Workflow)
        } else {
            is_compose(name).then_some(Self::Compose)
        }
    }

    /// Whether a rule is about such files.
    pub const fn has(self, rule: &Rule) -> bool {
        match rule.check {
            Check::Engine => true,
            Check::Dockerfile(_) => matches!(self, Self::Dockerfile),
            Check::Compose(_) => matches!(self, Self::Compose),
            Check::Workflow(_) => matches!(self, Self::Workflow),
            Check::Dockerignore(_) => matches!(self, Self::Dockerignore),
        }
    }
}

fn is_dockerfile(name: &str) -> bool {
    if matches!(name, "Dockerfile" | "Containerfile" | "dockerfile" | "containerfile") {
        return true;
    }
    let Some(((first, _), (_, last))) = name.split_once('.').zip(name.rsplit_once('.')) else {
        return false;
    };
    let is_other = |it: &str| {
        let it = it.to_ascii_lowercase();
        it.is_empty() || it.ends_with('~') || NO_DOCKERFILES.contains(&&*it)
    };
    match (first, last) {
        (_, "Dockerfile" | "dockerfile" | "Containerfile" | "containerfile") => true,
        ("Dockerfile" | "Containerfile", ending) => !is_other(ending),
        _ => false,
    }
}

fn is_dockerignore(name: &str) -> bool {
    matches!(name, ".dockerignore" | ".containerignore")
        || name.strip_suffix(".dockerignore").is_some_and(|it| !it.is_empty())
}

fn is_yaml(name: &str) -> bool {
    matches!(name.rsplit_once('.'), Some((_, "yml" | "yaml")))
}

/// `compose.yaml`, `docker-compose.yml`, and the names that people give to further ones:
/// `compose.dev.yaml`, `docker-compose-test.yml`, `api.compose.yml`.
fn is_compose(name: &str) -> bool {
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let begins = |word: &str| {
        stem.strip_prefix(word)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '-', '_']))
    };
    let ends = |word: &str| {
        stem.strip_suffix(word)
            .is_some_and(|rest| rest.is_empty() || rest.ends_with(['.', '-', '_']))
    };
    ["compose", "docker-compose", "podman-compose"].iter().any(|it| begins(it) || ends(it))
}

/// Whether a directory is one that a forge reads workflows from.
fn is_workflows(directory: &str) -> bool {
    let Some((above, "workflows")) = directory.rsplit_once('/') else { return false };
    matches!(above.rsplit('/').next(), Some(".github" | ".gitea" | ".forgejo"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dockerfiles_are_known_by_their_names() {
        for name in [
            "Dockerfile",
            "dockerfile",
            "Containerfile",
            "Dockerfile.dev",
            "Dockerfile.alpine-3.22",
            "api.Dockerfile",
            "api.dockerfile",
            "x.y.Containerfile",
            "Containerfile.prod",
            "Dockerfile.1.2",
            "Dockerfile.rs.dockerfile",
        ] {
            assert_eq!(FileType::of(name), Some(FileType::Dockerfile), "{name}");
        }
        for name in [
            "Dockerfile.md",
            "Dockerfile.j2",
            "Dockerfile.",
            "Dockerfile.dev~",
            "dockerfile.rs",
            "Dockerfiles",
            "MyDockerfile",
            "Dockerfile.dev.md",
            "Dockerfile.TXT",
            "",
        ] {
            assert_eq!(FileType::of(name), None, "{name}");
        }
    }

    #[test]
    fn other_files_are_known_by_their_names() {
        use FileType::{Compose, Dockerignore, Workflow};
        for (path, expected) in [
            ("a/compose.yaml", Some(Compose)),
            ("compose.dev.yml", Some(Compose)),
            ("docker-compose.override.yml", Some(Compose)),
            ("docker-compose-test.yaml", Some(Compose)),
            ("x/api.compose.yml", Some(Compose)),
            ("dev-docker-compose.yml", Some(Compose)),
            ("composer.yaml", None),
            ("compose.json", None),
            (".github/workflows/ci.yml", Some(Workflow)),
            ("a/.github/workflows/ci.yaml", Some(Workflow)),
            (".github/workflows/docker-compose.yml", Some(Workflow)),
            (".github/workflows/compose.yml", Some(Workflow)),
            (".github/ci.yml", None),
            ("workflows/ci.yml", None),
            (".github/workflows/deep/ci.yml", None),
            (".dockerignore", Some(Dockerignore)),
            ("Dockerfile.dockerignore", Some(Dockerignore)),
            ("a/api.dockerignore", Some(Dockerignore)),
        ] {
            assert_eq!(FileType::of(path), expected, "{path}");
        }
    }
}

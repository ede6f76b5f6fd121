//! Files under other names that mean the same, beside which a new one would hide or be hidden.

use std::path::Path;

/// The names under which the tools look for a file, the one that `init` writes first, and what happens
/// where two of them are there.
struct Names {
    names: &'static [&'static str],
    /// `{}` stands for the other file.
    reason: &'static str,
}

const ALL: &[Names] = &[
    Names {
        names: &["compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml"],
        reason: "{} is there, and Compose takes one of them alone",
    },
    Names {
        names: &[
            "compose.prod.yaml",
            "compose.prod.yml",
            "docker-compose.prod.yml",
            "docker-compose.prod.yaml",
        ],
        reason: "{} is there, and means the same",
    },
    Names {
        names: &["docker-bake.hcl", "docker-bake.json"],
        reason: "{} is there, and `docker buildx bake` would read both together",
    },
    Names {
        names: &[".dockerignore", "Dockerfile.dockerignore"],
        reason: "{} is there, and BuildKit reads that one for this Dockerfile",
    },
];

/// Why a file that isn't there is not written: another one takes its part.
pub(super) fn rival(root: &Path, path: &str) -> Option<String> {
    let (directory, name) = match path.rsplit_once('/') {
        Some((directory, name)) => (root.join(directory), name),
        None => (root.to_owned(), path),
    };
    let Names { names, reason } = ALL.iter().find(|it| it.names.first() == Some(&name))?;
    let others = names.iter().skip(1);
    // Whatever it is, a link that leads nowhere too, somebody put it there.
    let mut others = others.filter(|it| directory.join(it).symlink_metadata().is_ok());
    others.next().map(|it| reason.replace("{}", it))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_of_the_same_meaning_is_named() {
        let root = tempfile::tempdir().unwrap();
        assert_eq!(rival(root.path(), "compose.yaml"), None);
        std::fs::write(root.path().join("docker-compose.yml"), "").unwrap();
        let reason = rival(root.path(), "compose.yaml").unwrap();
        assert!(reason.starts_with("docker-compose.yml is there"), "{reason}");
        assert_eq!(rival(root.path(), "compose.prod.yaml"), None);
        assert_eq!(rival(root.path(), "Dockerfile"), None);
    }
}

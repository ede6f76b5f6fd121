//! Which files describe builds, beside those that are checked.

use std::{collections::BTreeSet, sync::Arc};

use plimsoll_lint::{FileType, Project};
use plimsoll_project::files::{self, Files};

use crate::disk::DiskFiles;

/// What is read where it lies beside or above a file that is checked.
const STANDARD: &[&str] = &[
    "compose.override.yaml",
    "compose.override.yml",
    "compose.yaml",
    "compose.yml",
    "docker-bake.hcl",
    "docker-bake.json",
    "docker-bake.override.hcl",
    "docker-bake.override.json",
    "docker-compose.override.yaml",
    "docker-compose.override.yml",
    "docker-compose.yaml",
    "docker-compose.yml",
];

/// Whether a file is for `docker buildx bake`.
pub(super) fn is_bake(name: &str) -> bool {
    name.starts_with("docker-bake.") && STANDARD.contains(&name)
}

/// Links the files that lie around `directories`: those of `paths` that describe builds, and those
/// with standard names from the directories upwards, to the root of the repository.
pub(super) fn project<'p>(
    disk: &Arc<DiskFiles>,
    paths: impl IntoIterator<Item = &'p str>,
    directories: &BTreeSet<String>,
) -> Arc<Project> {
    let mut all: BTreeSet<String> = paths.into_iter().map(str::to_owned).collect();
    let mut seen: BTreeSet<&str> = BTreeSet::new();
    for directory in directories {
        for place in within(&**disk, directory) {
            if !seen.insert(place) {
                break;
            }
            let found = STANDARD.iter().map(|it| files::join(place, it));
            all.extend(found.filter(|it| disk.is_file(it)));
            if is_root(&**disk, place) {
                all.extend(workflows(&**disk, place));
            }
        }
    }
    let files: Arc<dyn Files> = Arc::<DiskFiles>::clone(disk);
    Arc::new(Project::read(files, all.iter().map(String::as_str)))
}

/// A directory and those above it, to the root of the repository, or of what was asked about.
fn within<'d>(files: &dyn Files, directory: &'d str) -> Vec<&'d str> {
    let all: Vec<&str> = std::iter::once(directory).chain(files::ancestors(directory)).collect();
    let end = match all.iter().position(|it| is_root(files, it)) {
        Some(root) => root + 1,
        None => all.iter().take_while(|it| !files.is_beyond(it)).count().max(1),
    };
    all.into_iter().take(end).collect()
}

fn is_root(files: &dyn Files, directory: &str) -> bool {
    files.kind(&files::join(directory, ".git")).is_some()
}

/// The workflows of a repository.
fn workflows(files: &dyn Files, root: &str) -> Vec<String> {
    let directory = files::join(root, ".github/workflows");
    if !files.is_directory(&directory) {
        return Vec::new();
    }
    let entries = files.list(&directory);
    let paths = entries.iter().map(|it| files::join(&directory, &it.name));
    paths.filter(|it| FileType::of(it) == Some(FileType::Workflow)).collect()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::disk::{Root, path_of};

    #[test]
    fn builds_are_read_from_what_lies_above() {
        let root = tempfile::tempdir().unwrap();
        let at = |name: &str| path_of(&root.path().join(name)).unwrap();
        let write = |name: &str, text: &str| {
            fs::create_dir_all(root.path().join(name).parent().unwrap()).unwrap();
            fs::write(root.path().join(name), text).unwrap();
        };
        write("compose.yaml", "services:\n  outside:\n    build: repository/api\n");
        write("repository/compose.yml", "services:\n  above:\n    build: api\n");
        write("repository/api/Dockerfile", "FROM scratch\n");
        write("repository/other/stack.yml", "services:\n  named:\n    build: ../api\n");
        let services = |paths: &[&str]| {
            let name = String::new();
            let disk = DiskFiles::new(vec![Root { path: at("repository/api"), name }]);
            let paths: Vec<_> = paths.iter().map(|it| at(it)).collect();
            let directories = [at("repository/api")].into();
            let paths = paths.iter().map(String::as_str);
            let project = project(&Arc::new(disk), paths, &directories);
            let dockerfile = at("repository/api/Dockerfile");
            let builds = project.builds_of(&dockerfile);
            builds.map(|it| it.origin.name.clone()).collect::<Vec<_>>()
        };
        // Nothing above is ours outside of a repository.
        assert!(services(&[]).is_empty());
        fs::create_dir(root.path().join("repository/.git")).unwrap();
        assert_eq!(services(&[]), ["above"]);
        assert_eq!(services(&["repository/compose.yml"]), ["above"]);
    }

    #[test]
    fn bake_files_are_known_by_their_names() {
        assert!(is_bake("docker-bake.hcl") && is_bake("docker-bake.override.json"));
        assert!(!is_bake("docker-bake.yaml") && !is_bake("bake.hcl") && !is_bake("compose.yaml"));
    }
}

//! Files that only add to another Compose file.

use plimsoll_project::files;
use plimsoll_syntax::compose::{Compose, Service};

use crate::Place;

/// The names that Compose looks for by itself.
const BASES: &[&str] =
    &["compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml"];

/// Whether a file is likely used together with another one, so that what it leaves out may be there:
/// it or its directory is called an override, or there is a file of one of Compose's own names beside
/// it. Where a service says nothing of what it runs, less is enough.
pub(super) fn is_partial(path: &str, place: Option<&Place>, compose: &Compose<'_>) -> bool {
    let mut parts = path.rsplit('/');
    let (name, directory) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    if matches!(directory, "override" | "overrides") {
        return true;
    }
    let is_base = BASES.contains(&name);
    if !is_base && (name.contains("override") || place.is_some_and(has_base_beside)) {
        return true;
    }
    compose.services.iter().any(is_bare)
        && (compose.services.iter().all(is_bare)
            || names_files(compose.yaml.text)
            || place.is_some_and(has_base_above))
}

/// Whether there is a file that Compose finds by itself in the same directory.
fn has_base_beside(place: &Place) -> bool {
    is_base_in(place, std::iter::once(place.directory()))
}

/// As [`has_base_beside`], for the directories above that still belong to the project.
fn has_base_above(place: &Place) -> bool {
    let files = place.files();
    let above = files::ancestors(place.directory());
    is_base_in(place, above.take_while(|it| !files.is_beyond(it)))
}

fn is_base_in<'p>(place: &Place, mut directories: impl Iterator<Item = &'p str>) -> bool {
    let files = place.files();
    directories.any(|it| BASES.iter().any(|base| files.is_file(&files::join(it, base))))
}

/// Whether a service says nothing of what it runs.
fn is_bare(service: &Service<'_>) -> bool {
    service.image().is_none()
        && !service.is_built()
        && service.get("provider").is_none()
        && service.get("extends").is_none()
}

/// Whether a comment at the head of the file shows how it is named beside others.
fn names_files(text: &str) -> bool {
    let is_head = |it: &&str| it.starts_with('#') || it.is_empty();
    text.lines().map(str::trim).take_while(is_head).any(|it| it.contains(" -f "))
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::check_project;

    const RULES: &[&str] = &[
        "database-without-volume",
        "dependency-not-awaited",
        "kept-capabilities",
        "missing-init",
        "missing-limits",
        "missing-restart",
        "privilege-escalation",
        "service-without-healthcheck",
        "unbounded-logs",
        "unhardened-service",
        "writable-root",
    ];
    const TEXT: &str = "services:\n  api:\n    build: .\n    ports: ['80:80']\n    depends_on: [db]\n    \
                        environment: {DATABASE_URL: 'postgres://db/a'}\n  \
                        db:\n    image: postgres:17\n    environment: {POSTGRES_PASSWORD: x}\n";

    #[test]
    fn what_a_file_leaves_out_may_be_in_the_one_it_adds_to() {
        let base = ("compose.yaml", "services: {api: {build: .}}\n");
        for rule in RULES {
            for name in ["docker-compose.prod.yml", "compose.override.yaml"] {
                check_project(rule, &[(name, TEXT), base], "");
            }
        }
    }

    #[test]
    fn a_file_of_any_name_that_stands_alone_is_whole() {
        let text = "services: {api: {build: ., restart: always}}\n";
        for rule in ["unhardened-service", "missing-limits", "writable-root"] {
            let files = [("docker-compose.prod.yml", text), ("x/compose.yaml", "services: {}\n")];
            let found = match rule {
                "unhardened-service" => {
                    "1:12 warning: `api` sets none of `read_only`, `cap_drop` and `no-new-privileges`"
                }
                "missing-limits" => {
                    "1:12 warning: `api` has no limit of memory, processors and processes"
                }
                _ => {
                    "1:12 warning: `api` may write to its root file system: `read_only` is missing"
                }
            };
            check_project(rule, &files, found);
        }
    }
}

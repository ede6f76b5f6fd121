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
    if place.is_some_and(is_included_above) {
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

/// Whether a file of one of Compose's own names in a directory above includes this one: networks,
/// volumes and variables may be there.
fn is_included_above(place: &Place) -> bool {
    let files = place.files();
    let mut above = files::ancestors(place.directory()).take_while(|it| !files.is_beyond(it));
    above.any(|directory| {
        let Some(own) = files::below(directory, &place.path) else { return false };
        BASES.iter().any(|base| {
            let text = files.text(&files::join(directory, base));
            text.is_some_and(|it| it.contains("include") && it.contains(own))
        })
    })
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
    fn what_an_included_file_uses_may_be_in_the_one_above() {
        let part = "services:\n  a:\n    image: a:1\n    networks: [back]\n";
        let root = "include:\n  - path: ./a/compose.yml\nnetworks: {back: {}}\n";
        let found = "4:16 error: service `a` uses the network `back`, which is not defined";
        let name = "a/compose.yml";
        check_project("invalid-compose", &[(name, part), ("compose.yaml", root)], "");
        let other = root.replace("./a/", "./b/");
        check_project("invalid-compose", &[(name, part), ("compose.yaml", &other)], found);
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

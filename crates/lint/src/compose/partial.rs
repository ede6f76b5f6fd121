//! Files that only add to another Compose file.

use plimsoll_project::files;

use crate::Place;

/// The names that Compose looks for by itself.
const BASES: &[&str] =
    &["compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml"];

/// Whether a file is likely used together with another one, so that what it leaves out may be there:
/// it is called an override, or there is a file of one of Compose's own names beside it.
pub(super) fn is_partial(place: &Place) -> bool {
    let name = place.path.rsplit('/').next().unwrap_or_default();
    if BASES.contains(&name) {
        return false;
    }
    let has = |base: &&str| place.files().is_file(&files::join(place.directory(), base));
    name.contains("override") || BASES.iter().any(has)
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

//! Files that are called as Compose files are and hold something else: advisories about the program,
//! tasks that call it.

use plimsoll_syntax::yaml::{Value, Yaml};

/// Keys at the top that tell a Compose file. `name` is in files of all kinds.
const KEYS: &[&str] =
    &["services", "version", "volumes", "networks", "secrets", "configs", "include", "models"];

/// Whether a file may be one for Compose: it has a key that Compose knows, or something in it looks
/// like a service, at the top (version 1) or below a key that is written wrongly. Nothing speaks
/// against a file without content.
pub(crate) fn is_compose(yaml: &Yaml<'_>) -> bool {
    let mut is_other = false;
    for root in yaml.documents() {
        if KEYS.iter().any(|it| root.get(it).is_some()) {
            return true;
        }
        let tops = root.entries().into_iter().map(|it| it.value);
        let mut tops = tops.filter(|it| it.is_mapping());
        if tops.any(|it| is_service(it) || it.entries().into_iter().any(|it| is_service(it.value)))
        {
            return true;
        }
        is_other |= root.entries().into_iter().next().is_some() || root.items().next().is_some();
    }
    !is_other
}

fn is_service(value: Value<'_>) -> bool {
    value.is_mapping() && (value.get("image").is_some() || value.get("build").is_some())
}

#[cfg(test)]
mod tests {
    use plimsoll_syntax::yaml;

    use super::*;

    #[test]
    fn files_of_other_kinds_are_told_apart() {
        for (text, expected) in [
            ("services: {a: {image: x}}", true),
            ("version: '3'", true),
            ("a: {image: x}", true),
            ("serivces: {a: {build: .}}", true),
            ("", true),
            ("# nothing", true),
            ("schema-version: 2\npackage: {name: docker-compose}\nadvisories: [{id: x}]", false),
            ("- name: Start\n  command: docker compose up", false),
            ("name: x\non: push", false),
        ] {
            assert_eq!(is_compose(&yaml::parse(text)), expected, "{text}");
        }
    }
}

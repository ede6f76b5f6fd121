//! Ports that files of settings beside the code tell.

use plimsoll_project::files::{Files, join};

use super::code::{Host, Listen, Meaning, meaning};

/// Directories that hold settings.
const DIRECTORIES: [&str; 4] = ["config", "configuration", "settings", "conf"];
/// Files of settings at a root.
const FILES: [&str; 12] = [
    "Rocket.toml",
    "config.toml",
    "Config.toml",
    "settings.toml",
    "Settings.toml",
    "config.yaml",
    "config.yml",
    "settings.yaml",
    "configuration.yaml",
    ".env.example",
    ".env.sample",
    ".env.template",
];
/// Files in such a directory that hold for tests and for other places.
const ASIDE: [&str; 4] = ["test", "testing", "ci", "local"];
/// How many lines of a file are looked at.
const LINES_LIMIT: usize = 2_000;
/// How many files of a directory are looked at.
const FILES_LIMIT: usize = 30;

/// What files of settings in some directories say, each with its place.
pub(super) fn listens(
    files: &dyn Files,
    directories: &[&str],
    package: &str,
) -> Vec<(String, Listen)> {
    let mut found = Vec::new();
    for directory in directories {
        read(files, &join(directory, &format!("{package}.toml")), &mut found);
        for name in FILES {
            read(files, &join(directory, name), &mut found);
        }
        for place in DIRECTORIES {
            let place = join(directory, place);
            for entry in files.list(&place).iter().take(FILES_LIMIT) {
                let stem = entry.name.split('.').next().unwrap_or_default();
                let ends = [".toml", ".yaml", ".yml"].iter().any(|it| entry.name.ends_with(it));
                if ends && !ASIDE.contains(&stem) {
                    read(files, &join(&place, &entry.name), &mut found);
                }
            }
        }
    }
    found
}

fn read(files: &dyn Files, path: &str, found: &mut Vec<(String, Listen)>) {
    let Some(text) = files.text(path) else { return };
    let is_env = path.contains("/.env");
    let mut section = String::new();
    let is_yaml = matches!(path.rsplit('.').next(), Some("yaml" | "yml"));
    for (index, line) in text.lines().enumerate().take(LINES_LIMIT) {
        let is_indented = line.starts_with([' ', '\t']);
        let line = line.trim();
        if let Some(name) = line.strip_prefix('[') {
            name.trim_end_matches(']').clone_into(&mut section);
            continue;
        }
        let sign = if is_yaml { ':' } else { '=' };
        let Some((key, value)) = line.split_once(sign).filter(|_| !line.starts_with('#')) else {
            continue;
        };
        let (key, value) = (key.trim(), value.split(" #").next().unwrap_or_default().trim());
        if sign == ':' && !is_indented {
            section.clear();
            if value.is_empty() {
                key.clone_into(&mut section);
            }
        }
        let value = value.trim_matches(['"', '\'']);
        let is_foreign = meaning(&format!("{section}.port")) == Meaning::Foreign;
        let says = meaning(key);
        if is_foreign || !matches!(says, Meaning::Own | Meaning::Secondary) {
            continue;
        }
        let (host, port) = match super::code::address(value) {
            Some((host, port)) => (host, port),
            None => match super::code::host_of(value) {
                Some(host) => (host, None),
                None => (
                    Host::Unknown,
                    value.parse().ok().filter(|it: &u16| *it == 80 || *it == 443 || *it >= 1024),
                ),
            },
        };
        if host == Host::Unknown && port.is_none() {
            continue;
        }
        let evidence = format!("{}:{}", files.name(path), index + 1);
        let variable = is_env.then(|| key.to_owned());
        let is_secondary = says == Meaning::Secondary;
        // What the code itself says goes first.
        found.push((
            evidence,
            Listen { port, host, variable, name: None, is_secondary, weight: 60 },
        ));
    }
}

#[cfg(test)]
mod tests {
    use plimsoll_project::files::MemoryFiles;

    use super::*;

    #[test]
    fn sections_of_others_are_passed_over() {
        let files = MemoryFiles::new([
            (
                "/w/configuration/base.yaml",
                "application:\n  port: 8000\n  host: 127.0.0.1\ndatabase:\n  host: \"127.0.0.1\"\n  port: 5432\n",
            ),
            ("/w/configuration/production.yaml", "application:\n  host: 0.0.0.0\n"),
            ("/w/config/test.toml", "port = 9999\n"),
            ("/w/Rocket.toml", "[default]\naddress = \"0.0.0.0\"\nport = 8088\n"),
            ("/w/.env.example", "# PORT=1\nPORT=3001\nREDIS_PORT=6379\n"),
        ]);
        let found = listens(&files, &["/w"], "app");
        let found: Vec<_> = found.iter().map(|(at, it)| (&**at, it.host, it.port)).collect();
        assert_eq!(
            found,
            [
                ("w/Rocket.toml:2", Host::Any, None),
                ("w/Rocket.toml:3", Host::Unknown, Some(8088)),
                ("w/.env.example:2", Host::Unknown, Some(3001)),
                ("w/configuration/base.yaml:2", Host::Unknown, Some(8000)),
                ("w/configuration/base.yaml:3", Host::Loopback, None),
                ("w/configuration/production.yaml:2", Host::Any, None),
            ]
        );
    }
}

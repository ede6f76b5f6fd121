//! Registries and repositories that may ask who one is.

use std::collections::BTreeMap;

use plimsoll_project::cargo_files::{CargoWorkspace, DependencySource, LockedSource};

use super::PrivateSource;

/// Hosts whose repositories most people can read.
const PUBLIC: [&str; 4] = ["github.com", "gitlab.com", "codeberg.org", "bitbucket.org"];

/// The sources of crates that ask for credentials, sorted by name.
pub(super) fn sources(workspace: &CargoWorkspace, notes: &mut Vec<String>) -> Vec<PrivateSource> {
    // Whether it is by SSH, by name.
    let mut found: BTreeMap<String, bool> = BTreeMap::new();
    let config = workspace.config();
    let locked = workspace.lock.iter().flat_map(|it| &it.packages).map(|it| it.source.clone());
    let asked = workspace.members.iter().flat_map(|it| &it.dependencies);
    let asked = asked.chain(&workspace.shared).chain(&workspace.patches);
    let asked = asked.filter_map(|it| match &it.source {
        DependencySource::Registry(Some(name)) => Some(LockedSource::Registry(name.clone())),
        DependencySource::Git(address) => Some(LockedSource::Git(address.clone())),
        _ => None,
    });
    for source in locked.chain(asked) {
        match &source {
            LockedSource::Registry(address) if !source.is_crates_io() && address != "crates-io" => {
                let plain =
                    |it: &str| it.trim_start_matches("sparse+").trim_end_matches('/').to_owned();
                let registries = config.into_iter().flat_map(|it| &it.registries);
                let named = registries
                    .filter(|(_, index)| plain(&index.0) == plain(address))
                    .map(|it| it.0.clone())
                    .next();
                let name = named.unwrap_or_else(|| match address.split_once("://") {
                    Some(_) => host(address).unwrap_or_else(|| address.clone()),
                    None => address.clone(),
                });
                found.entry(name).or_insert(address.starts_with("ssh://"));
            }
            LockedSource::Git(address) => {
                let Some(host) = host(address) else { continue };
                if is_ssh(address) {
                    found.insert(host, true);
                } else if !PUBLIC.contains(&&*host) {
                    notes.push(format!(
                        "crates come from {host} by git; if it asks who you are, mount a token into the \
                         step that fetches them"
                    ));
                }
            }
            _ => {}
        }
    }
    notes.extend(config.into_iter().flat_map(|it| &it.replacements).filter_map(|it| {
        let (from, to, _) = it;
        let is_vendored = config.is_some_and(|it| !it.vendored.is_empty());
        (!is_vendored)
            .then(|| format!(".cargo/config.toml takes crates of {from} from {to} instead"))
    }));
    notes.sort();
    notes.dedup();
    found.into_iter().map(|(name, ssh)| PrivateSource { name, ssh }).collect()
}

fn is_ssh(address: &str) -> bool {
    address.starts_with("ssh://")
}

/// The host of an address, without user, port and path.
fn host(address: &str) -> Option<String> {
    let (_, rest) = address.split_once("://")?;
    let authority = rest.split(['/', '?', '#']).next()?;
    let host = authority.rsplit('@').next()?;
    let host = host.split(':').next().filter(|it| !it.is_empty())?;
    Some(host.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use plimsoll_project::files::MemoryFiles;

    use super::*;

    fn private(manifest: &str, lock: &str) -> (Vec<(String, bool)>, usize) {
        let manifest = format!("[package]\nname = \"a\"\n{manifest}");
        let files = MemoryFiles::new([
            ("/w/Cargo.toml", &*manifest),
            ("/w/src/main.rs", ""),
            ("/w/Cargo.lock", lock),
            (
                "/w/.cargo/config.toml",
                "[registries.ours]\nindex = \"sparse+https://crates.example.com/index/\"\n\
                 [registries.unused]\nindex = \"https://other.example.com\"\n",
            ),
        ]);
        let workspace = CargoWorkspace::find(&files, "/w").unwrap();
        let mut notes = Vec::new();
        let found = sources(&workspace, &mut notes);
        (found.into_iter().map(|it| (it.name, it.ssh)).collect(), notes.len())
    }

    #[test]
    fn registries_are_named_as_cargo_knows_them() {
        let lock = "[[package]]\nname = \"b\"\nversion = \"1.0.0\"\n\
                    source = \"sparse+https://crates.example.com/index/\"\n";
        let ours = (vec![("ours".to_owned(), false)], 0);
        assert_eq!(private("", lock), ours);
        assert_eq!(
            private("[dependencies]\nb = { version = \"1\", registry = \"ours\" }\n", ""),
            ours
        );
        assert_eq!(private("[dependencies]\nb = \"1\"\n", ""), (vec![], 0));
    }

    #[test]
    fn repositories_by_ssh_need_a_key() {
        let git = |address: &str| {
            private(&format!("[dependencies]\nb = {{ git = \"{address}\" }}\n"), "")
        };
        assert_eq!(git("ssh://git@github.com/a/b.git"), (vec![("github.com".to_owned(), true)], 0));
        assert_eq!(git("https://github.com/a/b"), (vec![], 0));
        assert_eq!(git("https://token@git.example.com:8443/a/b"), (vec![], 1));
        let lock = "[[package]]\nname = \"b\"\nversion = \"1.0.0\"\n\
                    source = \"git+ssh://git@git.example.com/a/b?rev=1#2\"\n";
        assert_eq!(private("", lock), (vec![("git.example.com".to_owned(), true)], 0));
    }
}

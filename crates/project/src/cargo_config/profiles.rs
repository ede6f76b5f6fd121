//! Flags of a profile: `profile.<name>.rustflags`, which Cargo takes with `-Z profile-rustflags`.

use std::{collections::BTreeSet, fs, path::Path};

use super::{
    CargoConfig, ConfigError, NativeCpu, native_cpu,
    rustflags::{from_key, list},
    value::{Table, Value, parse},
};
use crate::Environment;

/// Looks for `target-cpu=native` in a profile, the profiles that it inherits from, and their
/// settings for single packages; in the configuration and in the workspace's root manifest.
///
/// Each list of flags is judged alone, so this errs on the side of finding something.
pub fn native_cpu_in_profile(
    config: &CargoConfig,
    environment: &Environment,
    profile: &str,
    root_manifest: Option<&Path>,
) -> Result<Option<NativeCpu>, ConfigError> {
    let manifest = match root_manifest {
        Some(path) => {
            let text = fs::read_to_string(path)
                .map_err(|source| ConfigError::Read { path: path.to_owned(), source })?;
            parse(path, &text)?
        }
        None => Table::new(),
    };
    let tables = [config.table.get("profile"), manifest.get("profile")];
    for profile in inherited(profile, &tables) {
        for table in tables.iter().flatten().filter_map(|it| it.get(&profile)) {
            let found = native_in(table, &format!("profile.{profile}"))?;
            if found.is_some() {
                return Ok(found);
            }
        }
        let found = native_cpu(&from_key(environment, &format!("profile.{profile}.rustflags")));
        if found.is_some() {
            return Ok(found);
        }
    }
    Ok(None)
}

fn native_in(profile: &Value, key: &str) -> Result<Option<NativeCpu>, ConfigError> {
    let packages = match profile.get("package") {
        Some(Value::Table(packages, _)) => Some(packages),
        _ => None,
    };
    let packages = packages.into_iter().flatten();
    let places = packages.map(|(name, it)| (it, format!("{key}.package.{name}.rustflags")));
    for (place, key) in [(profile, format!("{key}.rustflags"))].into_iter().chain(places) {
        let found = native_cpu(&list(place.get("rustflags"), &key)?);
        if found.is_some() {
            return Ok(found);
        }
    }
    Ok(None)
}

/// Returns a profile and those that it inherits from. Cargo's own inherit as Cargo has it.
fn inherited(profile: &str, tables: &[Option<&Value>]) -> Vec<String> {
    let mut chain = Vec::new();
    let mut seen = BTreeSet::new();
    let mut next = Some(profile.to_owned());
    while let Some(name) = next.filter(|it| seen.insert(it.clone())) {
        let named =
            tables.iter().flatten().find_map(|it| match it.get(&name)?.get("inherits")? {
                Value::Text(parent, _) => Some(parent.clone()),
                _ => None,
            });
        let built_in = match name.as_str() {
            "bench" => Some("release".to_owned()),
            "test" => Some("dev".to_owned()),
            _ => None,
        };
        chain.push(name);
        next = named.or(built_in);
    }
    chain
}

//! Finds and reads the configuration files.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use super::{
    ConfigError,
    value::{Table, Value, merge, parse},
};

/// The tables that are read. Others are not joined either: their rules are Cargo's business.
const TABLES: &[&str] = &["build", "profile", "target"];

/// The configuration that applies in a directory.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CargoConfig {
    pub(super) table: Table,
    files: Vec<PathBuf>,
    directory: PathBuf,
}

impl CargoConfig {
    /// Returns the files that were read, those that win first.
    pub fn files(&self) -> &[PathBuf] {
        &self.files
    }

    /// Returns the directory whose configuration this is.
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// Tells whether a `[target.'cfg(…)']` table names flags or a linker. If none does, the
    /// compiler need not be asked for its `cfg` values.
    pub fn needs_cfgs(&self) -> bool {
        self.cfg_tables().any(|(_, it)| it.get("rustflags").or_else(|| it.get("linker")).is_some())
    }

    /// Returns the value at a path of keys.
    pub(super) fn get(&self, first: &str, rest: &[&str]) -> Option<&Value> {
        rest.iter().try_fold(self.table.get(first)?, |value, key| value.get(key))
    }

    /// Returns the tables under `target` whose key is a `cfg` expression, by key: the order in
    /// which Cargo joins them.
    pub(super) fn cfg_tables(&self) -> impl Iterator<Item = (&str, &Value)> {
        let targets = match self.table.get("target") {
            Some(Value::Table(targets, _)) => Some(targets),
            _ => None,
        };
        targets
            .into_iter()
            .flatten()
            .filter(|(key, _)| key.starts_with("cfg("))
            .map(|(key, value)| (key.as_str(), value))
    }
}

/// Reads the configuration that applies when Cargo runs in `directory`.
///
/// `cargo_home` is `$CARGO_HOME`, or `.cargo` in the user's home directory; its files rank lowest.
pub fn load(directory: &Path, cargo_home: Option<&Path>) -> Result<CargoConfig, ConfigError> {
    let directory = directory
        .canonicalize()
        .map_err(|source| ConfigError::Read { path: directory.to_owned(), source })?;
    let mut config = CargoConfig { directory, ..CargoConfig::default() };
    for path in files(&config.directory, cargo_home) {
        let table = read(&path, &mut Vec::new(), &mut config.files)?;
        merge(&mut config.table, table, "")?;
    }
    Ok(config)
}

fn files(directory: &Path, cargo_home: Option<&Path>) -> Vec<PathBuf> {
    let mut places: Vec<PathBuf> = directory.ancestors().map(|it| it.join(".cargo")).collect();
    if let Some(home) = cargo_home {
        // The home directory is often above the project: it counts once, and where it stands.
        let home = home.canonicalize().unwrap_or_else(|_| home.to_owned());
        if !places.iter().any(|it| it.canonicalize().is_ok_and(|it| it == home)) {
            places.push(home);
        }
    }
    // The name without an extension is the older one, and wins if both are there.
    let file = |place: PathBuf| {
        ["config", "config.toml"].into_iter().map(|it| place.join(it)).find(|it| it.exists())
    };
    places.into_iter().filter_map(file).collect()
}

/// Reads a file and what it includes. `open` holds the files that led here.
fn read(
    path: &Path,
    open: &mut Vec<PathBuf>,
    files: &mut Vec<PathBuf>,
) -> Result<Table, ConfigError> {
    let failed = |source| ConfigError::Read { path: path.to_owned(), source };
    let canonical = path.canonicalize().map_err(failed)?;
    if open.contains(&canonical) {
        return Err(ConfigError::IncludeCycle { path: path.to_owned() });
    }
    let text = fs::read_to_string(path).map_err(failed)?;
    let mut table = parse(path, &text)?;
    files.push(path.to_owned());

    let includes = includes(path, &table)?;
    table.retain(|key, _| TABLES.contains(&key.as_str()));
    open.push(canonical);
    // The file's own values win, and then the includes from the last to the first.
    for (included, optional) in includes.into_iter().rev() {
        match read(&included, open, files) {
            Ok(lower) => merge(&mut table, lower, "")?,
            Err(ConfigError::Read { path, source })
                if optional && path == included && source.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
    }
    open.pop();
    Ok(table)
}

/// Returns the files that a file includes, and whether each may be missing.
fn includes(path: &Path, table: &Table) -> Result<Vec<(PathBuf, bool)>, ConfigError> {
    let wrong = |value: &Value| ConfigError::Type {
        key: "include".to_owned(),
        origin: value.origin().clone(),
        expected: "an array of paths that end with `.toml`, or of tables `{ path, optional }`",
    };
    let entries = match table.get("include") {
        None => return Ok(Vec::new()),
        Some(Value::List(entries, _)) => entries,
        Some(other) => return Err(wrong(other)),
    };
    let place = path.parent().unwrap_or(path);
    let entry = |value: &Value| {
        let (named, optional) = match value {
            Value::Text(named, _) => (named, false),
            Value::Table(table, _) => match table.get("path") {
                Some(Value::Text(named, _)) => {
                    (named, matches!(table.get("optional"), Some(Value::Flag(true, _))))
                }
                _ => return Err(wrong(value)),
            },
            _ => return Err(wrong(value)),
        };
        let included = place.join(named);
        match included.extension() {
            Some(extension) if extension == "toml" => Ok((included, optional)),
            _ => Err(wrong(value)),
        }
    };
    entries.iter().map(entry).collect()
}

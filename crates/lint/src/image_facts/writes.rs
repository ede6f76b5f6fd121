//! The paths that an image writes when it runs, as far as they can be seen.

use plimsoll_syntax::dockerfile::{Keyword, Stage};

use super::{Made, Ownership, Placed};
use crate::Facts;
use crate::facts::paths;
use crate::facts::start::Start;
use crate::facts::writes::written;

/// Last parts of the paths of directories that programs keep what they write in.
const KEPT: &[&str] = &[
    "data", "db", "database", "log", "logs", "cache", "uploads", "upload", "storage", "state",
    "tmp", "temp", "sessions", "backups", "media",
];

/// Options that name a file or directory that is written.
const OPTIONS: &[&str] = &[
    "--data-dir",
    "--datadir",
    "--data",
    "--data-path",
    "--db",
    "--db-path",
    "--database",
    "--cache-dir",
    "--log-file",
    "--logfile",
    "--log-dir",
    "--state-dir",
    "--storage",
    "--upload-dir",
    "--pid-file",
    "--pidfile",
];

/// Variables that name one.
const VARIABLES: &[&str] = &[
    "DATA_DIR",
    "DATADIR",
    "DATA_PATH",
    "DB_PATH",
    "DATABASE_PATH",
    "DATABASE_URL",
    "SQLITE_PATH",
    "CACHE_DIR",
    "LOG_DIR",
    "LOG_FILE",
    "STATE_DIR",
    "UPLOAD_DIR",
    "UPLOADS_DIR",
    "STORAGE_DIR",
    "STORAGE_PATH",
];

/// What known base images write beside their volumes.
const BASES: &[(&str, &[&str])] = &[("nginx", &["/var/cache/nginx", "/run"])];

pub(super) fn writes(
    facts: &Facts<'_>,
    stage: &Stage<'_>,
    start: Option<&Start<'_>>,
    made: &[Made],
) -> Vec<Placed<String>> {
    let mut writes: Vec<Placed<String>> = Vec::new();
    let mut add = |value: String, span| {
        if value.starts_with('/') && !value.contains('$') && !is_device(&value) {
            writes.push(Placed { value, span, varies: false });
        }
    };
    let directory = facts.directory(stage.first + stage.body.len());
    if let Some(start) = start {
        for script in &start.scripts {
            for command in &script.script().commands {
                if let Some((span, path)) = written(command, |it| !is_device(it)) {
                    add(paths::join(directory, &path), script.place(span));
                }
            }
        }
        for (at, word) in start.command.iter().flat_map(|it| it.words.iter().enumerate()) {
            let (name, value) = match word.value.split_once('=') {
                Some((name, value)) => (name, Some(value)),
                None => (&*word.value, None),
            };
            let next = || start.command.as_ref()?.words.get(at + 1).map(|it| &*it.value);
            if OPTIONS.contains(&name)
                && let Some(value) = value.or_else(next).and_then(file_of)
            {
                add(paths::join(directory, value), word.span);
            }
        }
    }
    for (name, variable) in super::read::variables(facts, stage) {
        if VARIABLES.contains(&&*name)
            && let Some(value) = file_of(&variable.value)
        {
            add(paths::join(directory, value), variable.span);
        }
    }
    // An empty directory that is given to a user is made to be written to.
    for it in made.iter().filter(|it| it.owner == Ownership::Other && it.is_empty) {
        if KEPT.contains(&paths::file_name(&it.path)) {
            add(it.path.clone(), it.span);
        }
    }
    let image = facts.base_image(stage.index);
    let name = image.map_or("", |it| crate::bases::canonical_name(it.name()));
    let own = [Keyword::Entrypoint, Keyword::Cmd];
    let as_base = own.into_iter().all(|it| facts.stages.effective(stage.index, it).is_none());
    if let Some((_, paths)) = BASES.iter().find(|it| it.0 == name)
        && as_base
        && let Some(root) = facts.stages.root(stage.index)
    {
        for path in *paths {
            add((*path).to_owned(), root.from.image.span);
        }
    }
    writes
}

/// The file of a value: a path, or the URL of a database in a file.
fn file_of(value: &str) -> Option<&str> {
    let value = match value.split_once("sqlite:") {
        Some(("", rest)) => rest.strip_prefix("//").unwrap_or(rest).split('?').next()?,
        _ if value.contains("://") => return None,
        _ => value,
    };
    (!value.is_empty() && !value.starts_with([':', '-'])).then_some(value)
}

fn is_device(path: &str) -> bool {
    ["/dev", "/proc", "/sys"].iter().any(|it| paths::is_in(path, it)) || path.starts_with('&')
}

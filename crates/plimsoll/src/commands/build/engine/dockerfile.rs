//! The Dockerfile that is built: found, read, and looked at before an engine is asked.

use std::{
    fs::File,
    io::Read as _,
    path::{Path, PathBuf},
};

use plimsoll_syntax::dockerfile::{self, Stages};

use super::{Context, shown};
use crate::failure::Failure;

/// No Dockerfile is larger; engines have limits like this, too.
const LIMIT: u64 = 16 << 20;

/// A Dockerfile.
#[derive(Debug)]
pub(super) struct Dockerfile {
    /// Where it is.
    pub(super) path: PathBuf,
    /// What it is called in messages.
    pub(super) name: String,
    /// Its text.
    pub(super) text: String,
}

impl Dockerfile {
    /// Finds it: where it was said to be, else in the build context.
    ///
    /// # Errors
    /// There is none, it can't be read, or the stage that is asked for is not in it.
    pub(super) fn find(context: &Context<'_>) -> Result<Self, Failure> {
        let settings = context.settings.file.build.dockerfile.as_ref();
        let said = context.args.engine.file.clone();
        let said = said.or_else(|| settings.map(|it| context.settings_directory().join(it)));
        let path = match said {
            Some(path) if path.is_dir() => path.join("Dockerfile"),
            Some(path) => path,
            None => {
                // buildah's name for the same.
                let names = ["Dockerfile", "Containerfile"].map(|it| context.directory.join(it));
                let found = names.iter().find(|it| it.is_file());
                found.cloned().ok_or_else(|| {
                    let place = shown(&context.directory);
                    Failure::new(format!("there is no Dockerfile in {place}")).hint(
                        "`plimsoll init` writes one; another place is named by --file; \
                         `--engine native` needs none",
                    )
                })?
            }
        };
        let name = shown(&path);
        let text = read(&path).map_err(|error| {
            Failure::new(format!("cannot read the Dockerfile {name}: {error}"))
                .hint("--file is relative to where you are, not to the build context")
        })?;
        Ok(Self { path, name, text })
    }

    /// Looks whether there is such a stage.
    ///
    /// # Errors
    /// There is none; the ones that are there are named.
    pub(super) fn check_target(&self, target: &str) -> Result<(), Failure> {
        let file = dockerfile::parse(&self.text);
        let stages = Stages::new(&file);
        let is_it = |it: &dockerfile::Stage<'_>| {
            let name = it.name.as_deref();
            name.is_some_and(|it| it.eq_ignore_ascii_case(target)) || target.parse() == Ok(it.index)
        };
        // What can't be understood is left to the engine.
        if stages.all.is_empty() || stages.all.iter().any(is_it) {
            return Ok(());
        }
        let names: Vec<_> = stages.all.iter().filter_map(|it| it.name.as_deref()).collect();
        let nearest = names
            .iter()
            .map(|name| (strsim::damerau_levenshtein(name, target), name))
            .filter(|(distance, _)| *distance <= 2)
            .min();
        let failure = Failure::new(format!("{} has no stage `{target}`", self.name));
        Err(match (nearest, names.is_empty()) {
            (Some((_, name)), _) => failure.hint(format!("did you mean `{name}`?")),
            (None, true) => failure.hint("none of its stages has a name: FROM IMAGE AS NAME"),
            (None, false) => failure.hint(format!("its stages are {}", names.join(", "))),
        })
    }

    /// Whether it sets a label itself.
    pub(super) fn sets(&self, label: &str) -> bool {
        self.text.contains(label)
    }
}

fn read(path: &Path) -> Result<String, String> {
    let file = File::open(path).map_err(|it| it.to_string())?;
    if !file.metadata().is_ok_and(|it| it.is_file()) {
        return Err("it is not a file".to_owned());
    }
    let mut bytes = Vec::new();
    file.take(LIMIT + 1).read_to_end(&mut bytes).map_err(|it| it.to_string())?;
    if bytes.len() as u64 > LIMIT {
        return Err("it is larger than 16 MiB".to_owned());
    }
    String::from_utf8(bytes).map_err(|_| "it is not UTF-8".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target(target: &str) -> Result<(), Vec<String>> {
        let text = "FROM rust AS builder\nFROM scratch AS api\nFROM scratch AS worker\n".to_owned();
        let file = Dockerfile { path: PathBuf::new(), name: "Dockerfile".to_owned(), text };
        file.check_target(target).map_err(|it| it.hints)
    }

    #[test]
    fn a_stage_must_be_there() {
        for name in ["builder", "API", "2"] {
            assert!(target(name).is_ok(), "{name}");
        }
        assert_eq!(target("wroker").unwrap_err(), ["did you mean `worker`?"]);
        assert_eq!(target("runtime").unwrap_err(), ["its stages are builder, api, worker"]);
    }
}

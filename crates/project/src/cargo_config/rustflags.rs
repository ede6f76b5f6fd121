//! Which flags Cargo gives the compiler.

use cargo_platform::{Cfg, CfgExpr};

use super::{CargoConfig, ConfigError, Origin, value::Value};
use crate::Environment;

/// The flags that the compiler gets when it builds for a target that `--target` names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flags {
    /// Which of Cargo's sources they come from; the others don't count.
    pub source: FlagSource,
    /// The flags, in Cargo's order.
    pub flags: Vec<Flag>,
}

impl Flags {
    /// Returns the bare flags, one argument each.
    pub fn list(&self) -> Vec<String> {
        self.flags.iter().map(|it| it.value.clone()).collect()
    }
}

/// One argument for the compiler.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flag {
    /// The argument.
    pub value: String,
    /// Where it comes from.
    pub origin: Origin,
}

/// Cargo's sources of flags. They exclude each other; the first that says something wins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FlagSource {
    /// `CARGO_ENCODED_RUSTFLAGS`.
    EncodedRustflags,
    /// `RUSTFLAGS`.
    Rustflags,
    /// `target.<triple>.rustflags` and every `target.'cfg(…)'.rustflags` that fits, joined.
    Target,
    /// `build.rustflags`.
    Build,
    /// None of them says anything.
    Nothing,
}

/// Chooses the flags for a target as Cargo does.
///
/// `cfgs` are the values that the compiler sets for the target. Cargo asks for them under the flags
/// that it finds without any `cfg` table; do the same where [`CargoConfig::needs_cfgs`]: call this
/// with no `cfgs`, ask [`crate::toolchain::Toolchain::cfgs`] under those flags, call this again.
pub fn effective_rustflags(
    config: &CargoConfig,
    environment: &Environment,
    triple: &str,
    cfgs: &[Cfg],
) -> Result<Flags, ConfigError> {
    // These two count even if they are empty: that is how one gets rid of all others.
    let name = "CARGO_ENCODED_RUSTFLAGS";
    if let Some(encoded) = environment.get(name) {
        let words = encoded.split('\x1f').filter(|_| !encoded.is_empty());
        return Ok(Flags { source: FlagSource::EncodedRustflags, flags: variable(name, words) });
    }
    let name = "RUSTFLAGS";
    if let Some(joined) = environment.get(name) {
        let words = joined.split(' ').map(str::trim).filter(|it| !it.is_empty());
        return Ok(Flags { source: FlagSource::Rustflags, flags: variable(name, words) });
    }

    let key = format!("target.{triple}.rustflags");
    let mut flags = list(config.get("target", &[triple, "rustflags"]), &key)?;
    flags.extend(from_key(environment, &format!("target.{triple}.rustflags")));
    for (cfg, table) in config.cfg_tables() {
        let found = list(table.get("rustflags"), &format!("target.{cfg}.rustflags"))?;
        if CfgExpr::matches_key(cfg, cfgs) {
            flags.extend(found);
        }
    }
    if !flags.is_empty() {
        return Ok(Flags { source: FlagSource::Target, flags });
    }

    let mut flags = list(config.get("build", &["rustflags"]), "build.rustflags")?;
    flags.extend(from_key(environment, "build.rustflags"));
    let source = if flags.is_empty() { FlagSource::Nothing } else { FlagSource::Build };
    Ok(Flags { source, flags })
}

/// Reads what Cargo calls a string list: an array of strings, or one that is split at white space.
pub(super) fn list(value: Option<&Value>, key: &str) -> Result<Vec<Flag>, ConfigError> {
    let wrong = |value: &Value| ConfigError::Type {
        key: key.to_owned(),
        origin: value.origin().clone(),
        expected: "a string or an array of strings",
    };
    match value {
        None => Ok(Vec::new()),
        Some(Value::Text(text, origin)) => Ok(text
            .split_whitespace()
            .map(|it| Flag { value: it.to_owned(), origin: origin.clone() })
            .collect()),
        Some(Value::List(entries, _)) => entries
            .iter()
            .map(|it| match it {
                Value::Text(text, origin) => {
                    Ok(Flag { value: text.clone(), origin: origin.clone() })
                }
                other => Err(wrong(other)),
            })
            .collect(),
        Some(other) => Err(wrong(other)),
    }
}

/// Reads the variable that adds to a list of the configuration.
pub(super) fn from_key(environment: &Environment, key: &str) -> Vec<Flag> {
    let name = variable_name(key);
    let value = environment.get(&name).unwrap_or_default();
    variable(&name, value.split_whitespace())
}

/// Names the variable that stands for a key: `CARGO_TARGET_<TRIPLE>_RUSTFLAGS`.
pub(super) fn variable_name(key: &str) -> String {
    format!("CARGO_{}", key.replace(['-', '.'], "_").to_uppercase())
}

fn variable<'a>(name: &str, words: impl Iterator<Item = &'a str>) -> Vec<Flag> {
    words
        .map(|it| Flag { value: it.to_owned(), origin: Origin::Variable(name.to_owned()) })
        .collect()
}

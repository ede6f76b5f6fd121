//! Which linker Cargo tells the compiler to use.

use std::path::PathBuf;

use cargo_platform::{Cfg, CfgExpr};

use super::{CargoConfig, ConfigError, Origin, rustflags::variable_name, value::Value};
use crate::Environment;

/// A linker that the configuration names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Linker {
    /// The program: an absolute path, or a bare name that is looked up on `PATH`.
    pub program: PathBuf,
    /// Where it is named.
    pub origin: Origin,
}

/// Chooses the linker for a target as Cargo does: the variable `CARGO_TARGET_<TRIPLE>_LINKER`, then
/// `target.<triple>.linker`, then the one `target.'cfg(…)'.linker` that fits. Nothing if none is
/// named, so that the compiler takes its own.
pub fn effective_linker(
    config: &CargoConfig,
    environment: &Environment,
    triple: &str,
    cfgs: &[Cfg],
) -> Result<Option<Linker>, ConfigError> {
    let key = format!("target.{triple}.linker");
    let name = variable_name(&key);
    if let Some(program) = environment.get(&name) {
        let program = resolve(program, Some(config.directory().to_owned()));
        return Ok(Some(Linker { program, origin: Origin::Variable(name) }));
    }
    if let Some(value) = config.get("target", &[triple, "linker"]) {
        return linker(value, &key).map(Some);
    }
    let mut chosen: Option<(&str, Linker)> = None;
    for (cfg, table) in config.cfg_tables() {
        if let Some(value) = table.get("linker")
            && CfgExpr::matches_key(cfg, cfgs)
        {
            if let Some((first, _)) = chosen {
                return Err(ConfigError::SeveralLinkers {
                    first: format!("target.'{first}'.linker"),
                    second: format!("target.'{cfg}'.linker"),
                });
            }
            chosen = Some((cfg, linker(value, &format!("target.'{cfg}'.linker"))?));
        }
    }
    Ok(chosen.map(|(_, linker)| linker))
}

fn linker(value: &Value, key: &str) -> Result<Linker, ConfigError> {
    let Value::Text(program, origin) = value else {
        return Err(ConfigError::Type {
            key: key.to_owned(),
            origin: value.origin().clone(),
            expected: "a string",
        });
    };
    // Relative to the directory that holds `.cargo`, not to `.cargo` itself.
    let base = match origin {
        Origin::File { path, .. } => path.ancestors().nth(2).map(PathBuf::from),
        Origin::Variable(_) => None,
    };
    Ok(Linker { program: resolve(program, base), origin: origin.clone() })
}

fn resolve(program: &str, base: Option<PathBuf>) -> PathBuf {
    match base {
        Some(base) if program.contains(['/', std::path::MAIN_SEPARATOR]) => base.join(program),
        _ => PathBuf::from(program),
    }
}

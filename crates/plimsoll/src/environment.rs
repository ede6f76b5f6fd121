//! The environment variables that Plimsoll knows, all in one place.
//!
//! A variable stands between the command line, which wins, and the settings file. An empty one
//! counts as not set.

use std::{env, fmt::Display, path::PathBuf, str::FromStr};

use clap::ValueEnum;

use crate::{
    args::{
        BuildArgs, Format,
        check::{CheckArgs, Form},
        init::InitArgs,
        tags::{self, TagsArgs},
    },
    commands::check::Selection,
    failure::Failure,
    settings::Bytes,
};

/// `--platform`.
pub(crate) const PLATFORM: &str = "PLIMSOLL_PLATFORM";
/// `--profile`.
pub(crate) const PROFILE: &str = "PLIMSOLL_PROFILE";
/// `--compression`.
pub(crate) const COMPRESSION: &str = "PLIMSOLL_COMPRESSION";
/// `--output`.
pub(crate) const OUTPUT: &str = "PLIMSOLL_OUTPUT";
/// `--base`.
pub(crate) const BASE: &str = "PLIMSOLL_BASE";
/// `--engine`.
pub(crate) const ENGINE: &str = "PLIMSOLL_ENGINE";
/// Where what was downloaded is kept.
pub(crate) const CACHE_DIR: &str = "PLIMSOLL_CACHE_DIR";
/// How much of it, as in `2GB`.
pub(crate) const CACHE_SIZE: &str = "PLIMSOLL_CACHE_SIZE";
/// `--format`.
pub(crate) const FORMAT: &str = "PLIMSOLL_FORMAT";
/// `--offline`; Cargo has the same.
pub(crate) const OFFLINE: &str = "PLIMSOLL_OFFLINE";

/// `--select` of `check`.
pub(crate) const SELECT: &str = "PLIMSOLL_SELECT";
/// `--extend-select`.
pub(crate) const EXTEND_SELECT: &str = "PLIMSOLL_EXTEND_SELECT";
/// `--ignore`.
pub(crate) const IGNORE: &str = "PLIMSOLL_IGNORE";
/// `--fail-on`.
pub(crate) const FAIL_ON: &str = "PLIMSOLL_FAIL_ON";

/// Whether this is a step of GitHub Actions: `true`.
pub(crate) const GITHUB_ACTIONS: &str = "GITHUB_ACTIONS";
/// The file for the outputs of such a step.
pub(crate) const GITHUB_OUTPUT: &str = "GITHUB_OUTPUT";

/// The time of reproducible builds, in seconds since 1970.
pub(crate) const SOURCE_DATE_EPOCH: &str = "SOURCE_DATE_EPOCH";
/// The program `cargo`; Cargo sets it for its subcommands.
pub(crate) const CARGO: &str = "CARGO";
/// The program `rustc`, as Cargo reads it.
pub(crate) const RUSTC: &str = "RUSTC";
/// Where a job of GitHub Actions keeps files for its later steps.
pub(crate) const RUNNER_TEMP: &str = "RUNNER_TEMP";
/// Cargo's home.
pub(crate) const CARGO_HOME: &str = "CARGO_HOME";

/// Takes from the environment what the command line leaves open.
pub(crate) fn fill(args: &mut BuildArgs) -> Result<(), Failure> {
    // What the environment says is for the engine that it fits; what was typed has to fit.
    args.typed = args.native_options();
    if args.engine.engine.is_none() {
        args.engine.engine = parsed(ENGINE)?;
    }
    if args.platform.is_empty() {
        args.platform = list(PLATFORM)?;
    }
    if args.output.is_empty() {
        args.output = parsed(OUTPUT)?.into_iter().collect();
    }
    if args.base.is_none() {
        args.base = parsed(BASE)?;
    }
    if args.compression.is_none() {
        args.compression = parsed(COMPRESSION)?;
    }
    // A program that was built elsewhere has no profile.
    if args.profile.is_none() && args.binary.is_none() {
        args.profile = text(PROFILE)?;
    }
    fill_format(&mut args.format)?;
    args.offline = args.offline || offline()?;
    Ok(())
}

/// Whether the network must be done without.
pub(crate) fn offline() -> Result<bool, Failure> {
    match text(OFFLINE)?.as_deref() {
        None | Some("0" | "false" | "no") => Ok(false),
        Some("1" | "true" | "yes") => Ok(true),
        Some(other) => Err(wrong(OFFLINE, other, "expected true or false")),
    }
}

/// Takes from the environment what the command line of `init` leaves open.
pub(crate) fn fill_init(args: &mut InitArgs) -> Result<(), Failure> {
    if args.platform.is_empty() {
        args.platform = list(PLATFORM)?;
    }
    // To ask registries anew is to go online for once.
    if !args.update_base {
        args.offline = args.offline || offline()?;
    }
    fill_format(&mut args.format)
}

/// The file for the outputs of this step, where GitHub Actions runs us.
pub(crate) fn github_output() -> Option<PathBuf> {
    let is_step = env::var_os(GITHUB_ACTIONS).is_some_and(|it| it == "true");
    env::var_os(GITHUB_OUTPUT).filter(|it| is_step && !it.is_empty()).map(PathBuf::from)
}

/// Where what was downloaded is kept: `PLIMSOLL_CACHE_DIR`, else `plimsoll` in the user's directory of
/// caches, if there is one.
pub(crate) fn cache_directory() -> Option<PathBuf> {
    let path = |name: &str| env::var_os(name).filter(|it| !it.is_empty()).map(PathBuf::from);
    // The specification wants relative paths to be ignored.
    let xdg = || path("XDG_CACHE_HOME").filter(|it| it.is_absolute());
    let home = || path("HOME").map(|it| it.join(".cache"));
    path(CACHE_DIR).or_else(|| xdg().or_else(home).map(|it| it.join("plimsoll")))
}

/// How much is kept there, in bytes, if that is said.
pub(crate) fn cache_size() -> Result<Option<u64>, Failure> {
    Ok(parsed::<Bytes>(CACHE_SIZE)?.map(|Bytes(size)| size))
}

/// Takes from the environment the form of a result that the command line leaves open.
pub(crate) fn fill_format(format: &mut Option<Format>) -> Result<(), Failure> {
    if format.is_none() {
        let parse = |text: String| {
            <Format as ValueEnum>::from_str(&text, false)
                .map_err(|_| wrong(FORMAT, &text, "expected human or json"))
        };
        *format = text(FORMAT)?.map(parse).transpose()?;
    }
    Ok(())
}

/// Takes from the environment what the command line of `check` leaves open, and what it says of
/// rules, which stands below what the command line says.
pub(crate) fn fill_check(args: &mut CheckArgs) -> Result<Selection, Failure> {
    if args.fail_on.is_none() {
        args.fail_on = parsed(FAIL_ON)?;
    }
    // Differences have a form of their own.
    if args.format.is_none() && !args.diff {
        args.format = parsed::<Form>(FORMAT)?;
    }
    let words = |name| -> Result<Vec<String>, Failure> {
        let text = text(name)?.unwrap_or_default();
        Ok(text.split(',').filter(|it| !it.is_empty()).map(str::to_owned).collect())
    };
    Ok(Selection {
        select: words(SELECT)?,
        extend_select: words(EXTEND_SELECT)?,
        ignore: words(IGNORE)?,
    })
}

/// Takes from the environment the form that the command line of `tags` leaves open.
///
/// What CI systems say comes in whole: `plimsoll_project::ci::VARIABLES` names it.
pub(crate) fn fill_tags(args: &mut TagsArgs) -> Result<(), Failure> {
    if args.format.is_none() {
        let parse = |text: String| {
            <tags::Form as ValueEnum>::from_str(&text, false)
                .map_err(|why| wrong(FORMAT, &text, why))
        };
        args.format = text(FORMAT)?.map(parse).transpose()?;
    }
    Ok(())
}

fn text(name: &str) -> Result<Option<String>, Failure> {
    let Some(value) = env::var_os(name).filter(|it| !it.is_empty()) else { return Ok(None) };
    let text = value.into_string();
    text.map(Some).map_err(|it| wrong(name, &it.to_string_lossy(), "it is not valid UTF-8"))
}

fn parsed<T: FromStr<Err: Display>>(name: &str) -> Result<Option<T>, Failure> {
    let parse = |text: String| text.parse().map_err(|error: T::Err| wrong(name, &text, error));
    text(name)?.map(parse).transpose()
}

fn list<T: FromStr<Err: Display>>(name: &str) -> Result<Vec<T>, Failure> {
    let text = text(name)?.unwrap_or_default();
    let parts = text.split(',').filter(|it| !it.is_empty());
    parts.map(|it| it.parse().map_err(|error| wrong(name, &text, error))).collect()
}

fn wrong(name: &str, value: &str, why: impl Display) -> Failure {
    Failure::new(format!("the variable {name} is `{value}`: {why}"))
}

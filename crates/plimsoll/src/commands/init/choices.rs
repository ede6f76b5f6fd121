//! What the user wants: by the command line, else by `[init]` of the settings.

use std::{collections::BTreeSet, path::Path};

use clap::ValueEnum;

use crate::{
    args::init::InitArgs,
    init::{
        plan::Options,
        survey::Wanted,
        write::{Action, Change},
    },
    settings::InitSettings,
};

/// The settings file.
const FILE: &str = "plimsoll.toml";

/// What the plan is decided by. What was typed is kept in the settings that are written.
pub(super) fn options(args: &InitArgs, settings: &InitSettings) -> Options {
    Options {
        base: args.base.or(settings.base),
        builder: args.builder.clone().or_else(|| settings.builder.clone()),
        platforms: first(&args.platform, &settings.platforms),
        image: args.image.clone().or_else(|| settings.image.clone()),
        ci: args.ci.or(settings.ci),
        kept: typed(args),
    }
}

/// What the survey is asked, beside what is known of the machine.
pub(super) fn wanted(args: &InitArgs, settings: &InitSettings) -> Wanted {
    let set = |typed, set| first(typed, set).into_iter().collect::<BTreeSet<String>>();
    Wanted {
        packages: set(&args.package, &settings.packages),
        binaries: set(&args.bin, &settings.bin),
        port: args.port.or(settings.port),
        ..Wanted::default()
    }
}

/// Says which choices the next run won't know, as the settings are the user's already.
pub(super) fn note(
    args: &InitArgs,
    settings: &InitSettings,
    file: Option<&Path>,
    changes: &[Change],
) -> Option<String> {
    let is_written =
        changes.iter().any(|it| it.path.ends_with(FILE) && it.action == Action::Create);
    let known = known(settings);
    let lost: Vec<String> = typed(args)
        .into_iter()
        .filter(|it| !known.contains(it))
        .map(|(key, value)| format!("{key} = {value}"))
        .collect();
    if is_written || lost.is_empty() {
        return None;
    }
    let file = file.and_then(Path::file_name).map_or(FILE.into(), |it| it.to_string_lossy());
    let table = if file == FILE { "init" } else { "workspace.metadata.plimsoll.init" };
    Some(format!(
        "the next `plimsoll init` knows of this if {file} says so: [{table}] {}",
        lost.join(", ")
    ))
}

fn first<T: Clone>(typed: &[T], set: &[T]) -> Vec<T> {
    if typed.is_empty() { set } else { typed }.to_vec()
}

/// Keys of `[init]` with their values, as TOML has them.
type Keys = Vec<(&'static str, String)>;

fn typed(args: &InitArgs) -> Keys {
    known(&InitSettings {
        packages: args.package.clone(),
        bin: args.bin.clone(),
        base: args.base,
        builder: args.builder.clone(),
        port: args.port,
        platforms: args.platform.clone(),
        image: args.image.clone(),
        ci: args.ci,
    })
}

fn known(settings: &InitSettings) -> Keys {
    let text = |it: String| toml::Value::from(it).to_string();
    let list = |all: Vec<String>| (!all.is_empty()).then(|| toml::Value::from(all).to_string());
    let platforms = settings.platforms.iter().map(ToString::to_string).collect();
    let all = [
        ("packages", list(settings.packages.clone())),
        ("bin", list(settings.bin.clone())),
        ("base", settings.base.as_ref().and_then(name).map(text)),
        ("builder", settings.builder.as_ref().map(|it| text(it.to_string()))),
        ("port", settings.port.map(|it| it.to_string())),
        ("platforms", list(platforms)),
        ("image", settings.image.as_ref().map(|it| text(it.to_string()))),
        ("ci", settings.ci.as_ref().and_then(name).map(text)),
    ];
    all.into_iter().filter_map(|(key, value)| Some((key, value?))).collect()
}

fn name<T: ValueEnum>(value: &T) -> Option<String> {
    Some(value.to_possible_value()?.get_name().to_owned())
}

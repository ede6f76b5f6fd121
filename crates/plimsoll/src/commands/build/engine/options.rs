//! From options and settings to what an engine is asked for. Wrong forms are caught here, each with what
//! to write instead.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use plimsoll_build::engines::{Cache, Request, Secret, Ssh, World, argument};
use plimsoll_lint::secrets::{find_secrets, secret_value};

use super::{Context, Dockerfile};
use crate::failure::Failure;

/// Gives what options are held against.
pub(super) fn with_world<T>(context: &Context<'_>, work: impl FnOnce(World<'_>) -> T) -> T {
    let variable = |name: &str| {
        let value = context.environment.get(name).map(str::to_owned);
        value.filter(|it| !it.is_empty())
    };
    work(World { variable: &variable, is_file: &|path| path.exists() && !path.is_dir() })
}

/// What the engine is asked for; labels come later.
pub(super) fn request(
    context: &Context<'_>,
    dockerfile: &Dockerfile,
    scratch: &Path,
) -> Result<Request, Failure> {
    let (args, settings) = (&context.args.engine, &context.settings.file.build);
    let target = args.target.clone().or_else(|| settings.target.clone());
    if let Some(target) = &target {
        dockerfile.check_target(target)?;
    }
    // The command line takes the place of the settings, as everywhere; arguments are added to them.
    let pick = |typed: &Vec<String>, set: &Vec<String>| {
        if typed.is_empty() { set.clone() } else { typed.clone() }
    };
    let set = settings.build_args.iter().map(|(name, value)| (name.clone(), Some(value.clone())));
    let mut build_args: BTreeMap<_, _> = set.collect();
    let builder = args.builder.clone().or_else(|| settings.builder.clone());
    let builder = builder.map(|text| {
        let wrong = |why| Failure::new(format!("--builder: `{text}` is no builder: {why}"));
        text.parse().map_err(wrong)
    });
    let (secrets, ssh) = with_world(context, |world| -> Result<_, Failure> {
        for text in &args.build_arg {
            build_args.extend([argument::parse(text, world)?]);
        }
        let secrets = pick(&args.secret, &settings.secrets);
        let secrets = secrets.iter().map(|it| Secret::parse(it, world));
        let ssh = pick(&args.ssh, &settings.ssh);
        let ssh = ssh.iter().map(|it| Ssh::parse(it, world));
        Ok((secrets.collect::<Result<Vec<_>, _>>()?, ssh.collect::<Result<Vec<_>, _>>()?))
    })?;
    let mut ids = BTreeSet::new();
    if let Some(twice) = secrets.iter().find(|it| !ids.insert(&it.id)) {
        return Err(Failure::new(format!(
            "--secret: there are two secrets of the id {}",
            twice.id
        ))
        .hint("give each secret an id of its own"));
    }
    warn_of_secrets(context, &build_args);
    let caches = pick(&args.cache, &settings.cache);
    Ok(Request {
        dockerfile: dockerfile.path.clone(),
        context: context.directory.clone(),
        target,
        platforms: context.platforms(),
        build_args,
        labels: BTreeMap::new(),
        absent: BTreeSet::new(),
        caches: caches.iter().map(|it| Cache::parse(it)).collect::<Result<_, _>>()?,
        secrets,
        ssh,
        names: context.args.tag.clone(),
        builder: builder.transpose()?,
        insecure: {
            let set = context.settings.file.registry.insecure.iter();
            set.chain(&context.args.registry.insecure).cloned().collect()
        },
        scratch: scratch.to_owned(),
    })
}

/// Build arguments stay in the history of the image, for everybody who has it.
fn warn_of_secrets(context: &Context<'_>, build_args: &BTreeMap<String, Option<String>>) {
    for (name, value) in build_args {
        let value = value.clone().or_else(|| context.environment.get(name).map(str::to_owned));
        if let Some(kind) = value.and_then(|it| looks_secret(name, &it)) {
            context.ui.warning(format!(
                "--build-arg {name} looks like a secret ({kind}), and build arguments can be read in the \
                 image's history: write --secret id={name},env={name}, and in the Dockerfile RUN \
                 --mount=type=secret,id={name},env={name} or read /run/secrets/{name}"
            ));
        }
    }
}

/// What kind of secret an argument is, if it looks like one.
fn looks_secret(name: &str, value: &str) -> Option<&'static str> {
    let by_form = || find_secrets(value).first().map(|it| it.kind);
    secret_value(name, value).or_else(by_form)
}

/// An argument of a command line, without a value that looks like a secret.
pub(super) fn harmless(argument: &str) -> String {
    match argument.split_once('=') {
        Some((name, value)) if looks_secret(name, value).is_some() => format!("{name}=…"),
        _ => argument.to_owned(),
    }
}

/// What to write instead of an option of Plimsoll's own engine.
pub(super) fn instead_of(option: &str) -> &'static str {
    match option {
        "--package" | "--bin" | "--binary" => {
            "several programs are several stages of a Dockerfile: choose one with --target"
        }
        "--base" | "--update-base" => "the base is in the `FROM` of the last stage",
        "--profile"
        | "--features"
        | "--all-features"
        | "--no-default-features"
        | "--no-locked"
        | "--allow-native" => {
            "Cargo is called in the Dockerfile: write it there, or as an ARG that --build-arg sets"
        }
        "--compression" => "engines compress as they do; `--engine native` can be told",
        _ => "leave it away, or build with `--engine native`",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_that_look_secret_are_not_shown() {
        let token = format!("ghp_{}", "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8");
        assert_eq!(harmless(&format!("X={token}")), "X=…");
        assert_eq!(harmless("DB_PASSWORD=kX9vQ2mN8pL4wR7t"), "DB_PASSWORD=…");
        for plain in ["VERSION=1.2.3", "type=oci,dest=/x", "--file", "id=a,env=TOKEN"] {
            assert_eq!(harmless(plain), plain);
        }
    }
}

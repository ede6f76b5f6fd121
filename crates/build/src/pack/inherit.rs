//! Takes over what a base says of itself, as Docker does for an image that is built `FROM` it.

use std::collections::{BTreeMap, BTreeSet};

use plimsoll_image::{History, ImageConfig, RunConfig};

/// Labels with these prefixes describe the image that they are on, and no other.
const OF_ONE_IMAGE: [&str; 2] = ["org.opencontainers.image.", "org.label-schema."];
/// What old builders wrote about the making of one image.
const OF_ONE_BUILD: [&str; 7] = [
    "container",
    "container_config",
    "docker_version",
    "id",
    "parent",
    "moby.buildkit.buildinfo.v1",
    "moby.buildkit.cache.v0",
];
/// As above, in the configuration of containers. `OnBuild` has done its work when something is built.
const OF_ONE_RUN: [&str; 2] = ["Image", "OnBuild"];

/// What is not inherited, but ours.
pub(super) struct Own {
    pub(super) user: String,
    pub(super) env: BTreeMap<String, String>,
    /// Variables that are set only where the base does not set them.
    pub(super) default_env: BTreeMap<String, String>,
    pub(super) entrypoint: Vec<String>,
    pub(super) labels: BTreeMap<String, String>,
}

/// The configuration of a container: ours over the base's.
pub(super) fn run_config(base: &RunConfig, spec: &crate::spec::ImageSpec, own: Own) -> RunConfig {
    let mut labels = base.labels.clone();
    labels.retain(|key, _| !OF_ONE_IMAGE.iter().any(|it| key.starts_with(it)));
    labels.extend(own.labels);
    let union =
        |base: &BTreeSet<String>, own: &BTreeSet<String>| base.union(own).cloned().collect();
    let mut other = base.other.clone();
    other.retain(|key, _| !OF_ONE_RUN.contains(&&**key));
    let stop_signal =
        if spec.stop_signal.is_empty() { &base.stop_signal } else { &spec.stop_signal };
    RunConfig {
        user: own.user,
        exposed_ports: union(&base.exposed_ports, &spec.ports),
        env: environment(&base.env, &own.env, &own.default_env),
        entrypoint: own.entrypoint,
        // An entry point of our own makes the base's arguments meaningless.
        cmd: spec.cmd.clone(),
        healthcheck: spec.healthcheck.clone().or_else(|| base.healthcheck.clone()),
        volumes: union(&base.volumes, &spec.volumes),
        working_dir: match &spec.workdir {
            Some(own) => own.clone(),
            None if base.working_dir.is_empty() => "/".to_owned(),
            None => base.working_dir.clone(),
        },
        labels,
        stop_signal: stop_signal.clone(),
        other,
    }
}

/// The fields of the image's configuration that this program does not know, as far as they hold for us.
pub(super) fn other(base: &ImageConfig) -> serde_json::Map<String, serde_json::Value> {
    let mut other = base.other.clone();
    other.retain(|key, _| !OF_ONE_BUILD.contains(&&**key));
    other
}

/// The steps of the base, one for each layer and any number without one.
///
/// # Errors
/// It has more steps with a layer than layers.
pub(super) fn history(base: &ImageConfig, name: &str) -> Result<Vec<History>, String> {
    let mut history = base.history.clone();
    let steps = history.iter().filter(|it| !it.empty_layer).count();
    let layers = base.rootfs.diff_ids.len();
    let missing = layers
        .checked_sub(steps)
        .ok_or_else(|| format!("its history tells of {steps} layers, and it has {layers}"))?;
    // Many builders tell nothing, or not all. A step for each layer keeps ours with our layers.
    history.extend((0..missing).map(|_| History {
        created: base.created.clone(),
        comment: Some(format!("a layer of {name}")),
        ..History::default()
    }));
    Ok(history)
}

/// The base's variables in their order, with our values where we have some, then the rest of ours.
fn environment(
    base: &[String],
    own: &BTreeMap<String, String>,
    default: &BTreeMap<String, String>,
) -> Vec<String> {
    let name = |it: &str| it.split_once('=').map_or(it, |(name, _)| name).to_owned();
    let names: BTreeSet<String> = base.iter().map(|it| name(it)).collect();
    let mut env: Vec<String> = base
        .iter()
        .map(|it| match own.get(&name(it)) {
            Some(value) => format!("{}={value}", name(it)),
            None => it.clone(),
        })
        .collect();
    let mut rest = default.clone();
    rest.extend(own.clone());
    rest.retain(|name, _| !names.contains(name));
    env.extend(rest.into_iter().map(|(name, value)| format!("{name}={value}")));
    env
}

#[cfg(test)]
mod tests {
    use plimsoll_image::{Digest, RootFs};
    use serde_json::json;

    use super::*;
    use crate::spec::ImageSpec;

    fn base() -> ImageConfig {
        serde_json::from_value(json!({
            "created": "2026-01-01T00:00:00Z",
            "author": "Somebody",
            "architecture": "amd64",
            "os": "linux",
            "os.features": ["x"],
            "container": "0123",
            "docker_version": "20",
            "config": {
                "User": "app",
                "ExposedPorts": {"80/tcp": {}},
                "Env": ["PATH=/opt/bin", "LANG=C", "A=base"],
                "Entrypoint": ["/entry"],
                "Cmd": ["arg"],
                "Healthcheck": {"Test": ["CMD", "/check"]},
                "Volumes": {"/data": {}},
                "WorkingDir": "/work",
                "Labels": {
                    "team": "base",
                    "kept": "yes",
                    "org.opencontainers.image.version": "9",
                    "org.label-schema.name": "base"
                },
                "StopSignal": "SIGQUIT",
                "Shell": ["/bin/ash", "-c"],
                "OnBuild": ["RUN x"],
                "Image": "sha256:x"
            },
            "rootfs": {"type": "layers", "diff_ids": []},
        }))
        .unwrap()
    }

    fn own() -> Own {
        let map = |pairs: &[(&str, &str)]| {
            pairs.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect()
        };
        Own {
            user: "1000".to_owned(),
            env: map(&[("A", "own"), ("Z", "own")]),
            default_env: map(&[("PATH", "/default"), ("SSL_CERT_FILE", "/ca")]),
            entrypoint: vec!["/usr/local/bin/app".to_owned()],
            labels: map(&[("team", "own"), ("org.opencontainers.image.version", "1")]),
        }
    }

    #[test]
    fn ours_is_laid_over_the_bases() {
        let config = run_config(&base().config, &ImageSpec::default(), own());
        let expected = json!({
            "User": "1000",
            "ExposedPorts": {"80/tcp": {}},
            "Env": ["PATH=/opt/bin", "LANG=C", "A=own", "SSL_CERT_FILE=/ca", "Z=own"],
            "Entrypoint": ["/usr/local/bin/app"],
            "Healthcheck": {"Test": ["CMD", "/check"]},
            "Volumes": {"/data": {}},
            "WorkingDir": "/work",
            "Labels": {"team": "own", "kept": "yes", "org.opencontainers.image.version": "1"},
            "StopSignal": "SIGQUIT",
            "Shell": ["/bin/ash", "-c"],
        });
        assert_eq!(serde_json::to_value(config).unwrap(), expected);
    }

    #[test]
    fn what_is_asked_for_wins() {
        let spec = ImageSpec {
            cmd: vec!["serve".to_owned()],
            ports: ["3000/tcp".to_owned()].into(),
            volumes: ["/own".to_owned()].into(),
            workdir: Some("/own".to_owned()),
            stop_signal: "SIGINT".to_owned(),
            healthcheck: Some(plimsoll_image::Healthcheck {
                test: vec!["NONE".to_owned()],
                ..Default::default()
            }),
            ..ImageSpec::default()
        };
        let config = run_config(&base().config, &spec, own());
        assert_eq!(config.cmd, ["serve"]);
        assert_eq!(config.exposed_ports.len(), 2);
        assert_eq!(config.volumes.len(), 2);
        assert_eq!((&*config.working_dir, &*config.stop_signal), ("/own", "SIGINT"));
        assert_eq!(config.healthcheck.unwrap().test, ["NONE"]);
    }

    #[test]
    fn what_is_not_known_is_kept_unless_it_is_about_the_base_alone() {
        let keys: Vec<_> = other(&base()).keys().cloned().collect();
        assert_eq!(keys, ["author", "os.features"]);
    }

    #[test]
    fn every_layer_has_a_step() {
        let step = |empty_layer| History { empty_layer, ..History::default() };
        let config = |layers: usize, history: Vec<History>| ImageConfig {
            rootfs: RootFs::of(vec![Digest::of(b""); layers]),
            history,
            ..base()
        };
        let full = config(1, vec![step(false), step(true)]);
        assert_eq!(history(&full, "b").unwrap(), full.history);
        assert_eq!(history(&config(2, vec![step(true)]), "b").unwrap().len(), 3);
        let error = history(&config(1, vec![step(false), step(false)]), "b").unwrap_err();
        assert_eq!(error, "its history tells of 2 layers, and it has 1");
    }
}

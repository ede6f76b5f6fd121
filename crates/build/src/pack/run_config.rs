//! How a container of the image starts.

use std::collections::BTreeMap;

use plimsoll_image::RunConfig;

use super::{PackError, Programs, init_name, program_path};
use crate::{
    spec::{ImageSpec, Init},
    system::content::{ACCOUNTS, CERTIFICATES},
};

const PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
/// Seconds that `pid1` gives the program after SIGTERM: what `docker stop` gives it by default.
const PID1_TIMEOUT: &str = "10";

/// The configuration of a container.
pub(super) fn run_config(
    spec: &ImageSpec,
    programs: &Programs,
    labels: BTreeMap<String, String>,
) -> Result<RunConfig, PackError> {
    let mut env = BTreeMap::from([
        ("PATH".to_owned(), PATH.to_owned()),
        // OpenSSL in a static program looks where it was built, which is not here.
        ("SSL_CERT_FILE".to_owned(), format!("/{CERTIFICATES}")),
    ]);
    env.extend(spec.env.clone());
    Ok(RunConfig {
        user: numeric(&spec.user)?,
        exposed_ports: spec.ports.clone(),
        env: env.into_iter().map(|(name, value)| format!("{name}={value}")).collect(),
        entrypoint: entrypoint(spec, programs),
        cmd: spec.cmd.clone(),
        healthcheck: spec.healthcheck.clone(),
        volumes: spec.volumes.clone(),
        working_dir: spec.workdir.clone(),
        labels,
        stop_signal: spec.stop_signal.clone(),
        other: serde_json::Map::new(),
    })
}

/// The numbers of a user and a group, for files that are theirs.
pub(super) fn numeric_user(user: &str) -> Result<(u64, u64), PackError> {
    let numeric = numeric(user)?;
    let (uid, gid) = numeric.split_once(':').unwrap_or((&numeric, "0"));
    let number = |text: &str| text.parse().map_err(|_| PackError::UnknownUser(user.to_owned()));
    Ok((number(uid)?, number(gid)?))
}

/// Names become numbers: an orchestrator that must not run root can't tell from a name.
fn numeric(user: &str) -> Result<String, PackError> {
    let id = |name: &str| {
        let known = ACCOUNTS.iter().find(|(it, _)| *it == name).map(|(_, id)| id.to_string());
        let number = name.parse::<u32>().ok().map(|it| it.to_string());
        known.or(number).ok_or_else(|| PackError::UnknownUser(name.to_owned()))
    };
    match user.split_once(':') {
        Some((user, group)) => Ok(format!("{}:{}", id(user)?, id(group)?)),
        // A known user has a group of its own; a bare number has root's, as in any image.
        None if user.parse::<u32>().is_ok() => id(user),
        None => id(user).map(|id| format!("{id}:{id}")),
    }
}

fn entrypoint(spec: &ImageSpec, programs: &Programs) -> Vec<String> {
    let mut entrypoint = Vec::new();
    if let Some(name) = init_name(&spec.init) {
        entrypoint.push(program_path(name));
        if spec.init == Init::Pid1 {
            entrypoint.extend(["--timeout".to_owned(), PID1_TIMEOUT.to_owned()]);
        }
        // What follows are the program's arguments, whatever they look like.
        entrypoint.push("--".to_owned());
    }
    match &spec.entrypoint {
        Some(own) => entrypoint.extend(own.clone()),
        None => entrypoint.extend(programs.programs.first().map(|it| program_path(&it.name))),
    }
    entrypoint
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pack::Program;

    fn programs() -> Programs {
        let program = |name: &str| Program { name: name.to_owned(), path: "x".into(), audit: None };
        Programs {
            platform: "linux/amd64".parse().unwrap(),
            programs: vec![program("first"), program("second")],
            init: None,
        }
    }

    #[test]
    fn users_are_numbers() {
        for (user, expected) in [
            ("nonroot", "65532:65532"),
            ("root", "0:0"),
            ("nonroot:root", "65532:0"),
            ("1000", "1000"),
            ("1000:1001", "1000:1001"),
        ] {
            assert_eq!(numeric(user).unwrap(), expected);
        }
        for user in ["app", "", ":", "1000:", "1000:app", "-1", "4294967296"] {
            assert!(numeric(user).is_err(), "{user}");
        }
    }

    #[test]
    fn the_first_program_is_the_entry_point_behind_process_one() {
        let mut spec = ImageSpec::default();
        assert_eq!(entrypoint(&spec, &programs()), ["/usr/local/bin/first"]);
        spec.init = Init::Program("/usr/bin/tini-static".into());
        let expected = ["/usr/local/bin/tini-static", "--", "/usr/local/bin/first"];
        assert_eq!(entrypoint(&spec, &programs()), expected);
        spec.init = Init::Pid1;
        spec.entrypoint = Some(vec!["/x".to_owned()]);
        let expected = ["/usr/local/bin/pid1", "--timeout", "10", "--", "/x"];
        assert_eq!(entrypoint(&spec, &programs()), expected);
    }

    #[test]
    fn own_environment_wins_over_ours() {
        let mut spec = ImageSpec::default();
        spec.env.insert("PATH".to_owned(), "/x".to_owned());
        let config = run_config(&spec, &programs(), BTreeMap::new()).unwrap();
        assert_eq!(config.env[0], "PATH=/x");
        assert_eq!(config.env[1], "SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt");
    }
}

//! How a container of the image starts.

use std::collections::BTreeMap;

use plimsoll_image::RunConfig;

use super::{PackError, Programs, ground::Ground, inherit, inherit::Own, init_name, program_path};
use crate::spec::{ImageSpec, Init};

const PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
/// Seconds that `pid1` gives the program after SIGTERM: what `docker stop` gives it by default.
const PID1_TIMEOUT: &str = "10";

/// The configuration of a container.
pub(super) fn run_config(
    spec: &ImageSpec,
    programs: &Programs,
    ground: Ground<'_>,
    certificates: Option<&str>,
    labels: BTreeMap<String, String>,
) -> Result<RunConfig, PackError> {
    let mut default_env = BTreeMap::from([("PATH".to_owned(), PATH.to_owned())]);
    if let Some(path) = certificates {
        // OpenSSL in a static program looks where it was built, which is not here.
        let path = format!("/{}", path.trim_start_matches('/'));
        default_env.insert("SSL_CERT_FILE".to_owned(), path);
    }
    let own = Own {
        user: ground.user(spec)?,
        env: spec.env.clone(),
        default_env,
        entrypoint: entrypoint(spec, programs),
        labels,
    };
    let nothing = RunConfig::default();
    let base = ground.base().map_or(&nothing, |it| &it.config.config);
    Ok(inherit::run_config(base, spec, own))
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
    use crate::{pack::Program, system::content::CERTIFICATES};

    fn programs() -> Programs {
        let program = |name: &str| Program { name: name.to_owned(), path: "x".into(), audit: None };
        Programs {
            platform: "linux/amd64".parse().unwrap(),
            programs: vec![program("first"), program("second")],
            init: None,
            base: None,
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
        let certificates = Some(CERTIFICATES);
        let config =
            run_config(&spec, &programs(), Ground::Scratch, certificates, BTreeMap::new()).unwrap();
        assert_eq!(config.env[0], "PATH=/x");
        assert_eq!(config.env[1], "SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt");
    }
}

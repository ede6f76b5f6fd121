//! `docker build` with `BuildKit`: `FROM scratch` and `COPY`.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use super::{
    super::{
        Outcome,
        sample::run,
        tool::{Tool, first_line},
    },
    Found,
};

const DOCKERFILE: &str = "FROM scratch\nCOPY app /app\nUSER 65532:65532\nENTRYPOINT [\"/app\"]\n";
const TAG: &str = "plimsoll-bench";

/// A client that can build, with the engine that it finds.
#[derive(Debug)]
pub(super) struct Docker {
    program: PathBuf,
}

impl Docker {
    fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        command.env("DOCKER_BUILDKIT", "1");
        command
    }
}

impl Tool for Docker {
    fn name(&self) -> String {
        "docker build".to_owned()
    }

    fn commands(&self, file: &Path) -> Vec<Command> {
        let context = file.parent().unwrap_or(Path::new("/"));
        let mut command = self.command();
        command.args(["build", "--quiet", "--tag", TAG]).arg(context);
        vec![command]
    }

    fn clear(&self, _: &Path) -> Outcome<()> {
        // Else every round would leave an image behind. There is none before the first one.
        self.command().args(["image", "rm", TAG]).output()?;
        Ok(())
    }
}

/// Finds a client that can build, by building, and puts a Dockerfile beside the inputs.
pub(super) fn find(directory: &Path) -> Found<Docker> {
    let failed = |error: std::io::Error| format!("its context could not be made: {error}");
    for name in [super::SMALL, super::LARGE, "probe"] {
        let context = directory.join(name);
        fs::create_dir_all(&context).map_err(failed)?;
        fs::write(context.join("Dockerfile"), DOCKERFILE).map_err(failed)?;
    }
    let probe = directory.join("probe/app");
    fs::write(&probe, "x").map_err(failed)?;
    let log = directory.join("last.log");
    let mut reason = "no client on PATH".to_owned();
    for program in clients() {
        let docker = Docker { program };
        match run(&mut docker.commands(&probe), &log) {
            Ok(_) => {
                let format = "docker {{.Client.Version}}, engine {{.Server.Version}}";
                let version = first_line(docker.command().args(["version", "--format", format]));
                return Ok((docker, version.unwrap_or_default()));
            }
            Err(error) => reason = error.to_string().trim().replace('\n', " "),
        }
    }
    Err(reason)
}

/// Clients in the order in which they are tried: a newer one on PATH may lack its build plugin,
/// where the one of Debian's package has it built in.
pub(in crate::bench) fn clients() -> Vec<PathBuf> {
    let mut clients: Vec<PathBuf> = env::var_os("DOCKER").map(PathBuf::from).into_iter().collect();
    let on_path = env::split_paths(&env::var_os("PATH").unwrap_or_default())
        .map(|directory| directory.join("docker"))
        .find(|it| it.exists());
    clients.extend(on_path);
    if let Ok(output) = Command::new("dpkg").args(["-L", "docker.io"]).output() {
        let files = String::from_utf8_lossy(&output.stdout).into_owned();
        clients.extend(files.lines().filter(|it| it.ends_with("/bin/docker")).map(PathBuf::from));
    }
    clients
}

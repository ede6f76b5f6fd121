//! Which program builds, which version of it there is, and where buildx builds.

use std::io;

use super::{Builder, Cache, Invocation, Request, builder::OWN, version::Version};

/// The engine that a user asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// BuildKit: buildx, else that of the Docker Engine.
    Buildkit,
    /// `docker build`, with the BuildKit of the Docker Engine.
    Docker,
    /// buildah.
    Buildah,
}

/// A program that is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tool {
    /// `docker buildx build`.
    Buildx {
        /// The plugin's version, where it tells one.
        version: Option<Version>,
        /// The builder; the current one where there is none.
        builder: Option<String>,
        /// `docker`, `docker-container`, `kubernetes`, `remote` or `cloud`.
        driver: String,
        /// What makes the builder, where it is not there yet.
        create: Option<Invocation>,
    },
    /// `docker build`.
    Docker {
        /// The client's version.
        version: Version,
    },
    /// `buildah build`.
    Buildah {
        /// Its version.
        version: Version,
    },
}

/// What a program answered to a question.
#[derive(Clone, Debug, Default)]
pub struct Answer {
    /// Whether it succeeded.
    pub success: bool,
    /// What it wrote.
    pub text: String,
}

/// Why there is nothing that could build.
#[derive(Debug, thiserror::Error)]
pub enum FindError {
    /// The program is not on `PATH`, or can't be run.
    #[error("cannot run {program}")]
    Start {
        /// `docker` or `buildah`.
        program: &'static str,
        /// Why.
        source: io::Error,
    },
    /// It does not say a version.
    #[error("{program} does not tell its version, but: {said}")]
    NoVersion {
        /// `docker` or `buildah`.
        program: &'static str,
        /// What it wrote, cut.
        said: String,
    },
    /// Podman pretends to be Docker.
    #[error("`docker` is Podman here, which has no BuildKit")]
    Podman,
    /// It can't do what is needed.
    #[error("{program} {version} is too old: {needed} or later is needed")]
    TooOld {
        /// `docker` or `buildah`.
        program: &'static str,
        /// What there is.
        version: Version,
        /// What is needed.
        needed: Version,
    },
    /// Docker 23 and later build with BuildKit by the plugin alone.
    #[error(
        "docker {version} builds with BuildKit by its plugin buildx alone, which is not installed"
    )]
    NoBuildx {
        /// The client's version.
        version: Version,
    },
    /// `--builder`, and no buildx.
    #[error("the builder {builder} can't be used: {why}")]
    BuilderNotTaken {
        /// What was given.
        builder: String,
        /// Why not.
        why: &'static str,
    },
    /// There is no such builder.
    #[error("there is no builder {name}: {said}")]
    NoSuchBuilder {
        /// Its name.
        name: String,
        /// What buildx says.
        said: String,
    },
}

/// Finds what builds. `ask` runs a program and gives what it wrote.
///
/// # Errors
/// See [`FindError`].
pub fn find(
    kind: Kind,
    request: &Request,
    ask: &dyn Fn(&str, &[&str]) -> io::Result<Answer>,
) -> Result<Tool, FindError> {
    if kind == Kind::Buildah {
        let why = "buildah has no builders";
        no_builder(request, why)?;
        let version = version(ask, "buildah")?;
        let needed = Version::new(1, 22);
        return if version < needed {
            Err(FindError::TooOld { program: "buildah", version, needed })
        } else {
            Ok(Tool::Buildah { version })
        };
    }
    let version = version(ask, "docker")?;
    let asked = |arguments: &[&str]| {
        ask("docker", arguments).map_err(|source| FindError::Start { program: "docker", source })
    };
    let buildx = asked(&["buildx", "version"])?;
    if kind == Kind::Buildkit && buildx.success {
        let (builder, driver, create) = place(request, &asked)?;
        return Ok(Tool::Buildx { version: Version::find(&buildx.text), builder, driver, create });
    }
    no_builder(
        request,
        if buildx.success {
            "`--engine docker` builds in the Docker Engine; builders are those of `--engine buildkit`"
        } else {
            "builders are those of Docker's plugin buildx, which is not installed"
        },
    )?;
    let needed = Version::new(18, 9);
    if version < needed {
        return Err(FindError::TooOld { program: "docker", version, needed });
    }
    if version >= super::docker::PLUGIN && !buildx.success {
        return Err(FindError::NoBuildx { version });
    }
    Ok(Tool::Docker { version })
}

fn no_builder(request: &Request, why: &'static str) -> Result<(), FindError> {
    match &request.builder {
        Some(builder) => Err(FindError::BuilderNotTaken { builder: builder.to_string(), why }),
        None => Ok(()),
    }
}

fn version(
    ask: &dyn Fn(&str, &[&str]) -> io::Result<Answer>,
    program: &'static str,
) -> Result<Version, FindError> {
    let answer =
        ask(program, &["--version"]).map_err(|source| FindError::Start { program, source })?;
    if program == "docker" && answer.text.to_ascii_lowercase().contains("podman") {
        return Err(FindError::Podman);
    }
    Version::find(&answer.text)
        .ok_or_else(|| FindError::NoVersion { program, said: cut(&answer.text) })
}

/// How that builder runs BuildKit.
const DRIVER: &str = "docker-container";

/// The builder, its driver, and what makes it.
type Place = (Option<String>, String, Option<Invocation>);

fn place(
    request: &Request,
    ask: &dyn Fn(&[&str]) -> Result<Answer, FindError>,
) -> Result<Place, FindError> {
    let inspect = |name: &str| ask(&["buildx", "inspect", name]);
    match &request.builder {
        Some(Builder::Name(name)) => {
            let answer = inspect(name)?;
            match driver(&answer) {
                Some(driver) => Ok((Some(name.clone()), driver, None)),
                None => {
                    Err(FindError::NoSuchBuilder { name: name.clone(), said: cut(&answer.text) })
                }
            }
        }
        Some(Builder::Address(address)) => {
            let name = address.name();
            let create = match driver(&inspect(&name)?) {
                Some(_) => None,
                None => Some(docker(&address.create())),
            };
            Ok((Some(name), address.driver().to_owned(), create))
        }
        None => {
            let current = driver(&ask(&["buildx", "inspect"])?);
            let current = current.unwrap_or_else(|| "docker".to_owned());
            // The engine's own BuildKit keeps its steps to itself.
            let exports = |it: &Cache| !matches!(it, Cache::Inline(_));
            if current != "docker" || !request.caches.iter().any(exports) {
                return Ok((None, current, None));
            }
            let create = match driver(&inspect(OWN)?) {
                Some(driver) => return Ok((Some(OWN.to_owned()), driver, None)),
                None => ["buildx", "create", "--name", OWN, "--driver", DRIVER],
            };
            let create = docker(&create.map(str::to_owned));
            Ok((Some(OWN.to_owned()), DRIVER.to_owned(), Some(create)))
        }
    }
}

fn docker(arguments: &[String]) -> Invocation {
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    Invocation::new("docker", &arguments)
}

/// The driver in what `docker buildx inspect` prints.
fn driver(answer: &Answer) -> Option<String> {
    let line = answer.text.lines().find_map(|line| line.strip_prefix("Driver:"))?;
    Some(line.trim().to_owned()).filter(|it| answer.success && !it.is_empty())
}

fn cut(text: &str) -> String {
    let line = text.lines().map(str::trim).find(|it| !it.is_empty()).unwrap_or("nothing");
    line.chars().filter(|it| !it.is_control()).take(200).collect()
}

impl Tool {
    /// What it is called in reports.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Buildx { .. } => "buildx",
            Self::Docker { .. } => "docker",
            Self::Buildah { .. } => "buildah",
        }
    }

    /// Its version, where it tells one.
    pub fn version(&self) -> Option<Version> {
        match self {
            Self::Buildx { version, .. } => *version,
            Self::Docker { version } | Self::Buildah { version } => Some(*version),
        }
    }
}

#[cfg(test)]
mod tests;

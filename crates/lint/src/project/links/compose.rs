//! The builds of a Compose file's services.

mod extended;
mod variables;

use plimsoll_project::files::{self, Files};
use plimsoll_syntax::compose::{Build, Compose, Service, Text};
use plimsoll_syntax::yaml;

use super::base_directory;
use crate::project::{ImageBuild, Origin, OriginKind};
pub(crate) use variables::HostVariables;

/// The names that are looked for where a build names no Dockerfile.
const DOCKERFILES: &[&str] = &["Dockerfile", "dockerfile", "Containerfile"];

/// The names of the files that Compose reads by itself; others are read on top of one of these.
const FIRST_FILES: &[&str] =
    &["compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml"];

/// Adds the builds of all services.
pub(super) fn read(files: &dyn Files, path: &str, text: &str, builds: &mut Vec<ImageBuild>) {
    // Most Compose files pull all their images. One that extends another file may build its services.
    if !text.contains("build") && !text.contains("extends") {
        return;
    }
    let yaml = yaml::parse(text);
    let compose = Compose::new(&yaml);
    let variables = HostVariables::beside(files, path);
    for service in &compose.services {
        builds.extend(image_build(files, path, service, &variables));
    }
}

/// The build of a service; `None` for one whose image is pulled.
pub(crate) fn image_build(
    files: &dyn Files,
    path: &str,
    service: &Service<'_>,
    variables: &HostVariables,
) -> Option<ImageBuild> {
    let Some(build) = service.build() else {
        return extended::image_build(files, path, service);
    };
    let span = service.all("build").next().map_or(service.key.span(), |it| it.span());
    let span = service.value.entry("build").map_or(span, |it| it.key.span());
    let origin = Origin {
        path: path.to_owned(),
        span,
        name: service.name.to_owned(),
        kind: OriginKind::Compose,
    };
    Some(of_build(files, path, service.name, &build, variables, origin))
}

fn of_build(
    files: &dyn Files,
    path: &str,
    service: &str,
    build: &Build<'_>,
    variables: &HostVariables,
    origin: Origin,
) -> ImageBuild {
    let known = |it: Text<'_>| variables.replace(it.text);
    let context = match build.context() {
        Some(context) => known(context).filter(|it| !is_remote(it)).map(|context| {
            let name = build.dockerfile().map_or(Some("Dockerfile".to_owned()), known);
            let directory = base_directory::find(files, path, |it| {
                let directory = files::join(it, &context);
                name.as_ref().is_some_and(|it| files.is_file(&files::join(&directory, it)))
            });
            files::join(directory, &context)
        }),
        None => context_below(files, path, service, variables),
    };
    let dockerfile = match (build.dockerfile(), &context) {
        _ if build.dockerfile_inline().is_some() => None,
        (Some(name), Some(context)) => known(name).map(|it| files::join(context, &it)),
        (None, Some(context)) => {
            let mut paths = DOCKERFILES.iter().map(|it| files::join(context, it));
            let found = paths.find(|it| files.is_file(it));
            Some(found.unwrap_or_else(|| files::join(context, "Dockerfile")))
        }
        (_, None) => None,
    };
    let target = build.target().filter(|it| !it.text.is_empty()).map(known);
    let args = build.args().into_iter();
    ImageBuild {
        origin,
        context,
        dockerfile,
        target_known: !matches!(target, Some(None)),
        target: target.flatten(),
        args: args.map(|it| (it.name.text.to_owned(), it.value.and_then(known))).collect(),
    }
}

/// The context of a build that names none: `.`, unless the file adds to one that does.
fn context_below(
    files: &dyn Files,
    path: &str,
    service: &str,
    variables: &HostVariables,
) -> Option<String> {
    let directory = files::parent(path).unwrap_or("/");
    let name = path.rsplit('/').next().unwrap_or_default();
    let here = || Some(directory.to_owned());
    if FIRST_FILES.contains(&name) {
        return here();
    }
    let below = FIRST_FILES.iter().map(|it| files::join(directory, it));
    let Some((below, text)) =
        below.into_iter().find_map(|it| files.text(&it).map(|text| (it, text)))
    else {
        return here();
    };
    let yaml = yaml::parse(&text);
    let compose = Compose::new(&yaml);
    match compose.service(service).and_then(Service::build) {
        Some(build) => match build.context() {
            Some(context) => {
                let context = variables.replace(context.text).filter(|it| !is_remote(it))?;
                Some(files::join(files::parent(&below).unwrap_or("/"), &context))
            }
            None => here(),
        },
        None => here(),
    }
}

/// Whether a context is no directory that the project could have: a URL, a repository, an image,
/// another service, somebody's home.
pub(crate) fn is_remote(context: &str) -> bool {
    ["git@", "github.com/", "gitlab.com/", "bitbucket.org/", "service:", "~"]
        .iter()
        .any(|it| context.starts_with(it))
        || context.contains("://")
        || context.ends_with(".git")
}

//! Services that take their build from a service of another file.

use plimsoll_project::files::{self, Files};
use plimsoll_syntax::compose::{Compose, Service};
use plimsoll_syntax::yaml::{self, Value};

use super::{HostVariables, of_build};
use crate::project::{ImageBuild, Origin, OriginKind};

/// How many files may extend one another in a row.
const MOST_FILES: usize = 8;

/// The build of a service as the file has it that the service extends. It stands where `extends`
/// does; its paths are seen from the other file.
pub(super) fn image_build(
    files: &dyn Files,
    path: &str,
    service: &Service<'_>,
) -> Option<ImageBuild> {
    let (extends, file, name) = reference(path, service)?;
    let origin = Origin {
        path: path.to_owned(),
        span: extends.span(),
        name: service.name.to_owned(),
        kind: OriginKind::Compose,
    };
    follow(files, &file, &name, origin, MOST_FILES)
}

fn follow(
    files: &dyn Files,
    path: &str,
    name: &str,
    origin: Origin,
    left: usize,
) -> Option<ImageBuild> {
    let left = left.checked_sub(1)?;
    let text = files.text(path)?;
    let yaml = yaml::parse(&text);
    let compose = Compose::new(&yaml);
    let service = compose.service(name)?;
    if let Some(build) = service.build() {
        let variables = HostVariables::beside(files, path);
        return Some(of_build(files, path, service.name, &build, &variables, origin));
    }
    let (_, next, name) = reference(path, service)?;
    follow(files, &next, &name, origin, left)
}

/// The file and service that a service, or one below it in the same file, extends.
fn reference<'y>(path: &str, service: &Service<'y>) -> Option<(Value<'y>, String, String)> {
    let values = std::iter::once(&service.value).chain(&service.bases);
    let extends = values.filter_map(|it| it.get("extends")).find(|it| it.get("file").is_some())?;
    let file = extends.get("file")?.as_str().filter(|it| !it.contains('$'))?;
    let name = extends.get("service")?.as_str()?;
    let directory = files::parent(path).unwrap_or("/");
    Some((extends, files::join(directory, file), name.to_owned()))
}

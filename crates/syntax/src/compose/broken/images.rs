//! Names of images, and builds.

use super::{Report, filled};
use crate::ImageName;
use crate::compose::loaded::Field;
use crate::compose::parts::Parts;

pub(super) fn check(parts: &Parts<'_, '_>, service: &Field<'_>, report: &mut Report<'_>) {
    let item = &service.value;
    if let Some((text, field)) = filled(item, "image")
        && let Err(error) = ImageName::parse(text)
    {
        let message = format!("the image of service `{}` can't be named so: {error}", service.name);
        let help = "write `[REGISTRY/]REPOSITORY[:TAG][@DIGEST]` in lower case";
        report.add("invalid-image-name", field.value.span(), message).help(help);
    }
    let Some(build) = item.field("build").filter(|it| it.value.is_map()) else { return };
    let names_file = filled(&build.value, "dockerfile").is_some();
    let is_complete = parts.is_complete(service);
    if names_file && is_complete && !build.value.has("context") {
        let message = format!("service `{}` names a `dockerfile` and no `context`", service.name);
        let span =
            build.value.field("dockerfile").map_or(build.key.written(), |it| it.key.written());
        report.add("build-without-context", span, message).help("add `context: .`");
    }
}

//! The builds of a Compose file's services.

use plimsoll_project::files::{self, Files};
use plimsoll_syntax::yaml::{self, Entry, Value};

use crate::project::{ImageBuild, Origin, OriginKind};

/// Adds the builds of all services.
pub(super) fn read(files: &dyn Files, path: &str, text: &str, builds: &mut Vec<ImageBuild>) {
    // Most Compose files pull all their images.
    if !text.contains("build") {
        return;
    }
    let yaml = yaml::parse(text);
    let Some(services) = yaml.root().and_then(|it| it.get("services")) else { return };
    let directory = files::parent(path).unwrap_or("/");
    for service in services.entries() {
        if let Some(build) = service.value.entry("build") {
            builds.push(image_build(files, path, directory, &service, &build));
        }
    }
}

fn image_build(
    files: &dyn Files,
    path: &str,
    directory: &str,
    service: &Entry<'_>,
    build: &Entry<'_>,
) -> ImageBuild {
    let (context, table) = match build.value.as_str() {
        Some(context) => (Some(context), None),
        None => (build.value.get("context").and_then(Value::as_str), Some(build.value)),
    };
    let field = |name: &str| table.and_then(|it| it.get(name)).and_then(Value::as_str);
    let context = match context {
        None => Some(directory.to_owned()),
        Some(context) => {
            text_of(context).filter(|it| !is_remote(it)).map(|it| files::join(directory, &it))
        }
    };
    let inline = table.is_some_and(|it| it.get("dockerfile_inline").is_some());
    let dockerfile = match (field("dockerfile"), &context) {
        _ if inline => None,
        (Some(name), Some(context)) => text_of(name).map(|it| files::join(context, &it)),
        (None, Some(context)) => {
            let names = ["Dockerfile", "dockerfile", "Containerfile"];
            let found =
                names.iter().map(|it| files::join(context, it)).find(|it| files.is_file(it));
            Some(found.unwrap_or_else(|| files::join(context, "Dockerfile")))
        }
        (_, None) => None,
    };
    let target = field("target");
    let known = target.map(text_of);
    ImageBuild {
        origin: Origin {
            path: path.to_owned(),
            span: build.key.span(),
            name: service.name().to_owned(),
            kind: OriginKind::Compose,
        },
        context,
        dockerfile,
        target_known: !matches!(known, Some(None)),
        target: known.flatten(),
        args: arguments(table.and_then(|it| it.get("args"))),
    }
}

/// Build arguments, as a list or a mapping.
fn arguments(value: Option<Value<'_>>) -> Vec<(String, Option<String>)> {
    let Some(value) = value else { return Vec::new() };
    let list = value.items().filter_map(|it| {
        let text = it.as_str()?;
        Some(match text.split_once('=') {
            Some((name, value)) => (name.to_owned(), text_of(value)),
            None => (text.to_owned(), None),
        })
    });
    let entries = value.entries();
    let map = entries.iter().map(|it| {
        (it.name().to_owned(), it.value.as_str().filter(|_| !it.value.is_null()).and_then(text_of))
    });
    list.chain(map).collect()
}

/// A text with its variables put in, where all of them have defaults.
fn text_of(text: &str) -> Option<String> {
    let mut result = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('$') {
        result.push_str(before);
        if let Some(after) = after.strip_prefix('$') {
            result.push('$');
            rest = after;
            continue;
        }
        let (inside, after) = after.strip_prefix('{')?.split_once('}')?;
        let (_, default) = inside.split_once(":-").or_else(|| inside.split_once('-'))?;
        if default.contains('$') {
            return None;
        }
        result.push_str(default);
        rest = after;
    }
    result.push_str(rest);
    Some(result)
}

fn is_remote(context: &str) -> bool {
    ["http://", "https://", "git://", "ssh://", "git@", "github.com/", "oci://", "docker-image://"]
        .iter()
        .any(|it| context.starts_with(it))
        || context.starts_with("service:")
}

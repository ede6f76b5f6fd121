//! The builds of a bake file's targets.
//!
//! `docker buildx bake` sees paths from the directory that it is called in.

use std::collections::BTreeSet;

use plimsoll_project::files::{self, Files};
use plimsoll_syntax::bake::{self, Bake, BakeBlock, BakeItem};

use super::base_directory;
use super::compose::is_remote;
use crate::project::{ImageBuild, Origin, OriginKind};

/// Whether a file is a bake file, by its name.
pub(super) fn is_bake(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or_default();
    matches!(
        name,
        "docker-bake.hcl"
            | "docker-bake.json"
            | "docker-bake.override.hcl"
            | "docker-bake.override.json"
    )
}

/// How many targets of a file are read: each is read with all that it inherits.
const MOST_TARGETS: usize = 200;

/// Adds the builds of all targets.
pub(super) fn read(files: &dyn Files, path: &str, text: &str, builds: &mut Vec<ImageBuild>) {
    let bake = bake::parse(text);
    let abstracts = abstracts(&bake);
    let mut seen = BTreeSet::new();
    for block in bake.targets.iter().take(MOST_TARGETS) {
        // Several blocks of one name are one target.
        let is_target = !abstracts.contains(&*block.name) && seen.insert(&*block.name);
        if let Some(target) = bake.target(&block.name).filter(|_| is_target) {
            builds.push(image_build(files, path, &bake, target));
        }
    }
}

/// The targets that others inherit from and no group has: they are parts, and nothing builds them.
fn abstracts(bake: &Bake) -> BTreeSet<&str> {
    let names = |blocks: &'_ [BakeBlock], attribute: &str| -> BTreeSet<String> {
        let items = blocks.iter().filter_map(|it| it.get(attribute)).flat_map(BakeItem::items);
        items.filter_map(|it| it.literal().map(str::to_owned)).collect()
    };
    let (inherited, built) = (names(&bake.targets, "inherits"), names(&bake.groups, "targets"));
    let all = bake.targets.iter().map(|it| &*it.name);
    all.filter(|it| {
        it.starts_with('_') || inherited.contains(*it) && !built.contains(*it) && *it != "default"
    })
    .collect()
}

fn image_build(files: &dyn Files, path: &str, bake: &Bake, target: &BakeBlock) -> ImageBuild {
    let text = |name: &str| bake.attribute(target, name).map(|it| bake.expand(it));
    let context = text("context").unwrap_or(Some(".".to_owned())).filter(|it| !is_remote(it));
    let name = text("dockerfile").unwrap_or(Some("Dockerfile".to_owned()));
    let directory = base_directory::find(files, path, |it| {
        let paths = context.as_ref().zip(name.as_ref());
        paths.is_some_and(|(context, name)| {
            files.is_file(&files::join(&files::join(it, context), name))
        })
    });
    let context = context.map(|it| files::join(directory, &it));
    let inline = bake.attribute(target, "dockerfile-inline").is_some();
    let dockerfile = context.as_ref().zip(name).filter(|_| !inline).map(|(context, name)| {
        let path = files::join(context, &name);
        // Older versions saw it from where they were called.
        let from_here = files::join(directory, &name);
        if !files.is_file(&path) && files.is_file(&from_here) { from_here } else { path }
    });
    let stage = text("target");
    let args = bake.args(target).into_iter();
    ImageBuild {
        origin: Origin {
            path: path.to_owned(),
            span: target.name_span,
            name: target.name.clone(),
            kind: OriginKind::Bake,
        },
        context,
        dockerfile,
        target_known: !matches!(stage, Some(None)),
        target: stage.flatten().filter(|it| !it.is_empty()),
        args: args.map(|it| (it.name.clone(), bake.expand(&it.value))).collect(),
    }
}

#[cfg(test)]
mod tests {
    use plimsoll_project::files::MemoryFiles;

    use super::*;

    #[test]
    fn targets_are_read_with_what_they_inherit() {
        let text = "variable \"DIR\" { default = \"api\" }\n\
                    group \"default\" { targets = [\"api\", \"web\"] }\n\
                    target \"_common\" { args = { A = \"1\" } }\n\
                    target \"base\" { dockerfile = \"docker/api.Dockerfile\" }\n\
                    target \"api\" { inherits = [\"_common\", \"base\"]\n context = \"./${DIR}\"\n target = \"run\" }\n\
                    target \"web\" { context = \"https://x/y.git\"\n target = X }\n\
                    target \"other\" {}\n";
        let files =
            MemoryFiles::new([("/p/docker-bake.hcl", text), ("/p/docker/api.Dockerfile", "")]);
        let mut builds = Vec::new();
        read(&files, "/p/docker-bake.hcl", text, &mut builds);
        let names: Vec<&str> = builds.iter().map(|it| &*it.origin.name).collect();
        assert_eq!(names, ["api", "web", "other"]);
        let [api, web, other] = &builds[..] else { panic!() };
        assert_eq!(api.context.as_deref(), Some("/p/api"));
        assert_eq!(api.dockerfile.as_deref(), Some("/p/docker/api.Dockerfile"));
        assert_eq!(api.target.as_deref(), Some("run"));
        assert_eq!(api.args, [("A".to_owned(), Some("1".to_owned()))]);
        assert_eq!((&web.context, &web.dockerfile, web.target_known), (&None, &None, false));
        assert_eq!(other.dockerfile.as_deref(), Some("/p/Dockerfile"));
    }
}

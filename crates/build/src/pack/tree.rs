//! What stands where in the layer with the programs and the project's files.
//!
//! The system layer, or a base, lies below it. Directories there are not named again, whoever asks for them,
//! as that would change their owner and mode: `/tmp` must stay everybody's, and the home of `nonroot`
//! theirs. Files there may be replaced by files, but not by directories. What would lie below a link of the
//! base lies where that leads: a directory in place of `/bin` would hide all that is in `/usr/bin`.

use std::{collections::BTreeSet, path::Path};

use plimsoll_image::layer::Attributes;

use super::{PackError, Program, ground::Ground, init_name};
use crate::{
    base::contents::{Contents, Lies},
    files::{self, Entry, EntryKind, Tree},
    spec::{BINARY_DIRECTORY, ImageSpec},
    system::content::{DIRECTORIES, FILES},
};

/// Everything of the `app` layer by its path, with the directories that it needs.
pub(super) fn app_tree(
    spec: &ImageSpec,
    programs: &[Program],
    init: Option<&Path>,
    files: &Tree,
    ground: Ground<'_>,
) -> Result<Tree, PackError> {
    let mut tree = files.clone();
    for program in programs {
        add_program(&mut tree, &program.name, &program.path)?;
    }
    if let (Some(init), Some(name)) = (init, init_name(&spec.init)) {
        add_program(&mut tree, name, init)?;
    }
    // What the program writes to belongs to its user: an engine copies owner and mode into a
    // fresh volume.
    let owner = if spec.volumes.is_empty() { (0, 0) } else { ground.owner(spec)? };
    let (uid, gid) = owner;
    for path in &spec.volumes {
        let path = files::image_path(path).unwrap_or_default();
        add_directory(&mut tree, path, Attributes { mode: 0o755, uid, gid })?;
    }
    let workdir = spec.workdir.as_deref().and_then(files::image_path).unwrap_or_default();
    add_directory(&mut tree, workdir, Attributes::root(0o755))?;
    if let Some(contents) = ground.contents() {
        tree = on_base(tree, contents)?;
    }
    let parents: BTreeSet<String> = tree
        .keys()
        .flat_map(|path| path.match_indices('/').map(|(end, _)| path[..end].to_owned()))
        .collect();
    for parent in parents {
        add_directory(&mut tree, parent, Attributes::root(0o755))?;
    }
    tree.remove("");
    match ground {
        Ground::Scratch => leave_the_system_alone(&mut tree)?,
        Ground::Base { contents: Some(contents), .. } => leave_the_base_alone(&mut tree, contents)?,
        Ground::Base { contents: None, .. } => {}
    }
    match tree.keys().find(|path| files::is_whiteout(path)) {
        Some(path) => Err(PackError::Whiteout(path.clone())),
        None => Ok(tree),
    }
}

fn add_program(tree: &mut Tree, name: &str, source: &Path) -> Result<(), PackError> {
    let path = format!("{BINARY_DIRECTORY}/{name}");
    let kind = EntryKind::File(source.to_owned());
    let entry = Entry { kind, attributes: Attributes::root(0o555) };
    match tree.insert(path.clone(), entry) {
        Some(_) => Err(PackError::Occupied(path)),
        None => Ok(()),
    }
}

/// Adds a directory unless there is one.
fn add_directory(tree: &mut Tree, path: String, attributes: Attributes) -> Result<(), PackError> {
    let directory = Entry { kind: EntryKind::Directory, attributes };
    match tree.entry(path.clone()).or_insert(directory).kind {
        EntryKind::Directory => Ok(()),
        EntryKind::File(_) | EntryKind::Symlink(_) => Err(PackError::Occupied(path)),
    }
}

/// Everything where the links of the base lead.
fn on_base(tree: Tree, contents: &Contents) -> Result<Tree, PackError> {
    let mut placed = Tree::new();
    for (path, entry) in tree {
        let occupied = || PackError::Occupied(path.clone());
        // A directory that is a link in the base is where that leads.
        let is_directory = entry.kind == EntryKind::Directory;
        let place = if is_directory && contents.lies(&path) == Lies::Directory {
            contents.directory(&path)
        } else {
            contents.place(&path)
        };
        let place = place.ok_or_else(occupied)?;
        match (placed.get(&place).map(|it: &Entry| &it.kind), &entry.kind) {
            (None, _) => {
                placed.insert(place, entry);
            }
            (Some(EntryKind::Directory), EntryKind::Directory) => {}
            (Some(_), _) => return Err(occupied()),
        }
    }
    Ok(placed)
}

fn leave_the_base_alone(tree: &mut Tree, contents: &Contents) -> Result<(), PackError> {
    let mut occupied = None;
    tree.retain(|path, entry| {
        let (lies, is_directory) = (contents.lies(path), entry.kind == EntryKind::Directory);
        let clashes = match lies {
            Lies::Nothing => false,
            Lies::Directory => !is_directory,
            Lies::File { .. } => is_directory,
        };
        if clashes {
            occupied.get_or_insert_with(|| path.clone());
        }
        !(is_directory && lies == Lies::Directory)
    });
    occupied.map_or(Ok(()), |path| Err(PackError::Occupied(path)))
}

fn leave_the_system_alone(tree: &mut Tree) -> Result<(), PackError> {
    let occupied = |path: &str| Err(PackError::Occupied(path.to_owned()));
    for path in FILES {
        if tree.get(path).is_some_and(|it| it.kind == EntryKind::Directory) {
            return occupied(path);
        }
    }
    for path in DIRECTORIES {
        if tree.remove(path).is_some_and(|it| it.kind != EntryKind::Directory) {
            return occupied(path);
        }
    }
    Ok(())
}

/// What the engine starts must be in the image: there is no shell that could say what is missing.
///
/// # Errors
/// [`PackError::NoProgram`], for an absolute path that the image does not have. A bare name is
/// looked up on `PATH`, which a user may change.
pub(super) fn check_runnable(
    spec: &ImageSpec,
    tree: &Tree,
    ground: Ground<'_>,
) -> Result<(), PackError> {
    let entrypoint = spec.entrypoint.as_ref().and_then(|it| it.first());
    let healthcheck = spec.healthcheck.as_ref().and_then(|it| it.test.get(1));
    for (key, program) in [("entrypoint", entrypoint), ("healthcheck", healthcheck)] {
        let Some(path) = program.filter(|it| it.starts_with('/')) else { continue };
        let is_there = files::image_path(path)
            .and_then(|path| tree.get(&path))
            .is_some_and(|entry| entry.kind != EntryKind::Directory);
        // A link to a directory of the image may lead there too.
        let through_link = path.match_indices('/').any(|(end, _)| {
            let parent = tree.get(path.get(1..end).unwrap_or_default());
            parent.is_some_and(|it| matches!(it.kind, EntryKind::Symlink(_)))
        });
        let in_base = || {
            let contents = ground.contents();
            contents.is_some_and(|it| it.lies(path) == Lies::File { executable: true })
        };
        if !is_there && !through_link && !in_base() {
            return Err(PackError::NoProgram { key, path: path.clone() });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn program(name: &str) -> Program {
        Program { name: name.to_owned(), path: "built".into(), audit: None }
    }

    fn files(entries: &[(&str, EntryKind)]) -> Tree {
        let entry = |kind| Entry { kind, attributes: Attributes::root(0o755) };
        entries.iter().map(|(path, kind)| ((*path).to_owned(), entry(kind.clone()))).collect()
    }

    fn spec(workdir: &str, volumes: &[&str]) -> ImageSpec {
        let volumes = volumes.iter().map(|&it| it.to_owned()).collect();
        ImageSpec { workdir: Some(workdir.to_owned()), volumes, ..ImageSpec::default() }
    }

    fn paths(tree: &Tree) -> Vec<&str> {
        tree.keys().map(String::as_str).collect()
    }

    #[test]
    fn volumes_belong_to_the_user_and_their_parents_to_root() {
        let tree =
            app_tree(&spec("/", &["/var/lib/app"]), &[], None, &Tree::new(), Ground::Scratch)
                .unwrap();
        let owners: Vec<_> = tree.iter().map(|(path, it)| (&**path, it.attributes.uid)).collect();
        assert_eq!(owners, [("var", 0), ("var/lib", 0), ("var/lib/app", 65532)]);
    }

    #[test]
    fn directories_of_the_system_are_not_named_again() {
        let file = || EntryKind::File("x".into());
        let own = files(&[
            ("etc", EntryKind::Directory),
            ("home/nonroot", EntryKind::Directory),
            ("home/nonroot/.profile", file()),
            ("tmp", EntryKind::Directory),
            ("tmp/a", file()),
        ]);
        let spec = spec("/home/nonroot", &["/tmp", "/home", "/etc/ssl"]);
        let tree = app_tree(&spec, &[], None, &own, Ground::Scratch).unwrap();
        assert_eq!(paths(&tree), ["home/nonroot/.profile", "tmp/a"]);
    }

    #[test]
    fn files_can_not_be_directories_as_well() {
        let own = files(&[("srv/a", EntryKind::File("x".into()))]);
        for (workdir, volume) in [
            ("/etc/passwd", "/v"),
            ("/etc/passwd/x", "/v"),
            ("/", "/etc/ssl/certs/ca-certificates.crt"),
            ("/", "/usr/local/bin/app"),
            ("/usr/local/bin/app", "/v"),
            ("/srv/a", "/v"),
            ("/", "/srv/a/b"),
        ] {
            let result =
                app_tree(&spec(workdir, &[volume]), &[program("app")], None, &own, Ground::Scratch);
            assert!(
                matches!(result, Err(PackError::Occupied(_))),
                "{workdir} {volume}: {result:?}"
            );
        }
        for (path, kind) in [
            ("tmp", EntryKind::File("x".into())),
            ("etc/ssl", EntryKind::Symlink("x".to_owned())),
            ("etc/group/x", EntryKind::File("x".into())),
            ("usr/local/bin/app", EntryKind::File("x".into())),
        ] {
            let own = files(&[(path, kind)]);
            let result = app_tree(&spec("/", &[]), &[program("app")], None, &own, Ground::Scratch);
            assert!(matches!(result, Err(PackError::Occupied(_))), "{path}: {result:?}");
        }
    }

    #[test]
    fn files_of_the_system_may_be_replaced_by_files() {
        let own = files(&[("etc/passwd", EntryKind::File("x".into()))]);
        let tree = app_tree(&spec("/", &[]), &[], None, &own, Ground::Scratch).unwrap();
        assert_eq!(paths(&tree), ["etc/passwd"]);
    }

    #[test]
    fn nothing_is_named_like_a_whiteout() {
        for (workdir, volume, name) in [
            ("/", "/v", ".wh.app"),
            ("/a/.wh..wh..opq", "/v", "app"),
            ("/", "/etc/.wh.ssl/x", "app"),
        ] {
            let spec = spec(workdir, &[volume]);
            let result = app_tree(&spec, &[program(name)], None, &Tree::new(), Ground::Scratch);
            assert!(matches!(result, Err(PackError::Whiteout(_))), "{name}: {result:?}");
        }
    }

    #[test]
    fn a_spec_is_checked_without_programs() {
        let project = tempfile::tempdir().unwrap();
        let check = |spec: &ImageSpec| crate::pack::check(spec, project.path(), true);
        let fine = spec("/srv", &["/data"]);
        check(&fine).unwrap();
        let unknown = ImageSpec { user: Some("app".to_owned()), ..fine.clone() };
        assert!(matches!(check(&unknown), Err(PackError::UnknownUser { .. })));
        let under_init = spec("/usr/local/bin/pid1", &[]);
        check(&under_init).unwrap();
        let under_init = ImageSpec { init: crate::spec::Init::Pid1, ..under_init };
        assert!(matches!(check(&under_init), Err(PackError::Occupied(_))));
        let file = crate::spec::FileSpec {
            from: "missing".into(),
            to: "/x".to_owned(),
            mode: None,
            owner: (0, 0),
        };
        let missing = ImageSpec { files: vec![file], ..fine };
        assert!(matches!(check(&missing), Err(PackError::Files(_))));
    }
}

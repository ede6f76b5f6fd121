//! The files of the project that settings put into the image.
//!
//! What is named must lie in the project: a symbolic link that leads out of it is an error, as it
//! would put a file of the machine into the image, and another one on the next machine.
//!
//! A directory is copied whole, but for what surely is not meant:
//!
//! - `.git`, directories with a `CACHEDIR.TAG` (as Cargo's target directory has) and directories
//!   with an `oci-layout` (images that were made here) are left out.
//! - Files named like secrets are an error: `.env` and `.env.*` (but not the examples
//!   `.env.example`, `.env.sample` and `.env.template`), `*.pem`, and the private keys of SSH
//!   (`id_rsa` and the like).
//!
//! Neither holds for the very file or directory that a `from` names: that is the user's decision.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs, io, iter,
    path::{Component, Path, PathBuf},
};

use plimsoll_image::layer::Attributes;

use crate::spec::FileSpec;

/// No project nests directories deeper; a file system that does is broken.
const MOST_DEPTH: usize = 64;

/// Entries by their paths in the image, without a leading `/`; parents stand before children.
pub type Tree = BTreeMap<String, Entry>;

/// An entry of a layer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// What it is.
    pub kind: EntryKind,
    /// Mode and owner.
    pub attributes: Attributes,
}

/// What an entry is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EntryKind {
    /// A directory.
    Directory,
    /// A file, by its real path on this machine.
    File(PathBuf),
    /// A symbolic link to this target.
    Symlink(String),
}

/// Why files can't be put into the image.
#[derive(Debug, thiserror::Error)]
pub enum FilesError {
    /// The path, or what a link in it leads to, lies outside of the project.
    #[error("`{}` leads out of the project, to {}", from.display(), target.display())]
    OutsideProject {
        /// As it stands in the settings, or the link that was found.
        from: PathBuf,
        /// Where it leads.
        target: PathBuf,
    },
    /// A link leads to nothing.
    #[error("the symbolic link {} leads to nothing", .0.display())]
    DanglingLink(PathBuf),
    /// A link in a directory leads to a directory elsewhere in the project.
    #[error("the symbolic link {} leads to the directory {}, which is not copied with it", link.display(), target.display())]
    LinkToDirectory {
        /// The link.
        link: PathBuf,
        /// The directory.
        target: PathBuf,
    },
    /// A socket, pipe or device.
    #[error("{} is neither a file nor a directory", .0.display())]
    Special(PathBuf),
    /// A name that is not UTF-8.
    #[error("the name of {} is not valid UTF-8", .0.display())]
    NotUtf8(PathBuf),
    /// The path in the image is not absolute, or has `.` or `..` in it.
    #[error("`{0}` is no path in an image: expected an absolute path without `.` and `..`")]
    BadDestination(String),
    /// A name that deletes files of other layers instead of being one.
    #[error("`/{0}` has a name that begins with `.wh.`, which deletes files in an image")]
    Whiteout(String),
    /// A file that is named like a secret, in a directory that is copied.
    #[error("{} looks like a secret, and would be copied with its directory", .0.display())]
    Secret(PathBuf),
    /// Two files want the same place.
    #[error("two files would be `/{0}` in the image")]
    Duplicate(String),
    /// Directories are nested without end.
    #[error("{} is nested deeper than {MOST_DEPTH} directories", .0.display())]
    TooDeep(PathBuf),
    /// The file system refused.
    #[error("cannot read {}", path.display())]
    Io {
        /// Which path.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// Finds all files that `specs` name below `project`.
///
/// # Errors
/// The first of [`FilesError`]'s that is met.
pub fn collect(project: &Path, specs: &[FileSpec]) -> Result<Tree, FilesError> {
    let mut tree = Tree::new();
    if specs.is_empty() {
        return Ok(tree);
    }
    let project = real_path(project)?;
    let source = |spec: &FileSpec| inside(&project, &spec.from, &project.join(&spec.from));
    let sources = specs.iter().map(source).collect::<Result<Vec<_>, _>>()?;
    let named: BTreeSet<&Path> = sources.iter().map(PathBuf::as_path).collect();
    for (spec, top) in specs.iter().zip(&sources) {
        let destination = destination(spec, top)?;
        let mut walk = Walk { project: &project, named: &named, top, spec, tree: &mut tree };
        walk.add(top, &destination, 0)?;
    }
    Ok(tree)
}

/// Checks an absolute path of an image and gives it without the leading `/`.
pub fn image_path(path: &str) -> Option<String> {
    let relative = path.strip_prefix('/')?.trim_end_matches('/');
    let fine = |name: &str| !matches!(name, "" | "." | "..") && !name.contains(['\0', '\n']);
    (relative.is_empty() || relative.split('/').all(fine)).then(|| relative.to_owned())
}

/// Whether an entry of this path would delete one of a lower layer: a whiteout of the OCI image
/// specification.
pub fn is_whiteout(path: &str) -> bool {
    path.split('/').any(|name| name.starts_with(".wh."))
}

fn destination(spec: &FileSpec, source: &Path) -> Result<String, FilesError> {
    let bad = || FilesError::BadDestination(spec.to.clone());
    let mut path = image_path(&spec.to).ok_or_else(bad)?;
    if spec.to.ends_with('/') && !source.is_dir() {
        // The name of the link, not of what it leads to, is what the user sees.
        let name = spec.from.file_name().or(source.file_name()).ok_or_else(bad)?;
        let name = name.to_str().ok_or_else(|| FilesError::NotUtf8(source.to_owned()))?;
        path = if path.is_empty() { name.to_owned() } else { format!("{path}/{name}") };
    }
    if path.is_empty() && !source.is_dir() { Err(bad()) } else { Ok(path) }
}

struct Walk<'a> {
    project: &'a Path,
    /// The real paths of all that the settings name.
    named: &'a BTreeSet<&'a Path>,
    /// What is being copied, as a real path.
    top: &'a Path,
    spec: &'a FileSpec,
    tree: &'a mut Tree,
}

impl Walk<'_> {
    fn add(&mut self, source: &Path, path: &str, depth: usize) -> Result<(), FilesError> {
        let metadata = fs::symlink_metadata(source).map_err(failed(source))?;
        if metadata.is_symlink() {
            return self.add_link(source, path);
        }
        if metadata.is_file() {
            return self.add_file(source, path, &metadata);
        }
        if !metadata.is_dir() {
            return Err(FilesError::Special(source.to_owned()));
        }
        if depth >= MOST_DEPTH {
            return Err(FilesError::TooDeep(source.to_owned()));
        }
        if !path.is_empty() {
            self.insert(path, EntryKind::Directory, 0o755)?;
        }
        let mut names = Vec::new();
        for entry in fs::read_dir(source).map_err(failed(source))? {
            names.push(entry.map_err(failed(source))?.file_name());
        }
        names.sort();
        for name in names {
            let child = source.join(&name);
            if is_skipped(&child) {
                continue;
            }
            let name = name.to_str().ok_or_else(|| FilesError::NotUtf8(child.clone()))?;
            let path = if path.is_empty() { name.to_owned() } else { format!("{path}/{name}") };
            self.add(&child, &path, depth + 1)?;
        }
        Ok(())
    }

    fn add_file(
        &mut self,
        source: &Path,
        path: &str,
        metadata: &fs::Metadata,
    ) -> Result<(), FilesError> {
        if is_secret(source) && !self.named.contains(source) {
            return Err(FilesError::Secret(source.to_owned()));
        }
        let usual = if is_executable(metadata) { 0o755 } else { 0o644 };
        let mode = self.spec.mode.unwrap_or(usual);
        self.insert(path, EntryKind::File(source.to_owned()), mode)
    }

    /// A link that stays in what is copied is kept; else the file that it leads to is copied.
    fn add_link(&mut self, link: &Path, path: &str) -> Result<(), FilesError> {
        let real = inside(self.project, link, link)?;
        if is_secret(link) && !self.named.contains(&*real) {
            return Err(FilesError::Secret(link.to_owned()));
        }
        let target = fs::read_link(link).map_err(failed(link))?;
        if self.leads_inside(link, &target) {
            let target =
                target.to_str().ok_or_else(|| FilesError::NotUtf8(link.to_owned()))?.to_owned();
            return self.insert(path, EntryKind::Symlink(target), 0o777);
        }
        let metadata = fs::metadata(&real).map_err(failed(&real))?;
        if metadata.is_file() {
            self.add_file(&real, path, &metadata)
        } else {
            Err(FilesError::LinkToDirectory { link: link.to_owned(), target: real })
        }
    }

    /// Whether the way that the link's text takes stays in the directory, as in the image there is
    /// something else around it. Going up from what may be a link can't be followed in the text;
    /// links on the way down are entries of their own, which are checked as this one is.
    fn leads_inside(&self, link: &Path, target: &Path) -> bool {
        let Some(place) = link.parent().and_then(|it| it.strip_prefix(self.top).ok()) else {
            return false;
        };
        let mut way = target.components().filter(|it| *it != Component::CurDir).peekable();
        let up = iter::from_fn(|| way.next_if_eq(&Component::ParentDir)).count();
        let mut reached = self.top.join(place);
        up <= place.components().count()
            && (0..up).all(|_| reached.pop())
            && way.all(|name| {
                reached.push(name);
                matches!(name, Component::Normal(_)) && !is_skipped(&reached)
            })
    }

    fn insert(&mut self, path: &str, kind: EntryKind, mode: u32) -> Result<(), FilesError> {
        if is_whiteout(path) {
            return Err(FilesError::Whiteout(path.to_owned()));
        }
        let (uid, gid) = self.spec.owner;
        let entry = Entry { kind, attributes: Attributes { mode, uid, gid } };
        match self.tree.get(path) {
            Some(old) if old.kind != entry.kind => {
                return Err(FilesError::Duplicate(path.to_owned()));
            }
            // The same file, once by its directory: what names the file itself decides its mode.
            Some(Entry { kind: EntryKind::File(source), .. }) if source.as_path() != self.top => {}
            // Two specs may fill one directory.
            _ => drop(self.tree.insert(path.to_owned(), entry)),
        }
        Ok(())
    }
}

/// Whether a directory is copied without this child.
fn is_skipped(path: &Path) -> bool {
    let is_directory = || fs::symlink_metadata(path).is_ok_and(|it| it.is_dir());
    let mut marks = ["CACHEDIR.TAG", "oci-layout"].iter();
    path.ends_with(".git") || marks.any(|mark| path.join(mark).is_file()) && is_directory()
}

/// Whether the name of a file says that it is not for others.
fn is_secret(path: &Path) -> bool {
    let name = path.file_name().and_then(|it| it.to_str()).unwrap_or_default();
    let example = matches!(name, ".env.example" | ".env.sample" | ".env.template");
    let keys = ["id_rsa", "id_dsa", "id_ecdsa", "id_ecdsa_sk", "id_ed25519", "id_ed25519_sk"];
    (name == ".env" || name.starts_with(".env.") && !example)
        || path.extension().is_some_and(|it| it.eq_ignore_ascii_case("pem"))
        || keys.contains(&name)
}

/// The real path of `path`, which must lie in the project.
fn inside(project: &Path, from: &Path, path: &Path) -> Result<PathBuf, FilesError> {
    let is_link = || fs::symlink_metadata(path).is_ok_and(|it| it.is_symlink());
    let real = match fs::canonicalize(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound && is_link() => {
            return Err(FilesError::DanglingLink(path.to_owned()));
        }
        // A path that leaves the project is told even where it names nothing.
        Err(_) if from.components().any(|it| it == Component::ParentDir) => path.to_owned(),
        other => other.map_err(failed(path))?,
    };
    if real.starts_with(project) && !real.components().any(|it| it == Component::ParentDir) {
        return Ok(real);
    }
    Err(FilesError::OutsideProject { from: from.to_owned(), target: real })
}

fn real_path(path: &Path) -> Result<PathBuf, FilesError> {
    fs::canonicalize(path).map_err(failed(path))
}

#[cfg(unix)]
fn is_executable(metadata: &fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt as _;

    metadata.permissions().mode() & 0o111 != 0
}

#[cfg(not(unix))]
fn is_executable(_: &fs::Metadata) -> bool {
    false
}

fn failed(path: &Path) -> impl FnOnce(io::Error) -> FilesError {
    move |source| FilesError::Io { path: path.to_owned(), source }
}

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    use super::*;

    fn project() -> tempfile::TempDir {
        let directory = tempfile::tempdir().unwrap();
        let root = directory.path();
        fs::create_dir_all(root.join("static/css")).unwrap();
        fs::write(root.join("static/index.html"), "x").unwrap();
        fs::write(root.join("static/css/a.css"), "y").unwrap();
        fs::write(root.join("run.sh"), "z").unwrap();
        fs::set_permissions(root.join("run.sh"), fs::Permissions::from_mode(0o700)).unwrap();
        directory
    }

    fn spec(from: &str, to: &str) -> FileSpec {
        FileSpec { from: from.into(), to: to.to_owned(), mode: None, owner: (0, 0) }
    }

    fn paths(tree: &Tree) -> Vec<(&str, u32)> {
        tree.iter().map(|(path, entry)| (&**path, entry.attributes.mode)).collect()
    }

    #[test]
    fn directories_are_copied_whole_and_files_by_name() {
        let project = project();
        let specs = [spec("static", "/srv/www"), spec("run.sh", "/usr/bin/")];
        let tree = collect(project.path(), &specs).unwrap();
        assert_eq!(
            paths(&tree),
            [
                ("srv/www", 0o755),
                ("srv/www/css", 0o755),
                ("srv/www/css/a.css", 0o644),
                ("srv/www/index.html", 0o644),
                ("usr/bin/run.sh", 0o755),
            ]
        );
    }

    #[test]
    fn links_that_stay_are_kept_and_others_in_the_project_are_followed() {
        let project = project();
        symlink("index.html", project.path().join("static/home.html")).unwrap();
        symlink("../run.sh", project.path().join("static/run")).unwrap();
        let tree = collect(project.path(), &[spec("static", "/www")]).unwrap();
        assert_eq!(tree["www/home.html"].kind, EntryKind::Symlink("index.html".to_owned()));
        let EntryKind::File(source) = &tree["www/run"].kind else { panic!("not a file") };
        assert!(source.ends_with("run.sh"));
    }

    #[test]
    fn whatever_leads_out_of_the_project_is_refused() {
        let project = project();
        symlink("/etc/passwd", project.path().join("static/passwd")).unwrap();
        symlink("..", project.path().join("up")).unwrap();
        for from in ["static", "static/passwd", "../x", "/etc/passwd", "up", "static/../../etc"] {
            let error = collect(project.path(), &[spec(from, "/x")]).unwrap_err();
            assert!(matches!(error, FilesError::OutsideProject { .. }), "{from}: {error}");
        }
    }

    #[test]
    fn links_that_lead_nowhere_or_to_directories_elsewhere_are_refused() {
        let project = project();
        symlink("nothing", project.path().join("dangling")).unwrap();
        let error = collect(project.path(), &[spec("dangling", "/x")]).unwrap_err();
        assert!(matches!(error, FilesError::DanglingLink(_)));
        symlink("..", project.path().join("static/loop")).unwrap();
        let error = collect(project.path(), &[spec("static", "/x")]).unwrap_err();
        assert!(matches!(error, FilesError::LinkToDirectory { .. }));
    }

    #[test]
    fn destinations_must_be_absolute_and_plain() {
        let project = project();
        for to in ["x", "", "/a/../b", "/a//b", "/./a", "/"] {
            let result = collect(project.path(), &[spec("run.sh", to)]);
            let into_root = to == "/";
            assert_eq!(result.is_ok(), into_root, "{to}: {result:?}");
        }
    }

    #[test]
    fn two_files_for_one_place_are_refused() {
        let project = project();
        let specs = [spec("run.sh", "/x"), spec("static/index.html", "/x")];
        let error = collect(project.path(), &specs).unwrap_err();
        assert!(matches!(error, FilesError::Duplicate(path) if path == "x"));
    }

    #[test]
    fn links_whose_text_leaves_the_directory_are_followed() {
        let project = project();
        let root = project.path().join("static");
        fs::create_dir_all(root.join("p/q")).unwrap();
        symlink("../../static/index.html", root.join("css/by_name")).unwrap();
        symlink("../../css", root.join("p/q/up")).unwrap();
        symlink("p/q/up/../../static/index.html", root.join("by_link")).unwrap();
        symlink("./.././index.html", root.join("css/stays")).unwrap();
        let tree = collect(project.path(), &[spec("static", "/www")]).unwrap();
        for path in ["www/css/by_name", "www/by_link"] {
            let EntryKind::File(source) = &tree[path].kind else { panic!("{path}: not a file") };
            assert!(source.ends_with("static/index.html"));
        }
        assert_eq!(tree["www/p/q/up"].kind, EntryKind::Symlink("../../css".to_owned()));
        assert_eq!(tree["www/css/stays"].kind, EntryKind::Symlink("./.././index.html".to_owned()));
    }

    #[test]
    fn whiteouts_are_refused_wherever_they_come_from() {
        let project = project();
        fs::write(project.path().join(".wh.passwd"), "").unwrap();
        fs::create_dir(project.path().join("static/.wh..wh..opq")).unwrap();
        for (from, to) in [("run.sh", "/.wh.a/b"), (".wh.passwd", "/"), ("static", "/")] {
            let error = collect(project.path(), &[spec(from, to)]).unwrap_err();
            assert!(matches!(error, FilesError::Whiteout(_)), "{from} {to}: {error}");
        }
    }

    #[test]
    fn repositories_caches_and_images_are_left_out_unless_they_are_named() {
        let project = project();
        let root = project.path();
        for file in ["static/.git/HEAD", "static/target/CACHEDIR.TAG", "static/image/oci-layout"] {
            fs::create_dir(root.join(file).parent().unwrap()).unwrap();
            fs::write(root.join(file), "x").unwrap();
        }
        symlink("target/CACHEDIR.TAG", root.join("static/tag")).unwrap();
        let tree = collect(root, &[spec("static", "/")]).unwrap();
        let names: Vec<_> = tree.keys().collect();
        assert_eq!(names, ["css", "css/a.css", "index.html", "tag"]);
        // What the link led to is not there.
        assert!(matches!(tree["tag"].kind, EntryKind::File(_)));
        let tree = collect(root, &[spec("static/target", "/"), spec("static/.git", "/")]).unwrap();
        assert_eq!(tree.keys().collect::<Vec<_>>(), ["CACHEDIR.TAG", "HEAD"]);
    }

    #[test]
    fn secrets_are_copied_only_where_they_are_named() {
        for name in [".env", ".env.local", "server.PEM", "id_rsa", "id_ed25519"] {
            let project = project();
            let root = project.path();
            let whole = spec("static", "/www");
            fs::write(root.join("static/.env.example"), "").unwrap();
            collect(root, std::slice::from_ref(&whole)).unwrap();
            let path = format!("static/{name}");
            fs::write(root.join(&path), "").unwrap();
            let error = collect(root, std::slice::from_ref(&whole)).unwrap_err();
            assert!(matches!(&error, FilesError::Secret(it) if it.ends_with(&path)), "{error}");
            let named = FileSpec { mode: Some(0o400), ..spec(&path, "/www/") };
            for specs in [[whole.clone(), named.clone()], [named, whole]] {
                let tree = collect(root, &specs).unwrap();
                assert_eq!(tree[&format!("www/{name}")].attributes.mode, 0o400);
            }
        }
    }

    #[test]
    fn a_link_does_not_hide_a_secret() {
        for (secret, link) in [(".env", "config"), ("config", ".env")] {
            let project = project();
            fs::write(project.path().join(secret), "").unwrap();
            symlink(format!("../{secret}"), project.path().join("static").join(link)).unwrap();
            let error = collect(project.path(), &[spec("static", "/www")]).unwrap_err();
            assert!(matches!(error, FilesError::Secret(_)));
            let named = spec(&format!("static/{link}"), "/");
            assert!(collect(project.path(), &[named]).unwrap().contains_key(link));
        }
    }
}

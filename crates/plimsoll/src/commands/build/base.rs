//! What the image stands on: found, locked, and there for each platform.

use std::{
    cell::RefCell,
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use plimsoll_build::base::{
    Base, BaseName, Root, Source,
    lock::{self, Lock, Locked},
    store::{DEFAULT_LIMIT, Store},
};
use plimsoll_image::{Platform, Reference};

use super::Context;
use crate::{environment, failure::Failure, registry};

/// The base, for whatever platforms it is asked for.
#[derive(Debug)]
pub(super) struct Bases {
    /// Nothing where the image is made from scratch.
    root: Option<Root>,
    images: RefCell<BTreeMap<Platform, Arc<Base>>>,
    store: Option<OpenStore>,
}

/// What was downloaded before, and the directory that goes with it where it can't be kept.
#[derive(Debug)]
struct OpenStore {
    store: Arc<Store>,
    _temporary: Option<tempfile::TempDir>,
}

/// What the lock file says, and where it is.
#[derive(Debug)]
struct LockFile {
    path: PathBuf,
    lock: Lock,
}

/// The base that is asked for: by the command line, the environment, or the settings.
pub(super) fn name(context: &Context<'_>) -> Result<BaseName, Failure> {
    if let Some(base) = &context.args.base {
        let here = std::env::current_dir()?;
        return Ok(base.clone().relative_to(&here));
    }
    let base = context.settings.file.image.base(context.settings_directory())?;
    Ok(base.unwrap_or_default())
}

/// The base in words, for a plan: with its digest, if that is locked. Nothing is asked of a registry.
pub(super) fn describe(context: &Context<'_>, base: &BaseName) -> Result<String, Failure> {
    let BaseName::Registry { name, reference } = base else { return Ok(base.to_string()) };
    if reference.digest.is_some() {
        return Ok(name.clone());
    }
    let lock = LockFile::read(context)?;
    Ok(match lock.find(base)? {
        Some(locked) if !context.args.update_base => match base.short() {
            Some(_) => format!("{name} ({}@{})", locked.reference, locked.digest),
            None => format!("{name} ({})", locked.digest),
        },
        _ => match base.short() {
            Some(_) => format!("{name} ({reference}, to be written to {})", lock::FILE),
            None => format!("{name} (to be written to {})", lock::FILE),
        },
    })
}

/// Finds the base, in its registry if need be, and locks it.
pub(super) fn find(context: &Context<'_>, base: &BaseName) -> Result<Bases, Failure> {
    let images = RefCell::default();
    if *base == BaseName::Scratch {
        if context.args.update_base {
            context.ui.note("there is no base to update: the image is made from scratch");
        }
        return Ok(Bases { root: None, images, store: None });
    }
    let store = OpenStore::open(context)?;
    let client = (!context.args.offline).then(|| {
        Arc::new(registry::client(
            &context.settings.file.registry,
            &context.args.registry.insecure,
            None,
        ))
    });
    let events = Arc::new(context.ui.transfers("downloading"));
    let source = Source { store: Arc::clone(&store.store), client, events };
    let root = match base {
        BaseName::Registry { name, reference } if reference.digest.is_none() => {
            locked(context, base, name, reference, source)?
        }
        _ => Root::look_up(base, source)?,
    };
    Ok(Bases { root: Some(root), images, store: Some(store) })
}

/// The base as it is locked; one that is not is looked up and locked.
fn locked(
    context: &Context<'_>,
    base: &BaseName,
    name: &str,
    reference: &Reference,
    source: Source,
) -> Result<Root, Failure> {
    let mut file = LockFile::read(context)?;
    let update = context.args.update_base;
    if let Some(Locked { reference, digest }) =
        (!update).then(|| file.find(base)).transpose()?.flatten()
    {
        return Ok(Root::locked(name, reference, digest, source)?);
    }
    if update && context.args.offline {
        return Err(Failure::new("--update-base asks a registry, and --offline forbids it")
            .hint("leave one of them out"));
    }
    let root = Root::look_up(base, source)?;
    let locked = Locked { reference: reference.clone(), digest: *root.digest() };
    let before = file.lock.set(name, locked.clone());
    let moved = match &before {
        None if BaseName::short(base).is_some() => {
            format!("the base {name} is {reference}@{}", root.digest())
        }
        None => format!("the base {name} is {}", root.digest()),
        Some(old) if *old == locked => {
            context.ui.note(format!("the base {name} is current: {}", root.digest()));
            return Ok(root);
        }
        Some(Locked { reference: from, digest }) => {
            let (from, to) = if from == reference {
                (String::new(), String::new())
            } else {
                (format!("{from}@"), format!("{reference}@"))
            };
            format!("the base {name} moves: {from}{digest} -> {to}{}", root.digest())
        }
    };
    match file.lock.write(&file.path) {
        Ok(()) => context.ui.note(format!("{moved} (written to {})", file.path.display())),
        // The image is what it is all the same; the next build may get another one.
        Err(error) if !update => {
            context.ui.note(moved);
            let reason = std::error::Error::source(&error).map(|it| format!(": {it}"));
            context.ui.warning(format!("{error}{}", reason.unwrap_or_default()));
        }
        Err(error) => return Err(error.into()),
    }
    Ok(root)
}

impl Bases {
    /// The base for a platform; nothing where the image is made from scratch.
    pub(super) fn image(&self, platform: &Platform) -> Result<Option<Arc<Base>>, Failure> {
        let Some(root) = &self.root else { return Ok(None) };
        if let Some(base) = self.images.borrow().get(platform) {
            return Ok(Some(Arc::clone(base)));
        }
        let base = Arc::new(root.image(platform)?);
        self.images.borrow_mut().insert(platform.clone(), Arc::clone(&base));
        Ok(Some(base))
    }

    /// Says what of the bases is not in the image.
    pub(super) fn note_what_is_left_out(&self, context: &Context<'_>) {
        if let Some(base) = self.images.borrow().values().find(|it| it.has_triggers()) {
            context.ui.note(format!(
                "the base {} has ONBUILD triggers, which a Dockerfile alone runs: they are left out",
                base.name()
            ));
        }
    }

    /// Removes what was not used for longest from what is kept.
    pub(super) fn tidy(&self) {
        if let Some(open) = &self.store {
            open.store.tidy();
        }
    }
}

impl OpenStore {
    fn open(context: &Context<'_>) -> Result<Self, Failure> {
        let limit = environment::cache_size()?.unwrap_or(DEFAULT_LIMIT);
        let place = environment::cache_directory().map(|it| it.join("bases"));
        let opened = place.as_deref().map(|place| Store::open(place, limit));
        let reason = match opened {
            Some(Ok(store)) => return Ok(Self { store: Arc::new(store), _temporary: None }),
            Some(Err(error)) => match std::error::Error::source(&error) {
                Some(reason) => format!("{error}: {reason}"),
                None => error.to_string(),
            },
            None => "this user has no home directory".to_owned(),
        };
        context.ui.note(format!("no base is kept for the next build, as {reason}"));
        let temporary = tempfile::tempdir()?;
        let store = Arc::new(Store::open(temporary.path(), limit)?);
        Ok(Self { store, _temporary: Some(temporary) })
    }
}

impl LockFile {
    /// Reads the lock file beside the settings, else beside the manifest of the workspace.
    fn read(context: &Context<'_>) -> Result<Self, Failure> {
        let directory = match &context.settings.path {
            Some(_) => context.settings_directory().to_owned(),
            None => workspace(&context.directory),
        };
        let path = directory.join(lock::FILE);
        Ok(Self { lock: Lock::read(&path)?, path })
    }

    /// What a base is locked to.
    fn find(&self, base: &BaseName) -> Result<Option<&Locked>, Failure> {
        let BaseName::Registry { name, reference } = base else { return Ok(None) };
        let Some(locked) = self.lock.get(name) else { return Ok(None) };
        // What a short name means may have been another release when it was locked.
        let is_short = base.short().is_some();
        let fits = if is_short {
            locked.reference.repository == reference.repository
        } else {
            locked.reference.repository == reference.repository
                && locked.reference.tag_or_latest() == reference.tag_or_latest()
        };
        if fits {
            return Ok(Some(locked));
        }
        Err(Failure::new(format!(
            "{} says that the base {name} is {}, which is another image than {reference}",
            self.path.display(),
            locked.reference
        ))
        .hint("`plimsoll build --update-base` writes it anew"))
    }
}

/// The directory of the manifest that has the workspace, else of the nearest manifest.
fn workspace(directory: &Path) -> PathBuf {
    let is_root = |place: &&Path| {
        let text = fs::read_to_string(place.join("Cargo.toml")).unwrap_or_default();
        text.parse::<toml::Table>().is_ok_and(|it| it.contains_key("workspace"))
    };
    let has_manifest = |place: &&Path| place.join("Cargo.toml").is_file();
    let found = directory.ancestors().find(is_root);
    let found = found.or_else(|| directory.ancestors().find(has_manifest));
    found.unwrap_or(directory).to_owned()
}

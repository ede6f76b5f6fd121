//! Packs programs and files into an image.

use std::{
    collections::BTreeMap,
    fs,
    io::{self, Read},
    path::{Path, PathBuf},
    sync::Arc,
};

use plimsoll_image::{
    Blob, Bundle, Compression, Digest, History, ImageConfig, Platform, RootFs, bundle::Part,
    layer::Layer,
};

use crate::{
    base::{Base, BaseError, contents::Lies},
    cache::{Cache, CacheError},
    elf::ElfError,
    files::{self, FilesError},
    labels::rfc3339,
    spec::{BINARY_DIRECTORY, ImageSpec, Init},
    system::{SystemLayer, content::CERTIFICATES},
};

mod app;
mod ground;
mod inherit;
mod run_config;
mod tree;

use ground::Ground;
use plimsoll_registry::Mounts;
use tree::app_tree;

/// What process 1 is called in the image when it is `pid1-exe`.
const PID1: &str = "pid1";
/// What the layers of a base are called.
const BASE_STEP: &str = "base";
/// Where the time zone database is.
const ZONES: &str = "usr/share/zoneinfo";
const BASE_NAME: &str = "org.opencontainers.image.base.name";
const BASE_DIGEST: &str = "org.opencontainers.image.base.digest";

/// What an image is made of.
#[derive(Debug)]
pub struct Request<'a> {
    /// What the user wants it to be.
    pub spec: &'a ImageSpec,
    /// The directory to which the spec's files are relative, and which they must not leave.
    pub project: &'a Path,
    /// The programs, for each platform.
    pub platforms: Vec<Programs>,
    /// Labels and annotations made from facts; the spec's own win.
    pub labels: BTreeMap<String, String>,
    /// The time of everything, in seconds since 1970.
    pub time: u64,
    /// How layers are compressed.
    pub compression: Compression,
    /// How many threads compress.
    pub threads: usize,
}

/// The programs for one platform.
#[derive(Clone, Debug)]
pub struct Programs {
    /// The platform.
    pub platform: Platform,
    /// At least one; the first is the entry point.
    pub programs: Vec<Program>,
    /// Process 1, where it is not the program itself. Its name in the image is the settings'.
    pub init: Option<Program>,
    /// What the image stands on; nothing but our system layer where there is none.
    pub base: Option<Arc<Base>>,
}

/// A program on this machine.
#[derive(Clone, Debug)]
pub struct Program {
    /// Its name in the image.
    pub name: String,
    /// Where it is.
    pub path: PathBuf,
    /// The content of its section `.dep-v0`, if it is to get one.
    pub audit: Option<Vec<u8>>,
}

/// Why an image could not be packed.
#[derive(Debug, thiserror::Error)]
pub enum PackError {
    /// A file of the settings.
    #[error("cannot put the files of the settings into the image")]
    Files(#[from] FilesError),
    /// A program and a file want the same place, or a file and a directory do; the one or the other
    /// may be of the system layer.
    #[error("`/{0}` would be two files, or both a file and a directory")]
    Occupied(String),
    /// A program, volume or working directory with a name that deletes files in an image.
    #[error("`/{0}` has a name that begins with `.wh.`, which deletes files of other layers")]
    Whiteout(String),
    /// The engine would have nothing to start.
    #[error("`image.{key}` names {path}, which is not in the image")]
    NoProgram {
        /// The key of the settings.
        key: &'static str,
        /// The path in the image.
        path: String,
    },
    /// A user by name that the image does not have.
    #[error("the image has no user or group `{name}`: {known}")]
    UnknownUser {
        /// The user or group.
        name: String,
        /// Which ones there are, as a sentence.
        known: String,
    },
    /// The base.
    #[error(transparent)]
    Base(#[from] BaseError),
    /// The base contradicts itself.
    #[error("the base {base} can't be built on: {reason}")]
    UnusableBase {
        /// The base, as it was named.
        base: String,
        /// What is wrong with it.
        reason: String,
    },
    /// Reading a file that goes into a layer.
    #[error("cannot read {}", path.display())]
    Read {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The dependency list could not be put into a program.
    #[error("cannot add the list of crates to {}", path.display())]
    Audit {
        /// The program.
        path: PathBuf,
        /// Why.
        source: ElfError,
    },
    /// The cache.
    #[error("cannot keep layers in the cache")]
    Cache(#[from] CacheError),
    /// A layer that is embedded in this program.
    #[error("the embedded system layer is damaged")]
    System(#[source] io::Error),
    /// Metadata can't be encoded.
    #[error("cannot encode the image's metadata")]
    Encode(#[from] serde_json::Error),
}

/// An image, and what making it took.
#[derive(Debug)]
pub struct Packed {
    /// The image.
    pub bundle: Bundle,
    /// What each layer is, by its digest.
    pub steps: Vec<(Digest, &'static str)>,
    /// Where layers of bases lie in registries, so that they can be mounted instead of sent.
    pub mounts: Mounts,
    /// Whether a layer had to be made; else all came from the cache.
    pub made_layers: bool,
}

/// Packs an image. `progress` is told how many bytes of files were read each time.
///
/// # Errors
/// Whatever keeps the image from being made; nothing but the cache was changed then.
pub fn pack(
    request: &Request<'_>,
    cache: &Cache,
    progress: &dyn Fn(u64),
) -> Result<Packed, PackError> {
    let mut labels = request.labels.clone();
    labels.extend(request.spec.labels.clone());
    let files = files::collect(request.project, &request.spec.files)?;
    let mut made_layers = false;
    let mut steps = Vec::new();
    let mut mounts = Mounts::new();
    let mut parts = Vec::new();
    for programs in &request.platforms {
        let ground = Ground::of(programs.base.as_deref(), request.spec)?;
        let mut layers = Vec::new();
        for system in system_layers(request.spec, ground) {
            let (layer, blob, made) = system_layer(system, request.compression, cache)?;
            made_layers |= made;
            layers.push((layer, blob, system.created_by()));
        }
        let init = programs.init.as_ref().map(|it| it.path.as_path());
        let tree = app_tree(request.spec, &programs.programs, init, &files, ground)?;
        tree::check_runnable(request.spec, &tree, ground)?;
        let (layer, blob, made) = app::layer(request, programs, &tree, cache, progress)?;
        made_layers |= made;
        layers.push((layer, blob, "app: programs and files"));
        if let Some(base) = ground.base() {
            steps.extend(base.layers().map(|layer| (layer.descriptor.digest, BASE_STEP)));
            if let Some(repository) = base.repository() {
                let digests = base.layers().map(|it| it.descriptor.digest);
                mounts.extend(digests.map(|it| (it, vec![repository.clone()])));
            }
        }
        steps.extend(layers.iter().map(|(layer, _, step)| (layer.descriptor.digest, *step)));
        parts.push(part(request, programs, ground, layers, labels.clone())?);
    }
    let of_index = request.platforms.first().and_then(|it| it.base.as_deref());
    let of_index = of_index.map(|it| base_annotations(it, it.root())).unwrap_or_default();
    let bundle = Bundle::new(parts, &labels, of_index)?;
    Ok(Packed { bundle, steps, mounts, made_layers })
}

/// Finds what would keep [`pack`] from making the image, as far as it can be told without programs and,
/// where the image is not from scratch, without its base.
///
/// # Errors
/// Files that can't be taken, places that are wanted twice, and users that the image lacks.
pub fn check(spec: &ImageSpec, project: &Path, from_scratch: bool) -> Result<(), PackError> {
    let files = files::collect(project, &spec.files)?;
    if !from_scratch {
        return Ok(());
    }
    // Nothing is read from here: its name in the image is enough.
    let init = init_name(&spec.init).map(Path::new);
    app_tree(spec, &[], init, &files, Ground::Scratch).map(drop)
}

/// The path of a program in the image.
pub fn program_path(name: &str) -> String {
    format!("/{BINARY_DIRECTORY}/{name}")
}

/// The name in the image of process 1.
pub fn init_name(init: &Init) -> Option<&str> {
    match init {
        Init::None => None,
        Init::Pid1 => Some(PID1),
        Init::Program(path) => Some(path.file_name()?.to_str().unwrap_or("init")),
    }
}

/// What a base lacks; from scratch, that is everything.
fn system_layers(spec: &ImageSpec, ground: Ground<'_>) -> Vec<SystemLayer> {
    let mut layers = Vec::new();
    match ground {
        Ground::Scratch => layers.push(SystemLayer::Base),
        Ground::Base { .. }
            if ground.own_certificates().is_none() && ground.takes_certificates() =>
        {
            layers.push(SystemLayer::Certificates);
        }
        Ground::Base { .. } => {}
    }
    let has_zones = ground.contents().is_some_and(|it| it.lies(ZONES) == Lies::Directory);
    if spec.tzdata && !has_zones {
        layers.push(SystemLayer::Zones);
    }
    layers
}

fn system_layer(
    system: SystemLayer,
    compression: Compression,
    cache: &Cache,
) -> Result<(Layer, Blob, bool), PackError> {
    let embedded = system.embedded().map_err(PackError::System)?;
    let content = match embedded {
        Some((layer, blob)) if compression == Compression::Gzip => return Ok((layer, blob, false)),
        Some((layer, _)) => layer.diff_id.to_string(),
        None => system.created_by().to_owned(),
    };
    let version = env!("CARGO_PKG_VERSION");
    let recipe = format!("{content} {} {version}", compression.recipe());
    let recipe = Digest::of(recipe.as_bytes());
    if let Some((layer, blob)) = cache.get(&recipe) {
        return Ok((layer, blob, false));
    }
    let made = cache.make(|sink| system.write(compression, sink))?;
    cache.remember(&recipe, &made.layer)?;
    Ok((made.layer, made.blob, true))
}

fn part(
    request: &Request<'_>,
    programs: &Programs,
    ground: Ground<'_>,
    layers: Vec<(Layer, Blob, &str)>,
    labels: BTreeMap<String, String>,
) -> Result<Part, PackError> {
    let created = Some(rfc3339(request.time));
    let base = ground.base();
    let of_base = |base: &Base| {
        inherit::history(&base.config, &base.name().to_string())
            .map_err(|reason| PackError::UnusableBase { base: base.name().to_string(), reason })
    };
    let mut history = base.map(of_base).transpose()?.unwrap_or_default();
    history.extend(layers.iter().map(|(_, _, step)| History {
        created: created.clone(),
        created_by: Some(format!("plimsoll build: {step}")),
        ..History::default()
    }));
    let ours_are_there = || layers.iter().any(|it| it.2 == SystemLayer::Certificates.created_by());
    let certificates =
        ground.own_certificates().or_else(|| ours_are_there().then_some(CERTIFICATES));
    let config = run_config::run_config(request.spec, programs, ground, certificates, labels)?;
    let own = layers.into_iter().map(|(layer, blob, _)| (layer, blob));
    let layers: Vec<_> = base.into_iter().flat_map(|it| it.layers.clone()).chain(own).collect();
    let config = ImageConfig {
        created,
        platform: platform(programs, base),
        config,
        rootfs: RootFs::of(layers.iter().map(|(layer, _)| layer.diff_id).collect()),
        history,
        other: base.map(|it| inherit::other(&it.config)).unwrap_or_default(),
    };
    let annotations = base.map(|it| base_annotations(it, it.manifest())).unwrap_or_default();
    Ok(Part { config, layers, annotations })
}

/// The platform of the programs, in the base's spelling.
fn platform(programs: &Programs, base: Option<&Base>) -> Platform {
    let same = base.map(Base::platform).filter(|it| it.normalized() == programs.platform);
    same.unwrap_or(&programs.platform).clone()
}

/// What the image stands on, by the annotations that OCI has for it.
fn base_annotations(base: &Base, digest: &Digest) -> BTreeMap<String, String> {
    let mut annotations = BTreeMap::from([(BASE_DIGEST.to_owned(), digest.to_string())]);
    if let Some(name) = base.full_name() {
        annotations.insert(BASE_NAME.to_owned(), name);
    }
    annotations
}

/// Reads a file and tells of it.
struct Reported<'a, R> {
    inner: R,
    progress: &'a dyn Fn(u64),
}

impl<R: Read> Read for Reported<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        (self.progress)(count as u64);
        Ok(count)
    }
}

fn open(path: &Path) -> Result<(fs::File, fs::Metadata), PackError> {
    let read = || {
        let file = fs::File::open(path)?;
        let metadata = file.metadata()?;
        Ok((file, metadata))
    };
    read().map_err(|source| PackError::Read { path: path.to_owned(), source })
}

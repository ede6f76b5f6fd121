//! What a user wants an image to be.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
};

use plimsoll_image::Healthcheck;

/// The user that programs run as unless told otherwise: `nonroot`, as distroless images have it.
pub const NONROOT: &str = "65532:65532";
/// Where programs are put.
pub const BINARY_DIRECTORY: &str = "usr/local/bin";

/// Everything about an image but its programs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImageSpec {
    /// User and group as `name`, `uid`, `uid:gid` or `name:group`. Without one, it is that of the base, or
    /// [`NONROOT`] where that is root or there is none.
    pub user: Option<String>,
    /// The directory in which the program starts: that of the base, else `/`, unless given.
    pub workdir: Option<String>,
    /// Program and fixed arguments; the first binary where none are given.
    pub entrypoint: Option<Vec<String>>,
    /// Arguments that may be replaced.
    pub cmd: Vec<String>,
    /// Environment.
    pub env: BTreeMap<String, String>,
    /// Ports as `3000/tcp`.
    pub ports: BTreeSet<String>,
    /// Directories that are volumes.
    pub volumes: BTreeSet<String>,
    /// Labels, which win over those made from facts.
    pub labels: BTreeMap<String, String>,
    /// The signal that asks the program to end; the engine's default where empty.
    pub stop_signal: String,
    /// How the engine asks whether the service is well.
    pub healthcheck: Option<Healthcheck>,
    /// Files of the project that belong into the image.
    pub files: Vec<FileSpec>,
    /// What is process 1.
    pub init: Init,
    /// Whether the time zone database is in the image.
    pub tzdata: bool,
}

impl Default for ImageSpec {
    fn default() -> Self {
        Self {
            user: None,
            workdir: None,
            entrypoint: None,
            cmd: Vec::new(),
            env: BTreeMap::new(),
            ports: BTreeSet::new(),
            volumes: BTreeSet::new(),
            labels: BTreeMap::new(),
            stop_signal: String::new(),
            healthcheck: None,
            files: Vec::new(),
            init: Init::None,
            tzdata: false,
        }
    }
}

/// A file or directory of the project and its place in the image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileSpec {
    /// Relative to the settings file.
    pub from: PathBuf,
    /// Absolute path in the image; ending in `/`, the directory in which it gets its own name.
    pub to: String,
    /// Permission bits of files; otherwise 0755 for executable files and 0644 for others.
    pub mode: Option<u32>,
    /// Owner and group; otherwise root.
    pub owner: (u64, u64),
}

/// What is process 1 of a container.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Init {
    /// The program itself.
    #[default]
    None,
    /// The crate `pid1-exe`, built for the target.
    Pid1,
    /// A static program of the user's, such as tini-static.
    Program(PathBuf),
}

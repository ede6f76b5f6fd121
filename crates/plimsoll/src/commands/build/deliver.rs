//! Takes a finished image to where it is wanted.

use std::path::PathBuf;

use plimsoll_engine::{Endpoint, Engine, Environment as EngineEnvironment};
use plimsoll_image::{
    Bundle, Reference, Repository,
    archive::{self, Archive, Kind},
    atomic,
    layout::{self, Written},
};

use super::{
    Context,
    output::{Output, repository_of},
};
use crate::failure::Failure;

/// An image in its place.
#[derive(Clone, Debug)]
pub(crate) struct Delivered {
    /// `oci`, `oci-archive`, `docker-archive` or `docker`.
    pub(crate) kind: &'static str,
    /// The name by which other commands find it: a path, or the name in the engine.
    pub(crate) reference: String,
    /// Whether anything was written.
    pub(crate) changed: bool,
}

/// Outputs that were looked at before anything is built.
#[derive(Debug)]
pub(super) struct Delivery<'a> {
    context: &'a Context<'a>,
    outputs: &'a [Output],
    engine: Option<Engine>,
}

/// What an image is called where nobody says it.
#[derive(Clone, Debug)]
pub(super) struct Called {
    /// The name of its first program, or of the project.
    pub(super) title: String,
    /// The tag of names that have none.
    pub(super) tag: String,
    /// Where things are kept.
    pub(super) target_directory: PathBuf,
}

/// Looks whether every output can take an image.
pub(super) fn prepare<'a>(
    context: &'a Context<'a>,
    outputs: &'a [Output],
) -> Result<Delivery<'a>, Failure> {
    for (number, output) in outputs.iter().enumerate() {
        // One would be replaced by the other, or lie within it.
        let clash = outputs.iter().take(number).find(|other| output.clashes_with(other));
        if let Some(other) = clash {
            return Err(Failure::new(format!("{output} and {other} are in each other's way"))
                .hint("give each output a place of its own"));
        }
    }
    let mut engine = None;
    for output in outputs {
        match output {
            Output::Oci(path) => layout::check(path)?,
            Output::OciArchive(path) | Output::DockerArchive(path) => check_file(path)?,
            Output::Docker(_) if engine.is_none() => engine = Some(connect()?),
            Output::Docker(_) => {}
        }
        let one_platform = matches!(output, Output::Docker(_) | Output::DockerArchive(_));
        if one_platform && context.platforms().len() > 1 && context.args.binary.is_none() {
            return Err(Failure::new(format!("{output} takes one platform"))
                .hint("choose one with --platform, or write oci: or oci-archive: instead"));
        }
    }
    Ok(Delivery { context, outputs, engine })
}

impl Delivery<'_> {
    /// Writes the image to every output.
    pub(super) fn deliver(
        &self,
        called: &Called,
        bundle: &Bundle,
    ) -> Result<Vec<Delivered>, Failure> {
        let default = [Output::Oci(default_layout(called))];
        // What goes to a registry need not be anywhere else.
        let outputs = match self.outputs {
            [] if !self.context.args.push => &default,
            outputs => outputs,
        };
        let mut delivered = Vec::new();
        for output in outputs {
            let names = called.names(output, &self.context.args.tag)?;
            match (output, &*names) {
                (Output::Docker(_), names) => {
                    for name in names {
                        delivered.push(self.load(bundle, name)?);
                    }
                }
                (_, [name, ..]) => delivered.push(self.write(output, bundle, name)?),
                (_, []) => {}
            }
        }
        Ok(delivered)
    }

    fn write(
        &self,
        output: &Output,
        bundle: &Bundle,
        name: &Reference,
    ) -> Result<Delivered, Failure> {
        let (repository, tag) = (full_name(&name.repository), tag(name));
        match output {
            Output::Oci(path) => {
                let written = layout::write(path, bundle, &repository, tag)?;
                let reference = path.display().to_string();
                Ok(Delivered { kind: "oci", reference, changed: written == Written::Changed })
            }
            Output::OciArchive(path) | Output::DockerArchive(path) => {
                let (kind, kind_name) = match output {
                    Output::OciArchive(_) => (Kind::Oci, "oci-archive"),
                    _ => (Kind::Docker, "docker-archive"),
                };
                let archive = Archive::new(kind, bundle, &repository, tag)?;
                let changed = !archive.is_at(path);
                if changed {
                    check_file(path)?;
                    atomic::write(path, |file| archive.write(file))
                        .map_err(|source| NotWritten { path: path.clone(), source })?;
                }
                Ok(Delivered { kind: kind_name, reference: path.display().to_string(), changed })
            }
            Output::Docker(_) => self.load(bundle, name),
        }
    }

    fn load(&self, bundle: &Bundle, name: &Reference) -> Result<Delivered, Failure> {
        let Some(engine) = &self.engine else { return Err(Failure::new("no engine was found")) };
        let (reference, tag) = (name.to_string(), tag(name));
        let repository = name.repository.to_string();
        let archive = Archive::new(Kind::Docker, bundle, &full_name(&name.repository), tag)?;
        // An engine calls an image by its configuration, or by its manifest where it keeps images
        // as they came.
        let ids: Vec<String> = bundle
            .images()
            .iter()
            .flat_map(|image| [image.config.digest.to_string(), image.manifest.digest.to_string()])
            .collect();
        if engine.find_image(&reference)?.is_some_and(|image| ids.contains(&image.id)) {
            return Ok(Delivered { kind: "docker", reference, changed: false });
        }
        for id in &ids {
            // It has the image under another name.
            if engine.find_image(id)?.is_some() {
                engine.tag(id, &repository, tag)?;
                return Ok(Delivered { kind: "docker", reference, changed: true });
            }
        }
        let progress = self.context.ui.progress("Loading", archive.size());
        engine.load_with(|sink| {
            let mut sink = Counted { sink, progress: &|count| progress.add(count) };
            archive.write(&mut sink)
        })?;
        Ok(Delivered { kind: "docker", reference, changed: true })
    }
}

impl Called {
    /// What the image is called in an output: as the output says, else as `given`, else as the program.
    fn names(&self, output: &Output, given: &[Reference]) -> Result<Vec<Reference>, Failure> {
        let with_tag = |name: &Reference| match name.tag {
            Some(_) => name.clone(),
            None => name.tagged(&self.tag),
        };
        Ok(match output {
            Output::Docker(Some(name)) => vec![with_tag(name)],
            _ if given.is_empty() => vec![with_tag(&repository_of(&self.title).parse()?)],
            _ => given.iter().map(with_tag).collect(),
        })
    }
}

/// The name with the registry and the folder that engines add to short ones.
fn full_name(repository: &Repository) -> String {
    format!("{}/{}", repository.host, repository.path)
}

fn tag(name: &Reference) -> &str {
    name.tag.as_deref().unwrap_or("latest")
}

pub(super) fn default_layout(called: &Called) -> PathBuf {
    let path = called.target_directory.join("plimsoll").join(format!("{}.oci", called.title));
    // Short where it is below the place where the user is.
    let here = std::env::current_dir().ok();
    here.and_then(|here| path.strip_prefix(here).ok().map(PathBuf::from)).unwrap_or(path)
}

fn check_file(path: &std::path::Path) -> Result<(), Failure> {
    let may = archive::may_replace(path)
        .map_err(|source| NotWritten { path: path.to_owned(), source })?;
    if may {
        return Ok(());
    }
    Err(Failure::new(format!("{} is something else than an image archive", path.display()))
        .hint("choose another file: this one is left as it is"))
}

fn connect() -> Result<Engine, Failure> {
    let environment = EngineEnvironment::from_vars(|name| std::env::var(name).ok());
    Ok(Engine::connect(Endpoint::resolve(None, &environment)?)?)
}

/// A file that could not be written.
#[derive(Debug, thiserror::Error)]
#[error("cannot write {}", path.display())]
pub(crate) struct NotWritten {
    path: PathBuf,
    /// Why.
    pub(crate) source: std::io::Error,
}

struct Counted<'a> {
    sink: &'a mut dyn std::io::Write,
    progress: &'a dyn Fn(u64),
}

impl std::io::Write for Counted<'_> {
    fn write(&mut self, buffer: &[u8]) -> std::io::Result<usize> {
        let count = self.sink.write(buffer)?;
        (self.progress)(count as u64);
        Ok(count)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.sink.flush()
    }
}

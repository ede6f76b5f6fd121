//! From a request to command lines. What the engine can't do is found out here.

use std::path::PathBuf;

use plimsoll_image::{Platform, Reference};

use super::{
    Cache, Invocation, LocalSteps, Request, SpecError, Tool, World, buildah, buildx, cache::OPTION,
    docker,
};

/// What is run, in order, and where the images are then.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// What makes the builder, where there is none yet.
    pub create: Option<Invocation>,
    /// One for each platform, or one for all.
    pub builds: Vec<Build>,
    /// A directory that takes up the steps of the build after success.
    pub steps: Option<LocalSteps>,
}

/// A run of the engine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Build {
    /// How it is run.
    pub invocation: Invocation,
    /// Where what it builds is.
    pub product: Product,
}

/// Where the result of a build is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Product {
    /// An OCI archive.
    Archive(PathBuf),
    /// In the engine's own storage, by the identifier in this file.
    Id(PathBuf),
}

/// What the engine can't do.
#[derive(Debug, thiserror::Error)]
pub enum PlanError {
    /// A cache that it does not have.
    #[error("{engine} has no `--cache {cache}`: {why}")]
    CacheNotTaken {
        /// The engine.
        engine: &'static str,
        /// The kind of cache.
        cache: &'static str,
        /// Why not.
        why: String,
        /// What works.
        instead: &'static str,
    },
    /// An option that lacks something.
    #[error(transparent)]
    Spec(#[from] SpecError),
}

/// Makes the command lines.
///
/// # Errors
/// See [`PlanError`].
pub fn plan(request: &Request, tool: &Tool, world: World<'_>) -> Result<Plan, PlanError> {
    check_caches(request, tool, world)?;
    let (create, at_once) = match tool {
        Tool::Buildx { create, driver, .. } => (create.clone(), driver != "docker"),
        Tool::Docker { .. } | Tool::Buildah { .. } => (None, false),
    };
    let platforms: Vec<Vec<Platform>> = if at_once || request.platforms.len() < 2 {
        vec![request.platforms.clone()]
    } else {
        // What is built for one platform after the other is put together by us.
        request.platforms.iter().map(|it| vec![it.clone()]).collect()
    };
    let mut steps = None;
    let builds = platforms
        .iter()
        .enumerate()
        .map(|(number, platforms)| {
            let product = if at_once {
                Product::Archive(request.scratch.join("image.tar"))
            } else {
                Product::Id(request.scratch.join(format!("id-{number}")))
            };
            let invocation = match tool {
                Tool::Buildx { builder, .. } => {
                    let (invocation, kept) =
                        buildx::build(request, builder.as_deref(), platforms, &product);
                    steps = kept;
                    invocation
                }
                Tool::Docker { version } => docker::build(request, *version, platforms, &product),
                Tool::Buildah { version } => {
                    buildah::build(request, *version, platforms, &product, world)
                }
            };
            Build { invocation, product }
        })
        .collect();
    Ok(Plan { create, builds, steps })
}

impl Tool {
    /// What writes an image of the engine's storage into an archive.
    pub fn save(&self, id: &str, archive: &std::path::Path) -> Invocation {
        match self {
            Self::Buildx { .. } | Self::Docker { .. } => docker::save(id, archive),
            Self::Buildah { .. } => buildah::save(id, archive),
        }
    }
}

/// The tag of a cache.
const TAG: &str = "buildcache";

/// Where a cache is that says no place: beside the image, in the repository of its first name.
pub(super) fn cache_name(request: &Request, cache: &str) -> Result<Reference, SpecError> {
    // A name without a registry is that of an image of the engine.
    if let Some(name) = request.names.iter().find(|it| docker::is_somewhere(it)) {
        return Ok(name.tagged(TAG));
    }
    let why = if request.names.is_empty() { "no name" } else { "no name with a registry" };
    Err(SpecError::new(
        OPTION,
        format!("`{cache}` does not say where, and the image has {why}"),
        format!("name the image (-t HOST/PATH), or the cache: --cache {cache}:HOST/PATH:{TAG}"),
    ))
}

/// A cache of a given name, which is never the tag that images get without one.
pub(super) fn cache_tag(reference: &Reference) -> Reference {
    match reference.tag {
        Some(_) => reference.clone(),
        None => reference.tagged(TAG),
    }
}

/// A place that a cache would spoil, or can't be at.
fn check_place(request: &Request, cache: &Cache, tool: &Tool) -> Result<(), SpecError> {
    match cache {
        Cache::Registry(None) => {
            cache_name(request, "registry")?;
        }
        Cache::Registry(Some(reference)) => {
            let place = cache_tag(reference);
            if reference.digest.is_some() {
                let problem = format!("`{reference}` is one content for ever, and a cache changes");
                let write = format!("write --cache registry:{}", place.tagged(TAG));
                return Err(SpecError::new(OPTION, problem, write));
            }
            let is_image = |it: &&Reference| {
                it.repository == place.repository
                    && it.tag.as_deref().unwrap_or("latest")
                        == place.tag.as_deref().unwrap_or_default()
            };
            if let (Tool::Buildx { .. }, Some(image)) = (tool, request.names.iter().find(is_image))
            {
                let problem = format!("the cache would take the place of the image {image}");
                let write =
                    format!("give it a tag of its own: --cache registry:{}", image.tagged(TAG));
                return Err(SpecError::new(OPTION, problem, write));
            }
        }
        Cache::Local(Some(place))
            if place.components().collect::<PathBuf>().file_name().is_none() =>
        {
            let problem = format!("`{}` is no directory of its own", place.display());
            return Err(SpecError::new(OPTION, problem, "write --cache local:DIR"));
        }
        _ => {}
    }
    Ok(())
}

fn check_caches(request: &Request, tool: &Tool, world: World<'_>) -> Result<(), PlanError> {
    for (number, cache) in request.caches.iter().enumerate() {
        if request.caches.iter().take(number).any(|it| it.name() == cache.name()) {
            let problem = format!("`{}` is given twice", cache.name());
            return Err(SpecError::new(OPTION, problem, "give each kind of cache once").into());
        }
        match tool {
            Tool::Buildx { driver, builder, .. } => {
                if driver == "docker" && !matches!(cache, Cache::Inline(_)) {
                    let name = builder.as_deref().unwrap_or("current one");
                    return Err(PlanError::CacheNotTaken {
                        engine: "the Docker Engine's own BuildKit",
                        cache: cache.name(),
                        why: format!(
                            "the builder {name} is the engine, which keeps steps to itself"
                        ),
                        instead: "leave --builder away, and one that can is made; or use --cache inline",
                    });
                }
            }
            Tool::Docker { .. } => docker::check_cache(cache)?,
            Tool::Buildah { version } => buildah::check_cache(cache, *version)?,
        }
        check_place(request, cache, tool)?;
        if let Cache::Gha(_) = cache {
            check_actions(world)?;
        }
    }
    Ok(())
}

/// The cache of GitHub Actions is there for actions alone, and only within a job.
fn check_actions(world: World<'_>) -> Result<(), PlanError> {
    let has = |name: &str| (world.variable)(name).is_some();
    let has_place = has("ACTIONS_RESULTS_URL") || has("ACTIONS_CACHE_URL");
    if has("ACTIONS_RUNTIME_TOKEN") && has_place {
        return Ok(());
    }
    let (problem, write) = if has("GITHUB_ACTIONS") {
        (
            "the cache of GitHub Actions opens to actions alone: a step with `run:` has neither \
             ACTIONS_RUNTIME_TOKEN nor ACTIONS_RESULTS_URL",
            "export both by a step before (an action can, such as actions/github-script), or write \
             --cache registry",
        )
    } else {
        (
            "this is no job of GitHub Actions: ACTIONS_RUNTIME_TOKEN and ACTIONS_RESULTS_URL are not set",
            "write --cache registry or --cache local",
        )
    };
    Err(SpecError::new(OPTION, problem, write).into())
}

#[cfg(test)]
mod tests;

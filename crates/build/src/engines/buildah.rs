//! `buildah build`.

use std::path::Path;

use plimsoll_image::{Platform, Reference};

use super::{
    Cache, Invocation, PlanError, Product, Request, World, docker, plan::cache_name,
    secret::SecretSource, version::Version,
};

/// The command line.
pub(super) fn build(
    request: &Request,
    version: Version,
    platforms: &[Platform],
    product: &Product,
    world: World<'_>,
) -> Invocation {
    // `build` is a younger name of the same.
    let verb = if version >= Version::new(1, 24) { "build" } else { "bud" };
    let mut invocation = Invocation::new("buildah", &[verb, "--layers"]);
    // OCI's own form of a configuration has no health check, and buildah leaves it out.
    invocation.option("--format", "docker");
    if needs_chroot(world) {
        invocation.option("--isolation", "chroot");
    }
    docker::common(&mut invocation, request, platforms);
    for secret in &request.secrets {
        let source = match &secret.source {
            SecretSource::File(path) => format!("src={}", path.display()),
            SecretSource::Variable(name) => format!("env={name}"),
        };
        invocation.option("--secret", format!("id={},{source}", secret.id));
    }
    for cache in &request.caches {
        if let Cache::Registry(reference) = cache
            && let Some(repository) = repository(request, reference.as_ref())
        {
            invocation.option("--cache-from", &*repository);
            invocation.option("--cache-to", &*repository);
        }
    }
    if let Product::Id(path) = product {
        invocation.option("--iidfile", path);
    }
    invocation.arg(&request.context);
    invocation
}

/// The repository of a cache: buildah makes a tag in it for each step, so it has none of its own.
fn repository(request: &Request, reference: Option<&Reference>) -> Option<String> {
    match reference {
        Some(reference) => Some(reference.repository.to_string()),
        None => {
            cache_name(request, "registry").ok().map(|it| format!("{}-buildcache", it.repository))
        }
    }
}

/// Whether namespaces of its own are more than it will get: in a container, and without a runtime.
fn needs_chroot(world: World<'_>) -> bool {
    if (world.variable)("BUILDAH_ISOLATION").is_some() {
        return false;
    }
    let in_container =
        ["/.dockerenv", "/run/.containerenv"].iter().any(|it| (world.is_file)(Path::new(it)));
    let path = (world.variable)("PATH").unwrap_or_default();
    let has = |name: &str| path.split(':').any(|it| (world.is_file)(&Path::new(it).join(name)));
    in_container || !(has("runc") || has("crun"))
}

/// What writes an image of buildah's storage into an archive: one that keeps its configuration to the
/// byte, health check included, which OCI layouts of buildah don't.
pub(super) fn save(id: &str, archive: &Path) -> Invocation {
    let mut place = std::ffi::OsString::from("docker-archive:");
    place.push(archive);
    let mut invocation = Invocation::new("buildah", &["push", "--quiet", id]);
    invocation.arg(place);
    invocation
}

pub(super) fn check_cache(cache: &Cache, version: Version) -> Result<(), PlanError> {
    let since = Version::new(1, 27);
    let why = match cache {
        Cache::Registry(Some(reference)) if reference.tag.is_some() => format!(
            "it makes a tag for each step, so its cache is a repository without a tag: {}",
            reference.repository
        ),
        Cache::Registry(_) if version < since => {
            format!("{version} is too old for it, {since} or later can")
        }
        // Steps always stay in buildah's own storage.
        Cache::Registry(_) | Cache::Local(None) => return Ok(()),
        Cache::Local(Some(_)) => {
            "steps stay in its storage, wherever that is configured".to_owned()
        }
        Cache::Inline(_) => "it keeps no steps in images".to_owned(),
        Cache::Gha(_) => "it does not know the cache of GitHub Actions".to_owned(),
    };
    Err(PlanError::CacheNotTaken {
        engine: "buildah",
        cache: cache.name(),
        why,
        instead: "use --cache registry:HOST/PATH, or none: steps stay in its storage",
    })
}

//! `docker build` with the BuildKit that is in the Docker Engine, and what buildx takes in the same way.

use std::path::Path;

use plimsoll_image::{DOCKER_HUB, Platform, Reference};

use super::{Cache, Invocation, PlanError, Product, Request, buildx, version::Version};

/// From this version on, `docker build` is the plugin buildx.
pub(super) const PLUGIN: Version = Version::new(23, 0);

/// The command line.
pub(super) fn build(
    request: &Request,
    version: Version,
    platforms: &[Platform],
    product: &Product,
) -> Invocation {
    let mut invocation = Invocation::new("docker", &["build"]);
    invocation.variable("DOCKER_BUILDKIT", "1");
    let is_buildx = version >= PLUGIN;
    what(&mut invocation, request, platforms);
    for cache in &request.caches {
        if let Cache::Inline(_) = cache {
            let there = |it: &Reference| !request.absent.contains(it);
            for name in inline_names(request, cache).into_iter().filter(there) {
                invocation.option("--cache-from", name.to_string());
            }
            // There is no --cache-to; this argument is BuildKit's own.
            invocation.option("--build-arg", "BUILDKIT_INLINE_CACHE=1");
        }
    }
    if let Product::Id(path) = product {
        invocation.option("--iidfile", path);
        if is_buildx {
            invocation.option("--metadata-file", buildx::metadata(path));
        }
    }
    if is_buildx {
        // The engine was asked for, whichever builder is the current one; and should a newer client take another
        // one, the image comes into the engine all the same.
        invocation.without("BUILDX_BUILDER");
        invocation.arg("--load");
    }
    // With the plugin, `docker build` is buildx, which adds notes that change the digest.
    invocation.variable("BUILDX_NO_DEFAULT_ATTESTATIONS", "1");
    invocation.arg(&request.context);
    invocation
}

/// What is built, of what: the part that is the same for buildx.
pub(super) fn what(invocation: &mut Invocation, request: &Request, platforms: &[Platform]) {
    invocation.option("--progress", "plain");
    common(invocation, request, platforms);
    for secret in &request.secrets {
        invocation.option("--secret", secret.argument());
    }
}

/// What every engine takes in the same way.
pub(super) fn common(invocation: &mut Invocation, request: &Request, platforms: &[Platform]) {
    invocation.option("--file", &request.dockerfile);
    if let Some(target) = &request.target {
        invocation.option("--target", target);
    }
    if !platforms.is_empty() {
        let platforms: Vec<String> = platforms.iter().map(Platform::to_string).collect();
        invocation.option("--platform", platforms.join(","));
    }
    for (name, value) in &request.build_args {
        // Without a value, the engine takes it from the variable: command lines are seen by everybody.
        invocation.option(
            "--build-arg",
            value.as_ref().map_or_else(|| name.clone(), |value| format!("{name}={value}")),
        );
    }
    for (name, value) in &request.labels {
        invocation.option("--label", format!("{name}={value}"));
    }
    for ssh in &request.ssh {
        invocation.option("--ssh", ssh.argument());
    }
}

/// The images whose steps may be in the cache of the image itself.
pub fn inline_names(request: &Request, cache: &Cache) -> Vec<Reference> {
    if let Cache::Inline(Some(reference)) = cache {
        return vec![reference.clone()];
    }
    let names = request.names.iter().filter(|it| is_somewhere(it));
    names.map(|it| it.tagged(it.tag.as_deref().unwrap_or("latest"))).collect()
}

/// Whether a name says a registry. One without is that of an image of the engine, which knows its own steps.
pub(super) fn is_somewhere(name: &Reference) -> bool {
    name.repository.host != DOCKER_HUB || !name.repository.path.starts_with("library/")
}

/// What succeeds where the engine knows an image by that identifier.
pub fn knows(id: &str) -> Invocation {
    Invocation::new("docker", &["image", "inspect", "--format", "{{.Id}}", id])
}

/// What writes an image of the engine into an archive.
pub(super) fn save(id: &str, archive: &Path) -> Invocation {
    let mut invocation = Invocation::new("docker", &["image", "save", "--output"]);
    invocation.arg(archive);
    invocation.arg(id);
    invocation
}

/// What takes an image out of the engine.
pub fn remove(id: &str) -> Invocation {
    Invocation::new("docker", &["image", "rm", id])
}

/// What prints the names of an image of the engine: `[]` where it has none.
pub fn names(id: &str) -> Invocation {
    Invocation::new("docker", &["image", "inspect", "--format", "{{json .RepoTags}}", id])
}

pub(super) fn check_cache(cache: &Cache) -> Result<(), PlanError> {
    let why = match cache {
        Cache::Inline(_) => return Ok(()),
        Cache::Gha(_) => "only buildx writes to the cache of GitHub Actions",
        Cache::Registry(_) => {
            "`docker build` can't write all stages to a registry, as it has no --cache-to"
        }
        Cache::Local(_) => {
            "`docker build` has no --cache-to; the engine keeps what it built by itself"
        }
    };
    Err(PlanError::CacheNotTaken {
        engine: "docker",
        cache: cache.name(),
        why: why.to_owned(),
        instead: "use --cache inline, which keeps the steps of the last stage in the image; or install \
             Docker's plugin buildx and use --engine buildkit",
    })
}

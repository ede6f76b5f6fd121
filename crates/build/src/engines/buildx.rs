//! `docker buildx build`.

use std::path::{Path, PathBuf};

use plimsoll_image::Platform;

use super::{
    Cache, Invocation, Product, Request, csv, docker,
    plan::{cache_name, cache_tag},
    steps::LocalSteps,
};

/// The command line, and the directory of a local cache, which takes up the new steps afterwards.
pub(super) fn build(
    request: &Request,
    builder: Option<&str>,
    platforms: &[Platform],
    product: &Product,
) -> (Invocation, Option<LocalSteps>) {
    let mut invocation = Invocation::new("docker", &["buildx", "build"]);
    if let Some(builder) = builder {
        invocation.option("--builder", builder);
    }
    docker::what(&mut invocation, request, platforms);
    let mut steps = None;
    for cache in &request.caches {
        match cache {
            Cache::Registry(reference) => {
                let reference = reference.as_ref().map(cache_tag);
                let reference = reference.or_else(|| cache_name(request, "registry").ok());
                let host = reference.as_ref().map(|it| it.repository.host.as_str());
                let is_insecure = host.is_some_and(|it| request.insecure.contains(it));
                let reference = reference.as_ref().map(ToString::to_string).unwrap_or_default();
                let mut place = vec!["type=registry".to_owned(), format!("ref={reference}")];
                if is_insecure {
                    place.push("registry.insecure=true".to_owned());
                }
                invocation.option("--cache-from", csv::join(&place));
                invocation.option(
                    "--cache-to",
                    csv::join(place.iter().map(|it| &**it).chain(["mode=max"])),
                );
            }
            Cache::Gha(scope) => {
                let mut place = vec!["type=gha".to_owned()];
                place.extend(scope.iter().map(|it| format!("scope={it}")));
                invocation.option("--cache-from", csv::join(&place));
                invocation.option(
                    "--cache-to",
                    csv::join(place.iter().map(|it| &**it).chain(["mode=max"])),
                );
            }
            Cache::Inline(_) => {
                for name in docker::inline_names(request, cache) {
                    let from = ["type=registry".to_owned(), format!("ref={name}")];
                    invocation.option("--cache-from", csv::join(from));
                }
                invocation.option("--cache-to", "type=inline");
            }
            Cache::Local(place) => {
                let place = LocalSteps::of(place.as_deref(), &request.context);
                if place.directory.join("index.json").is_file() {
                    let from = format!("src={}", place.directory.display());
                    invocation.option("--cache-from", csv::join(["type=local", &from]));
                }
                let to = format!("dest={}", place.new.display());
                invocation.option("--cache-to", csv::join(["type=local", &to, "mode=max"]));
                steps = Some(place);
            }
        }
    }
    match product {
        Product::Archive(path) => {
            let place = format!("dest={}", path.display());
            invocation.option("--output", csv::join(["type=oci", &place]));
        }
        Product::Id(path) => {
            invocation.arg("--load");
            invocation.option("--iidfile", path);
            // What the engine knows the image by, where it keeps images as containerd does.
            invocation.option("--metadata-file", metadata(path));
        }
    }
    // A note on when and where it was built is another one each time, and so would be the digest.
    invocation.variable("BUILDX_NO_DEFAULT_ATTESTATIONS", "1");
    invocation.arg(&request.context);
    (invocation, steps)
}

/// Where buildx writes what it knows of the image whose identifier is in a file.
pub fn metadata(id: &Path) -> PathBuf {
    id.with_extension("json")
}

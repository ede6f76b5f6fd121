//! `docker buildx build`.

use std::path::PathBuf;

use plimsoll_image::Platform;

use super::{Cache, Invocation, Product, Request, csv, docker, plan::cache_name};

/// The command line, and the directory of a local cache that takes the place of another afterwards.
pub(super) fn build(
    request: &Request,
    builder: Option<&str>,
    platforms: &[Platform],
    product: &Product,
) -> (Invocation, Option<(PathBuf, PathBuf)>) {
    let mut invocation = Invocation::new("docker", &["buildx", "build"]);
    if let Some(builder) = builder {
        invocation.option("--builder", builder);
    }
    docker::what(&mut invocation, request, platforms);
    let mut replace = None;
    for cache in &request.caches {
        match cache {
            Cache::Registry(reference) => {
                let reference = reference.clone().or_else(|| cache_name(request, "registry").ok());
                let reference = reference.map(|it| it.to_string()).unwrap_or_default();
                let place = ["type=registry".to_owned(), format!("ref={reference}")];
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
                let place =
                    place.clone().unwrap_or_else(|| request.context.join("target/plimsoll/steps"));
                let mut new = place.clone().into_os_string();
                // BuildKit only ever adds to a directory; a new one each time has no end to its old steps.
                new.push(".new");
                if place.join("index.json").is_file() {
                    let from = ["type=local".to_owned(), format!("src={}", place.display())];
                    invocation.option("--cache-from", csv::join(from));
                }
                let new = PathBuf::from(new);
                let to = format!("dest={}", new.display());
                invocation.option("--cache-to", csv::join(["type=local", &to, "mode=max"]));
                replace = Some((new, place));
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
        }
    }
    // A note on when and where it was built is another one each time, and so would be the digest.
    invocation.variable("BUILDX_NO_DEFAULT_ATTESTATIONS", "1");
    invocation.arg(&request.context);
    (invocation, replace)
}
